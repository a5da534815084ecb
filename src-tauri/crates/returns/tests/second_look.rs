//! The blind second inspection, refurbishment, and what is identified late.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::bench::*;
use common::*;
use returns::checklist::Answer;
use returns::codes::*;
use returns::ids::EventId;
use returns::unit::{self, Command, Verdict};
use returns::{Facts, Refusal, UnitEvent};
use rstest::rstest;
use uuid::Uuid;

fn answers(these: &[(&str, &str)]) -> Vec<Answer> {
    these.iter().map(|(question, choice)| answer(question, choice)).collect()
}

fn blind(these: &[(&str, &str)]) -> Command {
    Command::RegradeBlind { answers: answers(these), findings: BTreeSet::new() }
}

/// A clean coat that was drawn, waiting for its second look.
fn drawn(facts: &Facts<'_>) -> Bench {
    let mut bench = Bench::graded(facts);
    bench.does(Command::Dispose, facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::Sample]);
    bench
}

#[test]
fn two_who_agree_let_the_unit_go_on() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let second = Facts { actor: &depot.other, ..facts.clone() };
    let mut bench = drawn(&facts);
    assert_eq!(bench.refuses(blind(CLEAN), &facts), Refusal::OwnGrading);
    bench.does(blind(CLEAN), &second);
    let seen = bench.state.blind.clone().unwrap();
    assert_eq!((seen.by, seen.grade, seen.answers.len()), (depot.other.clone(), Grade::A, CLEAN.len()));
    // A grader's word is enough, for nothing but the draw asked for it.
    assert_eq!(bench.state.review.state, ReviewState::Approved);
    assert_eq!(bench.state.review.by.as_ref(), Some(&depot.other));
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock));
}

#[test]
fn two_who_differ_leave_it_to_a_supervisor_who_sees_both() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let second = Facts { actor: &depot.other, ..facts.clone() };
    let mut bench = drawn(&facts);
    let supervisor = supervised(&depot, &facts);
    for verdict in
        [Verdict::approve(), Verdict { grade: Some(Grade::C), ..Verdict::change(OverrideReason::Other) }]
    {
        assert_eq!(bench.refuses(Command::Review(verdict), &supervisor), Refusal::BlindFirst);
    }
    bench.does(blind(WORN), &second);
    assert!(bench.state.review_pending());
    assert_eq!(bench.state.blind.as_ref().map(|seen| seen.grade), Some(Grade::B));
    assert_eq!(bench.state.blind.as_ref().unwrap().findings, [Finding::Used]);
    assert_eq!(bench.state.grade(), Some(Grade::A), "the first grade stands until somebody decides");
    assert_eq!(bench.refuses(blind(CLEAN), &supervisor), Refusal::ReviewDone, "once");
    bench.does(Command::Review(Verdict::approve()), &supervisor);
    assert_eq!(bench.state.review.state, ReviewState::Approved);
}

#[test]
fn a_held_unit_is_looked_at_and_goes_no_further() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = drawn(&facts);
    bench.does(Command::Hold { reason: HoldReason::Data }, &facts);
    let [first, second] = [1, 2].map(|n| EventId(Uuid::from_u128(n)));
    bench.does(Command::Contest { first, second }, &facts);
    bench.does(blind(CLEAN), &Facts { actor: &depot.other, ..facts.clone() });
    assert_eq!(bench.state.review.state, ReviewState::Approved);
    assert_eq!(bench.refuses(Command::Dispose, &facts).code(), "held");
}

