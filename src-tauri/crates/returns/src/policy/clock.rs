//! The value clock: what a unit is worth now, and what an hour of waiting costs.
//!
//! Loss is linear in the price as new: so many percent of it per week, times the season's percent while a season
//! holds, never below nothing. Linear, because catalogues and sales data state it so, because the pieces of
//! a stretch of time simply add up, and because [`super::Policy::recovered`] reckons the same way. Compounding
//! would make the loss of a day depend on where the reckoning began. Days and seasons are those of UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Known};
use super::table::{Policy, ReviewRules};
use super::terms::{MonthDay, SeasonRow};
use crate::ids::{CategoryCode, CustomerTier, OperatorId};
use crate::money::Money;

/// Milliseconds of a week.
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Hours of a week.
const WEEK_HOURS: i64 = 7 * 24;

/// What an open unit is worth now and what waiting costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueClock {
    /// Price as new.
    pub price: Money,
    /// Value now.
    pub now: Money,
    /// Loss per hour at this time of the year, in hundredths of a minor unit; 0 once nothing is left.
    pub per_hour_centi: i64,
}

impl ValueClock {
    /// The loss per hour, weighted by the customer's tier: what queues sort by.
    pub fn weighted(&self, queue_percent: u32) -> i64 {
        let weighted = i128::from(self.per_hour_centi) * i128::from(queue_percent) / 100;
        i64::try_from(weighted).unwrap_or(i64::MAX)
    }
}

impl Policy {
    /// The value of a unit received at `since`. `item_weekly` is what the catalogue says of the item; see
    /// [`Policy::weekly_decay`]. A clock that runs before `since` takes nothing off.
    pub fn clock(
        &self,
        price: Money,
        category: Option<&CategoryCode>,
        item_weekly: Option<Decimal>,
        since: Timestamp,
        now: Timestamp,
    ) -> ValueClock {
        let price = Money::new(price.minor.max(0), price.currency);
        let weekly = self.weekly_decay(category, item_weekly);
        let lost = self.lost_percent(category, weekly, since, now);
        let left = price.percent(lost).and_then(|lost| price.minus(lost)).unwrap_or(price);
        let per_hour_centi = if left.minor > 0 {
            per_hour_centi(price, weekly, self.season_percent(category, day(now))).unwrap_or(i64::MAX)
        } else {
            0
        };
        ValueClock { price, now: left, per_hour_centi }
    }

    /// Percent of the price lost per week: the item's own; where the catalogue says nothing of it (none, or 0),
    /// the category's.
    pub fn weekly_decay(&self, category: Option<&CategoryCode>, item_weekly: Option<Decimal>) -> Decimal {
        let own = item_weekly.filter(|weekly| !weekly.is_zero());
        let weekly = own.or_else(|| {
            self.decay.iter().find(|row| fits(&row.category, category)).map(|row| row.weekly_percent)
        });
        weekly.unwrap_or_default().max(Decimal::ZERO)
    }

    /// By how many percent the weekly decay is multiplied on a day: 100 outside of every season.
    pub fn season_percent(&self, category: Option<&CategoryCode>, day: Date) -> Decimal {
        self.seasons
            .iter()
            .find(|row| fits(&row.category, category) && row.holds(day))
            .map_or(Decimal::ONE_HUNDRED, |row| row.decay_percent.max(Decimal::ZERO))
    }

    /// Weight of a customer's returns when queues are sorted, in percent.
    pub fn queue_percent(&self, tier: Option<&CustomerTier>) -> u32 {
        self.tiers.iter().find(|row| Some(&row.tier) == tier).map_or(100, |row| row.queue_percent)
    }

    /// Percent of the price lost between two times, at most 100.
    fn lost_percent(
        &self,
        category: Option<&CategoryCode>,
        weekly: Decimal,
        since: Timestamp,
        now: Timestamp,
    ) -> Decimal {
        let mut lost = Decimal::ZERO;
        if weekly.is_zero() {
            return lost;
        }
        // Season percent times milliseconds, over all days: whole numbers as long as the figures are.
        let mut weighted_ms = Decimal::ZERO;
        let mut from = since;
        while from < now {
            let date = day(from);
            let until = next_midnight(date).unwrap_or(now).min(now);
            let share = Decimal::from(until.as_millisecond() - from.as_millisecond());
            let season = self.season_percent(category, date);
            weighted_ms =
                share.checked_mul(season).and_then(|ms| weighted_ms.checked_add(ms)).unwrap_or(Decimal::MAX);
            lost = percent_of(weekly, weighted_ms);
            if lost >= Decimal::ONE_HUNDRED {
                return Decimal::ONE_HUNDRED;
            }
            from = until;
        }
        lost
    }
}

/// Weekly percent over so many milliseconds, each weighted by its season's percent. More than can be reckoned
/// is all of it.
fn percent_of(weekly: Decimal, weighted_ms: Decimal) -> Decimal {
    weighted_ms
        .checked_div(Decimal::from(WEEK_MS * 100))
        .and_then(|weeks| weeks.checked_mul(weekly))
        .unwrap_or(Decimal::ONE_HUNDRED)
}

/// Hundredths of a minor unit per hour: price × weekly % × season % / 168, rounded half to even.
fn per_hour_centi(price: Money, weekly: Decimal, season: Decimal) -> Option<i64> {
    let percent = weekly.checked_mul(season)?.checked_div(Decimal::from(100 * WEEK_HOURS))?;
    // One percent of a minor unit is a hundredth of it: the two factors of a hundred cancel out.
    Decimal::from(price.minor)
        .checked_mul(percent)?
        .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
        .to_i64()
}

fn fits(cell: &Cell<CategoryCode>, category: Option<&CategoryCode>) -> bool {
    cell.matches(category) == Known::Yes
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn next_midnight(date: Date) -> Option<Timestamp> {
    let next = date.checked_add(1.day()).ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl SeasonRow {
    /// Whether a day lies in it; both ends do.
    pub fn holds(&self, day: Date) -> bool {
        let today = MonthDay { month: day.month(), day: day.day() };
        if self.from <= self.until {
            self.from <= today && today <= self.until
        } else {
            self.from <= today || today <= self.until
        }
    }
}

impl ReviewRules {
    /// Blind re-grades among a thousand units of a category and grader: the first row that fits. A category that
    /// is not known fits only a row that asks for none.
    pub fn sample_rate(&self, category: Option<&CategoryCode>, grader: &OperatorId) -> u16 {
        self.samples
            .iter()
            .find(|row| fits(&row.category, category) && row.grader.matches(Some(grader)) == Known::Yes)
            .map_or(self.sample_per_mille, |row| row.per_mille)
    }
}
