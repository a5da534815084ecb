//! The chain's bytes are exactly those of the protocol.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use returns::ids::StationId;
use sha2::{Digest, Sha256};
use wire::*;

/// Written anew from the protocol's text, so that a slip in the crate is seen.
fn by_hand(station: [u8; 16], epoch: &[u8], seq: u64, previous: [u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut all = Vec::from(*b"rs-event-1");
    all.extend(station);
    all.extend(epoch);
    all.extend(seq.to_be_bytes());
    all.extend(previous);
    all.extend((bytes.len() as u64).to_be_bytes());
    all.extend(bytes);
    Sha256::digest(&all).into()
}

#[test]
fn two_links_of_a_numbered_and_of_a_provisional_epoch() {
    let station = StationId([3; 16]);
    let provisional = [b"p-".as_slice(), &[9; 16]].concat();
    for (epoch, epoch_bytes) in
        [(Epoch::Numbered(2), 2u64.to_be_bytes().to_vec()), (Epoch::Provisional([9; 16]), provisional)]
    {
        let mut chain = Chain::at(station, epoch, Head::EMPTY);
        let first = chain.push(b"{\"a\":1}");
        let second = chain.push(b"{\"b\":2}");
        let expected_first = by_hand([3; 16], &epoch_bytes, 1, [0; 32], b"{\"a\":1}");
        assert_eq!((first.seq, first.hash.0), (1, expected_first));
        assert_eq!(second.hash.0, by_hand([3; 16], &epoch_bytes, 2, expected_first, b"{\"b\":2}"));
    }
}

#[test]
fn epochs_are_written_one_way_only() {
    for text in ["1", "42", "p-00112233445566778899aabbccddeeff"] {
        assert_eq!(text.parse::<Epoch>().unwrap().to_string(), text);
    }
    for text in ["", "0", "01", "+1", "-1", "p-", "p-00", "x", "99999999999999999999"] {
        assert!(text.parse::<Epoch>().is_err(), "{text}");
    }
}

#[test]
fn a_seal_holds_for_its_head_and_key_only() {
    let key = SecretKey::from_seed([1; 32]);
    let station = StationId([3; 16]);
    let head = Head { seq: 5, hash: ChainHash([8; 32]) };
    let seal = Seal::new(&key, station, Epoch::Numbered(1), head);
    assert!(seal.verify(&key.public()).is_ok());
    assert!(seal.verify(&SecretKey::from_seed([2; 32]).public()).is_err());
    let moved = Seal { head: Head { seq: 6, ..head }, ..seal };
    assert!(moved.verify(&key.public()).is_err());
}
