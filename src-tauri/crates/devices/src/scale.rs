//! Scales: what lies on them, in grams.
//!
//! A scale is asked several times a second; what it says is there as its newest [`Reading`], so that a screen can show
//! the weight as it settles and the bench takes it once it is stable. Nothing here rounds: a reading is the number that
//! stands on the scale's own display, turned into grams exactly.

mod nci;
mod serial;
mod sics;
mod weight;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::device::{DeviceId, DeviceState};
use crate::scanner::{DataBits, Flow, Parity, ScannerConfig, StopBits, UsbIdentity};

pub use serial::SerialScale;
pub use weight::{Unit, Weight};

/// A scale, real or simulated. Its states arrive through the [`crate::events`] queue.
pub trait Scale: Send + Sync {
    /// Which scale this is.
    fn id(&self) -> &DeviceId;

    /// How it fares now.
    fn state(&self) -> DeviceState;

    /// The path that is open now, where it has one.
    fn open_path(&self) -> Option<String> {
        None
    }

    /// A view of the newest reading. `None` until the first one and while the scale is away: an old weight never
    /// passes for the present one.
    fn subscribe(&self) -> watch::Receiver<Option<Arc<Reading>>>;

    /// Zeroes or tares it; answers when the scale has.
    fn adjust(&self, adjustment: Adjustment) -> BoxFuture<'_, Result<(), ScaleFault>>;

    /// The newest reading.
    fn latest(&self) -> Option<Arc<Reading>> {
        self.subscribe().borrow().clone()
    }
}

/// What a scale said once.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What lies on it.
    pub load: Load,
    /// A tare is subtracted: the weight is net.
    pub net: bool,
    /// Counts the readings from 1.
    pub number: u64,
    /// When it had arrived in full.
    pub at: Instant,
}

/// What lies on a scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "load", rename_all = "kebab-case")]
pub enum Load {
    /// So much, and at rest.
    Stable {
        /// How much.
        weight: Weight,
    },
    /// It still moves; so much at this moment, where the scale says it.
    Moving {
        /// How much at this moment.
        weight: Option<Weight>,
    },
    /// More than it can weigh.
    Over,
    /// Less than it can weigh: the pan is lifted, or was never put on.
    Under,
}

impl Load {
    /// A stable code such as `scale-over`, the key into the screen's table of words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stable { weight } if weight.is_zero() => "scale-empty",
            Self::Stable { .. } => "scale-stable",
            Self::Moving { .. } => "scale-moving",
            Self::Over => "scale-over",
            Self::Under => "scale-under",
        }
    }

    /// As its display shows it; empty where it shows no number.
    pub fn shown(&self) -> &str {
        match self {
            Self::Stable { weight } | Self::Moving { weight: Some(weight) } => &weight.shown,
            _ => "",
        }
    }

    /// The weight that may be recorded: at rest, and more than nothing.
    pub fn settled(&self) -> Option<&Weight> {
        match self {
            Self::Stable { weight } => Some(weight).filter(|weight| weight.is_positive()),
            _ => None,
        }
    }
}

/// What a scale can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// What lies on it now is nothing.
    Zero,
    /// What lies on it now is the packaging: subtract it from now on.
    Tare,
    /// Subtract nothing any more.
    ClearTare,
}

/// Why a scale was not zeroed or tared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleFault {
    /// It does not answer.
    #[error("the scale does not answer")]
    Gone,
    /// It does not come to rest, or is busy with something else.
    #[error("the scale does not come to rest")]
    NotNow,
    /// Too much or too little lies on it for that.
    #[error("outside of the range in which the scale can be set to zero")]
    OutOfRange,
    /// Its protocol has no such command.
    #[error("the scale knows no such command")]
    Unknown,
}

impl ScaleFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gone => "scale-gone",
            Self::NotNow => "scale-not-now",
            Self::OutOfRange => "scale-out-of-range",
            Self::Unknown => "scale-cannot",
        }
    }
}

/// The language that a scale speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Mettler Toledo's Standard Interface Command Set, levels 0 and 1.
    #[default]
    MtSics,
    /// The poll protocol of NCI, Weigh-Tronix, Brecknell and Toledo retail scales: SCP-01, and SCP-02 with its S.
    Nci,
}