/// Who looked blind and came to something else is one of the two that differ.
#[test]
fn who_looked_blind_and_differs_gives_no_verdict() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let supervisor = supervised(&depot, &facts);
    let mut bench = drawn(&facts);
    bench.does(blind(WORN), &supervisor);
    for verdict in [Verdict::approve(), Verdict::send_back(OverrideReason::Other)] {
        assert_eq!(bench.refuses(Command::Review(verdict), &supervisor), Refusal::OwnGrading);
    }
    let mut at_head_office = Bench { state: bench.state.clone(), history: vec![] };
    let office = Facts { role: Role::HeadOffice, ..supervisor };
    at_head_office.does(Command::Review(Verdict::approve()), &office);
    let third = Facts { actor: &depot.other, role: Role::Supervisor, ..facts.clone() };
    bench.does(Command::Review(Verdict::approve()), &third);
    // A supervisor who agrees needs nobody else.
    let mut agreed = drawn(&facts);
    agreed.does(blind(CLEAN), &supervised(&depot, &facts));
    assert_eq!(agreed.state.review.state, ReviewState::Approved);
}

/// Whoever said what was found, or that a photo is not needed, has judged; a photo and a comparison judge nothing.
#[rstest]
#[case::a_finding_before_the_inspection(&[Command::AddFinding { finding: Finding::Stain }], &[], true)]
#[case::one_taken_back(&[Command::AddFinding { finding: Finding::Stain }, TAKEN_BACK], &[], true)]
#[case::a_finding(&[], &[Command::AddFinding { finding: Finding::Odour }], true)]
#[case::a_skipped_photo(&[], &[Command::SkipPhoto { role: id("FRONT"), reason: SkipReason::Camera }], true)]
#[case::a_photo(&[], &[photo("FRONT", 7)], false)]
#[case::a_serial_that_differs(&[Command::ReadSerial { serial: id("SN-2") }], &[], false)]
fn who_had_a_hand_in_it_does_not_review_it(
    #[case] before: &[Command],
    #[case] during: &[Command],
    #[case] hand: bool,
) {
    let mut depot = Depot::new();
    depot.rma.lines[0].serials_shipped = vec![id("SN-1")];
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    let mut bench = Bench::received(&facts);
    before.iter().for_each(|command| drop(bench.does(command.clone(), &supervisor)));
    bench.does(Command::StartInspection, &facts);
    during.iter().for_each(|command| drop(bench.does(command.clone(), &supervisor)));
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(photo("FRONT", 8), &facts);
    bench.does(Command::Grade, &facts);
    let (disposition, reason) = (Disposition::Donate, OverrideReason::Other);
    let third = Facts { actor: &depot.other, ..facts.clone() };
    bench.does(Command::OverrideDisposition { disposition, reason, note: None }, &third);
    bench.does(Command::Dispose, &facts);
    let approved = bench.tries(Command::Review(Verdict::approve()), &supervisor);
    assert_eq!(approved.err(), hand.then_some(Refusal::OwnGrading));
}

const TAKEN_BACK: Command = Command::RemoveFinding { finding: Finding::Stain };

/// The same grade for another place, or by an answer that asks for a look, is no agreement.
#[rstest]
#[case::a_gate_would_stop_it(&[("seal", "broken")], Some(Finding::EmptyBox))]
#[case::it_would_go_elsewhere(&[("seal", "broken")], Some(Finding::PackagingDamage))]
#[case::it_asks_for_a_look(&[("seal", "resealed")], None)]
fn the_same_grade_alone_is_not_yet_agreement(
    #[case] instead: &[(&str, &str)],
    #[case] added: Option<Finding>,
) {
    let mut depot = Depot::new();
    depot
        .checklist
        .findings
        .push(returns::checklist::FindingChip { finding: Finding::EmptyBox, grade: Some(Grade::A) });
    depot.policy.policy.gates.push(gate(
        "G-DAMAGED",
        Gate::Safety,
        finding_of(&[Finding::PackagingDamage]),
        returns::policy::GateEffect::Force(Disposition::Quarantine),
    ));
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = drawn(&facts);
    let seen: Vec<_> = CLEAN
        .iter()
        .map(|(question, choice)| *instead.iter().find(|(q, _)| q == question).unwrap_or(&(question, choice)))
        .collect();
    let command = Command::RegradeBlind { answers: answers(&seen), findings: added.into_iter().collect() };
    bench.does(command, &Facts { actor: &depot.other, ..facts.clone() });
    assert_eq!(bench.state.blind.as_ref().map(|seen| seen.grade), Some(Grade::A));
    assert!(bench.state.review_pending());
}

