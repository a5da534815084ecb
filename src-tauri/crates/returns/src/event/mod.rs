//! Everything that can have happened. An event's kind never changes its meaning: fields are only added,
//! optional; otherwise a new version. Kinds and versions that this build does not know are kept, never an error.
//!
//! No customer data and no free text stand in an event: free text, raw scans and photos by their hash.

mod station;
mod unit;

pub use station::{ContainerEvent, ParcelEvent, StationEvent};
pub use unit::{Amendment, UnitEvent};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Defines the events of one kind of subject, each with its stable kind and version.
macro_rules! events {
    ($(#[$meta:meta])* $subject:ident: $name:ident {
        $($(#[$vmeta:meta])* $variant:ident = ($kind:literal, $version:literal) {
            $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)?
        }),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", content = "body")]
        pub enum $name {
            $(
                #[doc = concat!("`", $kind, "`: ")]
                $(#[$vmeta])*
                #[serde(rename = $kind)]
                $variant {
                    $($(#[$fmeta])* $field: $ty),*
                },
            )+
        }

        impl $name {
            /// Every kind with its current version.
            pub const KINDS: &'static [(&'static str, u16)] = &[$(($kind, $version)),+];

            /// Stable kind, as stored and sent.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $kind),+
                }
            }

            /// Version of the kind's body.
            pub const fn version(&self) -> u16 {
                match self {
                    $(Self::$variant { .. } => $version),+
                }
            }
        }

        impl From<$name> for $crate::event::Event {
            fn from(event: $name) -> Self {
                Self::$subject(event)
            }
        }
    };
}
pub(crate) use events;

/// One thing that happened, to whatever subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// To a unit.
    Unit(UnitEvent),
    /// To a parcel.
    Parcel(ParcelEvent),
    /// To a container.
    Container(ContainerEvent),
    /// At the station.
    Station(StationEvent),
}

/// What became of stored bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// An event that this build knows.
    Known(Event),
    /// A kind, version or body that it does not know: kept, forwarded and shown; its subject is read-only here.
    Unknown,
}

impl Event {
    /// Stable kind, as stored and sent.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unit(event) => event.kind(),
            Self::Parcel(event) => event.kind(),
            Self::Container(event) => event.kind(),
            Self::Station(event) => event.kind(),
        }
    }

    /// Version of the kind's body.
    pub const fn version(&self) -> u16 {
        match self {
            Self::Unit(event) => event.version(),
            Self::Parcel(event) => event.version(),
            Self::Container(event) => event.version(),
            Self::Station(event) => event.version(),
        }
    }

    /// The body as a JSON object, without kind and version.
    pub fn body(&self) -> Result<Value, serde_json::Error> {
        match serde_json::to_value(self)? {
            Value::Object(mut object) => Ok(object.remove("body").unwrap_or_default()),
            other => Ok(other),
        }
    }

    /// Every kind with its current version.
    pub fn kinds() -> impl Iterator<Item = (&'static str, u16)> {
        [UnitEvent::KINDS, ParcelEvent::KINDS, ContainerEvent::KINDS, StationEvent::KINDS]
            .into_iter()
            .flatten()
            .copied()
    }

    /// Reads an event from its kind, version and body. What is not known is `Unknown`, never an error.
    pub fn parse(kind: &str, version: u16, body: &Value) -> Parsed {
        if !Self::kinds().any(|known| known == (kind, version)) {
            return Parsed::Unknown;
        }
        let tagged = serde_json::json!({ "kind": kind, "body": body });
        let event = match kind.split_once('.') {
            Some(("unit", _)) => serde_json::from_value(tagged).map(Self::Unit),
            Some(("parcel", _)) => serde_json::from_value(tagged).map(Self::Parcel),
            Some(("container", _)) => serde_json::from_value(tagged).map(Self::Container),
            _ => serde_json::from_value(tagged).map(Self::Station),
        };
        event.map_or(Parsed::Unknown, Parsed::Known)
    }
}
