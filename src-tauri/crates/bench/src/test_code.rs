//! "Scan this to test": a code of our own whose arrival says how a scanner is set up. Nobody's goods carry it. And the
//! code beside the button that takes the empty mat.

use barcodes::write::{self, Bars, Level, Modules};

use crate::desk::coded;
use crate::seam::{Coded, QrView, TestCode};

/// Its content. Like all of ours it begins with `RS:`.
pub(crate) const TEST_CODE: &str = "RS:TEST";
/// What the button for the empty mat does, scanned.
const MAT_CODE: &str = "RS:MAT";
/// Quiet zone in modules (ISO/IEC 15417, 4.3).
const QUIET: usize = 10;
const HEIGHT: usize = 40;
/// Quiet zone of a QR code in modules (ISO/IEC 18004, 6.3.8).
const QUIET_QR: usize = 4;

/// The test code in Code 128.
pub(crate) fn picture() -> Result<TestCode, Coded> {
    let bars = write::code128(TEST_CODE).map_err(|error| coded(error.code(), []))?;
    Ok(drawn_bars(TEST_CODE, &bars))
}

/// Whether this is a scan of the code for the empty mat.
pub(crate) fn is_mat(bytes: &[u8]) -> bool {
    let bare = match bytes {
        // Behind an AIM identifier.
        [b']', _, _, rest @ ..] => rest,
        other => other,
    };
    bare == MAT_CODE.as_bytes()
}

/// The code for the empty mat.
pub(crate) fn mat_code() -> Option<QrView> {
    let modules = write::qr(MAT_CODE.as_bytes(), Level::M).ok()?;
    Some(QrView { size: u16::try_from(modules.width()).ok()?, path: path_of(&modules, 0) })
}

/// Bars as a picture, quiet zones included.
pub(crate) fn drawn_bars(text: &str, bars: &Bars) -> TestCode {
    let mut path = String::new();
    let mut at = QUIET;
    for (n, width) in bars.widths().iter().enumerate() {
        if n % 2 == 0 {
            path.push_str(&format!("M{at} 0h{width}v{HEIGHT}h-{width}z"));
        }
        at += usize::from(*width);
    }
    let modules = u32::try_from(bars.modules() + 2 * QUIET).unwrap_or_default();
    TestCode { text: text.to_owned(), svg_path: path, width: modules, height: 40 }
}

/// A two-dimensional symbol as a picture, quiet zone included.
pub(crate) fn drawn_modules(text: &str, modules: &Modules) -> TestCode {
    let side = |modules: usize| u32::try_from(modules + 2 * QUIET_QR).unwrap_or_default();
    TestCode {
        text: text.to_owned(),
        svg_path: path_of(modules, QUIET_QR),
        width: side(modules.width()),
        height: side(modules.height()),
    }
}

fn path_of(modules: &Modules, quiet: usize) -> String {
    let mut path = String::new();
    for y in 0..modules.height() {
        for x in (0..modules.width()).filter(|x| modules.dark(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + quiet, y + quiet));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mats_code_is_known_with_and_without_its_kind_in_front() {
        assert!(is_mat(b"RS:MAT") && is_mat(b"]Q1RS:MAT"));
        assert!(!is_mat(b"RS:MATS") && !is_mat(b"]Q1RS:TEST"));
        assert!(mat_code().unwrap().path.starts_with("M0 0h1v1h-1z"));
    }
}
