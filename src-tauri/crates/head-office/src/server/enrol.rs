//! `POST /v1/enrol`: a one-time code makes a key a station's.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use wire::EnrolReply;

use super::Desk;
use super::reply::Refusal;
use super::signed_calls::Caller;
use crate::enrolment::OneTimeCode;

pub(super) async fn enrol(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<EnrolReply>, Refusal> {
    let Caller::Newcomer(request) = caller else {
        return Err(Refusal::bad("body-unreadable"));
    };
    let reply = desk
        .work(move |office| {
            let code = OneTimeCode::parse(&request.code)
                .ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "enrol-code-unknown"))?;
            let before = request.before.as_ref();
            let enrolled =
                office.store().redeem_as(&code, &request.station_key, before, Timestamp::now())?;
            let (station, again) = (enrolled.station, before.is_some());
            tracing::info!(station = %station.id, name = station.name, depot = station.depot, again, "enrolled");
            Ok(EnrolReply {
                station: station.id,
                name: station.name,
                depot: station.depot,
                epoch: enrolled.epoch,
                lpn_block: station.lpn_block,
                lpn_reserve_block: station.lpn_reserve_block,
                label_keys: vec![office.public_key()],
                sample_salt: hex::encode(office.identity().sample_salt),
                incarnation: office.identity().incarnation.clone(),
            })
        })
        .await?;
    Ok(Json(reply))
}
