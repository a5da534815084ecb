//! Room on the data folder's disk.

use std::path::Path;

/// Free part in percent, as far as the system tells.
pub(crate) fn free_percent(folder: &Path) -> Option<u8> {
    let free = fs4::available_space(folder).ok()?;
    let all = fs4::total_space(folder).ok()?.max(1);
    u8::try_from(free.saturating_mul(100) / all).ok()
}
