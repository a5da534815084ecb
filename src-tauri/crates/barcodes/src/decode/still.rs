//! A still picture: passes until one reads something, then every part of the picture that could hold a further symbol.

use super::Luma;
use super::Symbol;
use super::allowance::Allowance;
use super::confirmed::confirm;
use super::found::{Found, Region};
use super::glance::Glance;
use super::passes::{BESIDE, Pass};
use super::weighed::weighed;
use super::with_zxing::{Effort, read_part};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Most parts beside what was read that are looked at.
const MOST_PARTS: usize = 32;
/// What looking beside a single symbol may take. Where several were read it is a label with more, and the budget counts.
const BESIDE_ONE: Duration = Duration::from_millis(4);
/// The CPU time a pixel that is reckoned with for zxing-cpp's best.
const NS_A_PIXEL: u32 = 150;

/// Looks with pass after pass for as long as the allowance lasts, and tells all that is known whenever that is more.
pub(super) fn look(
    passes: &[Pass],
    luma: &Luma,
    allowance: &Allowance<'_>,
    short_only: bool,
    tell: &mut dyn FnMut(Vec<Symbol>),
) {
    let mut views = Views { luma, scaled: Vec::new() };
    let mut found = Found::default();
    for pass in passes.iter().filter(|pass| pass.short || !short_only) {
        if allowance.is_over() {
            return;
        }
        let symbols = views.read(pass, allowance);
        note(&mut found, symbols, luma, allowance, tell);
        if !found.is_empty() {
            look_beside(&mut found, luma, allowance, tell);
            return;
        }
    }
}

fn note(
    found: &mut Found,
    mut symbols: Vec<Symbol>,
    luma: &Luma,
    allowance: &Allowance<'_>,
    tell: &mut dyn FnMut(Vec<Symbol>),
) {
    symbols.retain(|symbol| !found.has(symbol));
    if found.add(weighed(luma, symbols, allowance)) {
        confirm(luma, found.symbols_mut());
        tell(found.symbols().to_vec());
    }
}

/// Looks at the busy parts of the picture that no symbol covers, each by itself, for further symbols: first all of them
/// quickly, then all of them with everything that there is.
fn look_beside(found: &mut Found, luma: &Luma, allowance: &Allowance<'_>, tell: &mut dyn FnMut(Vec<Symbol>)) {
    let mut glance = Glance::default();
    glance.take(luma);
    let alone = allowance.at_most(BESIDE_ONE);
    let limit = |found: &Found| if found.symbols().len() > 1 { *allowance } else { alone };
    let known = found.symbols().len();
    for region in uncovered(&mut glance, found, luma) {
        let fits = limit(found).side_that_fits((region.width, region.height), u32::MAX, NS_A_PIXEL);
        if fits == Some(region.width.max(region.height)) && !found.has_new_in(region, known) {
            let symbols = attempt(|| read_part(luma, region, Effort::All, "beside"));
            note(found, symbols, luma, allowance, tell);
        }
    }
    let parts = uncovered(&mut glance, found, luma);
    let known = found.symbols().len();
    for pass in BESIDE {
        for region in &parts {
            if limit(found).is_over() {
                return;
            }
            if found.has_new_in(*region, known) {
                continue;
            }
            let Some(part) = luma.cut(*region) else { continue };
            let symbols = Views { luma: &part, scaled: Vec::new() }.read(pass, &limit(found));
            let symbols = symbols.into_iter().map(|symbol| symbol.moved(*region)).collect();
            note(found, symbols, luma, allowance, tell);
        }
    }
}

fn uncovered(glance: &mut Glance, found: &Found, luma: &Luma) -> Vec<Region> {
    glance.cover(&found.outlines(luma), luma, MOST_PARTS);
    glance.parts().iter().map(|part| part.region).collect()
}

/// A picture and its smaller copies, each made once.
struct Views<'a> {
    luma: &'a Luma,
    scaled: Vec<(u32, Luma)>,
}

