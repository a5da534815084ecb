//! What is in the files hangs together.

use std::collections::{BTreeMap, BTreeSet};

use barcodes::meaning::{self, Meaning};
use returns::checklist::Text;
use returns::codes::{
    Cycle, Disposition, Finding, Gate, Grade, IntakeKind, Preference, QuestionKind, Reason, RmaState, Role,
};
use returns::ids::Sha256Hex;
use returns::policy::{Inputs, VerifiedPolicy, WhyCode};

use crate::files::{CHECKLISTS, ITEMS, OPERATORS, POLICY, RMAS, bytes, item};

#[test]
fn there_is_enough_of_it() {
    assert!(ITEMS.len() >= 40, "{} items", ITEMS.len());
    assert!(RMAS.len() >= 28, "{} RMAs", RMAS.len());
    assert!(POLICY.gates.len() + POLICY.candidates.len() >= 25);
    assert_eq!(POLICY.number, 118);
    let roles = |role| OPERATORS.iter().filter(|operator| operator.role == role).count();
    assert!(roles(Role::Grader) >= 2 && roles(Role::Supervisor) >= 1 && roles(Role::Technician) >= 1);
}

#[test]
fn written_again_everything_reads_the_same() {
    let items = knowledge::catalogue::write(&ITEMS).unwrap();
    assert_eq!(knowledge::catalogue::read(items.as_bytes(), "again").whole().unwrap(), *ITEMS);
    let operators = knowledge::operators::write(&OPERATORS).unwrap();
    assert_eq!(knowledge::operators::read(operators.as_bytes(), "again").whole().unwrap(), *OPERATORS);
    let rmas = knowledge::rmas::write(&RMAS).unwrap();
    assert_eq!(knowledge::rmas::read(rmas.as_bytes(), "again").whole().unwrap(), *RMAS);
    for (name, checklist) in CHECKLISTS.iter() {
        let text = knowledge::checklist::write(checklist).unwrap();
        assert_eq!(knowledge::checklist::read(text.as_bytes(), name).one().unwrap(), *checklist);
    }
    let json = knowledge::policy::write_json(&POLICY).unwrap();
    assert_eq!(knowledge::policy::read_json(json.as_bytes(), "again").one().unwrap(), *POLICY);
    let files = knowledge::policy::write(&POLICY).unwrap();
    let files: Vec<knowledge::File<'_>> =
        files.iter().map(|(name, text)| knowledge::File { name, bytes: text.as_bytes() }).collect();
    let again = knowledge::policy::read(&files);
    assert_eq!(again.one().unwrap(), *POLICY);
}

/// The scanner's side reads every article number, and reads it as nothing else.
#[test]
fn every_gtin_scans_as_that_product() {
    for item in ITEMS.iter() {
        assert!(!item.gtins.is_empty(), "{} cannot be scanned", item.sku);
        for gtin in &item.gtins {
            let reading = meaning::read(gtin.as_str().as_bytes());
            match reading.meanings.as_slice() {
                [Meaning::Product { gtin: read, .. }] => assert_eq!(read.shortest(), gtin.as_str()),
                other => panic!("{gtin} of {} reads as {other:?}", item.sku),
            }
        }
    }
}

#[test]
fn every_tracking_number_scans_as_one() {
    for number in RMAS.iter().flat_map(|rma| &rma.tracking) {
        // An SSCC is stored without the identifier 00 that the symbol holds.
        let sscc = number.as_str().len() == 18 && number.as_str().bytes().all(|b| b.is_ascii_digit());
        let scan = if sscc { format!("]C100{number}") } else { number.to_string() };
        let reading = meaning::read(scan.as_bytes());
        let tracking = reading.meanings.iter().find_map(|meaning| match meaning {
            Meaning::Tracking { candidates } => Some(candidates),
            _ => None,
        });
        let tracking = tracking.unwrap_or_else(|| panic!("{scan} reads as {reading:?}"));
        assert!(tracking.iter().any(|candidate| candidate.number == number.as_str()), "{scan}: {tracking:?}");
    }
}

#[test]
fn rmas_name_goods_of_the_catalogue() {
    for rma in RMAS.iter() {
        for line in &rma.lines {
            let item = item(line.sku.as_str());
            assert_eq!(item.owner, rma.owner, "{}: {} belongs to somebody else", rma.number, line.sku);
            assert_eq!(item.serial_required, !line.serials_shipped.is_empty(), "{} {}", rma.number, line.sku);
        }
    }
}

