//! A thin and lossy line, and one that breaks every minute: how long a shift's events take, and how much of what is sent of
//! photos was sent for nothing. `cargo xtask bench line`; as root, for the namespaces of the first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod breaking;
mod shift;
mod thin;

use std::time::Duration;

/// So many events, over so thin a line, in so long.
const EVENTS: u64 = 100_000;
const LIMIT: Duration = Duration::from_secs(180);
/// Photos' goodput, at least.
const GOODPUT: f64 = 0.97;

#[tokio::main]
async fn main() {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wants = |name: &str| only.as_ref().is_none_or(|only| only == name);
    if wants("events") {
        let took = thin::events(EVENTS).await.expect("events over a thin line");
        let ratio = took.seconds / LIMIT.as_secs_f64();
        println!(
            "{EVENTS} events over 256 kbit/s with 5 % loss ({}): {:.1} s, {:.0} events/s, {:.1} bytes each on the wire \
             with all headers and repeats; {:.2} of the limit of {LIMIT:?}",
            took.loss,
            took.seconds,
            EVENTS as f64 / took.seconds,
            took.wire_bytes as f64 / EVENTS as f64,
            ratio
        );
    }
    if wants("photos") {
        let carried = breaking::photos(Duration::from_secs(200)).await.expect("photos over a breaking line");
        let goodput = carried.kept_bytes as f64 / carried.sent_bytes as f64;
        println!(
            "photos over 1 Mbit/s with a cut every minute: {} cuts in {:.0} s, {} of {} bytes sent were kept: goodput \
             {goodput:.3}, {:.2} of the least that is wanted; of the time in which the line was up {:.3} was used",
            carried.cuts,
            carried.seconds,
            carried.kept_bytes,
            carried.sent_bytes,
            goodput / GOODPUT,
            carried.used,
        );
    }
}
