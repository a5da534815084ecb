//! A camera's frames, one after the other.

use super::allowance::{Allowance, SystemClock};
use super::confirmed::confirm;
use super::found::{Found, Region};
use super::glance::{Glance, changed};
use super::own_maxi::maxi_codes;
use super::own_qr::qr_codes;
use super::still::attempt;
use super::weighed::weighed;
use super::with_zxing::{Effort, read_part, read_whole};
use super::{Luma, Symbol};
use std::time::Duration;

/// A smaller share of a frame that changed is no movement.
const SETTLED: f32 = 0.02;
/// A scene of which more has changed is another one, and is looked at closely again: a small label is as large.
const OTHER_SCENE: f32 = 0.004;
/// A scene at rest in which all was tried is read anew every so many frames; between, only what was read is followed.
const REST_FRAMES: u32 = 4;
/// A camera that never rests gets its close looks all the same, every so many frames.
const PATIENCE_FRAMES: u32 = 8;
/// Pictures with no longer side are read whole.
const SMALL_PX: u32 = 480;
/// Parts that are looked at closely, tiles of large ones not counted.
const MOST_PARTS: usize = 12;
/// Tiles of large parts that are looked at closely.
const MOST_TILES: usize = 24;
/// Close looks in a scene in which at most one symbol was read, and of that many parts and tiles each.
const FEW_TRIES: (usize, usize) = (10, 3);
/// Close looks in a scene with several: a carton with labels has more.
const MANY_TRIES: (usize, usize) = (80, MOST_PARTS);
/// Pixels of a close look. Larger parts are scaled down, and then looked at tile by tile.
const CLOSE_PIXELS: u32 = 180_000;
/// What a pixel of a close look takes at most: zxing-cpp's search for PDF417 in dense print, the slowest that was measured.
const CLOSE_NS_A_PIXEL: u32 = 1100;
/// Side of a tile, and how far one begins after the other.
const TILE_PX: (u32, usize) = (420, 300);
/// Frames for which a symbol is looked for where it was.
const MISSES: u32 = 3;

/// How a part is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In every frame.
    Glance,
    /// In every frame, turned: for bars that lie.
    Lying,
    /// Everything that zxing-cpp can do.
    All,
    /// Our own detector.
    Own,
    /// As [`Way::All`], against the whole part's light.
    Global,
    /// As [`Way::All`], twice as large.
    Doubled,
}

/// Ways of looking closely, in their order.
const CLOSELY: &[Way] = &[Way::All, Way::Own, Way::Global, Way::Doubled];

impl Way {
    /// The name of its pass.
    const fn name(self) -> &'static str {
        match self {
            Way::Glance => "glance",
            Way::Lying => "glance-lying",
            Way::All => "close",
            Way::Own => "close-own",
            Way::Global => "close-global",
            Way::Doubled => "close-doubled",
        }
    }

    /// The way in which a symbol was read.
    fn of(symbol: &Symbol) -> Way {
        let known = CLOSELY.iter().chain(&[Way::Lying]).find(|way| way.name() == symbol.pass);
        known.copied().unwrap_or(Way::Glance)
    }
}

/// Reads the frames of one camera: what a glance finds busy is read quickly in every frame; what stays unread in a scene at
/// rest is looked at closely, one attempt a frame, so that the preview never waits, and what was read that way is followed
/// from then on. Keep one value a camera: it holds its buffers and what it has tried.
#[derive(Debug, Default)]
pub struct Decoder {
    glance: Glance,
    /// What the scene looked like when its close looks began.
    scene: Vec<u8>,
    /// Close looks since then: where, and in how many ways.
    tried: Vec<(Region, usize)>,
    restless_frames: u32,
    /// Frames since all was tried in the scene; 0 while it is not.
    resting_frames: u32,
    followed: Vec<Followed>,
}

/// A symbol that was read in the last frames.
#[derive(Debug)]
struct Followed {
    symbol: Symbol,
    region: Region,
    missed: u32,
}

