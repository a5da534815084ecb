//! Any policy that the types can hold and the rules let pass is the same after it was written and read again, as a
//! folder, as a workbook and as JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use knowledge::File;
use knowledge::policy::{self, Table};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use returns::checklist::Text;
use returns::codes::*;
use returns::money::Money;
use returns::policy::*;
use rust_decimal::Decimal;

const CURRENCIES: [&str; 3] = ["EUR", "JPY", "KWD"];

fn id<T: std::str::FromStr + std::fmt::Debug>() -> impl Strategy<Value = T>
where
    T::Err: std::fmt::Debug,
{
    // Texts that a spreadsheet would take for numbers, dates and yes are ids too.
    let odd = select(vec![
        "007",
        "TRUE",
        "1e5",
        "11-15",
        "2026-11-16",
        "=A1",
        "A B",
        "Ä-ö",
        "a,\"b\"",
        "-",
        "..",
        "no",
    ]);
    prop_oneof![3 => "[A-Z]{1,3}-[0-9]{1,2}", 1 => odd.prop_map(str::to_owned)]
        .prop_map(|text| text.parse().unwrap())
}

fn code<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn codes<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    subsequence(all, 1..=all.len().min(4))
}

fn cell<T: Clone + std::fmt::Debug>(these: impl Strategy<Value = Vec<T>>) -> impl Strategy<Value = Cell<T>> {
    (0..5_u8, these).prop_map(|(kind, these)| match kind {
        0 => Cell::OneOf(these),
        1 => Cell::NoneOf(these),
        _ => Cell::Any,
    })
}

fn ids<T: std::str::FromStr + std::fmt::Debug + Ord>() -> impl Strategy<Value = Vec<T>>
where
    T::Err: std::fmt::Debug,
{
    btree_set(id::<T>(), 1..3).prop_map(|these| these.into_iter().collect())
}

fn number() -> impl Strategy<Value = Decimal> + Clone + 'static {
    (-1_000_000_i64..1_000_000, 0..4_u32).prop_map(|(number, scale)| Decimal::new(number, scale))
}

fn percent() -> impl Strategy<Value = Decimal> {
    (0..=100_000_i64).prop_map(|number| Decimal::new(number, 3))
}

fn range(bound: impl Strategy<Value = Decimal> + Clone + 'static) -> impl Strategy<Value = Range> {
    let ends = (proptest::option::of(bound.clone()), proptest::option::of(bound));
    prop_oneof![
        3 => Just(Range::default()),
        2 => ends.prop_filter_map("an empty range", |(at_least, below)| match (at_least, below) {
            (Some(from), Some(to)) if from >= to => None,
            _ => Some(Range { at_least, below }),
        }),
    ]
}

fn flag() -> impl Strategy<Value = Flag> {
    select(vec![Flag::Any, Flag::Any, Flag::Yes, Flag::No])
}

fn findings() -> impl Strategy<Value = Findings> {
    let part = || prop_oneof![2 => Just(Vec::new()), 1 => codes(Finding::ALL)];
    (part(), part(), part()).prop_map(|(any_of, all_of, none_of)| Findings { any_of, all_of, none_of })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let minor = (-500_000_i64..500_000).prop_map(Decimal::from);
    let one = (
        cell(ids()),
        cell(ids()),
        cell(codes(Cycle::ALL)),
        cell(codes(IntakeKind::ALL)),
        cell(codes(Reason::ALL)),
        cell(codes(Preference::ALL)),
        cell(codes(Grade::ALL)),
        findings(),
        range(minor),
    );
    let two =
        (range(number()), range(number()), range(number()), flag(), flag(), flag(), flag(), flag(), flag());
    let three = (
        flag(),
        flag(),
        flag(),
        flag(),
        flag(),
        range(number()),
        cell(codes(Authorisation::ALL)),
        range(number()),
        range(number()),
    );
    let four = (
        cell(codes(FunctionGrade::ALL)),
        cell(codes(CosmeticGrade::ALL)),
        cell(Just(vec!["DE".parse().unwrap(), "FR".parse().unwrap()])),
    );
    (one, two, three, four).prop_map(|(one, two, three, four)| Conditions {
        category: one.0,
        owner: one.1,
        cycle: one.2,
        intake: one.3,
        reason: one.4,
        preference: one.5,
        grade: one.6,
        findings: one.7,
        value_minor: one.8,
        weekly_decay_percent: two.0,
        days_since_sale: two.1,
        days_in_queue: two.2,
        in_warranty: two.3,
        vendor_takes_back: two.4,
        recalled: two.5,
        hygiene_seal: two.6,
        seal_intact: two.7,
        battery: two.8,
        dangerous_goods: three.0,
        data_bearing: three.1,
        weee: three.2,
        fraud_signal: three.3,
        refurbished: three.4,
        signals: three.5,
        authorisation: three.6,
        days_past_authorisation: three.7,
        days_to_expiry: three.8,
        function: four.0,
        cosmetic: four.1,
        country: four.2,
    })
}

