//! The policy: its sentences, sources and cases, and that no unit falls between its rows or past the law.

use std::collections::BTreeSet;

use returns::codes::{
    Authorisation, Cycle, Disposition, Finding, Gate, Grade, IntakeKind, Preference, Reason, ReviewCause,
    Settlement,
};
use returns::ids::{CustomerTier, RowId, Sha256Hex};
use returns::policy::{Decision, Example, GateEffect, Inputs, VerifiedPolicy, WhyCode};

use crate::files::{CHECKLISTS, ITEMS, POLICY, item};

fn verified() -> VerifiedPolicy {
    VerifiedPolicy { policy: POLICY.clone(), hash: Sha256Hex([0; 32]) }
}

#[test]
fn every_word_of_it_is_one_of_the_checklists_or_of_the_catalogue() {
    let checklists: Vec<_> = CHECKLISTS.iter().map(|(_, checklist)| checklist.clone()).collect();
    let known = knowledge::policy::vocabulary(&checklists, &ITEMS);
    assert_eq!(POLICY.check(&known).faults, []);
}

#[test]
fn every_row_says_why_in_two_languages() {
    let gates = POLICY.gates.iter().map(|row| row.why.as_str());
    let candidates = POLICY.candidates.iter().map(|row| row.why.as_str());
    let settlements = POLICY.settlements.iter().map(|row| row.why.as_str());
    let named: BTreeSet<&str> = gates.chain(candidates).chain(settlements).collect();
    let written: BTreeSet<&str> = POLICY.sentences.keys().map(String::as_str).collect();
    assert_eq!(named, written, "named by rows on the left, written on the right");
    for (key, text) in &POLICY.sentences {
        for language in ["en", "de"] {
            let words = text.0.get(language).unwrap_or_else(|| panic!("{key} lacks {language}"));
            assert!(words.ends_with('.') && words.len() >= 5, "{key}, {language}: {words}");
            let blames = ["fraud", "liar", "lied", "cheat", "thief", "betrug", "betrüg", "gelogen", "dieb"];
            let low = words.to_lowercase();
            assert!(!blames.iter().any(|word| low.contains(word)), "{key}, {language}: {words}");
            assert!(!low.contains("mail"), "{key}, {language}: {words}");
        }
    }
}

#[test]
fn its_size_is_what_a_person_can_oversee() {
    let rows = POLICY.gates.len() + POLICY.candidates.len();
    assert!((60..=120).contains(&rows), "{rows}");
    assert!(POLICY.settlements.len() >= 15);
}

#[test]
fn every_figure_names_its_source() {
    let recovery = POLICY.recovery.iter().map(|row| (&row.source, "recovery"));
    let costs = POLICY.costs.iter().map(|row| (&row.source, "costs"));
    let decay = POLICY.decay.iter().map(|row| (&row.source, "decay"));
    let seasons = POLICY.seasons.iter().map(|row| (&row.source, "seasons"));
    let routes = POLICY.routes.iter().map(|row| (&row.source, "routes"));
    for (source, table) in recovery.chain(costs).chain(decay).chain(seasons).chain(routes) {
        assert!(source.len() > 12, "a row of {table} names no source: {source:?}");
    }
}

/// Figures by category speak of categories that there are, and leave none out.
#[test]
fn figures_cover_every_category_and_disposition() {
    let categories: BTreeSet<_> = ITEMS.iter().map(|item| &item.category).collect();
    for category in &categories {
        let fits =
            |cell: &returns::policy::Cell<_>| cell.matches(Some(*category)) == returns::policy::Known::Yes;
        assert!(POLICY.decay.iter().any(|row| fits(&row.category)), "{category} does not lose value");
        for disposition in Disposition::ALL {
            let of = |row: &Disposition| row == disposition;
            assert!(
                POLICY.routes.iter().any(|row| of(&row.disposition) && fits(&row.category)),
                "{category} {disposition}"
            );
            assert!(
                POLICY.costs.iter().any(|row| of(&row.disposition) && fits(&row.category)),
                "{category} {disposition}"
            );
        }
    }
    for row in &POLICY.routes {
        assert!(row.landfill_percent <= rust_decimal::Decimal::ONE_HUNDRED, "{row:?}");
    }
}

