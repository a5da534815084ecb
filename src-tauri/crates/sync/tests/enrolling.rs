//! Enrolment pins the key that the printed code names, and no other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::sync::{Arc, Mutex};

use records::{Options, Records};
use support::*;
use wire::Problem;

fn printed(office: &Office) -> String {
    format!("AB0D-EFGH-1KMN-{}", &office.key.public().id().0[..16])
}

fn fresh(dir: &std::path::Path) -> Arc<Mutex<Records>> {
    let mut records = Records::open(dir, Options::default()).unwrap();
    // The fake office knows only this key.
    records.keep_secret_key(&station_key()).unwrap();
    Arc::new(Mutex::new(records))
}

#[tokio::test]
async fn a_station_enrols_and_pins_the_key() {
    let office = Office::start().await;
    let dir = tempfile::tempdir().unwrap();
    let records = fresh(dir.path());
    let enrolment = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap();
    assert_eq!(enrolment.name, "LEJ2-B04");
    assert_eq!(enrolment.head_office_key, office.key.public());
    assert_eq!(enrolment.head_office_url, office.url);
    // Head office knows it well.
    let known = Problem { code: "enrol-key-known".to_owned(), args: Default::default() };
    office.next("/enrol", Nasty::Refuse(409, known));
    let again = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap_err();
    assert_eq!(again.code(), "station-enrolled-already");
    // It has forgotten it, and the station stays who it is.
    let again = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap();
    assert_eq!(again, enrolment);
    // A code of another head office.
    let code = "AB0D-EFGH-1KMN-0123456789abcdef";
    let other = sync::enrol_station(&records, &office.url, code).await.unwrap_err();
    assert_eq!(other.code(), "station-enrolled-already");
}

#[tokio::test]
async fn another_head_office_at_the_address_is_refused_and_nothing_is_pinned() {
    let office = Office::start().await;
    let dir = tempfile::tempdir().unwrap();
    let records = fresh(dir.path());
    office.next("/enrol", Nasty::OtherKey);
    let error = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap_err();
    assert_eq!(error.code(), "head-office-other-key");
    let code = "AB0D-EFGH-1KMN-0123456789abcdef";
    let error = sync::enrol_station(&records, &office.url, code).await.unwrap_err();
    assert_eq!(error.code(), "head-office-other-key");
    assert!(records.lock().unwrap().enrolment().is_none());
}

#[tokio::test]
async fn unsigned_altered_and_foreign_answers_enrol_nobody() {
    let office = Office::start().await;
    let dir = tempfile::tempdir().unwrap();
    let records = fresh(dir.path());
    let cases = [
        (Nasty::Portal, "line-not-head-office"),
        (Nasty::Unsigned, "line-not-head-office"),
        (Nasty::Altered, "head-office-signature-wrong"),
        (Nasty::OtherNonce, "head-office-signature-wrong"),
    ];
    for (nasty, expected) in cases {
        office.next("/enrol", nasty);
        let error = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap_err();
        assert_eq!(error.code(), expected);
        assert!(records.lock().unwrap().enrolment().is_none());
    }
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_an_unreachable_office_is_named() {
    let office = Office::start().await;
    let dir = tempfile::tempdir().unwrap();
    let records = fresh(dir.path());
    let used = Problem { code: "enrol-code-used".to_owned(), args: Default::default() };
    office.next("/enrol", Nasty::Refuse(403, used));
    let error = sync::enrol_station(&records, &office.url, &printed(&office)).await.unwrap_err();
    assert_eq!(error.code(), "enrol-code-used");
    let code = printed(&office);
    let (_, address) = office.stop().await;
    let error = sync::enrol_station(&records, &format!("http://{address}"), &code).await.unwrap_err();
    assert_eq!(error.code(), "line-unreachable");
    for wrong in ["ftp://x", "head office", ""] {
        let error = sync::enrol_station(&records, wrong, &code).await.unwrap_err();
        assert_eq!(error.code(), "head-office-address-wrong", "{wrong:?}");
    }
}
