//! `POST /v1/hello`: what head office makes of a station's head.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use wire::{Head, HelloReply, HelloRequest, Limits, Verdict};

use super::reply::Refusal;
use super::signed_calls::Caller;
use super::{Desk, MAX_BATCH_EVENTS, MAX_BODY_BYTES};
use crate::office::HeadOffice;
use crate::store::{EpochState, Station, StationState};

pub(super) async fn hello(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<HelloReply>, Refusal> {
    let hello: HelloRequest = serde_json::from_slice(&body).map_err(|_| Refusal::bad("body-unreadable"))?;
    let Caller::Station(station) = caller else {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "station-unknown"));
    };
    let reply = desk.work(move |office| answer(office, &station, &hello, Timestamp::now())).await?;
    Ok(Json(reply))
}

fn answer(
    office: &HeadOffice,
    station: &Station,
    hello: &HelloRequest,
    now: Timestamp,
) -> Result<HelloReply, Refusal> {
    let store = office.store();
    let revoked = station.state == StationState::Revoked;
    let state = if revoked { None } else { store.epoch(&station.id, &hello.epoch)? };
    let mut durable_seq = 0;
    let (verdict, stored) = match state {
        None if revoked => (Verdict::Revoked, Head::EMPTY),
        // A number that head office does not remember having given: it was restored since, and takes the epoch up
        // again, for the station's signature says that it is the station's.
        None => {
            if office.identity().restored {
                store.adopt_epoch(&station.id, &hello.epoch)?;
            }
            (Verdict::ServerRewound, Head::EMPTY)
        }
        Some(state) => {
            let cloned = store.keep_hello(&station.id, hello, now)?;
            durable_seq = store.durable_seq(&station.id, &hello.epoch)?;
            (if cloned { Verdict::Cloned } else { judge(office, station, hello, state)? }, state.head)
        }
    };
    metrics::counter!("head_office_hellos_total", "verdict" => word(verdict)).increment(1);
    if verdict != Verdict::Ok {
        tracing::warn!(station = %station.id, epoch = %hello.epoch, verdict = word(verdict), "hello");
    }
    Ok(HelloReply {
        incarnation: office.identity().incarnation.clone(),
        stored,
        durable_seq,
        limits: Limits {
            batch_events: MAX_BATCH_EVENTS,
            body_bytes: MAX_BODY_BYTES as u64,
            dictionary: Some(wire::DICTIONARY),
        },
        verdict,
        time: now,
        lpn_block: if revoked { None } else { store.further_block(&station.id)? },
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Behind => "behind",
        Verdict::Fork => "fork",
        Verdict::ServerRewound => "server_rewound",
        Verdict::Revoked => "revoked",
        Verdict::Cloned => "cloned",
    }
}

fn judge(
    office: &HeadOffice,
    station: &Station,
    hello: &HelloRequest,
    state: EpochState,
) -> Result<Verdict, Refusal> {
    let (theirs, ours) = (hello.head, state.head);
    if theirs.seq > ours.seq {
        // What does not wait any more was confirmed once.
        let confirmed = theirs.seq.saturating_sub(hello.backlog);
        return Ok(if confirmed > ours.seq { Verdict::ServerRewound } else { Verdict::Ok });
    }
    if office.store().hash_at(&station.id, &hello.epoch, theirs.seq)? != Some(theirs.hash) {
        return Ok(Verdict::Fork);
    }
    Ok(if theirs.seq == ours.seq { Verdict::Ok } else { Verdict::Behind })
}
