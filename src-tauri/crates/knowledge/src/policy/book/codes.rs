//! The closed vocabularies of columns, for drop-down lists.

use std::fmt::Display;

use returns::codes::{
    Authorisation, CosmeticGrade, Cycle, Disposition, Finding, FunctionGrade, Gate, Grade, HoldReason,
    IntakeKind, Preference, PreferenceOutcome, Reason, SellerResponse, Settlement, SignalKind,
};

use crate::policy::Table;

/// A vocabulary by its name in the sheet `codes`.
pub(super) fn all() -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("yes_no", vec!["yes".to_owned(), "no".to_owned()]),
        ("gate", words(Gate::ALL)),
        ("disposition", words(Disposition::ALL)),
        ("settlement", words(Settlement::ALL)),
        ("response", words(SellerResponse::ALL)),
        ("hold", words(HoldReason::ALL)),
        ("grade", words(Grade::ALL)),
        ("cycle", words(Cycle::ALL)),
        ("intake", words(IntakeKind::ALL)),
        ("reason", words(Reason::ALL)),
        ("preference", words(Preference::ALL)),
        ("finding", words(Finding::ALL)),
        ("signal", words(SignalKind::ALL)),
        ("authorisation", words(Authorisation::ALL)),
        ("function", words(FunctionGrade::ALL)),
        ("cosmetic", words(CosmeticGrade::ALL)),
        ("outcome", words(PreferenceOutcome::ALL)),
    ]
}

fn words<T: Display>(codes: &[T]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

/// The vocabulary of a column, and whether a cell holds one word of it and nothing else. Where it may hold several,
/// the list is an offer.
pub(super) fn of(table: Table, column: &str) -> Option<(&'static str, bool)> {
    let one = matches!(table, Table::Examples);
    Some(match column {
        "gate" => ("gate", true),
        "hold" => ("hold", true),
        "settlement" | "expect_settlement" => ("settlement", true),
        "response" => ("response", true),
        "review" | "expect_review" | "clock_behind" => ("yes_no", true),
        "force" | "expect_disposition" => ("disposition", true),
        "disposition" => ("disposition", table != Table::Settlements),
        "forbid" | "permit" | "allowed" => ("disposition", false),
        "expect_preference" => ("outcome", true),
        "grade" => ("grade", one || table == Table::Recovery),
        "cycle" => ("cycle", one),
        "intake" => ("intake", one),
        "reason" => ("reason", one),
        "preference" => ("preference", one),
        "authorisation" => ("authorisation", one),
        "function" => ("function", one),
        "cosmetic" => ("cosmetic", one),
        "findings" => ("finding", false),
        "signals" if one => ("signal", false),
        "in_warranty" | "vendor_takes_back" | "recalled" | "hygiene_seal" | "seal_intact" | "battery"
        | "dangerous_goods" | "data_bearing" | "weee" | "fraud_signal" | "refurbished" => ("yes_no", one),
        _ => return None,
    })
}
