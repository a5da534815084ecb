//! Questions, their order, and the grade that follows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::*;
use returns::checklist::{Answer, Because, ChecklistFault};
use returns::codes::*;
use rstest::rstest;

/// Answers in words: `question=choice …`.
fn answers(words: &str) -> Vec<Answer> {
    words
        .split_whitespace()
        .map(|word| word.split_once('=').unwrap())
        .map(|(question, choice)| answer(question, choice))
        .collect()
}

const CLEAN: &str = "smell=no same=yes";

#[rstest]
#[case("", Some("smell"))]
#[case("smell=no", Some("same"))]
#[case("smell=no same=yes", Some("seal"))]
#[case("smell=no same=yes seal=broken", Some("torn"))]
#[case("smell=no same=yes seal=broken torn=no broken=yes", None)]
#[case("smell=no same=yes seal=broken torn=no broken=no stained=no worn=no", Some("tag"))]
#[case("smell=no same=yes seal=broken torn=no broken=no stained=no worn=no tag=no", None)]
// A wrong product settles X at identity: the seal is still asked (identity), X conditions are not milder.
#[case("smell=no same=no", Some("seal"))]
#[case("smell=no same=no seal=broken", Some("torn"))]
#[case("smell=no same=no seal=broken torn=no", None)]
fn what_is_asked_next(#[case] given: &str, #[case] next: Option<&str>) {
    let checklist = checklist();
    let asked = checklist.next_question(&answers(given)).map(|question| question.id.to_string());
    assert_eq!(asked.as_deref(), next);
}

#[rstest]
#[case("seal=intact torn=no broken=no stained=no worn=no tag=no", &[], Grade::N)]
#[case("seal=broken torn=no broken=no stained=no worn=no tag=no", &[], Grade::A)]
#[case("seal=intact torn=no broken=no stained=no worn=no tag=yes", &[], Grade::A)]
#[case("seal=intact torn=no broken=no stained=no worn=yes", &[], Grade::B)]
#[case("seal=broken torn=no broken=no stained=yes", &[], Grade::C)]
#[case("seal=broken torn=no broken=yes", &[], Grade::D)]
#[case("seal=broken torn=yes", &[], Grade::X)]
#[case("seal=broken torn=no broken=no stained=no worn=no tag=no", &[Finding::Odour], Grade::C)]
#[case("seal=broken torn=no broken=yes", &[Finding::Odour], Grade::D)]
#[case("seal=intact torn=no broken=no stained=no worn=no tag=no", &[Finding::PackagingDamage], Grade::A)]
#[case("seal=intact torn=no broken=no stained=no worn=no tag=no", &[Finding::Scratched], Grade::A)]
#[case("seal=intact torn=no broken=no stained=no worn=no tag=no", &[Finding::Undeclared], Grade::N)]
fn what_grade_follows(#[case] given: &str, #[case] added: &[Finding], #[case] grade: Grade) {
    let given = answers(&format!("{CLEAN} {given}"));
    let added: BTreeSet<_> = added.iter().copied().collect();
    assert_eq!(checklist().next_question(&given), None, "the case answers everything");
    assert_eq!(checklist().grade(&given, &added).grade, grade);
}

#[test]
fn a_grade_names_what_settled_it() {
    let because = |given: &str, added: &[Finding]| {
        checklist().grade(&answers(given), &added.iter().copied().collect()).because
    };
    assert_eq!(
        because("smell=no same=yes seal=broken torn=yes", &[]),
        Because::Question { question: id("torn") }
    );
    assert_eq!(because("smell=no same=yes", &[Finding::Odour]), Because::Finding { finding: Finding::Odour });
    assert_eq!(because("smell=no same=yes seal=intact", &[]), Because::SealIntact);
    assert_eq!(because("smell=no same=yes seal=broken", &[]), Because::NothingFound);
}

#[test]
fn without_a_word_on_the_seal_it_is_no_n() {
    assert_eq!(checklist().grade(&answers(CLEAN), &BTreeSet::new()).grade, Grade::A);
}

