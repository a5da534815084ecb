//! Replies that are not head office's, or not as they should be, clear nothing; and the line recovers from each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::time::Duration;

use returns::event::UnitEvent;
use returns::ids::Serial;
use serde_json::{Value, json};
use support::*;
use sync::LineState;
use wire::{Problem, Verdict};

/// While head office answers a push like this, nothing is cleared and the line says so; then it recovers.
async fn clears_nothing(nasty: Nasty, expected: &str) {
    let office = Office::start().await;
    office.with(|inside| inside.nasty_always = Some(("/events/", nasty)));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    let told = status(&line, expected, |status| status.trouble.is_some()).await;
    assert_eq!(code(&told), expected);
    assert_ne!(told.line, LineState::Online, "{expected}");
    assert_eq!(told.receipts, 0, "{expected}");
    assert_eq!(station.unsent(), 2, "{expected}: nothing was cleared");
    office.with(|inside| inside.nasty_always = None);
    line.try_now();
    status(&line, "recovered", |status| status.line == LineState::Online && status.trouble.is_none()).await;
    assert_eq!(station.unsent(), 0);
    assert_eq!(office.with(|inside| inside.lines.len()), 2);
    line.stop().await;
}

#[tokio::test]
async fn a_captive_portals_200_clears_nothing() {
    clears_nothing(Nasty::Portal, "line-not-head-office").await;
}

#[tokio::test]
async fn a_captive_portals_redirect_is_not_followed() {
    clears_nothing(Nasty::Redirect, "line-not-head-office").await;
}

#[tokio::test]
async fn a_right_receipt_without_a_signature_clears_nothing() {
    clears_nothing(Nasty::Unsigned, "line-not-head-office").await;
}

#[tokio::test]
async fn another_head_offices_receipt_clears_nothing() {
    clears_nothing(Nasty::OtherKey, "head-office-other-key").await;
}

#[tokio::test]
async fn a_reply_to_another_request_clears_nothing() {
    clears_nothing(Nasty::OtherNonce, "head-office-signature-wrong").await;
}

#[tokio::test]
async fn an_altered_reply_clears_nothing() {
    clears_nothing(Nasty::Altered, "head-office-signature-wrong").await;
}

#[tokio::test]
async fn a_reply_cut_in_the_middle_clears_nothing() {
    clears_nothing(Nasty::CutReply, "line-cut").await;
}

#[tokio::test]
async fn a_server_error_clears_nothing() {
    clears_nothing(Nasty::Status(502, None), "head-office-unavailable").await;
}

#[tokio::test]
async fn a_busy_head_office_is_left_alone_for_as_long_as_it_says() {
    clears_nothing(Nasty::Status(429, Some("1")), "head-office-busy").await;
    clears_nothing(Nasty::Status(503, Some("1")), "head-office-busy").await;
}

#[tokio::test]
async fn a_signed_receipt_of_another_station_clears_nothing() {
    let other: fn(&mut Value) = |said| said["station"] = json!("ff".repeat(16));
    clears_receipt(other, "receipt-other-station").await;
}

#[tokio::test]
async fn a_signed_receipt_with_another_hash_clears_nothing() {
    clears_receipt(|said| said["stored_hash"] = json!("ab".repeat(32)), "receipt-hash-differs").await;
}

#[tokio::test]
async fn a_signed_receipt_of_another_epoch_clears_nothing() {
    clears_receipt(|said| said["epoch"] = json!("2"), "receipt-other-epoch").await;
}

#[tokio::test]
async fn a_signed_receipt_for_more_than_there_is_clears_nothing() {
    clears_receipt(|said| said["stored_seq"] = json!(99), "receipt-beyond-head").await;
}

#[tokio::test]
async fn a_signed_receipt_for_nothing_is_no_progress() {
    let nothing: fn(&mut Value) = |said| {
        said["stored_seq"] = json!(0);
        said["stored_hash"] = json!("00".repeat(32));
    };
    clears_nothing(Nasty::Changed(nothing), "receipt-without-progress").await;
}

async fn clears_receipt(change: fn(&mut Value), expected: &str) {
    let office = Office::start().await;
    office.with(|inside| inside.nasty_always = Some(("/events/", Nasty::Changed(change))));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    let told = status(&line, expected, |status| status.trouble.is_some()).await;
    assert_eq!(code(&told), expected);
    assert_eq!(station.unsent(), 2);
    line.stop().await;
}

#[tokio::test]
async fn a_portal_in_front_of_everything_is_named_and_nothing_but_the_challenge_is_asked() {
    let office = Office::start().await;
    office.with(|inside| inside.nasty_always = Some(("/v1/", Nasty::Portal)));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    let told = status(&line, "told", |status| status.trouble.is_some()).await;
    assert_eq!(code(&told), "line-not-head-office");
    assert!(told.line == LineState::Offline);
    assert!(office.with(|inside| inside.calls.iter().all(|call| call == "GET /v1/challenge")));
    line.stop().await;
}

