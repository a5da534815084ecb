//! A full disk: the bench says so, saves nothing by halves, and goes on once there is room.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use bench::seam::{Screen, Tone};

use crate::story::depot::Depot;
use crate::story::hands::{JACKET, SHIFT, SHIRT};
use crate::story::station::{KW, Station, told};
use crate::story::words::assert_has_words;

/// A small file system in memory, unmounted when dropped.
struct SmallDisk {
    dir: tempfile::TempDir,
    sudo: bool,
}

impl SmallDisk {
    /// As root, or with sudo that asks for no password.
    fn mount() -> Self {
        let mounted = [false, true].into_iter().find_map(|sudo| {
            let disk = Self { dir: tempfile::tempdir().unwrap(), sudo };
            let made = disk.run("mount", &["-t", "tmpfs", "-o", "size=16m,mode=0777", "tmpfs"]);
            made.then_some(disk)
        });
        mounted.expect("this test mounts a tmpfs of 16 MB, which needs root, or sudo without a password")
    }

    fn run(&self, program: &str, args: &[&str]) -> bool {
        let mut command = if self.sudo { Command::new("sudo") } else { Command::new(program) };
        if self.sudo {
            command.args(["-n", program]);
        }
        command.args(args).arg(self.path()).output().is_ok_and(|output| output.status.success())
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        let mut ballast = File::create(self.path().join("ballast")).unwrap();
        for piece in [64 * 1024, 4096, 1] {
            while ballast.write_all(&vec![0x55; piece]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.run("umount", &[]);
    }
}

/// Works until the disk is full; gives how many returns were begun, and the screen that says so.
async fn work_until_full(station: &Station) -> (usize, Screen) {
    for (begun, of) in SHIFT.iter().enumerate().skip(1) {
        loop {
            let screen = station.settled().await;
            if station.is_through(of, &screen) {
                break;
            }
            let before = (station.events(), station.unit_of(of.rma), screen.stage);
            let after = station.try_step(of).await;
            if after.band.say.code == "disk-full" {
                let now = (station.events(), station.unit_of(of.rma), after.stage.clone());
                assert_eq!(now, before, "something was saved by halves");
                return (begun, after);
            }
        }
    }
    panic!("the disk never filled up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_nothing_is_saved_by_halves() {
    let disk = SmallDisk::mount();
    let depot = Depot::open().await;
    depot.enrol(disk.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(disk.path()).await;
    station.sign_in(KW).await;
    station.carry(&SHIRT).await;
    disk.fill();

    let (begun, screen) = work_until_full(&station).await;
    assert_eq!(screen.band.tone, Tone::Rejected, "{}", told(&screen));
    assert_eq!(screen.band.saved, None, "{}", told(&screen));
    assert_has_words("disk-full");
    // Again and again: it stays so, and the bench still answers.
    let of = &SHIFT[begun];
    let (events, unit) = (station.events(), station.unit_of(of.rma));
    for _ in 0..3 {
        let screen = station.try_step(of).await;
        assert_eq!(screen.band.say.code, "disk-full", "{}", told(&screen));
    }
    assert_eq!((station.events(), station.unit_of(of.rma)), (events, unit));
    station.verified();

    // There is room again: the same bench goes on where it stood.
    disk.make_room();
    for of in SHIFT.iter().skip(begun) {
        station.carry(of).await;
    }
    assert!(station.unit_of(JACKET.rma).is_some());
    crate::end(depot, station).await;
}
