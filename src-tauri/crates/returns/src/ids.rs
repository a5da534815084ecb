//! Names of things. Newtypes, so that one name is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// A text that is no id of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {kind}: {why}")]
pub struct IdError {
    /// Name of the id's kind, such as `RmaNumber`.
    pub kind: &'static str,
    /// The text as it came, cut at 64 characters.
    pub found: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl IdError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        "bad-id"
    }

    pub(crate) fn new(kind: &'static str, found: &str, why: &'static str) -> Self {
        Self { kind, found: found.chars().take(64).collect(), why }
    }
}

macro_rules! uuid_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        pub struct $name(#[ts(type = "string")] pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdError::new(stringify!($name), text, "not a UUID"))
            }
        }
    )+};
}

uuid_ids! {
    /// One physical item on the bench.
    UnitId,
    /// One carton that arrived.
    ParcelId,
    /// A tote, cage or pallet.
    ContainerId,
    /// One event (UUID v7).
    EventId,
}

macro_rules! text_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        ///
        /// 1 to 64 characters, none of them a control character, no space at either end.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// Checks a text and takes it as this id.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                match text_fault(&text) {
                    None => Ok(Self(text)),
                    Some(why) => Err(IdError::new(stringify!($name), &text, why)),
                }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )+};
}

fn text_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("it is empty")
    } else if text.chars().count() > 64 {
        Some("it is longer than 64 characters")
    } else if text.chars().any(char::is_control) {
        Some("it holds a control character")
    } else if text.trim() != text {
        Some("it begins or ends with a space")
    } else {
        None
    }
}

text_ids! {
    /// Number of a return authorisation.
    RmaNumber,
    /// A return line, unique within its RMA.
    LineId,
    /// A person at a station, by badge.
    OperatorId,
    /// The merchant whose goods these are.
    OwnerCode,
    /// A carrier's number for a parcel, in canonical form.
    TrackingNumber,
    /// The shop's order.
    OrderNumber,
    /// The owner's article number.
    Sku,
    /// GS1 trade item number, 8 to 14 digits as scanned.
    Gtin,
    /// Serial number or IMEI of one unit.
    Serial,
    /// A goods category; picks the checklist.
    CategoryCode,
    /// The maker or supplier with a return agreement.
    VendorCode,
    /// Opaque reference to a customer. Never a name, address or e-mail.
    CustomerRef,
    /// A customer's service tier. It may change speed and settlement; the grade never sees it.
    CustomerTier,
    /// A production lot (GS1 application identifier 10).
    Lot,
    /// A lawful exception under which unsold goods may be destroyed.
    DerogationCode,
    /// Id of a signed return label.
    LabelId,
    /// A shelf or other place, the payload of `RS:L:`.
    LocationId,
    /// What is printed on a container, the payload of `RS:T:`.
    ContainerCode,
    /// A question of a checklist.
    QuestionId,
    /// A choice of a question.
    ChoiceId,
    /// What a photo shows, such as `FRONT` or `SERIAL`.
    PhotoRole,
    /// A row of the policy.
    RowId,
    /// A waste category of the WEEE directive, such as `5`.
    WeeeCategory,
}

/// A country as ISO 3166-1 alpha-2, two capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Country([u8; 2]);

impl FromStr for Country {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([a, b])),
            _ => Err(IdError::new("Country", text, "not two capital letters")),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.0;
        write!(f, "{}{}", char::from(a), char::from(b))
    }
}

impl TryFrom<String> for Country {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.to_string()
    }
}

macro_rules! hex_ids {
    ($($(#[$meta:meta])* $name:ident[$len:literal]),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(type = "string")]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
                match hex::decode_to_slice(text, &mut bytes) {
                    Ok(()) if lower => Ok(Self(bytes)),
                    _ => Err(IdError::new(stringify!($name), text, "not lower-case hex of the right length")),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )+};
}

hex_ids! {
    /// A bench computer: 16 bytes, written as 32 hex digits.
    StationId[16],
    /// SHA-256 of stored bytes (a photo, a raw scan, a free text, a document), written as 64 hex digits.
    Sha256Hex[32],
}

/// What an event is about. Written `unit:<uuid>`, `parcel:<uuid>`, `container:<uuid>` or `station`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub enum Subject {
    /// One unit.
    Unit(UnitId),
    /// One parcel.
    Parcel(ParcelId),
    /// One container.
    Container(ContainerId),
    /// The station that records the event.
    Station,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::Parcel(id) => write!(f, "parcel:{id}"),
            Self::Container(id) => write!(f, "container:{id}"),
            Self::Station => f.write_str("station"),
        }
    }
}

impl FromStr for Subject {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once(':') {
            Some(("unit", id)) => id.parse().map(Self::Unit),
            Some(("parcel", id)) => id.parse().map(Self::Parcel),
            Some(("container", id)) => id.parse().map(Self::Container),
            None if text == "station" => Ok(Self::Station),
            _ => Err(IdError::new("Subject", text, "not unit, parcel, container or station")),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> String {
        subject.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_id_is_short_visible_and_not_empty() {
        for text in ["", " R-1", "R-1 ", "R\u{1d}1", "R\n1", &"x".repeat(65)] {
            let error = RmaNumber::new(text).unwrap_err();
            assert_eq!((error.kind, error.code()), ("RmaNumber", "bad-id"), "{text:?}");
        }
        assert_eq!(RmaNumber::new("R 1").unwrap().as_str(), "R 1");
        assert!(RmaNumber::new("x".repeat(64)).is_ok());
        assert!(serde_json::from_str::<RmaNumber>("\"\"").is_err(), "also when read from JSON");
    }

    #[test]
    fn hex_ids_have_one_spelling() {
        let station: StationId = "00112233445566778899aabbccddeeff".parse().unwrap();
        assert_eq!(station.to_string(), "00112233445566778899aabbccddeeff");
        for text in ["00112233445566778899AABBCCDDEEFF", "00", "zz112233445566778899aabbccddeeff"] {
            assert!(text.parse::<StationId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_subject_survives_its_text() {
        let uuid = Uuid::from_u128(7);
        for subject in [
            Subject::Unit(UnitId(uuid)),
            Subject::Parcel(ParcelId(uuid)),
            Subject::Container(ContainerId(uuid)),
            Subject::Station,
        ] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for text in ["unit", "unit:", "shelf:00000000-0000-0000-0000-000000000007", "station:"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_country_is_two_capitals() {
        assert_eq!("DE".parse::<Country>().unwrap().to_string(), "DE");
        for text in ["de", "D", "DEU", "É"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
    }
}
