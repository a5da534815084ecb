//! The files of `assets/`, read.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use knowledge::operators::OperatorRow;
use knowledge::{File, Read};
use returns::checklist::Checklist;
use returns::codes::Cycle;
use returns::item::Item;
use returns::policy::Policy;
use returns::rma::Rma;

pub fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

pub fn bytes(path: &str) -> Vec<u8> {
    let path = assets().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All values, or a panic that lists every problem.
fn all<T>(read: Read<T>) -> Vec<T> {
    read.whole().unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{} problems:\n{}", lines.len(), lines.join("\n"))
    })
}

pub static ITEMS: LazyLock<Vec<Item>> = LazyLock::new(|| {
    let file = "catalogue/catalogue.csv";
    all(knowledge::catalogue::read(&bytes(file), file))
});

pub static RMAS: LazyLock<Vec<Rma>> = LazyLock::new(|| {
    let file = "demo/rmas.json";
    all(knowledge::rmas::read(&bytes(file), file))
});

pub static OPERATORS: LazyLock<Vec<OperatorRow>> = LazyLock::new(|| {
    let file = "demo/operators.csv";
    all(knowledge::operators::read(&bytes(file), file))
});

pub static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let there = knowledge::policy::FILES.iter().filter(|name| assets().join("policy").join(name).exists());
    let texts: Vec<(&str, Vec<u8>)> = there.map(|name| (*name, bytes(&format!("policy/{name}")))).collect();
    let files: Vec<File<'_>> = texts.iter().map(|(name, bytes)| File { name, bytes }).collect();
    all(knowledge::policy::read(&files)).remove(0)
});

/// Every checklist with the name of its file.
pub static CHECKLISTS: LazyLock<Vec<(String, Checklist)>> = LazyLock::new(|| {
    let mut names: Vec<String> = std::fs::read_dir(assets().join("checklists"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let checklist =
                all(knowledge::checklist::read(&bytes(&format!("checklists/{name}")), &name)).remove(0);
            (name, checklist)
        })
        .collect()
});

pub fn item(sku: &str) -> &'static Item {
    ITEMS.iter().find(|item| item.sku.as_str() == sku).unwrap_or_else(|| panic!("no item {sku}"))
}

pub fn rma(number: &str) -> &'static Rma {
    RMAS.iter().find(|rma| rma.number.as_str() == number).unwrap_or_else(|| panic!("no RMA {number}"))
}

/// The checklist that a bench takes for the item: the most special one for its owner and this cycle.
pub fn checklist(item: &Item, cycle: Option<Cycle>) -> &'static Checklist {
    let fits = |list: &&Checklist| {
        list.category == item.category
            && list.owner.as_ref().is_none_or(|owner| *owner == item.owner)
            && (list.cycle.is_none() || list.cycle == cycle)
    };
    let found = CHECKLISTS.iter().map(|(_, list)| list).filter(fits);
    let found = found.max_by_key(|list| (list.owner.is_some(), list.cycle.is_some()));
    found.unwrap_or_else(|| panic!("no checklist for {}", item.category))
}
