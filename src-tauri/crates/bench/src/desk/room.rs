//! What the rooms beside the bench ask of units, containers and figures.

use super::review::Decided;
use super::{Coded, Desk};
use crate::seam::{Reply, Request};

impl Desk {
    /// One question of a room. Those that change something answer with the thing as it is afterwards.
    pub(crate) fn room(&mut self, request: Request) -> Result<Reply, Coded> {
        match request {
            Request::ReviewDecide {
                unit,
                outcome,
                grade,
                disposition,
                reason,
                seller_response,
                settlement,
                acceptance,
                seen,
            } => {
                let decided = Decided {
                    outcome,
                    grade,
                    disposition,
                    reason,
                    response: seller_response,
                    settlement,
                    acceptance,
                    seen,
                };
                self.review_decide(unit, &decided)?;
                self.review_queue().map(Reply::ReviewQueue)
            }
            Request::Containers => self.containers().map(Reply::Containers),
            Request::Container { container } => self.container_reply(container),
            Request::CloseContainer { container } => self.container_closed(container),
            Request::ShipContainer { container, tracking } => self.container_shipped(container, tracking),
            Request::PrintContents { container } => self.contents_printed(container),
            Request::Insight { insight, from, until } => {
                self.insight(insight, from.as_deref(), until.as_deref()).map(Reply::Insight)
            }
            Request::Readings => self.readings().map(Reply::Readings),
            Request::ForgetReading { id } => self.forget_reading(&id).map(Reply::Readings),
            Request::OpenUnits => self.open_units().map(Reply::OpenUnits),
            of_a_unit => self.judge(of_a_unit),
        }
    }
}
