//! Scanners in the device room: how they are set up, what is plugged in, what really comes over the line.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Say;

/// How one scanner is set up: the same fields as in `station.json`, whose values are checked when they are saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScannerSetup {
    /// Its name in the settings.
    pub id: String,
    /// A typed path; empty where it is bound by what it is.
    #[serde(default)]
    pub path: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub usb: Option<UsbView>,
    /// What goes over the line.
    #[ts(type = "'plain' | 'ssi'")]
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
    /// What ends a scan.
    pub suffix: SuffixView,
    /// Bytes in front of every scan.
    pub prefix: Vec<u8>,
    /// Longest scan in bytes.
    pub max_len: u32,
    /// The same again within this time counts once.
    pub duplicate_window_ms: u32,
    /// Characters beyond ASCII.
    #[ts(type = "'utf-8' | 'iso-8859-1' | 'windows-1252' | 'shift-jis'")]
    pub encoding: String,
    /// How a plain scanner is told what came of its scan.
    #[ts(type = "'none' | 'ack' | 'bell' | 'host-ack' | 'escape'")]
    pub answer: String,
}

/// What ends a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SuffixView {
    /// Which.
    #[ts(type = "'cr' | 'lf' | 'cr-lf' | 'stx-etx' | 'none'")]
    pub kind: String,
    /// With `none`: milliseconds of silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub gap_ms: Option<u32>,
}

/// A USB device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsbView {
    /// Vendor.
    pub vendor: u16,
    /// Product.
    pub product: u16,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub serial: Option<String>,
    /// The physical socket, where only that tells it from another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub socket: Option<String>,
    /// Interface of a device with several ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub interface: Option<u8>,
}

/// A serial port that this computer lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PortView {
    /// Its path now.
    pub path: String,
    /// What the device calls itself.
    pub name: Option<String>,
    /// `USB 05e0:1701 S123 @1-2`.
    pub usb: Option<String>,
    /// The scanner or scale of this bench that it is.
    pub device: Option<String>,
    /// Another one is plugged in that only its socket tells from this one.
    pub twin: bool,
}

/// What a scanner sent when the test code was scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScanTest {
    /// When (RFC 3339).
    pub at: String,
    /// What it says of the scanner.
    pub say: Say,
}

/// Bytes that came, or went, together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RawChunk {
    /// Counts up.
    #[ts(type = "number")]
    pub number: u64,
    /// Silence before it, in milliseconds.
    #[ts(type = "number")]
    pub gap_ms: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Bytes that came with them and were not kept.
    #[ts(type = "number")]
    pub skipped: u64,
    /// Sent by the station.
    pub sent: bool,
}

/// The code to test a scanner with, as a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TestCode {
    /// Its content, for people.
    pub text: String,
    /// The bars as an SVG path, one unit a module.
    pub svg_path: String,
    /// Width in modules, quiet zones included.
    pub width: u32,
    /// Height in the same unit.
    pub height: u32,
}

/// How one maker's scanners are set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MakerView {
    /// The maker.
    pub maker: String,
    /// Models that it holds for, as their maker names them.
    pub models: String,
    /// One after the other.
    pub steps: Vec<SetUpStep>,
}

/// One thing that a scanner is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetUpStep {
    /// What it does.
    #[ts(type = "'usb-serial' | 'aim-identifiers'")]
    pub does: String,
    /// The maker's own code, where its content is public.
    pub code: Option<TestCode>,
    /// Where that content was published.
    pub source: Option<String>,
    /// Where the maker's guide has the code: chapter and heading, in the guide's words.
    pub guide: String,
}
