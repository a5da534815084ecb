//! Figures from what is recorded here, offline.

use returns::codes::Reason;

/// Reasons by which a customer claims that something is wrong with the goods themselves.
pub const CLAIMS_OF_A_FAULT: [Reason; 6] = [
    Reason::Defective,
    Reason::WarrantyRepair,
    Reason::NotAsDescribed,
    Reason::Damaged,
    Reason::DamagedTransit,
    Reason::MissingParts,
];

/// Reasons that better picking, packing, words, pictures or size tables avoid: what a shop can do something about.
/// A change of mind, a gift or the end of a thing's life is not among them.
pub const AVOIDABLE: [Reason; 9] = [
    Reason::WrongItem,
    Reason::NotAsDescribed,
    Reason::TooSmall,
    Reason::TooLarge,
    Reason::Colour,
    Reason::DamagedTransit,
    Reason::MissingParts,
    Reason::ArrivedLate,
    Reason::Expired,
];
