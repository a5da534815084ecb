//! The typefaces that labels are set in: Inter, then Noto Sans Arabic, then DejaVu Sans Mono for what neither has.

use crate::error::LabelError;
use crate::model::Weight;
use rustybuzz::Face;

/// One font file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Font {
    InterRegular,
    InterBold,
    ArabicRegular,
    ArabicBold,
    Mono,
}

impl Font {
    /// The file's bytes.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Font::InterRegular => include_bytes!("../../../../assets/fonts/Inter-Regular.ttf"),
            Font::InterBold => include_bytes!("../../../../assets/fonts/Inter-Bold.ttf"),
            Font::ArabicRegular => include_bytes!("../../../../assets/fonts/NotoSansArabic-Regular.ttf"),
            Font::ArabicBold => include_bytes!("../../../../assets/fonts/NotoSansArabic-Bold.ttf"),
            Font::Mono => include_bytes!("../../../../assets/fonts/DejaVuSansMono.ttf"),
        }
    }

    /// The PostScript name, which a PDF shows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Font::InterRegular => "Inter-Regular",
            Font::InterBold => "Inter-Bold",
            Font::ArabicRegular => "NotoSansArabic-Regular",
            Font::ArabicBold => "NotoSansArabic-Bold",
            Font::Mono => "DejaVuSansMono",
        }
    }

    /// The parsed file.
    pub(crate) fn face(self) -> Result<Face<'static>, LabelError> {
        Face::from_slice(self.bytes(), 0).ok_or(LabelError::Font { font: self.name() })
    }
}

/// Faces of one weight, in the order in which they are asked for a character.
pub(crate) struct Faces {
    faces: Vec<(Font, Face<'static>)>,
}

impl Faces {
    /// Faces for text of this weight.
    pub(crate) fn of(weight: Weight) -> Result<Self, LabelError> {
        let fonts = match weight {
            Weight::Regular => [Font::InterRegular, Font::ArabicRegular, Font::Mono],
            Weight::Bold => [Font::InterBold, Font::ArabicBold, Font::Mono],
        };
        let faces =
            fonts.into_iter().map(|font| Ok((font, font.face()?))).collect::<Result<_, LabelError>>()?;
        Ok(Self { faces })
    }

    /// The first font that has this character.
    pub(crate) fn font_for(&self, character: char) -> Option<Font> {
        self.faces.iter().find(|(_, face)| face.glyph_index(character).is_some()).map(|(font, _)| *font)
    }

    /// True when this font has the character.
    pub(crate) fn has(&self, font: Font, character: char) -> bool {
        self.face(font).is_some_and(|face| face.glyph_index(character).is_some())
    }

    /// The parsed face of a font of this weight.
    pub(crate) fn face(&self, font: Font) -> Option<&Face<'static>> {
        self.faces.iter().find(|(held, _)| *held == font).map(|(_, face)| face)
    }
}
