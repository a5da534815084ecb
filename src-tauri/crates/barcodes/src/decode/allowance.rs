//! How long a look may take. What counts is the CPU time of the thread that looks, so that a busy machine reads what an idle
//! one reads, under a ceiling of wall time that the caller can rely on.

use std::time::{Duration, Instant};

/// The wall time that a look may take, in budgets.
pub(super) const CEILING: u32 = 4;

/// What time it is. Both count from some beginning and never go back.
pub(super) trait Clock {
    /// CPU time of the calling thread.
    fn cpu(&self) -> Duration;
    /// Time as the caller sees it pass.
    fn wall(&self) -> Duration;
}

/// The system's clocks. Where the system tells no thread's CPU time, wall time stands for it.
pub(super) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Begins now.
    pub fn start() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[cfg(unix)]
    fn cpu(&self) -> Duration {
        use nix::time::ClockId;
        ClockId::CLOCK_THREAD_CPUTIME_ID.now().map_or_else(|_| self.wall(), Duration::from)
    }

    #[cfg(not(unix))]
    fn cpu(&self) -> Duration {
        self.wall()
    }

    fn wall(&self) -> Duration {
        self.start.elapsed()
    }
}

/// What is left of a budget. Belongs to the thread that began it.
#[derive(Clone, Copy)]
pub(super) struct Allowance<'a> {
    clock: &'a dyn Clock,
    cpu_end: Duration,
    wall_end: Duration,
}

impl<'a> Allowance<'a> {
    /// Begins a budget now.
    pub fn begin(clock: &'a dyn Clock, budget: Duration) -> Allowance<'a> {
        let wall_end = clock.wall().saturating_add(budget.saturating_mul(CEILING));
        Allowance { clock, cpu_end: clock.cpu().saturating_add(budget), wall_end }
    }

    /// CPU time that may still be used.
    pub fn left(&self) -> Duration {
        let cpu = self.cpu_end.saturating_sub(self.clock.cpu());
        cpu.min(self.wall_end.saturating_sub(self.clock.wall()))
    }

    /// True when nothing may be begun any more.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// At most so much of what is left.
    pub fn at_most(&self, most: Duration) -> Allowance<'a> {
        let cpu_end = self.cpu_end.min(self.clock.cpu().saturating_add(most));
        Allowance { cpu_end, ..*self }
    }

    /// The longest side, at most `side`, to which a picture is scaled so that work of so much a pixel fits; none where that
    /// would leave too little to read. A picture may still hold more than was ever measured: that is what the ceiling is for.
    pub fn side_that_fits(&self, (width, height): (u32, u32), side: u32, ns_a_pixel: u32) -> Option<u32> {
        /// Pictures that small cost nothing.
        const LEAST_PX: u32 = 160;
        let longest = width.max(height).max(1);
        let side = side.min(longest);
        let pixels_that_fit = self.left().as_nanos() as f64 / f64::from(ns_a_pixel.max(1));
        let pixels_a_side = f64::from(width.min(height).max(1)) / f64::from(longest);
        let fits = (pixels_that_fit / pixels_a_side).sqrt();
        let fits = if fits >= f64::from(side) { side } else { fits as u32 };
        (fits >= side.min(LEAST_PX)).then_some(fits.max(1))
    }
}

/// The CPU time of another thread, for whoever waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ThreadTime {
    #[cfg(target_os = "linux")]
    clock: nix::time::ClockId,
}

impl ThreadTime {
    /// Of the calling thread. None where the system shows it to no other thread.
    #[cfg(target_os = "linux")]
    pub fn of_this_thread() -> Option<ThreadTime> {
        // What pthread_getcpuclockid makes of a thread id: scheduler time (2) of one thread (4).
        let clock = (!nix::unistd::gettid().as_raw() << 3) | 6;
        Some(ThreadTime { clock: nix::time::ClockId::from_raw(clock) })
    }

    /// Of the calling thread. None where the system shows it to no other thread.
    #[cfg(not(target_os = "linux"))]
    pub fn of_this_thread() -> Option<ThreadTime> {
        None
    }

    /// CPU time that the thread has used; none once it has ended.
    #[cfg(target_os = "linux")]
    pub fn used(self) -> Option<Duration> {
        self.clock.now().ok().map(Duration::from)
    }

    /// CPU time that the thread has used; none once it has ended.
    #[cfg(not(target_os = "linux"))]
    pub fn used(self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::cell::Cell;

    /// A clock that a test moves.
    #[derive(Default)]
    pub(in super::super) struct Moved {
        pub cpu_ms: Cell<u64>,
        pub wall_ms: Cell<u64>,
    }

    impl Moved {
        pub fn by(&self, cpu_ms: u64, wall_ms: u64) {
            self.cpu_ms.set(self.cpu_ms.get() + cpu_ms);
            self.wall_ms.set(self.wall_ms.get() + wall_ms);
        }
    }

    impl Clock for Moved {
        fn cpu(&self) -> Duration {
            Duration::from_millis(self.cpu_ms.get())
        }

        fn wall(&self) -> Duration {
            Duration::from_millis(self.wall_ms.get())
        }
    }

    #[test]
    fn a_busy_machine_takes_nothing_from_the_budget_until_the_ceiling() {
        let clock = Moved::default();
        clock.by(500, 700);
        let allowance = Allowance::begin(&clock, Duration::from_millis(100));
        clock.by(10, 300);
        assert_eq!(allowance.left(), Duration::from_millis(90));
        assert_eq!(allowance.at_most(Duration::from_millis(20)).left(), Duration::from_millis(20));
        clock.by(0, 60);
        assert_eq!(
            allowance.left(),
            Duration::from_millis(40),
            "the ceiling is nearer than the budget's end"
        );
        clock.by(0, 40);
        assert!(allowance.is_over());
    }

    #[test]
    fn cpu_time_ends_the_budget_on_an_idle_machine() {
        let clock = Moved::default();
        let allowance = Allowance::begin(&clock, Duration::from_millis(100));
        let part = allowance.at_most(Duration::from_millis(30));
        clock.by(30, 30);
        assert!(part.is_over() && !allowance.is_over());
        clock.by(70, 70);
        assert!(allowance.is_over());
    }

    #[test]
    fn pictures_are_scaled_to_what_is_left() {
        let clock = Moved::default();
        let allowance = Allowance::begin(&clock, Duration::from_millis(100));
        // 100 ns a pixel: a megapixel fits.
        assert_eq!(allowance.side_that_fits((900, 900), 2400, 100), Some(900));
        assert_eq!(allowance.side_that_fits((4000, 4000), 2400, 100), Some(1000));
        assert_eq!(allowance.side_that_fits((4000, 1000), 2400, 100), Some(2000));
        assert_eq!(allowance.side_that_fits((4000, 4000), 500, 100), Some(500));
        clock.by(98, 98);
        assert_eq!(allowance.side_that_fits((4000, 4000), 2400, 100), None, "141 pixels a side read nothing");
        assert_eq!(allowance.side_that_fits((60, 60), 2400, 100), Some(60));
    }

    #[test]
    fn the_clocks_of_this_system_run() {
        let clock = SystemClock::start();
        let (cpu, wall) = (clock.cpu(), clock.wall());
        let mut sum = 0_u64;
        while clock.cpu() == cpu {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(clock.cpu() > cpu && clock.wall() > wall);
        if let Some(time) = ThreadTime::of_this_thread() {
            assert!(time.used().is_some_and(|used| used >= cpu));
        }
    }
}