#[test]
fn tiers_and_samples_are_of_this_depot() {
    let tiers: BTreeSet<&str> = POLICY.tiers.iter().map(|row| row.tier.as_str()).collect();
    assert_eq!(tiers, BTreeSet::from(["GOLD", "PLUS"]));
    assert!(POLICY.tiers.iter().all(|row| row.queue_percent > 100));
    let rates: Vec<u16> = POLICY.review.samples.iter().map(|row| row.per_mille).collect();
    // All or nothing: the demo shift goes the same way each time.
    assert!(rates.contains(&1000) && rates.iter().all(|rate| [0, 1000].contains(rate)), "{rates:?}");
    assert_eq!(POLICY.review.sample_per_mille, 0);
}

fn decided(example: &Example) -> Decision {
    verified().decide_for(&example.inputs, example.tier.as_ref())
}

/// As the policy's own check does; here every case that fails is told at once.
#[test]
fn its_cases_are_decided_as_said() {
    assert!(POLICY.examples.len() >= 60, "{}", POLICY.examples.len());
    let mut wrong = Vec::new();
    for example in &POLICY.examples {
        let (decision, expect) = (decided(example), &example.expect);
        let preference = decision.preference.as_ref().map(|answer| answer.outcome);
        let found = [
            (decision.disposition.to_string(), Some(expect.disposition.to_string())),
            (decision.settlement.to_string(), expect.settlement.map(|it| it.to_string())),
            ((!decision.review.is_empty()).to_string(), expect.review.map(|it| it.to_string())),
            (
                preference.map(|it| it.to_string()).unwrap_or_default(),
                expect.preference.map(|it| it.to_string()),
            ),
            (
                decision.derogation.as_ref().map(ToString::to_string).unwrap_or_default(),
                Some(expect.derogation.as_ref().map(ToString::to_string).unwrap_or_default()),
            ),
        ];
        for (is, should) in found {
            if should.as_ref().is_some_and(|should| *should != is) {
                wrong.push(format!("{}: {is} instead of {should:?} by {:?}", example.name, decision.rows));
            }
        }
        if expect.row.as_ref().is_some_and(|row| !decision.rows.contains(row)) {
            wrong.push(format!("{}: {:?} did not act, but {:?}", example.name, expect.row, decision.rows));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn its_cases_reach_every_row_and_disposition() {
    let decisions: Vec<Decision> = POLICY.examples.iter().map(decided).collect();
    let fired: BTreeSet<&RowId> = decisions.iter().flat_map(|decision| &decision.rows).collect();
    let gates = POLICY.gates.iter().map(|row| &row.id);
    let candidates = POLICY.candidates.iter().map(|row| &row.id);
    let settlements = POLICY.settlements.iter().map(|row| &row.id);
    let idle: Vec<_> = gates.chain(candidates).chain(settlements).filter(|id| !fired.contains(id)).collect();
    assert!(idle.is_empty(), "no case for {idle:?}");
    let reached: BTreeSet<Disposition> = decisions.iter().map(|decision| decision.disposition).collect();
    assert_eq!(reached, Disposition::ALL.iter().copied().collect());
    let settled: BTreeSet<Settlement> = decisions.iter().map(|decision| decision.settlement).collect();
    use Settlement::{None, PartialRefund, Refund, Repair, Replace, StoreCredit};
    // KEEP is for what is never sent in.
    assert_eq!(settled, BTreeSet::from([Refund, PartialRefund, StoreCredit, Replace, Repair, None]));
    let owners = POLICY.examples.iter().filter_map(|example| example.inputs.owner.as_ref());
    assert!(owners.collect::<BTreeSet<_>>().len() >= 3);
}

/// The tier may change what the customer gets, and nothing else of a decision.
#[test]
fn a_tier_changes_the_settlement_alone() {
    let policy = verified();
    let mut settled_otherwise = 0;
    for example in &POLICY.examples {
        let plain = policy.decide(&example.inputs);
        for tier in ["GOLD", "PLUS", "UNHEARD-OF"] {
            let tier: CustomerTier = tier.parse().unwrap();
            let other = policy.decide_for(&example.inputs, Some(&tier));
            assert_eq!(other.disposition, plain.disposition, "{}", example.name);
            assert_eq!((&other.review, &other.holds), (&plain.review, &plain.holds), "{}", example.name);
            assert_eq!(other.next_best, plain.next_best, "{}", example.name);
            settled_otherwise += usize::from(other.settlement != plain.settlement);
        }
    }
    assert!(settled_otherwise > 0);
}

/// What a declined, cancelled, closed or long expired return comes to: never a refund, and always an answer.
#[test]
fn a_return_that_was_not_agreed_gets_an_answer() {
    let policy = verified();
    use Authorisation::{Cancelled, Closed, Denied, Expired};
    for (authorisation, past) in [(Denied, -10), (Cancelled, -10), (Closed, -10), (Expired, 90)] {
        for example in &POLICY.examples {
            let agreed = &example.inputs;
            let withdrawn = agreed.reason == Some(Reason::ChangedMind)
                && agreed.cycle == Some(Cycle::Commercial)
                && agreed.intake == Some(IntakeKind::Rma)
                && agreed.recalled == Some(false)
                && !agreed
                    .findings
                    .iter()
                    .any(|one| [Finding::BatterySwollen, Finding::Liquid].contains(one));
            if !withdrawn {
                continue;
            }
            let inputs = Inputs {
                authorisation: Some(authorisation),
                days_past_authorisation: Some(past),
                days_since_sale: Some(120),
                ..agreed.clone()
            };
            let decision = policy.decide(&inputs);
            let kept = inputs.findings.contains(&Finding::DataPresent);
            assert!(
                kept || decision.settlement == Settlement::None,
                "{authorisation}, {}: {:?}",
                example.name,
                decision.rows
            );
            use Disposition::{Destroy, Donate, Missing, Quarantine, Recycle, ShipBack};
            let answers = [ShipBack, Quarantine, Missing, Donate, Recycle, Destroy];
            assert!(
                answers.contains(&decision.disposition),
                "{authorisation}, {}: {decision:?}",
                example.name
            );
        }
    }
}

/// No signal decides alone: whatever one of them is added to goes where it went, and a second person looks.
#[test]
fn one_signal_asks_for_a_look_and_no_more() {
    let policy = verified();
    for example in &POLICY.examples {
        let plain = policy.decide(&Inputs { signals: BTreeSet::new(), ..example.inputs.clone() });
        for kind in returns::codes::SignalKind::ALL {
            let decision =
                policy.decide(&Inputs { signals: BTreeSet::from([*kind]), ..example.inputs.clone() });
            assert_eq!(decision.disposition, plain.disposition, "{kind}: {}", example.name);
            assert!(decision.review.contains(&ReviewCause::FraudSignal), "{kind}: {}", example.name);
            assert_eq!(decision.holds, plain.holds, "{kind}: {}", example.name);
        }
    }
}

/// Every lawful exception permits destruction, and names the article that it rests on.
#[test]
fn exceptions_name_their_law() {
    let mut seen = 0;
    for row in &POLICY.gates {
        if let GateEffect::Permit { dispositions, derogation } = &row.effect {
            assert!(dispositions.contains(&Disposition::Destroy), "{}", row.id);
            assert!(derogation.as_str().starts_with("EU-20"), "{}: {derogation}", row.id);
            seen += 1;
        }
    }
    assert!(seen >= 3);
    let forbids = |row: &&returns::policy::GateRow| matches!(row.effect, GateEffect::Forbid(_));
    assert!(POLICY.gates.iter().filter(forbids).any(|row| row.gate == Gate::UnsoldGoods));
    assert!(item("NLK-SWIM-38").hygiene_seal);
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
                    refurbished: Some(false),
                    authorisation: Some(Authorisation::Valid),
                    days_past_authorisation: Some(-20),
                    days_since_sale: Some(10),
                    days_to_expiry: Some(120),
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
