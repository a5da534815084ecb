//! The draw for the blind re-grade: nobody at the bench can predict or dodge it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ids::UnitId;

/// Whether a unit is drawn, at a rate in per mille. `salt` is head office's secret; the draw is
/// HMAC-SHA256(salt, the unit id's 16 bytes), its first 8 bytes big-endian modulo 1000 below the rate.
pub fn is_drawn(salt: &[u8], unit: UnitId, rate_per_mille: u16) -> bool {
    // HMAC takes a key of any length; the error exists only for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else { return true };
    mac.update(unit.0.as_bytes());
    let digest = mac.finalize().into_bytes();
    let draw = digest.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    draw % 1000 < u64::from(rate_per_mille)
}
