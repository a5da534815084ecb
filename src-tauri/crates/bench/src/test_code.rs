//! "Scan this to test": a code of our own whose arrival says how a scanner is set up. Nobody's goods carry it.

use barcodes::write;

use crate::desk::coded;
use crate::seam::{Coded, TestCode};

/// Its content. Like all of ours it begins with `RS:`.
pub(crate) const TEST_CODE: &str = "RS:TEST";
/// Quiet zone in modules (ISO/IEC 15417, 4.3).
const QUIET: usize = 10;
const HEIGHT: usize = 40;

/// The test code in Code 128.
pub(crate) fn picture() -> Result<TestCode, Coded> {
    let bars = write::code128(TEST_CODE).map_err(|error| coded(error.code(), []))?;
    let mut path = String::new();
    let mut at = QUIET;
    for (n, width) in bars.widths().iter().enumerate() {
        if n % 2 == 0 {
            path.push_str(&format!("M{at} 0h{width}v{HEIGHT}h-{width}z"));
        }
        at += usize::from(*width);
    }
    let modules = u32::try_from(bars.modules() + 2 * QUIET).unwrap_or_default();
    Ok(TestCode { text: TEST_CODE.to_owned(), svg_path: path, width: modules, height: 40 })
}
