//! The kinds of label: the words that each needs, and where they stand. Dates, names and words come as they are to
//! be read, in the reader's language; [`Captions`] are the few words that a label adds.

mod container;
mod contents;
mod sheet;
mod slips;
mod unit;

pub use container::{ContainerLabel, container_label};
pub use contents::{ContentsList, ContentsRow, contents_list};
pub use sheet::{CommandEntry, CommandSheet, command_sheet, standard_commands};
pub use slips::{OperatorBadge, ReturnLabel, operator_badge, return_label};
pub use unit::{DispositionLabel, LpnLabel, disposition_label, lpn_label, shown_lpn};

/// The words that stand before a value. Default: English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions {
    /// Before the owner.
    pub owner: String,
    /// Before the day on which a unit was received.
    pub received: String,
    /// Before an RMA number.
    pub rma: String,
    /// Before the last day on which a return label is taken.
    pub valid_until: String,
    /// Before a page number.
    pub page: String,
}

impl Default for Captions {
    fn default() -> Self {
        Self {
            owner: "Owner".to_owned(),
            received: "received".to_owned(),
            rma: "RMA".to_owned(),
            valid_until: "Valid until".to_owned(),
            page: "Page".to_owned(),
        }
    }
}

/// "Owner NLK", or nothing where there is no value. The value keeps its own direction within the sentence.
fn captioned(caption: &str, value: &str) -> String {
    match (caption.trim(), value.trim()) {
        (_, "") => String::new(),
        ("", value) => value.to_owned(),
        (caption, value) => format!("{caption} \u{2068}{value}\u{2069}"),
    }
}

/// Facts on one line; empty ones leave no gap.
fn facts<const N: usize>(parts: [String; N]) -> String {
    let said: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    said.join("  ·  ")
}
