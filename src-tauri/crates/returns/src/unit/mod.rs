//! A unit: one physical item on the bench, from RECEIVED to CLOSED.

mod apply;
mod command;
mod decide;
mod state;

pub use apply::{apply, fold};
pub use command::{Command, LpnChoice, Verdict};
pub use decide::{decide, inputs, may_leave};
pub use state::{Label, Location, Photo, Review, State};
