//! A ceiling for what goes up, on a line that a depot shares.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets bodies pass one after the other, each after the time that the one before it is to take.
pub(crate) struct Ceiling {
    bytes_per_second: Option<u32>,
    free_at: Mutex<Instant>,
}

impl Ceiling {
    pub(crate) fn of(bytes_per_second: Option<u32>) -> Self {
        Self {
            bytes_per_second: bytes_per_second.filter(|bytes| *bytes > 0),
            free_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits until a body of that length may go.
    pub(crate) async fn pass(&self, bytes: usize) {
        let wait = self.book(bytes, Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Books the time that the body takes, behind what is booked; how long until it may go.
    fn book(&self, bytes: usize, now: Instant) -> Duration {
        let Some(most) = self.bytes_per_second else { return Duration::ZERO };
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let start = (*free_at).max(now);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        *free_at = start + Duration::from_secs_f64(f64::from(bytes) / f64::from(most));
        start.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_pass_no_faster_than_the_ceiling_and_none_waits_without_one() {
        let now = Instant::now();
        let free = Ceiling::of(None);
        assert_eq!(free.book(1 << 30, now) + free.book(1, now), Duration::ZERO);
        let thin = Ceiling::of(Some(1000));
        assert!(thin.book(500, now) < Duration::from_millis(1));
        assert_eq!(thin.book(2000, now).as_millis(), 500);
        assert_eq!(thin.book(1, now).as_millis(), 2500);
        // What was not used is not saved up.
        assert_eq!(thin.book(1, now + Duration::from_secs(60)), Duration::ZERO);
    }
}
