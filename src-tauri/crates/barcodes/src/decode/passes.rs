//! The order in which readers and filters are tried on a still picture (measured in `benches/decode`).

use super::allowance::Allowance;
use super::own_bars::read_bars;
use super::own_maxi::maxi_codes;
use super::with_rqrr::qr_codes;
use super::with_rxing::read_all;
use super::with_zxing::{Effort, read_whole};
use super::{Luma, Symbol, own_qr};
use std::time::Duration;

/// Our own detectors begin nothing after that.
const OWN_AT_MOST: Duration = Duration::from_millis(40);
const BARS_AT_MOST: Duration = Duration::from_millis(25);

/// What reads a picture. Corners are in that picture's pixels.
pub(super) type Reader = fn(&Luma, &Allowance<'_>, &'static str) -> Vec<Symbol>;

/// One attempt at a picture.
pub(super) struct Pass {
    /// Its name, for statistics.
    pub name: &'static str,
    /// Pictures no longer than that are left out: an earlier pass has read them as they are.
    pub over: u32,
    /// The longest side to which a picture is scaled down first.
    pub side: u32,
    /// The CPU time a pixel that is reckoned with, filter included. Dense print has taken zxing-cpp seven times as long: for that
    /// the caller watches.
    pub ns_a_pixel: u32,
    /// True when its time is known for any picture, and not only for those that were measured.
    pub short: bool,
    /// Makes the picture easier.
    pub filter: Option<fn(&Luma) -> Option<Luma>>,
    /// Reads it.
    pub read: Reader,
}

const fn pass(name: &'static str, side: u32, ns_a_pixel: u32, read: Reader) -> Pass {
    Pass { name, over: 0, side, ns_a_pixel, short: true, filter: None, read }
}

const fn filtered(
    name: &'static str,
    side: u32,
    ns_a_pixel: u32,
    filter: fn(&Luma) -> Option<Luma>,
    read: Reader,
) -> Pass {
    Pass { filter: Some(filter), ..pass(name, side, ns_a_pixel, read) }
}

/// The passes in their order.
pub(super) fn passes() -> &'static [Pass] {
    STILL
}

const ZXING: Reader = |luma, _, pass| read_whole(luma, Effort::All, pass);
const TURNED: Reader = |luma, _, pass| turned(luma, pass);
const RXING: Reader = |luma, _, pass| read_all(luma, pass);
const RQRR: Reader = |luma, _, pass| qr_codes(luma, pass);
const BARS: Reader = |luma, allowance, pass| read_bars(luma, &allowance.at_most(BARS_AT_MOST), pass);
const MAXI: Reader = |luma, allowance, pass| {
    let radius = (luma.width().max(luma.height()) / 16).max(8) as usize;
    maxi_codes(luma, radius, &allowance.at_most(OWN_AT_MOST), pass)
};

const STILL: &[Pass] = &[
    pass("zxing", 2400, 150, ZXING),
    pass("zxing-global", 1000, 150, |luma, _, pass| read_whole(luma, Effort::Global, pass)),
    pass("own", 1000, 60, |luma, allowance, pass| own(luma, allowance, 12, false, pass)),
    pass("own-fine", 1000, 60, |luma, allowance, pass| own(luma, allowance, 30, false, pass)),
    Pass {
        over: 400,
        ..pass("own-soft", 400, 60, |luma, allowance, pass| own(luma, allowance, 10, false, pass))
    },
    pass("own-inverted", 600, 60, |luma, allowance, pass| own(luma, allowance, 20, true, pass)),
    filtered("zxing-doubled", 400, 600, Luma::doubled, ZXING),
    pass("own-bars", 1000, 60, BARS),
    pass("own-maxi", 1000, 30, MAXI),
    filtered("zxing-soft", 600, 200, Luma::softened, ZXING),
    filtered("zxing-deblurred", 500, 300, Luma::deblurred, ZXING),
    pass("zxing-turned", 700, 350, TURNED),
    pass("rxing-500", 500, 150, RXING),
    Pass { over: 500, ..pass("rxing-1000", 1000, 150, RXING) },
    Pass { over: 1000, short: false, ..pass("rxing-as-is", 2400, 150, RXING) },
    Pass { over: 250, ..pass("rxing-250", 250, 150, RXING) },
    filtered("rxing-unsharp", 1000, 200, Luma::unsharp, RXING),
    filtered("rxing-adaptive", 1000, 200, Luma::adaptive, RXING),
    filtered("rxing-inverted", 1000, 150, Luma::inverted, RXING),
    // Not bounded, and so the last: it has read for seconds where nothing was.
    Pass { short: false, ..filtered("rqrr-adaptive", 600, 400, Luma::adaptive, RQRR) },
];

/// What is tried on a part of a picture beside a symbol that was read, after zxing-cpp's best.
pub(super) const BESIDE: &[Pass] = &[
    filtered("beside-doubled", 400, 600, Luma::doubled, ZXING),
    pass("beside-bars", 1000, 60, BARS),
    pass("beside-maxi", 640, 30, MAXI),
    pass("beside-turned", 900, 350, TURNED),
    pass("beside-own", 640, 60, |luma, allowance, pass| own(luma, allowance, 12, false, pass)),
    pass("beside-rxing", 640, 150, RXING),
    pass("beside-global", 640, 150, |luma, _, pass| read_whole(luma, Effort::Global, pass)),
    filtered("beside-unsharp", 640, 200, Luma::unsharp, RXING),
];

/// The picture turned half a right angle: for what zxing-cpp reads only near to upright.
fn turned(luma: &Luma, pass: &'static str) -> Vec<Symbol> {
    let Some((view, before)) = luma.turned(45.0) else { return Vec::new() };
    let symbols = read_whole(&view, Effort::All, pass).into_iter();
    symbols.map(|symbol| Symbol { corners: symbol.corners.map(&before), ..symbol }).collect()
}

/// Our own detector, against the light of a share of the picture.
fn own(
    luma: &Luma,
    allowance: &Allowance<'_>,
    share: u32,
    inverted: bool,
    pass: &'static str,
) -> Vec<Symbol> {
    let radius = (luma.width().max(luma.height()) / share).max(6) as usize;
    own_qr::qr_codes(luma, radius, inverted, &allowance.at_most(OWN_AT_MOST), pass)
}