#[test]
fn what_the_second_person_finds_unsafe_stops_the_unit() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = drawn(&facts);
    let smells: Vec<_> =
        CLEAN.iter().map(|(q, c)| if *q == "smell" { ("smell", "yes") } else { (*q, *c) }).collect();
    bench.does(blind(&smells), &Facts { actor: &depot.other, ..facts.clone() });
    assert_eq!(bench.state.holds, [HoldReason::Hazmat].into());
    assert!(bench.state.review_pending());
}

#[test]
fn another_cause_keeps_the_review_open_whatever_the_second_person_says() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = Bench::graded(&facts);
    let reason = OverrideReason::Other;
    bench.does(Command::OverrideGrade { grade: Grade::B, reason, note: None }, &supervised(&depot, &facts));
    bench.does(Command::Dispose, &facts);
    // Who set the grade by hand is not the one to look blind.
    assert_eq!(bench.refuses(blind(WORN), &supervised(&depot, &facts)), Refusal::OwnGrading);
    bench.does(blind(WORN), &Facts { actor: &depot.other, ..facts.clone() });
    assert!(bench.state.review_pending(), "B and B, but one of them was set by hand");
}

#[test]
fn a_blind_look_answers_the_questions_of_the_first() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let second = Facts { actor: &depot.other, ..facts.clone() };
    let mut bench = drawn(&facts);
    assert_eq!(bench.refuses(blind(&CLEAN[..3]), &second), Refusal::QuestionOpen { question: id("torn") });
    let nonsense = [CLEAN, &[("colour", "red")]].concat();
    assert_eq!(bench.refuses(blind(&nonsense), &second), Refusal::NoSuchChoice { question: id("colour") });
    let mut newer = depot.checklist.clone();
    newer.version += 1;
    let changed = Facts { checklist: Some(&newer), ..second };
    assert_eq!(bench.refuses(blind(CLEAN), &changed), Refusal::ChecklistChanged { began: 3 });
    // Then nobody can look blind any more, and the supervisor need not wait for it.
    let supervisor = Facts { checklist: Some(&newer), ..supervised(&depot, &facts) };
    bench.does(Command::Review(Verdict::approve()), &supervisor);
}

#[test]
fn head_office_and_a_unit_sent_back_wait_for_no_blind_look() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let office = Facts { role: Role::HeadOffice, ..supervised(&depot, &facts) };
    drawn(&facts).does(Command::Review(Verdict::approve()), &office);
    let mut back = drawn(&facts);
    back.does(Command::Review(Verdict::send_back(OverrideReason::Other)), &supervised(&depot, &facts));
    back.inspects(CLEAN, &facts);
    assert_eq!((back.state.sampled, &back.state.blind), (true, &None), "drawn again");
    let mut plain = Bench::graded(&depot.facts("COAT", Some("1")));
    assert_eq!(plain.refuses(blind(CLEAN), &facts), Refusal::NoReview { review: ReviewState::None });
}

/// A policy that refurbishes what is marked, once.
fn workshop() -> Depot {
    let mut depot = Depot::new();
    let rows = &mut depot.policy.policy.candidates;
    let marked = |refurbished| returns::policy::Conditions { refurbished, ..grades(&[Grade::C]) };
    rows[1].when = grades(&[Grade::B]);
    rows.push(candidate("C-WORK", marked(returns::policy::Flag::No), &[Disposition::Refurbish]));
    rows.push(candidate("C-WORKED", marked(returns::policy::Flag::Yes), &[Disposition::Liquidate]));
    depot
}

fn stained(facts: &Facts<'_>) -> Bench {
    let mut bench = Bench::received(facts);
    let stained = [&CLEAN[..5], &[("stained", "yes")]].concat();
    bench.inspects(&stained, facts);
    bench.does(Command::Dispose, facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Refurbish));
    bench
}

