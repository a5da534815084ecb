//! Whether a code has words that a person can read.

use std::collections::BTreeSet;
use std::sync::LazyLock;

static ENGLISH: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let catalogue = std::fs::read_to_string(super::depot::asset("languages/en.ftl")).unwrap();
    let names = catalogue.lines().filter_map(|line| line.strip_prefix("say-")?.split_once(" ="));
    names.map(|(name, _)| name.trim().to_owned()).collect()
});

pub fn assert_has_words(code: &str) {
    assert!(ENGLISH.contains(code), "{code} has no English words (say-{code} in assets/languages/en.ftl)");
}
