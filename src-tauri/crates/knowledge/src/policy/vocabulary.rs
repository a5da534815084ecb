//! The words that a policy may use, from the checklists and the catalogue that go with it.

use std::collections::BTreeSet;

use returns::checklist::Checklist;
use returns::codes::Finding;
use returns::item::Item;
use returns::policy::Vocabulary;

/// Categories, owners and findings, as far as it is known which there are.
///
/// Without a checklist, categories and findings go unchecked; without a product, owners do. A category may have products
/// and no checklist yet. Findings are those that a question, a chip or the station's own comparison comes to.
pub fn vocabulary(checklists: &[Checklist], items: &[Item]) -> Vocabulary {
    let categories =
        checklists.iter().map(|list| &list.category).chain(items.iter().map(|item| &item.category));
    let owners =
        items.iter().map(|item| &item.owner).chain(checklists.iter().filter_map(|list| list.owner.as_ref()));
    Vocabulary {
        categories: (!checklists.is_empty()).then(|| categories.cloned().collect()),
        owners: (!items.is_empty()).then(|| owners.cloned().collect()),
        findings: (!checklists.is_empty()).then(|| findings(checklists)),
        ..Vocabulary::default()
    }
}

fn findings(checklists: &[Checklist]) -> BTreeSet<Finding> {
    let choices = checklists.iter().flat_map(|list| &list.questions).flat_map(|question| &question.choices);
    let chips = checklists.iter().flat_map(|list| &list.findings).map(|chip| chip.finding);
    // A date that has passed is the station's own finding, as what comes of comparing is.
    let own = Finding::ALL.iter().copied().filter(|one| one.is_comparison() || *one == Finding::Expired);
    choices.flat_map(|choice| choice.findings.iter().copied()).chain(chips).chain(own).collect()
}
