//! Overrides, second looks, holds and contests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use returns::codes::*;
use returns::ids::*;
use returns::policy::{Decision, GateEffect, PreferenceRules, WhyCode};
use returns::unit::{self, Command, Verdict};
use returns::{Facts, Refusal};
use uuid::Uuid;

#[test]
fn n_only_with_an_intact_seal() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::graded(&facts);
    let to = |grade| Command::OverrideGrade { grade, reason: OverrideReason::NotAsked, note: None };
    assert_eq!(bench.refuses(to(Grade::N), &facts), Refusal::SealNotIntact);
    assert_eq!(bench.refuses(to(Grade::A), &facts), Refusal::NoChange);
    let mut sealed = Bench::received(&facts);
    let intact: Vec<_> =
        CLEAN.iter().map(|(q, c)| if *q == "seal" { ("seal", "intact") } else { (*q, *c) }).collect();
    sealed.inspects(&intact, &facts);
    assert_eq!(sealed.state.grade(), Some(Grade::N));
}

#[test]
fn an_overridden_grade_is_reviewed_by_somebody_else() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    let reason = OverrideReason::WorseThanComputed;
    bench.does(Command::OverrideGrade { grade: Grade::C, reason, note: None }, &facts);
    assert_eq!((bench.state.stage, bench.state.disposition()), (Some(Stage::Graded), None));
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::GradeOverridden]);
    assert_eq!(bench.refuses(Command::Dispose, &facts), Refusal::ReviewPending);

    assert_eq!(bench.refuses(Command::Review(Verdict::approve()), &facts), Refusal::SupervisorOnly);
    let own = Facts { role: Role::Supervisor, ..facts.clone() };
    assert_eq!(bench.refuses(Command::Review(Verdict::approve()), &own), Refusal::OwnGrading);
    let supervisor = supervised(&depot, &facts);
    bench.does(Command::Review(Verdict::approve()), &supervisor);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.grade(), Some(Grade::C));
    assert_eq!(bench.state.disposition(), Some(Disposition::Liquidate));
    let done = bench.refuses(Command::OverrideGrade { grade: Grade::D, reason, note: None }, &facts);
    assert_eq!(done, Refusal::ReviewDone);
}

#[test]
fn a_chosen_disposition_cannot_pass_a_gate() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    let to =
        |disposition| Command::OverrideDisposition { disposition, reason: OverrideReason::Other, note: None };
    let refusal = bench.refuses(to(Disposition::Destroy), &facts);
    let (gate, row) = (Gate::UnsoldGoods, id("G-UNSOLD"));
    assert_eq!(refusal, Refusal::Forbidden { disposition: Disposition::Destroy, gate, row });
    bench.does(to(Disposition::Donate), &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::DispositionOverridden]);
    let supervisor = supervised(&depot, &facts);
    let change =
        Verdict { disposition: Some(Disposition::Destroy), ..Verdict::change(OverrideReason::Other) };
    assert_eq!(bench.refuses(Command::Review(change), &supervisor).code(), "forbidden");
    bench.does(Command::Review(Verdict::approve()), &supervisor);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Donate));
}

