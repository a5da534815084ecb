//! A unit: one physical item on the bench, from RECEIVED to CLOSED.
//!
//! [`decide`] hands each command to the file of its step; the guards that several steps share stand in
//! `guard`.

mod apply;
mod command;
mod correct;
mod decide;
mod dispose;
mod guard;
mod inputs;
mod inspect;
mod receive;
mod regrade;
mod review;
mod stage;
mod state;

pub use apply::{apply, fold};
pub use command::{Command, LpnChoice, Verdict};
pub use decide::decide;
pub use guard::may_leave;
pub use inputs::inputs;
pub use inspect::{EXPIRY_PHOTO, SERIAL_PHOTO};
pub use state::{BlindRegrade, Label, Location, Photo, Review, State, WorkRecord};