fn work(work: Work, part: Option<&str>, result: WorkResult) -> Command {
    Command::FinishWork { work, part: part.map(id), seconds: 240, result }
}

#[test]
fn a_technicians_work_is_recorded_and_the_unit_inspected_again() {
    let depot = workshop();
    let facts = depot.facts("COAT", Some("1"));
    let technician = Facts { actor: &depot.other, role: Role::Technician, ..facts.clone() };
    let mut bench = stained(&facts);
    let done = || work(Work::Cleaning, None, WorkResult::Done);
    assert_eq!(bench.refuses(done(), &facts), Refusal::TechnicianOnly);
    assert_eq!(
        bench.refuses(work(Work::PartAdded, None, WorkResult::Done), &technician),
        Refusal::PartUnnamed
    );
    assert_eq!(unit::inputs(&bench.state, &facts).unwrap().refurbished, Some(false));
    bench.labels(&facts);
    bench.does(done(), &technician);
    assert_eq!((bench.state.stage, bench.state.label.stage), (Some(Stage::Inspecting), LabelStage::None));
    let record = &bench.state.work[0];
    assert_eq!((record.work, record.seconds, record.result), (Work::Cleaning, 240, WorkResult::Done));
    assert_eq!(record.by, depot.other);
    bench.inspects(CLEAN, &technician);
    assert_eq!(bench.state.grade(), Some(Grade::A));
    assert_eq!(bench.state.work.len(), 1, "what was done is remembered");
}

#[test]
fn what_could_not_be_done_goes_elsewhere_the_second_time() {
    let depot = workshop();
    let facts = depot.facts("COAT", Some("1"));
    let technician = Facts { role: Role::Technician, ..facts.clone() };
    let mut bench = stained(&facts);
    bench.does(work(Work::PartAdded, None, WorkResult::NotPossible), &technician);
    bench.inspects(&[&CLEAN[..5], &[("stained", "yes")]].concat(), &facts);
    assert_eq!(unit::inputs(&bench.state, &facts).unwrap().refurbished, Some(true));
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Liquidate), "not to refurbishment for ever");
}

#[test]
fn only_what_goes_to_refurbishment_is_worked_on_even_out_of_its_container() {
    let depot = workshop();
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    let done = || work(Work::PartAdded, Some("COAT-BELT"), WorkResult::Done);
    let mut clean = Bench::dispositioned(&facts);
    let disposition = Some(Disposition::Restock);
    assert_eq!(clean.refuses(done(), &supervisor), Refusal::NotForWork { disposition });
    let mut graded = Bench::graded(&facts);
    assert_eq!(graded.refuses(done(), &supervisor), Refusal::WrongStage { stage: Stage::Graded });
    let mut bench = stained(&facts);
    bench.labels(&facts);
    let open = container(Disposition::Refurbish, "NORDWIND", ContainerState::Open);
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    bench.does(Command::Hold { reason: HoldReason::Data }, &facts);
    assert_eq!(bench.refuses(done(), &supervisor).code(), "held");
    bench.does(Command::Release { reason: HoldReason::Data }, &supervisor);
    let events = bench.does(done(), &supervisor);
    assert_eq!(events[0], UnitEvent::TakenOut { container: tote(1) });
    assert_eq!(bench.state.work[0].part, Some(id("COAT-BELT")));
}

#[test]
fn only_where_the_draw_asked_for_it_does_a_second_person_look_without_seeing() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let second = Facts { actor: &depot.other, ..facts.clone() };
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(Command::SkipPhoto { role: id("FRONT"), reason: SkipReason::Camera }, &facts);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::PhotoSkipped]);
    let refusal = bench.refuses(blind(CLEAN), &second);
    assert_eq!(refusal, Refusal::NoReview { review: ReviewState::Pending });
}

