//! Judgement in the review room: one request after the other, by whom it may be asked, and what is on record then.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "story_judgement/blind.rs"]
mod blind;
#[path = "story_judgement/contest.rs"]
mod contest;
#[path = "story_judgement/corrections.rs"]
mod corrections;
#[allow(dead_code)]
#[path = "story_ways_back/desk.rs"]
mod desk;
#[path = "story_judgement/head_office.rs"]
mod head_office;
#[path = "story_judgement/matching.rs"]
mod matching;
#[path = "story_judgement/people.rs"]
mod people;
#[path = "story_judgement/reviewing.rs"]
mod reviewing;
#[path = "support/story/mod.rs"]
mod story;
