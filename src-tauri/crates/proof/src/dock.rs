//! Parcels: announced, taken in or refused, opened, counted and emptied; and what is written about the station itself.

use anyhow::Result;
use records::{Records, RecordsError};
use returns::codes::{
    DocumentKind, Finding, IntakeKind, ParcelRefusal, ParcelState, PurgeReason, Role, VoidReason,
};
use returns::event::{ParcelEvent, StationEvent};
use returns::facts::Facts;
use returns::ids::{ParcelId, PhotoRole, Sha256Hex, Subject};
use returns::parcel::{self, Command};
use returns::rma::Rma;
use returns::unit;

use crate::facts::Known;
use crate::work::{AT_HAND, Draft, Hand, PRODUCTS};

/// What can be seen on a parcel.
const SEEN: [Finding; 3] = [Finding::PackagingDamage, Finding::CarrierDamage, Finding::SealBroken];

impl Hand {
    /// One step of a parcel that is at hand, or another one.
    pub(crate) fn at_the_dock(&mut self, records: &mut Records) -> Result<()> {
        let at_hand = records.parcels_at_hand()?;
        match self.dice.pick(&at_hand).cloned() {
            Some((id, state)) if self.dice.chance(800) => self.handle(records, id, state),
            _ => self.arrive(records),
        }
    }

    fn arrive(&mut self, records: &mut Records) -> Result<()> {
        let mut draft = self.draft(records, Role::Grader)?;
        let id = ParcelId(self.fresh(draft.now));
        let tracking = format!("T{:016x}", self.dice.roll()).parse()?;
        let rmas = self.some_rma(records)?.map(|rma| rma.number).into_iter().collect::<Vec<_>>();
        let mut state = parcel::State::default();
        if self.dice.chance(400) {
            let announced = Command::Expect { tracking, rmas: rmas.clone() };
            self.parcel(&mut draft, id, &mut state, &announced, &[]);
        }
        let here = if self.dice.chance(850) {
            let tracking = format!("T{:016x}", self.dice.roll()).parse()?;
            Command::Arrive { tracking: Some(tracking), rmas }
        } else {
            Command::Refuse { reason: ParcelRefusal::CarrierDamage }
        };
        self.parcel(&mut draft, id, &mut state, &here, &[]);
        self.commit(records, draft)
    }

    fn handle(&mut self, records: &mut Records, id: ParcelId, mut state: parcel::State) -> Result<()> {
        let mut draft = self.draft(records, Role::Grader)?;
        let open = state.state == Some(ParcelState::Opened);
        let command = match self.dice.below(10) {
            0..3 if open => return self.receive(records, Some((id, state))),
            3 if open => return self.not_there(records, id, state),
            4..7 if open => Command::Empty,
            0..4 => Command::Open,
            7 => Command::SetIntake { intake: IntakeKind::Bulk },
            8 => {
                let jpeg = self.jpeg();
                let (role, hash) = (PhotoRole::new("LABEL")?, records.photos().keep(&jpeg)?);
                Command::TakePhoto { role, hash, len: jpeg.len() as u64 }
            }
            9 => match self.some_rma(records)? {
                Some(rma) => Command::FindRma { rma: rma.number },
                None => return Ok(()),
            },
            _ => {
                Command::AddFinding { finding: self.dice.pick(&SEEN).copied().unwrap_or(Finding::SealBroken) }
            }
        };
        let rmas = state.rmas.iter().map(|rma| records.rma(rma)).collect::<Result<Vec<_>, RecordsError>>()?;
        let rmas: Vec<&Rma> = rmas.iter().flatten().collect();
        if !self.parcel(&mut draft, id, &mut state, &command, &rmas) {
            self.tally.refused += 1;
        }
        self.commit(records, draft)
    }

    /// A unit that was counted did not come out of it after all.
    fn not_there(&mut self, records: &mut Records, id: ParcelId, mut state: parcel::State) -> Result<()> {
        let units: Vec<_> = state.units.keys().copied().collect();
        let Some(unit) = self.dice.pick(&units).copied() else { return Ok(()) };
        let mut of_unit = records.unit(&unit)?.unwrap_or_default();
        let known = Known::of(records, unit, &of_unit)?;
        let mut draft = self.draft(records, Role::Supervisor)?;
        let reason = VoidReason::ReceivedTwice;
        let voided = self.decide(&mut draft, unit, &mut of_unit, &known, &unit::Command::Void { reason });
        if !voided || !self.parcel(&mut draft, id, &mut state, &Command::RemoveUnit { unit, reason }, &[]) {
            self.tally.refused += 1;
            return Ok(());
        }
        self.commit(records, draft)
    }

    /// Decides one command about a parcel on what the draft has made of it so far.
    pub(crate) fn parcel(
        &mut self,
        draft: &mut Draft,
        id: ParcelId,
        state: &mut parcel::State,
        command: &Command,
        rmas: &[&Rma],
    ) -> bool {
        let facts = Facts {
            parcel_rmas: rmas,
            ..Facts::of(&draft.actor.operator, draft.actor.role, draft.station, draft.now)
        };
        let Ok(events) = parcel::decide(state, command, &facts) else { return false };
        for event in events {
            parcel::apply(state, &event);
            self.add(draft, Subject::Parcel(id), ParcelEvent::into(event));
        }
        true
    }

    /// Somebody signs in or out, a scan means nothing, numbers are drawn ahead, or somebody asks for bytes to be purged.
    pub(crate) fn at_the_station(&mut self, records: &mut Records) -> Result<()> {
        let mut draft = self.draft(records, Role::Supervisor)?;
        let operator = draft.actor.operator.clone();
        let role = Role::Supervisor;
        let signed_in =
            StationEvent::OperatorSignedIn { operator: operator.clone(), role, list_expired: false };
        let block = records.enrolment().ok_or(RecordsError::NotEnrolled)?.lpn_block;
        let event = match self.dice.below(12) {
            0 | 1 => StationEvent::OperatorSignedOut { operator },
            2 | 3 => {
                let bytes = self.dice.bytes(24);
                StationEvent::RawScanKept { hash: records.keep_text(&bytes)?, len: bytes.len() as u64 }
            }
            4 => {
                let count = u32::try_from(self.dice.between(1, 3))?.min(block.left().max(1));
                StationEvent::LpnsDrawn { block: block.block, first: block.next, count }
            }
            // What an older or a newer release may write.
            5 => StationEvent::LpnBlockReceived { block },
            6 => {
                let hash = Sha256Hex(self.dice.bytes(32).try_into().unwrap_or_default());
                StationEvent::DocumentTaken { document: DocumentKind::Policy, number: 1, hash }
            }
            7 | 8 => {
                let units = records.recent_units(AT_HAND)?;
                let photos: Vec<_> = units.iter().flat_map(|(_, state)| &state.photos).collect();
                let photo = self.dice.pick(&photos).map(|photo| photo.hash);
                let reason = PurgeReason::Request;
                photo.map_or(signed_in, |hash| StationEvent::BytesPurged { hash, reason })
            }
            _ => signed_in,
        };
        self.add(&mut draft, Subject::Station, event.into());
        self.commit(records, draft)
    }

    /// One of the authorisations that are known here.
    pub(crate) fn some_rma(&mut self, records: &Records) -> Result<Option<Rma>> {
        let sku = self.dice.pick(&PRODUCTS).copied().unwrap_or("HAL-CAP").parse()?;
        Ok(self.dice.pick(&records.rma_lines_by_sku(&sku)?).map(|(rma, _)| rma.clone()))
    }
}
