//! X12 180, Return Merchandise Authorization and Notification, release 004010: one transaction set for each RMA of which
//! units came or were decided on.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use returns::codes::{Disposition, Finding, Reason, SellerResponse, Stage};
use returns::ids::RmaNumber;
use returns::rma::Rma;

use super::{Exported, Source, unwritable};
use crate::error::HeadOfficeError;
use crate::store::UnitRow;

/// Units of one BLI loop: it has room for twenty references, two for each unit and one for the line.
const UNITS_A_LOOP: usize = 9;
/// Control numbers have nine digits.
const CONTROL_NUMBERS: u64 = 1_000_000_000;

/// Who sends to whom: interchange ids of up to 15 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partners {
    /// Head office.
    pub sender: String,
    /// The other side.
    pub receiver: String,
}

/// What units of one BLI loop have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    line: String,
    product: (String, String),
    disposition: Option<Disposition>,
    reason: Option<Reason>,
    response: Option<SellerResponse>,
    used: bool,
}

/// One interchange with one functional group.
pub(super) fn write(
    source: &mut Source<'_>,
    partners: &Partners,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<Exported, HeadOfficeError> {
    let mut exported = Exported::default();
    let mut by_rma: BTreeMap<RmaNumber, Vec<UnitRow>> = BTreeMap::new();
    for row in source.units()? {
        exported.units += 1;
        match &row.state.rma {
            Some(rma) if row.state.stage != Some(Stage::Voided) => {
                by_rma.entry(rma.clone()).or_default().push(row);
            }
            _ => exported.left_out += 1,
        }
    }
    if by_rma.is_empty() {
        return Ok(exported);
    }
    let number = source.office.store().next_interchange()? % CONTROL_NUMBERS;
    exported.control_number = Some(number);
    let mut text = Text { out, altered: 0, segments: 0 };
    let (date, clock) = (day(now), time(now));
    text.interchange(partners, number, now)?;
    let group =
        ["GS", "AN", &partners.sender, &partners.receiver, &date, &clock, &number.to_string(), "X", "004010"];
    text.segment(&group)?;
    for (rma, units) in by_rma {
        exported.written += 1;
        let control = format!("{:04}", exported.written);
        text.segments = 0;
        text.segment(&["ST", "180", &control])?;
        let known = source.office.rma(&rma)?;
        heading(&mut text, &rma, known.as_ref(), &units, now)?;
        for (alike, units) in sorted(source, known.as_ref(), units)? {
            for units in units.chunks(UNITS_A_LOOP) {
                item(&mut text, &alike, units)?;
            }
        }
        let count = (text.segments + 1).to_string();
        text.segment(&["SE", &count, &control])?;
    }
    text.segment(&["GE", &exported.written.to_string(), &number.to_string()])?;
    text.segment(&["IEA", "1", &format!("{number:09}")])?;
    exported.altered = text.altered;
    Ok(exported)
}

fn heading(
    text: &mut Text<'_>,
    number: &RmaNumber,
    rma: Option<&Rma>,
    units: &[UnitRow],
    now: Timestamp,
) -> Result<(), HeadOfficeError> {
    let short = text.clean(number.as_str(), 30);
    text.segment(&["BGN", "00", &short, &day(now), &time(now)])?;
    if let Some(order) = rma.and_then(|rma| rma.order.as_ref()) {
        let order = text.clean(order.as_str(), 22);
        text.segment(&["PRF", &order])?;
    }
    if let Some(last) = units.iter().filter_map(|unit| unit.state.received).max() {
        text.segment(&["DTM", "050", &day(last)])?;
    }
    text.segment(&["N9", "RZ", &short])?;
    let mut depots: Vec<&str> = units.iter().map(|unit| unit.depot.as_str()).collect();
    depots.sort_unstable();
    depots.dedup();
    for depot in depots {
        let depot = text.clean(depot, 80);
        text.segment(&["N1", "WH", "", "92", &depot])?;
    }
    if let Some(rma) = rma {
        let owner = text.clean(rma.owner.as_str(), 80);
        text.segment(&["N1", "OW", "", "92", &owner])?;
    }
    Ok(())
}

/// Units that say the same of themselves, together.
fn sorted(
    source: &mut Source<'_>,
    rma: Option<&Rma>,
    units: Vec<UnitRow>,
) -> Result<BTreeMap<Alike, Vec<UnitRow>>, HeadOfficeError> {
    let mut sorted: BTreeMap<Alike, Vec<UnitRow>> = BTreeMap::new();
    for unit in units {
        let state = &unit.state;
        let line = state.line.as_ref().and_then(|line| rma?.line(line));
        let product = match source.gtin(state)? {
            Some(gtin) if gtin.len() == 12 => ("UP".to_owned(), gtin),
            Some(gtin) if gtin.len() == 13 => ("EN".to_owned(), gtin),
            Some(gtin) if gtin.len() == 14 => ("UK".to_owned(), gtin),
            _ => {
                let sku = state.sku.as_ref().map_or_else(|| "UNKNOWN".to_owned(), ToString::to_string);
                ("SK".to_owned(), sku)
            }
        };
        let alike = Alike {
            line: state.line.as_ref().map(ToString::to_string).unwrap_or_default(),
            product,
            disposition: state.disposition(),
            reason: line.map(|line| line.reason),
            response: state.response,
            used: state.findings().contains(&Finding::Used),
        };
        sorted.entry(alike).or_default().push(unit);
    }
    Ok(sorted)
}

/// A BLI loop: product and number of pieces, which they are, and what becomes of them.
fn item(text: &mut Text<'_>, alike: &Alike, units: &[UnitRow]) -> Result<(), HeadOfficeError> {
    let product = text.clean(&alike.product.1, 48);
    text.segment(&["BLI", &alike.product.0, &product, &units.len().to_string(), "EA"])?;
    if !alike.line.is_empty() {
        let line = text.clean(&alike.line, 30);
        text.segment(&["N9", "LI", &line])?;
    }
    for unit in units {
        let lpn = unit.state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default();
        text.segment(&["N9", "ZZ", &lpn, "LPN"])?;
        if let Some(serial) = &unit.state.serial {
            let serial = text.clean(serial.as_str(), 30);
            text.segment(&["N9", "SE", &serial])?;
        }
    }
    // Elements 1292 to 1294 lack codes that we have: ours stand in the description.
    let disposition = alike.disposition.map(|to| to.to_string()).unwrap_or_default();
    let reason = alike.reason.map(|reason| reason.to_string()).unwrap_or_default();
    let words = text.clean(format!("{disposition} {reason}").trim(), 80);
    text.segment(&[
        "RDR",
        alike.disposition.and_then(Disposition::x12).unwrap_or_default(),
        alike.reason.and_then(Reason::x12).unwrap_or_default(),
        alike.response.map(SellerResponse::as_str).unwrap_or_default(),
        &words,
        if alike.used { "Y" } else { "N" },
    ])?;
    if let Some(first) = units.iter().filter_map(|unit| unit.state.received).min() {
        text.segment(&["DTM", "050", &day(first)])?;
    }
    Ok(())
}

/// Segments as they are written: `*` between elements, `>` within one, `~` and a line break at the end.
struct Text<'a> {
    out: &'a mut dyn Write,
    altered: u64,
    segments: u64,
}

