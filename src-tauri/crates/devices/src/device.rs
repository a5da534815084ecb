//! Who a device is and how it fares.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A device's name in the station's settings, such as `scanner-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub String);

impl DeviceId {
    /// A device id of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// Yields the bytes of codes.
    Scanner,
    /// Yields JPEG frames.
    Camera,
    /// Takes labels as PDF.
    Printer,
    /// Says what lies on it.
    Scale,
}

/// How a device fares. Serialised as `{"state": "busy"}`, with the fields beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DeviceState {
    /// The first attempt is under way.
    Connecting,
    /// It does its work.
    Working,
    /// It is not there; `what` is the path or address that was tried.
    Missing {
        /// Path or address.
        what: String,
    },
    /// Another program uses it.
    Busy,
    /// The operating system forbids it.
    PermissionDenied {
        /// On Unix, the group that may use it, which the station's user has to join (usually `dialout`).
        group: Option<String>,
    },
    /// It was there and went away; reconnecting goes on.
    Lost,
    /// It is there and does not do its work.
    Failing {
        /// Why.
        code: FailureCode,
    },
}

impl DeviceState {
    /// A stable code such as `scanner-busy`, the key into the screen's table of words.
    pub fn code(&self, kind: DeviceKind) -> &'static str {
        use DeviceKind::{Camera, Printer, Scale, Scanner};
        match (self, kind) {
            (Self::Connecting, Scanner) => "scanner-connecting",
            (Self::Connecting, Camera) => "camera-connecting",
            (Self::Connecting, Printer) => "printer-connecting",
            (Self::Connecting, Scale) => "scale-connecting",
            (Self::Working, Scanner) => "scanner-working",
            (Self::Working, Camera) => "camera-working",
            (Self::Working, Printer) => "printer-working",
            (Self::Working, Scale) => "scale-working",
            (Self::Missing { .. }, Scanner) => "scanner-missing",
            (Self::Missing { .. }, Camera) => "camera-missing",
            (Self::Missing { .. }, Printer) => "printer-missing",
            (Self::Missing { .. }, Scale) => "scale-missing",
            (Self::Busy, Scanner) => "scanner-busy",
            (Self::Busy, Camera) => "camera-busy",
            (Self::Busy, Printer) => "printer-busy",
            (Self::Busy, Scale) => "scale-busy",
            (Self::PermissionDenied { .. }, Scanner) => "scanner-permission-denied",
            (Self::PermissionDenied { .. }, Camera) => "camera-permission-denied",
            (Self::PermissionDenied { .. }, Printer) => "printer-permission-denied",
            (Self::PermissionDenied { .. }, Scale) => "scale-permission-denied",
            (Self::Lost, Scanner) => "scanner-lost",
            (Self::Lost, Camera) => "camera-lost",
            (Self::Lost, Printer) => "printer-lost",
            (Self::Lost, Scale) => "scale-lost",
            (Self::Failing { code }, _) => code.as_str(),
        }
    }
}

/// Why a device that is there does not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The port refuses its baud rate, parity or another setting.
    ScannerPortSettings,
    /// The path is no serial port.
    ScannerNotAPort,
    /// Several scanners fit, and nothing tells them apart.
    ScannerAlike,
    /// The camera's address is no usable `http://` address.
    CameraAddress,
    /// The camera answers with an HTTP error.
    CameraRefused,
    /// The camera answers, but not with `multipart/x-mixed-replace`.
    CameraNotMjpeg,
    /// What arrives are no whole JPEG pictures.
    CameraPicturesUnreadable,
    /// The folder that stands in for a camera holds no pictures.
    CameraFolderEmpty,
    /// No labels or no paper.
    PrinterOutOfPaper,
    /// Labels or paper are jammed.
    PrinterJammed,
    /// The cover is open.
    PrinterOpen,
    /// The printer is paused, shut down or stopped for another reason.
    PrinterStopped,
    /// The printer or its queue takes no such jobs.
    PrinterRejected,
    /// The job did not come to an end in time.
    PrinterTimedOut,
    /// The folder that stands in for a printer cannot be written.
    PrinterFolder,
    /// The scale's port refuses its baud rate, parity or another setting.
    ScalePortSettings,
    /// The scale's path is no serial port.
    ScaleNotAPort,
    /// Several devices fit what the scale is bound to, and nothing tells them apart.
    ScaleAlike,
    /// The port is open, and nothing answers.
    ScaleSilent,
    /// What the scale answers is no text: another baud rate or parity.
    ScaleUnreadable,
    /// The scale speaks the other protocol.
    ScaleOtherProtocol,
    /// The scale shows pieces, carats or another unit that is no mass known here.
    ScaleUnit,
    /// The scale says that something in it is broken or not calibrated.
    ScaleDefect,
    /// The camera wants a name and password that it was not given, or gets wrong ones.
    CameraSignIn,
    /// The camera is on USB, and this station was built without USB cameras.
    CameraUsbLeftOut,
    /// The recording holds no whole picture.
    CameraRecordingEmpty,
    /// The camera streams over RTSP, and this station was built without RTSP.
    CameraRtspLeftOut,
    /// What the camera streams over RTSP cannot be shown.
    CameraRtspStream,
    /// A part of GStreamer that the camera's stream needs is not installed.
    CameraRtspPlugins,
}

impl FailureCode {
    /// The code as it is serialised, for instance `printer-out-of-paper`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScannerPortSettings => "scanner-port-settings",
            Self::ScannerNotAPort => "scanner-not-a-port",
            Self::ScannerAlike => "scanner-alike",
            Self::CameraAddress => "camera-address",
            Self::CameraRefused => "camera-refused",
            Self::CameraNotMjpeg => "camera-not-mjpeg",
            Self::CameraPicturesUnreadable => "camera-pictures-unreadable",
            Self::CameraFolderEmpty => "camera-folder-empty",
            Self::PrinterOutOfPaper => "printer-out-of-paper",
            Self::PrinterJammed => "printer-jammed",
            Self::PrinterOpen => "printer-open",
            Self::PrinterStopped => "printer-stopped",
            Self::PrinterRejected => "printer-rejected",
            Self::PrinterTimedOut => "printer-timed-out",
            Self::PrinterFolder => "printer-folder",
            Self::ScalePortSettings => "scale-port-settings",
            Self::ScaleNotAPort => "scale-not-a-port",
            Self::ScaleAlike => "scale-alike",
            Self::ScaleSilent => "scale-silent",
            Self::ScaleUnreadable => "scale-unreadable",
            Self::ScaleOtherProtocol => "scale-other-protocol",
            Self::ScaleUnit => "scale-unit",
            Self::ScaleDefect => "scale-defect",
            Self::CameraSignIn => "camera-sign-in",
            Self::CameraUsbLeftOut => "camera-usb-left-out",
            Self::CameraRecordingEmpty => "camera-recording-empty",
            Self::CameraRtspLeftOut => "camera-rtsp-left-out",
            Self::CameraRtspStream => "camera-rtsp-stream",
            Self::CameraRtspPlugins => "camera-rtsp-plugins",
        }
    }
}
