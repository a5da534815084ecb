//! The loop: hello, events up, feeds down, photos up, wait. One task per station.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use records::{Records, SCHEMA};
use returns::ids::{Sha256Hex, StationId};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::{Epoch, HelloReply, HelloRequest, Leaving, PublicKey, SecretKey, Verdict};

use crate::office::{Call, Office, Trust};
use crate::shared::Shared;
use crate::{LineState, LineStatus, Pace, SyncError, Trouble};

/// While head office takes nothing from this station, it is asked again after this.
const REFUSED_WAIT: Duration = Duration::from_secs(60);

/// Whom to call, and as whom.
#[derive(Debug, Clone)]
pub struct LineConfig {
    /// Head office's address.
    pub url: String,
    /// Its pinned key.
    pub head_office_key: PublicKey,
    /// This station.
    pub station: StationId,
    /// Its key.
    pub secret: SecretKey,
    /// Intervals and time-outs.
    pub pace: Pace,
}

impl LineConfig {
    /// As the station's enrolment says.
    ///
    /// # Errors
    /// `station-not-enrolled`, `database-corrupt` if its key cannot be read.
    pub fn of(records: &Records) -> Result<Self, SyncError> {
        let enrolment = records.enrolment().ok_or(SyncError::NotEnrolled)?;
        Ok(Self {
            url: enrolment.head_office_url.clone(),
            head_office_key: enrolment.head_office_key,
            station: enrolment.station,
            secret: records.secret_key()?.ok_or(SyncError::NotEnrolled)?,
            pace: Pace::default(),
        })
    }
}

/// The station's side of the line.
#[derive(Debug)]
pub struct Line;

impl Line {
    /// Starts the loop; must be called within a tokio runtime. It runs until the handle is stopped or dropped.
    ///
    /// # Errors
    /// `head-office-address-wrong`, `line-client-failed`.
    pub fn spawn(config: LineConfig, records: Arc<Mutex<Records>>) -> Result<LineHandle, SyncError> {
        let (status, watched) = watch::channel(LineStatus::at_start());
        let (kick, now) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let stopping = CancellationToken::new();
        let start = Start {
            config,
            records: Shared(records),
            status,
            instance: hex::encode(rand::random::<[u8; 16]>()),
        };
        // What cannot be started at all is told at once, not tried for ever.
        let first = start.session()?;
        let watch = start.watch(first, stopping.clone(), Arc::clone(&kick), Arc::clone(&now));
        let task = Some(tokio::spawn(watch));
        Ok(LineHandle { kick, now, status: watched, stopping, task })
    }
}

/// What a session starts with, and starts with again should it ever fall over.
struct Start {
    config: LineConfig,
    records: Shared,
    status: watch::Sender<LineStatus>,
    instance: String,
}

/// After a fault of the program's own, the line starts anew after this.
const STARTED_ANEW: Duration = Duration::from_secs(5);

impl Start {
    fn session(&self) -> Result<Session, SyncError> {
        let LineConfig { url, head_office_key, station, secret, pace } = self.config.clone();
        let trust = Trust::Pinned(head_office_key);
        let office = Office::new(&url, trust, station.to_string(), secret, &pace)?;
        Ok(Session {
            office,
            records: self.records.clone(),
            station,
            batch_events: pace.batch_events,
            piece_bytes: FIRST_PIECE_BYTES.min(pace.photo_piece_bytes).max(1),
            pace,
            status: self.status.clone(),
            instance: self.instance.clone(),
            greeted: None,
            well_in: None,
            barred: None,
            lasting: None,
            pulled: None,
            plain: false,
            more: false,
            left_out: BTreeSet::new(),
        })
    }

    /// Runs sessions one after the other: the queue must never stop for want of somebody who sends.
    async fn watch(
        self,
        mut session: Session,
        stopping: CancellationToken,
        kick: Arc<Notify>,
        now: Arc<Notify>,
    ) {
        loop {
            let running = session.run(stopping.clone(), Arc::clone(&kick), Arc::clone(&now));
            match tokio::spawn(running).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "the line fell over and starts anew"),
            }
            self.status.send_modify(|status| status.trouble = Some(Trouble::new("line-started-anew", [])));
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(STARTED_ANEW) => {}
            }
            session = match self.session() {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "the line cannot start anew");
                    return;
                }
            };
        }
    }
}

