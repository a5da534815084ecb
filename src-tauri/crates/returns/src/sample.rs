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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn drawn(salt: &[u8], rate: u16) -> Vec<bool> {
        (0..2_000).map(|n| is_drawn(salt, UnitId(Uuid::from_u128(n)), rate)).collect()
    }

    #[test]
    fn the_draw_depends_on_salt_and_unit_alone() {
        assert_eq!(drawn(b"salt", 100), drawn(b"salt", 100));
        assert_ne!(drawn(b"salt", 100), drawn(b"pepper", 100));
    }

    #[test]
    fn the_rate_is_kept() {
        assert!(drawn(b"salt", 0).iter().all(|hit| !hit));
        assert!(drawn(b"salt", 1000).iter().all(|hit| *hit));
        let hits = drawn(b"salt", 100).into_iter().filter(|hit| *hit).count();
        assert!((140..260).contains(&hits), "{hits} of 2000 at a tenth");
    }

    #[test]
    fn both_sides_of_the_line_draw_alike() {
        // Computed elsewhere: HMAC-SHA256("k", 16 zero bytes), first 8 bytes modulo 1000.
        let rate = 568;
        let unit = UnitId(Uuid::nil());
        assert!(!is_drawn(b"k", unit, rate));
        assert!(is_drawn(b"k", unit, rate + 1));
    }
}
