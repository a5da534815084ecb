//! Fuzz targets of what comes over the line or off a label: a bounded number of inputs here, as many as wished by
//! `cargo xtask fuzz NAME --minutes N`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[macro_use]
#[path = "../../../../tests/fuzzing/near.rs"]
mod near;

use near::Input;
use serde_json::json;
use wire::{
    Document, Envelope, FeedPage, Operator, Problem, PublicKey, Receipt, ReplyParts, RequestParts,
    ReturnLabel, SecretKey, Signed, content_digest, pack, request_claim, sign_reply, sign_request, unpack,
    verify_reply, verify_request,
};

fn key() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

fn label() -> ReturnLabel {
    ReturnLabel {
        owner: ReturnLabel::owner_tag("ACME"),
        label_id: 4711,
        issued: 1_790_000_000,
        expires: 1_800_000_000,
        nonce: [1, 2, 3, 4, 5, 6, 7],
    }
}

#[test]
fn return_label() {
    let signed = label().sign(&key());
    let keys = [key().public()];
    fuzz!(&[signed.as_str(), "RS:R:ABC 123"], &["RS:R:", "RS:U:", " ", "%", ":"], |input: &Input| {
        match ReturnLabel::verify(&input.text(), &keys) {
            // Nobody else can make one: whatever verifies is the one that was signed, unchanged.
            Ok(read) => assert!(read == label() && input.text() == signed),
            Err(error) => assert!(!error.code().is_empty()),
        }
    });
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "\\u0000",
    "\\",
    "\n",
    "é",
    "{\"a\":",
    "0.1",
    "99999999999999999999-01-01T00:00:00Z",
];

fn envelope_line() -> String {
    json!({
        "event_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "kind": "unit.note-kept",
        "version": 1,
        "subject": "unit:01890a5d-ac96-774b-bcce-b302099a8058",
        "actor": { "operator": "OP-1", "role": "GRADER" },
        "recorded": "2026-11-22T07:00:00Z",
        "seen": "01890a5d-ac96-774b-bcce-b302099a8059",
        "body": { "hash": "00", "len": 7 }
    })
    .to_string()
}

#[test]
fn envelope() {
    Envelope::parse(envelope_line().as_bytes()).expect("the example is one");
    fuzz!(&[envelope_line()], JSON, |input: &Input| {
        match Envelope::parse(&input.0) {
            Ok(envelope) => {
                let _ = envelope.event();
                let again = Envelope::parse(&envelope.to_bytes().unwrap()).unwrap();
                assert_eq!(again, envelope);
            }
            Err(error) => assert!(!error.code().is_empty()),
        }
    });
}

#[test]
fn packed_lines() {
    let packed = pack(&["one", "two", ""]).unwrap();
    let many = pack(&vec!["a line"; 500]).unwrap();
    fuzz!(1_000, &[packed, many], &["\u{28}", "\u{0}\u{0}"], |input: &Input| {
        if let Ok(lines) = unpack(&input.0) {
            assert_eq!(unpack(&pack(&lines).unwrap()).unwrap(), lines);
        }
    });
}

#[test]
fn replies() {
    let receipt = json!({
        "station": "00".repeat(16), "epoch": "1", "stored_seq": 7, "stored_hash": "00".repeat(32), "incarnation": "i-1"
    });
    serde_json::from_value::<Receipt>(receipt.clone()).expect("the example is one");
    let page = json!({ "feed": "rmas", "items": [{ "key": "R-1", "change": "gone" }], "cursor": "c1", "more": false });
    let problem = json!({ "code": "body-unreadable", "args": { "detail": "x" } });
    let signed = serde_json::to_value(Signed::<Operator>::sign(&key(), &operator()).unwrap()).unwrap();
    let examples = [receipt, page, problem, signed].map(|value| value.to_string());
    let public = key().public();
    fuzz!(&examples, JSON, |input: &Input| {
        let _ = serde_json::from_slice::<Receipt>(&input.0);
        let _ = serde_json::from_slice::<Problem>(&input.0);
        if let Ok(page) = serde_json::from_slice::<FeedPage>(&input.0) {
            let again = serde_json::from_slice::<FeedPage>(&serde_json::to_vec(&page).unwrap()).unwrap();
            assert_eq!(again, page);
        }
        if let Ok(signed) = serde_json::from_slice::<Signed<Operator>>(&input.0)
            && let Ok((read, _)) = signed.verify(&public)
        {
            assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(operator()).unwrap());
        }
        if let Ok(signed) = serde_json::from_slice::<Signed<Document>>(&input.0) {
            assert!(signed.verify(&public).is_err());
        }
    });
}

fn operator() -> Operator {
    serde_json::from_value(json!({
        "id": "OP-1", "badge": "B-1", "initials": "AB", "role": "GRADER", "pin_hash": "$argon2id$", "valid_until": "2030-01-01T00:00:00Z"
    }))
    .unwrap()
}

/// A call and its reply, each signed: no other header of theirs is taken for a signature.
#[test]
fn signatures() {
    let digest = content_digest(b"{}");
    let request = RequestParts {
        method: "POST",
        path: "/v1/events",
        query: "",
        content_digest: &digest,
        station_nonce: "n-1",
    };
    let reply = ReplyParts { status: 200, content_digest: &digest };
    let (asked, asked_by) = sign_request(&key(), "station", "challenge", &request);
    let (input_of_reply, signed) = sign_reply(&key(), &reply, &request);
    let public = key().public();
    let examples = [asked.clone(), asked_by.clone(), input_of_reply.clone(), signed.clone()];
    fuzz!(&examples, &["rs=", ":", ";", "\"", "keyid=", "nonce=", "alg=", "("], |input: &Input| {
        let text = input.text();
        let _ = (request_claim(&text), PublicKey::from_hex(&text));
        // A base64 text may be written in one way only: what differs is another signature.
        if verify_request(&public, &text, &asked_by, &request).is_ok() {
            assert_eq!(text, asked);
        }
        if verify_request(&public, &asked, &text, &request).is_ok() {
            assert_eq!(text, asked_by);
        }
        if verify_reply(&public, &text, &signed, &reply, b"{}", &request).is_ok() {
            assert_eq!(text, input_of_reply);
        }
        if verify_reply(&public, &input_of_reply, &text, &reply, b"{}", &request).is_ok() {
            assert_eq!(text, signed);
        }
    });
}
