//! Serial scanners, and how bytes become scans.
//!
//! - [`identity`]: which scanner it is, whatever its port is called
//! - [`ssi`]: packets of scanners that speak Zebra's SSI
//! - [`raw`]: what really came over the line

mod answer;
mod encoding;
mod framer;
pub mod identity;
pub(crate) mod port;
pub mod raw;
mod serial;
pub mod ssi;
pub(crate) mod whereabouts;

use serde::{Deserialize, Serialize};

use crate::device::{DeviceId, DeviceState};

pub use answer::{Answer, Outcome};
pub use encoding::Encoding;
pub use framer::{Framed, Framer};
pub use identity::{ListedPort, PortList, SystemPorts, UsbIdentity};
pub use raw::Chunk;
pub use serial::SerialScanner;

/// Paths of the serial ports that the system lists, sorted. Ports that it does not list (pseudo-terminals,
/// links) can be typed all the same.
pub fn ports() -> Vec<String> {
    SystemPorts.list().into_iter().map(|port| port.path).collect()
}

/// A scanner, real or simulated. Its scans and states arrive through the [`crate::events`] queue.
pub trait Scanner: Send + Sync {
    /// Which scanner this is.
    fn id(&self) -> &DeviceId;

    /// How it fares now.
    fn state(&self) -> DeviceState;

    /// The path that is open now, where it has one.
    fn open_path(&self) -> Option<String> {
        None
    }

    /// Tells the person at the scanner what came of its last scan, as far as it can: a sound, a light. Never waits.
    fn answer(&self, _outcome: Outcome) {}

    /// What it really sent, after that number (0: all that is kept), oldest first.
    fn raw_after(&self, _number: u64) -> Vec<Chunk> {
        Vec::new()
    }
}

/// How a serial scanner is connected and how its scans are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerConfig {
    /// The scanner's name.
    pub id: DeviceId,
    /// The port: `/dev/ttyACM0`, `COM3`, or any path to a tty. Not looked at where `usb` is given.
    #[serde(default)]
    pub path: String,
    /// The scanner itself, looked for under whatever path it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usb: Option<UsbIdentity>,
    /// What goes over the line.
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
    /// What ends a scan.
    #[serde(default)]
    pub suffix: Suffix,
    /// Bytes that the scanner puts in front of every scan; removed where present. An AIM identifier is none of these.
    #[serde(default)]
    pub prefix: Vec<u8>,
    /// The longest scan in bytes; a longer one is dropped and reported. 4096 unless given, 65,536 at most.
    #[serde(default = "default_max_len")]
    pub max_len: usize,
    /// The same bytes again within this time count as one scan, and the time starts anew. 0, the default, turns it off.
    #[serde(default)]
    pub duplicate_window_ms: u64,
    /// How characters beyond ASCII are sent.
    #[serde(default)]
    pub encoding: Encoding,
    /// How a plain scanner is answered; one that speaks SSI always is.
    #[serde(default)]
    pub answer: Answer,
}

impl ScannerConfig {
    /// A scanner at this path with the defaults: 9600 8N1, no flow control, suffix CR.
    pub fn new(id: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            id: DeviceId::new(id),
            path: path.into(),
            usb: None,
            protocol: Protocol::default(),
            baud: default_baud(),
            data_bits: DataBits::default(),
            parity: Parity::default(),
            stop_bits: StopBits::default(),
            flow: Flow::default(),
            suffix: Suffix::default(),
            prefix: Vec::new(),
            max_len: default_max_len(),
            duplicate_window_ms: 0,
            encoding: Encoding::default(),
            answer: Answer::default(),
        }
    }

    /// Where it is looked for: the path, or the USB device.
    pub fn place(&self) -> String {
        self.usb.as_ref().map_or_else(|| self.path.clone(), ToString::to_string)
    }
}

fn default_baud() -> u32 {
    9600
}

fn default_max_len() -> usize {
    4096
}

/// What goes over the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The bare content, framed by prefix and suffix.
    #[default]
    Plain,
    /// Packets of Zebra's Simple Serial Interface; prefix, suffix and `answer` count for nothing.
    Ssi,
}

/// What ends a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Suffix {
    /// Carriage return; a line feed right after it is taken as part of it.
    #[default]
    Cr,
    /// Line feed; a carriage return right before it is taken as part of it.
    Lf,
    /// Carriage return and line feed, both.
    CrLf,
    /// STX before each scan and ETX after it; what lies between scans is ignored.
    StxEtx,
    /// Nothing: silence of this length ends a scan.
    None {
        /// Silence in milliseconds.
        gap_ms: u64,
    },
}

/// Data bits of a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataBits {
    /// Seven.
    Seven,
    /// Eight.
    #[default]
    Eight,
}

/// Parity bit of a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parity {
    /// No parity bit.
    #[default]
    None,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// Stop bits of a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopBits {
    /// One.
    #[default]
    One,
    /// Two.
    Two,
}

/// Flow control of the port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// None.
    #[default]
    None,
    /// RTS/CTS.
    Hardware,
    /// XON/XOFF.
    Software,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_needs_only_id_and_path() {
        let config: ScannerConfig = serde_json::from_str(r#"{"id":"s","path":"/dev/ttyACM0"}"#).unwrap();
        assert_eq!(config, ScannerConfig::new("s", "/dev/ttyACM0"));
        assert_eq!((config.baud, config.max_len), (9600, 4096));
    }

    #[test]
    fn suffixes_have_names() {
        let config: ScannerConfig = serde_json::from_str(
            r#"{"id":"s","path":"p","suffix":{"kind":"none","gap_ms":80},"parity":"even","data_bits":"seven"}"#,
        )
        .unwrap();
        assert_eq!(config.suffix, Suffix::None { gap_ms: 80 });
        assert_eq!((config.parity, config.data_bits), (Parity::Even, DataBits::Seven));
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<ScannerConfig>(r#"{"id":"s","path":"p","bauds":1}"#).is_err());
    }
}
