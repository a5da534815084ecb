//! Scanners, cameras and printers: real ones and simulated ones.
//!
//! Each kind stands behind a small trait ([`Scanner`], [`Camera`], [`Printer`]) that real and simulated devices share.
//! Scanners and cameras report through one queue ([`events`]); a camera's frames and a printer's answers are asked for.
//! A keyboard as a fallback scanner is the screen's business and needs nothing from here.
//!
//! - [`device`]: who a device is and how it fares
//! - [`event`]: the queue that carries scans and states to the bench
//! - [`scanner`]: serial scanners, and how bytes become scans
//! - [`camera`]: MJPEG over HTTP, and a folder of pictures
//! - [`printer`]: PDF files in a folder, and IPP
//! - [`simulated`]: all three without hardware

mod backoff;
pub mod camera;
pub mod device;
pub mod event;
pub mod printer;
pub mod scanner;
pub mod simulated;
mod tls;

pub use camera::{Camera, CameraConfig, CameraSource, Frame};
pub use device::{DeviceId, DeviceKind, DeviceState, FailureCode};
pub use event::{Event, EventReceiver, EventSender, events};
pub use printer::{Job, PrintFault, Printed, Printer, PrinterConfig, PrinterTarget};
pub use scanner::{Scanner, ScannerConfig, SerialScanner};
