//! Others told of effects: signed, tried again, given up in the end, each effect known by its id.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use head_office::webhooks::Patience;
use head_office::{HeadOffice, Server};
use jiff::Timestamp;
use serde_json::Value;

/// What somebody was told: effect, whether the signature fitted, what they answered.
type Told = Arc<Mutex<Vec<(String, bool, u16)>>>;

/// Somebody who answers with these statuses in turn, the last one for ever.
async fn somebody(secret: Arc<Mutex<Vec<u8>>>, answers: Vec<u16>) -> (String, Told) {
    let told: Told = Arc::default();
    let kept = Arc::clone(&told);
    let app = Router::new().route(
        "/effects",
        post(move |headers: HeaderMap, body: String| async move {
            let header = |name: &str| headers[name].to_str().unwrap().to_owned();
            let id = header("webhook-id");
            let at = header("webhook-timestamp").parse().unwrap();
            let fits = header("webhook-signature")
                == head_office::webhooks::signature(&secret.lock().unwrap(), &id, at, body.as_bytes());
            let named: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(named["effect"], id.as_str());
            let mut told = kept.lock().unwrap();
            let answer = answers.get(told.len()).or(answers.last()).copied().unwrap();
            told.push((id, fits, answer));
            StatusCode::from_u16(answer).unwrap()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/effects", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, told)
}

fn add(office: &HeadOffice, url: &str, secret: &Mutex<Vec<u8>>) {
    let printed = office.add_webhook("shop", url, Timestamp::now()).unwrap();
    let bytes = base64::prelude::BASE64_STANDARD.decode(printed.strip_prefix("whsec_").unwrap()).unwrap();
    *secret.lock().unwrap() = bytes;
}

async fn impatient(dir: &std::path::Path, tries: u32) -> Server {
    let mut settings = support::settings(dir);
    settings.patience = Patience { first_wait_s: 0, tries };
    Server::start_with(dir, settings).await.unwrap()
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what} did not come within a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_effect_is_told_until_it_is_taken_and_then_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let server = impatient(dir.path(), 9).await;
    let secret = Arc::default();
    let (url, told) = somebody(Arc::clone(&secret), vec![500, 302, 204]).await;
    add(server.office(), &url, &secret);
    let mut station = support::enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(support::disposition());
    station.push_ok(&sent).await;
    until("the third try", || told.lock().unwrap().len() >= 3).await;
    let more = station.batch(support::arrivals(1));
    station.push_ok(&more).await;
    support::all_read(server.office()).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let told = told.lock().unwrap().clone();
    let effect = server.office().store().effects().unwrap()[0].0.clone();
    let expected: Vec<_> = [500, 302, 204].map(|status| (effect.clone(), true, status)).into();
    assert_eq!(told, expected, "one effect, by its id, signed each time");
    assert!(server.office().store().dead_letters().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_nobody_takes_is_given_up_listed_and_can_be_revived() {
    let dir = tempfile::tempdir().unwrap();
    let server = impatient(dir.path(), 2).await;
    let secret = Arc::default();
    let (url, told) = somebody(Arc::clone(&secret), vec![503, 503, 410, 200]).await;
    add(server.office(), &url, &secret);
    let mut station = support::enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(support::disposition());
    station.push_ok(&sent).await;
    let store = server.office().store();
    until("the end of patience", || !store.dead_letters().unwrap().is_empty()).await;
    let dead = store.dead_letters().unwrap();
    assert_eq!((dead[0].attempts, dead[0].trouble.as_str()), (2, "status 503"));
    assert_eq!(store.revive_dead_letters().unwrap(), 1);
    until("another end", || !store.dead_letters().unwrap().is_empty()).await;
    assert_eq!(store.dead_letters().unwrap()[0].trouble, "status 410", "at once: it said never again");
    assert_eq!(store.revive_dead_letters().unwrap(), 1);
    until("the last try", || told.lock().unwrap().len() == 4).await;
    server.stop().await;
}

#[test]
fn odd_addresses_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(dir.path()).unwrap();
    for url in ["", "shop", "file:///etc/passwd"] {
        assert_eq!(office.add_webhook("shop", url, Timestamp::now()).unwrap_err().code(), "address-unusable");
    }
    assert_eq!(office.add_webhook("a b", "http://x/", Timestamp::now()).unwrap_err().code(), "name-unusable");
}
