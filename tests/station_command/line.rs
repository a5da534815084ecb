//! `station enrol` and `station sync`, against the real head office.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use records::Records;
use serde_json::json;

use crate::folder::{self, enrolled, photograph, receive};
use crate::office::Office;
use crate::ran::{Ran, command, keys, on};

/// An address at which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn enrol(data: &Path, url: &str, code: &str) -> Ran {
    on(data, &["enrol", "--head-office", url, "--code", code])
}

/// A station at work: a process of its own that holds the folder and tries to reach a head office in vain.
pub struct AtWork(Child);

impl AtWork {
    pub fn on(data: &Path) -> Self {
        let data_arg = data.to_str().unwrap();
        let mut command =
            command(["sync", "--json", "--until-empty", "--timeout", "600", "--data", data_arg]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let at_work = Self(child);
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let holder = std::fs::read_to_string(data.join("station.holder")).unwrap_or_default();
            if holder.contains(&format!("\"pid\":{},", at_work.pid())) {
                return at_work;
            }
            assert!(Instant::now() < deadline, "it never held the folder: {holder}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_station_enrols_once_and_knows_what_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::start(&folder.path().join("office"));
    office.import();
    let data = folder.path().join("station");
    let answer = enrol(&data, &office.url(), &office.code("LEJ2-B04")).fine().json();
    assert_eq!(keys(&answer), ["depot", "feeds", "head_office", "name", "station"]);
    assert_eq!((&answer["name"], &answer["depot"]), (&json!("LEJ2-B04"), &json!("LEJ2")));
    assert_eq!((&answer["head_office"], &answer["feeds"]), (&json!(office.url()), &json!("current")));

    let records = Records::open_read_only(&data).unwrap();
    assert_eq!(records.enrolment().unwrap().station.to_string(), answer["station"]);
    assert!(records.secret_key().unwrap().is_some());
    assert!(!records.operators().unwrap().is_empty(), "nobody could sign in");
    assert!(records.policy().unwrap().is_some());
    assert!(records.rma_count().unwrap() > 0);
    drop(records);

    // Neither the station nor the second code is spent by trying again.
    let second = office.code("LEJ2-B05");
    assert_eq!(enrol(&data, &office.url(), &second).error_code(), "station-enrolled-already");
    let other = folder.path().join("other");
    assert_eq!(enrol(&other, &office.url(), &second).fine().json()["name"], json!("LEJ2-B05"));
}

#[test]
fn an_enrolment_that_fails_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::start(&folder.path().join("office"));
    let data = folder.path().join("station");
    let code = office.code("LEJ2-B04");
    let (letters, _) = code.rsplit_once('-').unwrap();
    for (url, code, refusal) in [
        (office.url(), "rubbish".to_owned(), "enrol-code-unreadable"),
        (office.url(), format!("{letters}-0123456789abcdef"), "head-office-other-key"),
        (office.url(), code.replacen(letters, "0000-0000-0000", 1), "enrol-code-unknown"),
        (nobody(), code.clone(), "line-unreachable"),
        ("returns.example".to_owned(), code.clone(), "head-office-address-wrong"),
    ] {
        assert_eq!(enrol(&data, &url, &code).error_code(), refusal, "{url} {code}");
    }
    enrol(&data, &office.url(), &code).fine();
}

#[test]
fn a_station_that_a_restored_head_office_has_forgotten_enrols_again_as_who_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::start(&folder.path().join("office"));
    let backup = office.office().backup(&folder.path().join("backups"), Timestamp::now()).unwrap();
    let data = folder.path().join("station");
    let before = enrol(&data, &office.url(), &office.code("LEJ2-B04")).fine().json();
    let mut records = folder::open(&data);
    receive(&mut records, "S-1");
    drop(records);
    on(&data, &["sync"]).fine();
    let address = office.address();
    drop(office);

    let restored = folder.path().join("restored");
    let stores = head_office::Stores::default();
    head_office::backup::restore(Path::new(&backup.place), &restored, &stores, Timestamp::now()).unwrap();
    let office = Office::start_at(&restored, address);
    receive(&mut folder::open(&data), "S-2");
    let ran = on(&data, &["sync"]);
    assert_eq!((ran.code, &ran.json()["error"]["code"]), (Some(1), &json!("station-unknown")));
    let other = enrol(&data, &office.url(), &office.code("LEJ2-B09"));
    assert_eq!(other.error_code(), "enrol-station-other");

    let again = enrol(&data, &office.url(), &office.code("LEJ2-B04")).fine().json();
    assert_eq!(again["station"], before["station"]);
    on(&data, &["sync", "--until-empty"]).fine();
    assert_eq!(office.events(), 4, "what it had sent before, and what waited");
    assert!(office.office().verify(|_| {}).unwrap().problems.is_empty());
    on(&data, &["verify"]).fine();
    let known = enrol(&data, &office.url(), &office.code("LEJ2-B10"));
    assert_eq!(known.error_code(), "station-enrolled-already");
}

#[test]
fn what_waits_is_sent_once() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::start(&folder.path().join("office"));
    let data = folder.path().join("station");
    enrol(&data, &office.url(), &office.code("LEJ2-B04")).fine();
    let mut records = folder::open(&data);
    let (unit, _) = receive(&mut records, "S-1");
    photograph(&mut records, unit);
    drop(records);

