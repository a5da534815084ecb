//! The value clock, and drafts against the past.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod policies;

use jiff::{SignedDuration, Timestamp};
use policies::*;
use proptest::prelude::*;
use returns::codes::*;
use returns::ids::{OperatorId, UnitId};
use returns::policy::*;
use rust_decimal::Decimal;
use uuid::Uuid;

fn season(category: Cell<returns::ids::CategoryCode>, from: &str, until: &str, percent: i64) -> SeasonRow {
    SeasonRow {
        category,
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        decay_percent: Decimal::from(percent),
        source: String::new(),
    }
}

fn decay(category: Cell<returns::ids::CategoryCode>, weekly: i64) -> DecayRow {
    DecayRow { category, weekly_percent: Decimal::from(weekly), source: String::new() }
}

/// Clothes lose 2 % a week, twice that after Christmas; everything else 1 %.
fn policy() -> Policy {
    let apparel = || Cell::OneOf(vec![id("APPAREL")]);
    Policy {
        decay: vec![decay(apparel(), 2), decay(Cell::Any, 1)],
        seasons: vec![season(apparel(), "12-27", "02-28", 200), season(Cell::Any, "07-01", "07-31", 50)],
        tiers: vec![TierRow { tier: id("GOLD"), queue_percent: 150 }],
        ..empty()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn clock(category: &str, weekly: Option<i64>, since: &str, now: &str) -> (i64, i64) {
    let clock =
        policy().clock(eur(16_800), Some(&id(category)), weekly.map(Decimal::from), at(since), at(now));
    (clock.now.minor, clock.per_hour_centi)
}

#[test]
fn a_week_takes_the_weekly_percent_and_an_hour_its_share() {
    // 2 % of 168.00 are 3.36 a week, 2 cents an hour.
    assert_eq!(clock("APPAREL", None, "2026-11-02T10:00:00Z", "2026-11-09T10:00:00Z"), (16_800 - 336, 200));
    assert_eq!(clock("APPAREL", None, "2026-11-02T10:00:00Z", "2026-11-02T11:00:00Z"), (16_798, 200));
    assert_eq!(clock("TOYS", None, "2026-11-02T10:00:00Z", "2026-11-09T10:00:00Z"), (16_800 - 168, 100));
    assert_eq!(
        clock("APPAREL", Some(3), "2026-11-02T10:00:00Z", "2026-11-09T10:00:00Z"),
        (16_800 - 504, 300)
    );
    assert_eq!(
        clock("APPAREL", Some(0), "2026-11-02T10:00:00Z", "2026-11-09T10:00:00Z"),
        (16_800 - 336, 200)
    );
    assert_eq!(clock("APPAREL", None, "2026-11-02T10:00:00Z", "2026-11-02T09:00:00Z"), (16_800, 200));
}

#[test]
fn a_season_counts_on_its_days_only_and_may_go_over_new_year() {
    // Three days before the season at 2 %, four in it at 4 %.
    let (now, hour) = clock("APPAREL", None, "2026-12-24T00:00:00Z", "2026-12-31T00:00:00Z");
    assert_eq!((now, hour), (16_800 - (3 * 336 + 4 * 672) / 7, 400));
    assert_eq!(clock("APPAREL", None, "2027-01-04T12:00:00Z", "2027-01-11T12:00:00Z").0, 16_800 - 672);
    assert_eq!(clock("APPAREL", None, "2027-02-28T23:00:00Z", "2027-02-28T23:30:00Z").1, 400);
    assert_eq!(clock("APPAREL", None, "2027-02-28T23:00:00Z", "2027-03-01T00:00:00Z").1, 200);
    assert_eq!(clock("TOYS", None, "2027-07-01T00:00:00Z", "2027-07-08T00:00:00Z"), (16_800 - 84, 50));
    assert_eq!(policy().season_percent(None, jiff::civil::date(2026, 12, 28)), Decimal::ONE_HUNDRED);
}

#[test]
fn nothing_is_lost_of_nothing() {
    // Fifty weeks at 2 % is all of it.
    let (now, hour) = clock("APPAREL", None, "2025-03-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assert_eq!((now, hour), (0, 0));
    let negative =
        policy().clock(eur(-500), None, None, at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
    assert_eq!((negative.price.minor, negative.now.minor, negative.per_hour_centi), (0, 0, 0));
    let huge =
        policy().clock(eur(i64::MAX), None, None, at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
    assert!(huge.now.minor > 0 && huge.now.minor < i64::MAX);
    assert_eq!(huge.per_hour_centi, 54_901_024_028_897_475, "1 % a week of it, in hundredths");
}

#[test]
fn a_tier_weighs_the_queue_and_nothing_else() {
    let policy = policy();
    assert_eq!(
        (policy.queue_percent(Some(&id("GOLD"))), policy.queue_percent(Some(&id("SILVER")))),
        (150, 100)
    );
    assert_eq!(policy.queue_percent(None), 100);
    let clock = ValueClock { price: eur(1), now: eur(1), per_hour_centi: 201 };
    assert_eq!((clock.weighted(150), clock.weighted(100), clock.weighted(0)), (301, 201, 0));
    assert_eq!(ValueClock { per_hour_centi: i64::MAX, ..clock }.weighted(200), i64::MAX);
}

#[test]
fn recovered_value_uses_the_same_decay() {
    let mut policy = policy();
    policy.recovery = vec![RecoveryRow {
        category: Cell::Any,
        grade: Grade::A,
        disposition: Disposition::Restock,
        percent: Decimal::ONE_HUNDRED,
        source: String::new(),
    }];
    policy.costs = vec![CostRow {
        category: Cell::Any,
        disposition: Disposition::Restock,
        cost_minor: 0,
        days: 7,
        source: String::new(),
    }];
    let unit = |weekly: Option<i64>| Inputs {
        category: Some(id("APPAREL")),
        value: Some(eur(10_000)),
        weekly_decay_percent: weekly.map(Decimal::from),
        ..Inputs::of_grade(Grade::A)
    };
    let net = |weekly| policy.recovered(&unit(weekly), Disposition::Restock).unwrap().minor;
    assert_eq!((net(Some(5)), net(Some(0)), net(None)), (9_500, 9_800, 9_800));
}

proptest! {
    #[test]
    fn value_never_rises_nor_falls_below_nothing(
        price in 0..1_000_000_i64,
        weekly in 0..40_i64,
        start in 0..700_000_i64,
        steps in proptest::collection::vec(0..900_000_i64, 1..40),
    ) {
        let policy = policy();
        let since = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(start);
        let value = |now| policy.clock(eur(price), Some(&id("APPAREL")), Some(Decimal::from(weekly)), since, now);
        let mut now = since;
        let mut last = price;
        for step in steps {
            now += SignedDuration::from_secs(step);
            let clock = value(now);
            prop_assert!((0..=last).contains(&clock.now.minor), "{} after {}", clock.now.minor, last);
            prop_assert!(clock.per_hour_centi >= 0);
            last = clock.now.minor;
        }
    }

    #[test]
    fn loss_is_the_sum_of_its_pieces(
        weekly in 1..20_i64,
        start in 0..700_000_i64,
        pieces in proptest::collection::vec(1..200_000_i64, 1..12),
    ) {
        // So large a price that each piece's rounding is far below what is compared.
        let (policy, price) = (policy(), eur(1_000_000_000_000_000));
        let lost = |from, to| {
            price.minor - policy.clock(price, Some(&id("APPAREL")), Some(Decimal::from(weekly)), from, to).now.minor
        };
        let start = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(start);
        let (mut from, mut sum) = (start, 0_i64);
        for piece in &pieces {
            let to = from + SignedDuration::from_secs(*piece);
            sum += lost(from, to);
            from = to;
        }
        let whole = lost(start, from);
        prop_assume!(whole < price.minor);
        prop_assert!((whole - sum).unsigned_abs() <= pieces.len() as u64, "{} and {}", whole, sum);
    }
}

#[test]
fn a_draft_is_told_by_what_it_would_change() {
    let in_force = verified(large(500));
    let unit = |at: usize| PastUnit {
        unit: UnitId(Uuid::from_u128(at as u128)),
        inputs: Inputs { preference: Some(Preference::None), ..large_unit(at) },
        tier: None,
        chosen_by_person: at == 1,
    };
    let past = [
        unit(0),
        unit(1),
        // No row covers it: QUARANTINE by any of them, without a settlement and without a value.
        PastUnit { inputs: Inputs::of_grade(Grade::A), ..unit(2) },
    ];
    let none = simulate(&in_force, &in_force, &past);
    assert_eq!((none.units, none.unchanged, none.without_value, none.chosen_by_people), (3, 3, 1, 1));
    assert_eq!((none.before, &none.moves[..], &none.settlements[..]), (none.after, &[][..], &[][..]));
    assert_eq!((none.reviews_added, none.reviews_dropped), (0, 0));

    // A draft that sends everything covered to one place, for another settlement, and has all of it looked at.
    let before: Vec<Decision> = past.iter().map(|unit| in_force.decide(&unit.inputs)).collect();
    let elsewhere = Disposition::ALL.iter().copied();
    let elsewhere = elsewhere.filter(|one| before.iter().all(|decision| decision.disposition != *one));
    let mut elsewhere =
        elsewhere.filter(|one| past[..2].iter().all(|unit| in_force.forbids(&unit.inputs, *one).is_none()));
    let elsewhere = elsewhere.next_back().unwrap();
    let mut policy = in_force.policy.clone();
    policy.settlements.clear();
    for row in &mut policy.candidates {
        *row = CandidateRow {
            allowed: vec![elsewhere],
            settlement: Settlement::StoreCredit,
            review: true,
            ..row.clone()
        };
    }
    let draft = verified(policy);
    let after: Vec<Decision> = past.iter().map(|unit| draft.decide(&unit.inputs)).collect();
    let report = simulate(&draft, &in_force, &past);
    assert_eq!((report.units, report.unchanged, report.chosen_by_people), (3, 1, 1));
    assert_eq!(report.moves.iter().map(|one| one.units).sum::<u64>(), 2);
    for (before, after) in before.iter().zip(&after).take(2) {
        assert_eq!(after.disposition, elsewhere);
        let told = |one: &&Move| (one.from, one.to) == (before.disposition, elsewhere);
        assert!(report.moves.iter().any(|one| told(&one)), "{:?}", report.moves);
        let settled = (before.settlement, after.settlement);
        assert!(
            report.settlements.iter().any(|one| (one.from, one.to) == settled),
            "{:?}",
            report.settlements
        );
    }
    let sum =
        |decisions: &[Decision]| decisions[..2].iter().map(|one| one.recovered.unwrap().minor).sum::<i64>();
    assert_eq!((report.before, report.after), (eur(sum(&before)), eur(sum(&after))));
    assert!(report.reviews_added > 0 && report.reviews_dropped == 0);
    let back = simulate(&in_force, &draft, &past);
    assert_eq!((back.before, back.reviews_dropped), (report.after, report.reviews_added));
}

#[test]
fn the_rate_of_blind_regrades_goes_by_category_and_grader() {
    let rules = ReviewRules {
        sample_per_mille: 20,
        samples: vec![
            SampleRow {
                category: Cell::OneOf(vec![id("PHONES")]),
                grader: Cell::OneOf(vec![id("NEW")]),
                per_mille: 200,
            },
            SampleRow { category: Cell::OneOf(vec![id("PHONES")]), grader: Cell::Any, per_mille: 50 },
            SampleRow { category: Cell::Any, grader: Cell::OneOf(vec![id("NEW")]), per_mille: 100 },
        ],
        ..ReviewRules::default()
    };
    let rate = |category: Option<&str>, grader: &str| {
        let (category, grader): (Option<_>, OperatorId) = (category.map(id), id(grader));
        rules.sample_rate(category.as_ref(), &grader)
    };
    assert_eq!((rate(Some("PHONES"), "NEW"), rate(Some("PHONES"), "OLD")), (200, 50));
    assert_eq!((rate(Some("FOOD"), "NEW"), rate(Some("FOOD"), "OLD")), (100, 20));
    assert_eq!((rate(None, "NEW"), rate(None, "OLD")), (100, 20));
}

#[test]
fn a_cell_that_asks_nothing_is_not_written() {
    assert_eq!(serde_json::to_string(&Conditions::default()).unwrap(), "{}");
    let asks = Conditions {
        grade: Cell::OneOf(vec![Grade::A]),
        battery: Flag::No,
        signals: Range { at_least: Some(2.into()), below: None },
        findings: Findings { any_of: vec![Finding::Stain], ..Findings::default() },
        ..Conditions::default()
    };
    let text = serde_json::to_string(&asks).unwrap();
    assert_eq!(serde_json::from_str::<Conditions>(&text).unwrap(), asks);
    assert_eq!(text.matches(':').count(), 7, "{text}");
}

#[test]
fn every_unit_may_be_looked_at_twice_and_no_more_than_that() {
    let faults = |sample_per_mille| {
        let review = ReviewRules { sample_per_mille, ..ReviewRules::default() };
        Policy { review, ..empty() }.faults()
    };
    assert_eq!((faults(0), faults(1000)), (vec![], vec![]));
    assert_eq!(faults(1001), [PolicyFault::SampleRate(1001)]);
}

#[test]
fn a_day_of_the_year_reads_back_as_it_is_written() {
    for text in ["02-29", "12-01"] {
        assert_eq!(text.parse::<MonthDay>().unwrap().to_string(), text);
    }
}
