//! Events up. Only a signed receipt whose hash is ours takes events out of the outbox.

use jiff::Timestamp;
use records::{Batch, IncidentKind, ReceiptRefusal, RecordsError};
use reqwest::Method;
use wire::{ChainHash, Head, Limits, Problem, Receipt};

use crate::line::Session;
use crate::office::Call;
use crate::{SyncError, Trouble};

/// Plain bytes of a batch; packed it is several times smaller.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Plain bytes up to which a dictionary is used; what it spares grows no further.
const DICTIONARY_BYTES: usize = 512 * 1024;

impl Session {
    /// Sends until the outbox is empty.
    pub(crate) async fn push(&mut self, limits: &Limits) -> Result<(), SyncError> {
        let bytes = BATCH_BYTES.min(usize::try_from(limits.body_bytes).unwrap_or(BATCH_BYTES));
        while self.barred.is_none() {
            let most = self.batch_events;
            let batch = self.records.with(move |records| records.next_batch(most, bytes)).await?;
            let Some(batch) = batch else { return Ok(()) };
            self.push_batch(&batch, limits).await?;
        }
        Ok(())
    }

    async fn push_batch(&mut self, batch: &Batch, limits: &Limits) -> Result<(), SyncError> {
        let Batch { station, epoch, first, last, .. } = batch;
        let path = format!("/v1/stations/{station}/epochs/{epoch}/events/{first}-{last}");
        let body = self.packed(batch, limits)?;
        let error = match self.send_batch(Call::send(Method::PUT, path, body), batch).await {
            Ok(()) => {
                // A batch got through: dare longer ones again.
                let most = (limits.batch_events as usize).min(self.pace.batch_events).max(1);
                self.batch_events = (self.batch_events * 2).min(most);
                return Ok(());
            }
            Err(error) => error,
        };
        match &error {
            SyncError::Refused { status: 413, .. } => self.halve(batch),
            // Head office has more of it than is here: this database was put back, and went on in another epoch.
            SyncError::Records(RecordsError::Receipt(ReceiptRefusal::BeyondHead { .. })) => {
                if self.set_right(batch.epoch).await? { Ok(()) } else { Err(error) }
            }
            // Too much for so thin a line: less at the next try.
            SyncError::TimedOut | SyncError::Cut(_) if batch.lines.len() > 1 => {
                self.batch_events = (batch.lines.len() / 2).max(1);
                Err(error)
            }
            _ => match error.proven() {
                Some((400, problem)) if problem.code == "body-dictionary-unknown" && !self.plain => {
                    // Another process of head office, older than the one that offered it: the usual way, then.
                    self.plain = true;
                    Ok(())
                }
                Some((409, problem)) if problem.code == "events-gap" => {
                    self.fill_gap(batch, problem.clone(), error).await
                }
                Some((409, problem)) if problem.code == "events-fork" => {
                    match self.set_right(batch.epoch).await? {
                        true => Ok(()),
                        false => self.bar("station-forked", problem.clone()),
                    }
                }
                Some((409, problem)) if problem.code == "epoch-unknown" => {
                    self.bar("epoch-unknown", problem.clone())
                }
                Some((410, problem)) => match self.left_behind(batch.epoch, problem).await? {
                    true => Ok(()),
                    false => self.bar("epoch-closed", problem.clone()),
                },
                Some((422, problem)) => {
                    let seq = problem.args.get("seq").and_then(|seq| seq.parse().ok());
                    self.set_apart(batch, seq).await
                }
                _ => Err(error),
            },
        }
    }

    /// Sends, and takes in the receipt.
    async fn send_batch(&mut self, call: Call, batch: &Batch) -> Result<(), SyncError> {
        let call = call
            .header("content-type", "application/zstd")
            .header("prev-hash", batch.prev_hash)
            .header("last-hash", batch.last_hash);
        let receipt: Receipt = self.office.call(&call).await?.json()?;
        let cleared = self.records.with(move |records| records.acknowledge(&receipt)).await?;
        if cleared == 0 {
            // Asking again at once would ask for ever.
            return Err(SyncError::NoProgress);
        }
        self.status.send_modify(|status| {
            status.last_receipt = Some(Timestamp::now());
            status.receipts += 1;
        });
        Ok(())
    }

