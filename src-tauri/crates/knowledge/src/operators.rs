//! People at a station: a badge, a PIN, a role. Only head office ever sees the PIN; a station gets its hash.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use returns::codes::Role;
use returns::ids::OperatorId;

use crate::cells::{CellFault, write_optional};
use crate::read::{File, Read};
use crate::table::{self, Columns, Row};
use crate::write::{WriteError, csv_text};

const COLUMNS: Columns =
    Columns { required: &["id", "badge", "initials", "role", "pin"], optional: &[&["valid_until"]] };

/// A row of the operators' file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRow {
    /// Opaque id, the one that events name.
    pub id: OperatorId,
    /// Content of the badge's code after `RS:O:`, 1 to 32 letters, digits and `-._/+`.
    pub badge: String,
    /// Shown on screens and labels, 1 to 4 characters. No name.
    pub initials: String,
    /// What they may do.
    pub role: Role,
    /// 4 to 12 digits.
    pub pin: String,
    /// End of supervisor powers; without one the importer sets it.
    pub valid_until: Option<Timestamp>,
}

/// Reads operators (CSV). Good rows are kept.
///
/// Codes: `row-twice`, `badge-twice`, `badge-unusable`, `initials-unusable`, `pin-unusable`,
/// `role-not-at-a-station`, `date-unreadable`, and those of cells and tables. No message holds a PIN.
pub fn read(bytes: &[u8], file: &str) -> Read<OperatorRow> {
    let (rows, mut problems) = table::rows(File { name: file, bytes }, COLUMNS);
    let (mut ids, mut badges) = (BTreeSet::new(), BTreeSet::new());
    let mut values = Vec::with_capacity(rows.len());
    for mut row in rows {
        let operator = operator(&mut row);
        if let Some(operator) = &operator {
            if ids.contains(&operator.id) {
                row.problem("id", "row-twice");
            }
            if badges.contains(&operator.badge) {
                row.problem("badge", "badge-twice");
            }
        }
        if let Some(operator) = row.finish(operator, &mut problems) {
            ids.insert(operator.id.clone());
            badges.insert(operator.badge.clone());
            values.push(operator);
        }
    }
    problems.sort_by_key(|problem| problem.row);
    Read { values, problems }
}

fn operator(row: &mut Row<'_>) -> Option<OperatorRow> {
    let id = row.required("id", str::parse);
    let badge = row.required("badge", badge);
    let initials = row.required("initials", initials);
    let role = row.required("role", role);
    let pin = row.required("pin", pin);
    let valid_until = row.optional("valid_until", end);
    Some(OperatorRow { id: id?, badge: badge?, initials: initials?, role: role?, pin: pin?, valid_until })
}

fn badge(text: &str) -> Result<String, CellFault> {
    let scannable =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'+');
    if text.len() > 32 || !text.bytes().all(scannable) {
        return Err(CellFault::of("badge-unusable", text));
    }
    Ok(text.to_owned())
}

fn initials(text: &str) -> Result<String, CellFault> {
    if text.chars().count() > 4 || text.chars().any(char::is_control) {
        return Err(CellFault::of("initials-unusable", text));
    }
    Ok(text.to_owned())
}

fn role(text: &str) -> Result<Role, CellFault> {
    match text.parse()? {
        Role::HeadOffice => Err(CellFault::of("role-not-at-a-station", text)),
        role => Ok(role),
    }
}

fn pin(text: &str) -> Result<String, CellFault> {
    if !(4..=12).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CellFault { code: "pin-unusable", args: std::collections::BTreeMap::new() });
    }
    Ok(text.to_owned())
}

/// A time, or a day, which then counts to its end (UTC).
fn end(text: &str) -> Result<Timestamp, CellFault> {
    let fault = || CellFault::of("date-unreadable", text);
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Date = text.parse().map_err(|_| fault())?;
    let next = day.tomorrow().map_err(|_| fault())?;
    Ok(next.to_zoned(TimeZone::UTC).map_err(|_| fault())?.timestamp())
}

/// Writes operators as CSV, PINs included.
///
/// # Errors
/// `csv-not-written`.
pub fn write(operators: &[OperatorRow]) -> Result<String, WriteError> {
    let columns: Vec<&'static str> = COLUMNS.all().collect();
    let row = |operator: &OperatorRow| {
        vec![
            operator.id.to_string(),
            operator.badge.clone(),
            operator.initials.clone(),
            operator.role.to_string(),
            operator.pin.clone(),
            write_optional(operator.valid_until),
        ]
    };
    let rows: Vec<Vec<String>> = operators.iter().map(row).collect();
    csv_text(&columns, COLUMNS.required, &rows)
}
