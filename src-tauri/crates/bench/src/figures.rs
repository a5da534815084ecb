//! The ten tables of figures as a screen draws them and `station insights` prints them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use records::Records;
use records::insights::Period;
use returns::ids::{CategoryCode, OperatorId, Sku};
use returns::money::Money;

use crate::desk::coded;
use crate::seam::{Coded, ColumnKind, InsightCell, InsightColumn, InsightName, InsightView};

/// All tables with the names by which they are asked for.
pub(crate) const ALL: [(InsightName, &str); 10] = [
    (InsightName::ReasonByFinding, "reason-by-finding"),
    (InsightName::Dispositions, "dispositions"),
    (InsightName::Recovery, "recovery"),
    (InsightName::DockToDisposition, "dock-to-disposition"),
    (InsightName::UnitsPerHour, "units-per-hour"),
    (InsightName::NoFaultFound, "no-fault-found"),
    (InsightName::AgreementByGrader, "agreement-by-grader"),
    (InsightName::AgreementByQuestion, "agreement-by-question"),
    (InsightName::Diversion, "diversion"),
    (InsightName::AvoidableReasons, "avoidable-reasons"),
];

/// Products shown of each category, and of all.
const MOST_PRODUCTS: usize = 20;

/// The days from the first to the last, both included, as they are counted here.
///
/// # Errors
/// `day-unreadable`, `days-reversed`.
pub(crate) fn period(from: Option<&str>, until: Option<&str>) -> Result<Period, Coded> {
    let day = |text: &str| -> Result<Date, Coded> {
        text.parse().map_err(|_| coded("day-unreadable", [("day", text.to_owned())]))
    };
    let (from, until) = (from.map(day).transpose()?, until.map(day).transpose()?);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(coded("days-reversed", []));
    }
    let begins = |day: Date| {
        let start = day.to_zoned(TimeZone::system()).and_then(|midnight| midnight.start_of_day());
        start.map(|start| start.timestamp()).map_err(|_| coded("day-unreadable", [("day", day.to_string())]))
    };
    let after = |day: Date| day.tomorrow().map_err(|_| coded("day-unreadable", [("day", day.to_string())]));
    Ok(Period {
        from: from.map(begins).transpose()?,
        until: until.map(after).transpose()?.map(begins).transpose()?,
    })
}

/// One table.
pub(crate) fn insight(
    records: &Records,
    name: InsightName,
    period: Period,
    at: Timestamp,
) -> Result<InsightView, Coded> {
    let drawn = match name {
        InsightName::ReasonByFinding => reason_by_finding(records, period),
        InsightName::Dispositions => dispositions(records, period),
        InsightName::Recovery => recovery(records, period),
        InsightName::DockToDisposition => dock_to_disposition(records, period),
        InsightName::UnitsPerHour => units_per_hour(records, period),
        InsightName::NoFaultFound => no_fault_found(records, period),
        InsightName::AgreementByGrader => agreement_by_grader(records, period),
        InsightName::AgreementByQuestion => agreement_by_question(records, period),
        InsightName::Diversion => diversion(records, period),
        InsightName::AvoidableReasons => avoidable_reasons(records, period),
    }?;
    let Drawn { columns, rows, units, sources } = drawn;
    let columns =
        columns.iter().map(|(key, kind)| InsightColumn { key: (*key).to_owned(), kind: *kind }).collect();
    Ok(InsightView { insight: name, columns, rows, units, at: at.to_string(), sources })
}

