//! What the stories share: a head office with the demo's content, benches on simulated docks, hands that carry a
//! return through whatever the screen shows, and a line that can be spoilt.
#![allow(dead_code)]

pub mod depot;
pub mod hands;
pub mod picture;
pub mod relay;
pub mod station;
pub mod words;

use std::time::{Duration, Instant};

/// How long anything may take before a story gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

/// Waits until something holds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(LOOK).await;
    }
}
