//! Photos up: `POST /v1/blobs` offers one, `PATCH` appends at the offset, `HEAD` tells the offset; `GET` gives one back. Semantics of
//! tus 1.0, with replies as JSON so that they can be signed.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use returns::ids::{Sha256Hex, StationId};
use serde::Deserialize;
use wire::{BlobOffer, BlobState};

use super::Desk;
use super::reply::Refusal;
use super::signed_calls::Caller;
use crate::blobs::{MAX_BLOB_BYTES, Written};
use crate::office::HeadOffice;

/// Header: bytes held, and where a piece begins.
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// Header: bytes in all.
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// The longest piece of a photo that goes back in one reply: 4 MiB.
const MOST_PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// 200 held already, 201 a place to send it to.
pub(super) async fn offer(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let station = caller.active()?.id;
    let offer: BlobOffer = serde_json::from_slice(&body).map_err(|_| Refusal::bad("body-unreadable"))?;
    let sha256 = parse_hash(&offer.sha256)?;
    if offer.length == 0 || offer.length > MAX_BLOB_BYTES {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "blob-length").with("most", MAX_BLOB_BYTES));
    }
    let state = desk
        .work(move |office| {
            if let Some(held) = held(office, &sha256)? {
                return if held.length == offer.length { Ok(held) } else { Err(wrong_hash()) };
            }
            office.store().offer_blob(&station, &sha256, offer.length)?;
            let offset = office.blobs().partial_bytes(&station, &sha256)?;
            // All bytes came, and then the power went: nothing is left to send, so finish it here.
            append(office, &station, &sha256, offer.length, offset, &[])
        })
        .await?;
    if state.complete {
        return Ok(Json(state).into_response());
    }
    let place = format!("/v1/blobs/{sha256}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(state)).into_response())
}

pub(super) async fn state(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(sha256): Path<String>,
) -> Result<Response, Refusal> {
    let station = caller.active()?.id;
    let sha256 = parse_hash(&sha256)?;
    let state = desk.work(move |office| known(office, &station, &sha256)).await?;
    let headers = [(UPLOAD_OFFSET, state.offset.to_string()), (UPLOAD_LENGTH, state.length.to_string())];
    Ok((StatusCode::OK, headers).into_response())
}

/// Which piece of a photo.
#[derive(Debug, Deserialize)]
pub(super) struct Piece {
    #[serde(default)]
    from: u64,
    #[serde(default)]
    most: Option<u64>,
}

/// Bytes of a photo back to a station that lost them or let them go. Whoever knows a photo's hash has seen its event:
/// any station that is not revoked may ask.
pub(super) async fn read(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(sha256): Path<String>,
    piece: Result<Query<Piece>, QueryRejection>,
) -> Result<Response, Refusal> {
    caller.active()?;
    let sha256 = parse_hash(&sha256)?;
    let Query(Piece { from, most }) = piece.map_err(|_| Refusal::bad("blob-offset-unreadable"))?;
    let (bytes, length) = desk
        .work(move |office| {
            let held = held(office, &sha256)?;
            let length = held
                .map(|held| held.length)
                .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "blob-unknown"))?;
            let bytes = office.blobs().read(&sha256)?;
            let most = most.unwrap_or(MOST_PIECE_BYTES).clamp(1, MOST_PIECE_BYTES);
            let (skip, take) = (usize::try_from(from), usize::try_from(most));
            let (skip, take) = (skip.unwrap_or(usize::MAX), take.unwrap_or(usize::MAX));
            let piece: Vec<u8> = bytes.into_iter().skip(skip).take(take).collect();
            Ok((piece, length))
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/offset+octet-stream".to_owned()),
        (UPLOAD_LENGTH, length.to_string()),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

pub(super) async fn write(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    piece: Bytes,
) -> Result<Json<BlobState>, Refusal> {
    let station = caller.active()?.id;
    let sha256 = parse_hash(&sha256)?;
    let offset: u64 = headers
        .get(UPLOAD_OFFSET)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| Refusal::bad("blob-offset-unreadable"))?;
    let state = desk
        .work(move |office| {
            let known = known(office, &station, &sha256)?;
            if known.complete {
                return Ok(known);
            }
            append(office, &station, &sha256, known.length, offset, &piece)
        })
        .await?;
    Ok(Json(state))
}

fn append(
    office: &HeadOffice,
    station: &StationId,
    sha256: &Sha256Hex,
    length: u64,
    offset: u64,
    piece: &[u8],
) -> Result<BlobState, Refusal> {
    match office.blobs().write(station, sha256, length, offset, piece)? {
        Written::Partial(held) => Ok(partial(sha256, held, length)),
        Written::Whole => {
            office.store().keep_blob(station, sha256, length, Timestamp::now())?;
            Ok(whole(sha256, length))
        }
        Written::OtherOffset(held) => {
            Err(Refusal::new(StatusCode::CONFLICT, "blob-offset-wrong").with("offset", held))
        }
        Written::TooLong => Err(Refusal::bad("blob-too-long").with("length", length)),
        Written::WrongHash => Err(wrong_hash()),
    }
}

fn known(office: &HeadOffice, station: &StationId, sha256: &Sha256Hex) -> Result<BlobState, Refusal> {
    if let Some(held) = held(office, sha256)? {
        return Ok(held);
    }
    let Some(length) = office.store().offered_blob(station, sha256)? else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "blob-unknown"));
    };
    Ok(partial(sha256, office.blobs().partial_bytes(station, sha256)?, length))
}

/// A photo counts as held when both its row and its file are there: a lost file is asked for again.
fn held(office: &HeadOffice, sha256: &Sha256Hex) -> Result<Option<BlobState>, Refusal> {
    match office.store().blob(sha256)? {
        Some(length) if office.blobs().holds(sha256, length)? => Ok(Some(whole(sha256, length))),
        _ => Ok(None),
    }
}

fn whole(sha256: &Sha256Hex, length: u64) -> BlobState {
    BlobState { sha256: sha256.to_string(), offset: length, length, complete: true }
}

fn partial(sha256: &Sha256Hex, offset: u64, length: u64) -> BlobState {
    BlobState { sha256: sha256.to_string(), offset, length, complete: false }
}

fn wrong_hash() -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "blob-hash-wrong")
}

fn parse_hash(text: &str) -> Result<Sha256Hex, Refusal> {
    text.parse().map_err(|_| Refusal::bad("blob-hash-unreadable"))
}
