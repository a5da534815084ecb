//! Bytes in, complete scans out. Pure: time is the caller's.

use super::{ScannerConfig, Suffix};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const LF: u8 = b'\n';
const CR: u8 = b'\r';

/// A babbler that never sends a suffix is reported each time it has had this many bytes dropped.
const REPORT_EVERY_BYTES: u64 = 1 << 16;

const MAX_LEN_LIMIT: usize = 1 << 16;

/// What the framer made of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framed {
    /// A complete scan without its prefix and suffix; empty where nothing stood before the suffix.
    Scan(Vec<u8>),
    /// A scan over the limit was dropped, or goes on being dropped.
    TooLong {
        /// Bytes dropped since the last such report.
        dropped_bytes: u64,
    },
    /// The line fell silent in the middle of a scan that should have had a suffix.
    Unfinished(Vec<u8>),
}

/// Cuts a stream of bytes into scans, however the reads split it.
#[derive(Debug)]
pub struct Framer {
    suffix: Suffix,
    prefix: Vec<u8>,
    max_len: usize,
    scan: Vec<u8>,
    /// Bytes of the present scan that were dropped and not yet reported.
    dropped_bytes: u64,
    /// The present scan is over the limit: drop up to its suffix.
    dropping: bool,
    /// The byte before was the CR that ended a scan.
    after_cr: bool,
    /// Between STX and ETX.
    inside: bool,
}

impl Framer {
    /// A framer for this scanner's suffix, prefix and length limit.
    pub fn new(config: &ScannerConfig) -> Self {
        Self {
            suffix: config.suffix,
            prefix: config.prefix.clone(),
            max_len: config.max_len.min(MAX_LEN_LIMIT),
            scan: Vec::new(),
            dropped_bytes: 0,
            dropping: false,
            after_cr: false,
            inside: false,
        }
    }

    /// Takes the bytes of one read and hands each finished scan to `out`.
    pub fn push(&mut self, bytes: &[u8], mut out: impl FnMut(Framed)) {
        for &byte in bytes {
            let framed = match self.suffix {
                Suffix::Cr => self.push_cr(byte),
                Suffix::Lf => self.push_lf(byte),
                Suffix::CrLf => self.push_crlf(byte),
                Suffix::StxEtx => self.push_stx_etx(byte),
                Suffix::None { .. } => self.keep(byte),
            };
            if let Some(framed) = framed {
                out(framed);
            }
        }
    }

    /// The line has been silent: without a suffix that ends the scan, with one it breaks it off.
    pub fn silence(&mut self) -> Option<Framed> {
        if !self.is_midway() {
            return None;
        }
        self.inside = false;
        self.after_cr = false;
        if self.dropping || matches!(self.suffix, Suffix::None { .. }) {
            return self.end();
        }
        Some(Framed::Unfinished(std::mem::take(&mut self.scan)))
    }

    /// True while a scan has begun and not ended.
    pub fn is_midway(&self) -> bool {
        self.dropping || !self.scan.is_empty()
    }

