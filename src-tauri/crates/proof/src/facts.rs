//! What a bench would know when it decides about a unit: gathered from the records as the desk gathers it.

use jiff::Timestamp;
use records::{Arriving, Records, RecordsError};
use returns::checklist::Checklist;
use returns::facts::{Facts, Fresh};
use returns::ids::{LineId, StationId, UnitId};
use returns::item::Item;
use returns::lpn::Lpn;
use returns::policy::VerifiedPolicy;
use returns::rma::Rma;
use returns::signal::Arrival;
use returns::{container, unit};
use wire::Actor;

/// All that is known for decisions about one unit.
#[derive(Debug, Default)]
pub struct Known {
    /// Its RMA.
    pub rma: Option<Rma>,
    /// Its line.
    pub line: Option<LineId>,
    /// Its catalogue item.
    pub item: Option<Item>,
    /// The checklist of its category.
    pub checklist: Option<Checklist>,
    /// The policy in force.
    pub policy: Option<VerifiedPolicy>,
    /// The container that the command names.
    pub container: Option<container::State>,
    /// The LPN that a new unit gets.
    pub lpn: Option<Lpn>,
    /// It is drawn for a blind second look.
    pub sample_drawn: bool,
    arrival: Arrival,
    head_office_time: Option<Timestamp>,
}

impl Known {
    /// Of a unit as it is; for one that is not here yet, of what it is about to be.
    pub fn of(records: &Records, id: UnitId, state: &unit::State) -> Result<Self, RecordsError> {
        let rma = state.rma.as_ref().map(|number| records.rma(number)).transpose()?.flatten();
        let item = state.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
        let cycle = rma.as_ref().map(|rma| rma.cycle);
        let checklist = match &item {
            Some(item) => records.checklist(&item.category, Some(&item.owner), cycle)?,
            None => None,
        };
        let policy = records.policy()?;
        let line = state.line.clone();
        let of_line = rma.as_ref().zip(line.as_ref()).and_then(|(rma, line)| rma.line(line));
        let arriving = Arriving {
            unit: Some(id),
            parcel: state.parcel,
            rma: rma.as_ref(),
            line: of_line.map(|line| &line.id),
        };
        let arrival = records.arrival(&arriving)?;
        let head_office_time = records.head_office_time()?;
        Ok(Self {
            rma,
            line,
            item,
            checklist,
            policy,
            container: None,
            lpn: None,
            sample_drawn: false,
            arrival,
            head_office_time,
        })
    }

    /// As facts of one decision.
    pub fn facts<'a>(&'a self, actor: &'a Actor, station: StationId, now: Timestamp) -> Facts<'a> {
        let line = self.rma.as_ref().zip(self.line.as_ref()).and_then(|(rma, line)| rma.line(line));
        Facts {
            head_office_time: self.head_office_time,
            rma: self.rma.as_ref(),
            line,
            item: self.item.as_ref(),
            checklist: self.checklist.as_ref(),
            policy: self.policy.as_ref(),
            sample_drawn: self.sample_drawn,
            arrival: &self.arrival,
            fresh: Fresh { lpn: self.lpn },
            container: self.container.as_ref(),
            ..Facts::of(&actor.operator, actor.role, station, now)
        }
    }
}