#[test]
fn what_goes_back_says_why_and_changes_nothing() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", Some("1")) };
    let mut bench = drawn(&facts);
    bench.does(blind(WORN), &Facts { actor: &depot.other, ..facts.clone() });
    let back = Verdict::send_back(OverrideReason::Other);
    for incomplete in [
        Verdict { reason: None, ..back.clone() },
        Verdict { grade: Some(Grade::C), ..back.clone() },
        Verdict { grade: Some(Grade::C), reason: None, ..back.clone() },
    ] {
        let refusal = bench.refuses(Command::Review(incomplete), &supervised(&depot, &facts));
        assert_eq!(refusal, Refusal::ReviewIncomplete);
    }
    bench.does(Command::Review(back), &supervised(&depot, &facts));
    assert_eq!(bench.state.review.state, ReviewState::SentBack);
}

#[test]
fn a_late_match_that_brings_another_checklist_begins_it_anew() {
    let mut depot = Depot::new();
    depot.rma.cycle = Cycle::Service;
    let mut service = depot.checklist.clone();
    service.cycle = Some(Cycle::Service);
    let blind = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.does(Command::StartInspection, &blind);
    bench.does(Command::Answer(answer("smell", "no")), &blind);
    let known = Facts { checklist: Some(&service), ..depot.facts("COAT", Some("1")) };
    bench.does(Command::MatchLater, &known);
    assert_eq!(bench.state.stage, Some(Stage::Inspecting));
    // Same category and version, other questions: answers to the one are none to the other.
    let refusal = bench.refuses(Command::Answer(answer("same", "yes")), &known);
    assert_eq!(refusal, Refusal::ChecklistChanged { began: 3 });
    bench.inspects(CLEAN, &known);
    bench.does(Command::Dispose, &known);
    let inputs = bench.state.decision.unwrap().inputs;
    assert_eq!((inputs.cycle, inputs.reason), (Some(Cycle::Service), Some(Reason::TooSmall)));
}

#[test]
fn a_late_match_compares_serial_and_product_and_may_find_no_line() {
    let mut depot = Depot::new();
    depot.rma.lines[0].serials_shipped = vec![id("SN-1")];
    let blind = depot.facts("SHIRT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.does(Command::ReadSerial { serial: id("SN-2") }, &blind);
    let mut stranger = Bench { state: bench.state.clone(), history: vec![] };
    let known = Facts { item: depot.item("SHIRT"), ..depot.facts("COAT", Some("1")) };
    bench.does(Command::MatchLater, &known);
    assert_eq!(bench.state.findings(), [Finding::ProductMismatch, Finding::SerialMismatch].into());
    let kinds: Vec<_> = bench.state.signals.iter().map(|signal| signal.kind).collect();
    assert_eq!(kinds, [SignalKind::SwappedItem], "another product has another serial");
    // Its RMA is known, but does not expect it.
    let no_line = Facts { line: None, ..known };
    stranger.does(Command::MatchLater, &no_line);
    assert_eq!((stranger.state.rma, stranger.state.line), (Some(id("R-1001")), None));
    assert_eq!(stranger.state.added_findings, [Finding::Undeclared].into());
}

#[test]
fn a_wrong_scan_of_an_unknown_item_is_taken_back_by_its_grader_at_once_only() {
    let depot = Depot::new();
    let facts = depot.facts("NOWHERE", None);
    let received = || {
        let mut bench = Bench::new();
        let command = Command::Receive {
            intake: IntakeKind::Blind,
            parcel: None,
            sku: Some(id("NOWHERE")),
            lpn: unit::LpnChoice::Fresh,
        };
        bench.does(command, &facts);
        bench
    };
    let void = || Command::Void { reason: VoidReason::ReceivedTwice };
    received().does(void(), &facts);
    let mut stopped = received();
    stopped.does(Command::Hold { reason: HoldReason::Hazmat }, &facts);
    assert_eq!(stopped.refuses(void(), &facts), Refusal::SupervisorOnly);
}
