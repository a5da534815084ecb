//! The outbox forgets an event only on a receipt for exactly our bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use records::{ReceiptRefusal, RecordsError};
use returns::ids::{StationId, Subject};
use support::*;
use wire::{ChainHash, Epoch, Head, Receipt};

#[test]
fn a_receipt_clears_up_to_its_sequence_and_no_further() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (first, stored) = receive(&mut records, "SN-1");
    let (second, _) = receive(&mut records, "SN-2");
    assert_eq!(records.acknowledge(&receipt(1, stored[0].hash)).unwrap(), 1);
    assert!(!records.is_sent(Subject::Unit(first)).unwrap(), "its second event still waits");
    assert_eq!(records.acknowledge(&receipt(2, stored[1].hash)).unwrap(), 1);
    assert!(records.is_sent(Subject::Unit(first)).unwrap());
    assert!(!records.is_sent(Subject::Unit(second)).unwrap());
    assert_eq!(records.acknowledge(&receipt(2, stored[1].hash)).unwrap(), 0, "the same once more");
    assert_eq!(records.acknowledge(&receipt(1, stored[0].hash)).unwrap(), 0, "an older one");
    assert_eq!(records.unsent().unwrap().events, 2);
    let batch = records.next_batch(10, 1 << 20).unwrap().unwrap();
    assert_eq!((batch.first, batch.last, batch.prev_hash), (3, 4, stored[1].hash));
    drop(records);
    assert_eq!(open(dir.path()).unsent().unwrap().events, 2);
}

#[test]
fn receipts_that_are_not_ours_clear_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (_, stored) = receive(&mut records, "SN-1");
    let good = receipt(2, stored[1].hash);
    let cases = [
        (Receipt { station: StationId([2; 16]), ..good.clone() }, "receipt-other-station"),
        (Receipt { epoch: Epoch::Numbered(2), ..good.clone() }, "receipt-other-epoch"),
        (Receipt { epoch: Epoch::Provisional([1; 16]), ..good.clone() }, "receipt-other-epoch"),
        (Receipt { stored_seq: 3, ..good.clone() }, "receipt-beyond-head"),
        (Receipt { stored_hash: ChainHash([5; 32]), ..good.clone() }, "receipt-hash-differs"),
        (Receipt { stored_seq: 1, ..good.clone() }, "receipt-hash-differs"),
        (Receipt { stored_seq: 0, ..good.clone() }, "receipt-hash-differs"),
    ];
    for (receipt, code) in cases {
        let error = records.acknowledge(&receipt).unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(records.unsent().unwrap().events, 2, "{code}");
    }
    assert_eq!(records.acknowledge(&good).unwrap(), 2);
}

#[test]
fn what_a_restored_head_office_lost_waits_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (unit, stored) = receive(&mut records, "SN-1");
    let photo = records.photos().keep(b"jpeg").unwrap();
    let last = records.append(vec![new(Subject::Unit(unit), photo_taken(photo, 4))]).unwrap();
    records.acknowledge(&receipt(3, last[0].hash)).unwrap();
    records.photo_sent(&photo).unwrap();
    assert_eq!(records.unsent().unwrap(), records::Unsent::default());

    let off_our_chain = Head { seq: 1, hash: ChainHash([1; 32]) };
    let error = records.send_again_after(Epoch::Numbered(1), &off_our_chain).unwrap_err();
    assert!(matches!(error, RecordsError::Receipt(ReceiptRefusal::HashDiffers { seq: 1 })));
    assert_eq!(records.unsent().unwrap().events, 0);

    let theirs = Head { seq: 1, hash: stored[0].hash };
    assert_eq!(records.send_again_after(Epoch::Numbered(1), &theirs).unwrap(), 2);
    let unsent = records.unsent().unwrap();
    assert_eq!((unsent.events, unsent.photos), (2, 1));
    let batch = records.next_batch(10, 1 << 20).unwrap().unwrap();
    assert_eq!((batch.first, batch.last), (2, 3));
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn a_batch_keeps_within_its_bounds_but_always_holds_one_event() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    for n in 0..5 {
        receive(&mut records, &format!("SN-{n}"));
    }
    assert_eq!(records.next_batch(3, 1 << 20).unwrap().unwrap().last, 3);
    assert_eq!(records.next_batch(3, 1).unwrap().unwrap().last, 1);
    let two: usize =
        records.next_batch(2, 1 << 20).unwrap().unwrap().lines.iter().map(|line| line.len() + 1).sum();
    assert_eq!(records.next_batch(10, two).unwrap().unwrap().last, 2);
}
