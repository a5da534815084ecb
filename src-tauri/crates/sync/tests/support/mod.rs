//! A small head office in memory that can be told to misbehave, and a station to go with it.
#![allow(dead_code)]

mod held;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use jiff::Timestamp;
use records::{NewEvent, Options, Records};
use returns::codes::{Finding, IntakeKind, Role};
use returns::event::{Event, UnitEvent};
use returns::ids::{EventId, OperatorId, StationId, Subject, UnitId};
use serde_json::{Value, json};
use sync::{LineConfig, LineStatus, Pace};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;
use wire::*;

pub fn station_id() -> StationId {
    StationId([1; 16])
}

pub fn station_key() -> SecretKey {
    SecretKey::from_seed([9; 32])
}

/// A way to misbehave, used once for the next call whose path holds a text.
#[derive(Clone)]
pub enum Nasty {
    /// 200 and a page of the hotel.
    Portal,
    /// 302 to the hotel.
    Redirect,
    /// The right reply, without a signature.
    Unsigned,
    /// The right reply, signed by another head office.
    OtherKey,
    /// The right reply, signed for another request.
    OtherNonce,
    /// The right reply, altered after it was signed.
    Altered,
    /// The right reply broken off in the middle; the call did its work.
    CutReply,
    /// Only a status, unsigned.
    Status(u16, Option<&'static str>),
    /// A signed refusal.
    Refuse(u16, Problem),
    /// The right reply with its JSON changed before it is signed.
    Changed(fn(&mut Value)),
}

#[derive(Default)]
pub struct Inside {
    pub head: Option<Head>,
    pub lines: Vec<Vec<u8>>,
    pub unreadable: Vec<Vec<u8>>,
    pub pushes: Vec<(u64, u64)>,
    pub receipts: u64,
    pub verdict: Option<Verdict>,
    pub hellos: Vec<HelloRequest>,
    pub feeds: BTreeMap<String, Vec<FeedItem>>,
    pub snapshots: u64,
    /// What is held of epochs other than 1.
    pub others: BTreeMap<String, (Head, Vec<Vec<u8>>)>,
    /// The epoch to go on in, where this head office knows that call.
    pub next_epoch: Option<u64>,
    pub asked_next: Vec<NextEpochRequest>,
    /// A second incarnation, after a restore.
    pub incarnation: Option<&'static str>,
    pub blobs: BTreeMap<String, (u64, Vec<u8>)>,
    pub nasty: VecDeque<(&'static str, Nasty)>,
    pub nasty_always: Option<(&'static str, Nasty)>,
    pub largest_batch: usize,
    /// Of each body with events: whether it was packed with the dictionary.
    pub with_dictionary: Vec<bool>,
    pub calls: Vec<String>,
}

pub struct Office {
    pub key: SecretKey,
    pub url: String,
    pub inside: Arc<Mutex<Inside>>,
    listening: JoinHandle<()>,
}

#[derive(Clone)]
struct Desk {
    key: SecretKey,
    inside: Arc<Mutex<Inside>>,
}

impl Office {
    pub async fn start() -> Self {
        Self::start_with(Arc::default(), "127.0.0.1:0").await
    }

    pub async fn start_with(inside: Arc<Mutex<Inside>>, address: &str) -> Self {
        let key = SecretKey::from_seed([7; 32]);
        let deadline = Instant::now() + Duration::from_secs(20);
        let listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(error) if Instant::now() > deadline => panic!("{address}: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Desk { key: key.clone(), inside: Arc::clone(&inside) };
        let app = Router::new().fallback(answer).with_state(desk);
        let listening = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { key, url, inside, listening }
    }

    /// The line is cut: connections break, and nobody listens any more.
    pub async fn stop(self) -> (Arc<Mutex<Inside>>, String) {
        self.listening.abort();
        let _ = self.listening.await;
        (self.inside, self.url.trim_start_matches("http://").to_owned())
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Inside) -> T) -> T {
        look(&mut self.inside.lock().unwrap())
    }

    pub fn next(&self, path: &'static str, nasty: Nasty) {
        self.with(|inside| inside.nasty.push_back((path, nasty)));
    }

    /// Waits until something holds inside.
    pub async fn until(&self, what: &str, holds: impl Fn(&Inside) -> bool) {
        until(what, || self.with(|inside| holds(inside))).await;
    }
}

pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the honest part says: status and JSON.
type Said = (u16, Value);

async fn answer(State(desk): State<Desk>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else {
        return plain(400, "cut");
    };
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let nasty = {
        let mut inside = desk.inside.lock().unwrap();
        inside.calls.push(format!("{} {path}", parts.method));
        match inside.nasty.iter().position(|(part, _)| path.contains(part)) {
            Some(index) => inside.nasty.remove(index).map(|(_, nasty)| nasty),
            None => {
                inside.nasty_always.clone().filter(|(part, _)| path.contains(part)).map(|(_, nasty)| nasty)
            }
        }
    };
    match nasty {
        Some(Nasty::Portal) => {
            return plain(200, "<html>Welcome to Hotel Seeblick, room number please</html>");
        }
        Some(Nasty::Redirect) => {
            let redirect = Response::builder().status(302).header("location", "http://127.0.0.1:1/");
            return redirect.body(Body::empty()).unwrap();
        }
        Some(Nasty::Status(status, retry_after)) => {
            let mut reply = Response::builder().status(status);
            if let Some(seconds) = retry_after {
                reply = reply.header("retry-after", seconds);
            }
            return reply.body(Body::empty()).unwrap();
        }
        _ => {}
    }
    if path == "/v1/challenge" {
        let challenge = Challenge { nonce: "honest-nonce".to_owned(), time: Timestamp::now() };
        return plain(200, serde_json::to_string(&challenge).unwrap());
    }
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let digest = header(CONTENT_DIGEST).to_owned();
    assert_eq!(digest, content_digest(&body), "the request's digest");
    let nonce = header(RS_NONCE).to_owned();
    let signed = RequestParts {
        method: parts.method.as_str(),
        path: &path,
        query: &query,
        content_digest: &digest,
        station_nonce: &nonce,
    };
    verify_request(&station_key().public(), header(SIGNATURE_INPUT), header(SIGNATURE), &signed)
        .expect("the station's signature");
    let (status, mut said) = match &nasty {
        Some(Nasty::Refuse(status, problem)) => (*status, serde_json::to_value(problem).unwrap()),
        _ => honest(&desk, parts.method.as_str(), &path, &query, &parts.headers, &body),
    };
    if let Some(Nasty::Changed(change)) = &nasty {
        change(&mut said);
    }
    let text = match said.get("packed_lines").and_then(Value::as_array) {
        Some(lines) => {
            let lines: Vec<Vec<u8>> =
                lines.iter().map(|line| line.as_str().unwrap().as_bytes().to_vec()).collect();
            pack(&lines).unwrap()
        }
        None => serde_json::to_vec(&said).unwrap(),
    };
    let reply_digest = content_digest(&text);
    let other = SecretKey::from_seed([66; 32]);
    let key = if matches!(nasty, Some(Nasty::OtherKey)) { &other } else { &desk.key };
    let for_nonce = if matches!(nasty, Some(Nasty::OtherNonce)) { "another" } else { nonce.as_str() };
    let reply = ReplyParts { status, content_digest: &reply_digest };
    let (input, signature) = sign_reply(key, &reply, &RequestParts { station_nonce: for_nonce, ..signed });
    let mut response = Response::builder().status(status);
    if !matches!(nasty, Some(Nasty::Unsigned)) {
        response = response
            .header(SIGNATURE_INPUT, input)
            .header(SIGNATURE, signature)
            .header(CONTENT_DIGEST, reply_digest);
    }
    if path == "/v1/enrol" {
        response = response.header("rs-head-office-key", hex::encode(key.public().to_bytes()));
    }
    let body = match nasty {
        Some(Nasty::Altered) => Body::from([text, b" ".to_vec()].concat()),
        Some(Nasty::CutReply) => {
            let half = Bytes::from(text[..text.len() / 2].to_vec());
            let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
            Body::from_stream(futures_util::stream::iter(pieces))
        }
        _ => Body::from(text),
    };
    response.body(body).unwrap()
}

fn plain(status: u16, text: impl Into<String>) -> Response<Body> {
    Response::builder().status(status).body(Body::from(text.into())).unwrap()
}

fn problem(code: &str, args: &[(&str, String)]) -> Value {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    serde_json::to_value(Problem { code: code.to_owned(), args }).unwrap()
}

fn honest(desk: &Desk, method: &str, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Said {
    let mut inside = desk.inside.lock().unwrap();
    let segments: Vec<&str> = path.split('/').skip(2).collect();
    match (method, segments.as_slice()) {
        ("POST", ["enrol"]) => (200, serde_json::to_value(enrolment()).unwrap()),
        ("POST", ["hello"]) => {
            let hello: HelloRequest = serde_json::from_slice(body).unwrap();
            inside.hellos.push(hello);
            let reply = HelloReply {
                incarnation: Incarnation(inside.incarnation.unwrap_or("first").to_owned()),
                stored: inside.head.unwrap_or(Head::EMPTY),
                durable_seq: 0,
                limits: Limits { batch_events: 100, body_bytes: 1 << 20, dictionary: None },
                verdict: inside.verdict.unwrap_or(Verdict::Ok),
                time: Timestamp::now(),
                lpn_block: None,
            };
            (200, serde_json::to_value(reply).unwrap())
        }
        ("PUT", ["stations", _, "epochs", epoch, "events", range]) => {
            let (first, last) = range.split_once('-').unwrap();
            let (first, last) = (first.parse().unwrap(), last.parse().unwrap());
            inside.of_epoch(epoch, |inside| {
                take(inside, epoch.parse().unwrap(), first, last, headers, body, true)
            })
        }
        ("GET", ["stations", _, "epochs", epoch, "events"]) => {
            let after: usize = query.strip_prefix("after=").unwrap().parse().unwrap();
            // Three to a page.
            let lines: Vec<String> = inside.of_epoch(epoch, |inside| {
                let rest = inside.lines.iter().skip(after).take(3);
                rest.map(|line| String::from_utf8(line.clone()).unwrap()).collect()
            });
            (200, json!({ "packed_lines": lines }))
        }
        ("GET", ["stations", _, "epochs"]) if inside.next_epoch.is_some() => {
            (200, serde_json::to_value(EpochsReply { held: inside.held() }).unwrap())
        }
        ("POST", ["stations", _, "epochs"]) if inside.next_epoch.is_some() => {
            inside.asked_next.push(serde_json::from_slice(body).unwrap());
            // From here on the station is in order.
            inside.verdict = None;
            let epoch = Epoch::Numbered(inside.next_epoch.unwrap());
            let reply = NextEpochReply { epoch, held: inside.held(), lpn_reserve_block: Some(500) };
            (200, serde_json::to_value(reply).unwrap())
        }
        ("POST", ["stations", _, "unreadable"]) => {
            let number = |name: &str| {
                let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap();
                value.parse().unwrap()
            };
            let said =
                take(&mut inside, Epoch::Numbered(1), number("first"), number("last"), headers, body, false);
            let kept = inside.lines.last().cloned().unwrap();
            inside.unreadable.push(kept);
            said
        }
        ("GET", ["feeds", feed, rest @ ..]) => {
            let after = query.strip_prefix("after=").unwrap_or_default();
            let snapshot = rest == ["snapshot"];
            inside.snapshots += u64::from(snapshot);
            let position: usize = if snapshot || after.is_empty() { 0 } else { after.parse().unwrap_or(0) };
            let items = inside.feeds.get(*feed).cloned().unwrap_or_default();
            // Two items to a page.
            let end = items.len().min(position + 2);
            let page = FeedPage {
                feed: feed.parse().unwrap(),
                items: items.get(position..end).unwrap_or_default().to_vec(),
                cursor: end.to_string(),
                more: end < items.len(),
            };
            (200, serde_json::to_value(page).unwrap())
        }
        ("POST", ["blobs"]) => {
            let offer: BlobOffer = serde_json::from_slice(body).unwrap();
            let held = inside.blobs.entry(offer.sha256.clone()).or_insert((offer.length, Vec::new()));
            let complete = held.1.len() as u64 == offer.length;
            let said = json!({"sha256": offer.sha256, "offset": held.1.len(), "length": held.0, "complete": complete});
            (if complete { 200 } else { 201 }, said)
        }
        ("PATCH", ["blobs", sha256]) => {
            let (length, held) = inside.blobs.get_mut(*sha256).unwrap();
            let offset: usize = headers["upload-offset"].to_str().unwrap().parse().unwrap();
            if offset != held.len() {
                return (409, problem("blob-offset-wrong", &[("offset", held.len().to_string())]));
            }
            held.extend_from_slice(body);
            let complete = held.len() as u64 == *length;
            (200, json!({"sha256": sha256, "offset": held.len(), "length": length, "complete": complete}))
        }
        ("GET", ["blobs", _]) => (404, problem("blob-unknown", &[])),
        _ => (404, problem("call-unknown", &[])),
    }
}

/// Checks and keeps a batch as sync.md says.
fn take(
    inside: &mut Inside,
    epoch: Epoch,
    first: u64,
    last: u64,
    headers: &HeaderMap,
    body: &[u8],
    readable: bool,
) -> Said {
    let lines = unpack(body).unwrap();
    assert_eq!(lines.len() as u64, last - first + 1, "the range names its events");
    inside.pushes.push((first, last));
    if inside.largest_batch > 0 && lines.len() > inside.largest_batch {
        return (413, problem("events-too-many", &[]));
    }
    let broken = |line: &Vec<u8>| line.windows(6).any(|window| window == b"BROKEN");
    if let Some(index) = lines.iter().position(broken).filter(|_| readable) {
        return (422, problem("event-unreadable", &[("seq", (first + index as u64).to_string())]));
    }
    let stored = inside.head.unwrap_or(Head::EMPTY);
    if first > stored.seq + 1 {
        let args = [("stored_seq", stored.seq.to_string()), ("stored_hash", stored.hash.to_string())];
        return (409, problem("events-gap", &args));
    }
    let mut chain = Chain::at(station_id(), epoch, Head::EMPTY);
    for line in inside.lines.iter().take(first as usize - 1) {
        chain.push(line);
    }
    assert_eq!(headers["prev-hash"].to_str().unwrap(), chain.head().hash.to_string());
    for (index, line) in lines.iter().enumerate() {
        let place = first as usize - 1 + index;
        match inside.lines.get(place) {
            Some(held) => assert_eq!(held, line, "what was stored once came again, the same"),
            None => inside.lines.push(line.clone()),
        }
        chain.push(line);
    }
    assert_eq!(headers["last-hash"].to_str().unwrap(), chain.head().hash.to_string());
    if chain.head().seq > stored.seq {
        inside.head = Some(chain.head());
    }
    inside.with_dictionary.push(body == wire::pack_with_dictionary(&lines).unwrap());
    inside.receipts += 1;
    let head = inside.head.unwrap();
    let receipt = Receipt {
        station: station_id(),
        epoch,
        stored_seq: head.seq,
        stored_hash: head.hash,
        incarnation: Incarnation("first".to_owned()),
    };
    (200, serde_json::to_value(receipt).unwrap())
}

pub fn enrolment() -> EnrolReply {
    EnrolReply {
        station: station_id(),
        name: "LEJ2-B04".to_owned(),
        depot: "LEJ2".to_owned(),
        epoch: Epoch::Numbered(1),
        lpn_block: 417,
        lpn_reserve_block: 418,
        label_keys: vec![],
        sample_salt: "00ff".to_owned(),
        incarnation: Incarnation("first".to_owned()),
    }
}

/// A station enrolled with an office, and its line's configuration with short intervals.
pub struct Station {
    pub dir: tempfile::TempDir,
    pub records: Arc<Mutex<Records>>,
    pub config: LineConfig,
}

impl Station {
    pub fn of(office: &Office) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut records = Records::open(dir.path(), Options::default()).unwrap();
        records.keep_secret_key(&station_key()).unwrap();
        records.enrol(&enrolment(), &office.url, office.key.public()).unwrap();
        let mut config = LineConfig::of(&records).unwrap();
        config.pace = Pace {
            first_retry: Duration::from_millis(20),
            longest_unreached: Duration::from_millis(100),
            longest_retry: Duration::from_millis(200),
            poll: Duration::from_millis(50),
            connect_timeout: Duration::from_secs(2),
            request_timeout: Duration::from_secs(5),
            ..Pace::default()
        };
        Self { dir, records: Arc::new(Mutex::new(records)), config }
    }

    pub fn line(&self) -> sync::LineHandle {
        sync::Line::spawn(self.config.clone(), Arc::clone(&self.records)).unwrap()
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Records) -> T) -> T {
        look(&mut self.records.lock().unwrap())
    }

    pub fn unsent(&self) -> u64 {
        self.with(|records| records.unsent().unwrap().events)
    }

    /// A unit with two events.
    pub fn receive(&self) -> UnitId {
        let id = UnitId(Uuid::now_v7());
        self.with(|records| {
            let lpn = records.next_lpn().unwrap();
            let received = UnitEvent::Received {
                lpn,
                preprinted: false,
                intake: IntakeKind::Blind,
                at: Timestamp::now(),
                parcel: None,
                rma: None,
                line: None,
                sku: None,
                owner: None,
            };
            let found = UnitEvent::FindingAdded { finding: Finding::Stain, by: None };
            records.append(vec![new(id, received), new(id, found)]).unwrap();
        });
        id
    }

    pub fn append(&self, id: UnitId, event: UnitEvent) {
        self.with(|records| records.append(vec![new(id, event)]).unwrap());
    }
}

pub fn new(id: UnitId, event: UnitEvent) -> NewEvent {
    NewEvent {
        subject: Subject::Unit(id),
        event: Event::from(event),
        event_id: EventId(Uuid::now_v7()),
        actor: Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader },
        recorded: Timestamp::now(),
    }
}

/// Waits until the line's status is so.
pub async fn status(
    line: &sync::LineHandle,
    what: &str,
    holds: impl FnMut(&LineStatus) -> bool,
) -> LineStatus {
    let mut state = line.state();
    let reached = tokio::time::timeout(Duration::from_secs(30), state.wait_for(holds)).await;
    match reached {
        Ok(status) => status.unwrap().clone(),
        Err(_) => panic!("waited in vain: {what}; now {:?}", line.state().borrow()),
    }
}

pub fn code(status: &LineStatus) -> &str {
    status.trouble.as_ref().map_or("", |trouble| trouble.code.as_str())
}
