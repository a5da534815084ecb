//! What the camera's live stream looks like lately: how sharp it is when nothing moves, against which a photo is judged.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use devices::camera::{Look, Usual};

/// So many looks are remembered: about three seconds of frames.
const LOOKS: usize = 30;

/// The looks of the last frames and the empty mat, shared by whoever watches the camera and whoever takes a photo.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    looks: Arc<Mutex<VecDeque<Look>>>,
    /// Tiles of the empty mat, where one was taken.
    mat: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Stream {
    /// Remembers how a frame looked.
    pub(crate) fn note(&self, look: Look) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.push_back(look);
        if looks.len() > LOOKS {
            looks.pop_front();
        }
    }

    /// Another camera looks at the bench: what this one saw says nothing about it.
    pub(crate) fn forget(&self) {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// From now on this is the empty mat.
    pub(crate) fn expect_mat(&self, tiles: Option<Vec<u8>>) {
        *self.mat.lock().unwrap_or_else(PoisonError::into_inner) = tiles;
    }

    /// How the newest frame looked.
    pub(crate) fn newest(&self) -> Option<Look> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).back().cloned()
    }

    /// What a photo is judged against: the blur of the sharper frames. Their first quarter, so that neither one lucky
    /// frame nor a hand that has moved for a second sets the measure.
    pub(crate) fn usual(&self) -> Usual {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blurs: Vec<f32> = looks.iter().filter_map(|look| look.blur_permille).collect();
        blurs.sort_by(f32::total_cmp);
        let mat = self.mat.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Usual { blur_permille: blurs.get(blurs.len() / 4).copied(), mat }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_blur_is_that_of_the_sharper_frames() {
        let stream = Stream::default();
        assert_eq!(stream.usual(), Usual::default());
        let grey: Vec<u8> = (0..320 * 180).map(|at| if (at / 7) % 2 == 0 { 40 } else { 200 }).collect();
        let look = Look::at(320, 180, &grey).unwrap();
        for blur in [5.0, 1.0, 1.1, 4.0, 1.2, 6.0, 5.0, 5.5] {
            stream.note(Look { blur_permille: Some(blur), ..look.clone() });
        }
        assert_eq!(stream.usual().blur_permille, Some(1.2));
        for _ in 0..LOOKS {
            stream.note(Look { blur_permille: None, ..look.clone() });
        }
        assert_eq!(stream.usual().blur_permille, None, "what is long past says nothing");
        stream.expect_mat(Some(look.tiles.clone()));
        stream.forget();
        assert_eq!(stream.newest(), None);
        assert_eq!(stream.usual().mat, Some(look.tiles), "the mat is remembered until another one is taken");
    }
}
