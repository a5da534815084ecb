//! Policies made up by the hundred: random ones for laws that all must keep, and a large regular one.
#![allow(dead_code)]

use jiff::civil::date;
use proptest::prelude::*;
use returns::codes::*;
use returns::ids::*;
use returns::money::Money;
use returns::policy::*;
use rust_decimal::Decimal;

pub fn id<T: std::str::FromStr<Err = IdError>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

pub fn verified(policy: Policy) -> VerifiedPolicy {
    VerifiedPolicy { policy, hash: Sha256Hex([7; 32]) }
}

pub const CATEGORIES: [&str; 3] = ["APPAREL", "PHONES", "FOOD"];
pub const TIERS: [&str; 3] = ["GOLD", "SILVER", "BRONZE"];
pub const BOUNDS: [i64; 3] = [0, 5_000, 20_000];
pub const FINDINGS: [Finding; 3] = [Finding::Stain, Finding::Odour, Finding::Cracked];

fn some_of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Vec<T>> + use<T> {
    let most = all.len().min(3);
    proptest::sample::subsequence(all.to_vec(), 1..=most)
}

pub fn cell<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Cell<T>> + use<T> {
    prop_oneof![
        3 => Just(Cell::Any),
        2 => some_of(all).prop_map(Cell::OneOf),
        1 => some_of(all).prop_map(Cell::NoneOf),
    ]
}

pub fn flag() -> impl Strategy<Value = Flag> {
    prop_oneof![4 => Just(Flag::Any), 1 => Just(Flag::Yes), 1 => Just(Flag::No)]
}

pub fn findings() -> impl Strategy<Value = Findings> {
    let list = || proptest::sample::subsequence(FINDINGS.to_vec(), 1..=2);
    prop_oneof![
        4 => Just(Findings::default()),
        1 => list().prop_map(|any_of| Findings { any_of, ..Findings::default() }),
        1 => list().prop_map(|all_of| Findings { all_of, ..Findings::default() }),
        1 => list().prop_map(|none_of| Findings { none_of, ..Findings::default() }),
        1 => (list(), list()).prop_map(|(any_of, none_of)| Findings { any_of, none_of, all_of: vec![] }),
    ]
}

pub fn range() -> impl Strategy<Value = Range> {
    let bound = || proptest::option::of(proptest::sample::select(BOUNDS.to_vec()).prop_map(Decimal::from));
    prop_oneof![
        3 => Just(Range::default()),
        2 => (bound(), bound()).prop_map(|(at_least, below)| Range { at_least, below }),
    ]
}

pub fn categories() -> Vec<CategoryCode> {
    CATEGORIES.iter().map(|text| id(text)).collect()
}

/// Conditions over a handful of columns, few enough to try all units.
pub fn conditions() -> impl Strategy<Value = Conditions> {
    (cell(&categories()), cell(Cycle::ALL), cell(Grade::ALL), findings(), range(), flag()).prop_map(
        |(category, cycle, grade, findings, value_minor, battery)| Conditions {
            category,
            cycle,
            grade,
            findings,
            value_minor,
            battery,
            ..Conditions::default()
        },
    )
}

/// Every unit that [`conditions`] can tell apart, all facts known.
pub fn all_units() -> Vec<Inputs> {
    let mut units = Vec::new();
    for category in CATEGORIES.iter().chain(&["TOYS"]) {
        for cycle in Cycle::ALL {
            for grade in Grade::ALL {
                for value in BOUNDS {
                    for battery in [true, false] {
                        for seen in 0..8_u8 {
                            let found = FINDINGS.iter().enumerate().filter(|(at, _)| seen >> at & 1 == 1);
                            units.push(Inputs {
                                category: Some(id(category)),
                                cycle: Some(*cycle),
                                value: Some(eur(value)),
                                battery: Some(battery),
                                findings: found.map(|(_, finding)| *finding).collect(),
                                ..Inputs::of_grade(*grade)
                            });
                        }
                    }
                }
            }
        }
    }
    units
}

fn dispositions() -> impl Strategy<Value = Vec<Disposition>> {
    proptest::sample::subsequence(Disposition::ALL.to_vec(), 1..5).prop_shuffle()
}

/// Rows may look at how many signals there are, but not so that one alone decides.
fn with_signals(when: Conditions) -> impl Strategy<Value = Conditions> {
    proptest::option::weighted(0.2, 2..4_i64).prop_map(move |from| Conditions {
        signals: Range { at_least: from.map(Decimal::from), below: None },
        ..when.clone()
    })
}

