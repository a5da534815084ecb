//! Net recovered value of a disposition.

use rust_decimal::Decimal;

use super::inputs::Inputs;
use super::table::Policy;
use crate::codes::Disposition;
use crate::money::{Money, MoneyError};

impl Policy {
    /// Price × recovery of the grade − weekly decay over the days it takes − cost. None where the unit's
    /// value is unknown or in another currency than the policy's. Decay is linear as in [`super::ValueClock`], but
    /// without seasons: a decision depends on its inputs alone, and today is not among them.
    pub fn recovered(&self, inputs: &Inputs, disposition: Disposition) -> Option<Money> {
        let value = inputs.value.filter(|value| value.currency == self.currency)?;
        self.net(inputs, disposition, value).ok()
    }

    fn net(&self, inputs: &Inputs, disposition: Disposition, value: Money) -> Result<Money, MoneyError> {
        let fits = |cell: &super::Cell<_>| cell.matches(inputs.category.as_ref()) == super::Known::Yes;
        let percent = self
            .recovery
            .iter()
            .find(|row| row.grade == inputs.grade && row.disposition == disposition && fits(&row.category))
            .map_or(Decimal::ZERO, |row| row.percent);
        let gross = value.percent(percent)?;
        let Some(cost) = self.costs.iter().find(|row| row.disposition == disposition && fits(&row.category))
        else {
            return Ok(gross);
        };
        let weekly = self.weekly_decay(inputs.category.as_ref(), inputs.weekly_decay_percent);
        let decay = weekly
            .checked_mul(Decimal::from(cost.days))
            .and_then(|days| days.checked_div(Decimal::from(7)))
            .ok_or(MoneyError::Overflow)?;
        let lost = gross.percent(decay.min(Decimal::ONE_HUNDRED))?;
        gross.minus(lost)?.minus(Money::new(cost.cost_minor, self.currency))
    }
}