#[test]
fn a_reviewer_changes_grade_disposition_and_settlement() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let supervisor = supervised(&depot, &facts);
    let pending = || {
        let mut bench = Bench::graded(&facts);
        bench.does(Command::Dispose, &facts);
        assert_eq!(bench.state.review.causes, [ReviewCause::Sample]);
        bench.looked_at_blind(WORN, &depot, &facts);
        bench
    };
    let mut bench = pending();
    let empty = Verdict::change(OverrideReason::AnsweredWrong);
    assert_eq!(bench.refuses(Command::Review(empty.clone()), &supervisor), Refusal::ReviewIncomplete);
    let grade = Verdict {
        grade: Some(Grade::D),
        settlement: Some(Settlement::PartialRefund),
        response: Some(SellerResponse::ExcessiveWear),
        acceptance: Some(Acceptance::Accepted),
        ..empty.clone()
    };
    bench.does(Command::Review(grade), &supervisor);
    bench.does(Command::Dispose, &facts);
    assert_eq!((bench.state.grade(), bench.state.computed_grade), (Some(Grade::D), Some(Grade::A)));
    assert_eq!(bench.state.disposition(), Some(Disposition::Recycle), "the policy decides for the new grade");
    assert_eq!(bench.state.settlement(), Some(Settlement::PartialRefund));
    assert_eq!(bench.state.acceptance, Acceptance::Accepted);
    let again = Command::AnswerClaim { acceptance: Acceptance::Rejected, response: None };
    let settled = Refusal::ClaimSettled { acceptance: Acceptance::Accepted };
    assert_eq!(bench.refuses(again, &supervisor), settled);

    let mut bench = pending();
    let disposition = Verdict { disposition: Some(Disposition::Donate), ..empty };
    bench.does(Command::Review(disposition), &supervisor);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Donate));

    let mut bench = pending();
    bench.does(Command::Review(Verdict::send_back(OverrideReason::AnsweredWrong)), &supervisor);
    assert_eq!(bench.state.stage, Some(Stage::Inspecting));
    assert_eq!((bench.state.grade(), bench.state.answers.len()), (None, 0));
    assert_eq!(bench.state.photos.len(), 1);
    bench.inspects(CLEAN, &facts);
    assert_eq!(bench.state.review.state, ReviewState::SentBack);
}

#[test]
fn without_a_second_person_a_provisional_disposition_stays_in_the_building() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = Bench::graded(&facts);
    bench.does(Command::Dispose, &facts);
    let early = bench.refuses(Command::DisposeProvisionally, &facts);
    assert_eq!(early, Refusal::NoProvisional { hours_left: Some(4) });
    let later = Facts { recorded: at("2026-11-12T13:52:00Z"), ..facts.clone() };
    let wrong_clock = Facts { head_office_time: Some(at("2026-11-13T00:00:00Z")), ..later.clone() };
    let refusal = bench.refuses(Command::DisposeProvisionally, &wrong_clock);
    assert_eq!(refusal, Refusal::NoProvisional { hours_left: Some(4) });
    bench.does(Command::DisposeProvisionally, &later);
    assert_eq!(bench.state.disposition(), Some(Disposition::Quarantine));
    assert_eq!(bench.state.settlement(), Some(Settlement::None));
    let wish = bench.state.decision.as_ref().and_then(|decision| decision.preference.as_ref()).unwrap();
    assert_eq!(wish.outcome, PreferenceOutcome::Undecided, "a refund that nobody has proposed yet");
    assert!(bench.state.provisional && bench.state.review_pending());
    bench.labels(&facts);
    let open = container(Disposition::Quarantine, "NORDWIND", ContainerState::Open);
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    assert_eq!(unit::may_leave(&bench.state), Err(Refusal::ReviewPending));
    let closed = container(Disposition::Quarantine, "NORDWIND", ContainerState::Closed);
    let with_closed = Facts { container: Some(&closed), ..facts.clone() };
    assert_eq!(bench.refuses(Command::Close, &with_closed), Refusal::ReviewPending);
    // The second person comes after all, and sees something else.
    bench.looked_at_blind(WORN, &depot, &facts);
    bench.does(Command::Review(Verdict::approve()), &supervised(&depot, &facts));
    assert_eq!(bench.refuses(Command::Close, &with_closed), Refusal::Provisional);
    bench.does(Command::TakeOut, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock));
    assert_eq!((bench.state.provisional, bench.state.label.stage), (false, LabelStage::None));
}

#[test]
fn what_is_stopped_does_not_vanish_by_a_graders_word() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::Hold { reason: HoldReason::Fraud }, &facts);
    let void = || Command::Void { reason: VoidReason::NeverThere };
    assert_eq!(bench.refuses(void(), &facts), Refusal::SupervisorOnly);
    bench.does(void(), &supervised(&depot, &facts));
    assert_eq!(bench.refuses(photo("FRONT", 1), &facts), Refusal::WrongStage { stage: Stage::Voided });
}

