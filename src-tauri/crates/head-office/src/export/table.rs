//! Units as they are now, a row each.

use std::fmt::Display;
use std::io::Write;

use returns::unit::State;

use super::{Exported, Source, unwritable};
use crate::error::HeadOfficeError;
use crate::store::UnitRow;

const COLUMNS: [&str; 32] = [
    "unit",
    "lpn",
    "depot",
    "stage",
    "intake",
    "received",
    "rma",
    "line",
    "match",
    "sku",
    "gtin",
    "serial",
    "lot",
    "expiry",
    "owner",
    "grade",
    "findings",
    "signals",
    "disposition",
    "provisional",
    "settlement",
    "policy",
    "rows",
    "recovered_minor",
    "currency",
    "review",
    "holds",
    "contested",
    "acceptance",
    "response",
    "location",
    "shipped",
];

/// Writes the table. A list is written `A|B`.
pub(super) fn write(source: &mut Source<'_>, out: &mut dyn Write) -> Result<Exported, HeadOfficeError> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    table.write_record(COLUMNS).map_err(unwritable)?;
    let mut exported = Exported::default();
    for row in source.units()? {
        let gtin = source.gtin(&row.state)?.unwrap_or_default();
        table.write_record(cells(&row, gtin)).map_err(unwritable)?;
        exported.units += 1;
        exported.written += 1;
    }
    table.flush().map_err(unwritable)?;
    Ok(exported)
}

fn cells(row: &UnitRow, gtin: String) -> Vec<String> {
    let state = &row.state;
    let decision = state.decision.as_ref();
    let recovered = decision.and_then(|decision| decision.recovered);
    vec![
        row.unit.to_string(),
        state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default(),
        row.depot.clone(),
        text(state.stage),
        text(state.intake),
        text(state.received),
        text(state.rma.as_ref()),
        text(state.line.as_ref()),
        text(state.matched),
        text(state.sku.as_ref()),
        gtin,
        text(state.serial.as_ref()),
        text(state.lot.as_ref()),
        text(state.expiry),
        text(state.owner.as_ref()),
        text(state.grade()),
        list(state.findings()),
        list(state.signals.iter().map(|signal| signal.kind)),
        text(state.disposition()),
        yes(state.provisional),
        text(state.settlement()),
        text(decision.map(|decision| decision.policy_number)),
        list(decision.into_iter().flat_map(|decision| &decision.rows)),
        text(recovered.map(|money| money.minor)),
        text(recovered.map(|money| money.currency)),
        state.review.state.to_string(),
        list(&state.holds),
        yes(state.contested.is_some()),
        state.acceptance.to_string(),
        text(state.response),
        location(state),
        yes(state.shipped),
    ]
}

fn text<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join("|")
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn location(state: &State) -> String {
    match (&state.location.shelf(), state.container()) {
        (Some(shelf), _) => format!("shelf {shelf}"),
        (None, Some(container)) => format!("container {container}"),
        (None, None) => "bench".to_owned(),
    }
}
