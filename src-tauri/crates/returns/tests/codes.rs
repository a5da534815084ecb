//! The vocabularies have exactly the words of domain.md, and one form everywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use returns::codes::*;
use returns::policy::WhyCode;

macro_rules! each_vocabulary {
    ($check:ident) => {
        $check!(
            Acceptance,
            CommandCode,
            ContainerState,
            Cycle,
            Disposition,
            DocumentKind,
            Finding,
            Gate,
            Grade,
            HoldReason,
            IntakeKind,
            LabelKind,
            LabelStage,
            Match,
            OverrideReason,
            ParcelOutcome,
            ParcelRefusal,
            ParcelState,
            Preference,
            PurgeReason,
            QuestionKind,
            Reason,
            RegradeReason,
            ReviewCause,
            ReviewOutcome,
            ReviewState,
            RmaState,
            Role,
            Seal,
            SellerResponse,
            Settlement,
            SkipReason,
            Stage,
            Task,
            VoidReason,
            WhyCode
        )
    };
}

#[test]
fn a_code_is_one_word_in_text_and_json() {
    macro_rules! check {
        ($($name:ident),+) => {$(
            for code in $name::ALL {
                assert_eq!(code.as_str().parse::<$name>(), Ok(*code));
                assert_eq!(code.to_string(), code.as_str());
                assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            }
            let error = "nonsense".parse::<$name>().unwrap_err();
            assert_eq!((error.vocabulary, error.code()), (stringify!($name), "unknown-code"));
        )+};
    }
    each_vocabulary!(check);
}

#[test]
fn a_renamed_code_is_noticed() {
    let mut lines = Vec::new();
    macro_rules! list {
        ($($name:ident),+) => {$(
            let codes: Vec<_> = $name::ALL.iter().map(|code| code.as_str()).collect();
            lines.push(format!("{}: {}", stringify!($name), codes.join(" ")));
        )+};
    }
    each_vocabulary!(list);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn command_words_carry_their_grade_pick_and_digit() {
    assert_eq!(CommandCode::GradeX.grade(), Some(Grade::X));
    assert_eq!(CommandCode::Pick9.pick(), Some(9));
    assert_eq!(CommandCode::Digit0.digit(), Some(0));
    let (grades, picks, digits) = CommandCode::ALL.iter().fold((0, 0, 0), |(g, p, d), code| {
        let one = usize::from;
        (g + one(code.grade().is_some()), p + one(code.pick().is_some()), d + one(code.digit().is_some()))
    });
    assert_eq!((grades, picks, digits), (6, 9, 10));
}

#[test]
fn neighbours_codes_are_theirs() {
    let x12: Vec<_> =
        Disposition::ALL.iter().filter_map(|code| Some(format!("{code}={}", code.x12()?))).collect();
    assert_eq!(
        x12.join(" "),
        "REFURBISH=RF REPAIR=KR WARRANTY_SERVICE=MW RTV=RA LIQUIDATE=RT DONATE=SC RECYCLE=SD DESTROY=DI \
         QUARANTINE=RP SHIP_BACK=RD"
    );
    let x12: Vec<_> = Reason::ALL.iter().filter_map(|code| Some(format!("{code}={}", code.x12()?))).collect();
    assert_eq!(
        x12.join(" "),
        "ORDERED_WRONG=CO WRONG_ITEM=WG NOT_AS_DESCRIBED=NA TOO_SMALL=PF TOO_LARGE=PF COLOUR=CV STYLE=ST \
         DEFECTIVE=DR DAMAGED_TRANSIT=DT DAMAGED=DA RECALL=PR EXPIRED=BC"
    );
    assert_eq!(Disposition::Quarantine.cbv(true), ("holding", "recalled"));
    assert_eq!(Disposition::Quarantine.cbv(false), ("holding", "unknown"));
    assert_eq!(Disposition::Recycle.cbv(false), ("collecting", "disposed"));
    assert_eq!(Disposition::Missing.cbv(false), ("inspecting", "mismatch_quantity"));
}

#[test]
fn grades_run_from_best_to_worst() {
    assert!(Grade::N.is_milder_than(Grade::A) && Grade::C.is_milder_than(Grade::D));
    assert!(!Grade::X.is_milder_than(Grade::X));
    assert_eq!(Grade::B.worse(Grade::D), Grade::D);
}

#[test]
fn a_claim_once_settled_stays() {
    use Acceptance::*;
    let allowed: Vec<_> = Acceptance::ALL
        .iter()
        .flat_map(|from| Acceptance::ALL.iter().map(move |to| (*from, *to)))
        .filter(|(from, to)| from.may_become(*to))
        .collect();
    let expected = [
        (Pending, Accepted),
        (Pending, Rejected),
        (Pending, ManualInterventionRequired),
        (ManualInterventionRequired, Accepted),
        (ManualInterventionRequired, Rejected),
    ];
    assert_eq!(allowed, expected);
}

#[test]
fn typescript_sees_the_same_words() {
    use ts_rs::TS;
    let config = ts_rs::Config::default();
    assert_eq!(Grade::inline(&config), r#""N" | "A" | "B" | "C" | "D" | "X""#);
    assert_eq!(Seal::inline(&config), r#""INTACT" | "BROKEN""#);
    assert_eq!(returns::ids::UnitId::inline(&config), "string");
    assert_eq!(returns::ids::RmaNumber::inline(&config), "string");
    assert_eq!(returns::lpn::Lpn::inline(&config), "string");
    let money = returns::money::Money::inline(&config);
    assert!(money.contains("minor: number") && money.contains("currency: Currency"), "{money}");
}
