//! The checklists: short, in two languages, safety first, with pictures that exist, and every grade in reach.

use std::collections::{BTreeMap, BTreeSet};

use returns::checklist::{Checklist, Text};
use returns::codes::{
    CosmeticGrade, Cycle, Finding, FunctionGrade, Grade, HoldReason, QuestionKind, Seal, SerialKind,
};

use crate::files::{CHECKLISTS, ITEMS, assets, bytes, checklist};

const EVERY_CYCLE: [Option<Cycle>; 3] =
    [Some(Cycle::Commercial), Some(Cycle::Service), Some(Cycle::EndOfLife)];

fn spoken(text: &Text, what: &str) {
    for language in ["en", "de"] {
        assert!(
            text.0.get(language).is_some_and(|words| !words.trim().is_empty()),
            "{what} lacks {language}"
        );
    }
    assert_eq!(text.0.len(), 2, "{what}");
}

#[test]
fn at_least_eight_categories_have_one_and_every_item_too() {
    let covered: BTreeSet<_> = CHECKLISTS.iter().map(|(_, list)| &list.category).collect();
    assert!(covered.len() >= 8, "{covered:?}");
    let categories: BTreeSet<_> = ITEMS.iter().map(|item| &item.category).collect();
    assert_eq!(categories, covered);
    let general = CHECKLISTS.iter().filter(|(_, list)| list.owner.is_none() && list.cycle.is_none());
    let general: BTreeSet<_> = general.map(|(_, list)| &list.category).collect();
    assert_eq!(general, covered, "a category has lists for special cases only");
}

/// One for each category, owner and cycle; and what is special exists: a cycle's own, an owner's own.
#[test]
fn each_is_for_somebody_else() {
    let mut whose = BTreeMap::new();
    for (name, list) in CHECKLISTS.iter() {
        let key = (&list.category, &list.owner, list.cycle);
        assert_eq!(whose.insert(key, name), None, "{name} is for the same units as another");
        if let Some(owner) = &list.owner {
            let goods = ITEMS.iter().any(|item| item.owner == *owner && item.category == list.category);
            assert!(goods, "{name}: {owner} has no such goods");
        }
    }
    for cycle in [Cycle::Service, Cycle::EndOfLife] {
        assert!(CHECKLISTS.iter().filter(|(_, list)| list.cycle == Some(cycle)).count() >= 4, "{cycle}");
    }
    assert!(CHECKLISTS.iter().any(|(_, list)| list.owner.is_some()));
}

#[test]
fn they_are_short_and_speak_two_languages() {
    for (name, list) in CHECKLISTS.iter() {
        assert!(list.questions.len() <= 9, "{name} asks too much");
        assert!(list.version >= 1);
        assert!(!list.photos.is_empty(), "{name} wants no photo");
        for question in &list.questions {
            let what = format!("{name} {}", question.id);
            spoken(&question.text, &what);
            assert!(question.text.0.values().all(|words| words.chars().count() <= 60), "{what} is too long");
            spoken(
                question.hint.as_ref().unwrap_or_else(|| panic!("{what} does not say how to look")),
                &what,
            );
            // Keys 1 to 4 answer; 5 to 7 are findings.
            assert!(question.choices.len() <= 4, "{what} has more answers than keys");
            for choice in &question.choices {
                spoken(&choice.label, &format!("{what} {}", choice.id));
            }
        }
    }
}

#[test]
fn safety_and_identity_come_first() {
    for (name, list) in CHECKLISTS.iter() {
        let kinds: Vec<QuestionKind> = list.questions.iter().map(|question| question.kind).collect();
        assert_eq!(kinds.first(), Some(&QuestionKind::Safety), "{name}");
        assert!(
            kinds.contains(&QuestionKind::Identity) && kinds.contains(&QuestionKind::Condition),
            "{name}"
        );
        assert!(list.faults().is_empty(), "{name}: {:?}", list.faults());
    }
}

/// The best answers give N, and only as the seal is intact: the same with a broken one gives A at best.
#[test]
fn only_an_intact_seal_gives_n() {
    for (name, list) in CHECKLISTS.iter() {
        for (seal, grade) in [(Seal::Intact, Grade::N), (Seal::Broken, Grade::A)] {
            assert_eq!(list.grade(&best(list, seal), &BTreeSet::new()).grade, grade, "{name} {seal}");
        }
    }
}

/// Answers without any harm in them, and this seal.
fn best(list: &Checklist, seal: Seal) -> Vec<returns::checklist::Answer> {
    let answers = list.questions.iter().map(|question| {
        let harmless = question.choices.iter().find(|choice| {
            let found = choice.findings.iter().any(|finding| *finding != Finding::NoFaultFound);
            choice.seal.is_none() && choice.grade.is_none() && !found && !choice.review
        });
        let choice = question.choices.iter().find(|choice| choice.seal == Some(seal)).or(harmless);
        let choice = choice.unwrap_or_else(|| panic!("{} has no good answer", question.id));
        returns::checklist::Answer { question: question.id.clone(), choice: choice.id.clone() }
    });
    answers.collect()
}

