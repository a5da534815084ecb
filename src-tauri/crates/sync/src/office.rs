//! Signed calls to head office (RFC 9421 in `wire`'s profile). A reply counts only if the pinned key signed it
//! for this very request: hotel and depot captive portals answer 200 to everything.

use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use serde::de::DeserializeOwned;
use wire::{
    CONTENT_DIGEST, Challenge, Problem, PublicKey, RS_NONCE, ReplyParts, RequestParts, SIGNATURE,
    SIGNATURE_INPUT, SecretKey, SignatureError, content_digest, sign_request, verify_reply,
};

use crate::ceiling::Ceiling;
use crate::{Pace, SyncError};

/// The longest answer that is read: 32 MiB.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// Head office's challenges are good for 5 minutes.
const CHALLENGE_AGE: Duration = Duration::from_secs(240);

/// Header with head office's public key, hex, on the reply to an enrolment.
const HEAD_OFFICE_KEY: &str = "rs-head-office-key";

/// By which key replies must be signed.
#[derive(Debug, Clone)]
pub(crate) enum Trust {
    /// The one pinned at enrolment.
    Pinned(PublicKey),
    /// Before enrolment: the key that the reply brings, if its id begins so.
    Fingerprint(String),
}

/// Head office, as called by one station.
pub(crate) struct Office {
    http: Client,
    base: Url,
    trust: Trust,
    /// Station id, or at enrolment the key's id.
    key_id: String,
    secret: SecretKey,
    challenge: Mutex<Option<(String, Instant)>>,
    connect_timeout: Duration,
    request_timeout: Duration,
    ceiling: Ceiling,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), query: vec![], headers: vec![], body: vec![] }
    }

    pub(crate) fn send(method: Method, path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { body, method, ..Self::get(path) }
    }

    pub(crate) fn post_json<T: serde::Serialize>(path: &str, body: &T) -> Result<Self, SyncError> {
        let body = serde_json::to_vec(body).map_err(|error| SyncError::Unreadable(error.to_string()))?;
        Ok(Self::send(Method::POST, path, body).header("content-type", "application/json"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }
}

/// A reply of status 2xx whose signature fits; with the key that signed it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub key: PublicKey,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, SyncError> {
        serde_json::from_slice(&self.body).map_err(|error| SyncError::Unreadable(error.to_string()))
    }
}

