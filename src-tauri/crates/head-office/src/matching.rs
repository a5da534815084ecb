//! Blind receipts: units without a return line, the lines that they may belong to, and a person's word at head office
//! which it is. What is decided here is appended to a chain of head office's own in the unit's depot, through the same
//! ledger as any bench's, and reaches the benches by the feed `units`.

use jiff::Timestamp;
use returns::checklist::Checklist;
use returns::codes::{RegradeReason, Role, SignalKind, Stage};
use returns::facts::Facts;
use returns::ids::{LineId, OperatorId, RmaNumber, StationId, Subject, UnitId};
use returns::item::Item;
use returns::policy::VerifiedPolicy;
use returns::refusal::Refusal;
use returns::rma::{Rma, RmaLine};
use returns::signal::Arrival;
use returns::{UnitEvent, unit};
use serde::Serialize;

use crate::error::HeadOfficeError;
use crate::interpret::interpret_all;
use crate::office::HeadOffice;
use crate::own_station::Written;
use crate::proposals::{Lines, Proposal};
use crate::store::UnitRow;

/// How often a match is decided anew because something came in meanwhile.
const TRIES: u32 = 5;
/// Lines that are proposed for a unit at most.
const MOST_PROPOSALS: usize = 5;

/// Which unit belongs to which line, and who says so.
#[derive(Debug, Clone)]
pub struct MatchWish {
    /// The unit.
    pub unit: UnitId,
    /// The RMA.
    pub rma: RmaNumber,
    /// Its line; none where the RMA does not expect the unit, which is then undeclared.
    pub line: Option<LineId>,
    /// Who says so.
    pub by: OperatorId,
}

/// What became of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// The unit.
    pub unit: UnitId,
    /// Its LPN.
    pub lpn: String,
    /// Its depot.
    pub depot: String,
    /// Kinds of the events that were appended.
    pub events: Vec<&'static str>,
    /// Its stage now.
    pub stage: String,
    /// Where it goes now; empty where that is not decided: under review, held, to be inspected again, or staged before.
    pub disposition: String,
}

/// A unit without a return line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// The unit.
    pub unit: UnitId,
    /// Its LPN.
    pub lpn: String,
    /// Its depot.
    pub depot: String,
    /// Its stage.
    pub stage: String,
    /// The product, where known.
    pub sku: String,
    /// Its serial, where read.
    pub serial: String,
    /// When it was received, by its bench's clock.
    pub received: Option<Timestamp>,
    /// Lines that it may belong to, best first. Nothing is matched by itself.
    pub proposals: Vec<Proposal>,
}

/// All that head office knows for a decision about one unit.
struct Known {
    rma: Rma,
    line: Option<LineId>,
    item: Option<Item>,
    checklist: Option<Checklist>,
    policy: Option<VerifiedPolicy>,
    arrival: Arrival,
    arrived: Option<Timestamp>,
}

impl Known {
    fn line(&self) -> Option<&RmaLine> {
        self.line.as_ref().and_then(|line| self.rma.line(line))
    }

    fn facts<'a>(&'a self, actor: &'a OperatorId, station: StationId, now: Timestamp) -> Facts<'a> {
        Facts {
            head_office_time: Some(now),
            rma: Some(&self.rma),
            line: self.line(),
            item: self.item.as_ref(),
            checklist: self.checklist.as_ref(),
            policy: self.policy.as_ref(),
            arrival: &self.arrival,
            arrived: self.arrived,
            ..Facts::of(actor, Role::HeadOffice, station, now)
        }
    }
}

