//! A policy with a field that nobody knows.

use bench::seam::{Reply, Request};
use head_office::import::Sources;
use head_office::store::Change;
use serde_json::{Value, json};
use wire::{Feed, Signed};

use crate::story::depot::asset;
use crate::story::hands::SHIRT;
use crate::story::station::KW;
use crate::story::until;
use crate::story::words::assert_has_words;

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_with_an_unknown_field_comes_into_force_nowhere() {
    let (depot, station, _dir) = crate::bench().await;
    let policy = || station.with(|records| records.policy().unwrap().unwrap());
    let before = policy();

    // Head office does not take it in.
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(asset("policy")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let file = folder.path().join("policy.json");
    let mut head: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let newer = head["number"].as_u64().unwrap() + 1;
    head["number"] = json!(newer);
    head["restock_everything"] = json!(true);
    std::fs::write(&file, serde_json::to_vec(&head).unwrap()).unwrap();
    let sources = Sources { policies: vec![folder.path().to_owned()], ..Sources::default() };
    let verdict = depot.import(sources);
    assert_eq!(verdict.imported.policies, 0);
    let [problem] = &verdict.refused[..] else { panic!("{:?}", verdict.refused) };
    assert!(problem.file.ends_with("policy.json"), "{problem:?}");
    assert!(format!("{problem:?}").contains("restock_everything"), "{problem:?}");

    // Signed by head office all the same, the station sets it aside.
    let mut document = serde_json::to_value(&before.policy).unwrap();
    document["number"] = json!(newer);
    document["restock_everything"] = json!(true);
    let document = json!({"document": "policy", "content": document});
    let signed = Signed::<Value>::sign(depot.office().key(), &document).unwrap();
    let key = format!("policy/{newer}");
    let change = Change { key: key.clone(), value: Some(serde_json::to_value(signed).unwrap()) };
    depot.office().store().publish(Feed::Documents, &[change]).unwrap();
    until("the station has looked at it", || {
        station.with(|records| !records.refused_items().unwrap().is_empty())
    })
    .await;
    let refused = station.with(|records| records.refused_items().unwrap());
    assert_eq!(
        (refused.len(), refused[0].feed, refused[0].item.as_str()),
        (1, Feed::Documents, key.as_str())
    );
    assert_eq!(refused[0].code, "document-unreadable");
    assert_eq!(policy().policy.number, before.policy.number);
    assert_has_words("document-unreadable");

    // A person is told, and work goes on by the old one.
    let Reply::Sync(view) = station.bench.ask(Request::Sync).await.unwrap() else { panic!("no view") };
    assert_eq!(view.refused.len(), 1, "{view:?}");
    assert_has_words(&view.refused[0].code);
    station.sign_in(KW).await;
    station.carry(&SHIRT).await;
    let (_, unit) = station.unit_of(SHIRT.rma).unwrap();
    let decision = unit.decision.unwrap();
    assert_eq!(decision.policy_number, before.policy.number);
    assert_eq!(decision.disposition.as_str(), SHIRT.disposition);
    crate::end(depot, station).await;
}
