//! `GET /v1/feeds/{feed}?after={cursor}` and `/snapshot`.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use wire::{Feed, FeedPage};

use super::Desk;
use super::reply::Refusal;
use super::signed_calls::Caller;
use crate::store::{Station, cursor, position};

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct From {
    #[serde(default)]
    after: String,
}

pub(super) async fn page(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(feed): Path<String>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Json<FeedPage>, Refusal> {
    let station = caller.active()?;
    let feed = parse_feed(&feed)?;
    let Query(From { after }) = from.map_err(|_| Refusal::bad("cursor-unreadable"))?;
    fetch(&desk, station, feed, after, false).await
}

/// Everything that is there now, from the beginning; further pages come from the feed itself.
pub(super) async fn snapshot(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(feed): Path<String>,
) -> Result<Json<FeedPage>, Refusal> {
    let station = caller.active()?;
    let feed = parse_feed(&feed)?;
    fetch(&desk, station, feed, String::new(), true).await
}

async fn fetch(
    desk: &Desk,
    station: Station,
    feed: Feed,
    after: String,
    snapshot: bool,
) -> Result<Json<FeedPage>, Refusal> {
    let page = desk
        .work(move |office| {
            let incarnation = &office.identity().incarnation;
            let elsewhere = || Refusal::new(StatusCode::CONFLICT, "cursor-unknown");
            let after = position(&after, incarnation, feed).map_err(|_| elsewhere())?;
            if after > office.store().feed_head(feed)? {
                return Err(elsewhere());
            }
            let slice = match feed {
                Feed::Units => office.store().units_page(&station.depot, &station.id, after)?,
                _ => office.store().keyed_page(feed, after, snapshot)?,
            };
            Ok(FeedPage {
                feed,
                items: slice.items,
                cursor: cursor(incarnation, feed, slice.position),
                more: slice.more,
            })
        })
        .await?;
    Ok(Json(page))
}

fn parse_feed(text: &str) -> Result<Feed, Refusal> {
    text.parse().map_err(|()| Refusal::new(StatusCode::NOT_FOUND, "feed-unknown"))
}
