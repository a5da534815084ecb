//! The columns of conditions, which gates and candidates share.

use returns::money::Currency;
use returns::policy::Conditions;

use crate::cells::{self, write_cell, write_flag, write_range};
use crate::table::Row;
use crate::write::WriteError;

/// The columns of conditions, in the order written. A policy sees of a unit what they are named for.
pub const COLUMNS: [&str; 30] = [
    "category",
    "owner",
    "cycle",
    "intake",
    "reason",
    "preference",
    "grade",
    "findings",
    "value",
    "weekly_decay_percent",
    "days_since_sale",
    "days_in_queue",
    "in_warranty",
    "vendor_takes_back",
    "recalled",
    "hygiene_seal",
    "seal_intact",
    "battery",
    "dangerous_goods",
    "data_bearing",
    "weee",
    "country",
    "fraud_signal",
    "signals",
    "authorisation",
    "days_past_authorisation",
    "days_to_expiry",
    "function",
    "cosmetic",
    "refurbished",
];

/// The conditions of a row. What cannot be read asks nothing here, but its problem refuses the policy.
pub(super) fn read(row: &mut Row<'_>, currency: Currency) -> Conditions {
    Conditions {
        category: row.cell("category", cells::cell).unwrap_or_default(),
        owner: row.cell("owner", cells::cell).unwrap_or_default(),
        cycle: row.cell("cycle", cells::cell).unwrap_or_default(),
        intake: row.cell("intake", cells::cell).unwrap_or_default(),
        reason: row.cell("reason", cells::cell).unwrap_or_default(),
        preference: row.cell("preference", cells::cell).unwrap_or_default(),
        grade: row.cell("grade", cells::cell).unwrap_or_default(),
        findings: row.cell("findings", cells::findings).unwrap_or_default(),
        value_minor: row.cell("value", |text| cells::amounts(text, currency)).unwrap_or_default(),
        weekly_decay_percent: row.cell("weekly_decay_percent", cells::range).unwrap_or_default(),
        days_since_sale: row.cell("days_since_sale", cells::range).unwrap_or_default(),
        days_in_queue: row.cell("days_in_queue", cells::range).unwrap_or_default(),
        in_warranty: row.cell("in_warranty", cells::flag).unwrap_or_default(),
        vendor_takes_back: row.cell("vendor_takes_back", cells::flag).unwrap_or_default(),
        recalled: row.cell("recalled", cells::flag).unwrap_or_default(),
        hygiene_seal: row.cell("hygiene_seal", cells::flag).unwrap_or_default(),
        seal_intact: row.cell("seal_intact", cells::flag).unwrap_or_default(),
        battery: row.cell("battery", cells::flag).unwrap_or_default(),
        dangerous_goods: row.cell("dangerous_goods", cells::flag).unwrap_or_default(),
        data_bearing: row.cell("data_bearing", cells::flag).unwrap_or_default(),
        weee: row.cell("weee", cells::flag).unwrap_or_default(),
        country: row.cell("country", cells::cell).unwrap_or_default(),
        fraud_signal: row.cell("fraud_signal", cells::flag).unwrap_or_default(),
        signals: row.cell("signals", cells::range).unwrap_or_default(),
        authorisation: row.cell("authorisation", cells::cell).unwrap_or_default(),
        days_past_authorisation: row.cell("days_past_authorisation", cells::range).unwrap_or_default(),
        days_to_expiry: row.cell("days_to_expiry", cells::range).unwrap_or_default(),
        function: row.cell("function", cells::cell).unwrap_or_default(),
        cosmetic: row.cell("cosmetic", cells::cell).unwrap_or_default(),
        refurbished: row.cell("refurbished", cells::flag).unwrap_or_default(),
    }
}

/// The cells of a row, in the order of [`COLUMNS`].
pub(super) fn write(when: &Conditions, currency: Currency) -> Result<Vec<String>, WriteError> {
    Ok(vec![
        write_cell(&when.category)?,
        write_cell(&when.owner)?,
        write_cell(&when.cycle)?,
        write_cell(&when.intake)?,
        write_cell(&when.reason)?,
        write_cell(&when.preference)?,
        write_cell(&when.grade)?,
        cells::write_findings(&when.findings)?,
        cells::write_amounts(when.value_minor, currency),
        write_range(when.weekly_decay_percent),
        write_range(when.days_since_sale),
        write_range(when.days_in_queue),
        write_flag(when.in_warranty),
        write_flag(when.vendor_takes_back),
        write_flag(when.recalled),
        write_flag(when.hygiene_seal),
        write_flag(when.seal_intact),
        write_flag(when.battery),
        write_flag(when.dangerous_goods),
        write_flag(when.data_bearing),
        write_flag(when.weee),
        write_cell(&when.country)?,
        write_flag(when.fraud_signal),
        write_range(when.signals),
        write_cell(&when.authorisation)?,
        write_range(when.days_past_authorisation),
        write_range(when.days_to_expiry),
        write_cell(&when.function)?,
        write_cell(&when.cosmetic)?,
        write_flag(when.refurbished),
    ])
}

/// A key of a sentence.
pub(super) fn why(text: &str) -> Result<String, cells::CellFault> {
    if crate::why::is_key(text) {
        Ok(text.to_owned())
    } else {
        Err(cells::CellFault::of("key-unusable", text))
    }
}
