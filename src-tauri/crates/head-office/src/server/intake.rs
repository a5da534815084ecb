//! Batches that are being taken in. Reading what events mean stands back for them: a station that sends three weeks at once
//! gets its receipts first, and what it sent is read as soon as nobody waits for one.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// No batch for so long: nobody sends just now.
const QUIET: Duration = Duration::from_millis(20);
/// Reading goes on after this, whoever sends: it never stands still.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What is being taken in by this process.
#[derive(Debug, Default)]
pub(super) struct Intake {
    under_way: AtomicUsize,
    begun: AtomicU64,
}

/// A batch under way, until it is dropped.
pub(super) struct UnderWay<'a>(&'a Intake);

impl Intake {
    /// A batch came.
    pub fn begin(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Waits until nobody sends, a second at most.
    pub async fn quiet(&self) {
        let since = Instant::now();
        while since.elapsed() < LONGEST_WAIT {
            let before = self.begun.load(Ordering::Relaxed);
            tokio::time::sleep(QUIET).await;
            if self.under_way.load(Ordering::Relaxed) == 0 && self.begun.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reading_waits_for_batches_but_not_for_ever() {
        let intake = Intake::default();
        let batch = intake.begin();
        let waited = tokio::time::timeout(LONGEST_WAIT / 4, intake.quiet()).await;
        assert!(waited.is_err(), "a batch is under way");
        intake.quiet().await;
        drop(batch);
        let waited = tokio::time::timeout(LONGEST_WAIT * 30, intake.quiet()).await;
        assert!(waited.is_ok());
    }
}
