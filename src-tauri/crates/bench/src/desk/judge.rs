//! What a supervisor (or a second grader) asks of one unit beside the review itself.

use super::{Coded, Desk, coded};
use crate::seam::{Reply, Request};

impl Desk {
    /// Requests about one unit.
    pub(crate) fn judge(&mut self, request: Request) -> Result<Reply, Coded> {
        let _ = request;
        Err(coded("command-not-now", []))
    }
}
