//! A camera's frames, one after the other.

use super::found::{Found, Region};
use super::glance::{Glance, changed};
use super::own_qr::qr_codes;
use super::with_zxing::{Effort, read_part};
use super::{Luma, Symbol};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

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
/// Parts that are looked at closely.
const MOST_CLOSE: usize = 3;

/// Reads the frames of one camera: what a glance finds busy is read quickly in every frame; what stays unread in a scene at
/// rest is looked at closely, once, one attempt a frame, so that the preview never waits. Keep one value a camera: it
/// holds its buffers and what it has tried.
#[derive(Debug, Default)]
pub struct Decoder {
    glance: Glance,
    /// What the scene looked like when its close looks began.
    scene: Vec<u8>,
    /// Close looks since then.
    tried: usize,
    restless_frames: u32,
    /// Frames since all was tried in the scene; 0 while it is not.
    resting_frames: u32,
    /// Where the last frame's symbols are.
    followed: Vec<Region>,
}

impl Decoder {
    /// For a new camera.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// The symbols in the next frame. No attempt is begun after `budget`; each takes a few milliseconds at most on a frame of
    /// two megapixels. No panic of a reader escapes.
    pub fn look(&mut self, frame: &Luma, budget: Duration) -> Vec<Symbol> {
        let deadline = Instant::now() + budget;
        if budget.is_zero() {
            return Vec::new();
        }
        let change = self.glance.take(frame);
        if changed(self.glance.thumbnail(), &self.scene) > OTHER_SCENE {
            self.scene.clear();
            self.scene.extend_from_slice(self.glance.thumbnail());
            (self.tried, self.resting_frames) = (0, 0);
        }
        let at_rest = !(SETTLED..1.0).contains(&change);
        self.restless_frames = if at_rest { 0 } else { self.restless_frames + 1 };
        let mut found = Found::default();
        if self.resting_frames.is_multiple_of(REST_FRAMES) || !self.follow(frame, &mut found) {
            self.read_parts(frame, &mut found, deadline);
        }
        if self.resting_frames > 0 {
            self.resting_frames += 1;
        } else if self.restless_frames.is_multiple_of(PATIENCE_FRAMES) && Instant::now() < deadline {
            self.look_closely(frame, &mut found, deadline);
        }
        self.followed.clear();
        self.followed.extend(found.symbols().iter().map(|symbol| symbol.surroundings(frame)));
        found.into_symbols()
    }

    /// Reads again what the last frame held, where it was. True when each is still there.
    fn follow(&self, frame: &Luma, found: &mut Found) -> bool {
        self.followed.iter().all(|region| {
            let again = |effort| attempt(|| read_part(frame, *region, effort, "follow"));
            let lying = self.glance.parts().iter().any(|part| part.lying && part.region.meets(*region));
            !found.add(again(if lying { Effort::Lying } else { Effort::Glance })).is_empty()
        })
    }

    fn read_parts(&self, frame: &Luma, found: &mut Found, deadline: Instant) {
        for (region, lying) in self.regions(frame) {
            if Instant::now() >= deadline {
                return;
            }
            let effort = if lying { Effort::Lying } else { Effort::Glance };
            found.add(attempt(|| read_part(frame, region, effort, "glance")));
        }
    }

    fn regions(&self, frame: &Luma) -> Vec<(Region, bool)> {
        if frame.width().max(frame.height()) <= SMALL_PX {
            return vec![(Region::whole(frame), false)];
        }
        self.glance.parts().iter().map(|part| (part.region, part.lying)).collect()
    }

    /// The next attempt at the busiest parts in which nothing was read.
    fn look_closely(&mut self, frame: &Luma, found: &mut Found, deadline: Instant) {
        let mut unread: Vec<Region> = self.regions(frame).into_iter().map(|(region, _)| region).collect();
        unread.retain(|region| !found.symbols().iter().any(|symbol| region.holds(symbol.middle())));
        unread.truncate(MOST_CLOSE);
        let Some(region) = unread.get(self.tried % unread.len().max(1)) else {
            self.resting_frames = 1;
            return;
        };
        let symbols = match self.tried / unread.len() {
            0 => attempt(|| read_part(frame, *region, Effort::All, "close")),
            1 => attempt(|| own(frame, *region, deadline)),
            2 => attempt(|| read_part(frame, *region, Effort::Global, "close-global")),
            _ => {
                self.resting_frames = 1;
                return;
            }
        };
        self.tried += 1;
        found.add(symbols);
    }
}

/// Our own detector, on no more than it sees through quickly.
fn own(frame: &Luma, region: Region, deadline: Instant) -> Vec<Symbol> {
    const LONGEST_PX: u32 = 640;
    let Some(part) = frame.cut(region) else { return Vec::new() };
    let small = part.at_most(LONGEST_PX);
    let seen = small.as_ref().unwrap_or(&part);
    let factor = part.width() as f32 / seen.width() as f32;
    let radius = (seen.width().max(seen.height()) / 16).max(8) as usize;
    let symbols = qr_codes(seen, radius, false, deadline, "close-own");
    symbols.into_iter().map(|symbol| symbol.scaled(factor).moved(region)).collect()
}

/// A reader that panics on a picture has read nothing from it.
fn attempt(read: impl FnOnce() -> Vec<Symbol>) -> Vec<Symbol> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
}
