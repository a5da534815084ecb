//! Figures from what is recorded here, and the open units by what waiting costs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use returns::ids::{CustomerTier, Sku, UnitId};
use returns::item::Item;
use returns::policy::Policy;

use super::draft::Known;
use super::{Coded, Desk, coded};
use crate::figures;
use crate::seam::{InsightName, InsightView, OpenUnit};

/// Open units shown: those that lose most.
const MOST: usize = 500;

impl Desk {
    /// One table of figures. How single graders agree with others is for a supervisor.
    pub(crate) fn insight(
        &self,
        insight: InsightName,
        from: Option<&str>,
        until: Option<&str>,
    ) -> Result<InsightView, Coded> {
        let actor = self.actor()?;
        if insight == InsightName::AgreementByGrader && !actor.role.may_supervise() {
            return Err(coded("supervisor-only", []));
        }
        figures::insight(&self.records(), insight, figures::period(from, until)?, self.clock.now())
    }

    /// Open units, dearest loss first.
    pub(crate) fn open_units(&self) -> Result<Vec<OpenUnit>, Coded> {
        self.actor()?;
        let (mut losing, mut worthless) = (Vec::new(), Vec::new());
        let mut known = Known { policy: self.records().policy()?, ..Known::default() };
        // A unit loses what was reckoned, or nothing any more: whoever comes first here is among the dearest.
        for (place, unit) in self.by_loss()? {
            if losing.len() >= MOST {
                break;
            }
            let records = self.records();
            let Some(state) = records.unit(&unit)? else { continue };
            known.rma = state.rma.as_ref().map(|number| records.rma(number)).transpose()?.flatten();
            known.item = state.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
            drop(records);
            let (clock, order) = self.clock_of(&state, &known)?.unzip();
            let order = order.unwrap_or(0);
            let into = if order > 0 { &mut losing } else { &mut worthless };
            into.push((order, place, unit, state, clock));
        }
        worthless.sort_by_key(|(_, place, ..)| *place);
        let units = losing.into_iter().chain(worthless).take(MOST);
        let rows = units.filter_map(|(order, _, unit, state, clock)| {
            let stage = state.stage?;
            let since = state.review.since.or(state.received).map(|at| at.to_string()).unwrap_or_default();
            Some(OpenUnit { head: self.head(unit, &state), stage, clock, centicents_per_hour: order, since })
        });
        Ok(rows.collect())
    }

    /// Every open unit with its place, as the records give them; ordered by the loss per hour of its product while there
    /// is something to lose, of equals the one that came first. Thousands, so by a few facts of each.
    fn by_loss(&self) -> Result<Vec<(usize, UnitId)>, Coded> {
        let records = self.records();
        let (open, policy, now) = (records.units_in_order()?, records.policy()?, self.clock.now());
        let mut losses: BTreeMap<(Option<Sku>, Option<CustomerTier>), i64> = BTreeMap::new();
        let mut units = Vec::with_capacity(open.len());
        for (place, one) in open.into_iter().enumerate() {
            let loss = match losses.entry((one.sku, one.tier)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let (sku, tier) = new.key();
                    let item = sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
                    let policy = policy.as_ref().map(|policy| &policy.policy);
                    let loss =
                        policy.zip(item).map_or(0, |(policy, item)| loss(policy, &item, tier.as_ref(), now));
                    *new.insert(loss)
                }
            };
            units.push((loss, place, one.unit));
        }
        units.sort_by_key(|(loss, place, _)| (std::cmp::Reverse(*loss), *place));
        Ok(units.into_iter().map(|(_, place, unit)| (place, unit)).collect())
    }
}

/// What a new unit of this product loses in an hour, weighted by the customer's tier: what queues sort by.
fn loss(policy: &Policy, item: &Item, tier: Option<&CustomerTier>, now: Timestamp) -> i64 {
    let Some(price) = item.price else { return 0 };
    let weekly = Some(item.weekly_decay_percent);
    policy.clock(price, Some(&item.category), weekly, now, now).weighted(policy.queue_percent(tier))
}
