//! Pictures that a screen asks for: the live one, and photos that were kept.

use std::sync::PoisonError;

use returns::ids::Sha256Hex;
use sync::LineHandle;

use super::Bench;
use crate::small_pictures;

impl Bench {
    /// The newest picture of a camera, as a JPEG of a screen's size where one is there already, or as it came.
    pub fn frame(&self, camera: &str) -> Option<bytes::Bytes> {
        let source = self.instruments.camera().filter(|source| source.id().as_str() == camera)?;
        let frame = source.latest()?;
        Some(self.instruments.preview.newest().unwrap_or_else(|| frame.jpeg.clone()))
    }

    /// A kept photo, as JPEG: `<sha256>` as it was taken, `<sha256>/small` for a list of photos.
    pub fn photo(&self, name: &str) -> Option<Vec<u8>> {
        let Some(sha256) = name.strip_suffix("/small") else {
            let photo = name.parse().ok()?;
            let kept = self.photos.read(&photo).ok().flatten();
            if kept.is_none() {
                self.want(&photo);
            }
            return kept;
        };
        let photo = sha256.parse().ok()?;
        // One that is not made yet is made now: who opens a list does not wait for a thread at work elsewhere.
        let kept = self.photos.read_thumbnail(&photo).ok().flatten();
        kept.or_else(|| small_pictures::small(&self.photos, &photo)).or_else(|| self.photo(sha256))
    }

    /// A photo that is not here is asked for at head office; it is there when somebody looks again.
    fn want(&self, photo: &Sha256Hex) {
        let wanted = self.records.lock().unwrap_or_else(PoisonError::into_inner).want_photo(photo);
        match wanted {
            Ok(true) => {
                let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
                line.iter().for_each(LineHandle::kick);
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(code = error.code(), %error, "a photo is not asked for"),
        }
    }
}
