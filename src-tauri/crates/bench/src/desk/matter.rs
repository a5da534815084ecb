//! What can be said of a parcel beside its items.

use returns::codes::Finding;

use super::say;
use crate::seam::Say;

/// What can be said of a parcel beside its items, in the order shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeskMatter {
    /// Many pieces of one kind: scanned once, counted by hand.
    Bulk,
    /// The parcel could not be delivered and comes back to its sender.
    Undelivered,
    /// Something was seen on or in the parcel.
    Seen(Finding),
}

impl DeskMatter {
    const ALONE: &'static [Self] = &[Self::Bulk];
    const OF_PARCEL: &'static [Self] = &[
        Self::Bulk,
        Self::Undelivered,
        Self::Seen(Finding::MixedCarton),
        Self::Seen(Finding::CarrierDamage),
        Self::Seen(Finding::ForeignObject),
    ];

    pub(crate) fn all(parcel: bool) -> &'static [Self] {
        if parcel { Self::OF_PARCEL } else { Self::ALONE }
    }

    pub(super) fn words(self) -> Say {
        match self {
            Self::Bulk => say("choice-bulk", []),
            Self::Undelivered => say("choice-undelivered", []),
            Self::Seen(finding) => say("choice-parcel-finding", [("finding", finding.to_string())]),
        }
    }
}
