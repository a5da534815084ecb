//! The barcode type in front of decoded data, as the AIM identifier that everything else goes by.

/// Decoded data with its AIM identifier (ISO/IEC 15424) in front, where the type leaves no doubt about it: a DataMatrix or
/// QR code may or may not be GS1's under the same type, and UPC-E comes unexpanded. Data that already begins with one stays.
pub(super) fn with_aim(kind: u8, data: &[u8]) -> Vec<u8> {
    let before: &[u8] = match (kind, data) {
        (_, [b']', _, _, ..]) => b"",
        // Code 39; Codabar; Code 128; discrete 2 of 5; Code 93.
        (0x01, _) => b"]A0",
        (0x02, _) => b"]F0",
        (0x03, _) => b"]C0",
        (0x04, _) => b"]S0",
        (0x06, _) => b"]I0",
        (0x07, _) => b"]G0",
        // UPC-A in the 13 digits of EAN, EAN-8, EAN-13.
        (0x08, _) if data.len() == 12 => b"]E00",
        (0x0A, _) => b"]E4",
        (0x0B, _) => b"]E0",
        (0x0F, _) => b"]C1",
        (0x11, _) => b"]L0",
        (0x2D, _) => b"]z0",
        // DataBar: omnidirectional and limited hold a bare GTIN, whose identifier 01 is not in the symbol.
        (0x30 | 0x31, _) if data.len() == 14 => b"]e001",
        (0x30..=0x32, _) => b"]e0",
        _ => b"",
    };
    [before, data].concat()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0x03, b"RS:C:YES", b"]C0RS:C:YES")]
    #[case(0x0F, b"0109520123400149", b"]C10109520123400149")]
    #[case(0x08, b"012345678905", b"]E00012345678905")]
    #[case(0x30, b"09520123400149", b"]e00109520123400149")]
    #[case(0x1B, b"RS:U:1", b"RS:U:1")]
    #[case(0x03, b"]C0already", b"]C0already")]
    #[case(0xEE, b"?", b"?")]
    fn types_become_identifiers(#[case] kind: u8, #[case] data: &[u8], #[case] expected: &[u8]) {
        assert_eq!(with_aim(kind, data), expected);
    }
}
