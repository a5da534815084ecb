//! Zebra's Simple Serial Interface: packets with a checksum, acknowledged both ways.
//!
//! After the "Simple Serial Interface Programmer's Guide" (72E-40451). Pure: bytes and time are the caller's.

mod host;
mod packet;
mod symbology;

pub use host::{Command, Host, Said};
pub use packet::{Packet, Parsed};
