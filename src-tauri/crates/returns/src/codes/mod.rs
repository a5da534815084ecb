//! The closed vocabularies. Every code is stored, sent and shown as the CAPITAL word of domain.md, in
//! Rust, SQL, JSON and TypeScript alike.

mod claim;
mod command;
mod finding;
mod judged;
mod outcome;
mod stage;

pub use claim::{Acceptance, Cycle, IntakeKind, Preference, Reason, RmaState, SellerResponse};
pub use command::CommandCode;
pub use finding::{Finding, Grade, QuestionKind, Seal};
pub use judged::{
    Authorisation, CosmeticGrade, FunctionGrade, PreferenceOutcome, SerialKind, SignalKind, Work, WorkResult,
};
pub use outcome::{Disposition, Gate, HoldReason, Settlement};
pub use stage::{
    ContainerState, DocumentKind, LabelKind, LabelStage, Match, OverrideReason, ParcelOutcome, ParcelRefusal,
    ParcelState, PhotoFlaw, PurgeReason, RegradeReason, ReviewCause, ReviewOutcome, ReviewState, Role,
    SkipReason, Stage, Task, VoidReason,
};

/// A word that is not in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {vocabulary}")]
pub struct UnknownCode {
    /// Name of the vocabulary, such as `Disposition`.
    pub vocabulary: &'static str,
    /// The word as it came.
    pub found: String,
}

impl UnknownCode {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        "unknown-code"
    }
}

/// Defines a vocabulary: an enum whose text, serde and TypeScript form is one and the same word.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident $(as $shown:literal)? { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, ts_rs::TS,
        )]
        $(#[ts(rename = $shown)])?
        pub enum $name {
            $(
                #[doc = concat!("`", $code, "`")]
                ///
                $(#[$vmeta])*
                #[serde(rename = $code)]
                $variant,
            )+
        }

        impl $name {
            /// Every code, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and shown code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::codes::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or_else(|| {
                    $crate::codes::UnknownCode { vocabulary: stringify!($name), found: text.to_owned() }
                })
            }
        }
    };
}
pub(crate) use codes;
