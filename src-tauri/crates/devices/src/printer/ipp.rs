//! A printer over the Internet Printing Protocol (RFC 8011).

mod line;

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ipp::parser::IppParseError;
use ipp::prelude::*;

use super::{Job, PrintFault, Printed, Printer};
use crate::device::DeviceId;
pub use line::read_answer;
use line::{Line, accepted, rejected};

const PDF: &str = "application/pdf";
/// A label that is not out by then is cancelled.
const JOB_TIMEOUT: Duration = Duration::from_secs(60);
/// A warning such as an empty tray may be about another tray; a job that stands still this long under it waits for us.
const WARNED_FOR: Duration = Duration::from_secs(5);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// `job-name` holds at most 255 bytes (RFC 8011, 5.1.3).
const MAX_NAME_CHARS: usize = 60;

/// A printer at an `ipp://` or `ipps://` address.
#[derive(Debug)]
pub struct IppPrinter {
    id: DeviceId,
    uri: String,
}

impl IppPrinter {
    /// A printer at this address. Nothing is contacted before the first job.
    pub fn new(id: DeviceId, uri: impl Into<String>) -> Self {
        Self { id, uri: uri.into() }
    }

    async fn print_and_wait(&self, job: Job) -> Result<Printed, PrintFault> {
        let line = Line::new(&self.uri)?;
        line.takes_jobs().await?;
        let number = line.submit(&job).await?;
        let submitted = Instant::now();
        loop {
            let waited = submitted.elapsed();
            let stuck = match line.progress(number).await {
                Ok(Progress::Done) => {
                    return Ok(Printed { detail: format!("{} job {number}", self.uri) });
                }
                Ok(Progress::GivenUp(fault)) => return Err(fault),
                Ok(Progress::Stuck(fault)) => Some(fault),
                Ok(Progress::Warned(fault)) if waited >= WARNED_FOR => Some(fault),
                Ok(Progress::UnderWay | Progress::Warned(_)) => {
                    (waited >= JOB_TIMEOUT).then_some(PrintFault::TimedOut)
                }
                // The line may come back while the job goes on.
                Err(PrintFault::Unreachable { .. }) if waited < JOB_TIMEOUT => None,
                Err(fault) => return Err(fault),
            };
            if let Some(fault) = stuck {
                line.cancel(number).await;
                return Err(fault);
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
    }
}

impl Printer for IppPrinter {
    fn id(&self) -> &DeviceId {
        &self.id
    }

    fn print(&self, job: Job) -> BoxFuture<'_, Result<Printed, PrintFault>> {
        self.print_and_wait(job).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PrintFault>> {
        async { Line::new(&self.uri)?.takes_jobs().await }.boxed()
    }
}

/// How far a job is.
enum Progress {
    UnderWay,
    /// It may be under way, but the printer warns of this.
    Warned(PrintFault),
    Done,
    /// The printer waits for a person.
    Stuck(PrintFault),
    /// The printer ended the job without printing it.
    GivenUp(PrintFault),
}

impl Line {
    /// Whether the printer would take a job and print it now.
    async fn takes_jobs(&self) -> Result<(), PrintFault> {
        let answer = self.printer_attributes().await?;
        let printer = Attributes::of(&answer, DelimiterTag::PrinterAttributes);
        printer.standing()?;
        if printer.get(IppAttribute::PRINTER_IS_ACCEPTING_JOBS) == Some(&IppValue::Boolean(false)) {
            return Err(PrintFault::Rejected { detail: "not accepting jobs".to_owned() });
        }
        Ok(())
    }

    async fn printer_attributes(&self) -> Result<IppRequestResponse, PrintFault> {
        let request = IppOperationBuilder::get_printer_attributes(self.uri.clone())
            .attributes([
                IppAttribute::PRINTER_STATE,
                IppAttribute::PRINTER_STATE_REASONS,
                IppAttribute::PRINTER_IS_ACCEPTING_JOBS,
            ])
            .build()
            .map_err(|error| rejected(&error))?;
        self.ask_successfully(request).await
    }

    /// Hands the job over; yields its number. A printer that knows no media sizes gets the job without one.
    async fn submit(&self, job: &Job) -> Result<i32, PrintFault> {
        let sized =
            self.print_job(job, Some(media_col(job.media_mm).map_err(|error| rejected(&error))?)).await?;
        let answer = match sized.header().status_code() {
            StatusCode::ClientErrorAttributesOrValuesNotSupported
            | StatusCode::ClientErrorConflictingAttributes => self.print_job(job, None).await?,
            _ => sized,
        };
        accepted(&answer)?;
        Attributes::of(&answer, DelimiterTag::JobAttributes)
            .integer(IppAttribute::JOB_ID)
            .ok_or_else(|| PrintFault::Rejected { detail: "no job number".to_owned() })
    }

    async fn print_job(
        &self,
        job: &Job,
        media: Option<IppAttribute>,
    ) -> Result<IppRequestResponse, PrintFault> {
        let request = IppOperationBuilder::print_job(self.uri.clone(), IppPayload::empty())
            .user_name("returns-station")
            .job_title(job.name.chars().take(MAX_NAME_CHARS).collect::<String>())
            .document_format(PDF)
            .attributes(media)
            .build()
            .map_err(|error| rejected(&error))?;
        self.ask(request, Some(&job.pdf)).await
    }

    async fn progress(&self, number: i32) -> Result<Progress, PrintFault> {
        let request = IppOperationBuilder::get_job_attributes(self.uri.clone(), number)
            .build()
            .map_err(|error| rejected(&error))?;
        let answer = self.ask_successfully(request).await?;
        let job = Attributes::of(&answer, DelimiterTag::JobAttributes);
        let reasons = || job.words(IppAttribute::JOB_STATE_REASONS);
        const COMPLETED: i32 = JobState::Completed as i32;
        const CANCELED: i32 = JobState::Canceled as i32;
        const ABORTED: i32 = JobState::Aborted as i32;
        let state = job.enumeration(IppAttribute::JOB_STATE);
        match state {
            Some(COMPLETED) => return Ok(Progress::Done),
            Some(CANCELED | ABORTED) => {
                return Ok(Progress::GivenUp(PrintFault::Rejected { detail: reasons().join(", ") }));
            }
            _ => {}
        }
        // Pending, held, processing or stopped: the printer knows before the job, and better, why it stands still.
        let answer = self.printer_attributes().await?;
        let is_stopped = state == Some(JobState::ProcessingStopped as i32);
        Ok(match Attributes::of(&answer, DelimiterTag::PrinterAttributes).standing() {
            Err(fault) => Progress::Stuck(fault),
            Ok(Some(warning)) if is_stopped => Progress::Stuck(warning),
            Ok(None) if is_stopped => Progress::Stuck(PrintFault::Stopped { reasons: reasons() }),
            Ok(Some(warning)) => Progress::Warned(warning),
            Ok(None) => Progress::UnderWay,
        })
    }

    /// A label that was given up must not come out later, beside its reprint.
    async fn cancel(&self, number: i32) {
        let cancelled = match IppOperationBuilder::cancel_job(self.uri.clone(), number).build() {
            Ok(request) => self.ask_successfully(request).await.map(drop),
            Err(error) => Err(rejected(&error)),
        };
        if let Err(fault) = cancelled {
            tracing::warn!(%fault, job = number, "job could not be cancelled and may still come out");
        }
    }
}

/// `media-col` with `media-size` in hundredths of a millimetre (PWG 5100.7).
fn media_col((width_mm, height_mm): (f32, f32)) -> Result<IppAttribute, IppParseError> {
    let hundredths = |mm: f32| IppValue::Integer((mm * 100.0).round() as i32);
    let size = IppValue::Collection(
        [
            ("x-dimension".try_into()?, hundredths(width_mm)),
            ("y-dimension".try_into()?, hundredths(height_mm)),
        ]
        .into(),
    );
    IppAttribute::with_name("media-col", IppValue::Collection([("media-size".try_into()?, size)].into()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Warning,
    Error,
}

/// `printer-state-reasons` (RFC 8011, 5.4.12) → the gravest fault among them that a person can see to.
///
/// Many printers stay "processing" with an empty roll, so that the state alone does not tell. A reason without a
/// severity counts as an error, a report as nothing.
fn told(reasons: &[String]) -> Option<(Severity, PrintFault)> {
    let fault = |reason: &str| match reason {
        "media-empty" | "media-needed" | "input-tray-missing" => Some(PrintFault::OutOfPaper),
        "media-jam" => Some(PrintFault::Jammed),
        "cover-open" | "door-open" | "interlock-open" => Some(PrintFault::Open),
        _ => None,
    };
    let each = reasons.iter().filter_map(|reason| match reason.strip_suffix("-warning") {
        Some(bare) => Some((Severity::Warning, fault(bare)?)),
        None => Some((Severity::Error, fault(reason.strip_suffix("-error").unwrap_or(reason))?)),
    });
    // The first of the gravest: a printer names the cause before what follows from it.
    each.reduce(|gravest, next| if next.0 > gravest.0 { next } else { gravest })
}

/// The attributes of one group of an answer.
struct Attributes<'a>(Option<&'a IppAttributeGroup>);

impl<'a> Attributes<'a> {
    fn of(answer: &'a IppRequestResponse, tag: DelimiterTag) -> Self {
        Self(answer.attributes().first_of(tag))
    }

    fn get(&self, name: &str) -> Option<&'a IppValue> {
        self.0?.get(name).map(IppAttribute::value)
    }

    /// Whether the printer stands still, and why; otherwise what it warns of.
    fn standing(&self) -> Result<Option<PrintFault>, PrintFault> {
        let reasons = self.words(IppAttribute::PRINTER_STATE_REASONS);
        let is_stopped = self.enumeration(IppAttribute::PRINTER_STATE) == Some(PrinterState::Stopped as i32);
        match told(&reasons) {
            Some((Severity::Error, fault)) => Err(fault),
            Some((Severity::Warning, fault)) if is_stopped => Err(fault),
            None if is_stopped => Err(PrintFault::Stopped { reasons }),
            warning => Ok(warning.map(|(_, fault)| fault)),
        }
    }

    fn enumeration(&self, name: &str) -> Option<i32> {
        match self.get(name)? {
            IppValue::Enum(value) => Some(*value),
            _ => None,
        }
    }

    fn integer(&self, name: &str) -> Option<i32> {
        match self.get(name)? {
            IppValue::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The keywords of an attribute of one or several values, without `none`.
    fn words(&self, name: &str) -> Vec<String> {
        let keywords = |value: &IppValue| match value {
            IppValue::Keyword(keyword) if keyword.as_str() != "none" => Some(keyword.as_str().to_owned()),
            _ => None,
        };
        self.get(name).into_iter().flatten().filter_map(keywords).collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["media-empty-error"], Some((Severity::Error, "printer-out-of-paper")))]
    #[case(&["media-low-warning", "media-needed"], Some((Severity::Error, "printer-out-of-paper")))]
    #[case(&["media-empty-warning", "media-jam-error"], Some((Severity::Error, "printer-jammed")))]
    #[case(&["cover-open"], Some((Severity::Error, "printer-open")))]
    #[case(&["media-empty-warning"], Some((Severity::Warning, "printer-out-of-paper")))]
    #[case(&["media-empty-report", "toner-low-warning"], None)]
    #[case(&[], None)]
    fn the_gravest_reason_is_told(#[case] reasons: &[&str], #[case] expected: Option<(Severity, &str)>) {
        let reasons: Vec<String> = reasons.iter().map(|&reason| reason.to_owned()).collect();
        assert_eq!(told(&reasons).map(|(severity, fault)| (severity, fault.code())), expected);
    }

    #[rstest]
    #[case("ipp://127.0.0.1:1/ipp/print")]
    #[case("nonsense")]
    #[case("ftp://127.0.0.1/")]
    #[case("")]
    #[tokio::test]
    async fn an_address_where_nothing_answers_is_unreachable(#[case] uri: &str) {
        let printer = IppPrinter::new(DeviceId::new("p"), uri);
        let job = Job { name: "x".into(), pdf: Bytes::from_static(b"%PDF"), media_mm: (51.0, 25.0) };
        assert_eq!(printer.print(job).await.unwrap_err().code(), "printer-missing");
        assert_eq!(printer.check().await.unwrap_err().code(), "printer-missing");
    }
}
