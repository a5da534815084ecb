//! What a station does about its own epochs (sync.md, At the station): after it was put back from a copy, where head
//! office holds other events than it does, where somebody else writes in its name, and where head office was itself
//! restored.

use records::{Because, IncidentKind, TakenBack};
use wire::{Epoch, EpochHeld, EpochsReply, Head, Leaving, NextEpochReply, NextEpochRequest, Problem};

use crate::line::Session;
use crate::office::Call;
use crate::{SyncError, Trouble};

impl Session {
    /// Somebody else writes in this station's name: nothing goes up, and grading goes on in an epoch of this copy's
    /// own, so that neither can overwrite the other. A person says at head office which of them is the station.
    pub(crate) async fn cloned(&mut self) -> Result<Trouble, SyncError> {
        let instance = self.instance.clone();
        // Whatever head office says of the epochs of this run now, it stays a copy until the program starts anew.
        self.well_in = self
            .records
            .with(move |records| {
                let epoch = records.enrolment().map(|enrolment| enrolment.epoch);
                if matches!(epoch, Some(Epoch::Numbered(_))) {
                    let opened = records.open_provisional(Because::Cloned)?;
                    let args = [
                        ("epoch".to_owned(), opened.to_string()),
                        ("instance".to_owned(), instance.chars().take(8).collect()),
                    ];
                    records.note_incident(IncidentKind::Cloned, &args.into())?;
                }
                Ok(records.enrolment().map(|enrolment| enrolment.epoch))
            })
            .await?;
        Ok(Trouble::new("station-cloned", []))
    }

    /// Asks head office where to go on, and takes back what it holds. Where it does not know that call, the trouble
    /// bars as it always did.
    pub(crate) async fn go_on(
        &mut self,
        leaving: Epoch,
        head: Head,
        because: Leaving,
        trouble: Trouble,
    ) -> Result<Option<Trouble>, SyncError> {
        let request = NextEpochRequest { leaving, head, because, instance: self.instance.clone() };
        let path = format!("/v1/stations/{}/epochs", self.station);
        let reply: NextEpochReply = match self.office.call(&Call::post_json(&path, &request)?).await {
            Ok(answer) => answer.json()?,
            Err(error) if not_known(&error) => return Ok(Some(trouble)),
            Err(error) => return Err(error),
        };
        tracing::warn!(%leaving, epoch = %reply.epoch, ?because, "going on in another epoch");
        self.records
            .with(move |records| records.open_epoch(reply.epoch, &reply.held, reply.lpn_reserve_block))
            .await?;
        self.compare().await?;
        Ok(None)
    }

    /// An epoch of the station's own has gone up: from here on it writes in one that head office gives.
    pub(crate) async fn settle(&mut self) -> Result<(), SyncError> {
        if self.barred.is_some() {
            return Ok(());
        }
        let alone = self
            .records
            .with(|records| {
                let epoch = records.enrolment().map(|enrolment| enrolment.epoch);
                let head = records.head()?;
                Ok(epoch.filter(|epoch| matches!(epoch, Epoch::Provisional(_))).map(|epoch| (epoch, head)))
            })
            .await?;
        let Some((epoch, head)) = alone else { return Ok(()) };
        let trouble = Trouble::new("epoch-not-settled", [("epoch", epoch.to_string())]);
        let code = trouble.code.clone();
        match self.go_on(epoch, head, Leaving::Provisional, trouble).await? {
            Some(trouble) => self.lasting = Some(trouble),
            None if self.lasting.as_ref().is_some_and(|lasting| lasting.code == code) => self.lasting = None,
            None => {}
        }
        Ok(())
    }

    /// Head office has closed an epoch in which something still waits here: it was written while head office was asked
    /// for the next number, or the answer got lost. Says whether it goes on elsewhere now.
    pub(crate) async fn left_behind(&mut self, epoch: Epoch, problem: &Problem) -> Result<bool, SyncError> {
        let (now, head) = self
            .records
            .with(|records| Ok((records.enrolment().map(|enrolment| enrolment.epoch), records.head()?)))
            .await?;
        if now != Some(epoch) {
            return self.set_right(epoch).await;
        }
        let because = match epoch {
            Epoch::Provisional(_) => Leaving::Provisional,
            Epoch::Numbered(_) => Leaving::Forked,
        };
        let trouble = Trouble { code: problem.code.clone(), args: problem.args.clone() };
        Ok(self.go_on(epoch, head, because, trouble).await?.is_none())
    }