fn inputs(currency: &'static str) -> impl Strategy<Value = Inputs> {
    use proptest::option::of;
    let money = (-500_000_i64..500_000, prop_oneof![Just(currency), select(&CURRENCIES[..])])
        .prop_map(|(minor, currency)| Money::new(minor, currency.parse().unwrap()));
    let yes = || of(any::<bool>());
    let one = (
        of(id()),
        of(id()),
        of(code(Cycle::ALL)),
        of(code(IntakeKind::ALL)),
        of(code(Reason::ALL)),
        of(code(Preference::ALL)),
        code(Grade::ALL),
        btree_set(code(Finding::ALL), 0..3),
        of(money),
    );
    let two = (of(number()), of(any::<i32>()), of(any::<i32>()), yes(), yes(), yes(), yes(), yes(), yes());
    let three = (
        yes(),
        yes(),
        yes(),
        any::<bool>(),
        yes(),
        btree_set(code(SignalKind::ALL), 0..3),
        of(code(Authorisation::ALL)),
        of(any::<i32>()),
        of(any::<i32>()),
    );
    let four = (
        of(code(FunctionGrade::ALL)),
        of(code(CosmeticGrade::ALL)),
        of(Just("DE".parse().unwrap())),
        any::<bool>(),
    );
    (one, two, three, four).prop_map(|(one, two, three, four)| Inputs {
        category: one.0,
        owner: one.1,
        cycle: one.2,
        intake: one.3,
        reason: one.4,
        preference: one.5,
        grade: one.6,
        findings: one.7,
        value: one.8,
        weekly_decay_percent: two.0,
        days_since_sale: two.1,
        days_in_queue: two.2,
        in_warranty: two.3,
        vendor_takes_back: two.4,
        recalled: two.5,
        hygiene_seal: two.6,
        seal_intact: two.7,
        battery: two.8,
        dangerous_goods: three.0,
        data_bearing: three.1,
        weee: three.2,
        fraud_signal: three.3,
        refurbished: three.4,
        signals: three.5,
        authorisation: three.6,
        days_past_authorisation: three.7,
        days_to_expiry: three.8,
        function: four.0,
        cosmetic: four.1,
        country: four.2,
        clock_behind: four.3,
    })
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z ,.%€|&!\"]{0,20}[a-z.]", Just("a\nb".to_owned()), Just("=SUM(A1)".to_owned())]
        .prop_map(|text| text.trim().to_owned())
}

fn why() -> impl Strategy<Value = String> {
    select(vec!["as-new", "marked", "hygiene-2"]).prop_map(str::to_owned)
}

fn effect() -> impl Strategy<Value = GateEffect> {
    let these = || {
        codes(Disposition::ALL)
            .prop_map(|these| {
                these.into_iter().filter(|one| *one != Disposition::Quarantine).collect::<Vec<_>>()
            })
            .prop_filter("none", |these| !these.is_empty())
    };
    prop_oneof![
        these().prop_map(GateEffect::Forbid),
        code(Disposition::ALL).prop_map(GateEffect::Force),
        (these(), id())
            .prop_map(|(dispositions, derogation)| GateEffect::Permit { dispositions, derogation }),
    ]
}