/// A running line.
#[derive(Debug)]
pub struct LineHandle {
    kick: Arc<Notify>,
    now: Arc<Notify>,
    status: watch::Receiver<LineStatus>,
    stopping: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl LineHandle {
    /// Something was appended: send it at once if there is a line. Never waits, and does not cut a back-off
    /// short, for a busy bench would otherwise hammer at a line that is down.
    pub fn kick(&self) {
        self.kick.notify_one();
    }

    /// A person asks: try now, whatever the back-off.
    pub fn try_now(&self) {
        self.now.notify_one();
    }

    /// The line's status, to look at and to watch.
    pub fn state(&self) -> watch::Receiver<LineStatus> {
        self.status.clone()
    }

    /// Ends the loop. A call under way is given up: whatever it did not get a receipt for is sent again.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(task) = self.task.take() {
            // An error says that the task panicked; there is nothing left to stop then.
            let _ = task.await;
        }
    }
}

impl Drop for LineHandle {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// What the loop knows.
pub(crate) struct Session {
    pub office: Office,
    pub records: Shared,
    pub pace: Pace,
    pub status: watch::Sender<LineStatus>,
    /// The most events in a batch: head office's limit, halved where a batch was too long.
    pub batch_events: usize,
    /// Bytes of a photo in one call: grows on a fat line, shrinks on a thin one.
    pub piece_bytes: usize,
    pub station: StationId,
    /// Drawn at the start: two that alternate mean a cloned disk.
    pub instance: String,
    /// The epoch in which head office has found this very run in order. Should it then be behind, somebody else
    /// writes in its name.
    pub well_in: Option<Epoch>,
    /// When head office last answered a hello, and what it takes.
    pub greeted: Option<(Instant, wire::Limits)>,
    /// Why no events may go up.
    pub barred: Option<Trouble>,
    /// What a person must be told although the line is up.
    pub lasting: Option<Trouble>,
    pub pulled: Option<Instant>,
    /// Head office could not unpack what was packed with the dictionary that it offered.
    pub plain: bool,
    /// Photos wait: the next round follows at once.
    pub more: bool,
    /// Photos that do not go up in this run.
    pub left_out: BTreeSet<Sha256Hex>,
}

/// Bytes of the first piece of a photo: half a second of a thin line.
const FIRST_PIECE_BYTES: usize = 64 * 1024;

/// After so many failures in a row everything about the connection is made anew: names, sockets, challenges.
const RENEWED_AFTER: u32 = 10;

impl Session {
    async fn run(mut self, stopping: CancellationToken, kick: Arc<Notify>, now: Arc<Notify>) {
        let mut failures = 0;
        loop {
            self.status.send_modify(|status| status.next_try = None);
            let outcome = tokio::select! {
                () = stopping.cancelled() => return,
                outcome = self.round() => outcome,
            };
            let wait = match &outcome {
                Ok(()) => {
                    failures = 0;
                    self.settled()
                }
                Err(error) => {
                    failures += 1;
                    self.failed(error, failures)
                }
            };
            let next = Timestamp::now().checked_add(wait).ok();
            self.status.send_modify(|status| status.next_try = next);
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                () = now.notified() => {}
                () = kick.notified(), if outcome.is_ok() && self.barred.is_none() => {}
            }
        }
    }

    /// Says that all went up and came down; how long to wait.
    fn settled(&mut self) -> Duration {
        let (barred, lasting) = (self.barred.clone(), self.lasting.clone());
        let refused = barred.is_some();
        self.status.send_modify(|status| {
            status.set_line(if refused { LineState::Refused } else { LineState::Online });
            status.trouble = barred.or(lasting);
        });
        if std::mem::take(&mut self.more) {
            return Duration::ZERO;
        }
        if refused { REFUSED_WAIT.max(self.pace.poll).min(self.pace.longest_retry) } else { self.pace.poll }
    }

