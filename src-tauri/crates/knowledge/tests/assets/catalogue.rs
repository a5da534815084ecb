//! The demo's catalogue: two hundred products, each told apart, weighed, priced, and true to its category.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::SerialKind;
use returns::item::Item;

use crate::files::{ITEMS, RMAS, item};

#[test]
fn two_hundred_products_are_told_apart() {
    assert!(ITEMS.len() >= 200, "{}", ITEMS.len());
    let distinct = |of: fn(&Item) -> String| ITEMS.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(|item| item.sku.to_string()), ITEMS.len(), "SKUs");
    assert_eq!(distinct(|item| item.title.clone()), ITEMS.len(), "titles");
    assert_eq!(distinct(|item| item.gtins[0].to_string()), ITEMS.len(), "GTINs");
}

/// Restricted circulation inside a company (GS1 General Specifications, prefixes 200–299), and a right check digit.
#[test]
fn numbers_are_the_companys_own() {
    for gtin in ITEMS.iter().flat_map(|item| &item.gtins) {
        let digits: Vec<u32> = gtin.as_str().chars().map(|digit| digit.to_digit(10).unwrap()).collect();
        assert!(digits.len() == 13 && gtin.as_str().starts_with("290"), "{gtin}");
        let sum: u32 =
            digits.iter().enumerate().map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 }).sum();
        assert_eq!(sum % 10, 0, "{gtin}");
    }
}

#[test]
fn categories_and_owners_are_broad() {
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    ITEMS.iter().for_each(|item| *categories.entry(item.category.as_str()).or_default() += 1);
    assert!(categories.len() >= 8 && categories.values().all(|count| *count >= 10), "{categories:?}");
    let owners: BTreeSet<&str> = ITEMS.iter().map(|item| item.owner.as_str()).collect();
    assert!(owners.len() >= 4, "{owners:?}");
}

#[test]
fn every_item_can_be_valued_and_weighed() {
    for item in ITEMS.iter() {
        let price = item.price.unwrap_or_else(|| panic!("{} has no price", item.sku));
        assert!(price.minor > 0 && price.currency.to_string() == "EUR", "{}", item.sku);
        assert!(item.weight_grams.is_some_and(|grams| (10..25_000).contains(&grams)), "{}", item.sku);
        assert!(!item.weekly_decay_percent.is_zero(), "{} never loses value", item.sku);
    }
}

#[test]
fn flags_are_true_to_the_category() {
    for item in ITEMS.iter() {
        let category = item.category.as_str();
        assert_eq!(item.serial_kind == SerialKind::Imei, category == "SMARTPHONES", "{}", item.sku);
        if category == "SMARTPHONES" {
            assert!(
                item.serial_required && item.battery && item.data_bearing && item.weee.is_some(),
                "{}",
                item.sku
            );
        }
        if category == "FOOD" {
            assert!(item.expiry_tracked && item.hygiene_seal, "{}", item.sku);
        }
        assert!(!item.expiry_tracked || ["FOOD", "COSMETICS"].contains(&category), "{}", item.sku);
        assert!(!item.data_bearing || ["SMARTPHONES", "ELECTRONICS"].contains(&category), "{}", item.sku);
        assert!(category != "COSMETICS" || item.hygiene_seal, "{}", item.sku);
    }
    let count = |flag: fn(&Item) -> bool| ITEMS.iter().filter(|item| flag(item)).count();
    assert!(count(|item| item.recalled) >= 4);
    assert!(count(|item| item.dangerous_goods) >= 6);
    assert!(count(|item| item.battery) >= 30);
    assert!(count(|item| item.hygiene_seal) >= 30);
}

/// Some vendors take goods back for years, one did so until a day that is past, one asks for no least value.
#[test]
fn vendors_have_agreements_of_each_sort() {
    let agreements = || ITEMS.iter().filter_map(|item| item.vendor.as_ref());
    let vendors: BTreeSet<&str> = agreements().map(|agreement| agreement.vendor.as_str()).collect();
    assert!(vendors.len() >= 10, "{vendors:?}");
    let until = |day: &str| day.parse::<jiff::civil::Date>().unwrap();
    assert!(
        agreements().any(|one| one.rtv_until.is_some_and(|day| day < until("2026-11-01"))),
        "one that has ended"
    );
    assert!(agreements().any(|one| one.rtv_until.is_some_and(|day| day > until("2028-01-01"))));
    assert!(
        agreements().any(|one| one.from_value.is_none()) && agreements().any(|one| one.from_value.is_some())
    );
    let too_cheap = |item: &&Item| {
        let least = item.vendor.as_ref().and_then(|vendor| vendor.from_value);
        least.zip(item.price).is_some_and(|(least, price)| price.minor < least.minor)
    };
    assert!(ITEMS.iter().any(|item| too_cheap(&item)), "one that its vendor does not take");
}

/// IMEIs that were shipped are such: fifteen digits, the last by Luhn (3GPP TS 23.003, 6.2.1).
#[test]
fn shipped_imeis_are_right() {
    let mut seen = 0;
    for line in RMAS.iter().flat_map(|rma| &rma.lines) {
        if item(line.sku.as_str()).serial_kind != SerialKind::Imei {
            continue;
        }
        for serial in &line.serials_shipped {
            let digits: Vec<u32> = serial.as_str().chars().map(|digit| digit.to_digit(10).unwrap()).collect();
            let luhn = |(at, digit): (usize, &u32)| match digit * if at % 2 == 1 { 2 } else { 1 } {
                double @ 10.. => double - 9,
                single => single,
            };
            let sum: u32 = digits.iter().enumerate().map(luhn).sum();
            assert!(digits.len() == 15 && sum.is_multiple_of(10), "{serial}");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}
