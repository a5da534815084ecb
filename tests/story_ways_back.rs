//! Ways back and wrong turns: what a person takes back, puts aside, hands over, looks at twice, or finds otherwise
//! than announced. None is a dead end, and each leaves its traces on record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "story_ways_back/answers.rs"]
mod answers;
#[path = "story_ways_back/checklists.rs"]
mod checklists;
#[path = "story_ways_back/containers.rs"]
mod containers;
#[path = "story_ways_back/desk.rs"]
mod desk;
#[path = "story_ways_back/parcels.rs"]
mod parcels;
#[path = "story_ways_back/reviews.rs"]
mod reviews;
#[path = "support/story/mod.rs"]
mod story;
#[path = "story_ways_back/unknown.rs"]
mod unknown;
