//! `…/stations/{station}/epochs`: what is held of a station, and the number under which it goes on.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use wire::{EpochsReply, NextEpochReply, NextEpochRequest};

use super::Desk;
use super::reply::Refusal;
use super::signed_calls::Caller;

/// Closes the epoch that the station leaves, and gives it the next one.
pub(super) async fn next(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<NextEpochReply>, Refusal> {
    let station = caller.own(&named)?.id;
    let request: NextEpochRequest =
        serde_json::from_slice(&body).map_err(|_| Refusal::bad("body-unreadable"))?;
    let reply = desk
        .work(move |office| {
            let next = office
                .store()
                .next_epoch(&station, &request.leaving)?
                .ok_or_else(|| Refusal::new(StatusCode::CONFLICT, "station-cloned"))?;
            tracing::warn!(%station, leaving = %request.leaving, because = ?request.because, epoch = %next.epoch, "next epoch");
            Ok(next)
        })
        .await?;
    Ok(Json(reply))
}

/// What head office holds of the station that asks.
pub(super) async fn held(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(named): Path<String>,
) -> Result<Json<EpochsReply>, Refusal> {
    let station = caller.own(&named)?.id;
    let held = desk.work(move |office| Ok(office.store().epochs_of(&station)?)).await?;
    Ok(Json(EpochsReply { held }))
}
