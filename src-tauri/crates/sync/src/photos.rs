//! Photos up, piece by piece from where head office stands. Events always go first.

use std::collections::BTreeSet;

use reqwest::Method;
use returns::ids::Sha256Hex;
use wire::{BlobOffer, BlobState, Limits};

use crate::line::Session;
use crate::office::Call;
use crate::{SyncError, Trouble};

/// Photos looked at in one go.
const PHOTOS: usize = 1;

impl Session {
    pub(crate) async fn send_photos(&mut self, limits: &Limits) -> Result<(), SyncError> {
        let mut left_out = BTreeSet::new();
        loop {
            let most = PHOTOS + left_out.len();
            let waiting = self.records.with(move |records| records.photos_to_send(most)).await?;
            let Some((hash, length)) = waiting.into_iter().find(|(hash, _)| !left_out.contains(hash)) else {
                return Ok(());
            };
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
        let mut state: BlobState = self.office.call(&Call::post_json("/v1/blobs", &offer)?).await?.json()?;
        let piece_bytes =
            self.pace.photo_piece_bytes.min(usize::try_from(limits.body_bytes).unwrap_or(usize::MAX)).max(1);
        loop {
            if state.sha256 != offer.sha256 || state.length != length {
                return Err(SyncError::Unreadable("the answer is about another photo".to_owned()));
            }
            if state.complete {
                return Ok(());
            }
            let offset = usize::try_from(state.offset).unwrap_or(usize::MAX);
            let rest = bytes.get(offset..).filter(|rest| !rest.is_empty());
            let rest =
                rest.ok_or_else(|| SyncError::Unreadable("head office is past the photo's end".to_owned()))?;
            let piece = rest.get(..piece_bytes).unwrap_or(rest).to_vec();
            let call = Call::send(Method::PATCH, format!("/v1/blobs/{hash}"), piece)
                .header("content-type", "application/offset+octet-stream")
                .header("upload-offset", offset);
            let next: BlobState = self.office.call(&call).await?.json()?;
            if !next.complete && next.offset <= state.offset {
                return Err(SyncError::NoProgress);
            }
            state = next;
        }
    }
}

/// The photo's own trouble: the others go on.
fn is_this_photos(error: &SyncError) -> bool {
    match error {
        SyncError::Records(error) => matches!(error.code(), "photo-not-kept" | "file-failed"),
        _ => error.proven().is_some_and(|(status, _)| matches!(status, 400 | 404 | 409 | 413 | 422)),
    }
}
