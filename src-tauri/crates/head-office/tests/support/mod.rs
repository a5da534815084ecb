//! A small station for the tests: signs its calls, checks the signatures of the replies; and the stores behind head
//! office. In a test binary whose name begins with `at_scale` these are PostgreSQL and an object store, elsewhere SQLite
//! and a folder: the same tests run over both.
#![allow(dead_code)]

pub mod bucket;
pub mod cluster;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use head_office::{HeadOffice, Server, Settings, Stores};
use jiff::Timestamp;
use reqwest::Method;
use returns::codes::{Disposition, Grade, IntakeKind, Role, Settlement};
use returns::event::{Event, UnitEvent};
use returns::ids::{EventId, OperatorId, Sha256Hex, StationId, Subject, UnitId};
use returns::lpn::Lpn;
use returns::policy::{Decision, Inputs, NextBest};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::{
    Actor, Chain, ChainHash, Challenge, EnrolReply, EnrolRequest, EnrolledBefore, Envelope, Epoch, Feed,
    FeedItem, FeedPage, Head, HelloReply, HelloRequest, Problem, PublicKey, Receipt, ReplyParts,
    RequestParts, SecretKey, content_digest, sign_request, verify_reply,
};

pub const LOOPBACK: &str = "127.0.0.1:0";

/// Whether this binary tests PostgreSQL and the object store.
pub fn at_scale() -> bool {
    env!("CARGO_CRATE_NAME").starts_with("at_scale")
}

/// The stores that belong to a data folder of a test.
static STORES: LazyLock<Mutex<HashMap<PathBuf, Stores>>> = LazyLock::new(Mutex::default);

pub fn stores(dir: &Path) -> Stores {
    if !at_scale() {
        return Stores::default();
    }
    let mut all = STORES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let stores = all.entry(dir.to_path_buf()).or_insert_with(|| Stores {
        database: Some(cluster::cluster().fresh_database()),
        photos: Some(bucket::serve(&dir.join("objects"))),
    });
    stores.clone()
}

/// Changes the database of a stopped head office behind its back.
pub fn tamper(dir: &Path, sql: &str) {
    match stores(dir).database {
        Some(url) => cluster::cluster().run(&url, sql),
        None => {
            let file = dir.join(head_office::store::DATABASE_FILE);
            let db = rusqlite::Connection::open(file).unwrap();
            db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            db.execute_batch(sql).unwrap();
        }
    }
}

/// Bytes as the database's SQL writes them.
pub fn blob(bytes: &[u8]) -> String {
    let digits = hex::encode(bytes);
    if at_scale() { format!("'\\x{digits}'::bytea") } else { format!("x'{digits}'") }
}

/// Where the bytes of a photo lie, to be spoilt.
pub fn photo_file(dir: &Path, sha256: &str) -> PathBuf {
    let place = if at_scale() { dir.join("objects").join(bucket::BUCKET) } else { dir.join("blobs") };
    place.join(&sha256[..2]).join(sha256)
}

pub fn settings(dir: &Path) -> Settings {
    let mut settings = Settings::new(LOOPBACK.parse().unwrap());
    settings.stores = stores(dir);
    settings
}

pub async fn start(dir: &Path) -> Server {
    Server::start_with(dir, settings(dir)).await.unwrap()
}

/// Head office without a server, as a command beside it opens it.
pub fn open(dir: &Path) -> HeadOffice {
    HeadOffice::open_in(dir, &stores(dir)).unwrap()
}

pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap()
}

/// A reply with what the tests ask of it.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
    /// Head office's signature over this very call and body fitted.
    pub signed: bool,
}

impl Reply {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A signed 200 of this type.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert!(self.signed, "the reply is not signed");
        self.json()
    }

    /// A refusal: status and code.
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.json::<Problem>().code)
    }

    pub fn arg(&self, name: &str) -> String {
        self.json::<Problem>().args.get(name).cloned().unwrap_or_default()
    }
}

/// What the tests can spoil in a call.
#[derive(Debug, Clone, Default)]
pub struct Spoil {
    pub challenge: Option<String>,
    pub digest: Option<String>,
    pub signed_path: Option<String>,
    pub unsigned: bool,
}

#[derive(Debug, Clone)]
pub struct Caller {
    pub url: String,
    pub key: SecretKey,
    pub key_id: String,
    pub head_office: PublicKey,
    pub http: reqwest::Client,
}

