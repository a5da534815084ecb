//! The sync room: what waits and since when, what was refused and why, what happened to the records, and how they
//! are kept.

use jiff::{SignedDuration, Timestamp};
use records::{Prunable, Records, SecretIn, SpaceReserve};
use wire::Feed;

use super::{Coded, Desk, Said, say};
use crate::seam::{IncidentView, KeptView, LaneView, LineState, Say, SyncLine, SyncView, Tone};
use crate::upkeep::{last_backup, prunable};

/// Incidents shown at a time.
const MOST: usize = 20;
/// With a line, what waits longer than this should have gone.
const STUCK: SignedDuration = SignedDuration::from_mins(15);
/// A backup is late when it is this many times as old as two of them are apart.
const LATE_TIMES: u32 = 2;

impl Desk {
    /// The line to head office, and how the records are.
    pub(crate) fn sync_view(&self) -> Result<SyncView, Coded> {
        let records = self.records();
        let mut refused = self.stuck(&records)?;
        refused.extend(records.refused_items()?.into_iter().map(|item| {
            say(
                "feed-item-refused",
                [("feed", item.feed.to_string()), ("item", item.item), ("why", item.code)],
            )
        }));
        let incidents = records.incidents(MOST)?.into_iter().map(|incident| IncidentView {
            id: incident.id,
            at: incident.at.map(|at| at.to_string()),
            say: Say { code: incident.code, args: incident.args },
        });
        Ok(SyncView {
            line: self.line.state.unwrap_or(LineState::None),
            since: self.line.since.map(|at| at.to_string()),
            head_office: records.enrolment().map(|enrolment| enrolment.head_office_url.clone()),
            trouble: self.line.trouble.clone(),
            next_try: self.line.next_try.map(|at| at.to_string()),
            lanes: lanes(&records)?,
            feeds: feeds(&records)?,
            refused,
            incidents: incidents.collect(),
            kept: self.kept(&records)?,
        })
    }

    /// What should have gone and did not.
    fn stuck(&self, records: &Records) -> Result<Vec<Say>, Coded> {
        let unsent = records.unsent()?;
        let online = self.line.state == Some(LineState::Online);
        let late = |at: Timestamp| self.clock.now().duration_since(at) > STUCK;
        let since = unsent.oldest.filter(|at| online && late(*at));
        let since = since.zip(self.line.since).filter(|(_, up)| late(*up)).map(|(oldest, _)| oldest);
        Ok(since
            .map(|since| {
                say("outbox-stuck", [("events", unsent.events.to_string()), ("since", since.to_string())])
            })
            .into_iter()
            .collect())
    }

    /// How the records are kept, what asks for attention first.
    fn kept(&self, records: &Records) -> Result<Vec<KeptView>, Coded> {
        let mut kept = Vec::new();
        let mut note = |attention: bool, say: Say| kept.push(KeptView { attention, say });
        let mib = |bytes: u64| [("mib", (bytes >> 20).to_string())];
        match records.space_reserve() {
            SpaceReserve::None => {}
            SpaceReserve::Held { bytes } => note(false, say("kept-reserve-held", mib(bytes))),
            SpaceReserve::Missing { bytes } => note(true, say("kept-reserve-missing", mib(bytes))),
            SpaceReserve::Used { bytes } => note(true, say("kept-reserve-used", mib(bytes))),
        }
        if let Some(folder) = &self.keeping.witness_folder {
            let works = records.second_witness_works() != Some(false);
            let code = if works { "kept-witness-works" } else { "kept-witness-fails" };
            note(!works, say(code, [("folder", folder.display().to_string())]));
        }
        photos(records, &mut note)?;
        match records.key_place() {
            Some(SecretIn::Keyring) => note(false, say("kept-key-keyring", [])),
            Some(SecretIn::SealedFile) => note(false, say("kept-key-sealed", [])),
            Some(SecretIn::File) => note(false, say("kept-key-file", [])),
            None => {}
        }
        let (attention, backup) = self.backup(records)?;
        note(attention, backup);
        kept.sort_by_key(|kept| !kept.attention);
        Ok(kept)
    }