impl Office {
    pub(crate) fn new(
        url: &str,
        trust: Trust,
        key_id: String,
        secret: SecretKey,
        pace: &Pace,
    ) -> Result<Self, SyncError> {
        let wrong = || SyncError::Address(url.chars().take(200).collect());
        let mut base = Url::parse(url.trim()).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong());
        }
        base.set_query(None);
        base.set_fragment(None);
        let http = client(&base, pace.connect_timeout, pace.request_timeout)?;
        Ok(Self {
            http,
            base,
            trust,
            key_id,
            secret,
            challenge: Mutex::new(None),
            connect_timeout: pace.connect_timeout,
            request_timeout: pace.request_timeout,
            ceiling: Ceiling::of(pace.ceiling_bytes_per_second),
        })
    }

    /// Forgets connections, names and challenge: a line that failed for long may have come back as another one.
    pub(crate) fn renew(&mut self) {
        match client(&self.base, self.connect_timeout, self.request_timeout) {
            Ok(http) => self.http = http,
            Err(error) => tracing::warn!(%error, "the connection is not made anew"),
        }
        self.remember(None);
    }

    /// Calls, and gives only what head office has signed. Asks once for a new challenge if the old one is stale.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, SyncError> {
        match self.try_call(call).await {
            Err(SyncError::Refused { problem, .. }) if problem.code == "call-nonce-stale" => {
                self.remember(None);
                self.try_call(call).await
            }
            other => other,
        }
    }

    async fn try_call(&self, call: &Call) -> Result<Answer, SyncError> {
        let challenge = self.challenge().await?;
        let url = self.url(&call.path, &call.query);
        let digest = content_digest(&call.body);
        let station_nonce = hex::encode(rand::random::<[u8; 16]>());
        let (path, query) = (url.path().to_owned(), url.query().unwrap_or_default().to_owned());
        let parts = RequestParts {
            method: call.method.as_str(),
            path: &path,
            query: &query,
            content_digest: &digest,
            station_nonce: &station_nonce,
        };
        let (input, signature) = sign_request(&self.secret, &self.key_id, &challenge, &parts);
        self.ceiling.pass(call.body.len()).await;
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .header(CONTENT_DIGEST, &digest)
            .header(RS_NONCE, &station_nonce)
            .header(SIGNATURE_INPUT, input)
            .header(SIGNATURE, signature);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body.clone());
        }
        let reply = request.send().await.map_err(|error| SyncError::from_transport(&error))?;
        self.judge(reply, &parts).await
    }

    /// A challenge that is still good, or a new one.
    async fn challenge(&self) -> Result<String, SyncError> {
        let held = self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((nonce, since)) = held
            && since.elapsed() < CHALLENGE_AGE
        {
            return Ok(nonce);
        }
        let asked = Instant::now();
        let request = self.http.get(self.url("/v1/challenge", &[]));
        let reply = request.send().await.map_err(|error| SyncError::from_transport(&error))?;
        let (status, retry_after) = (reply.status().as_u16(), retry_after(reply.headers()));
        let body = read(reply).await?;
        if status != 200 {
            return Err(unproven(status, retry_after, &body));
        }
        // Not signed: a wrong one only makes head office refuse the next call.
        let challenge: Challenge =
            serde_json::from_slice(&body).map_err(|_| SyncError::NotHeadOffice { status })?;
        self.remember(Some((challenge.nonce.clone(), asked)));
        Ok(challenge.nonce)
    }

    fn remember(&self, challenge: Option<(String, Instant)>) {
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = challenge;
    }

    fn url(&self, path: &str, query: &[(&'static str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads a reply and says what it is worth.
    async fn judge(&self, reply: Response, request: &RequestParts<'_>) -> Result<Answer, SyncError> {
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let body = read(reply).await?;
        let success = (200..300).contains(&status);
        match self.verify(status, &headers, &body, request) {
            Ok(key) if success => Ok(Answer { key, body }),
            Ok(_) => Err(proven(status, retry_after(&headers), &body)),
            // No refusal is worth more than the line that it came over, and a success is worth nothing.
            Err(SyncError::NotHeadOffice { .. }) if !success => {
                Err(unproven(status, retry_after(&headers), &body))
            }
            Err(error) => Err(error),
        }
    }

    fn verify(
        &self,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
        request: &RequestParts<'_>,
    ) -> Result<PublicKey, SyncError> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(input), Some(signature), Some(digest)) =
            (header(SIGNATURE_INPUT), header(SIGNATURE), header(CONTENT_DIGEST))
        else {
            return Err(SyncError::NotHeadOffice { status });
        };
        let key = match &self.trust {
            Trust::Pinned(key) => *key,
            Trust::Fingerprint(fingerprint) => {
                let brought = header(HEAD_OFFICE_KEY).and_then(|key| PublicKey::from_hex(key).ok());
                let key = brought.ok_or(SyncError::NotHeadOffice { status })?;
                if !key.id().0.starts_with(fingerprint) {
                    return Err(SyncError::OtherKey { found: key.id().0 });
                }
                key
            }
        };
        let named = named_key(input);
        if named != Some(key.id().0.as_str()) {
            return Err(named.map_or(SyncError::NotHeadOffice { status }, |found| SyncError::OtherKey {
                found: found.to_owned(),
            }));
        }
        let parts = ReplyParts { status, content_digest: digest };
        match verify_reply(&key, input, signature, &parts, body, request) {
            Ok(()) => Ok(key),
            Err(SignatureError::Missing) => Err(SyncError::NotHeadOffice { status }),
            Err(error) => Err(SyncError::SignatureWrong(error)),
        }
    }
}

fn client(base: &Url, connect: Duration, request: Duration) -> Result<Client, SyncError> {
    install_provider();
    let mut builder = Client::builder()
        .connect_timeout(connect)
        .timeout(request)
        // A redirect is a captive portal's, never head office's.
        .redirect(Policy::none())
        .user_agent(concat!("returns-station/", env!("CARGO_PKG_VERSION")));
    if base.scheme() == "http" {
        // Without TLS nobody needs the system's certificates, which may not be installed.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| SyncError::from_transport(&error))
}

/// The key that a reply says it is signed by.
fn named_key(input: &str) -> Option<&str> {
    let (_, rest) = input.split_once(";keyid=\"")?;
    let (id, _) = rest.split_once('"')?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

async fn read(reply: Response) -> Result<Vec<u8>, SyncError> {
    let status = reply.status().as_u16();
    let mut pieces = reply.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| SyncError::from_transport(&error))?;
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(SyncError::NotHeadOffice { status });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn proven(status: u16, retry_after: Option<Duration>, body: &[u8]) -> SyncError {
    match (status, serde_json::from_slice::<Problem>(body)) {
        (429 | 503, _) => SyncError::Busy { status, retry_after },
        (500.., _) => SyncError::Unavailable { status },
        (_, Ok(problem)) => SyncError::Refused { status, problem, proven: true },
        (_, Err(error)) => SyncError::Unreadable(error.to_string()),
    }
}

fn unproven(status: u16, retry_after: Option<Duration>, body: &[u8]) -> SyncError {
    match (status, serde_json::from_slice::<Problem>(body)) {
        (429 | 503, _) => SyncError::Busy { status, retry_after },
        (500.., _) => SyncError::Unavailable { status },
        (_, Ok(problem)) => SyncError::Refused { status, problem, proven: false },
        // A proxy on the way may refuse a body for its length: halving it harms nobody.
        (413, Err(_)) => {
            let problem = Problem { code: "body-too-large".to_owned(), args: Default::default() };
            SyncError::Refused { status, problem, proven: false }
        }
        (_, Err(_)) => SyncError::NotHeadOffice { status },
    }
}

/// Installs ring as the process's provider of cryptography unless the program has chosen one.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread installed one in between, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
    });
}
