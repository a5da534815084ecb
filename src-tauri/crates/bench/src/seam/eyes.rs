//! What the device room shows of camera and scale.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Say;

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
