//! What the station tells a scanner about its scan, so that the person hears it without looking up.

use serde::{Deserialize, Serialize};

/// What came of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken.
    Accepted,
    /// Not taken, or something to look at.
    Refused,
}

/// How a plain scanner is answered. What a scanner understands stands in its manual; nothing is sent unless chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Not at all.
    #[default]
    None,
    /// ACK (0x06) for every scan that arrived whole, at once: for scanners set to wait for it. What came of it is not told.
    Ack,
    /// BEL (0x07): once for taken, three times for refused (Zebra's "beep on BEL").
    Bell,
    /// `ESC 7 ,` and `ESC 8 ,`, with application work group 0 in front (Honeywell's Host ACK).
    HostAck,
    /// `ESC [ 3 q` and `ESC [ 4 q`: good read tone, bad transmission tone (Datalogic).
    Escape,
}

impl Answer {
    /// What is sent as soon as a scan is there.
    pub fn on_arrival(self) -> &'static [u8] {
        match self {
            Self::Ack => b"\x06",
            _ => b"",
        }
    }

    /// What is sent once the bench has said what comes of it.
    pub fn of(self, outcome: Outcome) -> &'static [u8] {
        match (self, outcome) {
            (Self::None | Self::Ack, _) => b"",
            (Self::Bell, Outcome::Accepted) => b"\x07",
            (Self::Bell, Outcome::Refused) => b"\x07\x07\x07",
            (Self::HostAck, Outcome::Accepted) => b"0\x1b7,",
            (Self::HostAck, Outcome::Refused) => b"0\x1b8,",
            (Self::Escape, Outcome::Accepted) => b"\x1b[3q",
            (Self::Escape, Outcome::Refused) => b"\x1b[4q",
        }
    }
}
