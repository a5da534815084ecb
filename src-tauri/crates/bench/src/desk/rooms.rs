//! Find, sync and devices.

use records::Found;
use returns::ids::Subject;
use wire::Feed;

use super::{Coded, Desk, coded, say};
use crate::seam::{FoundUnit, LaneView, LineState, SyncLine, SyncView};

/// Results of one search.
const MOST: usize = 50;

impl Desk {
    /// Units that fit a query.
    pub(crate) fn find(&self, query: &str) -> Result<Vec<FoundUnit>, Coded> {
        self.actor()?;
        if query.trim().chars().count() < 2 {
            return Err(coded("query-too-short", []));
        }
        let found = self.records().find(query, MOST)?;
        let mut units = Vec::new();
        for found in found {
            let Found::Unit(unit, state) = found else { continue };
            let Some(stage) = state.stage else { continue };
            let location = match &state.location {
                returns::unit::Location::Bench => None,
                returns::unit::Location::Shelf { shelf } => Some(shelf.to_string()),
                returns::unit::Location::Container { container } => {
                    let container = self.records().container(container)?;
                    container.and_then(|container| container.code).map(|code| code.to_string())
                }
            };
            let veiled = self.veiled(&state);
            units.push(FoundUnit {
                head: self.head(unit, &state),
                stage,
                grade: state.grade().filter(|_| !veiled),
                disposition: state.disposition().filter(|_| !veiled),
                location,
                history: self.history_of(unit)?,
            });
        }
        Ok(units)
    }

    /// The line to head office.
    pub(crate) fn sync_view(&self) -> Result<SyncView, Coded> {
        let records = self.records();
        let unsent = records.unsent()?;
        let written = records.head().map(|head| head.seq).unwrap_or_default();
        let mut feeds = Vec::new();
        for feed in Feed::ALL {
            feeds.push(SyncLine {
                feed: feed.to_string(),
                current_at: records.current_at(feed)?.map(|at| at.to_string()),
                items: match feed {
                    Feed::Rmas => records.rma_count()?,
                    Feed::Operators => records.operators()?.len() as u64,
                    _ => 0,
                },
            });
        }
        let refused = records.refused_items()?.into_iter().map(|item| {
            say(
                "feed-item-refused",
                [("feed", item.feed.to_string()), ("item", item.item), ("why", item.code)],
            )
        });
        Ok(SyncView {
            line: self.line.state.unwrap_or(LineState::None),
            since: self.line.since.map(|at| at.to_string()),
            head_office: records.enrolment().map(|enrolment| enrolment.head_office_url.clone()),
            trouble: self.line.trouble.clone(),
            next_try: self.line.next_try.map(|at| at.to_string()),
            lanes: vec![
                LaneView {
                    lane: "events".to_owned(),
                    waiting: unsent.events,
                    oldest: unsent.oldest.map(|at| at.to_string()),
                    sent: written.saturating_sub(unsent.events),
                },
                LaneView {
                    lane: "photos".to_owned(),
                    waiting: unsent.photos,
                    oldest: None,
                    sent: self.photos_kept(&records)?.saturating_sub(unsent.photos),
                },
            ],
            feeds,
            refused: refused.collect(),
        })
    }

    fn photos_kept(&self, records: &records::Records) -> Result<u64, Coded> {
        let counters = records.counters(jiff::Timestamp::UNIX_EPOCH)?;
        Ok(counters.of("unit.photo-taken") + counters.of("parcel.photo-taken"))
    }

    /// Whether head office has confirmed everything about the unit on the desk or, without one, everything.
    pub(crate) fn all_sent(&self) -> bool {
        let records = self.records();
        match self.work.unit {
            Some(unit) => records.is_sent(Subject::Unit(unit)).unwrap_or(false),
            None => records.unsent().is_ok_and(|unsent| unsent.events == 0),
        }
    }
}
