//! Labels: what stands where, in millimetres, and how that becomes a PDF page or pixels.
//!
//! | from → to | module |
//! |---|---|
//! | a label's elements, printer dots | [`model`] |
//! | the words of each kind of label → elements | [`kinds`] |
//! | text → shaped, placed glyphs | `text`, `fonts` |
//! | elements → areas and glyphs to ink | `ink` |
//! | labels → PDF | [`pdf`] |
//! | a label → grey pixels, PNG | [`png`] |
//!
//! Pure: no files, no clock. Fonts are part of the program.

mod error;
mod fonts;
mod ink;
pub mod kinds;
pub mod model;
pub mod pdf;
pub mod png;
mod symbols;
mod text;

pub use error::LabelError;
pub use kinds::{
    Captions, CommandEntry, CommandSheet, ContainerLabel, ContentsList, ContentsRow, DispositionLabel,
    LpnLabel, OperatorBadge, ReturnLabel, command_sheet, container_label, contents_list, disposition_label,
    lpn_label, operator_badge, return_label, shown_lpn, standard_commands,
};
pub use model::{GradeMark, Label};
pub use pdf::to_pdf;
pub use png::{to_luma, to_png};
