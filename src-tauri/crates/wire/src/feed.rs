//! What comes down: feeds of items and tombstones behind an opaque cursor.

use std::fmt;
use std::str::FromStr;

use returns::checklist::Checklist;
use returns::ids::StationId;
use returns::policy::Policy;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Epoch;

/// A feed's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// Items are [`returns::rma::Rma`], by number.
    Rmas,
    /// Items are `Signed<Document>`, by kind and name.
    Documents,
    /// Items are `Signed<returns::item::Item>`, by SKU.
    Catalogue,
    /// Items are `Signed<Operator>`, by id.
    Operators,
    /// Items are [`UnitsItem`]: events of other benches of the depot and of head office, by place.
    Units,
    /// Items are claims of return labels, by label id.
    LabelClaims,
}

impl Feed {
    /// All feeds, in the order in which a station fetches them: people and rules before work.
    pub const ALL: [Self; 6] =
        [Self::Operators, Self::Documents, Self::Catalogue, Self::Rmas, Self::Units, Self::LabelClaims];

    /// As in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rmas => "rmas",
            Self::Documents => "documents",
            Self::Catalogue => "catalogue",
            Self::Operators => "operators",
            Self::Units => "units",
            Self::LabelClaims => "label-claims",
        }
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Feed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|feed| feed.as_str() == text).ok_or(())
    }
}

/// A document that steers a bench.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "document", content = "content", rename_all = "kebab-case")]
pub enum Document {
    /// A policy.
    Policy(Box<Policy>),
    /// The checklist of one category.
    Checklist(Box<Checklist>),
}

/// What happened to one key of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum FeedChange {
    /// It is now this.
    Put {
        /// The item's JSON; its type depends on the feed.
        value: Value,
    },
    /// It is gone.
    Gone,
}

/// One item of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedItem {
    /// Its key within the feed.
    pub key: String,
    /// What happened.
    #[serde(flatten)]
    pub change: FeedChange,
}

/// One page of a feed. Items and cursor are applied in one local transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedPage {
    /// Which feed.
    pub feed: Feed,
    /// Changes in order.
    pub items: Vec<FeedItem>,
    /// Where to go on; opaque.
    pub cursor: String,
    /// Whether more waits already.
    pub more: bool,
}

/// An event of another bench, in its original bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitsItem {
    /// Its station.
    pub station: StationId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its sequence.
    pub seq: u64,
    /// The event's line.
    pub line: String,
}