    /// Says what went wrong; how long to back off.
    fn failed(&mut self, error: &SyncError, failures: u32) -> Duration {
        tracing::info!(code = error.code(), %error, failures, "the line failed");
        let own = matches!(error, SyncError::Records(_));
        if !own {
            // Whoever answers next has to be greeted first.
            self.greeted = None;
            if failures.is_multiple_of(RENEWED_AFTER) {
                self.office.renew();
            }
        }
        let refused = error.proven().is_some();
        self.status.send_modify(|status| {
            if !own {
                status.set_line(if refused { LineState::Refused } else { LineState::Offline });
            }
            status.trouble = Some(error.into());
        });
        match error {
            SyncError::Busy { retry_after: Some(wait), .. } => (*wait).min(self.pace.longest_retry),
            _ => self.pace.back_off(failures, error.is_line_down()),
        }
    }

    /// Everything that can be done now.
    async fn round(&mut self) -> Result<(), SyncError> {
        let limits = match &self.greeted {
            Some((since, limits)) if since.elapsed() < self.pace.hello && self.barred.is_none() => {
                limits.clone()
            }
            _ => self.greet().await?,
        };
        if self.barred.as_ref().is_some_and(|trouble| trouble.code == "station-revoked") {
            return Ok(());
        }
        self.push(&limits).await?;
        self.nothing_forgotten().await?;
        self.settle().await?;
        self.compare().await?;
        self.push(&limits).await?;
        if self.pulled.is_none_or(|at| at.elapsed() >= self.pace.poll) {
            self.pull().await?;
            self.pulled = Some(Instant::now());
        }
        self.send_thumbnails(&limits).await?;
        self.fetch_photos(&limits).await?;
        self.send_photos(&limits).await
    }

    /// Hello, and what follows from its verdict.
    async fn greet(&mut self) -> Result<wire::Limits, SyncError> {
        let instance = self.instance.clone();
        let (hello, incarnation) = self
            .records
            .with(move |records| {
                let enrolment = records.enrolment().ok_or(records::RecordsError::NotEnrolled)?;
                let hello = HelloRequest {
                    epoch: enrolment.epoch,
                    head: records.head()?,
                    instance,
                    schema: SCHEMA,
                    clock: Timestamp::now(),
                    backlog: records.unsent()?.events,
                };
                Ok((hello, enrolment.incarnation.clone()))
            })
            .await?;
        let reply: HelloReply = self.office.call(&Call::post_json("/v1/hello", &hello)?).await?.json()?;
        if reply.verdict == Verdict::Ok && reply.incarnation != incarnation {
            // Restored, and what it holds of this epoch is whole: of others it may hold less. Only then is its new
            // life noted, so that a line that breaks in between changes nothing.
            self.send_again(None).await?;
        }
        let heard = reply.clone();
        self.records.with(move |records| records.heard(&heard)).await?;
        self.status.send_modify(|status| status.durable = reply.durable_seq);
        self.batch_events = (reply.limits.batch_events as usize).clamp(1, self.pace.batch_events.max(1));
        self.barred = self.judged(&hello, &reply).await?;
        self.greeted = Some((Instant::now(), reply.limits.clone()));
        Ok(reply.limits)
    }

    /// Does what the verdict asks for; why nothing may go up, if nothing may.
    async fn judged(
        &mut self,
        hello: &HelloRequest,
        reply: &HelloReply,
    ) -> Result<Option<Trouble>, SyncError> {
        let args = || [("stored", reply.stored.seq.to_string()), ("head", hello.head.seq.to_string())];
        match reply.verdict {
            Verdict::Ok => {
                self.well_in = Some(hello.epoch);
                Ok(None)
            }
            Verdict::Revoked => Ok(Some(Trouble::new("station-revoked", []))),
            Verdict::Cloned => self.cloned().await.map(Some),
            Verdict::Behind | Verdict::Fork if self.well_in == Some(hello.epoch) => {
                self.cloned().await.map(Some)
            }
            Verdict::Behind => {
                let trouble = Trouble::new("station-behind", args());
                self.go_on(hello.epoch, hello.head, Leaving::Restored, trouble).await
            }
            Verdict::Fork => {
                let trouble = Trouble::new("station-forked", args());
                self.go_on(hello.epoch, hello.head, Leaving::Forked, trouble).await
            }
            Verdict::ServerRewound => {
                self.send_again(Some((hello.epoch, reply.stored))).await?;
                Ok(None)
            }
        }
    }
}
