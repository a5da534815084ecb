//! The time bound: a look runs in a thread of its own, because none of the readers can be interrupted.

use super::allowance::{Allowance, CEILING, SystemClock, ThreadTime};
use super::passes::passes;
use super::still::look;
use super::{Decoder, Luma, Mode, Symbol};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Threads whose caller has gone because a pass overran its budget. While there is one, only passes that are known
/// to end soon are started, so that hard pictures cannot pile up threads.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// How often the caller looks whether the thread has used its time.
const WATCH: Duration = Duration::from_millis(5);

/// Reads the symbols in a picture. `budget` is CPU time of one thread, so that a busy machine reads what an idle one does;
/// whatever happens, the call returns after four budgets of wall time. Returns what was read until then; no panic of a
/// reader escapes. A budget of zero reads nothing.
pub fn decode(luma: &Luma, mode: Mode, budget: Duration) -> Vec<Symbol> {
    if budget.is_zero() {
        return Vec::new();
    }
    let luma = luma.clone();
    let short_only = ABANDONED.load(Ordering::Acquire) > 0;
    run(budget, move |allowance, tell| match mode {
        // A single live frame has no others after it.
        Mode::Live => tell(Decoder::new().look_within(&luma, allowance)),
        Mode::Still => look(passes(), &luma, allowance, short_only, tell),
    })
}

/// Who looks after the thread: its caller, or nobody.
#[derive(Default)]
struct Watch {
    ended: bool,
    abandoned: bool,
}

type Tell<'a> = &'a mut dyn FnMut(Vec<Symbol>);

/// Runs a look, which tells all that it knows whenever that is more than before.
fn run(budget: Duration, look: impl FnOnce(&Allowance<'_>, Tell<'_>) + Send + 'static) -> Vec<Symbol> {
    let start = Instant::now();
    let (sender, receiver) = channel();
    let (time_sender, time) = channel();
    let watch = Arc::new(Mutex::new(Watch::default()));
    let watched = Arc::clone(&watch);
    let work = move || {
        let _ = time_sender.send(ThreadTime::of_this_thread());
        let clock = SystemClock::start();
        look(&Allowance::begin(&clock, budget), &mut |symbols| {
            let _ = sender.send(symbols);
        });
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
    let ended = wait(budget, start, &receiver, &time, &mut found);
    if !ended {
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        if !watch.ended {
            watch.abandoned = true;
            ABANDONED.fetch_add(1, Ordering::AcqRel);
        }
    }
    // A result that came in while the time ran out still counts.
    receiver.try_iter().last().unwrap_or(found)
}

/// Takes what the thread tells until it ends (true), has used its budget, or the ceiling is reached.
fn wait(
    budget: Duration,
    start: Instant,
    receiver: &Receiver<Vec<Symbol>>,
    time: &Receiver<Option<ThreadTime>>,
    found: &mut Vec<Symbol>,
) -> bool {
    let ceiling = budget.saturating_mul(CEILING);
    let mut pause = budget;
    let mut watched = None;
    loop {
        match receiver.recv_timeout(pause) {
            Ok(symbols) => *found = symbols,
            Err(RecvTimeoutError::Disconnected) => return true,
            Err(RecvTimeoutError::Timeout) => {
                watched = watched.or_else(|| time.try_recv().ok().flatten());
                let used = watched.and_then(ThreadTime::used);
                if used.is_some_and(|used| used >= budget) {
                    return false;
                }
            }
        }
        let passed = start.elapsed();
        if passed >= ceiling {
            return false;
        }
        let next = if passed < budget { budget - passed } else { WATCH };
        pause = next.min(ceiling - passed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::found::tests::symbol;
    use super::*;

    fn hang(_: &Allowance<'_>, tell: Tell<'_>) {
        tell(vec![symbol("MARK", "before")]);
        std::thread::sleep(Duration::from_millis(400));
        tell(vec![symbol("MARK", "after")]);
    }

    #[test]
    fn a_look_that_overruns_is_left_behind_with_what_it_had_read() {
        let read = run(Duration::from_millis(10), hang);
        assert_eq!(read.iter().map(|symbol| symbol.pass).collect::<Vec<_>>(), ["before"]);
        assert!(ABANDONED.load(Ordering::Acquire) >= 1);
        let end = Instant::now() + Duration::from_secs(20);
        while ABANDONED.load(Ordering::Acquire) > 0 {
            assert!(Instant::now() < end, "the abandoned thread never ended");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A thread that waits uses no CPU time: its caller waits for it, up to the ceiling.
    #[cfg(target_os = "linux")]
    #[test]
    fn waiting_uses_nothing_of_the_budget() {
        let read = run(Duration::from_millis(300), hang);
        assert_eq!(read.iter().map(|symbol| symbol.pass).collect::<Vec<_>>(), ["after"]);
    }

    /// A pass that goes on and on without looking at its allowance is left when its CPU time is used, long before the ceiling.
    #[cfg(target_os = "linux")]
    #[test]
    fn work_uses_the_budget() {
        let budget = Duration::from_millis(200);
        let read = run(budget, move |allowance, tell| {
            while !allowance.is_over() {
                std::hint::spin_loop();
            }
            tell(vec![symbol("MARK", "used up")]);
            let clock = Instant::now();
            while clock.elapsed() < Duration::from_secs(2) {
                std::hint::spin_loop();
            }
            tell(vec![symbol("MARK", "too late")]);
        });
        assert!(read.iter().all(|symbol| symbol.pass == "used up"), "{read:?}");
    }

    #[test]
    fn no_budget_no_symbols() {
        let luma = Luma::new(8, 8, vec![255; 64]).unwrap();
        assert!(decode(&luma, Mode::Still, Duration::ZERO).is_empty());
    }
}