#[test]
fn a_contested_unit_waits_for_a_person() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::graded(&facts);
    let (first, second) = (EventId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2)));
    bench.does(Command::Contest { first, second }, &facts);
    assert_eq!(bench.refuses(Command::Dispose, &facts), Refusal::Contested);
    let settle = |stands| Command::SettleContest { stands, decision: None };
    assert_eq!(bench.refuses(settle(first), &facts), Refusal::SupervisorOnly);
    let supervisor = supervised(&depot, &facts);
    let stranger = EventId(Uuid::from_u128(3));
    assert_eq!(bench.refuses(settle(stranger), &supervisor), Refusal::NotContested);
    bench.does(settle(second), &supervisor);
    bench.does(Command::Dispose, &facts);
}

#[test]
fn a_unit_with_an_unknown_event_is_read_only_here() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::graded(&facts);
    bench.state.mark_unreadable();
    for command in [Command::Dispose, photo("FRONT", 9), Command::Void { reason: VoidReason::NeverThere }] {
        assert_eq!(bench.refuses(command, &supervised(&depot, &facts)), Refusal::Unreadable);
    }
}

#[test]
fn a_reviewers_grade_lets_the_policy_decide_anew_over_a_chosen_disposition() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let reviewed = |verdict: Verdict| {
        let mut bench = Bench::graded(&facts);
        let (disposition, reason) = (Disposition::Donate, OverrideReason::Other);
        bench.does(Command::OverrideDisposition { disposition, reason, note: None }, &facts);
        bench.does(Command::Dispose, &facts);
        bench.does(Command::Review(verdict), &supervised(&depot, &facts));
        bench.does(Command::Dispose, &facts);
        bench.state.disposition()
    };
    let change = Verdict::change(OverrideReason::AnsweredWrong);
    let grade = Verdict { grade: Some(Grade::D), ..change.clone() };
    assert_eq!(reviewed(grade), Some(Disposition::Recycle));
    let settlement = Verdict { settlement: Some(Settlement::StoreCredit), ..change };
    assert_eq!(reviewed(settlement), Some(Disposition::Donate), "what was proposed stands");
}