#[tokio::test]
async fn a_batch_that_is_too_long_is_halved_until_it_fits() {
    let office = Office::start().await;
    office.with(|inside| inside.largest_batch = 3);
    let station = Station::of(&office);
    for _ in 0..10 {
        station.receive();
    }
    let line = station.line();
    until("everything went up", || station.unsent() == 0).await;
    assert_eq!(office.with(|inside| inside.lines.len()), 20);
    line.stop().await;
}

#[tokio::test]
async fn an_unsigned_413_of_a_proxy_halves_too() {
    let office = Office::start().await;
    let station = Station::of(&office);
    for _ in 0..4 {
        station.receive();
    }
    office.next("/events/", Nasty::Status(413, None));
    let line = station.line();
    until("everything went up", || station.unsent() == 0).await;
    assert_eq!(office.with(|inside| inside.pushes.clone()), [(1, 4), (5, 8)]);
    line.stop().await;
}

#[tokio::test]
async fn a_single_event_that_is_too_long_is_told_of() {
    let office = Office::start().await;
    office.with(|inside| inside.nasty_always = Some(("/events/", Nasty::Status(413, None))));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    status(&line, "told", |status| code(status) == "event-too-long-for-head-office").await;
    assert_eq!(station.unsent(), 2);
    line.stop().await;
}

#[tokio::test]
async fn only_the_broken_event_goes_up_as_unreadable_and_a_person_is_told() {
    let office = Office::start().await;
    let station = Station::of(&office);
    let unit = station.receive();
    station.append(unit, UnitEvent::SerialRead { serial: Serial::new("BROKEN").unwrap() });
    station.receive();
    let line = station.line();
    let told = status(&line, "told", |status| code(status) == "event-unreadable-at-head-office").await;
    assert_eq!(told.trouble.unwrap().args["seq"], "3");
    until("everything went up", || station.unsent() == 0).await;
    assert_eq!(office.with(|inside| (inside.unreadable.len(), inside.lines.len())), (1, 5));
    line.stop().await;
}

#[tokio::test]
async fn a_gap_is_filled_from_what_head_office_says_it_has() {
    let office = Office::start().await;
    let station = Station::of(&office);
    for _ in 0..3 {
        station.receive();
    }
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    // Head office forgets, and does not notice at the hello.
    office.with(|inside| {
        inside.lines.clear();
        inside.head = None;
    });
    station.receive();
    line.kick();
    office.until("all of it again", |inside| inside.lines.len() == 8).await;
    until("sent again", || station.unsent() == 0).await;
    line.stop().await;
}

#[tokio::test]
async fn verdicts_that_need_a_person_stop_the_events_and_are_named() {
    let cases = [
        (Verdict::Fork, "station-forked"),
        (Verdict::Behind, "station-behind"),
        (Verdict::Revoked, "station-revoked"),
    ];
    for (verdict, expected) in cases {
        let office = Office::start().await;
        office.with(|inside| inside.verdict = Some(verdict));
        let station = Station::of(&office);
        station.receive();
        let line = station.line();
        let told = status(&line, expected, |status| status.line == LineState::Refused).await;
        assert_eq!(code(&told), expected);
        assert_eq!(station.unsent(), 2);
        assert!(office.with(|inside| inside.pushes.is_empty()));
        office.with(|inside| inside.verdict = None);
        line.try_now();
        until("sent after all", || station.unsent() == 0).await;
        line.stop().await;
    }
}

#[tokio::test]
async fn a_closed_epoch_and_a_fork_stop_the_events() {
    let refusals = [(410, "epoch-closed", "epoch-closed"), (409, "events-fork", "station-forked")];
    for (http, said, expected) in refusals {
        let office = Office::start().await;
        let problem = Problem { code: said.to_owned(), args: Default::default() };
        office.with(|inside| inside.nasty_always = Some(("/events/", Nasty::Refuse(http, problem))));
        let station = Station::of(&office);
        station.receive();
        let line = station.line();
        let told = status(&line, expected, |status| status.line == LineState::Refused).await;
        assert_eq!(code(&told), expected);
        assert_eq!(station.unsent(), 2);
        line.stop().await;
    }
}

#[tokio::test]
async fn a_stale_challenge_is_replaced_at_once() {
    let office = Office::start().await;
    let station = Station::of(&office);
    station.receive();
    let stale = Problem { code: "call-nonce-stale".to_owned(), args: Default::default() };
    office.next("/hello", Nasty::Refuse(401, stale));
    let line = station.line();
    let up = status(&line, "online", |status| status.line == LineState::Online).await;
    assert_eq!(up.receipts, 1);
    let challenges =
        office.with(|inside| inside.calls.iter().filter(|call| call.contains("challenge")).count());
    assert_eq!(challenges, 2);
    line.stop().await;
}

#[tokio::test]
async fn nobody_at_the_address_is_offline_with_a_next_try() {
    let office = Office::start().await;
    let mut station = Station::of(&office);
    station.receive();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    station.config.url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    station.config.pace.longest_unreached = Duration::from_secs(60);
    station.config.pace.first_retry = Duration::from_secs(60);
    let line = station.line();
    let told =
        status(&line, "next try", |status| status.trouble.is_some() && status.next_try.is_some()).await;
    assert_eq!((told.line, code(&told)), (LineState::Offline, "line-unreachable"));
    line.stop().await;
}