impl Decoder {
    /// For a new camera.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// The symbols in the next frame. `budget` is CPU time of the calling thread; nothing is begun whose time is not left,
    /// by what was measured, and nothing at all after four budgets of wall time. No panic of a reader escapes.
    pub fn look(&mut self, frame: &Luma, budget: Duration) -> Vec<Symbol> {
        let clock = SystemClock::start();
        self.look_within(frame, &Allowance::begin(&clock, budget))
    }

    /// The symbols in the next frame, within an allowance.
    pub(super) fn look_within(&mut self, frame: &Luma, allowance: &Allowance<'_>) -> Vec<Symbol> {
        if allowance.is_over() {
            return Vec::new();
        }
        let change = self.glance.take(frame);
        if changed(self.glance.thumbnail(), &self.scene) > OTHER_SCENE {
            self.scene.clear();
            self.scene.extend_from_slice(self.glance.thumbnail());
            self.tried.clear();
            self.resting_frames = 0;
        }
        let at_rest = !(SETTLED..1.0).contains(&change);
        self.restless_frames = if at_rest { 0 } else { self.restless_frames + 1 };
        let mut found = Found::default();
        let resting = self.resting_frames > 0;
        let only_follow = resting && !self.resting_frames.is_multiple_of(REST_FRAMES);
        if !only_follow || !self.follow(frame, &mut found, allowance) {
            self.read_parts(frame, &mut found, allowance);
        }
        if !only_follow && at_rest {
            self.follow(frame, &mut found, allowance);
        }
        if resting {
            self.resting_frames = self.resting_frames.saturating_add(1);
        } else if self.restless_frames.is_multiple_of(PATIENCE_FRAMES) {
            self.look_closely(frame, &mut found, allowance);
        }
        self.keep(frame, &mut found, allowance);
        found.into_symbols()
    }

    /// Reads again, where it was and how it was, what the last frames held and this one's quick look did not tell. True
    /// when each is still there.
    fn follow(&self, frame: &Luma, found: &mut Found, allowance: &Allowance<'_>) -> bool {
        let mut all = true;
        for Followed { symbol, region, .. } in &self.followed {
            if found.has(symbol) {
                continue;
            }
            if !allowance.is_over() {
                found.add(read(frame, *region, Way::of(symbol), allowance));
            }
            all &= found.has(symbol);
        }
        all
    }

    fn read_parts(&self, frame: &Luma, found: &mut Found, allowance: &Allowance<'_>) {
        if is_small(frame) {
            found.add(read(frame, Region::whole(frame), Way::Glance, allowance));
            return;
        }
        for part in self.glance.parts() {
            if allowance.is_over() {
                return;
            }
            let way = if part.lying { Way::Lying } else { Way::Glance };
            found.add(read(frame, part.region, way, allowance));
        }
    }

    /// The next attempt at what is busy and covered by no symbol.
    fn look_closely(&mut self, frame: &Luma, found: &mut Found, allowance: &Allowance<'_>) {
        let (most_tries, most_parts) = if found.symbols().len() > 1 { MANY_TRIES } else { FEW_TRIES };
        let tries: usize = self.tried.iter().map(|(_, ways)| ways).sum();
        let next = if tries < most_tries { self.next_try(frame, found, most_parts) } else { None };
        let Some((place, region, way)) = next else {
            self.resting_frames = 1;
            return;
        };
        if allowance.is_over() {
            return;
        }
        match place.and_then(|place| self.tried.get_mut(place)) {
            Some((_, ways)) => *ways += 1,
            None => self.tried.push((region, 1)),
        }
        found.add(read(frame, region, way, allowance));
    }