impl Views<'_> {
    /// What a pass reads, in the picture's own pixels. Nothing where its time is not left.
    fn read(&mut self, pass: &Pass, allowance: &Allowance<'_>) -> Vec<Symbol> {
        let size = (self.luma.width(), self.luma.height());
        let longest = size.0.max(size.1);
        if longest <= pass.over {
            return Vec::new();
        }
        let Some(side) = allowance.side_that_fits(size, pass.side, pass.ns_a_pixel) else {
            return Vec::new();
        };
        let view = self.at_most(side);
        let read = || {
            let filtered = match pass.filter {
                Some(filter) => Some(filter(view)?),
                None => None,
            };
            let seen = filtered.as_ref().unwrap_or(view);
            let factor = longest as f32 / seen.width().max(seen.height()) as f32;
            let symbols = (pass.read)(seen, allowance, pass.name);
            Some(symbols.into_iter().map(|symbol| symbol.scaled(factor)).collect::<Vec<_>>())
        };
        attempt(|| read().unwrap_or_default())
    }

    fn at_most(&mut self, side: u32) -> &Luma {
        if let Some(place) = self.scaled.iter().position(|(held, _)| *held == side) {
            return self.scaled.get(place).map_or(self.luma, |(_, view)| view);
        }
        match self.luma.at_most(side) {
            Some(view) => {
                self.scaled.push((side, view));
                self.scaled.last().map_or(self.luma, |(_, view)| view)
            }
            None => self.luma,
        }
    }
}

/// A reader that panics on a picture has read nothing from it.
pub(super) fn attempt(read: impl FnOnce() -> Vec<Symbol>) -> Vec<Symbol> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::allowance::Clock;
    use super::super::allowance::tests::Moved;
    use super::super::found::tests::symbol;
    use super::*;

    const fn pass(name: &'static str, short: bool, read: super::super::passes::Reader) -> Pass {
        Pass { name, over: 0, side: 1000, ns_a_pixel: 1_000_000, short, filter: None, read }
    }

    const NOTHING: Pass = pass("nothing", true, |_, _, _| Vec::new());
    const LONG: Pass = pass("long", false, |_, _, name| vec![symbol("LONG", name)]);
    const PANICS: Pass = pass("panic", true, |_, _, _| panic!("as a reader might"));
    const MARK: Pass = pass("mark", true, |_, _, name| vec![symbol("MARK", name)]);

    fn passes_that_read(
        passes: &[Pass],
        clock: &dyn Clock,
        budget_ms: u64,
        short_only: bool,
    ) -> Vec<&'static str> {
        let luma = Luma::new(8, 8, vec![255; 64]).unwrap();
        let allowance = Allowance::begin(clock, Duration::from_millis(budget_ms));
        let mut last = Vec::new();
        look(passes, &luma, &allowance, short_only, &mut |symbols| last = symbols);
        last.iter().map(|symbol| symbol.pass).collect()
    }

    #[test]
    fn the_first_pass_that_reads_ends_the_search_and_a_panic_reads_nothing() {
        let clock = Moved::default();
        assert_eq!(passes_that_read(&[PANICS, NOTHING, MARK, LONG], &clock, 1000, false), ["mark"]);
        assert_eq!(passes_that_read(&[LONG, MARK], &clock, 1000, false), ["long"]);
        assert_eq!(passes_that_read(&[LONG, MARK], &clock, 1000, true), ["mark"], "nothing without a bound");
    }

    /// A clock of which every look takes a while.
    struct Ticking(Moved, u64, u64);

    impl Clock for Ticking {
        fn cpu(&self) -> Duration {
            self.0.by(self.1, self.2);
            self.0.cpu()
        }

        fn wall(&self) -> Duration {
            self.0.wall()
        }
    }

    #[test]
    fn no_pass_is_begun_when_the_time_is_used() {
        let busy = Ticking(Moved::default(), 0, 300);
        assert_eq!(passes_that_read(&[NOTHING, MARK], &busy, 1000, false), ["mark"], "no CPU time was used");
        let slow = Ticking(Moved::default(), 300, 300);
        assert!(passes_that_read(&[NOTHING, MARK], &slow, 1000, false).is_empty());
        let stuck = Ticking(Moved::default(), 0, 2000);
        assert!(passes_that_read(&[NOTHING, MARK], &stuck, 1000, false).is_empty(), "the ceiling");
    }
}
