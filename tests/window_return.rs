//! One return in the real window: from a byte on the scanner's line to the "sent" mark; and the same by keys alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::Story;
use xtask::dock::shift::Act;

#[test]
fn a_return_from_a_byte_on_the_scanners_line_to_the_sent_mark() {
    let mut story = Story::open("by-scanner");
    story.until_stage("sign-in");
    story.picture("1-sign-in");
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    assert_eq!(story.until_stage("idle").operator.as_deref(), Some("KW"));

    story.act(Act::Frame("parcel.jpg".into()));
    assert_eq!(story.scan(&["{return-label:26-118301}"]).said(), "rma-found");
    story.until_loaded("[data-testid=camera] img");
    story.picture("2-parcel");
    assert_eq!(story.scan(&["]E02901180001017"]).said(), "unit-received");
    let received = story.until_stage("stick-number");
    let number = received.unit.clone().expect("a unit has its number at once");
    story.until_loaded("[data-testid=label] img");
    story.picture("3-number");
    assert_eq!(
        story.code("{lpn}"),
        format!("RS:U:{number}"),
        "zbar reads another number than the screen shows"
    );

    story.scan(&["{lpn}"]);
    story.command(&["NO"]);
    story.picture("4-question");
    story.command(&["YES"]);
    story.scan(&["3F21-0098-417"]);
    story.command(&["NO", "NO"]);
    story.scan(&["{lpn}"]);
    story.command(&["YES", "NO", "PICK-2"]);
    story.until_stage("photos");
    story.act(Act::Frame("headphones.jpg".into()));
    story.command(&["PHOTO"]);
    story.until_loaded("[data-testid=photo][data-state=taken] img");
    story.picture("5-photos");
    story.act(Act::Frame("plate.jpg".into()));
    story.command(&["PHOTO"]);

    let decided = story.until_stage("decision");
    assert_eq!((decided.grade.as_deref(), decided.disposition.as_deref()), (Some("B"), Some("RESTOCK_B")));
    story.picture("6-decision");
    story.command(&["NEXT"]);
    story.until_stage("stick-label");
    story.until_loaded("[data-testid=label] img");
    story.picture("7-label");
    assert_eq!(story.code("{label}"), format!("RS:U:{number}/1"));
    let another = story.scan_refused("RS:U:100000000287/1");
    story.picture("8-another-label");
    assert_eq!(another.stage.as_deref(), Some("stick-label"), "a wrong label changes nothing");
    assert_eq!(story.scan(&["{label}"]).said(), "label-confirmed");
    story.until_stage("stow");
    assert_eq!(story.scan(&["RS:T:T-0201"]).said(), "staged");
    story.command(&["PARCEL-DONE"]);

    story.until("that everything is sent", |seen| seen.unsent == Some(0));
    let sent = "return document.querySelector('[data-testid=recent] tr')?.dataset.saved === 'sent'";
    story.window().until_true("the unit's \"sent\" mark", sent).unwrap();
    story.picture("9-sent");
    story.close();
}

#[test]
fn a_return_by_keys_alone() {
    let mut story = Story::open("by-keys");
    story.until_stage("sign-in");
    story.type_code("RS:O:KW-7F3A9C");
    story.keys(&["2", "4", "6", "8", "Enter"]);
    assert_eq!(story.until_stage("idle").operator.as_deref(), Some("KW"));

    assert_eq!(story.type_code("1Z5R89390357563014").said(), "rma-found");
    story.type_code("2901180002342");
    story.until_stage("stick-number");
    let lpn = story.code("{lpn}");
    story.type_code(&lpn);
    story.keys(&["n", "y", "y", "n", "n", "n", "n"]);
    story.until_stage("photos");
    story.act(Act::Frame("shirt.jpg".into()));
    story.keys(&["F4"]);
    let decided = story.until_stage("decision");
    assert_eq!((decided.grade.as_deref(), decided.disposition.as_deref()), (Some("N"), Some("RESTOCK")));
    story.keys(&["Enter"]);
    story.until_stage("stick-label");
    let label = story.code("{label}");
    story.type_code(&label);
    story.until_stage("stow");
    assert_eq!(story.type_code("RS:T:T-0202").said(), "staged");
    story.until("that everything is sent", |seen| seen.unsent == Some(0));

    story.keys(&["F12"]);
    assert_eq!(story.until_stage("sign-in").operator, None);
    story.close();
}