impl Text<'_> {
    /// ISA has fixed widths; each of its sixteen elements is there.
    fn interchange(
        &mut self,
        partners: &Partners,
        number: u64,
        now: Timestamp,
    ) -> Result<(), HeadOfficeError> {
        let (sender, receiver) = (self.clean(&partners.sender, 15), self.clean(&partners.receiver, 15));
        let short_day = day(now).split_off(2);
        let isa = format!(
            "ISA*00*{0:10}*00*{0:10}*ZZ*{sender:15}*ZZ*{receiver:15}*{short_day}*{1}*U*00401*{number:09}*0*P*>~\n",
            "",
            time(now)
        );
        self.out.write_all(isa.as_bytes()).map_err(unwritable)
    }

    /// Empty elements at the end are left out (X12.6, 3.8.3.2).
    fn segment(&mut self, elements: &[&str]) -> Result<(), HeadOfficeError> {
        let filled = elements.iter().rposition(|element| !element.is_empty()).map_or(0, |last| last + 1);
        let line: Vec<&str> = elements.iter().take(filled).copied().collect();
        self.segments += 1;
        self.out.write_all(format!("{}~\n", line.join("*")).as_bytes()).map_err(unwritable)
    }

    /// X12 knows no way to write its own separators inside a value, and lengths are fixed.
    fn clean(&mut self, text: &str, most: usize) -> String {
        let allowed = |c: char| matches!(c, ' '..='}') && !matches!(c, '*' | '>');
        let clean: String = text.chars().take(most).map(|c| if allowed(c) { c } else { ' ' }).collect();
        let clean = clean.trim().to_owned();
        self.altered += u64::from(clean != text);
        clean
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string()
}

fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_segment_is_written_otherwise_and_counted() {
        let mut out = Vec::new();
        let mut text = Text { out: &mut out, altered: 0, segments: 0 };
        assert_eq!(text.clean("A*B~C>D", 30), "A B C D");
        assert_eq!(text.clean("plain", 30), "plain");
        assert_eq!(text.clean("äöü", 30), "");
        assert_eq!(text.clean("123456", 4), "1234");
        assert_eq!(text.altered, 3);
        text.segment(&["RDR", "", "CO", "", ""]).unwrap();
        text.segment(&["N9", "ZZ", "1"]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "RDR**CO~\nN9*ZZ*1~\n");
    }
}
