//! What the real window says when something around the bench breaks, and that the work goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::Story;
use xtask::dock::shift::{Act, Health, LineState};

const SCANNER_IS_WELL: &str =
    "return document.querySelector('[data-device=scanner]')?.dataset.well === 'true'";
const SCANNER_IS_LOST: &str =
    "return document.querySelector('[data-device=scanner]')?.dataset.well === 'false'";

#[test]
fn a_cut_line_is_shown_with_what_waits_and_drains_by_itself() {
    let mut story = Story::open("line");
    story.until_stage("sign-in");
    story.until("the line", |seen| seen.line.as_deref() == Some("online"));
    story.act(Act::Line(LineState::Down));
    story.until("that the line is down", |seen| seen.line.as_deref() == Some("offline"));

    story.sign_in("RS:O:KW-7F3A9C", "2468");
    story.scan(&["1Z5R89390357563023", "2901180002137", "{lpn}"]);
    let offline = story.until("what waits", |seen| seen.unsent.is_some_and(|unsent| unsent > 3));
    assert_eq!(offline.line.as_deref(), Some("offline"));
    let waits = offline.unsent.unwrap();
    let shown = "return document.querySelector('[data-testid=unsent]').innerText";
    let words = story.window().script(shown).unwrap();
    assert!(words.as_str().unwrap().contains(&waits.to_string()), "{waits} wait, and the bar says {words}");
    story.picture("offline");
    story.window().press("Alt+4").unwrap();
    let room = "return document.querySelector('[data-testid=sync]')?.dataset.line === 'offline'";
    story.window().until_true("the sync room, offline", room).unwrap();
    story.picture("sync-room");
    story.window().press("Escape").unwrap();

    story.act(Act::Line(LineState::Up));
    story.until("that everything is sent", |seen| {
        seen.line.as_deref() == Some("online") && seen.unsent == Some(0)
    });
    story.picture("online");
    story.close();
}

#[test]
fn a_scanner_that_is_pulled_out_is_shown_as_lost_and_works_again() {
    let mut story = Story::open("scanner");
    story.until_stage("sign-in");
    story.window().until_true("a scanner that works", SCANNER_IS_WELL).unwrap();
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    story.player.dock.plug_scanner(false).unwrap();
    story.window().until_true("that the scanner is lost", SCANNER_IS_LOST).unwrap();
    story.picture("lost");
    story.player.dock.plug_scanner(true).unwrap();
    story.window().until_true("that the scanner works again", SCANNER_IS_WELL).unwrap();
    assert_eq!(story.scan(&["1Z5R89390357563014"]).said(), "rma-found");
    story.close();
}

#[test]
fn a_power_cut_loses_nothing_that_was_called_saved() {
    let mut story = Story::open("power");
    story.until_stage("sign-in");
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    let received = story.scan(&["1Z5R89390357563014", "2901180002342"]);
    // A quick line has sent it by the time of the look.
    let saved = received.band.unwrap().saved;
    assert!(matches!(saved.as_deref(), Some("here" | "sent")), "{saved:?}");
    story.scan(&["{lpn}"]);
    story.command(&["NO", "YES"]);
    let number = story.code("{lpn}");
    story.act(Act::PowerCut(true));
    story.until_stage("sign-in");
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    let again = story.scan(&[&number]);
    assert_eq!((again.stage.as_deref(), again.said()), (Some("question"), "unit-taken-up"));
    assert_eq!(again.unit.map(|unit| format!("RS:U:{unit}")), Some(number));
    story.close();
}

#[test]
fn a_dead_printer_stops_nobody_and_prints_later() {
    let mut story = Story::open("printer");
    story.until_stage("sign-in");
    story.sign_in("RS:O:KW-7F3A9C", "2468");
    story.act(Act::Printer(Health::Dead));
    story.scan(&["1Z5R89390357563014", "2901180002342"]);
    let dead = "return document.querySelector('[data-device=printer]')?.dataset.well === 'false'";
    story.window().until_true("that the printer is dead", dead).unwrap();
    story.picture("dead");
    story.command(&["NEXT"]);
    story.until_stage("question");
    story.act(Act::Printer(Health::Well));
    let number = story.window().seen().unwrap().unit.unwrap();
    assert_eq!(story.code("{lpn}"), format!("RS:U:{number}"));
    story.close();
}