#[test]
fn the_dock_sees_all_kinds_of_rmas() {
    let several_lines = RMAS.iter().filter(|rma| rma.lines.len() > 1).count();
    assert!(several_lines >= 2);
    assert!(RMAS.iter().any(|rma| rma.tracking.len() > 1), "one RMA in two parcels");
    let mut parcels: BTreeMap<_, usize> = BTreeMap::new();
    RMAS.iter().flat_map(|rma| &rma.tracking).for_each(|number| *parcels.entry(number).or_default() += 1);
    assert!(parcels.values().any(|rmas| *rmas > 1), "one parcel with two RMAs");
    for state in [RmaState::Expired, RmaState::Cancelled] {
        assert!(RMAS.iter().any(|rma| rma.state == state), "no RMA is {state}");
    }
    for cycle in Cycle::ALL {
        assert!(RMAS.iter().any(|rma| rma.cycle == *cycle), "no RMA is {cycle}");
    }
    let lines = || RMAS.iter().flat_map(|rma| &rma.lines);
    let reasons: BTreeSet<Reason> = lines().map(|line| line.reason).collect();
    let preferences: BTreeSet<Preference> = lines().map(|line| line.preference).collect();
    assert!(reasons.len() >= 12, "{reasons:?}");
    assert!(preferences.len() >= 6, "{preferences:?}");
}

#[test]
fn every_category_has_a_short_checklist_in_two_languages() {
    let spoken = |text: &Text, what: &str| {
        for language in ["en", "de"] {
            assert!(text.0.get(language).is_some_and(|words| !words.is_empty()), "{what} lacks {language}");
        }
    };
    for (name, checklist) in CHECKLISTS.iter() {
        assert!(checklist.questions.len() <= 8, "{name} asks too much");
        assert_eq!(checklist.questions[0].kind, QuestionKind::Safety, "{name} begins with safety");
        assert!(checklist.questions.iter().any(|q| q.kind == QuestionKind::Identity), "{name}");
        assert!(!checklist.photos.is_empty(), "{name} wants no photo");
        for question in &checklist.questions {
            spoken(&question.text, &format!("{name} {}", question.id));
            question.hint.iter().for_each(|hint| spoken(hint, &format!("{name} {}", question.id)));
            // Keys 1 to 4 answer; 5 to 7 are findings.
            assert!(question.choices.len() <= 4, "{name} {} has more answers than keys", question.id);
            for choice in &question.choices {
                spoken(&choice.label, &format!("{name} {} {}", question.id, choice.id));
            }
        }
    }
    let categories: BTreeSet<_> = ITEMS.iter().map(|item| &item.category).collect();
    let covered: BTreeSet<_> = CHECKLISTS.iter().map(|(_, checklist)| &checklist.category).collect();
    assert_eq!(categories, covered);
}

/// An item that needs its serial must be asked for it, or it could never be graded.
#[test]
fn who_needs_a_serial_is_asked_for_it() {
    for item in ITEMS.iter().filter(|item| item.serial_required) {
        let checklist = crate::files::checklist(item);
        let asked = checklist.questions.iter().any(|q| q.id.as_str() == knowledge::checklist::SERIAL);
        assert!(asked, "{} has a serial, its checklist does not ask", item.sku);
    }
    // And a hygiene seal must be looked at whatever the grade, or its gate stays open.
    for item in ITEMS.iter().filter(|item| item.hygiene_seal) {
        let checklist = crate::files::checklist(item);
        let says = |question: &returns::checklist::Question| {
            question.kind != QuestionKind::Condition && question.choices.iter().all(|c| c.seal.is_some())
        };
        assert!(checklist.questions.iter().any(says), "{} has a seal, its checklist does not ask", item.sku);
    }
}

#[test]
fn every_row_says_why_in_two_languages() {
    let words = knowledge::why::read(&bytes("policy/why.json"), "why.json").one().unwrap();
    assert_eq!(knowledge::why::missing(&POLICY, &words), Vec::<&str>::new());
    let used: BTreeSet<&str> = (POLICY.gates.iter().map(|row| row.why.as_str()))
        .chain(POLICY.candidates.iter().map(|row| row.why.as_str()))
        .collect();
    for (key, text) in &words {
        assert!(used.contains(key.as_str()), "no row says {key}");
        assert!(text.0.get("de").is_some_and(|words| !words.is_empty()), "{key} lacks German");
    }
}