/// What is worse than A can be said in every list: by answers or by findings beside them.
#[test]
fn every_grade_is_in_reach() {
    for (name, list) in CHECKLISTS.iter() {
        let answers =
            list.questions.iter().flat_map(|question| &question.choices).filter_map(|choice| choice.grade);
        let found: BTreeSet<Grade> =
            answers.chain(list.findings.iter().filter_map(|chip| chip.grade)).collect();
        for grade in [Grade::B, Grade::C, Grade::D, Grade::X] {
            let spared = list.category.as_str() == "COSMETICS" && grade == Grade::D;
            assert!(spared || found.contains(&grade), "{name} never says {grade}: {found:?}");
        }
    }
}

#[test]
fn pictures_are_small_line_drawings_that_are_used() {
    let folder = assets().join("checklists/pictures");
    let drawn: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".svg").unwrap_or_else(|| panic!("{name} is no SVG")).to_owned())
        .collect();
    let mut named = BTreeSet::new();
    for (name, list) in CHECKLISTS.iter() {
        let pictures: BTreeSet<String> =
            list.questions.iter().filter_map(|question| question.picture.clone()).collect();
        assert!(pictures.len() >= 2, "{name} shows too little");
        named.extend(pictures);
    }
    assert_eq!(named, drawn, "named on the left, drawn on the right");
    for name in drawn {
        let svg = bytes(&format!("checklists/pictures/{name}.svg"));
        assert!(svg.len() <= 6 * 1024, "{name} has {} bytes", svg.len());
        let svg = String::from_utf8(svg).unwrap();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox="), "{name}");
        for active in ["<text", "<script", "<image", "<use", "href", "onload", "style=", "url("] {
            assert!(!svg.contains(active), "{name} holds {active}");
        }
    }
}

/// Function and looks stand where a device is looked at, and never for what is dead (REC names working ones only).
#[test]
fn devices_get_function_and_looks() {
    let with_function = ["ELECTRONICS", "SMARTPHONES", "TOOLS", "HOME"];
    for (name, list) in CHECKLISTS.iter() {
        let choices = || list.questions.iter().flat_map(|question| &question.choices);
        let functions: BTreeSet<FunctionGrade> = choices().filter_map(|choice| choice.function).collect();
        let looks: BTreeSet<CosmeticGrade> = choices().filter_map(|choice| choice.cosmetic).collect();
        let device = with_function.contains(&list.category.as_str());
        assert_eq!(device, !functions.is_empty(), "{name}: {functions:?}");
        if list.cycle.is_none() {
            assert_eq!(device, !looks.is_empty(), "{name}: {looks:?}");
        }
        let dead = choices().filter(|choice| choice.grade == Some(Grade::D) && choice.function.is_some());
        assert_eq!(dead.count(), 0, "{name} gives a function to what does not work");
    }
}

#[test]
fn lithium_and_data_are_asked_for() {
    for item in ITEMS.iter() {
        for cycle in EVERY_CYCLE {
            let list = checklist(item, cycle);
            let choices = || list.questions.iter().flat_map(|question| &question.choices);
            if item.battery {
                assert!(
                    choices().any(|choice| choice.hold == Some(HoldReason::Battery)),
                    "{} {cycle:?}",
                    item.sku
                );
            }
            if item.data_bearing {
                let asked = |finding| choices().any(|choice| choice.findings.contains(&finding));
                assert!(
                    asked(Finding::DataPresent) && asked(Finding::AccountLocked),
                    "{} {cycle:?}",
                    item.sku
                );
            }
        }
    }
}

/// An item that needs its serial must be asked for it, or it could never be graded; and a hygiene seal must be
/// looked at whatever the grade, or its gate stays open.
#[test]
fn serial_and_seal_are_asked_for() {
    for item in ITEMS.iter() {
        for cycle in EVERY_CYCLE {
            let list = checklist(item, cycle);
            let serial =
                list.questions.iter().find(|question| question.id.as_str() == knowledge::checklist::SERIAL);
            assert!(
                serial.is_some() || !item.serial_required,
                "{} {cycle:?} is not asked for its serial",
                item.sku
            );
            if item.serial_kind == SerialKind::Imei {
                let words = serial.and_then(|question| question.text.0.get("en")).unwrap();
                assert!(words.contains("IMEI"), "{} {cycle:?}: {words}", item.sku);
            }
            let seal = |question: &returns::checklist::Question| {
                question.kind != QuestionKind::Condition && question.choices.iter().all(|c| c.seal.is_some())
            };
            assert!(!item.hygiene_seal || list.questions.iter().any(seal), "{} {cycle:?}: no seal", item.sku);
        }
    }
}
