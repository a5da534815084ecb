//! One-time codes, with which a station's key becomes known.
//!
//! Printed as `XXXX-XXXX-XXXX-FINGERPRINT`: 60 random bits in Crockford's base 32 (no I, L, O, U), and the
//! first 16 hex digits of head office's key id, by which the station knows whom it speaks to.

use std::fmt;

use sha2::{Digest, Sha256};
use wire::PublicKey;

use crate::error::HeadOfficeError;
use crate::key::fingerprint;

/// Seconds for which a code holds, by head office's clock: a day.
pub const CODE_LIFETIME_S: i64 = 24 * 60 * 60;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 12;

/// A one-time code: 12 letters of Crockford's base 32.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bits: u64 = rand::random();
        let mut letters = String::with_capacity(LETTERS);
        for _ in 0..LETTERS {
            let letter = ALPHABET.get((bits & 31) as usize).copied().unwrap_or(b'0');
            letters.push(char::from(letter));
            bits >>= 5;
        }
        Self(letters)
    }

    /// Reads what a person typed: case, dashes and spaces do not matter, O is 0, I and L are 1.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: String = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let known = |c: char| u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte));
        (letters.len() == LETTERS && letters.chars().all(known)).then_some(Self(letters))
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"rs-enrolment-code-1");
        hash.update(self.0.as_bytes());
        hash.finalize().into()
    }

    /// As printed, with the fingerprint of head office's key.
    pub fn with_fingerprint(&self, key: &PublicKey) -> String {
        format!("{self}-{}", fingerprint(key))
    }
}

impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

/// Depots and stations have names that can stand in an address, on a label and in a log.
pub(crate) fn check_name(name: &str) -> Result<(), HeadOfficeError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=32).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(HeadOfficeError::BadName(name.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        for _ in 0..200 {
            let code = OneTimeCode::random();
            assert_eq!(OneTimeCode::parse(&code.to_string()), Some(code.clone()));
            let typed = code.to_string().to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
            assert_eq!(OneTimeCode::parse(&typed), Some(code));
        }
    }

    #[test]
    fn other_text_is_no_code() {
        for text in ["", "ABCD-EFGH", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKMN-P", "ÄBCD-EFGH-JKMN"] {
            assert_eq!(OneTimeCode::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_printed_code_ends_in_sixteen_digits_of_the_key_id() {
        let key = wire::SecretKey::from_seed([7; 32]).public();
        let printed = OneTimeCode::random().with_fingerprint(&key);
        let (code, fingerprint) = printed.rsplit_once('-').unwrap();
        assert_eq!(code.len(), 14);
        assert_eq!(fingerprint.len(), 16);
        assert!(key.id().0.starts_with(fingerprint));
    }

    #[test]
    fn names_that_could_break_an_address_are_refused() {
        assert!(check_name("LEJ2-B04").is_ok());
        for name in ["", "a/b", "a b", "ä", "x\n", &"x".repeat(33)] {
            assert_eq!(check_name(name).unwrap_err().code(), "name-unusable", "{name:?}");
        }
    }
}