    let ran = on(&data, &["sync"]).fine();
    assert_eq!(ran.stdout, "{\"unsent\":0,\"sent\":3,\"photos_waiting\":0,\"line\":\"online\"}\n");
    assert_eq!(office.events(), 3);
    let ran = on(&data, &["sync", "--until-empty"]).fine();
    assert_eq!(ran.stdout, "{\"unsent\":0,\"sent\":0,\"photos_waiting\":0,\"line\":\"online\"}\n");
    assert_eq!(office.events(), 3);
}

#[test]
fn without_a_line_nothing_is_lost_and_the_command_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), &nobody());
    let (unit, _) = receive(&mut records, "S-1");
    photograph(&mut records, unit);
    drop(records);
    let ran = on(folder.path(), &["sync"]);
    assert_eq!(ran.code, Some(1));
    let answer = ran.json();
    assert_eq!(keys(&answer), ["error", "line", "photos_waiting", "sent", "unsent"]);
    assert_eq!(
        (&answer["unsent"], &answer["sent"], &answer["photos_waiting"]),
        (&json!(3), &json!(0), &json!(1))
    );
    assert_eq!((&answer["line"], &answer["error"]["code"]), (&json!("offline"), &json!("line-unreachable")));
}

/// What a hotel's network answers to everything.
#[test]
fn a_captive_portal_clears_nothing() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let page =
                "HTTP/1.1 200 OK\r\ncontent-length: 18\r\nconnection: close\r\n\r\n<p>please sign in</";
            let _ = stream.write_all(page.as_bytes());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    receive(&mut enrolled(folder.path(), &url), "S-1");
    let ran = on(folder.path(), &["sync"]);
    assert_eq!(ran.code, Some(1));
    let answer = ran.json();
    assert_eq!((&answer["unsent"], &answer["error"]["code"]), (&json!(2), &json!("line-not-head-office")));
    assert_ne!(answer["line"], json!("online"));
}

#[test]
fn until_empty_it_waits_for_the_line_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let (office_dir, data) = (folder.path().join("office"), folder.path().join("station"));
    let office = Office::start(&office_dir);
    let address = office.address();
    enrol(&data, &office.url(), &office.code("LEJ2-B04")).fine();
    receive(&mut folder::open(&data), "S-1");
    drop(office);

    let deaf = TcpListener::bind(address).unwrap();
    let mut command =
        command(["sync", "--json", "--until-empty", "--timeout", "120", "--data", data.to_str().unwrap()]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It called, and the line broke: now it waits.
    drop(deaf.accept().unwrap());
    drop(deaf);
    let office = Office::start_at(&office_dir, address);
    let ran = Ran::from(child.wait_with_output().unwrap()).fine();
    assert_eq!(ran.json(), json!({ "unsent": 0, "sent": 2, "photos_waiting": 0, "line": "online" }));
    assert_eq!(office.events(), 2);
}

#[test]
fn a_folder_in_use_is_left_to_whoever_has_it() {
    let folder = tempfile::tempdir().unwrap();
    receive(&mut enrolled(folder.path(), &nobody()), "S-1");
    let at_work = AtWork::on(folder.path());
    for refused in [&["sync"][..], &["enrol", "--head-office", "http://127.0.0.1:9", "--code", "x"]] {
        let ran = on(folder.path(), refused);
        assert_eq!(ran.error_code(), "data-in-use", "{refused:?}");
        let words = ran.json()["error"]["message"].as_str().unwrap().to_owned();
        let who = format!("station sync (process {}", at_work.pid());
        assert!(words.contains(&who), "who holds it is not said: {words}");
    }
    on(folder.path(), &["verify"]).fine();
}

#[test]
fn a_station_that_is_not_enrolled_has_nobody_to_send_to() {
    let folder = tempfile::tempdir().unwrap();
    drop(folder::open(folder.path()));
    assert_eq!(on(folder.path(), &["sync"]).error_code(), "station-not-enrolled");
}
