//! The loop: hello, events up, feeds down, photos up, wait. One task per station.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use records::{Records, SCHEMA};
use returns::ids::StationId;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::{HelloReply, HelloRequest, PublicKey, SecretKey, Verdict};

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
        let LineConfig { url, head_office_key, station, secret, pace } = config;
        let office = Office::new(&url, Trust::Pinned(head_office_key), station.to_string(), secret, &pace)?;
        let (status, watched) = watch::channel(LineStatus::at_start());
        let (kick, now) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let stopping = CancellationToken::new();
        let session = Session {
            office,
            records: Shared(records),
            batch_events: pace.batch_events,
            pace,
            status,
            instance: hex::encode(rand::random::<[u8; 16]>()),
            greeted: None,
            barred: None,
            lasting: None,
            pulled: None,
        };
        let running = session.run(stopping.clone(), Arc::clone(&kick), Arc::clone(&now));
        let task = Some(tokio::spawn(running));
        Ok(LineHandle { kick, now, status: watched, stopping, task })
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
    /// Drawn at the start: two that alternate mean a cloned disk.
    instance: String,
    /// When head office last answered a hello, and what it takes.
    greeted: Option<(Instant, wire::Limits)>,
    /// Why no events may go up.
    pub barred: Option<Trouble>,
    /// What a person must be told although the line is up.
    pub lasting: Option<Trouble>,
    pulled: Option<Instant>,
}

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
        if refused { REFUSED_WAIT.max(self.pace.poll).min(self.pace.longest_retry) } else { self.pace.poll }
    }

    /// Says what went wrong; how long to back off.
    fn failed(&mut self, error: &SyncError, failures: u32) -> Duration {
        tracing::info!(code = error.code(), %error, failures, "the line failed");
        let own = matches!(error, SyncError::Records(_));
        if !own {
            // Whoever answers next has to be greeted first.
            self.greeted = None;
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
        if self.pulled.is_none_or(|at| at.elapsed() >= self.pace.poll) {
            self.pull().await?;
            self.pulled = Some(Instant::now());
        }
        self.send_photos(&limits).await
    }

    /// Hello, and what follows from its verdict.
    async fn greet(&mut self) -> Result<wire::Limits, SyncError> {
        let instance = self.instance.clone();
        let hello = self
            .records
            .with(move |records| {
                let enrolment = records.enrolment().ok_or(records::RecordsError::NotEnrolled)?;
                Ok(HelloRequest {
                    epoch: enrolment.epoch,
                    head: records.head()?,
                    instance,
                    schema: SCHEMA,
                    clock: Timestamp::now(),
                    backlog: records.unsent()?.events,
                })
            })
            .await?;
        let reply: HelloReply = self.office.call(&Call::post_json("/v1/hello", &hello)?).await?.json()?;
        let heard = reply.clone();
        self.records.with(move |records| records.heard(&heard)).await?;
        self.status.send_modify(|status| status.durable = reply.durable_seq);
        self.batch_events = (reply.limits.batch_events as usize).clamp(1, self.pace.batch_events.max(1));
        let args = || [("stored", reply.stored.seq.to_string()), ("head", hello.head.seq.to_string())];
        self.barred = match reply.verdict {
            Verdict::Ok => None,
            Verdict::Behind => Some(Trouble::new("station-behind", args())),
            Verdict::Fork => Some(Trouble::new("station-forked", args())),
            Verdict::Revoked => Some(Trouble::new("station-revoked", [])),
            Verdict::ServerRewound => {
                let stored = reply.stored;
                let again = self.records.with(move |records| records.send_again_after(&stored)).await?;
                tracing::warn!(events = again, "head office was restored: events wait again");
                None
            }
        };
        self.greeted = Some((Instant::now(), reply.limits.clone()));
        Ok(reply.limits)
    }
}
