//! Walks a JPEG's segments (ITU T.81, annex B). Pure.

/// Start of frame markers lie between these, three others among them.
pub(super) const APP0: u8 = 0xe0;
pub(super) const APP1: u8 = 0xe1;
pub(super) const APP2: u8 = 0xe2;
pub(super) const APP14: u8 = 0xee;
pub(super) const APP15: u8 = 0xef;
pub(super) const COMMENT: u8 = 0xfe;
const START_OF_SCAN: u8 = 0xda;
const END: u8 = 0xd9;

/// One piece of a JPEG, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A marker segment.
    Segment {
        /// Its marker.
        marker: u8,
        /// Marker, length and content as they stand in the file.
        whole: &'a [u8],
        /// Its content alone.
        content: &'a [u8],
    },
    /// The data of a scan, up to the next marker.
    Scan(&'a [u8]),
    /// The end marker; what lies behind it is no part of the picture.
    End {
        /// Bytes up to and with the end marker.
        length: usize,
    },
}

/// Why a walk stops before the end marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end too early.
    Cut,
    /// This is no JPEG, or a broken one.
    Broken,
}

/// Walks from the first byte, which must be the JPEG's start.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    in_scan: bool,
    done: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Stop> {
        match bytes {
            [0xff, 0xd8, ..] => Ok(Self { bytes, at: 2, in_scan: false, done: false }),
            [] | [0xff] => Err(Stop::Cut),
            _ => Err(Stop::Broken),
        }
    }

    fn step(&mut self) -> Result<Piece<'a>, Stop> {
        let rest = self.bytes.get(self.at..).ok_or(Stop::Cut)?;
        if std::mem::take(&mut self.in_scan) {
            let length = scan_length(rest).ok_or(Stop::Cut)?;
            self.at += length;
            return Ok(Piece::Scan(rest.get(..length).unwrap_or_default()));
        }
        // Fill bytes may stand in front of any marker.
        let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
        let marker = *rest.get(fill).ok_or(Stop::Cut)?;
        if fill == 0 || marker == 0 {
            return Err(Stop::Broken);
        }
        let start = fill - 1;
        match marker {
            END => {
                self.done = true;
                return Ok(Piece::End { length: self.at + fill + 1 });
            }
            // Markers without content: temporary, restarts, and a second start.
            0x01 | 0xd0..=0xd8 => {
                self.at += fill + 1;
                let whole = rest.get(start..=fill).unwrap_or_default();
                return Ok(Piece::Segment { marker, whole, content: &[] });
            }
            _ => {}
        }
        let length = match rest.get(fill + 1..fill + 3) {
            Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(Stop::Cut),
        };
        if length < 2 {
            return Err(Stop::Broken);
        }
        let end = fill + 1 + length;
        let whole = rest.get(start..end).ok_or(Stop::Cut)?;
        self.at += end;
        self.in_scan = marker == START_OF_SCAN;
        Ok(Piece::Segment { marker, whole, content: whole.get(4..).unwrap_or_default() })
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Piece<'a>, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let piece = self.step();
        self.done |= piece.is_err();
        Some(piece)
    }
}

/// Bytes of scan data up to the next marker that is neither a stuffed zero nor a restart.
fn scan_length(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(0xff, bytes.get(from..)?)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => from = at + 2,
            0xff => from = at + 1,
            _ => return Some(at),
        }
    }
}

/// Length of the JPEG that these bytes begin with.
pub(super) fn length(bytes: &[u8]) -> Result<usize, Stop> {
    for piece in Walk::new(bytes)? {
        if let Piece::End { length } = piece? {
            return Ok(length);
        }
    }
    Err(Stop::Cut)
}
