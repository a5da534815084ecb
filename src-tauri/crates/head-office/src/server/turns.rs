//! How often a station may call. Counted for each authenticated station: nobody can use up another's turns.

use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use returns::ids::StationId;

/// The turns of every station, in this process.
#[derive(Debug)]
pub(super) struct Turns {
    limiter: DefaultKeyedRateLimiter<StationId>,
    clock: DefaultClock,
}

impl Turns {
    /// So many calls a minute for each station; as many at once, if it has been quiet.
    pub fn new(calls_per_minute: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(calls_per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one turn, or tells in how many seconds there is one.
    pub fn take(&self, station: StationId) -> Result<(), u64> {
        let now = self.clock.now();
        self.limiter.check_key(&station).map_err(|until| until.wait_time_from(now).as_secs() + 1)
    }

    /// Forgets stations that have been quiet.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
    }
}
