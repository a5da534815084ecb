//! The readers that are compared.

use barcodes::decode::{Luma, Mode, decode};
use rxing::common::HybridBinarizer;
use rxing::{BinaryBitmap, DecodeHints, Luma8Source, MultiFormatReader, Reader};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::Duration;
use zxingcpp::{BarcodeReader, ImageFormat, ImageView, TextMode};

/// What a reader makes of a picture: bytes and text of each symbol.
pub type Reads = Vec<(Vec<u8>, String)>;

pub struct Peer {
    pub name: &'static str,
    /// Its time is this process's.
    pub timed: bool,
    pub read: fn(&Luma) -> Reads,
}

const BUDGET: Duration = Duration::from_secs(2);
/// What a person waits for at most: the goals for QR are measured within it.
const SHORT: Duration = Duration::from_millis(240);

pub const PEERS: &[Peer] = &[
    Peer { name: "still", timed: true, read: |luma| ours(luma, Mode::Still, BUDGET) },
    Peer { name: "still in 240 ms", timed: true, read: |luma| ours(luma, Mode::Still, SHORT) },
    Peer { name: "live", timed: true, read: |luma| ours(luma, Mode::Live, BUDGET) },
    Peer { name: "zxing-cpp", timed: true, read: |luma| zxing(luma, &zxingcpp::read()) },
    Peer { name: "zxing-cpp fast", timed: true, read: |luma| zxing(luma, &fast()) },
    Peer { name: "rxing", timed: true, read: with_rxing },
    Peer { name: "rqrr", timed: true, read: with_rqrr },
    Peer { name: "zbar", timed: false, read: with_zbar },
];

fn ours(luma: &Luma, mode: Mode, budget: Duration) -> Reads {
    decode(luma, mode, budget).into_iter().map(|symbol| (symbol.bytes, symbol.text)).collect()
}

pub fn fast() -> BarcodeReader {
    zxingcpp::read().try_harder(false).try_rotate(false).try_invert(false).try_downscale(false)
}

/// As it comes, with all formats; its text as plain as an expected text is.
pub fn zxing(luma: &Luma, reader: &BarcodeReader) -> Reads {
    let view = ImageView::from_slice(luma.pixels(), luma.width(), luma.height(), ImageFormat::Lum).unwrap();
    let mut plain = BarcodeReader::new()
        .try_harder(reader.get_try_harder())
        .try_rotate(reader.get_try_rotate())
        .try_invert(reader.get_try_invert())
        .try_downscale(reader.get_try_downscale());
    plain.set_text_mode(TextMode::Plain);
    plain.from(view).unwrap_or_default().iter().map(|code| (code.bytes(), code.text())).collect()
}

fn with_rxing(luma: &Luma) -> Reads {
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let read = || {
        let source = Luma8Source::new_with_slice(luma.pixels(), luma.width(), luma.height()).ok()?;
        let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
        MultiFormatReader::default().decode_with_hints(&mut picture, &hints).ok()
    };
    let result = catch_unwind(AssertUnwindSafe(read)).ok().flatten();
    result
        .map(|result| (result.getText().as_bytes().to_vec(), result.getText().to_owned()))
        .into_iter()
        .collect()
}

fn with_rqrr(luma: &Luma) -> Reads {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let read = || {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| luma.pixels()[y * width + x]);
        let mut reads = Reads::new();
        for grid in prepared.detect_grids() {
            let mut bytes = Vec::new();
            if grid.decode_to(&mut bytes).is_ok() {
                reads.push((bytes.clone(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        reads
    };
    // One megapixel at most: it has no bound of its own.
    if width * height > 1_500_000 {
        Reads::new()
    } else {
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
    }
}

fn with_zbar(luma: &Luma) -> Reads {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("frame.pgm");
    let mut file = std::fs::File::create(&path).unwrap();
    write!(file, "P5\n{} {}\n255\n", luma.width(), luma.height()).unwrap();
    file.write_all(luma.pixels()).unwrap();
    drop(file);
    let output = Command::new("zbarimg").args(["--quiet", "--raw", "-Sbinary"]).arg(&path).output();
    let output =
        output.expect("zbarimg is missing: install the package zbar-tools (`cargo xtask install` does)");
    // Binary output runs several symbols together; one picture of these sets holds one.
    let bytes = output.stdout;
    if bytes.is_empty() {
        Reads::new()
    } else {
        vec![(bytes.clone(), String::from_utf8_lossy(&bytes).into_owned())]
    }
}

/// Expected texts are UTF-8 or the code's own bytes; line ends at their end do not count, nor does how a leading FNC1, a GS or
/// UPC-A's leading zero is shown.
pub fn same(read: &(Vec<u8>, String), expected: &[u8]) -> bool {
    let bare = |bytes: &[u8]| {
        let bytes = bytes.trim_ascii_end();
        bytes.strip_prefix(b"\x1d").unwrap_or(bytes).to_vec()
    };
    let (bytes, text, expected) = (bare(&read.0), bare(read.1.as_bytes()), bare(expected));
    let upc_a = |digits: &[u8]| digits.len() == 12 && [b"0", digits].concat() == expected;
    bytes == expected || text == expected || upc_a(&text)
}
