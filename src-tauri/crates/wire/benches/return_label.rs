//! What it costs to verify a return label offline. The limit is a millisecond (sync.md): a scan must not be felt.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use wire::{PublicKey, ReturnLabel, ReturnLabelError, SecretKey};

const LIMIT_US: f64 = 1_000.0;
const ROUNDS: usize = 2_000;

/// Median and 95th percentile of one call, in microseconds.
fn measured(name: &str, mut call: impl FnMut() -> bool) {
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            assert!(black_box(call()), "{name}");
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let (median, p95) = (took[ROUNDS / 2], took[ROUNDS * 95 / 100]);
    println!(
        "{name:<34} median {median:8.1} us   p95 {p95:8.1} us   p95 is {:5.1} % of the limit of 1 ms",
        p95 / LIMIT_US * 100.0
    );
}

fn main() {
    let secret = SecretKey::from_seed([7; 32]);
    // As many keys as a depot may know while they are being changed.
    let mut keys: Vec<PublicKey> =
        (1..8).map(|seed| SecretKey::from_seed([seed + 100; 32]).public()).collect();
    keys.push(secret.public());
    let label = ReturnLabel {
        owner: ReturnLabel::owner_tag("NLK"),
        label_id: 4711,
        issued: 1_790_000_000,
        expires: 1_800_000_000,
        nonce: [3; 7],
    };
    let genuine = label.sign(&secret);
    let foreign = label.sign(&SecretKey::from_seed([66; 32]));
    let other = ReturnLabel { label_id: 4712, ..label.clone() }.sign(&secret);
    // 32 bytes said, 64 signed: 48 and 96 characters behind `RS:R:`.
    let altered = format!("{}{}", &genuine[..53], &other[53..]);
    measured("genuine, last of 8 keys", || ReturnLabel::verify(&genuine, &keys).is_ok());
    measured("altered", || ReturnLabel::verify(&altered, &keys) == Err(ReturnLabelError::Tampered));
    measured("another company's", || {
        ReturnLabel::verify(&foreign, &keys) == Err(ReturnLabelError::UnknownKey)
    });
    measured("half a code", || {
        ReturnLabel::verify(&genuine[..80], &keys) == Err(ReturnLabelError::NotALabel)
    });
}
