//! What the benches of records begin with.

use std::path::Path;

use records::{Options, Records};
use returns::ids::StationId;
use wire::{EnrolReply, Epoch, Incarnation, SecretKey};

/// Records of a station that head office knows, in an empty folder.
pub fn enrolled(dir: &Path) -> Records {
    let mut records = Records::open(dir, Options::default()).unwrap();
    records.keep_secret_key(&SecretKey::from_seed([9; 32])).unwrap();
    let reply = EnrolReply {
        station: StationId([1; 16]),
        name: "BENCH".to_owned(),
        depot: "BENCH".to_owned(),
        epoch: Epoch::Numbered(1),
        lpn_block: 417,
        lpn_reserve_block: 418,
        label_keys: Vec::new(),
        sample_salt: "00ff".to_owned(),
        incarnation: Incarnation("first".to_owned()),
    };
    records.enrol(&reply, "http://127.0.0.1:1", SecretKey::from_seed([7; 32]).public()).unwrap();
    records
}