pub fn gates() -> impl Strategy<Value = Vec<GateRow>> {
    let effect = prop_oneof![
        3 => dispositions().prop_map(GateEffect::Forbid),
        2 => proptest::sample::select(Disposition::ALL.to_vec()).prop_map(GateEffect::Force),
        2 => dispositions().prop_map(|dispositions| GateEffect::Permit { dispositions, derogation: id("D-1") }),
    ];
    let settlement = proptest::option::of(proptest::sample::select(Settlement::ALL.to_vec()));
    let gate = proptest::sample::select(Gate::ALL.to_vec());
    let row = (gate, conditions().prop_flat_map(with_signals), effect, settlement, any::<bool>());
    proptest::collection::vec(row, 0..5).prop_map(|rows| {
        let row = |(at, (gate, when, effect, settlement, review))| GateRow {
            id: id(&format!("G{at}")),
            gate,
            when,
            effect,
            settlement,
            hold: None,
            review,
            why: "law".to_owned(),
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

pub fn candidates(most: usize) -> impl Strategy<Value = Vec<CandidateRow>> {
    let settlement = proptest::sample::select(Settlement::ALL.to_vec());
    let row = (conditions().prop_flat_map(with_signals), dispositions(), settlement, any::<bool>());
    proptest::collection::vec(row, 1..most).prop_map(|rows| {
        let row = |(at, (when, allowed, settlement, review))| CandidateRow {
            id: id(&format!("C{at}")),
            when,
            allowed,
            settlement,
            review,
            why: "graded".to_owned(),
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

pub fn settlements() -> impl Strategy<Value = Vec<SettlementRow>> {
    let tiers: Vec<CustomerTier> = TIERS.iter().map(|text| id(text)).collect();
    let settlement = proptest::sample::select(Settlement::ALL.to_vec());
    let response = proptest::option::of(proptest::sample::select(SellerResponse::ALL.to_vec()));
    let row = (conditions(), cell(&tiers), cell(Disposition::ALL), settlement, response);
    proptest::collection::vec(row, 0..5).prop_map(|rows| {
        let row = |(at, (when, tier, disposition, settlement, response))| SettlementRow {
            id: id(&format!("S{at}")),
            when,
            tier,
            disposition,
            settlement,
            response,
            why: "settled".to_owned(),
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn figures() -> impl Strategy<Value = Vec<RecoveryRow>> {
    let grade = proptest::sample::select(Grade::ALL.to_vec());
    let disposition = proptest::sample::select(Disposition::ALL.to_vec());
    let row = (grade, disposition, 0..100_i64).prop_map(|(grade, disposition, percent)| RecoveryRow {
        category: Cell::Any,
        grade,
        disposition,
        percent: Decimal::from(percent),
        source: String::new(),
    });
    proptest::collection::vec(row, 0..20)
}

pub fn empty() -> Policy {
    Policy::empty(1, date(2026, 11, 1), "EUR".parse().unwrap())
}

/// Any policy.
pub fn policies() -> impl Strategy<Value = Policy> {
    let preference = (0..40_i64, proptest::option::of(0..5_000_i64));
    let limit = proptest::option::of(0..30_000_i64);
    (gates(), candidates(6), settlements(), figures(), preference, limit).prop_map(
        |(gates, candidates, settlements, recovery, (percent, may_cost_minor), value_over_minor)| Policy {
            gates,
            candidates,
            settlements,
            recovery,
            preference: PreferenceRules { may_cost_percent: Decimal::from(percent), may_cost_minor },
            review: ReviewRules { value_over_minor, ..ReviewRules::default() },
            ..empty()
        },
    )
}

/// Any unit, some facts missing.
pub fn units() -> impl Strategy<Value = Inputs> {
    let known = |these: Vec<Inputs>| proptest::sample::select(these);
    let preference = proptest::option::of(proptest::sample::select(Preference::ALL.to_vec()));
    (known(all_units()), preference, 0..8_u8, any::<bool>()).prop_map(|(unit, preference, missing, value)| {
        Inputs {
            preference,
            category: unit.category.filter(|_| missing != 1),
            cycle: unit.cycle.filter(|_| missing != 2),
            battery: unit.battery.filter(|_| missing != 3),
            value: unit.value.map(|money| eur(money.minor + 37)).filter(|_| missing != 4 || value),
            ..unit
        }
    })
}

/// A regular table of so many candidate rows with the gates of a real one. No gaps but in the category.
pub fn large(rows: usize) -> Policy {
    use Disposition::*;
    let cycles = Cycle::ALL.len();
    let grades = Grade::ALL.len();
    let per_category = cycles * grades * 2;
    let candidates = (0..rows).map(|at| {
        let (category, rest) = (at / per_category, at % per_category);
        let (cycle, rest) = (rest / (grades * 2), rest % (grades * 2));
        let (grade, upper) = (rest / 2, rest % 2 == 1);
        let bound = Some(Decimal::from(10_000));
        CandidateRow {
            id: id(&format!("C-{at}")),
            when: Conditions {
                category: Cell::OneOf(vec![id(&format!("CATEGORY-{category}"))]),
                cycle: Cell::OneOf(vec![Cycle::ALL[cycle]]),
                grade: Cell::OneOf(vec![Grade::ALL[grade]]),
                value_minor: if upper {
                    Range { at_least: bound, below: None }
                } else {
                    Range { at_least: None, below: bound }
                },
                ..Conditions::default()
            },
            allowed: vec![Restock, RestockB, Liquidate, Donate, Recycle],
            settlement: Settlement::Refund,
            review: false,
            why: "graded".to_owned(),
        }
    });
    let gate = |name: &str, gate, when, effect| GateRow {
        id: id(name),
        gate,
        when,
        effect,
        settlement: None,
        hold: None,
        review: false,
        why: "law".to_owned(),
    };
    let finding = |finding| Conditions {
        findings: Findings { any_of: vec![finding], ..Findings::default() },
        ..Conditions::default()
    };
    let recovery = Grade::ALL.iter().flat_map(|grade| {
        [Restock, RestockB, Liquidate, Donate, Recycle].map(|disposition| RecoveryRow {
            category: Cell::Any,
            grade: *grade,
            disposition,
            percent: Decimal::from(20 + (*grade as i64) * 3 + (disposition as i64) * 2),
            source: String::new(),
        })
    });
    let costs = [Restock, RestockB, Liquidate, Donate, Recycle].map(|disposition| CostRow {
        category: Cell::Any,
        disposition,
        cost_minor: 150,
        days: 9,
        source: String::new(),
    });
    Policy {
        gates: vec![
            gate("G-1", Gate::UnsoldGoods, Conditions::default(), GateEffect::Forbid(vec![Destroy])),
            gate(
                "G-2",
                Gate::DangerousGoods,
                finding(Finding::BatterySwollen),
                GateEffect::Force(Quarantine),
            ),
            gate("G-3", Gate::Data, finding(Finding::AccountLocked), GateEffect::Forbid(vec![Restock])),
            gate("G-4", Gate::Safety, Conditions::default(), GateEffect::Forbid(vec![Donate])),
            gate("G-5", Gate::Identity, finding(Finding::EmptyBox), GateEffect::Force(Missing)),
        ],
        candidates: candidates.collect(),
        recovery: recovery.collect(),
        costs: costs.to_vec(),
        settlements: vec![SettlementRow {
            id: id("S-1"),
            when: Conditions { preference: Cell::OneOf(vec![Preference::Exchange]), ..Conditions::default() },
            tier: Cell::Any,
            disposition: Cell::Any,
            settlement: Settlement::Replace,
            response: None,
            why: "exchanged".to_owned(),
        }],
        preference: PreferenceRules { may_cost_percent: Decimal::from(10), may_cost_minor: None },
        ..empty()
    }
}

/// The units that [`large`] covers, one for each row in turn.
pub fn large_unit(at: usize) -> Inputs {
    let per_category = Cycle::ALL.len() * Grade::ALL.len() * 2;
    let rest = at % per_category;
    Inputs {
        category: Some(id(&format!("CATEGORY-{}", at / per_category))),
        owner: Some(id("NORDWIND")),
        cycle: Some(Cycle::ALL[rest / (Grade::ALL.len() * 2)]),
        intake: Some(IntakeKind::Rma),
        reason: Some(Reason::TooSmall),
        preference: Some(Preference::Donate),
        value: Some(eur(if at % 2 == 1 { 12_000 } else { 8_000 })),
        weekly_decay_percent: Some(Decimal::from(2)),
        findings: [Finding::Stain, Finding::Used].into(),
        ..Inputs::of_grade(Grade::ALL[rest % (Grade::ALL.len() * 2) / 2])
    }
}
