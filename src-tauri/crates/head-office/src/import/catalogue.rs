//! Catalogue items, signed one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use returns::ids::{Gtin, Sku};
use returns::item::Item;
use wire::{Feed, Signed};

use super::Verdict;
use super::rows::{list, refused};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

pub fn import(
    office: &HeadOffice,
    file: &Path,
    bytes: &[u8],
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let (rows, bad) = list::<Item>(file, bytes);
    verdict.refused.extend(bad);
    let mut skus: BTreeSet<Sku> = BTreeSet::new();
    let mut gtins: BTreeMap<Gtin, Sku> = BTreeMap::new();
    let mut changes = Vec::with_capacity(rows.len());
    for (row, item) in rows {
        if !skus.insert(item.sku.clone()) {
            let words = format!("{} is there twice", item.sku);
            verdict.refused.push(refused(file, row, "sku", "row-twice", &words));
            continue;
        }
        if let Some((gtin, other)) = item.gtins.iter().find_map(|gtin| gtins.get_key_value(gtin)) {
            let words = format!("{gtin} names {other} already");
            verdict.refused.push(refused(file, row, "gtins", "gtin-taken", &words));
            continue;
        }
        gtins.extend(item.gtins.iter().map(|gtin| (gtin.clone(), item.sku.clone())));
        let value = serde_json::to_value(Signed::sign(office.key(), &item)?)?;
        changes.push(Change { key: item.sku.to_string(), value: Some(value) });
        verdict.imported.items += 1;
    }
    office.store().publish(Feed::Catalogue, &changes)
}
