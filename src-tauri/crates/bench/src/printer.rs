//! The label printer's task: one label after the other, and a look now and then at a printer in trouble.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use devices::{DeviceState, Job, Printer};
use records::Records;
use returns::codes::{LabelKind, LabelStage};
use returns::ids::ContainerId;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::desk::PrintWish;
use crate::printing;

/// Between two looks at a printer in trouble, or at one that has nothing to do.
const LOOK: Duration = Duration::from_secs(3);

/// Something to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A unit's label.
    Label(PrintWish),
    /// The contents list of a container.
    Contents(ContainerId),
}

/// What came of a wish: where the printer put it, or why it did not; nothing where nothing had to be printed any more.
pub(crate) type Outcome = Result<Option<String>, &'static str>;

/// Starts the task and gives the queue of wishes. Each wish is answered once, printed or not; a label that was
/// not printed waits in the records and is wished again when the printer is back.
pub(crate) fn spawn(
    printer: Option<Arc<dyn Printer>>,
    records: Arc<Mutex<Records>>,
    printed: impl Fn((Wish, Outcome)) + Send + Sync + 'static,
    state: impl Fn(DeviceState) + Send + Sync + 'static,
    cancel: CancellationToken,
) -> mpsc::UnboundedSender<Wish> {
    let (sender, wishes) = mpsc::unbounded_channel();
    let task = Task { printer, records, wishes, well: None };
    tokio::spawn(async move {
        tokio::select! {
            () = task.run(printed, state) => {}
            () = cancel.cancelled() => {}
        }
    });
    sender
}

struct Task {
    printer: Option<Arc<dyn Printer>>,
    records: Arc<Mutex<Records>>,
    wishes: mpsc::UnboundedReceiver<Wish>,
    well: Option<bool>,
}

impl Task {
    async fn run(
        mut self,
        printed: impl Fn((Wish, Outcome)) + Send + Sync,
        state: impl Fn(DeviceState) + Send + Sync,
    ) {
        loop {
            let wish = tokio::time::timeout(LOOK, self.wishes.recv()).await;
            match wish {
                Ok(None) => return,
                Ok(Some(wish)) => {
                    let outcome = self.print(&wish, &state).await;
                    printed((wish, outcome));
                }
                Err(_) => self.look(&state).await,
            }
        }
    }

    async fn print(&mut self, wish: &Wish, state: &impl Fn(DeviceState)) -> Outcome {
        let Some(printer) = self.printer.clone() else { return Err("printer-none") };
        let job = match wish {
            Wish::Label(label) => self.job(label)?,
            Wish::Contents(container) => Some(self.list(*container)?),
        };
        let Some(job) = job else { return Ok(None) };
        match printer.print(job).await {
            Ok(printed) => {
                self.tell(DeviceState::Working, state);
                Ok(Some(printed.detail))
            }
            Err(fault) => {
                tracing::warn!(code = fault.code(), %fault, "print");
                self.tell(fault.state(), state);
                Err(fault.code())
            }
        }
    }

    /// The job for a label; none where a newer label was asked for meanwhile.
    fn job(&self, wish: &PrintWish) -> Result<Option<Job>, &'static str> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let unit = records.unit(&wish.unit).map_err(|error| error.code())?;
        let unit = unit.ok_or("unit-unknown")?;
        let newest = match wish.label {
            LabelKind::Lpn => unit.lpn_label,
            LabelKind::Disposition => unit.label,
        };
        if newest.print != wish.print || newest.stage != LabelStage::PrintPending {
            return Ok(None);
        }
        let label = printing::label(&records, &unit, wish.label).map_err(drawn)?;
        // Drawing takes a while, and a scan must not wait for it.
        drop(records);
        pages(&label.name.clone(), &[label]).map(Some)
    }

    fn list(&self, container: ContainerId) -> Result<Job, &'static str> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let list = printing::contents(&records, container, jiff::Timestamp::now()).map_err(drawn)?;
        drop(records);
        let name = list.first().map(|page| page.name.clone()).unwrap_or_default();
        pages(&name, &list)
    }

    async fn look(&mut self, state: &impl Fn(DeviceState)) {
        let Some(printer) = self.printer.clone().filter(|_| self.well != Some(true)) else { return };
        let now = match printer.check().await {
            Ok(()) => DeviceState::Working,
            Err(fault) => fault.state(),
        };
        self.tell(now, state);
    }

    fn tell(&mut self, now: DeviceState, state: &impl Fn(DeviceState)) {
        let well = now == DeviceState::Working;
        if self.well != Some(well) || !well {
            state(now);
        }
        self.well = Some(well);
    }
}

fn drawn(coded: crate::seam::Coded) -> &'static str {
    tracing::error!(code = coded.code, "label");
    "label-cannot-be-drawn"
}

fn pages(name: &str, pages: &[labels::Label]) -> Result<Job, &'static str> {
    let media_mm = pages.first().map_or((0.0, 0.0), |page| (page.width_mm as f32, page.height_mm as f32));
    let pdf = printing::pdf(pages).map_err(drawn)?;
    Ok(Job { name: name.to_owned(), pdf: pdf.into(), media_mm })
}
