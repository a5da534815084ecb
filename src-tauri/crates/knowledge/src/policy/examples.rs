//! Cases that the policy must decide as said: `examples.csv`. What a unit is stands in columns of the same names as
//! those of conditions, with one value each; an empty cell is a fact that is not known.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use returns::codes::Grade;
use returns::money::{Currency, Money};
use returns::policy::{Example, Expect, Inputs};

use super::conditions;
use crate::cells::{self, CellFault, write_optional};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

pub(super) const EXPECTED: [&str; 6] = [
    "expect_disposition",
    "expect_settlement",
    "expect_row",
    "expect_review",
    "expect_preference",
    "expect_derogation",
];
const REQUIRED: &[&str] = &["name", "grade", "expect_disposition"];
pub(super) const COLUMNS: Columns =
    Columns { required: REQUIRED, optional: &[&conditions::COLUMNS, &["clock_behind", "tier"], &EXPECTED] };

pub(super) fn read(row: &mut Row<'_>, currency: Currency) -> Option<Example> {
    let name = row.required("name", |text| Ok::<_, CellFault>(text.to_owned()));
    let grade = row.required("grade", str::parse);
    let inputs = inputs(row, grade, currency);
    let tier = row.optional("tier", str::parse);
    let disposition = row.required("expect_disposition", str::parse);
    let settlement = row.optional("expect_settlement", str::parse);
    let fired = row.optional("expect_row", str::parse);
    let review = row.optional("expect_review", cells::yes_or_no);
    let preference = row.optional("expect_preference", str::parse);
    let derogation = row.optional("expect_derogation", str::parse);
    let expect = Expect { disposition: disposition?, settlement, row: fired, review, preference, derogation };
    Some(Example { name: name?, inputs: inputs?, tier, expect })
}

fn inputs(row: &mut Row<'_>, grade: Option<Grade>, currency: Currency) -> Option<Inputs> {
    let inputs = Inputs {
        category: row.optional("category", str::parse),
        owner: row.optional("owner", str::parse),
        cycle: row.optional("cycle", str::parse),
        intake: row.optional("intake", str::parse),
        reason: row.optional("reason", str::parse),
        preference: row.optional("preference", str::parse),
        grade: grade.unwrap_or(Grade::X),
        findings: row.optional("findings", set).unwrap_or_default(),
        value: row.optional("value", |text| worth(text, currency)),
        weekly_decay_percent: row.optional("weekly_decay_percent", cells::number),
        days_since_sale: row.optional("days_since_sale", days),
        days_in_queue: row.optional("days_in_queue", days),
        in_warranty: row.optional("in_warranty", cells::yes_or_no),
        vendor_takes_back: row.optional("vendor_takes_back", cells::yes_or_no),
        recalled: row.optional("recalled", cells::yes_or_no),
        hygiene_seal: row.optional("hygiene_seal", cells::yes_or_no),
        seal_intact: row.optional("seal_intact", cells::yes_or_no),
        battery: row.optional("battery", cells::yes_or_no),
        dangerous_goods: row.optional("dangerous_goods", cells::yes_or_no),
        data_bearing: row.optional("data_bearing", cells::yes_or_no),
        weee: row.optional("weee", cells::yes_or_no),
        country: row.optional("country", str::parse),
        fraud_signal: row.yes("fraud_signal"),
        signals: row.optional("signals", set).unwrap_or_default(),
        authorisation: row.optional("authorisation", str::parse),
        days_past_authorisation: row.optional("days_past_authorisation", days),
        days_to_expiry: row.optional("days_to_expiry", days),
        function: row.optional("function", str::parse),
        cosmetic: row.optional("cosmetic", str::parse),
        refurbished: row.optional("refurbished", cells::yes_or_no),
        clock_behind: row.yes("clock_behind"),
    };
    grade.map(|_| inputs)
}

fn set<T>(text: &str) -> Result<BTreeSet<T>, CellFault>
where
    T: FromStr + Ord,
    T::Err: Into<CellFault>,
{
    cells::list(text).map(BTreeSet::from_iter)
}

/// An amount in whole units of the policy's currency, or with its own: `149.00`, `149.00 USD`.
fn worth(text: &str, currency: Currency) -> Result<Money, CellFault> {
    if text.contains(' ') {
        return cells::money(text);
    }
    Ok(Money::new(cells::amount(text, currency)?, currency))
}

fn days(text: &str) -> Result<i32, CellFault> {
    text.parse().map_err(|_| CellFault::of("number-unreadable", text))
}

pub(super) fn write(examples: &[Example], currency: Currency) -> Result<Lines, WriteError> {
    let columns =
        ["name"].into_iter().chain(conditions::COLUMNS).chain(["clock_behind", "tier"]).chain(EXPECTED);
    let row = |example: &Example| {
        let expect = &example.expect;
        let mut cells = vec![example.name.clone()];
        cells.extend(write_inputs(&example.inputs, currency)?);
        cells.extend([
            cells::write_yes(example.inputs.clock_behind),
            write_optional(example.tier.as_ref()),
            expect.disposition.to_string(),
            write_optional(expect.settlement),
            write_optional(expect.row.as_ref()),
            flag(expect.review),
            write_optional(expect.preference),
            write_optional(expect.derogation.as_ref()),
        ]);
        Ok(cells)
    };
    Lines::of(columns, REQUIRED, examples, row)
}

/// In the order of [`conditions::COLUMNS`].
fn write_inputs(inputs: &Inputs, currency: Currency) -> Result<Vec<String>, WriteError> {
    let value = inputs.value.map(|value| {
        if value.currency == currency {
            cells::write_amount(value.minor, currency)
        } else {
            cells::write_money(value)
        }
    });
    Ok(vec![
        write_optional(inputs.category.as_ref()),
        write_optional(inputs.owner.as_ref()),
        write_optional(inputs.cycle),
        write_optional(inputs.intake),
        write_optional(inputs.reason),
        write_optional(inputs.preference),
        inputs.grade.to_string(),
        write_set(&inputs.findings)?,
        value.unwrap_or_default(),
        write_optional(inputs.weekly_decay_percent),
        write_optional(inputs.days_since_sale),
        write_optional(inputs.days_in_queue),
        flag(inputs.in_warranty),
        flag(inputs.vendor_takes_back),
        flag(inputs.recalled),
        flag(inputs.hygiene_seal),
        flag(inputs.seal_intact),
        flag(inputs.battery),
        flag(inputs.dangerous_goods),
        flag(inputs.data_bearing),
        flag(inputs.weee),
        write_optional(inputs.country),
        cells::write_yes(inputs.fraud_signal),
        write_set(&inputs.signals)?,
        write_optional(inputs.authorisation),
        write_optional(inputs.days_past_authorisation),
        write_optional(inputs.days_to_expiry),
        write_optional(inputs.function),
        write_optional(inputs.cosmetic),
        flag(inputs.refurbished),
    ])
}

fn flag(fact: Option<bool>) -> String {
    fact.map(|yes| if yes { "yes" } else { "no" }).unwrap_or_default().to_owned()
}

fn write_set<T: Display + Copy>(these: &BTreeSet<T>) -> Result<String, WriteError> {
    cells::write_list(&these.iter().copied().collect::<Vec<_>>())
}