    /// Something waits in an epoch that this station has left, and head office does not take it there: a copy of the disk
    /// wrote at its place, or the epoch is closed. What head office holds is taken in, and what it does not hold goes on
    /// where the station writes now. Says whether anything came of it.
    pub(crate) async fn set_right(&mut self, epoch: Epoch) -> Result<bool, SyncError> {
        let now = self.records.with(|records| Ok(records.enrolment().map(|own| own.epoch))).await?;
        if now == Some(epoch) {
            return Ok(false);
        }
        let path = format!("/v1/stations/{}/epochs", self.station);
        let reply: EpochsReply = match self.office.call(&Call::get(path)).await {
            Ok(answer) => answer.json()?,
            Err(error) if not_known(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        match reply.held.into_iter().find(|held| held.epoch == epoch) {
            Some(held) => Ok(self.compare_one(held).await? > 0),
            None => Ok(false),
        }
    }

    /// Fetches what head office holds of this station's own events and the database does not.
    pub(crate) async fn compare(&mut self) -> Result<(), SyncError> {
        loop {
            let next = self.records.with(|records| Ok(records.epochs_to_compare()?.first().copied())).await?;
            let Some(held) = next else { return Ok(()) };
            self.compare_one(held).await?;
            self.records.with(move |records| records.epoch_compared(held.epoch)).await?;
        }
    }

    /// The same of one epoch. How many events came, or found another place.
    async fn compare_one(&mut self, held: EpochHeld) -> Result<u64, SyncError> {
        let taken = self.fetch_back(held).await?;
        let moved = self
            .records
            .with(move |records| {
                if taken.fetched > 0 {
                    records.note_fetched_back(held.epoch, taken.fetched)?;
                }
                records.move_tail(&held)
            })
            .await?;
        if taken.fetched + taken.moved + moved > 0 {
            self.status.send_modify(|status| status.items += taken.fetched);
        }
        Ok(taken.fetched + taken.moved + moved)
    }

    async fn fetch_back(&mut self, held: EpochHeld) -> Result<TakenBack, SyncError> {
        let mut all = TakenBack::default();
        let mut before = self.records.with(move |records| records.agreed(&held.epoch)).await?;
        if before.seq > held.head.seq && !held.closed {
            // It holds less than it confirmed by our account: that goes again, where it is on our chain.
            let again =
                self.records.with(move |records| records.send_again_after(held.epoch, &held.head)).await;
            tracing::warn!(events = again.ok(), epoch = %held.epoch, "head office lacks what it confirmed");
            return Ok(all);
        }
        while before.seq < held.head.seq {
            let path = format!("/v1/stations/{}/epochs/{}/events", self.station, held.epoch);
            let answer = self.office.call(&Call::get(path).query("after", before.seq)).await?;
            let mut lines =
                wire::unpack(answer.bytes()).map_err(|error| SyncError::Unreadable(error.to_string()))?;
            if lines.is_empty() {
                return Err(SyncError::Unreadable(format!("epoch {} ends early", held.epoch)));
            }
            lines.truncate(usize::try_from(held.head.seq - before.seq).unwrap_or(usize::MAX));
            let taken = self
                .records
                .with(move |records| records.take_back(held.epoch, before, &lines, held.head))
                .await?;
            all.fetched += taken.fetched;
            all.moved += taken.moved;
            let Some(end) = taken.head else { break };
            before = end;
        }
        Ok(all)
    }

    /// Head office was restored: of each epoch, what it lacks waits again. `stored` is what it said of the present one,
    /// for a head office that cannot tell of all.
    pub(crate) async fn send_again(&mut self, stored: Option<(Epoch, Head)>) -> Result<(), SyncError> {
        let path = format!("/v1/stations/{}/epochs", self.station);
        let held: Vec<(Epoch, Head)> = match self.office.call(&Call::get(path)).await {
            Ok(answer) => {
                let reply: EpochsReply = answer.json()?;
                reply.held.iter().map(|held| (held.epoch, held.head)).collect()
            }
            Err(error) if not_known(&error) => {
                let again = self
                    .records
                    .with(move |records| {
                        records.offer_photos_again()?;
                        stored.map_or(Ok(0), |(epoch, stored)| records.send_again_after(epoch, &stored))
                    })
                    .await?;
                tracing::warn!(events = again, "head office was restored: events wait again");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let again = self
            .records
            .with(move |records| {
                let mut again = 0;
                for here in records.epochs()? {
                    let known = held.iter().find(|(epoch, _)| *epoch == here.epoch);
                    let head = known.map_or(Head::EMPTY, |(_, head)| *head);
                    if head.seq < here.acknowledged {
                        again += records.send_again_after(here.epoch, &head)?;
                    }
                }
                records.offer_photos_again()?;
                Ok(again)
            })
            .await?;
        tracing::warn!(events = again, "head office was restored: events wait again");
        Ok(())
    }

    /// What is not confirmed waits in the outbox; should a row of it be gone, it is put back.
    pub(crate) async fn nothing_forgotten(&mut self) -> Result<(), SyncError> {
        if self.barred.is_some() {
            return Ok(());
        }
        let again = self
            .records
            .with(|records| {
                if records.unsent()?.events == 0 || records.next_batch(1, 1)?.is_some() {
                    return Ok(0);
                }
                let mut again = 0;
                for here in records.epochs()? {
                    let agreed = records.agreed(&here.epoch)?;
                    again += records.send_again_after(here.epoch, &agreed)?;
                }
                Ok(again)
            })
            .await?;
        if again > 0 {
            tracing::error!(events = again, "events had left the outbox without a receipt: they wait again");
        }
        Ok(())
    }
}

/// Head office is older than this call.
pub(crate) fn not_known(error: &SyncError) -> bool {
    error
        .proven()
        .is_some_and(|(status, problem)| status == 405 || (status == 404 && problem.code == "call-unknown"))
}
