//! Photos up, piece by piece from where head office stands. Events always go first.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::Method;
use returns::ids::Sha256Hex;
use wire::{BlobOffer, BlobState, Limits, ThumbnailOffer};

use crate::line::Session;
use crate::office::{Answer, Call};
use crate::{SyncError, Trouble};

/// Photos looked at in one go.
const PHOTOS: usize = 1;
/// A piece that took longer was too large for the line; one that took less than a fifth of it, too small.
const PIECE_TIME: Duration = Duration::from_secs(5);
/// The smallest piece: less is all header.
const LEAST_PIECE_BYTES: usize = 8 * 1024;

impl Session {
    /// Small pictures, all of them, before any photo.
    pub(crate) async fn send_thumbnails(&mut self, limits: &Limits) -> Result<(), SyncError> {
        loop {
            let next =
                self.records.with(|records| Ok(records.thumbnails_to_send(1)?.into_iter().next())).await?;
            let Some(thumbnail) = next else { return Ok(()) };
            let photo = thumbnail.photo;
            let bytes = self.records.with(move |records| records.thumbnail(&photo)).await?;
            let offer = ThumbnailOffer {
                sha256: thumbnail.sha256.to_string(),
                length: thumbnail.length,
                thumbnail_of: photo.to_string(),
            };
            let sent = match bytes {
                Some(bytes) => {
                    let first = Call::post_json("/v1/blobs", &offer)?;
                    self.send_blob(thumbnail.sha256, thumbnail.length, &bytes, first, limits).await
                }
                // Only a help: the photo itself is what counts.
                None => Ok(()),
            };
            match sent {
                Ok(()) => {}
                Err(error) if is_this_photos(&error) => {
                    tracing::warn!(code = error.code(), %photo, "a small picture does not go up");
                }
                Err(error) => return Err(error),
            }
            self.records.with(move |records| records.thumbnail_sent(&photo)).await?;
            self.status.send_modify(|status| status.thumbnails += 1);
            self.push(limits).await?;
        }
    }

    /// Photos, until it is time to look at the feeds again.
    pub(crate) async fn send_photos(&mut self, limits: &Limits) -> Result<(), SyncError> {
        let begun = Instant::now();
        let mut left_out = BTreeSet::new();
        loop {
            let most = PHOTOS + left_out.len();
            let waiting = self.records.with(move |records| records.photos_to_send(most)).await?;
            let Some((hash, length)) = waiting.into_iter().find(|(hash, _)| !left_out.contains(hash)) else {
                return Ok(());
            };
            if begun.elapsed() >= self.pace.poll.max(PIECE_TIME) {
                self.more = true;
                return Ok(());
            }
            match self.send_photo(hash, length, limits).await {
                Ok(()) => {
                    self.records.with(move |records| records.photo_sent(&hash)).await?;
                    self.status.send_modify(|status| status.photos += 1);
                }
                Err(error) if is_this_photos(&error) => {
                    tracing::error!(code = error.code(), %hash, "a photo does not go up");
                    let args = [("photo", hash.to_string()), ("why", error.code().to_owned())];
                    self.lasting = Some(Trouble::new("photo-not-sent", args));
                    left_out.insert(hash);
                }
                Err(error) => return Err(error),
            }
            self.push(limits).await?;
        }
    }

    async fn send_photo(&mut self, hash: Sha256Hex, length: u64, limits: &Limits) -> Result<(), SyncError> {
        let bytes = self
            .records
            .with(move |records| records.photo(&hash)?.ok_or(records::RecordsError::PhotoNotKept(hash)))
            .await?;
        let offer = BlobOffer { sha256: hash.to_string(), length };
        let first = Call::post_json("/v1/blobs", &offer)?;
        self.send_blob(hash, length, &bytes, first, limits).await
    }

    /// Offers bytes and sends them from where head office stands.
    async fn send_blob(
        &mut self,
        hash: Sha256Hex,
        length: u64,
        bytes: &[u8],
        offer: Call,
        limits: &Limits,
    ) -> Result<(), SyncError> {
        let mut state: BlobState = self.office.call(&offer).await?.json()?;
        loop {
            if state.sha256 != hash.to_string() || state.length != length {
                return Err(SyncError::Unreadable("the answer is about another photo".to_owned()));
            }
            if state.complete {
                return Ok(());
            }
            let offset = usize::try_from(state.offset).unwrap_or(usize::MAX);
            let rest = bytes.get(offset..).filter(|rest| !rest.is_empty());
            let rest =
                rest.ok_or_else(|| SyncError::Unreadable("head office is past the photo's end".to_owned()))?;
            let piece = rest.get(..self.piece(limits)).unwrap_or(rest).to_vec();
            let call = Call::send(Method::PATCH, format!("/v1/blobs/{hash}"), piece)
                .header("content-type", "application/offset+octet-stream")
                .header("upload-offset", offset);
            let next: BlobState = self.send_piece(&call).await?.json()?;
            if !next.complete && next.offset <= state.offset {
                return Err(SyncError::NoProgress);
            }
            state = next;
            // What was graded meanwhile goes first.
            self.push(limits).await?;
        }
    }

    /// Bytes of the next piece: what the line carries, within what head office and the ceiling allow.
    fn piece(&self, limits: &Limits) -> usize {
        let most = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX).min(self.pace.photo_piece_bytes);
        let ceiling = self.pace.ceiling_bytes_per_second.map_or(usize::MAX, |bytes| bytes as usize);
        self.piece_bytes.min(ceiling.max(LEAST_PIECE_BYTES)).min(most).max(1)
    }

    async fn send_piece(&mut self, call: &Call) -> Result<Answer, SyncError> {
        let begun = Instant::now();
        let answer = self.office.call(call).await;
        let took = begun.elapsed();
        let slow = took > PIECE_TIME || matches!(&answer, Err(SyncError::TimedOut | SyncError::Cut(_)));
        if slow {
            self.piece_bytes = (self.piece_bytes / 2).max(LEAST_PIECE_BYTES);
        } else if took < PIECE_TIME / 5 {
            self.piece_bytes = self.piece_bytes.saturating_mul(2).min(self.pace.photo_piece_bytes);
        }
        answer
    }
}

/// The photo's own trouble: the others go on.
fn is_this_photos(error: &SyncError) -> bool {
    match error {
        SyncError::Records(error) => matches!(error.code(), "photo-not-kept" | "file-failed"),
        _ => error.proven().is_some_and(|(status, _)| matches!(status, 400 | 404 | 409 | 413 | 422)),
    }
}
