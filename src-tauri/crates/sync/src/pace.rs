//! How often and how long: intervals, time-outs, back-off with full jitter.

use std::time::Duration;

use rand::RngExt;

/// Intervals and time-outs of a line. The default is for a depot; tests use shorter ones.
#[derive(Debug, Clone)]
pub struct Pace {
    /// First back-off after a failure; doubles with each further one.
    pub first_retry: Duration,
    /// Longest back-off while nobody answers: a line that comes back is noticed within this.
    pub longest_unreached: Duration,
    /// Longest back-off while head office answers, but not as it should.
    pub longest_retry: Duration,
    /// How often feeds are asked for while the line is up.
    pub poll: Duration,
    /// How often a hello is repeated while the line is up.
    pub hello: Duration,
    /// For a connection to come about.
    pub connect_timeout: Duration,
    /// For a whole call.
    pub request_timeout: Duration,
    /// The most events in one batch, whatever head office takes.
    pub batch_events: usize,
    /// The most bytes of a photo in one call.
    pub photo_piece_bytes: usize,
    /// The most that goes up, on a line that others share; `None`: as much as it takes.
    pub ceiling_bytes_per_second: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_retry: Duration::from_secs(1),
            // With a call that hangs until it times out before it, a line that is back is used within 90 seconds.
            longest_unreached: Duration::from_secs(45),
            longest_retry: Duration::from_secs(300),
            poll: Duration::from_secs(5),
            hello: Duration::from_secs(300),
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            batch_events: 1000,
            photo_piece_bytes: 1024 * 1024,
            ceiling_bytes_per_second: None,
        }
    }
}

impl Pace {
    /// Full jitter: anything from zero to the doubled interval, so that a depot's benches do not come back all
    /// at once.
    pub(crate) fn back_off(&self, failures: u32, line_down: bool) -> Duration {
        let longest = if line_down { self.longest_unreached } else { self.longest_retry };
        let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let ceiling = self.first_retry.saturating_mul(factor).min(longest);
        ceiling.mul_f64(rand::rng().random_range(0.0..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_its_ceiling_and_is_spread_over_all_of_it() {
        let pace = Pace::default();
        let highest = |failures, down| (0..2000).map(|_| pace.back_off(failures, down)).max().unwrap();
        let lowest = |failures, down| (0..2000).map(|_| pace.back_off(failures, down)).min().unwrap();
        assert!(highest(1, true) <= Duration::from_secs(1));
        let third = highest(3, true);
        assert!(third <= Duration::from_secs(4) && third > Duration::from_secs(3), "{third:?}");
        assert!(lowest(3, true) < Duration::from_secs(1));
        assert!(highest(40, true) <= Duration::from_secs(45));
        assert!(highest(u32::MAX, false) <= Duration::from_secs(300));
        assert!(highest(40, false) > Duration::from_secs(200));
    }
}
