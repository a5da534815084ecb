//! Why a label cannot be made.

use barcodes::rs::OwnCodeProblem;
use barcodes::write::WriteError;

/// Why a label cannot be described or drawn.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// An LPN that is not twelve digits.
    #[error("an LPN has twelve digits, not {lpn:?}")]
    Lpn {
        /// What was given.
        lpn: String,
    },
    /// A grade that is none of N, A, B, C, D, X.
    #[error("there is no grade {grade:?}")]
    Grade {
        /// What was given.
        grade: String,
    },
    /// A code that the bench would refuse when it is scanned, so it is not printed: wrong LPN check digits, a print
    /// number 0, an empty or overlong id, a character that does not belong in it.
    #[error("{content:?} is not a code that a bench would take")]
    Refused {
        /// The code's content.
        content: String,
        /// What is wrong with it.
        problem: Option<OwnCodeProblem>,
    },
    /// A symbol that cannot be written.
    #[error("the code {content:?} cannot be written")]
    Symbol {
        /// The code's content.
        content: String,
        /// Why.
        source: WriteError,
    },
    /// A symbol wider than its place on the label, even at the smallest modules a scanner reads.
    #[error("the code {content:?} does not fit on the label")]
    SymbolTooWide {
        /// The code's content.
        content: String,
    },
    /// No label to draw.
    #[error("there is no label to draw")]
    Nothing,
    /// A label or resolution outside what can be drawn: 1 to 1,000 mm, 25 to 1,200 dpi, at most 64 million pixels.
    #[error("a label of {width_mm} × {height_mm} mm at {dpi} dpi cannot be drawn")]
    Size {
        /// Width of the label.
        width_mm: f64,
        /// Height of the label.
        height_mm: f64,
        /// Resolution asked for; 0 for a PDF, which has none.
        dpi: f64,
    },
    /// A font that is part of the program does not parse, or cannot be cut down to the used glyphs.
    #[error("the font {font} cannot be used")]
    Font {
        /// The font's file name.
        font: &'static str,
    },
    /// The PNG encoder failed.
    #[error("the picture cannot be written")]
    Png(#[source] image::ImageError),
}

impl LabelError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            LabelError::Lpn { .. } => "label-lpn",
            LabelError::Grade { .. } => "label-grade",
            LabelError::Refused { .. } => "label-code",
            LabelError::Symbol { source, .. } => source.code(),
            LabelError::SymbolTooWide { .. } => "code-too-long",
            LabelError::Nothing => "label-nothing",
            LabelError::Size { .. } => "label-size",
            LabelError::Font { .. } => "label-font",
            LabelError::Png(_) => "label-png",
        }
    }
}
