//! Operators as head office sends them to a station.

use jiff::Timestamp;
use returns::codes::Role;
use returns::ids::OperatorId;
use serde::{Deserialize, Serialize};

/// One person who may sign in. No name: initials and an opaque id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Opaque id, the one that events name.
    pub id: OperatorId,
    /// Content of the badge's code after `RS:O:`.
    pub badge: String,
    /// Shown on screens and labels.
    pub initials: String,
    /// What they may do.
    pub role: Role,
    /// PIN as an Argon2id PHC string.
    pub pin_hash: String,
    /// After this the entry gives no supervisor powers any more.
    pub valid_until: Timestamp,
}
