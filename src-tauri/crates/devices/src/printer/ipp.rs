//! A printer over the Internet Printing Protocol (RFC 8011).

use std::error::Error as _;
use std::io::Cursor;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ipp::operation::IppOperation;
use ipp::parser::IppParseError;
use ipp::prelude::*;

use super::{Job, PrintFault, Printed, Printer};
use crate::device::DeviceId;

const PDF: &str = "application/pdf";
/// A printer that takes longer than this to answer one request does not answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// A label that is not out by then is cancelled.
const JOB_TIMEOUT: Duration = Duration::from_secs(60);
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

    fn line(&self) -> Result<Line, PrintFault> {
        let uri: Uri = self.uri.parse().map_err(|_| self.bad_address())?;
        if !matches!(uri.scheme_str(), Some("ipp" | "ipps" | "http" | "https")) || uri.host().is_none() {
            return Err(self.bad_address());
        }
        crate::tls::install_provider();
        let client = AsyncIppClient::builder(uri.clone()).request_timeout(REQUEST_TIMEOUT).build();
        Ok(Line { uri, client })
    }

    fn bad_address(&self) -> PrintFault {
        PrintFault::Unreachable { detail: format!("{:?} is no printer's address", self.uri) }
    }

    async fn print_and_wait(&self, job: Job) -> Result<Printed, PrintFault> {
        let line = self.line()?;
        line.check().await?;
        let number = line.submit(&job).await?;
        let until = Instant::now() + JOB_TIMEOUT;
        loop {
            match line.progress(number).await {
                Ok(Progress::Done) => {
                    return Ok(Printed { detail: format!("{} job {number}", self.uri) });
                }
                Ok(Progress::GivenUp(fault)) => return Err(fault),
                Ok(Progress::Stuck(fault)) => {
                    line.cancel(number).await;
                    return Err(fault);
                }
                Ok(Progress::UnderWay) if Instant::now() >= until => {
                    line.cancel(number).await;
                    return Err(PrintFault::TimedOut);
                }
                // The line may come back while the job goes on.
                Err(fault @ PrintFault::Unreachable { .. }) if Instant::now() >= until => return Err(fault),
                Ok(Progress::UnderWay) | Err(PrintFault::Unreachable { .. }) => {}
                Err(fault) => return Err(fault),
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
        async { self.line()?.check().await }.boxed()
    }
}

/// How far a job is.
enum Progress {
    UnderWay,
    Done,
    /// The printer waits for a person.
    Stuck(PrintFault),
    /// The printer ended the job without printing it.
    GivenUp(PrintFault),
}

struct Line {
    uri: Uri,
    client: AsyncIppClient,
}

impl Line {
    /// Whether the printer takes jobs and is not stopped.
    async fn check(&self) -> Result<(), PrintFault> {
        let request = IppOperationBuilder::get_printer_attributes(self.uri.clone())
            .attributes([
                IppAttribute::PRINTER_STATE,
                IppAttribute::PRINTER_STATE_REASONS,
                IppAttribute::PRINTER_IS_ACCEPTING_JOBS,
            ])
            .build()
            .map_err(|error| rejected(&error))?;
        let answer = self.send(request).await?;
        let printer = Attributes::of(&answer, DelimiterTag::PrinterAttributes);
        if printer.enumeration(IppAttribute::PRINTER_STATE) == Some(PrinterState::Stopped as i32) {
            return Err(fault_of(printer.words(IppAttribute::PRINTER_STATE_REASONS)));
        }
        if printer.get(IppAttribute::PRINTER_IS_ACCEPTING_JOBS) == Some(&IppValue::Boolean(false)) {
            return Err(PrintFault::Rejected { detail: "not accepting jobs".to_owned() });
        }
        Ok(())
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
        let request = IppOperationBuilder::print_job(self.uri.clone(), payload(job.pdf.clone()))
            .user_name("returns-station")
            .job_title(job.name.chars().take(MAX_NAME_CHARS).collect::<String>())
            .document_format(PDF)
            .attributes(media)
            .build()
            .map_err(|error| rejected(&error))?;
        self.client.send(request).await.map_err(|error| fault_of_line(&error))
    }

    async fn progress(&self, number: i32) -> Result<Progress, PrintFault> {
        let request = IppOperationBuilder::get_job_attributes(self.uri.clone(), number)
            .build()
            .map_err(|error| rejected(&error))?;
        let answer = self.send(request).await?;
        let job = Attributes::of(&answer, DelimiterTag::JobAttributes);
        let reasons = || job.words(IppAttribute::JOB_STATE_REASONS);
        const COMPLETED: i32 = JobState::Completed as i32;
        const CANCELED: i32 = JobState::Canceled as i32;
        const ABORTED: i32 = JobState::Aborted as i32;
        const STOPPED: i32 = JobState::ProcessingStopped as i32;
        match job.enumeration(IppAttribute::JOB_STATE) {
            Some(COMPLETED) => Ok(Progress::Done),
            Some(CANCELED | ABORTED) => {
                Ok(Progress::GivenUp(PrintFault::Rejected { detail: reasons().join(", ") }))
            }
            // The printer knows better than the job why it stands still.
            Some(STOPPED) => Ok(Progress::Stuck(match self.check().await {
                Err(fault) => fault,
                Ok(()) => fault_of(reasons()),
            })),
            // Pending, held or processing: an empty roll may stop the printer before the job knows.
            _ => Ok(match self.check().await {
                Err(fault @ (PrintFault::Unreachable { .. } | PrintFault::Rejected { .. })) => {
                    return Err(fault);
                }
                Err(fault) => Progress::Stuck(fault),
                Ok(()) => Progress::UnderWay,
            }),
        }
    }

    /// A label that was given up must not come out later, beside its reprint.
    async fn cancel(&self, number: i32) {
        let cancelled = match IppOperationBuilder::cancel_job(self.uri.clone(), number).build() {
            Ok(request) => self.send(request).await.map(drop),
            Err(error) => Err(rejected(&error)),
        };
        if let Err(fault) = cancelled {
            tracing::warn!(%fault, job = number, "job could not be cancelled and may still come out");
        }
    }

    async fn send(&self, request: impl IppOperation) -> Result<IppRequestResponse, PrintFault> {
        let answer = self.client.send(request).await.map_err(|error| fault_of_line(&error))?;
        accepted(&answer)?;
        Ok(answer)
    }
}

fn payload(pdf: Bytes) -> IppPayload {
    IppPayload::new(Cursor::new(pdf))
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

fn accepted(answer: &IppRequestResponse) -> Result<(), PrintFault> {
    let status = answer.header().status_code();
    if status.is_success() {
        return Ok(());
    }
    Err(PrintFault::Rejected { detail: format!("0x{:04x} {status}", answer.header().operation_or_status) })
}

fn rejected(error: &IppParseError) -> PrintFault {
    PrintFault::Rejected { detail: error.to_string() }
}

fn fault_of_line(error: &IppError) -> PrintFault {
    match error {
        IppError::RequestError(status) => PrintFault::Rejected { detail: format!("HTTP {status}") },
        IppError::ParseError(error) => rejected(error),
        other => {
            let cause = other.source().map(|source| format!(": {source}")).unwrap_or_default();
            PrintFault::Unreachable { detail: format!("{other}{cause}") }
        }
    }
}

/// `printer-state-reasons` (RFC 8011, 5.4.12; PWG 5100.9) → the fault that a person has to see to.
fn fault_of(reasons: Vec<String>) -> PrintFault {
    const SUFFIXES: [&str; 3] = ["-error", "-warning", "-report"];
    let bare = |reason: &String| {
        let cut = SUFFIXES.iter().find_map(|suffix| reason.strip_suffix(suffix));
        cut.unwrap_or(reason).to_owned()
    };
    let told: Vec<String> = reasons.iter().map(bare).collect();
    let any = |of: &[&str]| told.iter().any(|reason| of.contains(&reason.as_str()));
    if any(&["media-empty", "media-needed", "input-tray-missing"]) {
        PrintFault::OutOfPaper
    } else if any(&["media-jam"]) {
        PrintFault::Jammed
    } else if any(&["cover-open", "door-open", "interlock-open"]) {
        PrintFault::Open
    } else {
        PrintFault::Stopped { reasons }
    }
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
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["media-empty-error"], "printer-out-of-paper")]
    #[case(&["media-low-warning", "media-needed"], "printer-out-of-paper")]
    #[case(&["media-jam-error"], "printer-jammed")]
    #[case(&["cover-open"], "printer-open")]
    #[case(&["paused"], "printer-stopped")]
    #[case(&[], "printer-stopped")]
    fn reasons_have_codes(#[case] reasons: &[&str], #[case] code: &str) {
        assert_eq!(fault_of(reasons.iter().map(|&reason| reason.to_owned()).collect()).code(), code);
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
