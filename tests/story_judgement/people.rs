//! Who is there, and what they ask.

use bench::seam::{Coded, Reply, Request, ReviewDetail, ReviewRow};
use head_office::import::Sources;
use returns::codes::ReviewOutcome;
use returns::ids::UnitId;

use crate::desk::{answer, number, photograph, receive};
use crate::story::depot::{Depot, asset};
use crate::story::hands::Return;
use crate::story::station::{Person, Station};
use crate::story::until;

/// A second supervisor, who is not on the demo's list.
pub const RH: Person = Person { badge: "RS:O:RH-2B9E14", pin: "4826" };

pub async fn second_supervisor(depot: &Depot, station: &Station) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("operators.csv");
    let known = std::fs::read_to_string(asset("demo/operators.csv")).unwrap();
    std::fs::write(&file, format!("{}\nop-1031,RH-2B9E14,RH,SUPERVISOR,4826\n", known.trim_end())).unwrap();
    let verdict = depot.import(Sources { operators: vec![file], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    until("the second supervisor is known", || {
        station.with(|records| records.operator_by_badge("RH-2B9E14").unwrap()).is_some()
    })
    .await;
}

/// A newer policy, the demo's but for what `change` does to its head, and for one table.
pub async fn newer_policy(depot: &Depot, station: &Station, change: impl Fn(&mut serde_json::Value)) {
    newer_policy_with(depot, station, change, None).await;
}

pub async fn newer_policy_with(
    depot: &Depot,
    station: &Station,
    change: impl Fn(&mut serde_json::Value),
    table: Option<(&str, &str)>,
) {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(asset("policy")).unwrap() {
        let entry = entry.unwrap();
        // The examples are what the shipped policy must decide, not a changed one.
        if entry.file_type().unwrap().is_file() && entry.file_name() != "examples.csv" {
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
    }
    if let Some((name, content)) = table {
        std::fs::write(dir.path().join(name), content).unwrap();
    }
    let file = dir.path().join("policy.json");
    let mut head: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let number = head["number"].as_u64().unwrap() + 1;
    head["number"] = number.into();
    change(&mut head);
    std::fs::write(&file, serde_json::to_vec_pretty(&head).unwrap()).unwrap();
    let verdict = depot.import(Sources { policies: vec![dir.path().to_owned()], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    until("the newer policy is known", || {
        let policy = station.with(|records| records.policy().unwrap()).unwrap();
        u64::from(policy.policy.number) == number
    })
    .await;
}

pub async fn ask(station: &Station, request: Request) -> Result<Reply, Coded> {
    station.bench.ask(request).await
}

/// Asks for a change; gives the unit as it is shown then.
pub async fn change(station: &Station, request: Request) -> ReviewDetail {
    let told = format!("{request:?}");
    match ask(station, request).await {
        Ok(Reply::ReviewUnit(detail)) => *detail,
        other => panic!("{told}: {other:?}"),
    }
}

/// Asks for what must be refused; gives the code, and nothing has happened.
pub async fn refused(station: &Station, request: Request) -> String {
    let told = format!("{request:?}");
    // A label on its way is recorded as printed whenever it comes out.
    station.settled().await;
    let before = station.events();
    let refusal = ask(station, request).await.expect_err(&told);
    assert_eq!(station.events(), before, "{told}");
    refusal.code
}

pub async fn detail(station: &Station, unit: UnitId) -> ReviewDetail {
    change(station, Request::ReviewUnit { unit }).await
}

/// The unit's row in the queue, where it is in it.
pub async fn row(station: &Station, unit: UnitId) -> Option<ReviewRow> {
    match ask(station, Request::ReviewQueue).await.unwrap() {
        Reply::ReviewQueue(queue) => queue.rows.into_iter().find(|row| row.head.unit == unit),
        other => panic!("{other:?}"),
    }
}

pub fn verdict(unit: UnitId, outcome: ReviewOutcome) -> Request {
    Request::ReviewDecide {
        unit,
        outcome,
        grade: None,
        disposition: None,
        reason: None,
        seller_response: None,
        settlement: None,
        acceptance: None,
        seen: None,
    }
}

/// From its parcel to the last answer and photo: graded, and decided or in review.
pub async fn graded(station: &Station, of: &Return) -> UnitId {
    station.scan(of.tracking).await;
    let unit = receive(station, of.gtin).await;
    number(station, unit).await;
    answer(station, of.answers).await;
    photograph(station).await;
    unit
}

/// Leaves unit and parcel, so that other work can begin.
pub async fn leave(station: &Station) {
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
}