impl Caller {
    pub async fn challenge(&self) -> String {
        let reply = self.http.get(format!("{}/v1/challenge", self.url)).send().await.unwrap();
        let challenge: Challenge = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        challenge.nonce
    }

    pub async fn call(
        &self,
        method: Method,
        target: &str,
        body: Vec<u8>,
        headers: &[(&str, String)],
    ) -> Reply {
        self.spoilt(method, target, body, headers, Spoil::default()).await
    }

    pub async fn spoilt(
        &self,
        method: Method,
        target: &str,
        body: Vec<u8>,
        headers: &[(&str, String)],
        spoil: Spoil,
    ) -> Reply {
        let challenge = match spoil.challenge {
            Some(challenge) => challenge,
            None => self.challenge().await,
        };
        let digest = spoil.digest.unwrap_or_else(|| content_digest(&body));
        let station_nonce = Uuid::new_v4().simple().to_string();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let signed_path = spoil.signed_path.unwrap_or_else(|| path.to_owned());
        let parts = RequestParts {
            method: method.as_str(),
            path: &signed_path,
            query,
            content_digest: &digest,
            station_nonce: &station_nonce,
        };
        let (input, signature) = sign_request(&self.key, &self.key_id, &challenge, &parts);
        let mut request = self.http.request(method.clone(), format!("{}{target}", self.url)).body(body);
        if !spoil.unsigned {
            request = request.header("signature-input", input).header("signature", signature);
        }
        request = request.header("content-digest", &digest).header("rs-nonce", &station_nonce);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let body = reply.bytes().await.unwrap().to_vec();
        let text =
            |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let reply_digest = text("content-digest");
        let signed = verify_reply(
            &self.head_office,
            &text("signature-input"),
            &text("signature"),
            &ReplyParts { status, content_digest: &reply_digest },
            &body,
            &parts,
        )
        .is_ok();
        Reply { status, headers, body, signed }
    }
}

/// An enrolled station.
#[derive(Debug, Clone)]
pub struct Station {
    pub caller: Caller,
    pub reply: EnrolReply,
    pub chain: Chain,
}

pub fn newcomer(server: &Server) -> Caller {
    let key = SecretKey::from_seed(rand::random());
    let key_id = key.public().id().0;
    Caller { url: server.url(), key, key_id, head_office: server.office().public_key(), http: http() }
}

/// The code without the fingerprint.
pub fn bare(code: &str) -> String {
    code.rsplit_once('-').unwrap().0.to_owned()
}

pub async fn enrol_with(caller: &Caller, code: &str) -> Reply {
    enrol_as(caller, code, None).await
}

pub async fn enrol_as(caller: &Caller, code: &str, before: Option<EnrolledBefore>) -> Reply {
    let caller = Caller { key_id: caller.key.public().id().0, ..caller.clone() };
    let request = EnrolRequest { code: code.to_owned(), station_key: caller.key.public(), before };
    caller.call(Method::POST, "/v1/enrol", serde_json::to_vec(&request).unwrap(), &[]).await
}

pub async fn enrol(server: &Server, depot: &str, name: &str) -> Station {
    let code = server.office().issue_code(depot, name, Timestamp::now()).unwrap();
    let mut caller = newcomer(server);
    let reply: EnrolReply = enrol_with(&caller, &bare(&code)).await.ok();
    caller.key_id = reply.station.to_string();
    let chain = Chain::at(reply.station, reply.epoch, Head::EMPTY);
    Station { caller, reply, chain }
}

/// A batch as it is sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub first: u64,
    pub last: u64,
    pub previous: ChainHash,
    pub last_hash: ChainHash,
    pub lines: Vec<Vec<u8>>,
}

impl Station {
    pub fn id(&self) -> StationId {
        self.reply.station
    }

    /// What the station knows that it was given.
    pub fn before(&self) -> EnrolledBefore {
        EnrolledBefore {
            station: self.reply.station,
            name: self.reply.name.clone(),
            depot: self.reply.depot.clone(),
            epoch: self.reply.epoch,
            lpn_block: self.reply.lpn_block,
            lpn_reserve_block: self.reply.lpn_reserve_block,
            lpn_further_block: None,
        }
    }