    fn backup(&self, records: &Records) -> Result<(bool, Say), Coded> {
        let Some(keeping) = &self.keeping.backup else { return Ok((false, say("kept-backup-none", []))) };
        let folder = ("folder", keeping.folder.display().to_string());
        let last = last_backup(records)?;
        let Some(made) = last.made else {
            let why = last.failed.unwrap_or_default();
            let code = if why.is_empty() { "kept-backup-not-yet" } else { "kept-backup-never" };
            return Ok((!why.is_empty(), say(code, [folder, ("why", why)])));
        };
        let age = self.clock.now().duration_since(made);
        let allowed = SignedDuration::try_from(keeping.every() * LATE_TIMES).unwrap_or(SignedDuration::MAX);
        let hours = ("hours", age.as_hours().max(0).to_string());
        let made = ("made", made.to_string());
        Ok(match last.failed {
            Some(why) => (true, say("kept-backup-failing", [folder, made, hours, ("why", why)])),
            None if age > allowed => (true, say("kept-backup-late", [folder, made, hours])),
            None => (false, say("kept-backup-made", [folder, made, hours])),
        })
    }

    /// A person has read what happened to the records.
    pub(crate) fn incident_seen(&mut self, incident: u64) -> Result<SyncView, Coded> {
        let actor = self.actor()?;
        let was = self.records().incident_seen(incident)?;
        tracing::info!(incident, was, operator = %actor.operator, "an incident was marked as seen");
        self.told_of_reserve = false;
        self.touched();
        self.sync_view()
    }

    /// All that comes down is fetched once more, from the beginning.
    pub(crate) fn fetch_again(&mut self) -> Result<(), Coded> {
        self.actor()?;
        self.records().fetch_again()?;
        Ok(())
    }

    /// What was said, or once, where the room kept on the disk was just used for it, that it was.
    pub(super) fn or_reserve_used(&mut self, said: Said) -> Said {
        let SpaceReserve::Used { bytes } = self.records().space_reserve() else {
            self.told_of_reserve = false;
            return said;
        };
        if std::mem::replace(&mut self.told_of_reserve, true) {
            return said;
        }
        let words = say("space-reserve-used", [("mib", (bytes >> 20).to_string())]);
        Said { tone: Tone::Warning, say: words, saved: said.saved }
    }
}

/// Where the photos are: only here, to go, asked for, lost.
fn photos(records: &Records, note: &mut impl FnMut(bool, Say)) -> Result<(), Coded> {
    let kept = records.photos_kept()?;
    let of = |what: Prunable| {
        [("photos", what.photos.to_string()), ("mib", what.bytes.div_ceil(1 << 20).to_string())]
    };
    if kept.only_here.photos > 0 {
        note(false, say("kept-photos-only-here", of(kept.only_here)));
    }
    if kept.pruned > 0 {
        note(false, say("kept-photos-at-head-office", [("photos", kept.pruned.to_string())]));
    }
    let may_go = prunable(records)?;
    if may_go.photos > 0 {
        note(false, say("kept-photos-may-go", of(may_go)));
    }
    if kept.wanted > 0 {
        note(false, say("kept-photos-wanted", [("photos", kept.wanted.to_string())]));
    }
    if kept.lost > 0 {
        note(true, say("kept-photos-lost", [("photos", kept.lost.to_string())]));
    }
    Ok(())
}

fn lanes(records: &Records) -> Result<Vec<LaneView>, Coded> {
    let unsent = records.unsent()?;
    let written: u64 = records.epochs()?.iter().map(|epoch| epoch.head.seq).sum();
    let (photos, thumbnails) = records.pictures()?;
    let lane = |lane: &str, waiting: u64, oldest: Option<Timestamp>, all: u64| LaneView {
        lane: lane.to_owned(),
        waiting,
        oldest: oldest.map(|at| at.to_string()),
        sent: all.saturating_sub(waiting),
    };
    Ok(vec![
        lane("events", unsent.events, unsent.oldest, written),
        lane("thumbnails", unsent.thumbnails, None, thumbnails),
        lane("photos", unsent.photos, None, photos),
    ])
}

fn feeds(records: &Records) -> Result<Vec<SyncLine>, Coded> {
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
    Ok(feeds)
}
