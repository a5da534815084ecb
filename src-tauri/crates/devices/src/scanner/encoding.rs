//! The characters of a scan, where the scanner does not send UTF-8.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How a scanner encodes characters beyond ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8; bytes that are none pass as they are.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO-8859-1: every byte is the character of that number.
    #[serde(rename = "iso-8859-1")]
    Latin1,
    /// Windows-1252 (WHATWG Encoding Standard, 9).
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// Shift-JIS (WHATWG Encoding Standard, 13.3).
    #[serde(rename = "shift-jis")]
    ShiftJis,
}

impl Encoding {
    /// The scan in UTF-8. Bytes that are not of this encoding stay as they came: no character is made up.
    pub fn to_utf8(self, bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_ascii() && self != Self::ShiftJis {
            return bytes;
        }
        match self {
            Self::Utf8 => bytes,
            Self::Latin1 => encoding_rs::mem::decode_latin1(&bytes).into_owned().into_bytes(),
            Self::Windows1252 => decoded(encoding_rs::WINDOWS_1252, bytes),
            Self::ShiftJis => decoded(encoding_rs::SHIFT_JIS, bytes),
        }
    }
}

fn decoded(encoding: &'static encoding_rs::Encoding, bytes: Vec<u8>) -> Vec<u8> {
    match encoding.decode_without_bom_handling_and_without_replacement(&bytes) {
        Some(Cow::Owned(text)) => text.into_bytes(),
        Some(Cow::Borrowed(_)) | None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain(Encoding::Utf8, "Größe".as_bytes(), "Größe".as_bytes())]
    #[case::not_utf8(Encoding::Utf8, b"\xff\xfe", b"\xff\xfe")]
    #[case::latin1(Encoding::Latin1, b"Gr\xf6\xdfe \x80", "Größe \u{80}".as_bytes())]
    #[case::windows(Encoding::Windows1252, b"12 \x80", "12 €".as_bytes())]
    #[case::shift_jis(Encoding::ShiftJis, b"\x93\xfa\x96\x7b\x1d21", "日本\u{1d}21".as_bytes())]
    #[case::half_a_character(Encoding::ShiftJis, b"A\x93", b"A\x93")]
    #[case::separators_stay(Encoding::Latin1, b"]C1\x1d10AB", b"]C1\x1d10AB")]
    fn scans_come_out_as_utf8(#[case] encoding: Encoding, #[case] bytes: &[u8], #[case] expected: &[u8]) {
        assert_eq!(encoding.to_utf8(bytes.to_vec()), expected);
    }
}
