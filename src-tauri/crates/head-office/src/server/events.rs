//! Events up (`PUT …/events/{first}-{last}`, `POST …/unreadable`) and a station's own back (`GET …/events`).

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use wire::{ChainHash, CodecError, Epoch, Receipt};

use super::reply::Refusal;
use super::signed_calls::Caller;
use super::{Desk, MAX_BATCH_EVENTS};
use crate::ledger::{Batch, Content};
use crate::store::Station;

/// Header: hash of the event before the first of the batch.
pub const PREV_HASH: &str = "prev-hash";
/// Header: hash of the last event of the batch.
pub const LAST_HASH: &str = "last-hash";

const OWN_EVENTS: usize = 1000;
const OWN_BYTES: usize = 4 * 1024 * 1024;

pub(super) async fn append(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path((named, epoch, range)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Receipt>, Refusal> {
    let station = caller.own(&named)?;
    let (first, last) = range
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
        .ok_or_else(|| Refusal::bad("events-range-unreadable"))?;
    let place = BatchPlace { epoch: parse_epoch(&epoch)?, first, last };
    take(&desk, station, place, &headers, body, Content::Envelopes).await
}

/// Where the events of an unreadable batch stand.
#[derive(Debug, Deserialize)]
pub(super) struct UnreadablePlace {
    epoch: String,
    first: u64,
    last: u64,
}

/// The same bytes that got a 422, at the same place: they are kept, and a person is told.
pub(super) async fn append_unreadable(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(named): Path<String>,
    place: Result<Query<UnreadablePlace>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Receipt>, Refusal> {
    let station = caller.own(&named)?;
    let Query(place) = place.map_err(|_| Refusal::bad("events-range-unreadable"))?;
    let place = BatchPlace { epoch: parse_epoch(&place.epoch)?, first: place.first, last: place.last };
    take(&desk, station, place, &headers, body, Content::Anything).await
}

struct BatchPlace {
    epoch: Epoch,
    first: u64,
    last: u64,
}

async fn take(
    desk: &Desk,
    station: Station,
    place: BatchPlace,
    headers: &HeaderMap,
    body: Bytes,
    content: Content,
) -> Result<Json<Receipt>, Refusal> {
    let previous = hash_header(headers, PREV_HASH)?;
    let last_hash = hash_header(headers, LAST_HASH)?;
    let under_way = desk.intake.begin();
    let receipt = desk
        .work(move |office| {
            let lines = wire::unpack(&body).map_err(unpackable)?;
            if lines.len() > MAX_BATCH_EVENTS as usize {
                return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "events-too-many")
                    .with("batch_events", MAX_BATCH_EVENTS));
            }
            let BatchPlace { epoch, first, last } = place;
            metrics::counter!("head_office_events_total").increment(lines.len() as u64);
            let batch = Batch { station: station.id, epoch, first, last, previous, last_hash, lines };
            let stored = office.store().append(batch.check(content)?, &station.depot, Timestamp::now())?;
            if content == Content::Anything {
                tracing::warn!(station = %station.id, %epoch, first, last, "unreadable events were kept");
            }
            Ok(Receipt {
                station: station.id,
                epoch,
                stored_seq: stored.seq,
                stored_hash: stored.hash,
                incarnation: office.identity().incarnation.clone(),
            })
        })
        .await?;
    drop(under_way);
    desk.appended.notify_one();
    Ok(Json(receipt))
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: u64,
}

pub(super) async fn own(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path((named, epoch)): Path<(String, String)>,
    after: Result<Query<After>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let station = caller.own(&named)?;
    let epoch = parse_epoch(&epoch)?;
    let Query(After { after }) = after.map_err(|_| Refusal::bad("events-range-unreadable"))?;
    let packed = desk
        .work(move |office| {
            let events = office.store().events_after(&station.id, &epoch, after, OWN_EVENTS, OWN_BYTES)?;
            let lines: Vec<Vec<u8>> = events.into_iter().map(|event| event.bytes).collect();
            Ok(wire::pack(&lines).map_err(crate::HeadOfficeError::from)?)
        })
        .await?;
    // No content-encoding: a client that unpacks by itself would lose the bytes that were signed.
    let kind = HeaderValue::from_static("application/zstd");
    Ok(([(header::CONTENT_TYPE, kind)], packed).into_response())
}

fn parse_epoch(text: &str) -> Result<Epoch, Refusal> {
    text.parse().map_err(|_| Refusal::bad("epoch-unreadable"))
}

fn hash_header(headers: &HeaderMap, name: &str) -> Result<ChainHash, Refusal> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| Refusal::bad("events-hash-unreadable").with("header", name))
}

fn unpackable(error: CodecError) -> Refusal {
    match error {
        CodecError::TooLarge => Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error.code()),
        CodecError::NotZstd(_) | CodecError::Cut | CodecError::UnknownDictionary(_) => {
            Refusal::bad(error.code())
        }
    }
}
