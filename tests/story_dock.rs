//! The receiving side of a bench: cartons that arrive and are opened another day, returns found by whatever can be
//! scanned, goods that come all the same, items counted in bulk, packages that say more than their product, a
//! technician's work, and containers that leave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "story_dock/arrivals.rs"]
mod arrivals;
#[path = "story_ways_back/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "story_dock/eyes.rs"]
mod eyes;
#[path = "story_dock/found.rs"]
mod found;
#[path = "story_dock/instruments.rs"]
mod instruments;
#[path = "story_dock/items.rs"]
mod items;
#[path = "story_dock/packages.rs"]
mod packages;
#[path = "support/story/mod.rs"]
mod story;
#[path = "story_dock/totes.rs"]
mod totes;
#[path = "story_dock/work.rs"]
mod work;
