//! Signatures, tokens and bodies: what must be refused is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use proptest::prelude::*;
use wire::*;

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn label() -> ReturnLabel {
    ReturnLabel {
        owner: ReturnLabel::owner_tag("NLK"),
        label_id: 77,
        issued: 1_790_000_000,
        expires: 1_800_000_000,
        nonce: [7; 7],
    }
}

#[test]
fn a_return_label_is_149_characters_and_verifies_offline() {
    let text = label().sign(&key(1));
    assert_eq!(text.len(), 149);
    assert_eq!(ReturnLabel::verify(&text, &[key(2).public(), key(1).public()]).unwrap(), label());
}

#[test]
fn foreign_tampered_and_broken_labels_are_told_apart() {
    let text = label().sign(&key(1));
    let keys = [key(1).public()];
    assert_eq!(ReturnLabel::verify(&text, &[key(2).public()]), Err(ReturnLabelError::UnknownKey));
    let mut bytes = base45::decode(&text[5..]).unwrap();
    bytes[12] ^= 1;
    let tampered = format!("RS:R:{}", base45::encode(&bytes));
    assert_eq!(ReturnLabel::verify(&tampered, &keys), Err(ReturnLabelError::Tampered));
    for broken in ["", "RS:R:", "RS:U:1", &text[..100], "RS:R:\u{e9}"] {
        assert_eq!(ReturnLabel::verify(broken, &keys), Err(ReturnLabelError::NotALabel), "{broken:?}");
    }
}

#[test]
fn a_signed_document_opens_only_with_the_key_that_signed_it() {
    let signed = Signed::sign(&key(1), &vec![1, 2, 3]).unwrap();
    let (document, hash) = signed.verify(&key(1).public()).unwrap();
    assert_eq!((document, hash.len()), (vec![1, 2, 3], 64));
    assert_eq!(signed.verify(&key(2).public()).unwrap_err().code(), "document-other-key");
    let mut json = serde_json::to_value(&signed).unwrap();
    json["payload"] = "WzEsMiw0XQ==".into();
    let forged: Signed<Vec<i32>> = serde_json::from_value(json).unwrap();
    assert_eq!(forged.verify(&key(1).public()).unwrap_err().code(), "document-signature-wrong");
}

fn parts<'a>(digest: &'a str) -> RequestParts<'a> {
    RequestParts { method: "PUT", path: "/v1/x", query: "", content_digest: digest, station_nonce: "n-1" }
}

#[test]
fn a_request_verifies_only_as_it_was_signed() {
    let digest = content_digest(b"body");
    let (input, signature) = sign_request(&key(1), "st", "challenge", &parts(&digest));
    assert_eq!(request_claim(&input), Ok(("st", "challenge")));
    assert_eq!(verify_request(&key(1).public(), &input, &signature, &parts(&digest)), Ok(()));
    assert_eq!(
        verify_request(&key(2).public(), &input, &signature, &parts(&digest)),
        Err(SignatureError::WrongSignature)
    );
    let other = content_digest(b"other");
    for changed in [
        RequestParts { method: "POST", ..parts(&digest) },
        RequestParts { path: "/v1/y", ..parts(&digest) },
        RequestParts { query: "a=1", ..parts(&digest) },
        RequestParts { content_digest: &other, ..parts(&digest) },
        RequestParts { station_nonce: "n-2", ..parts(&digest) },
    ] {
        assert_eq!(
            verify_request(&key(1).public(), &input, &signature, &changed),
            Err(SignatureError::WrongSignature),
            "{changed:?}"
        );
    }
    let swapped = input.replace("challenge", "replayed1");
    assert!(verify_request(&key(1).public(), &swapped, &signature, &parts(&digest)).is_err());
}

#[test]
fn a_reply_verifies_only_for_its_request_and_body() {
    let request_digest = content_digest(b"");
    let digest = content_digest(b"receipt");
    let reply = ReplyParts { status: 200, content_digest: &digest };
    let request = parts(&request_digest);
    let (input, signature) = sign_reply(&key(9), &reply, &request);
    let verify = |key: &SecretKey, reply, body: &[u8], request| {
        verify_reply(&key.public(), &input, &signature, reply, body, request)
    };
    assert_eq!(verify(&key(9), &reply, b"receipt", &request), Ok(()));
    assert_eq!(verify(&key(9), &reply, b"receipt!", &request), Err(SignatureError::WrongDigest));
    assert_eq!(verify(&key(8), &reply, b"receipt", &request), Err(SignatureError::WrongSignature));
    let replay = RequestParts { station_nonce: "n-2", ..request };
    assert_eq!(verify(&key(9), &reply, b"receipt", &replay), Err(SignatureError::WrongNonce));
    let other_status = ReplyParts { status: 201, ..reply };
    assert_eq!(verify(&key(9), &other_status, b"receipt", &request), Err(SignatureError::WrongSignature));
}

#[test]
fn a_bomb_and_a_cut_body_are_refused() {
    let bomb = zstd::bulk::compress(&vec![b'\n'; MAX_BATCH_BYTES + 10], 3).unwrap();
    assert!(bomb.len() < 20_000);
    assert_eq!(unpack(&bomb).unwrap_err().code(), "body-too-large");
    let body = pack(&[b"{\"a\":1}".as_slice(), b"{\"b\":2}"]).unwrap();
    assert_eq!(unpack(&body).unwrap().len(), 2);
    assert!(unpack(&body[..body.len() - 3]).is_err());
    assert_eq!(unpack(&zstd::bulk::compress(b"{\"a\":1}", 3).unwrap()).unwrap_err().code(), "body-cut");
    assert_eq!(unpack(b"<html>").unwrap_err().code(), "body-not-zstd");
}

proptest! {
    #[test]
    fn packing_and_unpacking_is_the_identity(lines in proptest::collection::vec("[a-z{}\":]{0,40}", 0..50)) {
        let packed = pack(&lines).unwrap();
        let unpacked: Vec<String> = unpack(&packed).unwrap().into_iter().map(|l| String::from_utf8(l).unwrap()).collect();
        prop_assert_eq!(unpacked, lines);
    }

    #[test]
    fn no_parser_panics_on_rubbish(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".{0,200}") {
        let _ = unpack(&bytes);
        let _ = Envelope::parse(&bytes);
        let _ = text.parse::<Epoch>();
        let _ = request_claim(&text);
        let _ = ReturnLabel::verify(&format!("RS:R:{text}"), &[key(1).public()]);
    }
}
