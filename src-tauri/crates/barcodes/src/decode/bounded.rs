//! The time bound: passes run in a thread of their own, because none of the readers can be interrupted.

use super::found::Found;
use super::glance::Glance;
use super::passes::{Pass, passes};
use super::with_zxing::{Effort, read_part};
use super::{Luma, Mode, Symbol};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Threads whose caller has gone because a pass overran its budget. While there is one, only passes that are known
/// to end soon are started, so that hard pictures cannot pile up threads.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// Reads the symbols in a picture. Returns within about `budget` with what was read until then, at the latest after
/// the budget and the time that the machine needs to hand the result over; no panic of a reader escapes. A budget of
/// zero reads nothing.
pub fn decode(luma: &Luma, mode: Mode, budget: Duration) -> Vec<Symbol> {
    let deadline = Instant::now() + budget;
    let short_only = ABANDONED.load(Ordering::Acquire) > 0;
    let luma = Arc::new(luma.clone());
    run(passes(mode), luma, mode, deadline, short_only)
}

/// Who looks after the thread: its caller, or nobody.
#[derive(Default)]
struct Watch {
    ended: bool,
    abandoned: bool,
}

fn run(
    passes: &'static [Pass],
    luma: Arc<Luma>,
    mode: Mode,
    deadline: Instant,
    short_only: bool,
) -> Vec<Symbol> {
    let (sender, receiver) = channel();
    let watch = Arc::new(Mutex::new(Watch::default()));
    let watched = Arc::clone(&watch);
    let work = move || {
        look(passes, &luma, mode, deadline, short_only, &sender);
        let mut watch = watched.lock().unwrap_or_else(PoisonError::into_inner);
        watch.ended = true;
        if watch.abandoned {
            ABANDONED.fetch_sub(1, Ordering::AcqRel);
        }
    };
    let Ok(_thread) = std::thread::Builder::new().name("decode".to_owned()).spawn(work) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok(symbols) => found = symbols,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
                if !watch.ended {
                    watch.abandoned = true;
                    ABANDONED.fetch_add(1, Ordering::AcqRel);
                }
                break;
            }
        }
    }
    // A result that came in while the time ran out still counts.
    receiver.try_iter().last().unwrap_or(found)
}

/// Runs the passes until one reads something or the time is up, and sends all that is known after each.
fn look(
    passes: &[Pass],
    luma: &Luma,
    mode: Mode,
    deadline: Instant,
    short_only: bool,
    sender: &Sender<Vec<Symbol>>,
) {
    let mut found = Found::default();
    for pass in passes.iter().filter(|pass| pass.short || !short_only) {
        if Instant::now() >= deadline {
            return;
        }
        // A reader that panics on a picture has read nothing from it.
        let symbols = catch_unwind(AssertUnwindSafe(|| (pass.read)(luma, pass.name))).unwrap_or_default();
        found.add(symbols);
        if found.is_empty() {
            continue;
        }
        let _ = sender.send(found.symbols().to_vec());
        if mode == Mode::Still {
            look_around(&mut found, luma, deadline, sender);
        }
        return;
    }
}

/// Looks at the busy parts of the picture in which nothing was read, each by itself, for further labels.
fn look_around(found: &mut Found, luma: &Luma, deadline: Instant, sender: &Sender<Vec<Symbol>>) {
    let mut glance = Glance::default();
    glance.take(luma);
    for part in glance.parts() {
        if Instant::now() >= deadline {
            return;
        }
        if found.symbols().iter().any(|symbol| part.region.holds(symbol.middle())) {
            continue;
        }
        let read = || read_part(luma, part.region, Effort::All, "beside");
        let symbols = catch_unwind(AssertUnwindSafe(read)).unwrap_or_default();
        if !found.add(symbols).is_empty() {
            let _ = sender.send(found.symbols().to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hang(_: &Luma, _: &'static str) -> Vec<Symbol> {
        std::thread::sleep(Duration::from_millis(400));
        Vec::new()
    }

    fn panic(_: &Luma, _: &'static str) -> Vec<Symbol> {
        panic!("as a reader might");
    }

    fn mark(_: &Luma, name: &'static str) -> Vec<Symbol> {
        vec![super::super::found::tests::symbol("MARK", name)]
    }

    const HANGS: &[Pass] =
        &[Pass { name: "hang", short: false, read: hang }, Pass { name: "mark", short: true, read: mark }];
    const PANICS: &[Pass] =
        &[Pass { name: "panic", short: true, read: panic }, Pass { name: "mark", short: true, read: mark }];

    fn picture() -> Arc<Luma> {
        Arc::new(Luma::new(8, 8, vec![255; 64]).unwrap())
    }

    fn in_ms(ms: u64) -> Instant {
        Instant::now() + Duration::from_millis(ms)
    }

    #[test]
    fn a_pass_that_overruns_is_left_behind_and_blocks_only_long_passes() {
        let read = run(HANGS, picture(), Mode::Live, in_ms(20), false);
        assert!(read.is_empty(), "the pass after the hanging one must not have been waited for");
        assert!(ABANDONED.load(Ordering::Acquire) >= 1);
        let read = run(HANGS, picture(), Mode::Live, in_ms(5_000), true);
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].pass, "mark");
        let end = in_ms(20_000);
        while ABANDONED.load(Ordering::Acquire) > 0 {
            assert!(Instant::now() < end, "the abandoned thread never ended");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_panic_reads_nothing_and_the_next_pass_goes_on() {
        let read = run(PANICS, picture(), Mode::Live, in_ms(5_000), false);
        assert_eq!(read.len(), 1);
    }

    #[test]
    fn no_budget_no_symbols() {
        let luma = Luma::new(8, 8, vec![255; 64]).unwrap();
        assert!(decode(&luma, Mode::Still, Duration::ZERO).is_empty());
    }
}
