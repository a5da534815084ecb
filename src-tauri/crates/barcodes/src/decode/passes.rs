//! The order in which readers and filters are tried (measured in `examples/photos.rs`).

use super::with_rqrr::qr_codes;
use super::with_rxing::{Thoroughly, read_all, read_lines};
use super::{Luma, Mode, Point, Symbol};

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

const LIVE: &[Pass] = &[
    short("rxing-live", |luma, pass| {
        let mut symbols = scaled(luma, 1000, |l| read_all(l, Thoroughly::No, pass));
        symbols.extend(read_lines(luma, pass));
        symbols
    }),
    short("rxing-500", |luma, pass| scaled(luma, 500, |l| read_all(l, Thoroughly::Yes, pass))),
    long("rqrr-1000", |luma, pass| scaled(luma, 1000, |l| qr_codes(l, pass))),
];

const STILL: &[Pass] = &[
    short("rxing-500", |luma, pass| scaled(luma, 500, |l| read_all(l, Thoroughly::Yes, pass))),
    short("rxing-1000", |luma, pass| larger(luma, 500, 1000, |l| read_all(l, Thoroughly::Yes, pass))),
    long("rxing-as-is", |luma, pass| larger(luma, 1000, 2400, |l| read_all(l, Thoroughly::Yes, pass))),
    short("rxing-250", |luma, pass| scaled(luma, 250, |l| read_all(l, Thoroughly::Yes, pass))),
    short("rxing-unsharp", |luma, pass| {
        scaled(luma, 1000, |l| l.unsharp().map(|l| read_all(&l, Thoroughly::Yes, pass)).unwrap_or_default())
    }),
    short("rxing-adaptive", |luma, pass| {
        scaled(luma, 1000, |l| l.adaptive().map(|l| read_all(&l, Thoroughly::Yes, pass)).unwrap_or_default())
    }),
    short("rxing-inverted", |luma, pass| {
        scaled(luma, 1000, |l| l.inverted().map(|l| read_all(&l, Thoroughly::Yes, pass)).unwrap_or_default())
    }),
    long("rqrr-adaptive", |luma, pass| {
        scaled(luma, 1000, |l| l.adaptive().map(|l| qr_codes(&l, pass)).unwrap_or_default())
    }),
    long("rqrr-as-is", |luma, pass| scaled(luma, 1000, |l| qr_codes(l, pass))),
    long("rqrr-doubled", |luma, pass| {
        scaled(luma, 600, |l| l.doubled().map(|d| resized(qr_codes(&d, pass), 0.5)).unwrap_or_default())
    }),
];

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

fn resized(mut symbols: Vec<Symbol>, factor: f32) -> Vec<Symbol> {
    for symbol in &mut symbols {
        symbol.corners = symbol.corners.map(|p| Point { x: p.x * factor, y: p.y * factor });
    }
    symbols
}