/// How a serial scale is connected. Scales are as often set to 2400 7E1 as to 9600 8N1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleConfig {
    /// The scale's name.
    pub id: DeviceId,
    /// The port: `/dev/ttyUSB0`, `COM3`, or any path to a tty. Not looked at where `usb` is given.
    #[serde(default)]
    pub path: String,
    /// The scale itself, or the adapter that it is plugged into, looked for under whatever path it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usb: Option<UsbIdentity>,
    /// The language it speaks; MT-SICS unless given.
    #[serde(default)]
    pub protocol: Protocol,
    /// Bits per second; 9600 unless given.
    #[serde(default = "default_baud")]
    pub baud: u32,
    /// Data bits of a character.
    #[serde(default)]
    pub data_bits: DataBits,
    /// Parity bit.
    #[serde(default)]
    pub parity: Parity,
    /// Stop bits of a character.
    #[serde(default)]
    pub stop_bits: StopBits,
    /// Flow control.
    #[serde(default)]
    pub flow: Flow,
}

fn default_baud() -> u32 {
    9600
}

impl ScaleConfig {
    /// A scale at this path with the defaults: 9600 8N1, no flow control.
    pub fn new(id: impl Into<String>, path: impl Into<String>, protocol: Protocol) -> Self {
        Self {
            id: DeviceId::new(id),
            path: path.into(),
            usb: None,
            protocol,
            baud: default_baud(),
            data_bits: DataBits::default(),
            parity: Parity::default(),
            stop_bits: StopBits::default(),
            flow: Flow::default(),
        }
    }

    /// Where it is looked for: the path, or the USB device.
    pub fn place(&self) -> String {
        self.usb.as_ref().map_or_else(|| self.path.clone(), ToString::to_string)
    }

    /// The port's part, in the form in which ports are opened.
    fn port(&self, path: &str) -> ScannerConfig {
        let mut port = ScannerConfig::new(self.id.0.clone(), path);
        port.baud = self.baud;
        port.data_bits = self.data_bits;
        port.parity = self.parity;
        port.stop_bits = self.stop_bits;
        port.flow = self.flow;
        port
    }
}

/// What one answer says of the load, without the end of its line; `None` where it says something else, or nothing.
pub fn load_of(protocol: Protocol, answer: &[u8]) -> Option<Load> {
    let answer = match protocol {
        Protocol::MtSics => sics::answer(std::str::from_utf8(answer).ok()?),
        Protocol::Nci => nci::answer(answer),
    };
    match answer {
        Answer::Load(load, _) => Some(load),
        _ => None,
    }
}

/// What one answer of a scale means, in either protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// What lies on it; and whether a tare is subtracted, where the answer says it.
    Load(Load, Option<bool>),
    /// Zeroed or tared.
    Done,
    /// Not zeroed, not tared.
    Refused(ScaleFault),
    /// It cannot say at this moment.
    Wait,
    /// A tare of so much, or none.
    Tare(bool),
    /// Said of itself; nothing about a weight.
    Aside,
    /// It did not understand what it was asked.
    NotUnderstood,
    /// It says that something in it is broken.
    Defect,
    /// A weight in a unit that is none of mass, or none known here.
    OtherUnit,
    /// It speaks, but not this language.
    Rubbish,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_needs_only_id_and_path() {
        let config: ScaleConfig = serde_json::from_str(r#"{"id":"scale","path":"/dev/ttyUSB0"}"#).unwrap();
        assert_eq!(config, ScaleConfig::new("scale", "/dev/ttyUSB0", Protocol::MtSics));
        let config: ScaleConfig = serde_json::from_str(
            r#"{"id":"s","path":"p","protocol":"nci","baud":2400,"parity":"even","data_bits":"seven"}"#,
        )
        .unwrap();
        assert_eq!((config.protocol, config.port("p").parity), (Protocol::Nci, Parity::Even));
        assert!(serde_json::from_str::<ScaleConfig>(r#"{"id":"s","path":"p","unit":"kg"}"#).is_err());
    }

    #[test]
    fn only_a_weight_at_rest_and_above_nothing_is_settled() {
        let weight = |text| Weight::read(text, "g").unwrap();
        assert!(Load::Stable { weight: weight("12.5") }.settled().is_some());
        assert!(Load::Stable { weight: weight("0.0") }.settled().is_none());
        assert!(Load::Stable { weight: weight("-3") }.settled().is_none());
        assert!(Load::Moving { weight: Some(weight("12.5")) }.settled().is_none());
        assert!(Load::Over.settled().is_none() && Load::Under.settled().is_none());
        assert_eq!(Load::Stable { weight: weight("0.0") }.code(), "scale-empty");
    }
}
