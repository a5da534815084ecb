//! Products, one row each.

use std::collections::BTreeMap;

use returns::codes::SerialKind;
use returns::ids::{Gtin, Sku};
use returns::item::{Item, VendorAgreement};

use crate::cells::{self, CellFault, write_optional, write_yes};
use crate::gtin::gtin;
use crate::read::{File, Problem, Read};
use crate::table::{self, Columns, Row};
use crate::write::{WriteError, csv_text};

const COLUMNS: Columns = Columns {
    required: &["sku", "gtins", "title", "category", "owner", "price"],
    optional: &[&[
        "weekly_decay_percent",
        "weight_grams",
        "serial_required",
        "serial_kind",
        "expiry_tracked",
        "data_bearing",
        "battery",
        "dangerous_goods",
        "hygiene_seal",
        "recalled",
        "weee",
        "vendor",
        "rtv_until",
        "rtv_from_value",
    ]],
};

/// Longest title, in characters.
const TITLE: usize = 120;

/// Reads a catalogue (CSV). Good rows are kept. A SKU or a GTIN that an earlier row has is a problem.
///
/// Codes: `row-twice`, `gtin-taken`, `gtin-shape`, `gtin-check-digit`, `title-unusable`, `agreement-without-vendor`,
/// `percent-out-of-range`, and those of cells and tables.
pub fn read(bytes: &[u8], file: &str) -> Read<Item> {
    let (rows, mut problems) = table::rows(File { name: file, bytes }, COLUMNS);
    let mut skus: BTreeMap<Sku, u32> = BTreeMap::new();
    let mut gtins: BTreeMap<String, Sku> = BTreeMap::new();
    let mut values = Vec::with_capacity(rows.len());
    for mut row in rows {
        let item = item(&mut row);
        if let Some(item) = &item {
            if let Some(first) = skus.get(&item.sku) {
                row.problem_with("sku", "row-twice", "first_row", first);
            }
            for gtin in &item.gtins {
                if let Some(other) = gtins.get(&gtin_14(gtin)) {
                    row.problem_with("gtins", "gtin-taken", "sku", other);
                }
            }
        }
        let number = row.number;
        if let Some(item) = row.finish(item, &mut problems) {
            skus.insert(item.sku.clone(), number);
            gtins.extend(item.gtins.iter().map(|gtin| (gtin_14(gtin), item.sku.clone())));
            values.push(item);
        }
    }
    sort(&mut problems);
    Read { values, problems }
}

/// The same number with and without leading zeros is one.
fn gtin_14(gtin: &Gtin) -> String {
    format!("{:0>14}", gtin.as_str())
}

fn sort(problems: &mut [Problem]) {
    problems.sort_by_key(|problem| problem.row);
}

fn item(row: &mut Row<'_>) -> Option<Item> {
    let sku = row.required("sku", str::parse);
    let gtins = row.optional("gtins", gtins).unwrap_or_default();
    let title = row.required("title", title);
    let category = row.required("category", str::parse);
    let owner = row.required("owner", str::parse);
    let price = row.optional("price", cells::money);
    let weekly_decay_percent = row.optional("weekly_decay_percent", percent).unwrap_or_default();
    let weight_grams = row.optional("weight_grams", cells::whole_number);
    let serial_required = row.yes("serial_required");
    let serial_kind = row.optional("serial_kind", str::parse).unwrap_or_default();
    let expiry_tracked = row.yes("expiry_tracked");
    let data_bearing = row.yes("data_bearing");
    let battery = row.yes("battery");
    let dangerous_goods = row.yes("dangerous_goods");
    let hygiene_seal = row.yes("hygiene_seal");
    let recalled = row.yes("recalled");
    let weee = row.optional("weee", str::parse);
    let vendor = agreement(row);
    Some(Item {
        sku: sku?,
        gtins,
        title: title?,
        category: category?,
        owner: owner?,
        price,
        weekly_decay_percent,
        serial_required,
        serial_kind,
        expiry_tracked,
        weight_grams,
        data_bearing,
        battery,
        dangerous_goods,
        hygiene_seal,
        recalled,
        weee,
        vendor,
    })
}

fn agreement(row: &mut Row<'_>) -> Option<VendorAgreement> {
    let vendor = row.optional("vendor", str::parse);
    let rtv_until = row.optional("rtv_until", date);
    let from_value = row.optional("rtv_from_value", cells::money);
    if row.text("vendor").is_empty() {
        for column in ["rtv_until", "rtv_from_value"] {
            if !row.text(column).is_empty() {
                row.problem(column, "agreement-without-vendor");
            }
        }
    }
    Some(VendorAgreement { vendor: vendor?, rtv_until, from_value })
}

fn gtins(text: &str) -> Result<Vec<Gtin>, CellFault> {
    text.split('|').map(|part| gtin(part.trim())).collect()
}

fn title(text: &str) -> Result<String, CellFault> {
    if text.chars().count() > TITLE || text.chars().any(char::is_control) {
        return Err(CellFault::of("title-unusable", text));
    }
    Ok(text.to_owned())
}

fn percent(text: &str) -> Result<rust_decimal::Decimal, CellFault> {
    let percent = cells::number(text)?;
    if percent.is_sign_negative() || percent > rust_decimal::Decimal::ONE_HUNDRED {
        return Err(CellFault::of("percent-out-of-range", text));
    }
    Ok(percent)
}

fn date(text: &str) -> Result<jiff::civil::Date, CellFault> {
    text.parse().map_err(|_| CellFault::of("date-unreadable", text))
}

/// Writes a catalogue as CSV.
///
/// # Errors
/// `csv-not-written`.
pub fn write(items: &[Item]) -> Result<String, WriteError> {
    let columns: Vec<&'static str> = COLUMNS.all().collect();
    let rows: Vec<Vec<String>> = items.iter().map(write_item).collect::<Result<_, _>>()?;
    csv_text(&columns, COLUMNS.required, &rows)
}

fn write_item(item: &Item) -> Result<Vec<String>, WriteError> {
    let vendor = item.vendor.as_ref();
    let decay = item.weekly_decay_percent;
    Ok(vec![
        item.sku.to_string(),
        cells::write_list(&item.gtins)?,
        item.title.clone(),
        item.category.to_string(),
        item.owner.to_string(),
        item.price.map(cells::write_money).unwrap_or_default(),
        if decay.is_zero() { String::new() } else { decay.to_string() },
        write_optional(item.weight_grams),
        write_yes(item.serial_required),
        if item.serial_kind == SerialKind::default() { String::new() } else { item.serial_kind.to_string() },
        write_yes(item.expiry_tracked),
        write_yes(item.data_bearing),
        write_yes(item.battery),
        write_yes(item.dangerous_goods),
        write_yes(item.hygiene_seal),
        write_yes(item.recalled),
        write_optional(item.weee.as_ref()),
        write_optional(vendor.map(|agreement| &agreement.vendor)),
        write_optional(vendor.and_then(|agreement| agreement.rtv_until)),
        vendor.and_then(|agreement| agreement.from_value).map(cells::write_money).unwrap_or_default(),
    ])
}