#[test]
fn every_gate_has_a_row() {
    for gate in Gate::ALL {
        assert!(POLICY.gates.iter().any(|row| row.gate == *gate), "no row for {gate}");
    }
}

/// With all facts known, no unit of our categories falls between two rows or under two.
#[test]
fn known_units_meet_exactly_one_row() {
    let policy = VerifiedPolicy { policy: POLICY.clone(), hash: Sha256Hex([0; 32]) };
    let findings: [&[Finding]; 4] =
        [&[], &[Finding::NoFaultFound], &[Finding::Stain], &[Finding::SoleDirty, Finding::Used]];
    let mut tried = 0;
    for inputs in known_units() {
        for seen in findings {
            let inputs = Inputs { findings: seen.iter().copied().collect(), ..inputs.clone() };
            let decision = policy.decide(&inputs);
            for sentence in &decision.why {
                let bad =
                    matches!(sentence.code, WhyCode::NoRow | WhyCode::RowsOverlap | WhyCode::FactMissing);
                assert!(!bad, "{sentence:?} for {inputs:?}");
            }
            tried += 1;
        }
    }
    assert!(tried > 10_000, "only {tried} units tried");
}

fn known_units() -> Vec<Inputs> {
    let mut units = Vec::new();
    for (_, checklist) in CHECKLISTS.iter() {
        for grade in Grade::ALL {
            // None, all, and each alone: no row asks two of them.
            for flags in [0, 15, 1, 2, 4, 8_u8] {
                let flag = |bit: u8| Some(flags & (1 << bit) != 0);
                let unit = Inputs {
                    category: Some(checklist.category.clone()),
                    owner: Some("NLK".parse().unwrap()),
                    value: Some(knowledge::cells::money("89.00 EUR").unwrap()),
                    in_warranty: flag(0),
                    vendor_takes_back: flag(1),
                    weee: flag(2),
                    seal_intact: flag(3),
                    recalled: Some(false),
                    hygiene_seal: Some(false),
                    battery: Some(false),
                    dangerous_goods: Some(false),
                    data_bearing: Some(false),
                    ..Inputs::of_grade(*grade)
                };
                for intake in IntakeKind::ALL.iter().filter(|kind| **kind != IntakeKind::Rma) {
                    units.push(Inputs { intake: Some(*intake), ..unit.clone() });
                }
                for (cycle, preference) in pairs(Cycle::ALL, Preference::ALL) {
                    units.push(Inputs {
                        intake: Some(IntakeKind::Rma),
                        cycle: Some(cycle),
                        preference: Some(preference),
                        reason: Some(Reason::ChangedMind),
                        ..unit.clone()
                    });
                }
            }
        }
    }
    units
}

fn pairs<A: Copy, B: Copy>(first: &'static [A], second: &'static [B]) -> impl Iterator<Item = (A, B)> {
    first.iter().flat_map(move |a| second.iter().map(move |b| (*a, *b)))
}

/// What opened hygiene goods and usable apparel may never become, whatever else is known of them.
#[test]
fn law_holds_for_every_unit() {
    use Disposition::{Destroy, Donate, Liquidate, Recycle, Restock, RestockB, Rtv};
    let policy = VerifiedPolicy { policy: POLICY.clone(), hash: Sha256Hex([0; 32]) };
    for inputs in known_units() {
        let opened = Inputs { hygiene_seal: Some(true), seal_intact: Some(false), ..inputs.clone() };
        let decision = policy.decide(&opened);
        assert!(
            ![Restock, RestockB, Liquidate, Donate, Rtv].contains(&decision.disposition),
            "opened hygiene goods to {}: {opened:?}",
            decision.disposition
        );
        let worn = matches!(inputs.category.as_ref().map(|c| c.as_str()), Some("APPAREL" | "FOOTWEAR"));
        let usable = !matches!(inputs.grade, Grade::D | Grade::X);
        if worn && usable && inputs.cycle == Some(Cycle::Commercial) {
            let decision = policy.decide(&inputs);
            assert!(![Destroy, Recycle].contains(&decision.disposition), "{inputs:?}");
        }
    }
}
