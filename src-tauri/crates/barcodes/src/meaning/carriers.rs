//! Carriers' tracking numbers and their check digits.

use serde::{Deserialize, Serialize};

/// Whose tracking number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A postal operator: UPU S10, 13 characters.
    Post,
    /// UPS 1Z.
    Ups,
    /// FedEx Express (12 digits), Ground (15 digits) or Ground 96 (22 digits).
    FedEx,
    /// USPS IMpb, with or without 420 + ZIP.
    Usps,
    /// DHL parcel (JJD, JD).
    Dhl,
    /// Any carrier that labels parcels with GS1's SSCC.
    Sscc,
}

/// One carrier whose rules fit a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Whose number it would be.
    pub carrier: Carrier,
    /// The tracking number as that carrier prints it, without routing and spaces.
    pub number: String,
}
