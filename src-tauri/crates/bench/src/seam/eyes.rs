//! What the device room shows of camera and scale, and how they are set up.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{QrView, Say, UsbView};

/// How the camera's picture looks at this moment: its lens and its light.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CameraCheck {
    /// Width of edges in pixels (σ of the blur); none where the picture has no edges.
    pub blur_px: Option<f32>,
    /// Mean brightness, 0 to 255.
    pub brightness: f32,
    /// Black pixels, in percent.
    pub black_percent: f32,
    /// White pixels, in percent.
    pub white_percent: f32,
    /// Darkest over brightest part of the picture, in percent.
    pub evenness_percent: f32,
    /// What is wrong with it, worst first; empty where it is fine.
    pub flaws: Vec<Say>,
    /// Sharpness, exposure, glare and evenness, one by one.
    pub verdicts: Vec<LensVerdict>,
    /// The empty mat, as it was remembered; none where nobody took it.
    pub mat: Option<MatView>,
    /// A scan of this takes the empty mat, as the button does.
    pub mat_code: Option<QrView>,
}

/// One thing that was looked at in the camera's picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LensVerdict {
    /// Which.
    #[ts(type = "'sharpness' | 'exposure' | 'glare' | 'evenness'")]
    pub what: String,
    /// Fine, or not; none where the picture does not tell.
    pub fine: Option<bool>,
}

/// The empty mat: what lies on it is told from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MatView {
    /// When it was taken (RFC 3339).
    pub taken: String,
    /// Nothing lies on it now.
    pub empty_now: bool,
}

/// How the camera over the bench is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CameraSetup {
    /// Where its pictures come from.
    #[ts(type = "'mjpeg-http' | 'rtsp' | 'usb' | 'recording' | 'folder'")]
    pub kind: String,
    /// Address, name of a USB camera, file or folder.
    pub place: String,
    /// Name to sign in with; empty where the camera asks for none.
    #[serde(default)]
    pub user: String,
    /// Password; none: as it is now. It is never told back.
    #[serde(default)]
    pub password: Option<String>,
    /// Pictures per second of a recording or a folder; none: as the file says, or 5.
    #[serde(default)]
    pub fps: Option<f64>,
    /// A recording or a folder starts over at its end.
    #[serde(default)]
    pub repeat: bool,
}

/// How the scale is set up: the same fields as in `station.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScaleSetup {
    /// A typed path; empty where it is bound by what it is.
    #[serde(default)]
    pub path: String,
    /// What it is, or the adapter that it is plugged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub usb: Option<UsbView>,
    /// The language that it speaks.
    #[ts(type = "'mt-sics' | 'nci'")]
    pub protocol: String,
    /// Bits per second.
    pub baud: u32,
    /// Data bits.
    #[ts(type = "'seven' | 'eight'")]
    pub data_bits: String,
    /// Parity bit.
    #[ts(type = "'none' | 'even' | 'odd'")]
    pub parity: String,
    /// Stop bits.
    #[ts(type = "'one' | 'two'")]
    pub stop_bits: String,
    /// Flow control.
    #[ts(type = "'none' | 'hardware' | 'software'")]
    pub flow: String,
}

/// Kinds of camera that this station was built with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CameraKinds {
    /// Cameras on USB.
    pub usb: bool,
    /// Streams over RTSP.
    pub rtsp: bool,
}

/// What the scale says at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScaleView {
    /// In words: `scale-stable`, `scale-moving`, `scale-over` …, with `shown` as on its display.
    pub say: Say,
    /// Whole grams, where it is at rest.
    pub grams: Option<u32>,
    /// A tare is subtracted.
    pub net: bool,
}

/// What a scale can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ScaleOrder {
    /// What lies on it now is nothing.
    Zero,
    /// Subtract what lies on it now.
    Tare,
    /// Subtract nothing any more.
    ClearTare,
}