    /// With the dictionary that head office offers, where that pays: a long batch has its own words.
    fn packed(&self, batch: &Batch, limits: &Limits) -> Result<Vec<u8>, SyncError> {
        let bytes: usize = batch.lines.iter().map(Vec::len).sum();
        let offered = limits.dictionary.is_some_and(|newest| newest >= wire::DICTIONARY);
        let packed = if offered && !self.plain && bytes <= DICTIONARY_BYTES {
            wire::pack_with_dictionary(&batch.lines)
        } else {
            wire::pack(&batch.lines)
        };
        packed.map_err(unpacked)
    }

    fn halve(&mut self, batch: &Batch) -> Result<(), SyncError> {
        if batch.lines.len() == 1 {
            return Err(SyncError::EventTooLong);
        }
        self.batch_events = batch.lines.len() / 2;
        Ok(())
    }

    /// Head office has less than we thought it had: what it lacks waits again, if its head is on our chain.
    async fn fill_gap(&mut self, batch: &Batch, problem: Problem, error: SyncError) -> Result<(), SyncError> {
        let seq = problem.args.get("stored_seq").and_then(|seq| seq.parse::<u64>().ok());
        let hash = problem.args.get("stored_hash").and_then(|hash| hash.parse::<ChainHash>().ok());
        let (Some(seq), Some(hash)) = (seq, hash) else { return Err(error) };
        let (stored, epoch) = (Head { seq, hash }, batch.epoch);
        match self.records.with(move |records| records.send_again_after(epoch, &stored)).await {
            Ok(0) => Err(error),
            Ok(events) => {
                tracing::warn!(events, "head office lacks events that it had confirmed: they wait again");
                Ok(())
            }
            Err(SyncError::Records(refused)) if refused.code() == "receipt-hash-differs" => {
                self.bar("station-forked", problem)
            }
            Err(other) => Err(other),
        }
    }

    /// Nothing goes up any more until head office says otherwise.
    fn bar(&mut self, code: &str, problem: Problem) -> Result<(), SyncError> {
        tracing::error!(code, "head office takes no events from this station");
        // The next hello says what is to be done.
        self.greeted = None;
        self.barred = Some(Trouble { code: code.to_owned(), args: problem.args });
        Ok(())
    }

    /// Head office cannot read an envelope. What stands before it goes the usual way, it alone as unreadable.
    async fn set_apart(&mut self, batch: &Batch, seq: Option<u64>) -> Result<(), SyncError> {
        if batch.lines.len() > 1 {
            let before = seq.and_then(|seq| seq.checked_sub(batch.first)).unwrap_or(1);
            self.batch_events = usize::try_from(before).unwrap_or(1).clamp(1, batch.lines.len() - 1);
            return Ok(());
        }
        let path = format!("/v1/stations/{}/unreadable", batch.station);
        let body = wire::pack(&batch.lines).map_err(unpacked)?;
        let call = Call::send(Method::POST, path, body)
            .query("epoch", batch.epoch)
            .query("first", batch.first)
            .query("last", batch.last);
        self.send_batch(call, batch).await?;
        tracing::error!(epoch = %batch.epoch, seq = batch.first, "head office keeps an event as unreadable");
        let args = [("epoch", batch.epoch.to_string()), ("seq", batch.first.to_string())];
        let trouble = Trouble::new("event-unreadable-at-head-office", args);
        let told = trouble.args.clone();
        self.lasting = Some(trouble);
        self.records.with(move |records| records.note_incident(IncidentKind::KeptUnread, &told)).await
    }
}

fn unpacked(error: wire::CodecError) -> SyncError {
    SyncError::Unreadable(error.to_string())
}
