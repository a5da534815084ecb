//! `GET /v1/challenge`: a nonce that any of head office's processes can check without having stored it.
//!
//! `SECONDS.RANDOM.MAC`, where the MAC (HMAC-SHA-256 under a key derived from the signing key) covers the rest.

use axum::Json;
use axum::extract::State;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wire::{Challenge, SecretKey};

use super::Desk;

/// Seconds for which a nonce is good.
pub const NONCE_LIFETIME_S: i64 = 5 * 60;

pub(super) async fn challenge(State(desk): State<Desk>) -> Json<Challenge> {
    let now = Timestamp::now();
    Json(Challenge { nonce: nonce(desk.office.key(), now.as_second()), time: now })
}

fn nonce(key: &SecretKey, now_s: i64) -> String {
    let random: [u8; 16] = rand::random();
    let said = format!("{now_s}.{}", hex::encode(random));
    let mac = mac(key, &said).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default();
    format!("{said}.{mac}")
}

/// Whether head office gave out this nonce, not longer ago than [`NONCE_LIFETIME_S`].
pub(super) fn is_fresh(key: &SecretKey, nonce: &str, now_s: i64) -> bool {
    let Some((said, tag)) = nonce.rsplit_once('.') else { return false };
    let Ok(tag) = hex::decode(tag) else { return false };
    let genuine = mac(key, said).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
    let given = said.split_once('.').and_then(|(seconds, _)| seconds.parse::<i64>().ok());
    genuine && given.is_some_and(|given| (0..=NONCE_LIFETIME_S).contains(&(now_s - given)))
}

fn mac(key: &SecretKey, said: &str) -> Option<Hmac<Sha256>> {
    let mut derived = Sha256::new();
    derived.update(b"rs-challenge-1");
    derived.update(key.seed());
    let mut mac = Hmac::<Sha256>::new_from_slice(&derived.finalize()).ok()?;
    mac.update(said.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_five_minutes_and_only_as_given() {
        let key = SecretKey::from_seed([1; 32]);
        let given = nonce(&key, 1000);
        assert!(is_fresh(&key, &given, 1000));
        assert!(is_fresh(&key, &given, 1000 + NONCE_LIFETIME_S));
        assert!(!is_fresh(&key, &given, 1001 + NONCE_LIFETIME_S), "stale");
        assert!(!is_fresh(&key, &given, 999), "from the future");
        assert!(!is_fresh(&SecretKey::from_seed([2; 32]), &given, 1000), "another key's");
        assert!(!is_fresh(&key, &given.replacen("1000", "1900", 1), 1900), "time altered");
        for junk in ["", ".", "1000", "1000.aa", "1000.aa.zz", "x.y.z"] {
            assert!(!is_fresh(&key, junk, 1000), "{junk:?}");
        }
    }
}
