//! The label printer's task: one label after the other, and a look now and then at a printer in trouble.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use devices::{DeviceState, Job, Printer};
use records::Records;
use returns::codes::{LabelKind, LabelStage};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::desk::PrintWish;
use crate::printing;

/// Between two looks at a printer in trouble, or at one that has nothing to do.
const LOOK: Duration = Duration::from_secs(3);

/// Starts the task and gives the queue of wishes. Each wish is answered once, printed or not; a label that was
/// not printed waits in the records and is wished again when the printer is back.
pub(crate) fn spawn(
    printer: Option<Arc<dyn Printer>>,
    records: Arc<Mutex<Records>>,
    printed: impl Fn((PrintWish, Option<&'static str>)) + Send + Sync + 'static,
    state: impl Fn(DeviceState) + Send + Sync + 'static,
    cancel: CancellationToken,
) -> mpsc::UnboundedSender<PrintWish> {
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
    wishes: mpsc::UnboundedReceiver<PrintWish>,
    well: Option<bool>,
}

impl Task {
    async fn run(
        mut self,
        printed: impl Fn((PrintWish, Option<&'static str>)) + Send + Sync,
        state: impl Fn(DeviceState) + Send + Sync,
    ) {
        loop {
            let wish = tokio::time::timeout(LOOK, self.wishes.recv()).await;
            match wish {
                Ok(None) => return,
                Ok(Some(wish)) => {
                    let fault = self.print(&wish, &state).await;
                    printed((wish, fault));
                }
                Err(_) => self.look(&state).await,
            }
        }
    }

    async fn print(&mut self, wish: &PrintWish, state: &impl Fn(DeviceState)) -> Option<&'static str> {
        let Some(printer) = self.printer.clone() else { return Some("printer-none") };
        let job = match self.job(wish) {
            Ok(Some(job)) => job,
            Ok(None) => return None,
            Err(code) => return Some(code),
        };
        match printer.print(job).await {
            Ok(_) => {
                self.tell(DeviceState::Working, state);
                None
            }
            Err(fault) => {
                tracing::warn!(code = fault.code(), %fault, "print");
                self.tell(fault.state(), state);
                Some(fault.code())
            }
        }
    }

    /// The job for a wish; none where a newer label was asked for meanwhile.
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
        let drawn = |coded: crate::seam::Coded| {
            tracing::error!(code = coded.code, "label");
            "label-cannot-be-drawn"
        };
        let label = printing::label(&records, &unit, wish.label).map_err(drawn)?;
        // Drawing takes a while, and a scan must not wait for it.
        drop(records);
        let pdf = printing::pdf(&label).map_err(drawn)?;
        Ok(Some(Job {
            name: label.name,
            pdf: pdf.into(),
            media_mm: (label.width_mm as f32, label.height_mm as f32),
        }))
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
