//! The customer's preference: followed where law allows it, the row offers it and it costs little enough.
//! Where not, the answer says why, in a sentence that can be shown to the customer.

use rust_decimal::Decimal;

use super::decide::{Chosen, Wish};
use super::decision::{PreferenceAnswer, Why, WhyCode};
use super::gates::Gates;
use super::inputs::Inputs;
use super::settle::Settled;
use super::table::{CandidateRow, GateRow, Policy};
use crate::codes::{Disposition, Preference, PreferenceOutcome, Settlement};
use crate::money::Money;

impl Preference {
    /// The dispositions that do what the customer would like; empty where it is about the settlement.
    pub const fn dispositions(self) -> &'static [Disposition] {
        match self {
            Self::Donate => &[Disposition::Donate],
            Self::Recycle => &[Disposition::Recycle],
            Self::Repair => &[Disposition::Repair, Disposition::WarrantyService],
            Self::ReturnToMe => &[Disposition::ShipBack],
            Self::Refund | Self::StoreCredit | Self::Exchange | Self::None => &[],
        }
    }

    /// The settlement that is what the customer would like; none where it is about the disposition.
    pub const fn settlement(self) -> Option<Settlement> {
        match self {
            Self::Refund => Some(Settlement::Refund),
            Self::StoreCredit => Some(Settlement::StoreCredit),
            Self::Exchange => Some(Settlement::Replace),
            Self::Donate | Self::Recycle | Self::Repair | Self::ReturnToMe | Self::None => None,
        }
    }
}

/// The preference, if it is one about the disposition.
fn wished(inputs: &Inputs) -> Option<Preference> {
    inputs.preference.filter(|preference| !preference.dispositions().is_empty())
}

fn said(code: WhyCode, preference: Preference) -> Why {
    Why::of(code).with("preference", preference)
}

fn forbidden_by(preference: Preference, row: &GateRow) -> Wish {
    let why = said(WhyCode::PreferenceForbidden, preference)
        .with("gate", row.gate)
        .with("row", &row.id)
        .with("why", &row.why);
    Wish::Refused(PreferenceOutcome::Forbidden, why)
}

/// Behind a gate that forces.
pub(super) fn forced(inputs: &Inputs, row: &GateRow, disposition: Disposition) -> Wish {
    match wished(inputs) {
        None => Wish::None,
        Some(preference) if preference.dispositions().contains(&disposition) => Wish::Honoured,
        Some(preference) => forbidden_by(preference, row),
    }
}

/// Where gates forbid all that the row allows.
pub(super) fn all_forbidden(inputs: &Inputs, gates: &Gates<'_>) -> Wish {
    let Some(preference) = wished(inputs) else { return Wish::None };
    let against = preference.dispositions().iter().find_map(|one| gates.forbidding(*one));
    against.map_or(Wish::Undecided, |row| forbidden_by(preference, row))
}

type Worth = (Disposition, Option<Money>);

/// Among what may be chosen, ranked and not empty: what becomes of the preference, and what is chosen for its
/// sake in place of the best.
pub(super) fn weigh(
    policy: &Policy,
    inputs: &Inputs,
    gates: &Gates<'_>,
    row: &CandidateRow,
    ranked: &[Worth],
) -> (Wish, Option<Worth>) {
    let Some(preference) = wished(inputs) else { return (Wish::None, None) };
    let these = preference.dispositions();
    let best = ranked.first();
    let Some(wanted) = ranked.iter().find(|(one, _)| these.contains(one)) else {
        // What the law forbids is said before what is not offered.
        let against = these.iter().find_map(|one| gates.forbidding(*one));
        let not_offered = || {
            let why = said(WhyCode::PreferenceNotOffered, preference).with("row", &row.id);
            Wish::Refused(PreferenceOutcome::NotOffered, why)
        };
        return (against.map_or_else(not_offered, |row| forbidden_by(preference, row)), None);
    };
    if best.is_some_and(|(first, _)| these.contains(first)) {
        return (Wish::Honoured, None);
    }
    let cost = best.and_then(|(_, first)| first.zip(wanted.1)).and_then(|(first, own)| first.minus(own).ok());
    let Some((cost, limit)) = cost.zip(policy.preference_limit(inputs)) else {
        return (Wish::Undecided, None);
    };
    if cost.minor <= limit.minor {
        return (Wish::Honoured, Some(*wanted));
    }
    let why = said(WhyCode::PreferenceTooDear, preference)
        .with("cost_minor", cost.minor)
        .with("limit_minor", limit.minor)
        .with("currency", limit.currency);
    (Wish::Refused(PreferenceOutcome::TooDear, why), None)
}