impl HeadOffice {
    /// Units without a return line, each with the lines that it may belong to.
    ///
    /// # Errors
    /// Head office's own troubles.
    pub fn unmatched(&self) -> Result<Vec<Unmatched>, HeadOfficeError> {
        interpret_all(self.store())?;
        let lines = Lines::of(self.rmas()?);
        let units = self.store().units_unmatched()?.into_iter();
        units
            .map(|row| {
                let parcel = row.state.parcel.map(|parcel| self.store().parcel(&parcel)).transpose()?;
                let mut proposals = lines.for_unit(&row.state, parcel.flatten().as_ref());
                proposals.truncate(MOST_PROPOSALS);
                Ok(Unmatched {
                    unit: row.unit,
                    lpn: digits(&row.state),
                    depot: row.depot,
                    stage: row.state.stage.map(|stage| stage.to_string()).unwrap_or_default(),
                    sku: row.state.sku.map(|sku| sku.to_string()).unwrap_or_default(),
                    serial: row.state.serial.map(|serial| serial.to_string()).unwrap_or_default(),
                    received: row.state.received,
                    proposals,
                })
            })
            .collect()
    }

    /// The unit that a text names: by its id, or by its LPN, with or without dashes.
    ///
    /// # Errors
    /// `unit-unknown`; `lpn-ambiguous` where several units have the number.
    pub fn find_unit(&self, text: &str) -> Result<UnitId, HeadOfficeError> {
        interpret_all(self.store())?;
        let unknown = || HeadOfficeError::NoSuchUnit(text.chars().take(64).collect());
        if let Ok(unit) = text.parse::<UnitId>() {
            return self.store().unit(&unit)?.map(|row| row.unit).ok_or_else(unknown);
        }
        let lpn: returns::lpn::Lpn = text.parse().map_err(|_| unknown())?;
        match self.store().units_with_lpn(&lpn.digits())?.as_slice() {
            [] => Err(unknown()),
            [row] => Ok(row.unit),
            _ => Err(HeadOfficeError::LpnAmbiguous(text.to_owned())),
        }
    }

    /// The unit belongs to this line: a person says so. Before it is staged the policy decides again, here and now;
    /// where the line asks for other questions than the unit was graded by, its inspection starts again; after it was
    /// staged it leaves a task.
    ///
    /// # Errors
    /// `unit-unknown`, `rma-unknown`, what the unit refuses (such as `matched-already`), and head office's own troubles.
    pub fn match_unit(&self, wish: &MatchWish, now: Timestamp) -> Result<Matched, HeadOfficeError> {
        let unknown = || HeadOfficeError::NoSuchUnit(wish.unit.to_string());
        interpret_all(self.store())?;
        let depot = self.store().unit(&wish.unit)?.ok_or_else(unknown)?.depot;
        for _ in 0..TRIES {
            let behind = self.own_head(&depot, now)?;
            interpret_all(self.store())?;
            let row = self.store().unit(&wish.unit)?.ok_or_else(unknown)?;
            let known = self.known(&row, wish)?;
            let station = self.own_station(&depot);
            let events = decide(&row.state, &known.facts(&wish.by, station, now))?;
            let events: Vec<_> = events.into_iter().map(returns::Event::Unit).collect();
            let written = Written { subject: Subject::Unit(wish.unit), by: &wish.by, depot: &depot, behind };
            if self.append_own(&written, &events, now)? {
                interpret_all(self.store())?;
                let after = self.store().unit(&wish.unit)?.ok_or_else(unknown)?;
                return Ok(matched(&after, events.iter().map(returns::Event::kind).collect()));
            }
        }
        Err(HeadOfficeError::Busy)
    }