    /// Where and how to look next: what was tried least, the busiest first. Large parts are looked at tile by tile, too.
    fn next_try(&mut self, frame: &Luma, found: &Found, most: usize) -> Option<(Option<usize>, Region, Way)> {
        if !found.is_empty() {
            self.glance.cover(&found.outlines(frame), frame, MOST_PARTS);
        }
        let mut next: Option<(usize, Option<usize>, Region)> = None;
        let mut consider = |region: Region| {
            let place = self.tried.iter().position(|(tried, _)| tried.is_about(region));
            let ways = place.and_then(|place| self.tried.get(place)).map_or(0, |(_, ways)| *ways);
            if ways < CLOSELY.len() && next.is_none_or(|(least, ..)| ways < least) {
                next = Some((ways, place, region));
            }
        };
        if is_small(frame) && found.is_empty() {
            consider(Region::whole(frame));
        }
        let parts = || self.glance.parts().iter().take(most).map(|part| part.region);
        parts().for_each(&mut consider);
        let large = parts().filter(|region| region.pixels() > CLOSE_PIXELS * 2);
        let tiles = large.flat_map(|region| region.tiles(TILE_PX.0, TILE_PX.1));
        tiles.take(MOST_TILES.min(most * 2)).for_each(&mut consider);
        let (ways, place, region) = next?;
        CLOSELY.get(ways).map(|way| (place, region, *way))
    }

    /// Follows from now on what this frame held, and for some frames what it did not.
    fn keep(&mut self, frame: &Luma, found: &mut Found, allowance: &Allowance<'_>) {
        for followed in &mut self.followed {
            followed.missed += 1;
        }
        let mut symbols = std::mem::take(found).into_symbols();
        for symbol in &mut symbols {
            let known = self.followed.iter().find(|followed| followed.symbol.same(symbol));
            symbol.confirmed |= known.is_some_and(|known| known.symbol.confirmed);
        }
        found.add(weighed(frame, symbols, allowance));
        confirm(frame, found.symbols_mut());
        for symbol in found.symbols() {
            let place = self.followed.iter().position(|followed| followed.symbol.same(symbol));
            let known = place.and_then(|place| self.followed.get_mut(place));
            let now = Followed { symbol: symbol.clone(), region: symbol.surroundings(frame), missed: 0 };
            match known {
                Some(known) => *known = now,
                None => self.followed.push(now),
            }
        }
        self.followed.retain(|followed| followed.missed < MISSES);
    }
}

fn is_small(frame: &Luma) -> bool {
    frame.width().max(frame.height()) <= SMALL_PX
}

fn read(frame: &Luma, region: Region, way: Way, allowance: &Allowance<'_>) -> Vec<Symbol> {
    let name = way.name();
    match way {
        Way::Glance => attempt(|| read_part(frame, region, Effort::Glance, name)),
        Way::Lying => attempt(|| read_part(frame, region, Effort::Lying, name)),
        _ => attempt(|| read_closely(frame, region, way, allowance).unwrap_or_default()),
    }
}

/// A close look at no more pixels than have their time.
fn read_closely(frame: &Luma, region: Region, way: Way, allowance: &Allowance<'_>) -> Option<Vec<Symbol>> {
    let (long, short) = (region.width.max(region.height), region.width.min(region.height).max(1));
    if way == Way::Doubled && region.pixels() > CLOSE_PIXELS / 3 {
        return None;
    }
    let side = (f64::from(CLOSE_PIXELS) * f64::from(long) / f64::from(short)).sqrt() as u32;
    let side = allowance.side_that_fits((region.width, region.height), side, CLOSE_NS_A_PIXEL)?;
    let part = frame.cut(region)?;
    let small = part.at_most(side);
    let seen = small.as_ref().unwrap_or(&part);
    let doubled = if way == Way::Doubled { Some(seen.doubled()?) } else { None };
    let seen = doubled.as_ref().unwrap_or(seen);
    let symbols = match way {
        Way::Own => {
            let radius = (seen.width().max(seen.height()) / 16).max(8) as usize;
            let mut symbols = qr_codes(seen, radius, false, allowance, way.name());
            symbols.extend(maxi_codes(seen, radius, allowance, way.name()));
            symbols
        }
        Way::Global => read_whole(seen, Effort::Global, way.name()),
        _ => read_whole(seen, Effort::All, way.name()),
    };
    let factor = part.width() as f32 / seen.width() as f32;
    Some(symbols.into_iter().map(|symbol| symbol.scaled(factor).moved(region)).collect())
}