fn rows() -> impl Strategy<Value = (Vec<GateRow>, Vec<CandidateRow>, Vec<SettlementRow>)> {
    use proptest::option::of;
    let gate = (
        code(Gate::ALL),
        conditions(),
        effect(),
        of(code(Settlement::ALL)),
        of(code(HoldReason::ALL)),
        any::<bool>(),
        why(),
    );
    let candidate = (conditions(), codes(Disposition::ALL), code(Settlement::ALL), any::<bool>(), why());
    let settlement = (
        conditions(),
        cell(ids()),
        cell(codes(Disposition::ALL)),
        code(Settlement::ALL),
        of(code(SellerResponse::ALL)),
        why(),
    );
    let number = |at: usize, letter: char| format!("{letter}-{at}").parse().unwrap();
    (vec(gate, 0..4), vec(candidate, 0..4), vec(settlement, 0..4)).prop_map(
        move |(gates, candidates, settlements)| {
            let gates = gates.into_iter().enumerate().map(
                |(at, (gate, when, effect, settlement, hold, review, why))| GateRow {
                    id: number(at, 'G'),
                    gate,
                    when,
                    effect,
                    settlement,
                    hold,
                    review,
                    why,
                },
            );
            // Rows that ask the same are refused: the value tells them apart.
            let candidates =
                candidates.into_iter().enumerate().map(|(at, (when, allowed, settlement, review, why))| {
                    CandidateRow {
                        id: number(at, 'C'),
                        when: Conditions {
                            days_in_queue: Range { at_least: Some(at.into()), below: None },
                            ..when
                        },
                        allowed,
                        settlement,
                        review,
                        why,
                    }
                });
            let settlements = settlements.into_iter().enumerate().map(
                |(at, (when, tier, disposition, settlement, response, why))| SettlementRow {
                    id: number(at, 'S'),
                    when,
                    tier,
                    disposition,
                    settlement,
                    response,
                    why,
                },
            );
            (gates.collect(), candidates.collect(), settlements.collect())
        },
    )
}

/// The first of rows with one key.
fn unlike<T, K: PartialEq>(rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for row in rows {
        if kept.iter().all(|other| key(other) != key(&row)) {
            kept.push(row);
        }
    }
    kept
}

fn day() -> impl Strategy<Value = MonthDay> {
    (1..=12_i8, 1..=29_i8).prop_map(|(month, day)| MonthDay { month, day })
}

fn with_figures(policy: Policy) -> impl Strategy<Value = Policy> {
    let category = || cell(ids());
    let recovery = (category(), code(Grade::ALL), code(Disposition::ALL), percent(), words()).prop_map(
        |(category, grade, disposition, percent, source)| RecoveryRow {
            category,
            grade,
            disposition,
            percent,
            source,
        },
    );
    let cost = (category(), code(Disposition::ALL), -100_000_i64..100_000, 0..60_u32, words()).prop_map(
        |(category, disposition, cost_minor, days, source)| CostRow {
            category,
            disposition,
            cost_minor,
            days,
            source,
        },
    );
    let decay = (category(), percent(), words()).prop_map(|(category, weekly_percent, source)| DecayRow {
        category,
        weekly_percent,
        source,
    });
    let season = (category(), day(), day(), (0..50_000_i64), words()).prop_map(
        |(category, from, until, percent, source)| SeasonRow {
            category,
            from,
            until,
            decay_percent: Decimal::new(percent, 1),
            source,
        },
    );
    let route = (category(), code(Disposition::ALL), percent(), number(), words()).prop_map(
        |(category, disposition, landfill_percent, co2_grams_per_kg, source)| RouteRow {
            category,
            disposition,
            landfill_percent,
            co2_grams_per_kg,
            source,
        },
    );
    let sample = (category(), cell(ids()), 0..=1000_u16)
        .prop_map(|(category, grader, per_mille)| SampleRow { category, grader, per_mille });
    let tier = (id(), any::<u32>()).prop_map(|(tier, queue_percent)| TierRow { tier, queue_percent });
    (
        vec(recovery, 0..5),
        vec(cost, 0..5),
        vec(decay, 0..3),
        vec(season, 0..3),
        vec(route, 0..4),
        vec(sample, 0..3),
        vec(tier, 0..3),
    )
        .prop_map(move |(recovery, costs, decay, seasons, routes, samples, tiers)| Policy {
            recovery: unlike(recovery, |row| (row.grade, row.disposition, row.category.clone())),
            costs: unlike(costs, |row| (row.disposition, row.category.clone())),
            decay: unlike(decay, |row| row.category.clone()),
            seasons: unlike(seasons, |row| (row.from, row.until, row.category.clone())),
            routes: unlike(routes, |row| (row.disposition, row.category.clone())),
            tiers: unlike(tiers, |row| row.tier.clone()),
            review: ReviewRules {
                samples: unlike(samples, |row| (row.category.clone(), row.grader.clone())),
                ..policy.review.clone()
            },
            ..policy.clone()
        })
}

