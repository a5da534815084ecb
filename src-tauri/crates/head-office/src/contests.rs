//! Units about which two decisions are at odds: shown with both sides, as benches show them.

use jiff::Timestamp;
use returns::Event;
use returns::event::{Parsed, UnitEvent};
use returns::ids::{EventId, Subject, UnitId};
use serde::Serialize;
use wire::{Envelope, Place};

use crate::error::HeadOfficeError;
use crate::interpret::interpret_all;
use crate::office::HeadOffice;
use crate::own_station::in_order;

/// A unit that waits for a person's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contest {
    /// The unit.
    pub unit: UnitId,
    /// Its LPN.
    pub lpn: String,
    /// Its depot.
    pub depot: String,
    /// One decision.
    pub first: Side,
    /// The other.
    pub second: Side,
}

/// One of two decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Its event.
    pub event: EventId,
    /// The station's name; empty where it is not known, or is head office itself.
    pub station: String,
    /// Who decided.
    pub operator: String,
    /// In which role.
    pub role: String,
    /// When, by that station's clock; it decides nothing.
    pub recorded: Option<Timestamp>,
    /// The grade that it saw.
    pub grade: String,
    /// Where the unit was to go.
    pub disposition: String,
}

impl HeadOffice {
    /// Units about which two decisions are at odds.
    ///
    /// # Errors
    /// Head office's own troubles.
    pub fn contested(&self) -> Result<Vec<Contest>, HeadOfficeError> {
        interpret_all(self.store())?;
        let mut contests = Vec::new();
        for row in self.store().units_contested()? {
            let Some((first, second)) = row.state.contested else { continue };
            let subject = Subject::Unit(row.unit);
            let events = self.store().subjects_events(&[subject])?.remove(&subject).unwrap_or_default();
            let history = in_order(&events);
            contests.push(Contest {
                unit: row.unit,
                lpn: row.state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default(),
                depot: row.depot,
                first: self.side(first, &history)?,
                second: self.side(second, &history)?,
            });
        }
        Ok(contests)
    }

    fn side(&self, event: EventId, history: &[(Place, Envelope)]) -> Result<Side, HeadOfficeError> {
        let mut side = Side {
            event,
            station: String::new(),
            operator: String::new(),
            role: String::new(),
            recorded: None,
            grade: String::new(),
            disposition: String::new(),
        };
        let Some((place, envelope)) = history.iter().find(|(_, envelope)| envelope.event_id == event) else {
            return Ok(side);
        };
        side.station = self.store().station_name(&place.station)?.unwrap_or_default();
        side.operator = envelope.actor.operator.to_string();
        side.role = envelope.actor.role.to_string();
        side.recorded = Some(envelope.recorded);
        if let Parsed::Known(Event::Unit(UnitEvent::Dispositioned { decision, .. })) = envelope.event() {
            side.grade = decision.inputs.grade.to_string();
            side.disposition = decision.disposition.to_string();
        }
        Ok(side)
    }
}
