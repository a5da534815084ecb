//! Scanners, scales, cameras and printers: real ones and simulated ones.
//!
//! Each kind stands behind a small trait ([`Scanner`], [`Scale`], [`Camera`], [`Printer`]) that real and simulated devices share.
//! Scanners and cameras report through one queue ([`events`]); a camera's frames and a printer's answers are asked for.
//! A keyboard as a fallback scanner is the screen's business and needs nothing from here.
//!
//! - [`device`]: who a device is and how it fares
//! - [`event`]: the queue that carries scans and states to the bench
//! - [`scanner`]: serial scanners, and how bytes become scans
//! - [`scale`]: serial scales, and what they say in grams
//! - [`camera`]: MJPEG over HTTP, and a folder of pictures
//! - [`printer`]: PDF files in a folder, and IPP
//! - [`simulated`]: all of them without hardware

mod backoff;
pub mod camera;
pub mod device;
pub mod event;
pub mod printer;
pub mod scale;
pub mod scanner;
pub mod simulated;
mod tls;

pub use camera::{Camera, CameraConfig, CameraSource, Frame};
pub use device::{DeviceId, DeviceKind, DeviceState, FailureCode};
pub use event::{Event, EventReceiver, EventSender, events};
pub use printer::{Job, PrintFault, Printed, Printer, PrinterConfig, PrinterTarget};
pub use scale::{Adjustment, Load, Reading, Scale, ScaleConfig, ScaleFault, SerialScale, Weight};
pub use scanner::{Scanner, ScannerConfig, SerialScanner};
