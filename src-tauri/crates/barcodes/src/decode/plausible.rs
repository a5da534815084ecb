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
        // Its first kinds hold a GTIN and nothing else; DataBar Expanded holds any GS1 content, behind a check of its own.
        Symbology::DataBar if length == 16 => {
            text.strip_prefix("01").is_none_or(|gtin| Gtin::new(gtin).is_ok())
        }
        Symbology::DataBar => length >= 3 && text.bytes().take(2).all(|byte| byte.is_ascii_digit()),
        _ => length >= 1,
    }
}
