//! Printers: labels go in as PDF, and what became of them comes out.

mod ipp;
mod pdf_folder;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::device::{DeviceId, DeviceState, FailureCode};

pub use ipp::{IppPrinter, read_answer};
pub use pdf_folder::PdfFolderPrinter;

/// One label to print.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Names the job for people and in file names, such as `00417-39258-61-lpn`. No customer's name.
    pub name: String,
    /// The PDF, printed as it is.
    pub pdf: Bytes,
    /// Width and height of the label in millimetres.
    pub media_mm: (f32, f32),
}

/// A job that the printer finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// Where it went: a file name or the printer's job number.
    pub detail: String,
}

/// Why a label did not come out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintFault {
    /// No labels or no paper.
    #[error("the printer is out of labels")]
    OutOfPaper,
    /// Labels or paper are jammed.
    #[error("the printer is jammed")]
    Jammed,
    /// The cover is open.
    #[error("the printer's cover is open")]
    Open,
    /// The printer is paused, shut down or stopped.
    #[error("the printer is stopped: {reasons:?}")]
    Stopped {
        /// The printer's own reasons (RFC 8011, 5.4.12).
        reasons: Vec<String>,
    },
    /// Nothing answers at the printer's address.
    #[error("the printer does not answer: {detail}")]
    Unreachable {
        /// What was tried and what came of it.
        detail: String,
    },
    /// The printer answers and does not take the job, or gave it up.
    #[error("the printer refused the job: {detail}")]
    Rejected {
        /// The printer's status or reasons.
        detail: String,
    },
    /// The job was taken and did not end in time. It was cancelled, but may still come out.
    #[error("the job did not end in time")]
    TimedOut,
    /// The folder cannot be written: missing, full or forbidden.
    #[error("the label folder cannot be written: {detail}")]
    Folder {
        /// The operating system's words.
        detail: String,
    },
}

impl PrintFault {
    /// A stable code such as `printer-out-of-paper`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "printer-missing",
            Self::OutOfPaper => FailureCode::PrinterOutOfPaper.as_str(),
            Self::Jammed => FailureCode::PrinterJammed.as_str(),
            Self::Open => FailureCode::PrinterOpen.as_str(),
            Self::Stopped { .. } => FailureCode::PrinterStopped.as_str(),
            Self::Rejected { .. } => FailureCode::PrinterRejected.as_str(),
            Self::TimedOut => FailureCode::PrinterTimedOut.as_str(),
            Self::Folder { .. } => FailureCode::PrinterFolder.as_str(),
        }
    }

    /// The state that a printer with this fault is in.
    pub fn state(&self) -> DeviceState {
        let code = match self {
            Self::Unreachable { detail } => return DeviceState::Missing { what: detail.clone() },
            Self::OutOfPaper => FailureCode::PrinterOutOfPaper,
            Self::Jammed => FailureCode::PrinterJammed,
            Self::Open => FailureCode::PrinterOpen,
            Self::Stopped { .. } => FailureCode::PrinterStopped,
            Self::Rejected { .. } => FailureCode::PrinterRejected,
            Self::TimedOut => FailureCode::PrinterTimedOut,
            Self::Folder { .. } => FailureCode::PrinterFolder,
        };
        DeviceState::Failing { code }
    }
}

/// A printer, real or simulated. It tells how it fares when asked; it is no source of events.
pub trait Printer: Send + Sync {
    /// Which printer this is.
    fn id(&self) -> &DeviceId;

    /// Prints one label and waits until it is out, or until it is certain that it will not come out.
    fn print(&self, job: Job) -> BoxFuture<'_, Result<Printed, PrintFault>>;

    /// Asks the printer whether it could print now.
    fn check(&self) -> BoxFuture<'_, Result<(), PrintFault>>;
}

/// A printer and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterConfig {
    /// The printer's name.
    pub id: DeviceId,
    /// How it is reached.
    pub target: PrinterTarget,
}

/// How a printer is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PrinterTarget {
    /// Each label becomes a PDF file in this folder, which is created if need be.
    PdfFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// The Internet Printing Protocol (RFC 8011), as network printers and CUPS speak it.
    Ipp {
        /// Such as `ipp://10.20.4.61:631/ipp/print`.
        uri: String,
    },
}

/// The printer of this description. Nothing is contacted before the first job.
pub fn open(config: PrinterConfig) -> Arc<dyn Printer> {
    match config.target {
        PrinterTarget::PdfFolder { dir } => Arc::new(PdfFolderPrinter::new(config.id, dir)),
        PrinterTarget::Ipp { uri } => Arc::new(IppPrinter::new(config.id, uri)),
    }
}
