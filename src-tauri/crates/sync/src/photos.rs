//! Photos up, piece by piece from where head office stands, and back where they are missing here. Events always go first.

use std::time::{Duration, Instant};

use records::CameBack;
use reqwest::Method;
use returns::ids::Sha256Hex;
use wire::{BlobOffer, BlobState, Limits, ThumbnailOffer};

use crate::SyncError;
use crate::line::Session;
use crate::office::{Answer, Call};
use crate::own::not_known;

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
        loop {
            let most = PHOTOS + self.left_out.len();
            let waiting = self.records.with(move |records| records.photos_to_send(most)).await?;
            let next = waiting.into_iter().find(|(hash, _)| !self.left_out.contains(hash));
            let Some((hash, length)) = next else {
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
                    // Tried again when the program starts anew; until then head office is spared.
                    self.left_out.insert(hash);
                    let why = error.code();
                    self.records
                        .with(move |records| {
                            // Its file is gone: perhaps head office has it, and if not, that is a verdict too.
                            if records.want_photo(&hash)? {
                                Ok(())
                            } else {
                                records.photo_refused(&hash, why)
                            }
                        })
                        .await?;
                    self.more = true;
                }
                Err(error) => return Err(error),
            }
            self.push(limits).await?;
        }
    }

    /// Photos back that are missing here and that somebody asks for, or an event names.
    pub(crate) async fn fetch_photos(&mut self, limits: &Limits) -> Result<(), SyncError> {
        let begun = Instant::now();
        loop {
            let wanted = self.records.with(|records| records.photos_wanted(PHOTOS)).await?;
            let Some((hash, length)) = wanted.into_iter().next() else { return Ok(()) };
            // A thousand of them after a restore: what goes up has its turn in between.
            if begun.elapsed() >= PIECE_TIME {
                self.more = true;
                return Ok(());
            }
            match self.fetch_photo(hash, length, limits).await {
                Ok(jpeg) => {
                    let came =
                        self.records.with(move |records| records.photo_came_back(&hash, &jpeg)).await?;
                    if came == CameBack::OtherBytes {
                        // Signed by head office, and not what its name says: it has no good one.
                        self.records.with(move |records| records.photo_lost(&hash)).await?;
                    }
                    self.status.send_modify(|status| status.photos_back += 1);
                }
                Err(error) if is_unknown(&error) => {
                    tracing::error!(%hash, "a photo is neither here nor at head office");
                    self.records.with(move |records| records.photo_lost(&hash)).await?;
                }
                // A head office that does not know the call: they wait for one that does.
                Err(error) if not_known(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
            self.push(limits).await?;
        }
    }

    async fn fetch_photo(
        &mut self,
        hash: Sha256Hex,
        length: u64,
        limits: &Limits,
    ) -> Result<Vec<u8>, SyncError> {
        let mut jpeg = Vec::new();
        while (jpeg.len() as u64) < length {
            let call = Call::get(format!("/v1/blobs/{hash}"))
                .query("from", jpeg.len())
                .query("most", self.piece(limits));
            let answer = self.send_piece(&call).await?;
            if answer.bytes().is_empty() {
                return Err(SyncError::Unreadable("a photo ends early".to_owned()));
            }
            jpeg.extend_from_slice(answer.bytes());
        }
        Ok(jpeg)
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

/// Head office says that it has no such photo.
fn is_unknown(error: &SyncError) -> bool {
    error.proven().is_some_and(|(status, problem)| status == 404 && problem.code == "blob-unknown")
}

/// The photo's own trouble: the others go on.
fn is_this_photos(error: &SyncError) -> bool {
    match error {
        SyncError::Records(error) => matches!(error.code(), "photo-not-kept" | "file-failed"),
        _ => error.proven().is_some_and(|(status, _)| matches!(status, 400 | 404 | 409 | 413 | 422)),
    }
}