type Column = (&'static str, ColumnKind);

struct Drawn {
    columns: &'static [Column],
    rows: Vec<Vec<InsightCell>>,
    units: u64,
    sources: Vec<String>,
}

impl Drawn {
    fn of<R>(
        table: records::insights::Table<R>,
        columns: &'static [Column],
        row: impl FnMut(R) -> Vec<InsightCell>,
    ) -> Self {
        Self {
            columns,
            units: table.units,
            rows: table.rows.into_iter().map(row).collect(),
            sources: Vec::new(),
        }
    }
}

use ColumnKind::{Code, Count, Hours, Kilograms, Number, Percent, Text};
/// [`ColumnKind::Money`], beside the domain's type of that name.
const AMOUNT: ColumnKind = ColumnKind::Money;

#[allow(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
fn count(value: u64) -> InsightCell {
    InsightCell::Number(value as f64)
}

#[allow(clippy::cast_precision_loss, reason = "sums of minor units far below 2⁵³")]
fn minor(money: Money) -> InsightCell {
    InsightCell::Number(money.minor as f64)
}

/// Figures beyond the third digit say nothing here.
fn number(value: f64) -> InsightCell {
    InsightCell::Number((value * 1000.0).round() / 1000.0)
}

fn perhaps(value: Option<f64>) -> InsightCell {
    value.map_or(InsightCell::Empty(()), number)
}

fn text(value: Option<impl ToString>) -> InsightCell {
    value.map_or(InsightCell::Empty(()), |value| InsightCell::Text(value.to_string()))
}

fn some(value: impl ToString) -> InsightCell {
    text(Some(value))
}

fn category(value: Option<CategoryCode>) -> InsightCell {
    text(value)
}

/// A product's title; its SKU where the catalogue does not know it.
fn title(records: &Records, sku: Option<&Sku>) -> InsightCell {
    let known = sku.and_then(|sku| records.item(sku).ok().flatten());
    text(known.map(|item| item.title).or(sku.map(ToString::to_string)))
}

/// A person's initials; the id where nobody of that id is known.
fn initials(records: &Records, id: &OperatorId) -> InsightCell {
    let known = records.operator(id).ok().flatten();
    some(known.map_or_else(|| id.to_string(), |operator| operator.initials))
}

fn reason_by_finding(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let table = records.reason_by_finding(period)?;
    Ok(Drawn::of(table, &[("reason", Code), ("finding", Code), ("units", Count)], |row| {
        vec![text(row.reason), text(row.finding), count(row.units)]
    }))
}

fn dispositions(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[("disposition", Code), ("category", Text), ("units", Count), ("share", Percent)];
    Ok(Drawn::of(records.dispositions(period)?, columns, |row| {
        vec![some(row.disposition), category(row.category), count(row.units), number(row.percent)]
    }))
}

fn recovery(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[
        ("category", Text),
        ("grade", Code),
        ("units", Count),
        ("currency", Text),
        ("value", AMOUNT),
        ("recovered", AMOUNT),
        ("share", Percent),
        ("unknown", Count),
    ];
    Ok(Drawn::of(records.recovery(period)?, columns, |row| {
        vec![
            category(row.category),
            some(row.grade),
            count(row.units),
            some(row.value.currency),
            minor(row.value),
            minor(row.recovered),
            perhaps(row.percent),
            count(row.unknown),
        ]
    }))
}

fn dock_to_disposition(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[("category", Text), ("units", Count), ("median", Hours), ("p90", Hours), ("mean", Hours)];
    Ok(Drawn::of(records.dock_to_disposition(period)?, columns, |row| {
        vec![
            category(row.category),
            count(row.units),
            number(row.median_hours),
            number(row.p90_hours),
            number(row.mean_hours),
        ]
    }))
}

fn units_per_hour(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[("step", Code), ("units", Count), ("hours", Hours), ("per_hour", Number)];
    Ok(Drawn::of(records.units_per_hour(period)?, columns, |row| {
        vec![some(row.step), count(row.done), number(row.operator_hours), number(row.per_hour)]
    }))
}

fn no_fault_found(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[
        ("category", Text),
        ("product", Text),
        ("sku", Code),
        ("claims", Count),
        ("no_fault", Count),
        ("share", Percent),
    ];
    Ok(Drawn::of(records.no_fault_found(period, MOST_PRODUCTS)?, columns, |row| {
        vec![
            category(row.category),
            title(records, row.sku.as_ref()),
            text(row.sku.as_ref()),
            count(row.claims),
            count(row.no_fault),
            number(row.percent),
        ]
    }))
}

fn agreement_by_grader(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[
        ("grader", Text),
        ("category", Text),
        ("pairs", Count),
        ("agree", Percent),
        ("kappa", Number),
        ("weighted_kappa", Number),
    ];
    Ok(Drawn::of(records.agreement_by_grader(period)?, columns, |row| {
        vec![
            initials(records, &row.grader),
            category(row.category),
            count(row.pairs),
            number(row.percent),
            perhaps(row.kappa),
            perhaps(row.weighted_kappa),
        ]
    }))
}

fn agreement_by_question(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns =
        &[("question", Text), ("category", Text), ("pairs", Count), ("agree", Percent), ("kappa", Number)];
    Ok(Drawn::of(records.agreement_by_question(period)?, columns, |row| {
        vec![
            some(row.question),
            category(row.category),
            count(row.pairs),
            number(row.percent),
            perhaps(row.kappa),
        ]
    }))
}

fn diversion(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[
        ("disposition", Code),
        ("units", Count),
        ("kilograms", Kilograms),
        ("co2", Kilograms),
        ("kept_from_landfill", Percent),
        ("unweighed", Count),
        ("unrouted", Count),
    ];
    let mut sources = std::collections::BTreeSet::new();
    let mut drawn = Drawn::of(records.diversion(period)?, columns, |row| {
        sources.extend(row.sources);
        vec![
            some(row.disposition),
            count(row.units),
            number(row.kilograms),
            number(row.co2_kilograms),
            perhaps(row.diverted_percent),
            count(row.unweighed),
            count(row.unrouted),
        ]
    });
    drawn.sources = sources.into_iter().collect();
    Ok(drawn)
}

fn avoidable_reasons(records: &Records, period: Period) -> Result<Drawn, Coded> {
    let columns = &[
        ("product", Text),
        ("sku", Code),
        ("category", Text),
        ("reason", Code),
        ("units", Count),
        ("returned", Count),
        ("share", Percent),
    ];
    Ok(Drawn::of(records.avoidable_reasons(period, MOST_PRODUCTS)?, columns, |row| {
        vec![
            title(records, row.sku.as_ref()),
            text(row.sku.as_ref()),
            category(row.category),
            some(row.reason),
            count(row.units),
            count(row.returned),
            number(row.percent),
        ]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_holds_both_its_days() {
        let days = period(Some("2026-11-01"), Some("2026-11-01")).unwrap();
        let (from, until) = (days.from.unwrap(), days.until.unwrap());
        assert_eq!(until.duration_since(from).as_hours(), 24);
        assert_eq!(period(None, None), Ok(Period::default()));
        assert_eq!(period(Some("tomorrow"), None).unwrap_err().code, "day-unreadable");
        assert_eq!(period(Some("2026-11-02"), Some("2026-11-01")).unwrap_err().code, "days-reversed");
    }

    #[test]
    fn each_table_is_asked_for_by_its_own_name() {
        for (insight, name) in ALL {
            assert_eq!(serde_json::to_value(insight).unwrap(), name);
        }
    }
}