    fn push_cr(&mut self, byte: u8) -> Option<Framed> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == CR);
        match byte {
            CR => self.end(),
            LF if after_cr => None,
            _ => self.keep(byte),
        }
    }

    fn push_lf(&mut self, byte: u8) -> Option<Framed> {
        if byte != LF {
            return self.keep(byte);
        }
        if self.scan.last() == Some(&CR) {
            self.scan.pop();
        }
        self.end()
    }

    fn push_crlf(&mut self, byte: u8) -> Option<Framed> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == CR);
        match (after_cr, byte) {
            (true, LF) => self.end(),
            // A CR that no LF followed belongs to the scan; the one just read waits for its LF.
            (true, CR) => self.keep(CR),
            (false, CR) => None,
            (true, _) => match self.keep(CR) {
                None => self.keep(byte),
                over => {
                    let _ = self.keep(byte);
                    over
                }
            },
            (false, _) => self.keep(byte),
        }
    }

    fn push_stx_etx(&mut self, byte: u8) -> Option<Framed> {
        match byte {
            STX => {
                let cut_off = if self.is_midway() { self.silence() } else { None };
                self.inside = true;
                cut_off
            }
            ETX if self.inside => {
                self.inside = false;
                self.end()
            }
            _ if self.inside => self.keep(byte),
            _ => None,
        }
    }

    fn keep(&mut self, byte: u8) -> Option<Framed> {
        if !self.dropping && self.scan.len() < self.max_len + self.prefix.len() {
            self.scan.push(byte);
            return None;
        }
        if !self.dropping {
            self.dropping = true;
            self.dropped_bytes += self.scan.len() as u64;
            // Give the memory back too: over-long scans are rare.
            self.scan = Vec::new();
        }
        self.dropped_bytes += 1;
        if self.dropped_bytes >= REPORT_EVERY_BYTES {
            return Some(Framed::TooLong { dropped_bytes: std::mem::take(&mut self.dropped_bytes) });
        }
        None
    }

    fn end(&mut self) -> Option<Framed> {
        if std::mem::take(&mut self.dropping) {
            let dropped_bytes = std::mem::take(&mut self.dropped_bytes);
            return (dropped_bytes > 0).then_some(Framed::TooLong { dropped_bytes });
        }
        let mut scan = std::mem::take(&mut self.scan);
        if !self.prefix.is_empty() && scan.starts_with(&self.prefix) {
            scan.drain(..self.prefix.len());
        }
        if scan.len() > self.max_len {
            return Some(Framed::TooLong { dropped_bytes: scan.len() as u64 });
        }
        Some(Framed::Scan(scan))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn framer(suffix: Suffix) -> Framer {
        Framer::new(&ScannerConfig { suffix, max_len: 10, ..ScannerConfig::new("s", "p") })
    }

    fn feed(framer: &mut Framer, reads: &[&[u8]]) -> Vec<Framed> {
        let mut out = Vec::new();
        for read in reads {
            framer.push(read, |framed| out.push(framed));
        }
        out
    }

    fn scans(texts: &[&str]) -> Vec<Framed> {
        texts.iter().map(|text| Framed::Scan(text.as_bytes().to_vec())).collect()
    }

    #[rstest]
    #[case::one(Suffix::Cr, b"abc\r", &["abc"])]
    #[case::two_in_one_read(Suffix::Cr, b"abc\rde\r", &["abc", "de"])]
    #[case::cr_set_but_crlf_sent(Suffix::Cr, b"abc\r\nde\r\n", &["abc", "de"])]
    #[case::lf(Suffix::Lf, b"abc\nde\n", &["abc", "de"])]
    #[case::lf_set_but_crlf_sent(Suffix::Lf, b"abc\r\nde\r\n", &["abc", "de"])]
    #[case::crlf(Suffix::CrLf, b"abc\r\nde\r\n", &["abc", "de"])]
    #[case::crlf_keeps_a_lone_cr(Suffix::CrLf, b"a\rb\r\r\nc\n\r\n", &["a\rb\r", "c\n"])]
    #[case::stx_etx(Suffix::StxEtx, b"noise\x02abc\x03\r\n\x02de\x03", &["abc", "de"])]
    #[case::empty(Suffix::Cr, b"\r", &[""])]
    #[case::empty_stx_etx(Suffix::StxEtx, b"\x02\x03", &[""])]
    #[case::group_separator_and_blanks_stay(Suffix::Cr, b" a\x1db \r", &[" a\x1db "])]
    #[case::exactly_the_limit(Suffix::Cr, b"0123456789\r", &["0123456789"])]
    fn scans_come_out_however_the_reads_split_them(
        #[case] suffix: Suffix,
        #[case] bytes: &[u8],
        #[case] expected: &[&str],
    ) {
        assert_eq!(feed(&mut framer(suffix), &[bytes]), scans(expected), "in one read");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(feed(&mut framer(suffix), &single), scans(expected), "byte by byte");
        for at in 0..bytes.len() {
            let (left, right) = bytes.split_at(at);
            assert_eq!(feed(&mut framer(suffix), &[left, right]), scans(expected), "split at {at}");
        }
    }

    #[rstest]
    #[case(Suffix::Cr, b"", b"\r")]
    #[case(Suffix::Lf, b"", b"\n")]
    #[case(Suffix::CrLf, b"", b"\r\n")]
    #[case(Suffix::StxEtx, b"\x02", b"\x03")]
    fn an_over_long_scan_is_counted_and_the_next_one_is_whole(
        #[case] suffix: Suffix,
        #[case] before: &[u8],
        #[case] after: &[u8],
    ) {
        let mut framer = framer(suffix);
        let long = [before, &[b'x'; 10_240], after].concat();
        assert_eq!(feed(&mut framer, &[&long]), [Framed::TooLong { dropped_bytes: 10_240 }]);
        assert!(framer.scan.capacity() <= 64);
        let next = [before, b"next", after].concat();
        assert_eq!(feed(&mut framer, &[&next]), scans(&["next"]));
    }

    #[test]
    fn endless_bytes_without_a_suffix_are_reported_in_bounded_memory() {
        let mut framer = framer(Suffix::Cr);
        let mut reported = 0;
        for _ in 0..1000 {
            framer.push(&[b'x'; 1024], |framed| match framed {
                Framed::TooLong { dropped_bytes } => reported += dropped_bytes,
                other => panic!("{other:?}"),
            });
        }
        framer.push(b"\r", |framed| match framed {
            Framed::TooLong { dropped_bytes } => reported += dropped_bytes,
            other => panic!("{other:?}"),
        });
        assert_eq!(reported, 1_024_000);
        assert!(framer.scan.capacity() <= 64);
    }

    #[test]
    fn silence_ends_a_scan_that_has_no_suffix() {
        let mut framer = framer(Suffix::None { gap_ms: 50 });
        assert_eq!(framer.silence(), None);
        assert_eq!(feed(&mut framer, &[b"ab", b"c\r"]), []);
        assert_eq!(framer.silence(), Some(Framed::Scan(b"abc\r".to_vec())));
        assert_eq!(framer.silence(), None);
    }

    #[test]
    fn silence_breaks_off_a_scan_that_lacks_its_suffix() {
        let mut framer = framer(Suffix::Cr);
        assert_eq!(feed(&mut framer, &[b"abc"]), []);
        assert!(framer.is_midway());
        assert_eq!(framer.silence(), Some(Framed::Unfinished(b"abc".to_vec())));
        assert_eq!(feed(&mut framer, &[b"de\r"]), scans(&["de"]));
    }

    #[test]
    fn a_second_stx_breaks_off_the_scan_before() {
        let mut framer = framer(Suffix::StxEtx);
        assert_eq!(
            feed(&mut framer, &[b"\x02ab\x02cd\x03"]),
            [Framed::Unfinished(b"ab".to_vec()), Framed::Scan(b"cd".to_vec())]
        );
    }

    #[test]
    fn a_prefix_is_removed_where_it_stands_and_not_counted() {
        let config = ScannerConfig { prefix: b">>".to_vec(), max_len: 4, ..ScannerConfig::new("s", "p") };
        let mut framer = Framer::new(&config);
        assert_eq!(
            feed(&mut framer, &[b">>abcd\rabcd\r>>abcde\rabcde\r"]),
            [
                Framed::Scan(b"abcd".to_vec()),
                Framed::Scan(b"abcd".to_vec()),
                Framed::TooLong { dropped_bytes: 7 },
                Framed::TooLong { dropped_bytes: 5 },
            ]
        );
    }
}