#[test]
fn a_corrected_answer_counts_and_what_it_skips_does_not() {
    let given = answers("smell=no same=yes seal=broken torn=no broken=no stained=yes torn=yes");
    let result = checklist().grade(&given, &BTreeSet::new());
    assert_eq!(result.grade, Grade::X);
    let asked: Vec<_> =
        checklist().effective(&given).iter().map(|(question, _)| question.id.to_string()).collect();
    assert_eq!(asked, ["smell", "same", "seal", "torn"]);
    // And back: the milder answers count again.
    let given = [given, answers("torn=no")].concat();
    assert_eq!(checklist().grade(&given, &BTreeSet::new()).grade, Grade::C);
}

#[test]
fn a_choice_can_require_a_photo() {
    let all = "smell=no same=yes seal=broken torn=no broken=no stained=no";
    let photos = |given: &str| {
        let roles = checklist().required_photos(&answers(given));
        roles.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(photos(&format!("{all} worn=no")), ["FRONT"]);
    assert_eq!(photos(&format!("{all} worn=yes")), ["FRONT", "WEAR"]);
    // The answer no longer counts once a worse one settles the grade.
    assert_eq!(photos(&format!("{all} worn=yes torn=yes")), ["FRONT"]);
}

/// The worst that any answer names, of those that count.
#[test]
fn function_and_looks_follow_from_the_answers() {
    let mut checklist = checklist();
    let name = |question: &mut returns::checklist::Question, function, cosmetic| {
        (question.choices[1].function, question.choices[1].cosmetic) = (function, cosmetic);
    };
    name(&mut checklist.questions[4], Some(FunctionGrade::F1), None);
    name(&mut checklist.questions[5], None, Some(CosmeticGrade::C3));
    name(&mut checklist.questions[6], Some(FunctionGrade::F5), Some(CosmeticGrade::C6));
    checklist.questions[0].choices[0].function = Some(FunctionGrade::F6);
    let of = |given: &str| {
        let given = answers(&format!("{CLEAN} seal=broken {given}"));
        (checklist.function_grade(&given), checklist.cosmetic_grade(&given))
    };
    use CosmeticGrade::{C3, C6};
    use FunctionGrade::{F1, F5, F6};
    assert_eq!(of("torn=no broken=no stained=no worn=no tag=no"), (Some(F6), None));
    assert_eq!(of("torn=no broken=no stained=no worn=yes"), (Some(F5), Some(C6)));
    assert_eq!(of("torn=no broken=no stained=yes"), (Some(F6), Some(C3)));
    // An answer that a worse one made superfluous does not count.
    assert_eq!(of("torn=no broken=yes stained=yes worn=yes"), (Some(F1), None));
    assert_eq!(
        returns::checklist::Checklist { questions: vec![], ..checklist.clone() }.function_grade(&[]),
        None
    );
}

#[test]
fn faults_of_a_written_checklist_are_named() {
    assert_eq!(checklist().faults(), []);
    let mut wrong = checklist();
    wrong.questions.swap(0, 1);
    assert_eq!(wrong.faults(), [ChecklistFault::Order(id("smell"))]);
    let mut wrong = checklist();
    wrong.questions.swap(3, 4);
    assert_eq!(wrong.faults(), [ChecklistFault::Order(id("torn"))]);
    let mut wrong = checklist();
    wrong.questions[1].id = id("smell");
    wrong.questions[1].grade = Some(Grade::X);
    wrong.questions[2].choices.truncate(1);
    wrong.questions[3].choices[1].grade = Some(Grade::N);
    wrong.questions[4].choices[1].id = id("no");
    let codes: Vec<_> = wrong.faults().iter().map(ChecklistFault::code).collect();
    assert_eq!(
        codes,
        ["question-twice", "question-grade-tag", "choice-count", "question-settles-n", "choice-twice"]
    );
    wrong.questions.clear();
    assert_eq!(wrong.faults(), [ChecklistFault::Empty]);
}

/// Neither `Checklist::grade` nor the policy's inputs have anywhere to put the customer or the tier: by types
/// alone they change no grade and no disposition. This guards the inputs against a field added carelessly.
#[test]
fn the_customers_tier_reaches_neither_grade_nor_policy() {
    let inputs = serde_json::to_value(returns::policy::Inputs::of_grade(Grade::A)).unwrap();
    assert!(inputs.get("tier").is_none() && inputs.get("customer").is_none());
    let unknown: Result<returns::policy::Conditions, _> =
        serde_json::from_value(serde_json::json!({ "tier": { "one_of": ["GOLD"] } }));
    assert!(unknown.is_err(), "no row may ask for the tier");
}
