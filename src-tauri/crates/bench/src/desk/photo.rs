//! Photos: the camera's own picture without place and person, looked at before it is kept.

use bytes::Bytes;
use devices::camera::{Flaw, Look, without_place_and_person};
use returns::checklist::Checklist;
use returns::codes::{CommandCode, PhotoFlaw, Stage};
use returns::ids::{PhotoRole, Sha256Hex, UnitId};
use returns::unit;

use super::asking::Asking;
use super::inspect::missing_photos;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

/// Role of a photo that no checklist asked for.
const SPARE: &str = "SPARE";

/// A picture that is fit to be kept, and what is wrong with it all the same.
struct Picture {
    jpeg: Bytes,
    flaws: Vec<PhotoFlaw>,
}

impl Desk {
    /// PHOTO: keeps the camera's picture for the next photo that is needed, or asks where it is no good one.
    pub(super) fn photo(&mut self, unit: UnitId, state: &unit::State) -> Outcome {
        let picture = self.take_picture()?;
        if picture.flaws.is_empty() {
            return self.keep_photo(unit, state, &picture.jpeg, Vec::new());
        }
        let words = [("flaw", picture.flaws.first().map(ToString::to_string).unwrap_or_default())];
        self.ask(Asking::PhotoAgain { flaws: picture.flaws, jpeg: picture.jpeg });
        Ok(Said::only(Tone::Warning, say("photo-doubtful", words)))
    }

    /// PHOTO once more takes it again, YES keeps the one that is no good.
    pub(super) fn photo_again(
        &mut self,
        command: CommandCode,
        jpeg: &[u8],
        flaws: Vec<PhotoFlaw>,
    ) -> Outcome {
        let (unit, state) = self.current()?;
        match command {
            CommandCode::Photo => self.photo(unit, &state),
            _ => self.keep_photo(unit, &state, jpeg, flaws),
        }
    }

    /// Keeps a picture; with what is wrong with it, where a person said that it is to be kept all the same.
    fn keep_photo(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        jpeg: &[u8],
        flaws: Vec<PhotoFlaw>,
    ) -> Outcome {
        let hash = self.records().keep_photo(jpeg)?;
        let checklist = self.checklist_of(state).ok();
        let needed =
            checklist.as_ref().and_then(|checklist| missing_photos(checklist, state).into_iter().next());
        let role = match needed {
            Some(role) => role,
            None => PhotoRole::new(SPARE).map_err(|error| coded(error.code(), []))?,
        };
        let command = unit::Command::TakePhoto { role: role.clone(), hash, len: jpeg.len() as u64, flaws };
        let state = self.act(unit, &command)?;
        let said = Said::saved(Tone::Accepted, say("photo-taken", [("role", role.to_string())]));
        self.go_on_after_photo(unit, &state, checklist, said)
    }

    fn go_on_after_photo(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        checklist: Option<Checklist>,
        said: Said,
    ) -> Outcome {
        match checklist {
            Some(checklist) if state.stage == Some(Stage::Inspecting) && state.holds.is_empty() => {
                if let Some(changed) = self.begin_anew_if_changed(unit, state)? {
                    return Ok(changed);
                }
                Ok(self.finish_if_complete(unit, state, &checklist)?.unwrap_or(said))
            }
            _ => Ok(said),
        }
    }

    /// The camera's picture of a carton, on disk: its hash and its length in bytes.
    pub(super) fn keep_picture(&self) -> Result<(Sha256Hex, u64), Coded> {
        let picture = self.take_picture()?;
        let hash = self.records().keep_photo(&picture.jpeg)?;
        Ok((hash, picture.jpeg.len() as u64))
    }

    /// A photo is evidence: a picture that nobody could look at later is refused now, while another can be taken.
    fn take_picture(&self) -> Result<Picture, Coded> {
        let jpeg = (self.picture)().filter(|_| self.camera_works);
        let jpeg = jpeg.ok_or_else(|| coded("camera-no-picture", []))?;
        let luma = barcodes::image_in::load(&jpeg)
            .map_err(|problem| coded(problem.code(), [("detail", problem.to_string())]))?;
        let clean = without_place_and_person(&jpeg)
            .map_err(|problem| coded(problem.code(), [("detail", problem.to_string())]))?;
        let look = Look::at(luma.width() as usize, luma.height() as usize, luma.pixels());
        // Drawn pictures have neither lens nor light.
        let look = look.filter(|_| self.judges_photos);
        let flaws = look.map(|look| look.flaws(&self.stream.usual())).unwrap_or_default();
        Ok(Picture { jpeg: clean.into(), flaws: flaws.into_iter().filter_map(photo_flaw).collect() })
    }
}

fn photo_flaw(flaw: Flaw) -> Option<PhotoFlaw> {
    Some(match flaw {
        Flaw::Blurred => PhotoFlaw::Blurred,
        Flaw::Dark => PhotoFlaw::Dark,
        Flaw::Bright => PhotoFlaw::Bright,
        Flaw::Empty => PhotoFlaw::Empty,
        // Of the set-up, not of one photo.
        Flaw::Glare | Flaw::Uneven => return None,
    })
}