    /// Chains lines behind the station's head.
    pub fn batch(&mut self, lines: Vec<Vec<u8>>) -> Sent {
        let before = self.chain.head();
        lines.iter().for_each(|line| {
            self.chain.push(line);
        });
        let after = self.chain.head();
        Sent { first: before.seq + 1, last: after.seq, previous: before.hash, last_hash: after.hash, lines }
    }

    pub async fn push(&self, sent: &Sent) -> Reply {
        self.push_body(sent, wire::pack(&sent.lines).unwrap()).await
    }

    pub async fn push_body(&self, sent: &Sent, body: Vec<u8>) -> Reply {
        self.push_to(self.reply.epoch, sent, body).await
    }

    pub async fn push_to(&self, epoch: Epoch, sent: &Sent, body: Vec<u8>) -> Reply {
        let target = format!("/v1/stations/{}/epochs/{epoch}/events/{}-{}", self.id(), sent.first, sent.last);
        self.caller.call(Method::PUT, &target, body, &hashes(sent)).await
    }

    pub async fn push_ok(&self, sent: &Sent) -> Receipt {
        self.push(sent).await.ok()
    }

    pub async fn hello(&self, head: Head, backlog: u64) -> HelloReply {
        let hello = HelloRequest {
            epoch: self.reply.epoch,
            head,
            instance: "instance".to_owned(),
            schema: 1,
            clock: Timestamp::now(),
            backlog,
        };
        self.caller.call(Method::POST, "/v1/hello", serde_json::to_vec(&hello).unwrap(), &[]).await.ok()
    }

    pub async fn page(&self, feed: Feed, after: &str) -> FeedPage {
        self.caller.call(Method::GET, &format!("/v1/feeds/{feed}?after={after}"), Vec::new(), &[]).await.ok()
    }

    /// Everything behind a cursor, and the cursor after it.
    pub async fn drain(&self, feed: Feed, after: &str) -> (Vec<FeedItem>, String) {
        let (mut items, mut cursor) = (Vec::new(), after.to_owned());
        loop {
            let page = self.page(feed, &cursor).await;
            items.extend(page.items);
            cursor = page.cursor;
            if !page.more {
                return (items, cursor);
            }
        }
    }
}

pub fn hashes(sent: &Sent) -> [(&'static str, String); 2] {
    [("prev-hash", sent.previous.to_string()), ("last-hash", sent.last_hash.to_string())]
}

pub fn unit_id() -> UnitId {
    UnitId(Uuid::now_v7())
}

/// A line about a unit, and its event's id.
pub fn line(unit: UnitId, event: UnitEvent, seen: Option<EventId>) -> (Vec<u8>, EventId) {
    let id = EventId(Uuid::now_v7());
    let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
    let envelope =
        Envelope::wrap(&Event::Unit(event), id, Subject::Unit(unit), actor, Timestamp::now(), seen).unwrap();
    (envelope.to_bytes().unwrap(), id)
}

pub fn received(counter: u32) -> UnitEvent {
    UnitEvent::Received {
        lpn: Lpn::new(10_000, counter).unwrap(),
        preprinted: false,
        intake: IntakeKind::Blind,
        at: Timestamp::UNIX_EPOCH,
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    }
}

pub fn dispositioned(provisional: bool) -> UnitEvent {
    UnitEvent::Dispositioned {
        decision: Box::new(Decision {
            disposition: Disposition::Restock,
            settlement: Settlement::Refund,
            rows: Vec::new(),
            gate: None,
            inputs: Inputs::of_grade(Grade::A),
            next_best: NextBest::None,
            recovered: None,
            why: Vec::new(),
            review: Vec::new(),
            holds: Vec::new(),
            preference: None,
            response: None,
            derogation: None,
            tier: None,
            policy_number: 1,
            policy_hash: Sha256Hex([0; 32]),
        }),
        provisional,
    }
}

/// Lines of one unit that is received and decided on.
pub fn disposition() -> Vec<Vec<u8>> {
    let unit = unit_id();
    let (first, seen) = line(unit, received(1), None);
    vec![first, line(unit, dispositioned(false), Some(seen)).0]
}

/// Lines that each receive one more unit.
pub fn arrivals(count: u32) -> Vec<Vec<u8>> {
    (0..count).map(|n| line(unit_id(), received(n), None).0).collect()
}

/// Waits until head office has read all events.
pub async fn all_read(office: &HeadOffice) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while office.store().unread().unwrap() > 0 {
        assert!(Instant::now() < deadline, "events were not read within a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