    fn known(&self, row: &UnitRow, wish: &MatchWish) -> Result<Known, HeadOfficeError> {
        let unknown = || HeadOfficeError::NoSuchRma(wish.rma.to_string());
        let rma = self.rma(&wish.rma)?.ok_or_else(unknown)?;
        if wish.line.as_ref().is_some_and(|line| rma.line(line).is_none()) {
            return Err(unknown());
        }
        let item = row.state.sku.as_ref().map(|sku| self.item(sku)).transpose()?.flatten();
        let checklist = match &item {
            Some(item) => self.checklist(&item.category, &item.owner, Some(rma.cycle))?,
            None => None,
        };
        let parcel = row.state.parcel.map(|parcel| self.store().parcel(&parcel)).transpose()?.flatten();
        let empty_boxes = row.state.signals.iter().find(|one| one.kind == SignalKind::FrequentEmptyBox);
        let empty_boxes = empty_boxes.and_then(|one| one.args.get("count")?.parse::<u32>().ok());
        let arrival = Arrival {
            // What a bench noticed of label and boxes stays as it was noticed there.
            label_claimed_at: None,
            empty_boxes: empty_boxes.map_or(0, |count| count.saturating_sub(1)),
            received_elsewhere: self.received_elsewhere(row, &rma, wish.line.as_ref())?,
        };
        Ok(Known {
            line: wish.line.clone(),
            item,
            checklist,
            policy: self.policy()?,
            arrival,
            arrived: parcel.and_then(|parcel| parcel.arrived),
            rma,
        })
    }

    /// Whether units that other benches received, out of other parcels, are as many as the line authorised.
    fn received_elsewhere(
        &self,
        row: &UnitRow,
        rma: &Rma,
        line: Option<&LineId>,
    ) -> Result<bool, HeadOfficeError> {
        let Some(line) = line.and_then(|line| rma.line(line)).filter(|line| line.authorised > 0) else {
            return Ok(false);
        };
        let others: Vec<UnitId> = self
            .store()
            .units_of_rma(rma.number.as_str())?
            .into_iter()
            .filter(|other| other.unit != row.unit && other.state.line.as_ref() == Some(&line.id))
            .filter(|other| other.state.stage != Some(Stage::Voided))
            .filter(|other| other.state.parcel.is_none() || other.state.parcel != row.state.parcel)
            .map(|other| other.unit)
            .collect();
        let here = self.store().received_at(&[row.unit])?.first().map(|(_, station)| *station);
        let stations = self.store().received_at(&others)?;
        let elsewhere = stations.iter().filter(|(_, station)| Some(*station) != here).count();
        Ok(elsewhere >= line.authorised as usize)
    }
}

/// The same steps as at a bench: the line, then the decision that follows from it.
fn decide(before: &unit::State, facts: &Facts<'_>) -> Result<Vec<UnitEvent>, Refusal> {
    let mut state = before.clone();
    let mut events = Vec::new();
    let mut take = |state: &mut unit::State, command: &unit::Command| -> Result<(), Refusal> {
        let decided = unit::decide(state, command, facts)?;
        decided.iter().for_each(|event| unit::apply(state, event));
        events.extend(decided);
        Ok(())
    };
    take(&mut state, &unit::Command::MatchLater)?;
    let graded = state.stage == Some(Stage::Graded);
    if graded && facts.checklist.is_some_and(|list| asks_others(&state, list)) {
        take(&mut state, &unit::Command::Regrade { reason: RegradeReason::Regrade })?;
    } else if graded && !state.review_pending() && state.holds.is_empty() && state.contested.is_none() {
        take(&mut state, &unit::Command::Dispose)?;
    }
    Ok(events)
}

/// The checklist is for another owner or cycle than the one that the unit was graded with. A newer version of the same
/// one asks for no second inspection.
fn asks_others(state: &unit::State, list: &Checklist) -> bool {
    let graded_with = state.checklist.as_ref().map(|(category, _)| category);
    graded_with != Some(&list.category) || state.checklist_for != (list.owner.clone(), list.cycle)
}

fn matched(row: &UnitRow, events: Vec<&'static str>) -> Matched {
    Matched {
        unit: row.unit,
        lpn: digits(&row.state),
        depot: row.depot.clone(),
        events,
        stage: row.state.stage.map(|stage| stage.to_string()).unwrap_or_default(),
        disposition: row.state.disposition().map(|to| to.to_string()).unwrap_or_default(),
    }
}

fn digits(state: &unit::State) -> String {
    state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default()
}
