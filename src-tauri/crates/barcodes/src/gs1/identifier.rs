//! What the identifier table holds, and how it is looked up.

use super::table::TABLE;

/// One application identifier, or a range that differs only in its last digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier {
    /// First identifier of the range.
    pub first: &'static str,
    /// Last identifier of the range; the same as the first for a single one.
    pub last: &'static str,
    /// True when its length is predefined, so that no separator follows it.
    pub predefined: bool,
    /// True when it may stand in a Digital Link's query.
    pub attribute: bool,
    /// The value's components in order.
    pub parts: &'static [Part],
    /// All of these must hold; each is a list of alternatives, each alternative a set of identifiers or patterns
    /// (`31nn`) that must stand beside this one.
    pub requires: &'static [&'static [&'static [&'static str]]],
    /// Identifiers or patterns that must not stand beside this one.
    pub excludes: &'static [&'static str],
    /// Alternatives of ordered qualifiers when it is a Digital Link primary key; empty: a key without qualifiers.
    pub key: Option<&'static [&'static [&'static str]]>,
    /// GS1's short title.
    pub title: &'static str,
}

/// One component of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its characters.
    pub set: Set,
    /// Least length in characters.
    pub min: u8,
    /// Greatest length in characters.
    pub max: u8,
    /// True when it may be left out, with all that follows it.
    pub optional: bool,
    /// What else its content must satisfy.
    pub rules: &'static [Rule],
}

/// Character sets (GS1 General Specifications, 7.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Digits.
    Digits,
    /// CSET 82.
    Cset82,
    /// CSET 39.
    Cset39,
    /// File-safe and URI-safe base64.
    Base64Url,
}

/// Content rules, named as in GS1's dictionary.
#[expect(
    missing_docs,
    reason = "the names are the dictionary's own and are explained where they are checked"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Couponcode,
    Couponposoffer,
    Csum,
    Csumalpha,
    Gcppos1,
    Gcppos2,
    Hasnondigit,
    Hh,
    Hhmi,
    Hyphen,
    Iban,
    Importeridx,
    Iso3166,
    Iso3166999,
    Iso3166alpha2,
    Iso4217,
    Iso5218,
    Latitude,
    Longitude,
    Mediatype,
    Mi,
    Nonzero,
    Nozeroprefix,
    Packagetype,
    Pcenc,
    Pieceoftotal,
    Posinseqslash,
    Ss,
    Winding,
    Yesno,
    Yymmd0,
    Yymmdd,
    Yyyymmdd,
    Zero,
}

/// The table's entry for an identifier's digits.
pub fn identifier(ai: &str) -> Option<&'static Identifier> {
    TABLE.iter().find(|entry| entry.covers(ai))
}

impl Identifier {
    fn covers(&self, ai: &str) -> bool {
        ai.len() == self.first.len() && self.first <= ai && ai <= self.last
    }

    /// Least and greatest length of a value in characters.
    pub fn lengths(&self) -> (usize, usize) {
        let min = self.parts.iter().filter(|p| !p.optional).map(|p| usize::from(p.min)).sum();
        let max = self.parts.iter().map(|p| usize::from(p.max)).sum();
        (min, max)
    }
}

impl Set {
    /// True when the character belongs to the set.
    pub fn holds(self, c: char) -> bool {
        match self {
            Set::Digits => c.is_ascii_digit(),
            Set::Cset82 => c.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(c),
            Set::Cset39 => c.is_ascii_uppercase() || c.is_ascii_digit() || "#-/".contains(c),
            Set::Base64Url => c.is_ascii_alphanumeric() || "-_=".contains(c),
        }
    }
}

/// True when an identifier is, or matches, `pattern`, whose letters `n` stand for any digit.
pub(super) fn matches(pattern: &str, ai: &str) -> bool {
    pattern.len() == ai.len() && pattern.bytes().zip(ai.bytes()).all(|(p, a)| p == b'n' || p == a)
}

const fn part(set: Set, min: u8, max: u8, rules: &'static [Rule]) -> Part {
    Part { set, min, max, optional: false, rules }
}

pub(super) const fn digits(min: u8, max: u8, rules: &'static [Rule]) -> Part {
    part(Set::Digits, min, max, rules)
}

pub(super) const fn cset82(min: u8, max: u8, rules: &'static [Rule]) -> Part {
    part(Set::Cset82, min, max, rules)
}

pub(super) const fn cset39(min: u8, max: u8, rules: &'static [Rule]) -> Part {
    part(Set::Cset39, min, max, rules)
}

pub(super) const fn base64url(min: u8, max: u8, rules: &'static [Rule]) -> Part {
    part(Set::Base64Url, min, max, rules)
}

pub(super) const fn may(part: Part) -> Part {
    Part { optional: true, ..part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_single_ones_ranges_and_nothing() {
        assert_eq!(identifier("01").unwrap().title, "GTIN");
        assert_eq!(identifier("3103").unwrap().first, "3100");
        assert!(identifier("3106").is_none());
        assert!(identifier("310").is_none());
        assert_eq!(identifier("97").unwrap().first, "91");
        assert!(identifier("").is_none());
    }

    #[test]
    fn no_identifier_begins_another() {
        // Otherwise a scanned string without brackets could be cut in two ways.
        for a in TABLE {
            for b in TABLE.iter().filter(|b| b.first.len() > a.first.len()) {
                let begin = b.first.get(..a.first.len()).unwrap();
                assert!(!a.covers(begin), "{} begins {}", a.first, b.first);
            }
        }
    }

    #[test]
    fn predefined_lengths_are_fixed() {
        for entry in TABLE.iter().filter(|e| e.predefined) {
            let (min, max) = entry.lengths();
            assert_eq!(min, max, "{}", entry.first);
        }
    }

    #[test]
    fn only_the_last_part_varies() {
        for entry in TABLE {
            let before_last = entry.parts.split_last().unwrap().1;
            assert!(before_last.iter().all(|p| p.min == p.max), "{}", entry.first);
        }
    }
}
