//! What a check finds in a policy: against a brute search, and case by case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod policies;

use std::collections::{BTreeMap, BTreeSet};

use policies::*;
use proptest::prelude::*;
use returns::checklist::Text;
use returns::codes::*;
use returns::policy::*;
use rust_decimal::Decimal;

fn check(policy: &Policy) -> PolicyReport {
    let words = ["law", "graded", "settled", "exchanged"].map(str::to_owned);
    policy.check(&Vocabulary { sentences: words.into(), ..Vocabulary::default() })
}

fn matching<'p>(policy: &'p Policy, unit: &Inputs) -> Vec<&'p CandidateRow> {
    let fits = |row: &&CandidateRow| row.when.matches(unit, policy.currency) == Known::Yes;
    policy.candidates.iter().filter(fits).collect()
}

/// Reads the cells of a gap back, the way a person would write a row for it. Several, where a cell has several
/// stretches.
fn rows_for(gap: &Gap) -> Vec<Conditions> {
    fn codes<T: std::str::FromStr>(cell: &str) -> Cell<T>
    where
        T::Err: std::fmt::Debug,
    {
        let (none, list) = cell.strip_prefix('!').map_or((false, cell), |list| (true, list));
        let these = list.split('|').map(|code| code.parse().unwrap()).collect();
        if none { Cell::NoneOf(these) } else { Cell::OneOf(these) }
    }
    let mut rows = vec![Conditions::default()];
    for part in &gap.cells {
        let cell = part.cell.as_str();
        let stretches: Vec<&str> =
            if part.column == "value" { cell.split(", ").collect() } else { vec![cell] };
        let each = |row: &Conditions| -> Vec<Conditions> {
            let set = |cell: &&str| {
                let mut row = row.clone();
                match part.column.as_str() {
                    "category" => row.category = codes(cell),
                    "cycle" => row.cycle = codes(cell),
                    "grade" => row.grade = codes(cell),
                    "battery" => row.battery = if *cell == "yes" { Flag::Yes } else { Flag::No },
                    "signals" | "value" => {
                        let (low, high) = cell.split_once("..").unwrap();
                        let scale = Decimal::from(if part.column == "value" { 100 } else { 1 });
                        let bound =
                            |text: &str| (!text.is_empty()).then(|| text.parse::<Decimal>().unwrap() * scale);
                        let range = Range { at_least: bound(low), below: bound(high) };
                        if part.column == "value" { row.value_minor = range } else { row.signals = range }
                    }
                    "findings" => {
                        for part in cell.split(' ') {
                            let list = |text: &str, by| {
                                text.split(by)
                                    .filter(|one| !one.is_empty())
                                    .map(|one| one.parse().unwrap())
                                    .collect()
                            };
                            if let Some(none) = part.strip_prefix('!') {
                                row.findings.none_of = list(none, '|');
                            } else if part.contains('&') {
                                row.findings.all_of = list(part, '&');
                            } else {
                                row.findings.any_of = list(part, '|');
                            }
                        }
                    }
                    other => panic!("an unused column {other}"),
                }
                row
            };
            stretches.iter().map(set).collect()
        };
        rows = rows.iter().flat_map(each).collect();
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn gaps_overlaps_and_shadows_are_those_of_a_brute_search(rows in candidates(8)) {
        let mut policy = Policy { candidates: rows, ..empty() };
        for row in &mut policy.candidates {
            row.when.signals = Range::default();
        }
        let report = check(&policy);
        let (mut uncovered, mut pairs, mut alone, mut met) =
            (Vec::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for unit in all_units() {
            let rows = matching(&policy, &unit);
            match rows.as_slice() {
                [] => uncovered.push(unit),
                [one] => {
                    alone.insert(&one.id);
                    met.insert(&one.id);
                }
                several => {
                    for (at, one) in several.iter().enumerate() {
                        met.insert(&one.id);
                        pairs.extend(several[at + 1..].iter().map(|other| (&one.id, &other.id)));
                    }
                }
            }
        }
        prop_assert_eq!(report.gaps.is_empty(), uncovered.is_empty());
        for gap in &report.gaps {
            prop_assert!(matching(&policy, &gap.witness).is_empty(), "{:?}", gap);
        }
        let found: BTreeSet<_> = report.overlaps.iter().map(|overlap| (&overlap.first, &overlap.second)).collect();
        prop_assert_eq!(&found, &pairs);
        for overlap in &report.overlaps {
            let rows: Vec<_> = matching(&policy, &overlap.witness).iter().map(|row| &row.id).collect();
            prop_assert!(rows.contains(&&overlap.first) && rows.contains(&&overlap.second), "{:?}", overlap);
        }
        let shadowed: BTreeSet<_> = report.shadowed.iter().map(|shadowed| &shadowed.row).collect();
        let never_alone: BTreeSet<_> = met.difference(&alone).copied().collect();
        prop_assert_eq!(shadowed, never_alone);
        let void: BTreeSet<_> = report.faults.iter().filter_map(CheckFault::row).collect();
        let never: BTreeSet<_> = policy.candidates.iter().map(|row| &row.id).filter(|id| !met.contains(id)).collect();
        prop_assert_eq!(void, never);
    }

    #[test]
    fn a_row_for_each_gap_closes_them_and_meets_no_other(rows in candidates(6)) {
        let mut policy = Policy { candidates: rows, ..empty() };
        let before = check(&policy);
        for (at, when) in before.gaps.iter().flat_map(rows_for).enumerate() {
            let row = policy.candidates[0].clone();
            policy.candidates.push(CandidateRow { id: id(&format!("NEW-{at}")), when, ..row });
        }
        let after = check(&policy);
        prop_assert_eq!(&after.gaps, &vec![]);
        prop_assert_eq!(after.overlaps.len(), before.overlaps.len(), "{:?}", after.overlaps);
    }

    #[test]
    fn a_shadowed_gate_row_never_acts(gates in gates()) {
        let policy = Policy { gates, ..empty() };
        let report = check(&policy);
        let mut acts = BTreeSet::new();
        let policy = verified(policy);
        for unit in all_units() {
            for signals in [vec![], SignalKind::ALL[..2].to_vec(), SignalKind::ALL[..3].to_vec()] {
                let unit = Inputs { signals: signals.into_iter().collect(), ..unit.clone() };
                acts.extend(policy.decide(&unit).rows);
            }
        }
        let void: BTreeSet<_> = report.faults.iter().filter_map(|fault| match fault {
            CheckFault::NeverMatches { row } => Some(row.clone()),
            _ => None,
        }).collect();
        let shadowed: BTreeSet<_> = report.shadowed.iter().map(|one| one.row.clone()).collect();
        for row in &policy.policy.gates {
            let dead = shadowed.contains(&row.id) || void.contains(&row.id);
            prop_assert_eq!(dead, !acts.contains(&row.id), "{}", row.id);
        }
    }

    #[test]
    fn a_shadowed_settlement_row_never_acts(settlements in settlements()) {
        let row = CandidateRow {
            id: id("C"),
            when: Conditions::default(),
            allowed: vec![Disposition::Quarantine],
            settlement: Settlement::None,
            review: false,
            why: "graded".to_owned(),
        };
        let mut policy = Policy { settlements, candidates: vec![row], ..empty() };
        let dead: BTreeSet<_> = {
            let report = check(&policy);
            let void = report.faults.iter().filter_map(CheckFault::row).cloned();
            void.chain(report.shadowed.iter().map(|one| one.row.clone())).collect()
        };
        let mut acts = BTreeSet::new();
        let named = policy.settlements.iter().flat_map(|row| match &row.disposition {
            Cell::OneOf(these) | Cell::NoneOf(these) => these.clone(),
            Cell::Any => vec![],
        });
        let tell: BTreeSet<_> = named.collect();
        let rest = Disposition::ALL.iter().copied().find(|one| !tell.contains(one));
        for disposition in tell.into_iter().chain(rest) {
            policy.candidates[0].allowed = vec![disposition];
            let policy = verified(policy.clone());
            for unit in all_units() {
                for tier in [None, Some("GOLD"), Some("SILVER"), Some("BRONZE"), Some("PLATINUM")] {
                    acts.extend(policy.decide_for(&unit, tier.map(id).as_ref()).rows);
                }
            }
        }
        for row in &policy.settlements {
            prop_assert_eq!(dead.contains(&row.id), !acts.contains(&row.id), "{}", row.id);
        }
    }
}

fn candidate(name: &str, when: Conditions) -> CandidateRow {
    CandidateRow {
        id: id(name),
        when,
        allowed: vec![Disposition::Restock],
        settlement: Settlement::Refund,
        review: false,
        why: "graded".to_owned(),
    }
}

fn of_grades(these: &[Grade]) -> Conditions {
    Conditions { grade: Cell::OneOf(these.to_vec()), ..Conditions::default() }
}

#[test]
fn a_gap_is_told_as_the_cells_that_it_takes() {
    let days = |from: i64, to: i64| Range { at_least: Some(from.into()), below: Some(to.into()) };
    let rows = vec![
        candidate("NEW", of_grades(&[Grade::N])),
        candidate("OLD", Conditions { days_since_sale: days(0, 30), ..of_grades(&[Grade::A, Grade::B]) }),
        candidate("BAD", of_grades(&[Grade::C, Grade::D, Grade::X])),
    ];
    let report = check(&Policy { candidates: rows, ..empty() });
    let [gap] = report.gaps.as_slice() else { panic!("{:?}", report.gaps) };
    let cells: BTreeMap<_, _> =
        gap.cells.iter().map(|part| (part.column.as_str(), part.cell.as_str())).collect();
    assert_eq!(cells, BTreeMap::from([("grade", "A|B"), ("days_since_sale", "..0, 30..")]));
    assert_eq!((gap.witness.grade, gap.witness.days_since_sale), (Grade::A, Some(-1)));
}

#[test]
fn a_category_that_no_row_names_is_a_gap_and_a_catch_all_closes_it() {
    let apparel = |these: &[&str], not: bool| {
        let these = these.iter().map(|text| id(text)).collect();
        let category = if not { Cell::NoneOf(these) } else { Cell::OneOf(these) };
        Conditions { category, ..Conditions::default() }
    };
    let mut policy =
        Policy { candidates: vec![candidate("A", apparel(&["APPAREL", "OTHER"], false))], ..empty() };
    let report = check(&policy);
    assert_eq!(report.gaps[0].cells[0].cell, "!APPAREL|OTHER");
    assert_eq!(report.gaps[0].witness.category, Some(id("OTHERX")), "a category that is not named");
    policy.candidates.push(candidate("REST", apparel(&["APPAREL", "OTHER"], true)));
    let report = check(&policy);
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.rows, 2);
    assert_eq!(check(&empty()).gaps.len(), 1, "no row at all is one gap");
}

#[test]
fn whole_numbers_leave_no_gap_between_them() {
    let days = |at_least: &str, below: &str| {
        let bound = |text: &str| text.parse().ok();
        Conditions {
            days_in_queue: Range { at_least: bound(at_least), below: bound(below) },
            ..Conditions::default()
        }
    };
    let rows = vec![candidate("A", days("", "2.5")), candidate("B", days("3", ""))];
    assert!(check(&Policy { candidates: rows, ..empty() }).is_clean());
    let rows = vec![candidate("A", days("", "2.5")), candidate("B", days("2.4", ""))];
    assert!(check(&Policy { candidates: rows, ..empty() }).is_clean(), "no day lies in both");
}

#[test]
fn five_hundred_rows_are_searched_through() {
    let report = check(&large(500));
    assert_eq!((report.rows, report.overlaps.len(), report.shadowed.len()), (506, 0, 0));
    assert_eq!(report.faults, []);
    // 500 of 504 rows of 14 categories: the rest of the last, and every other category.
    assert_eq!(report.gaps.len(), 2, "{:?}", report.gaps);
    let other = report.gaps.iter().find(|gap| gap.cells.len() == 1).unwrap();
    assert!(other.cells[0].cell.starts_with("!CATEGORY-0|CATEGORY-1|CATEGORY-10"));
}

#[test]
fn rows_that_let_one_signal_decide_are_faults() {
    let signals = |at_least: i64| Conditions {
        signals: Range { at_least: Some(at_least.into()), below: None },
        ..Conditions::default()
    };
    let rows = vec![
        candidate("ONE", signals(1)),
        candidate("TWO", signals(2)),
        candidate("SEEN", Conditions { fraud_signal: Flag::Yes, ..Conditions::default() }),
    ];
    let report = check(&Policy { candidates: rows, ..empty() });
    let found: Vec<_> = report
        .faults
        .iter()
        .filter_map(|fault| match fault {
            CheckFault::SignalDecides { row, column } => Some((row.as_str(), column.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(found, [("ONE", "signals"), ("SEEN", "fraud_signal")]);
}

#[test]
fn words_that_nobody_knows_are_faults() {
    let mut policy = Policy { candidates: vec![candidate("A", Conditions::default())], ..empty() };
    policy.candidates[0].when.category = Cell::NoneOf(vec![id("APPARREL")]);
    policy.candidates[0].when.owner = Cell::OneOf(vec![id("NOBODY")]);
    policy.candidates[0].when.findings.none_of = vec![Finding::Odour];
    policy.candidates[0].why = "no-such-sentence".to_owned();
    policy.recovery = vec![RecoveryRow {
        category: Cell::OneOf(vec![id("APPAREL"), id("FODO")]),
        grade: Grade::A,
        disposition: Disposition::Restock,
        percent: 1.into(),
        source: String::new(),
    }];
    policy.tiers = vec![TierRow { tier: id("GOLD"), queue_percent: 150 }];
    policy.settlements = vec![SettlementRow {
        id: id("S"),
        when: Conditions::default(),
        tier: Cell::OneOf(vec![id("GOLD"), id("GLOD")]),
        disposition: Cell::Any,
        settlement: Settlement::Refund,
        response: None,
        why: "settled".to_owned(),
    }];
    policy.sentences = BTreeMap::from([("settled".to_owned(), Text(BTreeMap::new()))]);
    let vocabulary = Vocabulary {
        categories: Some([id("APPAREL")].into()),
        owners: Some([id("NORDWIND")].into()),
        findings: Some([Finding::Stain].into()),
        ..Vocabulary::default()
    };
    let faults = policy.check(&vocabulary).faults;
    let said: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "row A: there is no sentence no-such-sentence",
            "A: nobody knows the category APPARREL",
            "A: nobody knows the owner NOBODY",
            "A: nobody knows the findings ODOUR",
            "S: nobody knows the tier GLOD",
            "recovery[0]: nobody knows the category FODO",
        ]
    );
}

#[test]
fn rows_that_say_nothing_are_faults() {
    let gate = |name: &str, effect| GateRow {
        id: id(name),
        gate: Gate::UnsoldGoods,
        when: Conditions::default(),
        effect,
        settlement: None,
        hold: None,
        review: false,
        why: "law".to_owned(),
    };
    let permit =
        |these: &[Disposition]| GateEffect::Permit { dispositions: these.to_vec(), derogation: id("D") };
    let mut policy = Policy { candidates: vec![candidate("C", Conditions::default())], ..empty() };
    policy.gates = vec![
        gate("P1", permit(&[Disposition::Destroy])),
        gate("P2", permit(&[Disposition::Recycle])),
        gate("F", GateEffect::Forbid(vec![Disposition::Destroy])),
    ];
    policy.candidates[0].allowed.clear();
    policy.examples = vec![example("one", Some("GONE")), example("one", None)];
    let codes: Vec<_> = check(&policy).faults.iter().map(|fault| fault.code().to_owned()).collect();
    assert_eq!(codes, ["row-allows-nothing", "permits-nothing", "example-row-missing", "example-twice"]);
}

fn example(name: &str, row: Option<&str>) -> Example {
    Example {
        name: name.to_owned(),
        inputs: Inputs::of_grade(Grade::A),
        tier: None,
        expect: Expect {
            disposition: Disposition::Restock,
            settlement: None,
            row: row.map(id),
            review: None,
            preference: None,
            derogation: None,
        },
    }
}

#[test]
fn examples_must_come_out_as_said() {
    let mut policy = Policy { candidates: vec![candidate("C", Conditions::default())], ..empty() };
    policy.examples = vec![example("good", Some("C")), example("bad", Some("D")), example("tier", None)];
    policy.settlements = vec![SettlementRow {
        id: id("S"),
        when: Conditions::default(),
        tier: Cell::OneOf(vec![id("GOLD")]),
        disposition: Cell::Any,
        settlement: Settlement::StoreCredit,
        response: None,
        why: "settled".to_owned(),
    }];
    policy.examples[1].expect = Expect {
        disposition: Disposition::Donate,
        settlement: Some(Settlement::Keep),
        row: Some(id("D")),
        review: Some(true),
        preference: Some(PreferenceOutcome::Honoured),
        derogation: Some(id("DER")),
    };
    policy.examples[2].tier = Some(id("GOLD"));
    policy.examples[2].expect.settlement = Some(Settlement::StoreCredit);
    let report = check(&policy);
    assert_eq!((report.examples, report.failed.len()), (3, 1));
    let failed = &report.failed[0];
    assert_eq!(failed.name, "bad");
    let differs: Vec<_> = failed
        .differs
        .iter()
        .map(|one| (one.what.as_str(), one.expected.as_str(), one.found.as_str()))
        .collect();
    assert_eq!(
        differs,
        [
            ("disposition", "DONATE", "RESTOCK"),
            ("settlement", "KEEP", "REFUND"),
            ("row", "D", "C"),
            ("review", "yes", "no"),
            ("preference", "HONOURED", "NO_PREFERENCE"),
            ("derogation", "DER", ""),
        ]
    );
}
