//! Our own codes. All begin with `RS:` so that no product code can imitate them. Builders and parser, one place.

use serde::{Deserialize, Serialize};

/// What every code of ours begins with.
pub const PREFIX: &str = "RS:";

/// One of our own codes, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OwnCode {
    /// `RS:U:<LPN>` or, on a disposition label, `RS:U:<LPN>/<print number>`.
    Unit {
        /// Twelve digits, check digits right.
        lpn: String,
        /// Print number of the disposition label, from 1.
        print: Option<u32>,
    },
    /// `RS:T:` a container.
    Container {
        /// Its id.
        id: String,
    },
    /// `RS:L:` a location, such as a shelf.
    Location {
        /// Its id.
        id: String,
    },
    /// `RS:R:` a return label's token, base45, spaces included.
    ReturnLabel {
        /// The token as scanned, not yet decoded or verified.
        token: String,
    },
    /// `RS:C:` a command such as `PICK-1`.
    Command {
        /// What follows the prefix.
        payload: String,
    },
    /// `RS:O:` an operator's badge.
    Operator {
        /// What follows the prefix.
        badge: String,
    },
}

/// Why a code of ours is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum OwnCodeProblem {
    /// `RS:` is followed by none of our letters: perhaps a newer version's.
    #[error("no code of ours begins with RS:{letter}")]
    UnknownKind {
        /// What stands where the letter should be; may be empty.
        letter: String,
    },
    /// Nothing, too much, or a character that does not belong there.
    #[error("the content of this RS:{letter}: code is not right")]
    BadPayload {
        /// The code's letter.
        letter: String,
    },
    /// An LPN whose two check digits (ISO 7064 mod 97-10) do not fit.
    #[error("the check digits of LPN {lpn} do not fit")]
    WrongLpnCheck {
        /// The twelve digits as scanned.
        lpn: String,
    },
}

/// Longest id of a container, location, command or operator, in characters.
pub const MAX_ID_LENGTH: usize = 40;
/// Longest return label token, in characters: room for tokens longer than today's 144.
pub const MAX_TOKEN_LENGTH: usize = 512;

/// The LPN label's code.
pub fn unit(lpn: &str) -> String {
    format!("RS:U:{lpn}")
}

/// The disposition label's code; the print number counts from 1.
pub fn disposition_label(lpn: &str, print: u32) -> String {
    format!("RS:U:{lpn}/{print}")
}

/// A container's code.
pub fn container(id: &str) -> String {
    format!("RS:T:{id}")
}

/// A location's code.
pub fn location(id: &str) -> String {
    format!("RS:L:{id}")
}

/// A return label's code from its base45 token.
pub fn return_label(token: &str) -> String {
    format!("RS:R:{token}")
}

/// A command's code, such as `PICK-1`.
pub fn command(name: &str) -> String {
    format!("RS:C:{name}")
}

/// An operator badge's code.
pub fn operator(badge: &str) -> String {
    format!("RS:O:{badge}")
}

/// True when twelve digits carry the right check (ISO 7064 mod 97-10: the whole number leaves 1).
pub fn lpn_check_fits(lpn: &str) -> bool {
    lpn.len() == 12
        && lpn.bytes().all(|b| b.is_ascii_digit())
        && lpn.parse::<u64>().is_ok_and(|number| number % 97 == 1)
}

/// An LPN as a person types it from a damaged label: twelve digits, perhaps as 5-5-2 with hyphens or spaces.
/// Never applied to scanned bytes, for an LPN is only ever printed behind `RS:U:`.
pub fn typed_lpn(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    lpn_check_fits(&digits).then_some(digits)
}

/// Takes a code apart. `None`: not one of ours.
pub fn parse(text: &str) -> Option<Result<OwnCode, OwnCodeProblem>> {
    let rest = text.strip_prefix(PREFIX)?;
    let Some((letter, payload)) = rest.split_once(':') else {
        return Some(Err(OwnCodeProblem::UnknownKind { letter: rest.chars().take(8).collect() }));
    };
    Some(match letter {
        "U" => parse_unit(payload),
        "T" => id(letter, payload).map(|id| OwnCode::Container { id }),
        "L" => id(letter, payload).map(|id| OwnCode::Location { id }),
        "C" => id(letter, payload).map(|payload| OwnCode::Command { payload }),
        "O" => id(letter, payload).map(|badge| OwnCode::Operator { badge }),
        "R" => token(payload),
        _ => Err(OwnCodeProblem::UnknownKind { letter: letter.chars().take(8).collect() }),
    })
}

fn bad(letter: &str) -> OwnCodeProblem {
    OwnCodeProblem::BadPayload { letter: letter.to_owned() }
}

fn parse_unit(payload: &str) -> Result<OwnCode, OwnCodeProblem> {
    let (lpn, print) = match payload.split_once('/') {
        None => (payload, None),
        Some((lpn, digits)) => {
            let canonical = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
            let print = digits.parse::<u32>().ok().filter(|_| canonical).ok_or_else(|| bad("U"))?;
            (lpn, Some(print))
        }
    };
    if lpn.len() != 12 || !lpn.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad("U"));
    }
    if !lpn_check_fits(lpn) {
        return Err(OwnCodeProblem::WrongLpnCheck { lpn: lpn.to_owned() });
    }
    Ok(OwnCode::Unit { lpn: lpn.to_owned(), print })
}

fn id(letter: &str, payload: &str) -> Result<String, OwnCodeProblem> {
    let fits = (1..=MAX_ID_LENGTH).contains(&payload.len())
        && payload
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/' | b'+'));
    if fits { Ok(payload.to_owned()) } else { Err(bad(letter)) }
}

fn token(payload: &str) -> Result<OwnCode, OwnCodeProblem> {
    let base45 = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" $%*+-./:".contains(&b);
    // Base45 (RFC 9285) never leaves one character over.
    let fits = (2..=MAX_TOKEN_LENGTH).contains(&payload.len()) && payload.len() % 3 != 1;
    if fits && payload.bytes().all(base45) {
        Ok(OwnCode::ReturnLabel { token: payload.to_owned() })
    } else {
        Err(bad("R"))
    }
}