fn with_examples(policy: Policy) -> impl Strategy<Value = Policy> {
    use proptest::option::of;
    let currency = CURRENCIES.into_iter().find(|one| *one == policy.currency.to_string()).unwrap();
    let row = of(select(vec!["G-0", "C-0", "S-0"]));
    let expect = (
        code(Disposition::ALL),
        of(code(Settlement::ALL)),
        row,
        of(any::<bool>()),
        of(code(PreferenceOutcome::ALL)),
        of(id()),
    );
    vec((words(), inputs(currency), of(id()), expect), 0..4).prop_map(move |examples| {
        let rows: Vec<_> = policy
            .gates
            .iter()
            .map(|row| &row.id)
            .chain(policy.candidates.iter().map(|row| &row.id))
            .chain(policy.settlements.iter().map(|row| &row.id))
            .collect();
        let examples = examples.into_iter().enumerate().map(|(at, (name, inputs, tier, expect))| Example {
            name: format!("{at} {name}"),
            inputs,
            tier,
            expect: Expect {
                disposition: expect.0,
                settlement: expect.1,
                row: expect.2.map(|id| id.parse().unwrap()).filter(|id| rows.contains(&id)),
                review: expect.3,
                preference: expect.4,
                derogation: expect.5,
            },
        });
        Policy { examples: examples.collect(), ..policy.clone() }
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    use proptest::option::of;
    let review = (of(any::<i64>()), subsequence(Finding::ALL, 0..4), 0..=1000_u16, any::<u16>());
    let preference = (percent(), of(any::<i64>()));
    let fraud = (2..9_u8, any::<u32>(), any::<u32>(), any::<u8>());
    let german = btree_map(Just("de".to_owned()), words(), 0..2);
    let sentences = vec((words(), german), 3);
    let head =
        (any::<u32>(), select(&CURRENCIES[..]), review, preference, fraud, of(any::<u32>()), any::<bool>());
    (head, rows(), sentences)
        .prop_map(|((number, currency, review, preference, fraud, after_hours, worded), rows, sentences)| {
            let keys = ["as-new", "marked", "hygiene-2"];
            let sentences = keys.into_iter().zip(sentences).map(|(key, (english, mut words))| {
                words.insert("en".to_owned(), english);
                (key.to_owned(), Text(words))
            });
            Policy {
                review: ReviewRules {
                    value_over_minor: review.0,
                    fraud_signals: review.1,
                    sample_per_mille: review.2,
                    supervisor_grace_days: review.3,
                    samples: Vec::new(),
                },
                preference: PreferenceRules { may_cost_percent: preference.0, may_cost_minor: preference.1 },
                fraud: FraudRules {
                    hold_from_signals: fraud.0,
                    empty_boxes: fraud.1,
                    empty_box_days: fraud.2,
                    weight_tolerance_percent: fraud.3,
                },
                provisional: after_hours
                    .map(|after_hours| Provisional { disposition: Disposition::Quarantine, after_hours }),
                gates: rows.0,
                candidates: rows.1,
                settlements: rows.2,
                sentences: sentences.filter(|_| worded).collect(),
                ..Policy::empty(number, "2026-11-16".parse().unwrap(), currency.parse().unwrap())
            }
        })
        .prop_flat_map(with_figures)
        .prop_flat_map(with_examples)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn as_a_folder_and_as_json(policy in policies()) {
        let texts = policy::write(&policy).unwrap();
        let files: Vec<File<'_>> = texts.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
        let read = policy::read(&files);
        prop_assert!(read.problems.is_empty(), "{:#?}", read.problems);
        prop_assert_eq!(&read.values[0], &policy);
        let json = policy::write_json(&policy).unwrap();
        let read = policy::read_json(json.as_bytes(), "p.json");
        prop_assert!(read.problems.is_empty(), "{:#?}", read.problems);
        prop_assert_eq!(&read.values[0], &policy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn as_a_workbook(policy in policies()) {
        let bytes = policy::write_xlsx(&policy).unwrap();
        prop_assert_eq!(&bytes, &policy::write_xlsx(&policy).unwrap(), "the same policy gives other bytes");
        let read = policy::read_xlsx(&bytes, "p.xlsx");
        prop_assert!(read.problems.is_empty(), "{:#?}", read.problems);
        prop_assert_eq!(&read.values[0], &policy);
    }
}

#[test]
fn every_table_has_a_sheet_of_its_own() {
    let mut sheets: Vec<&str> = Table::ALL.into_iter().map(Table::sheet).collect();
    sheets.dedup();
    assert_eq!(sheets.len(), Table::ALL.len());
}
