//! The write-ahead log is taken over beside the station at work, and no commit has to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use returns::ids::Subject;
use returns::lpn::Lpn;
use support::*;

#[test]
fn a_long_log_is_taken_over_beside_and_nothing_waits_or_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let checkpoints = records::Checkpoints::beside(dir.path()).unwrap();
    assert_eq!(checkpoints.take_over().unwrap(), 0, "a short one is let be");
    let log = || std::fs::metadata(dir.path().join("station.db-wal")).unwrap().len();
    let mut counter = 1;
    // More than SQLite would let come together before a commit takes it over: a thousand pages.
    while log() < 2200 * 4096 {
        let batch = (counter..counter + 200).map(|counter| {
            let lpn = Lpn::new(700, counter).unwrap();
            new(Subject::Unit(unit()), received(lpn))
        });
        records.append(batch.collect()).unwrap();
        counter += 200;
    }
    assert!(checkpoints.take_over().unwrap() >= 2000);
    assert_eq!(checkpoints.take_over().unwrap(), 0, "once");
    let before = log();
    receive(&mut records, "SN-1");
    assert_eq!(log(), before, "it is begun anew, from its beginning");
    assert!(records::verify(dir.path()).unwrap().is_clean());
}
