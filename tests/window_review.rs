//! A second person in the real window: a supervisor approves in the review room what a grader may not decide alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::Story;
use xtask::dock::review;
use xtask::dock::shift::{Act, Review};

#[test]
fn a_supervisor_approves_what_a_grader_left_without_its_photo() {
    let mut story = Story::open("review");
    story.until_stage("sign-in");
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    story.scan(&["1Z5R89390357563112", "2901180002205", "{lpn}"]);
    story.command(&["NO", "YES", "NO", "NO", "NO", "NO", "YES"]);
    story.until_stage("photos");
    story.act(Act::Frame("shirt.jpg".into()));
    story.command(&["PHOTO"]);
    let computed = story.until_stage("decision");
    assert_eq!((computed.grade.as_deref(), computed.disposition.as_deref()), (Some("B"), Some("RESTOCK_B")));
    story.command(&["OVERRIDE", "GRADE-C", "PICK-3"]);
    let overridden = story.until("the grade that the person gave", |seen| seen.grade.as_deref() == Some("C"));
    assert_eq!(overridden.said(), "grade-overridden");
    story.scan(&["RS:L:R-02"]);
    story.command(&["PARCEL-DONE"]);
    let number = story.code("{lpn}").trim_start_matches("RS:U:").to_owned();

    // The room is open to everybody, for anybody may grade blind; a grader decides nothing there.
    story.window().press("Alt+2").unwrap();
    story.until("the review room", |seen| seen.waiting.is_some());
    story.window().press("Escape").unwrap();
    story.until_stage("idle");
    story.command(&["LOG-OFF"]);
    story.sign_in("RS:O:TO-C40B77", "8642");
    story.until("one review", |seen| seen.reviews == 1);

    review::enter(story.window()).unwrap();
    assert!(review::select(story.window(), &number).unwrap(), "{number} is not in the queue");
    story.until_loaded(".review img[src^='photo:']");
    story.picture("queue");
    story.window().press("Escape").unwrap();
    story.until_stage("idle");
    let approved = Review { unit: "review".into(), outcome: "APPROVED".into(), ..Review::default() };
    review::decide(story.window(), &number, &approved, false).unwrap();
    story.until("no more reviews", |seen| seen.reviews == 0);
    story.command(&["LOG-OFF"]);

    story.sign_in("RS:O:KW-7F3A9C", "2468");
    let lpn = format!("RS:U:{number}");
    story.scan(&[&lpn]);
    let decided = story.until_stage("decision");
    assert_eq!((decided.grade.as_deref(), decided.disposition.as_deref()), (Some("C"), Some("LIQUIDATE")));
    story.command(&["NEXT"]);
    story.until_stage("stick-label");
    story.scan(&["{label}"]);
    assert_eq!(story.scan(&["RS:T:T-0215"]).said(), "staged");
    story.until("that everything is sent", |seen| seen.unsent == Some(0));
    story.close();
}
