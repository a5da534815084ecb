//! What a real label could hold. Without this, shelves and fences read as short codes.

use super::Symbology;
use crate::gs1::{Gtin, upc_e_to_upc_a};

/// False for content that its kind of symbol cannot hold, or that is too short to be told from chance.
pub(super) fn is_plausible(symbology: Symbology, text: &str) -> bool {
    let length = text.chars().count();
    match symbology {
        Symbology::Ean13 | Symbology::Ean8 | Symbology::UpcA => Gtin::new(text).is_ok(),
        Symbology::UpcE => upc_e_to_upc_a(text).is_some(),
        Symbology::Itf if length == 14 => Gtin::new(text).is_ok(),
        Symbology::Itf => length >= 6,
        Symbology::Code39 | Symbology::Code93 => length >= 4,
        Symbology::Code128 => length >= 3,
        Symbology::DataBar => length >= 16 && text.starts_with("01"),
        _ => length >= 1,
    }
}