/// What hangs on a disposition goes with it, whoever chose it.
#[test]
fn an_overridden_disposition_says_what_becomes_of_the_wish_and_by_which_exception() {
    let mut depot = Depot::new();
    let wish = Preference::Donate;
    depot.rma.lines[0].preference = wish;
    let permit =
        GateEffect::Permit { dispositions: vec![Disposition::Destroy], derogation: id("EU-2026/296-2F") };
    let cracked = finding_of(&[Finding::Cracked]);
    depot.policy.policy.gates.insert(0, gate("P-UNSAFE", Gate::UnsoldGoods, cracked, permit));
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    // A yes settles the grade and skips what is milder.
    let broken = [("smell", "no"), ("same", "yes"), ("seal", "broken"), ("torn", "no"), ("broken", "yes")];
    let reviewed = |answers: &[(&str, &str)], chosen: Option<Disposition>, verdict: Verdict| {
        let mut bench = Bench::received(&facts);
        bench.inspects(answers, &facts);
        let reason = OverrideReason::Other;
        if let Some(disposition) = chosen {
            bench.does(Command::OverrideDisposition { disposition, reason, note: None }, &facts);
        } else {
            let grade = Grade::C;
            bench.does(Command::OverrideGrade { grade, reason, note: None }, &facts);
        }
        bench.does(Command::Dispose, &facts);
        bench.does(Command::Review(verdict), &supervisor);
        bench.does(Command::Dispose, &facts);
        bench.state.decision.unwrap()
    };
    let outcome = |decision: &Decision| {
        let answer = decision.preference.as_ref().unwrap();
        assert_eq!(answer.asked, wish);
        (answer.outcome, answer.why.as_ref().map(|why| why.code))
    };

    // Not offered for a coat like this, and done all the same, for a person said so.
    let not_offered =
        depot.policy.decide(&reviewed(CLEAN, Some(Disposition::Donate), Verdict::approve()).inputs);
    assert_eq!(outcome(&not_offered), (PreferenceOutcome::NotOffered, Some(WhyCode::PreferenceNotOffered)));
    let donated = reviewed(CLEAN, Some(Disposition::Donate), Verdict::approve());
    assert_eq!((donated.disposition, donated.derogation.clone()), (Disposition::Donate, None));
    assert_eq!(outcome(&donated), (PreferenceOutcome::Honoured, None));
    // What was not offered is not offered by another place either.
    let sold = reviewed(CLEAN, Some(Disposition::Liquidate), Verdict::approve());
    assert_eq!(outcome(&sold), (PreferenceOutcome::NotOffered, Some(WhyCode::PreferenceNotOffered)));

    // The lawful exception is named by a person's choice as by the policy's.
    let destroyed = reviewed(&broken, Some(Disposition::Destroy), Verdict::approve());
    assert_eq!(destroyed.derogation, Some(id("EU-2026/296-2F")));
    let elsewhere =
        Verdict { disposition: Some(Disposition::Recycle), ..Verdict::change(OverrideReason::Other) };
    let recycled = reviewed(&broken, Some(Disposition::Destroy), elsewhere.clone());
    assert_eq!((recycled.disposition, recycled.derogation), (Disposition::Recycle, None));

    // A wish that the policy would have followed, and a person does not.
    depot.policy.policy.recovery.push(recovery(Grade::C, Disposition::Donate, 0));
    depot.policy.policy.preference = PreferenceRules { may_cost_percent: 100.into(), may_cost_minor: None };
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    let stained = [
        ("smell", "no"),
        ("same", "yes"),
        ("seal", "broken"),
        ("torn", "no"),
        ("broken", "no"),
        ("stained", "yes"),
    ];
    bench.inspects(&stained, &facts);
    bench.does(Command::Dispose, &facts);
    let policy_followed = bench.state.decision.clone().unwrap();
    assert_eq!(policy_followed.disposition, Disposition::Donate);
    assert_eq!(outcome(&policy_followed), (PreferenceOutcome::Honoured, None));
    let (disposition, reason) = (Disposition::Liquidate, OverrideReason::Other);
    bench.does(Command::OverrideDisposition { disposition, reason, note: None }, &facts);
    bench.does(Command::Dispose, &facts);
    bench.does(Command::Review(Verdict::approve()), &supervised(&depot, &facts));
    bench.does(Command::Dispose, &facts);
    let set_aside = bench.state.decision.unwrap();
    assert_eq!(outcome(&set_aside), (PreferenceOutcome::SetAside, Some(WhyCode::PreferenceSetAside)));
}

#[test]
fn a_reviewers_settlement_says_what_becomes_of_a_wish_for_one() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let supervisor = supervised(&depot, &facts);
    for (settlement, outcome) in [
        (Settlement::Refund, PreferenceOutcome::Honoured),
        (Settlement::PartialRefund, PreferenceOutcome::SetAside),
    ] {
        let mut bench = Bench::graded(&facts);
        bench.does(Command::Dispose, &facts);
        bench.looked_at_blind(WORN, &depot, &facts);
        let verdict = Verdict {
            settlement: Some(settlement),
            response: Some(SellerResponse::ExcessiveWear),
            ..Verdict::change(OverrideReason::AnsweredWrong)
        };
        bench.does(Command::Review(verdict), &supervisor);
        bench.does(Command::Dispose, &facts);
        let decision = bench.state.decision.unwrap();
        assert_eq!((decision.settlement, decision.preference.unwrap().outcome), (settlement, outcome));
    }
}
