//! All that a decision may depend on, beside the state and the command.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::checklist::Checklist;
use crate::codes::Role;
use crate::container;
use crate::ids::{ContainerCode, OperatorId, StationId, UnitId};
use crate::item::Item;
use crate::lpn::Lpn;
use crate::policy::VerifiedPolicy;
use crate::rma::{Rma, RmaLine};
use crate::signal::Arrival;

/// Nothing is known of the arrival.
static NO_ARRIVAL: Arrival = Arrival { label_claimed_at: None, received_elsewhere: false, empty_boxes: 0 };

/// The facts of one decision. The bench gathers them; the domain asks nobody.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Who acts.
    pub actor: &'a OperatorId,
    /// With which role.
    pub role: Role,
    /// At which station.
    pub station: StationId,
    /// The time that is recorded with the event.
    pub recorded: Timestamp,
    /// Head office's last signed time. A recorded time before it makes every date unknown.
    pub head_office_time: Option<Timestamp>,
    /// The unit's RMA.
    pub rma: Option<&'a Rma>,
    /// Its line, with `received` as known now (head office's count and this station's own).
    pub line: Option<&'a RmaLine>,
    /// Its catalogue item. When a command names another product, that product's.
    pub item: Option<&'a Item>,
    /// The checklist of its category.
    pub checklist: Option<&'a Checklist>,
    /// The policy in force.
    pub policy: Option<&'a VerifiedPolicy>,
    /// Drawn for the blind re-grade; see [`crate::sample`].
    pub sample_drawn: bool,
    /// What is known of the arrival beside the unit: facts for the signals.
    pub arrival: &'a Arrival,
    /// When its parcel arrived at the dock, where that is known; by then the customer had kept the last day.
    pub arrived: Option<Timestamp>,
    /// Ids drawn for this decision.
    pub fresh: Fresh,
    /// The pre-printed LPN that the command names is already some unit's.
    pub lpn_taken: bool,
    /// The container that the command names.
    pub container: Option<&'a container::State>,
    /// The open container in which the unit belongs, named when a wrong one was scanned.
    pub right_container: Option<&'a ContainerCode>,
    /// Units in the container that may not leave: held, contested or under review; see
    /// [`crate::unit::may_leave`].
    pub blocked_units: &'a [UnitId],
    /// RMAs that the parcel should hold, with `received` as it was before this parcel's units.
    pub parcel_rmas: &'a [&'a Rma],
}

/// Ids drawn for one decision.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fresh {
    /// The next LPN of the station's block.
    pub lpn: Option<Lpn>,
}

impl<'a> Facts<'a> {
    /// Facts of which only actor, role, station and time are known.
    pub fn of(actor: &'a OperatorId, role: Role, station: StationId, recorded: Timestamp) -> Self {
        Self {
            actor,
            role,
            station,
            recorded,
            head_office_time: None,
            rma: None,
            line: None,
            item: None,
            checklist: None,
            policy: None,
            sample_drawn: false,
            arrival: &NO_ARRIVAL,
            arrived: None,
            fresh: Fresh::default(),
            lpn_taken: false,
            container: None,
            right_container: None,
            blocked_units: &[],
            parcel_rmas: &[],
        }
    }

    /// The recorded day (UTC, so that every depot decides alike). None where the recorded time lies before
    /// head office's last signed time: the clock is wrong, and no rule about dates may use it.
    pub fn today(&self) -> Option<Date> {
        if self.clock_behind() {
            return None;
        }
        Some(self.recorded.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The recorded time lies before head office's last signed time.
    pub fn clock_behind(&self) -> bool {
        self.head_office_time.is_some_and(|signed| self.recorded < signed)
    }
}
