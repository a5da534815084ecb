//! Who calls: verifies each call's digest, nonce and signature, and signs the reply to it.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use jiff::Timestamp;
use returns::ids::StationId;
use wire::{
    CONTENT_DIGEST, EnrolRequest, RS_NONCE, ReplyParts, RequestParts, SIGNATURE, SIGNATURE_INPUT,
    SignatureError, content_digest, request_claim, sign_reply, verify_request,
};

use super::Desk;
use super::challenge::is_fresh;
use super::reply::Refusal;
use crate::store::{Station, StationState};

/// The longest body of a call: 8 MiB.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Beyond this a body that is too long is not even read to its end, though its sender then may not see why.
const MAX_IGNORED_BYTES: usize = 4 * MAX_BODY_BYTES;

/// Header with head office's public key, hex, on the reply to an enrolment.
const HEAD_OFFICE_KEY: HeaderName = HeaderName::from_static("rs-head-office-key");

/// A call whose signature fitted.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// An enrolled station; it may be revoked.
    Station(Box<Station>),
    /// A key that wants to become a station.
    Newcomer(Box<EnrolRequest>),
}

impl Caller {
    /// The station, if its key still counts.
    pub fn active(self) -> Result<Station, Refusal> {
        match self {
            Self::Station(station) if station.state == StationState::Active => Ok(*station),
            Self::Station(_) => Err(Refusal::new(StatusCode::FORBIDDEN, "station-revoked")),
            Self::Newcomer(_) => Err(Refusal::new(StatusCode::FORBIDDEN, "station-unknown")),
        }
    }

    /// The station, if its key still counts and it asks for what is its own.
    pub fn own(self, named: &str) -> Result<Station, Refusal> {
        let station = self.active()?;
        if station.id.to_string() == named {
            Ok(station)
        } else {
            Err(Refusal::new(StatusCode::FORBIDDEN, "station-not-yours"))
        }
    }
}

pub(super) async fn signed_calls(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = match read_body(&parts, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let call = Call::from(&parts);
    let caller = match authenticate(&desk, &parts, &call, &body).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal.into_response(),
    };
    let newcomer = matches!(caller, Caller::Newcomer(_));
    if let Caller::Station(station) = &caller
        && let Err(wait_s) = desk.turns.take(station.id)
    {
        let later = Refusal::later(StatusCode::TOO_MANY_REQUESTS, "calls-too-many", wait_s);
        return sign(&desk, &call, later.into_response(), newcomer).await;
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(caller);
    let reply = next.run(request).await;
    sign(&desk, &call, reply, newcomer).await
}

/// What of a call is signed, kept for the reply.
#[derive(Debug)]
struct Call {
    method: String,
    path: String,
    query: String,
    digest: String,
    station_nonce: String,
}

impl From<&Parts> for Call {
    fn from(parts: &Parts) -> Self {
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            digest: header(parts, CONTENT_DIGEST).to_owned(),
            station_nonce: header(parts, RS_NONCE).to_owned(),
        }
    }
}

impl Call {
    fn parts(&self) -> RequestParts<'_> {
        RequestParts {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            content_digest: &self.digest,
            station_nonce: &self.station_nonce,
        }
    }
}

fn header<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A body within bounds. One that is too long is read on for a while: a reply in the middle of sending is
/// lost to most senders.
async fn read_body(parts: &Parts, body: Body) -> Result<Bytes, Refusal> {
    let too_long =
        || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").with("body_bytes", MAX_BODY_BYTES);
    let named: usize =
        parts.headers.get(CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse().ok()).unwrap_or(0);
    if named > MAX_IGNORED_BYTES {
        return Err(too_long());
    }
    let mut pieces = body.into_data_stream();
    let (mut read, mut ignored) = (Vec::with_capacity(named.min(MAX_BODY_BYTES)), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::bad("body-cut"))?;
        if read.len() + piece.len() <= MAX_BODY_BYTES && ignored == 0 {
            read.extend_from_slice(&piece);
        } else {
            ignored += piece.len();
            if ignored > MAX_IGNORED_BYTES {
                break;
            }
        }
    }
    if ignored > 0 { Err(too_long()) } else { Ok(Bytes::from(read)) }
}

async fn authenticate(desk: &Desk, parts: &Parts, call: &Call, body: &Bytes) -> Result<Caller, Refusal> {
    let unsigned = |error: SignatureError| Refusal::new(StatusCode::UNAUTHORIZED, error.code());
    let input = header(parts, SIGNATURE_INPUT);
    let signature = header(parts, SIGNATURE);
    let (key_id, nonce) = request_claim(input).map_err(unsigned)?;
    if !is_fresh(desk.office.key(), nonce, Timestamp::now().as_second()) {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "call-nonce-stale"));
    }
    if call.station_nonce.is_empty() || call.station_nonce.len() > 128 {
        return Err(unsigned(SignatureError::Missing));
    }
    if content_digest(body) != call.digest {
        return Err(Refusal::bad(SignatureError::WrongDigest.code()));
    }
    let caller = if call.path == "/v1/enrol" {
        let request: EnrolRequest =
            serde_json::from_slice(body).map_err(|_| Refusal::bad("body-unreadable"))?;
        if request.station_key.id().0 != key_id {
            return Err(unsigned(SignatureError::WrongSignature));
        }
        Caller::Newcomer(Box::new(request))
    } else {
        let unknown = || Refusal::new(StatusCode::UNAUTHORIZED, "station-unknown");
        let id: StationId = key_id.parse().map_err(|_| unknown())?;
        let station = desk.work(move |office| Ok(office.store().station(&id)?)).await?;
        Caller::Station(Box::new(station.ok_or_else(unknown)?))
    };
    let key = match &caller {
        Caller::Station(station) => &station.key,
        Caller::Newcomer(request) => &request.station_key,
    };
    verify_request(key, input, signature, &call.parts()).map_err(unsigned)?;
    Ok(caller)
}

async fn sign(desk: &Desk, call: &Call, reply: Response, newcomer: bool) -> Response {
    let (mut parts, body) = reply.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response();
    };
    let digest = content_digest(&body);
    let reply = ReplyParts { status: parts.status.as_u16(), content_digest: &digest };
    let (input, signature) = sign_reply(desk.office.key(), &reply, &call.parts());
    let mut headers = vec![
        (HeaderName::from_static(SIGNATURE_INPUT), input),
        (HeaderName::from_static(SIGNATURE), signature),
        (HeaderName::from_static(CONTENT_DIGEST), digest.clone()),
    ];
    if newcomer {
        headers.push((HEAD_OFFICE_KEY, hex::encode(desk.office.public_key().to_bytes())));
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            parts.headers.insert(name, value);
        }
    }
    Response::from_parts(parts, Body::from(body))
}
