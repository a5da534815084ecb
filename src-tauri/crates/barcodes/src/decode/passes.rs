//! The order in which readers and filters are tried (measured in `benches/decode`).

use super::with_rqrr::qr_codes;
use super::with_rxing::read_all;
use super::with_zxing::{Effort, read_whole};
use super::{Decoder, Luma, Mode, Symbol, own_qr};
use std::time::{Duration, Instant};

/// A single live frame has no others after it.
const LIVE_AT_ONCE: Duration = Duration::from_millis(500);

/// Larger pictures are scaled down first.
const LARGE_PX: u32 = 2400;
/// Our own detector begins nothing after that.
const OWN_AT_MOST: Duration = Duration::from_millis(40);

/// One attempt at a picture.
pub(super) struct Pass {
    /// Its name, for statistics.
    pub name: &'static str,
    /// True when it ends soon on any picture.
    pub short: bool,
    /// Does it. Corners are in the picture's own pixels.
    pub read: fn(&Luma, &'static str) -> Vec<Symbol>,
}

/// The passes of a mode in their order.
pub(super) fn passes(mode: Mode) -> &'static [Pass] {
    match mode {
        Mode::Live => LIVE,
        Mode::Still => STILL,
    }
}

const fn short(name: &'static str, read: fn(&Luma, &'static str) -> Vec<Symbol>) -> Pass {
    Pass { name, short: true, read }
}

const fn long(name: &'static str, read: fn(&Luma, &'static str) -> Vec<Symbol>) -> Pass {
    Pass { name, short: false, read }
}

const LIVE: &[Pass] = &[short("live", |luma, _| Decoder::new().look(luma, LIVE_AT_ONCE))];

const STILL: &[Pass] = &[
    short("zxing", |luma, pass| scaled(luma, LARGE_PX, |l| read_whole(l, Effort::All, pass))),
    short("zxing-global", |luma, pass| scaled(luma, 1000, |l| read_whole(l, Effort::Global, pass))),
    short("own", |luma, pass| scaled(luma, 1000, |l| own(l, 12, false, pass))),
    short("own-fine", |luma, pass| scaled(luma, 1000, |l| own(l, 30, false, pass))),
    short("own-soft", |luma, pass| scaled(luma, 400, |l| own(l, 10, false, pass))),
    short("own-inverted", |luma, pass| scaled(luma, 600, |l| own(l, 20, true, pass))),
    short("rxing-500", |luma, pass| scaled(luma, 500, |l| read_all(l, pass))),
    short("rxing-1000", |luma, pass| larger(luma, 500, 1000, |l| read_all(l, pass))),
    long("rxing-as-is", |luma, pass| larger(luma, 1000, 2400, |l| read_all(l, pass))),
    short("rxing-250", |luma, pass| scaled(luma, 250, |l| read_all(l, pass))),
    short("rxing-unsharp", |luma, pass| {
        scaled(luma, 1000, |l| l.unsharp().map(|l| read_all(&l, pass)).unwrap_or_default())
    }),
    short("rxing-adaptive", |luma, pass| {
        scaled(luma, 1000, |l| l.adaptive().map(|l| read_all(&l, pass)).unwrap_or_default())
    }),
    short("rxing-inverted", |luma, pass| {
        scaled(luma, 1000, |l| l.inverted().map(|l| read_all(&l, pass)).unwrap_or_default())
    }),
    long("rqrr-adaptive", |luma, pass| {
        scaled(luma, 1000, |l| l.adaptive().map(|l| qr_codes(&l, pass)).unwrap_or_default())
    }),
    long("rqrr-as-is", |luma, pass| scaled(luma, 1000, |l| qr_codes(l, pass))),
    long("rqrr-doubled", |luma, pass| {
        scaled(luma, 600, |l| l.doubled().map(|d| resized(qr_codes(&d, pass), 0.5)).unwrap_or_default())
    }),
];

/// Our own detector, against the light of a share of the picture.
fn own(luma: &Luma, share: u32, inverted: bool, pass: &'static str) -> Vec<Symbol> {
    let radius = (luma.width().max(luma.height()) / share).max(6) as usize;
    own_qr::qr_codes(luma, radius, inverted, Instant::now() + OWN_AT_MOST, pass)
}

/// Reads the picture with its longest side scaled down to `side`, or as it is if it is smaller.
fn scaled(luma: &Luma, side: u32, read: impl Fn(&Luma) -> Vec<Symbol>) -> Vec<Symbol> {
    match luma.at_most(side) {
        Some(small) => {
            let factor = luma.width().max(luma.height()) as f32 / side as f32;
            resized(read(&small), factor)
        }
        None => read(luma),
    }
}

/// As [`scaled`], for pictures longer than `than`: the smaller ones an earlier pass has read as they are.
fn larger(luma: &Luma, than: u32, side: u32, read: impl Fn(&Luma) -> Vec<Symbol>) -> Vec<Symbol> {
    if luma.width().max(luma.height()) <= than { Vec::new() } else { scaled(luma, side, read) }
}

fn resized(symbols: Vec<Symbol>, factor: f32) -> Vec<Symbol> {
    symbols.into_iter().map(|symbol| symbol.scaled(factor)).collect()
}
