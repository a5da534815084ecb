//! A full disk: refused by its code, nothing half-written, and work goes on once there is room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::process::Command;

use records::{Options, Records, RecordsError, SpaceReserve};
use returns::ids::Subject;
use support::*;

/// Appends until the disk is full; gives how many appends were confirmed.
fn fill(records: &mut Records) -> (u64, RecordsError) {
    for count in 0..100_000 {
        let id = unit();
        let lpn = match records.next_lpn() {
            Ok(lpn) => lpn,
            Err(error) => return (count, error),
        };
        let text = format!("SN-{count:060}");
        let read = returns::event::UnitEvent::SerialRead { serial: text.parse().unwrap() };
        let events = vec![new(Subject::Unit(id), received(lpn)), new(Subject::Unit(id), read)];
        if let Err(error) = records.append(events) {
            return (count, error);
        }
    }
    panic!("the disk never filled up");
}

#[test]
fn a_full_database_is_told_and_keeps_what_it_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let mut records = Records::open(dir.path(), Options { max_pages: Some(260), ..options() }).unwrap();
    let (confirmed, error) = fill(&mut records);
    assert_eq!(error.code(), "disk-full");
    assert!(confirmed > 5, "{confirmed}");
    assert_eq!(records.head().unwrap().seq, 2 * confirmed);
    drop(records);
    let report = records::verify(dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!(report.events, 2 * confirmed);
    // There is room again.
    let mut records = open(dir.path());
    receive(&mut records, "SN");
    assert_eq!(records.head().unwrap().seq, 2 * confirmed + 2);
}

/// A file system of 4 MB, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(dir.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_file_system_is_told_and_keeps_what_it_confirmed() {
    let Some(disk) = SmallDisk::mount() else {
        // Only root may mount: the same is then shown by the database's own limit.
        eprintln!("no 4 MB tmpfs could be mounted (that needs root): using max_page_count in its place");
        return a_full_database_is_told_and_keeps_what_it_confirmed();
    };
    let mut records = enrolled(disk.path());
    let (confirmed, error) = fill(&mut records);
    assert_eq!(error.code(), "disk-full", "{error}");
    assert!(confirmed > 5, "{confirmed}");
    // A photo does not fit either, and leaves nothing behind.
    let jpeg = vec![7; 2 << 20];
    assert_eq!(records.photos().keep(&jpeg).unwrap_err().code(), "disk-full");
    let left: Vec<_> = walk(&disk.path().join("photos"));
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(records.head().unwrap().seq, 2 * confirmed);
    assert_eq!(records.unsent().unwrap().events, 2 * confirmed);
    // Room is made, and the same handle goes on.
    let remounted = Command::new("mount").args(["-o", "remount,size=16m"]).arg(disk.path()).status().unwrap();
    assert!(remounted.success());
    receive(&mut records, "SN");
    records.photos().keep(&jpeg).unwrap();
    drop(records);
    let report = records::verify(disk.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!(report.events, 2 * confirmed + 2);
}

#[test]
fn the_last_events_find_room_in_the_reserve() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("no 4 MB tmpfs could be mounted (that needs root): the reserve is only made and kept here");
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path(), Options { reserve_bytes: 1 << 19, ..options() }).unwrap();
        return assert_eq!(records.space_reserve(), SpaceReserve::Held { bytes: 1 << 19 });
    };
    drop(enrolled(disk.path()));
    let bytes = 1 << 19;
    let mut records = Records::open(disk.path(), Options { reserve_bytes: bytes, ..options() }).unwrap();
    assert_eq!(records.space_reserve(), SpaceReserve::Held { bytes });
    let reserve = disk.path().join("space.reserve");
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), bytes);
    let (mut here, mut before) = (0, None);
    while !matches!(records.space_reserve(), SpaceReserve::Used { .. }) {
        before = Some(here);
        receive(&mut records, &format!("SN-{here:060}"));
        here += 1;
    }
    assert!(before.is_some() && !reserve.exists());
    // The event that found the disk full is on it, and more fit.
    for n in 0..2 {
        receive(&mut records, &format!("LAST-{n}"));
    }
    assert_eq!(records.incidents(5).unwrap()[0].code, "space-reserve-used");
    assert_eq!(records.head().unwrap().seq, 2 * (here + 2));
    // Without room it is not made again; with room it is.
    records.keep_reserve();
    assert_eq!(records.space_reserve(), SpaceReserve::Used { bytes });
    let remounted = Command::new("mount").args(["-o", "remount,size=16m"]).arg(disk.path()).status().unwrap();
    assert!(remounted.success());
    records.keep_reserve();
    assert_eq!(records.space_reserve(), SpaceReserve::Held { bytes });
    drop(records);
    assert!(records::verify(disk.path()).unwrap().is_clean());
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
