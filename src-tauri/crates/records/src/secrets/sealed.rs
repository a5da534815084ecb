//! A file sealed to this machine: ChaCha20-Poly1305 (RFC 8439) under a key that HKDF-SHA256 (RFC 5869) makes of the
//! machine's id and a salt. The id is 122 random bits, so nothing is gained by a slow derivation: nobody guesses it, and
//! whoever has the disk reads it. What it keeps safe is a copy of the data folder alone.

use std::fs;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use serde::{Deserialize, Serialize};

/// What the key is for; another use of the machine's id must not come to the same one.
const PURPOSE: &[u8] = b"returns-station secret 1";

#[derive(Serialize, Deserialize)]
struct Sealed {
    salt: String,
    nonce: String,
    secret: String,
}

/// The id of this machine, where the system has one.
pub(super) fn machine() -> Option<String> {
    // systemd's and D-Bus's; elsewhere the keyring is always there.
    ["/etc/machine-id", "/var/lib/dbus/machine-id"].into_iter().find_map(|path| {
        let id = fs::read_to_string(path).ok()?.trim().to_owned();
        (id.len() >= 32).then_some(id)
    })
}

/// The file's text; `None` where it could not be sealed.
pub(super) fn seal(machine: &str, name: &str, secret: &[u8]) -> Option<String> {
    let (salt, nonce): ([u8; 32], [u8; NONCE_LEN]) = (rand::random(), rand::random());
    let mut bytes = secret.to_vec();
    key(machine, &salt)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut bytes)
        .ok()?;
    let sealed = Sealed { salt: hex::encode(salt), nonce: hex::encode(nonce), secret: hex::encode(bytes) };
    serde_json::to_string(&sealed).ok()
}

/// The secret; `None` where another machine sealed it, under another name, or somebody changed it.
pub(super) fn open(machine: &str, name: &str, text: &[u8]) -> Option<Vec<u8>> {
    let sealed: Sealed = serde_json::from_slice(text).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(&hex::decode(sealed.nonce).ok()?).ok()?;
    let mut bytes = hex::decode(sealed.secret).ok()?;
    let key = key(machine, &hex::decode(sealed.salt).ok()?)?;
    key.open_in_place(nonce, Aad::from(name), &mut bytes).ok().map(|secret| secret.to_vec())
}

fn key(machine: &str, salt: &[u8]) -> Option<LessSafeKey> {
    let made = Salt::new(HKDF_SHA256, salt).extract(machine.as_bytes());
    let key = made.expand(&[PURPOSE], &CHACHA20_POLY1305).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(key)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HERE: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn only_this_machine_opens_it_and_only_under_its_name() {
        let text = seal(HERE, "station", b"secret").unwrap();
        assert!(!text.contains(&hex::encode("secret")));
        assert_eq!(open(HERE, "station", text.as_bytes()).unwrap(), b"secret");
        assert_eq!(open(HERE, "camera", text.as_bytes()), None, "another's name");
        assert_eq!(
            open("ff112233445566778899aabbccddeeff", "station", text.as_bytes()),
            None,
            "another machine"
        );
        let mut changed: Sealed = serde_json::from_str(&text).unwrap();
        changed.secret.replace_range(0..2, if changed.secret.starts_with("00") { "01" } else { "00" });
        assert_eq!(open(HERE, "station", serde_json::to_string(&changed).unwrap().as_bytes()), None);
        assert_ne!(seal(HERE, "station", b"secret").unwrap(), text, "another salt each time");
        assert_eq!(open(HERE, "station", b"{}"), None);
    }
}