impl Policy {
    /// What following a preference may cost for this unit; none where its value is unknown.
    fn preference_limit(&self, inputs: &Inputs) -> Option<Money> {
        let value = inputs.value.filter(|value| value.currency == self.currency)?;
        let share = value.percent(self.preference.may_cost_percent.max(Decimal::ZERO)).ok()?;
        let most = self.preference.may_cost_minor.unwrap_or(i64::MAX);
        Some(Money::new(share.minor.min(most).max(0), self.currency))
    }
}

impl PreferenceAnswer {
    /// After a person chose disposition or settlement: honoured if it is done now, set aside if it was to be done and
    /// no longer is. What law, row or cost stood against still stands.
    #[must_use]
    pub fn chosen_by_person(self, disposition: Disposition, settlement: Settlement) -> Self {
        let Self { asked, outcome, .. } = self;
        if outcome == PreferenceOutcome::NoPreference {
            return self;
        }
        if asked.dispositions().contains(&disposition) || asked.settlement() == Some(settlement) {
            return Self { asked, outcome: PreferenceOutcome::Honoured, why: None };
        }
        match outcome {
            PreferenceOutcome::Honoured | PreferenceOutcome::Undecided => {
                let why = said(WhyCode::PreferenceSetAside, asked).with("disposition", disposition);
                Self { asked, outcome: PreferenceOutcome::SetAside, why: Some(why) }
            }
            _ => self,
        }
    }

    /// Nothing is decided yet after all: a person has still to look.
    #[must_use]
    pub fn left_open(self) -> Self {
        let Self { asked, outcome, .. } = self;
        if outcome == PreferenceOutcome::NoPreference {
            return self;
        }
        let why = Some(said(WhyCode::PreferenceUndecided, asked));
        Self { asked, outcome: PreferenceOutcome::Undecided, why }
    }
}

/// What becomes of the preference, once disposition and settlement are chosen.
pub(super) fn answer(inputs: &Inputs, chosen: &Chosen<'_>, settled: &Settled) -> PreferenceAnswer {
    let asked = inputs.preference.unwrap_or(Preference::None);
    let of = |outcome, why| PreferenceAnswer { asked, outcome, why };
    let undecided = || of(PreferenceOutcome::Undecided, Some(said(WhyCode::PreferenceUndecided, asked)));
    if asked == Preference::None {
        return of(PreferenceOutcome::NoPreference, None);
    }
    let Some(wanted) = asked.settlement() else {
        return match &chosen.wish {
            Wish::Honoured => of(PreferenceOutcome::Honoured, None),
            Wish::Refused(outcome, why) => of(*outcome, Some(why.clone())),
            Wish::None | Wish::Undecided => undecided(),
        };
    };
    if !chosen.decided {
        return undecided();
    }
    if settled.settlement == wanted {
        return of(PreferenceOutcome::Honoured, None);
    }
    let row = settled.row.as_ref().or(chosen.rows.last());
    match (chosen.forced_by, &settled.row, row) {
        (Some(gate), None, _) => match forbidden_by(asked, gate) {
            Wish::Refused(outcome, why) => of(outcome, Some(why)),
            _ => undecided(),
        },
        (_, _, Some(row)) => {
            let why = said(WhyCode::PreferenceNotOffered, asked).with("row", row);
            of(PreferenceOutcome::NotOffered, Some(why))
        }
        _ => undecided(),
    }
}
