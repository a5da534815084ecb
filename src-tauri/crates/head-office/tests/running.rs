//! How the server runs: health, figures, limits, TLS, stopping.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::{Path, PathBuf};

use head_office::Server;
use head_office::server::Tls;
use reqwest::Method;
use serde_json::Value;
use support::{arrivals, enrol, http, settings, start};

async fn get(url: &str) -> (u16, String) {
    let reply = http().get(url).send().await.unwrap();
    (reply.status().as_u16(), reply.text().await.unwrap())
}

#[tokio::test]
async fn readiness_names_the_store_that_does_not_answer() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    assert_eq!(get(&format!("{}/healthz", server.url())).await, (200, "alive\n".into()));
    let (status, told) = get(&format!("{}/readyz", server.url())).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((status, &told["database"], &told["photos"]), (200, &"ok".into(), &"ok".into()));
    std::fs::remove_dir_all(dir.path().join("blobs")).unwrap();
    let (status, told) = get(&format!("{}/readyz", server.url())).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((status, &told["ready"], &told["photos"]), (503, &false.into(), &"file-unusable".into()));
    assert_eq!(get(&format!("{}/healthz", server.url())).await.0, 200, "it lives all the same");
    server.stop().await;
}

#[tokio::test]
async fn figures_stand_on_an_address_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    settings.metrics = Some("127.0.0.1:0".parse().unwrap());
    let server = Server::start_with(dir.path(), settings).await.unwrap();
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(3));
    station.push_ok(&sent).await;
    support::all_read(server.office()).await;
    let (status, text) = get(&format!("http://{}/metrics", server.metrics_addr().unwrap())).await;
    assert_eq!(status, 200);
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(value("head_office_events"), "3");
    assert_eq!(value("head_office_units"), "3");
    assert_eq!(value("head_office_stations"), "1");
    assert_eq!(value("head_office_events_unread"), "0");
    assert!(text.contains("head_office_calls_total{call=\"/v1/enrol\""), "{text}");
    assert!(text.contains("head_office_call_seconds_bucket"), "{text}");
    let (status, _) = get(&format!("{}/metrics", server.url())).await;
    assert_eq!(status, 404, "stations are not told");
    server.stop().await;
}

#[tokio::test]
async fn one_station_that_calls_too_often_waits_and_others_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    settings.calls_per_minute = 6.try_into().unwrap();
    let server = Server::start_with(dir.path(), settings).await.unwrap();
    let busy = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let quiet = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let mut refused = None;
    for _ in 0..10 {
        let reply = busy.caller.call(Method::GET, "/v1/feeds/rmas", Vec::new(), &[]).await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("ten calls at once are too many");
    assert_eq!(refused.problem(), (429, "calls-too-many".into()));
    assert!(refused.signed, "the station must believe it");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=11).contains(&wait), "{wait}");
    quiet.page(wire::Feed::Rmas, "").await;
    server.stop().await;
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[tokio::test]
async fn tls_by_itself_carries_the_same_calls() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    let tls = Tls { certificates: fixture("loopback.crt"), key: fixture("loopback.key") };
    settings.tls = Some(tls);
    let server = Server::start_with(dir.path(), settings).await.unwrap();
    assert!(server.url().starts_with("https://"));
    assert!(http().get(format!("{}/healthz", server.url())).send().await.is_err(), "nobody vouches for it");
    let certificate =
        reqwest::Certificate::from_pem(&std::fs::read(fixture("authority.crt")).unwrap()).unwrap();
    let trusting = reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap();
    // One who never ends the handshake keeps nobody waiting.
    let _silent = tokio::net::TcpStream::connect(server.addr()).await.unwrap();
    let mut caller = support::newcomer(&server);
    caller.http = trusting;
    let code = server.office().issue_code("LEJ2", "LEJ2-B04", jiff::Timestamp::now()).unwrap();
    let enrolled: wire::EnrolReply = support::enrol_with(&caller, &support::bare(&code)).await.ok();
    assert_eq!(enrolled.name, "LEJ2-B04");
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    settings.tls = Some(Tls { certificates: fixture("loopback.key"), key: fixture("loopback.key") });
    let error = Server::start_with(dir.path(), settings).await.unwrap_err();
    assert_eq!(error.code(), "certificate-unusable");
    assert!(error.to_string().contains("loopback.key"));
}

#[tokio::test]
async fn a_call_under_way_is_answered_before_the_server_ends() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let addr = server.addr();
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.write_all(b"POST /v1/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{").await.unwrap();
    // The server has read the head once it waits for the rest of the body.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "nobody else is let in");
    stream.write_all(b"}").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn the_openapi_document_has_every_call() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let (status, text) = get(&format!("{}/v1/openapi.json", server.url())).await;
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        let named = path.matches('{').count();
        for (method, call) in methods.as_object().unwrap() {
            assert_eq!(call["parameters"].as_array().unwrap().len(), named, "{path}");
            // Each that is described is answered: not one "no such call" among them.
            let target = path.replace(['{', '}'], "");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let reply =
                http().request(method.clone(), format!("{}{target}", server.url())).send().await.unwrap();
            assert!(![404, 405].contains(&reply.status().as_u16()), "{method} {target}: {}", reply.status());
        }
    }
    server.stop().await;
}
