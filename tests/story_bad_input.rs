//! Bad input of every kind on a running bench: each is answered in words, and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "story_bad_input/disk.rs"]
mod disk;
#[path = "story_bad_input/documents.rs"]
mod documents;
#[path = "story_bad_input/folders.rs"]
mod folders;
#[path = "story_bad_input/pictures.rs"]
mod pictures;
#[path = "story_bad_input/readings.rs"]
mod readings;
#[path = "story_bad_input/scans.rs"]
mod scans;
#[path = "support/story/mod.rs"]
mod story;

use story::depot::Depot;
use story::station::Station;

/// A depot, and a bench of it that is taught. Nobody is signed in.
async fn bench() -> (Depot, Station, tempfile::TempDir) {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(dir.path()).await;
    (depot, station, dir)
}

async fn end(depot: Depot, station: Station) {
    station.verified();
    station.until_sent().await;
    depot.verified();
    station.stop().await;
    depot.close().await;
}
