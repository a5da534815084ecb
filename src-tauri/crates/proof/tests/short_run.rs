//! A short run from a fixed seed with every fault once. Longer ones: `cargo xtask soak`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::PathBuf;

use proof::fault::Fault;
use proof::process::Programs;
use proof::rig::StoreKind;
use proof::soak::{Options, soak};

fn programs() -> Programs {
    let head_office = std::env::var_os("HEAD_OFFICE_BIN").map(PathBuf::from);
    Programs { proof: env!("CARGO_BIN_EXE_proof").into(), head_office }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_bent_by_any_fault() {
    let options = Options {
        minutes: 60.0,
        steps: Some(Fault::ALL.len() as u64),
        seed: 20_261_122,
        stations: 3,
        store: StoreKind::Folder,
        only: Vec::new(),
        check_every: 8,
        head_office: None,
        assets: concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets").into(),
        keep: None,
    };
    let outcome = soak(&options, programs()).await.unwrap();
    assert!(outcome.violations.is_empty(), "{:#?}", outcome.violations);
    for fault in Fault::ALL {
        assert_eq!(outcome.faults.get(fault), Some(&1), "{fault:?}");
    }
    assert!(outcome.events > 500, "{} events prove little", outcome.events);
    println!("{}", outcome.line());
}

/// Both servers over one database are killed and paused in turn, head office is restored, a station is put back and one
/// cloned; longer: `cargo xtask soak --store postgres`.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_over_postgresql_and_an_object_store_lose_nothing_either() {
    let only = vec![
        Fault::KillOffice,
        Fault::PauseOffice,
        Fault::RestoreOffice,
        Fault::ResetBeforeReply,
        Fault::Duplicate,
        Fault::Clone,
        Fault::RestoreDatabase,
    ];
    let options = Options {
        minutes: 60.0,
        steps: Some(only.len() as u64),
        seed: 20_261_123,
        stations: 3,
        store: StoreKind::Postgres,
        only: only.clone(),
        check_every: 4,
        head_office: None,
        assets: concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets").into(),
        keep: None,
    };
    let outcome = soak(&options, programs()).await.unwrap();
    assert!(outcome.violations.is_empty(), "{:#?}", outcome.violations);
    assert_eq!(outcome.faults_in_all(), only.len() as u64);
    assert!(outcome.events > 200, "{} events prove little", outcome.events);
    println!("{}", outcome.line());
}
