//! `station doctor`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bench::keeping::BackupKeeping;
use bench::settings::Settings;
use devices::{CameraConfig, CameraSource, DeviceId, PrinterConfig, PrinterTarget, ScannerConfig};
use serde_json::Value;
use wire::{Head, HelloReply, Incarnation, Verdict};

use crate::folder::{enrolled, make_newer, receive, tamper};
use crate::line::AtWork;
use crate::office::Office;
use crate::ran::{Ran, keys, on, station};

/// Code to level and words.
fn findings(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let Value::Array(findings) = ran.json() else { panic!("no list: {}", ran.stdout) };
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let mut told = BTreeMap::new();
    for finding in findings {
        assert_eq!(keys(&finding), ["code", "level", "message"]);
        told.insert(text(&finding, "code"), (text(&finding, "level"), text(&finding, "message")));
    }
    let bad = told.values().any(|(level, _)| level == "bad");
    assert_eq!(ran.code, Some(i32::from(bad)), "{}", ran.stdout);
    told
}

fn doctor(data: &Path) -> BTreeMap<String, (String, String)> {
    findings(&on(data, &["doctor"]))
}

#[track_caller]
fn level<'a>(told: &'a BTreeMap<String, (String, String)>, code: &str) -> &'a str {
    &told.get(code).unwrap_or_else(|| panic!("no {code} in {told:#?}")).0
}

/// A scanner's serial line: a pair of pseudo-terminals.
struct Line {
    socat: Child,
    port: PathBuf,
}

impl Line {
    fn lay(folder: &Path) -> Self {
        let port = folder.join("scanner");
        let socat = Command::new("socat")
            .arg(format!("pty,raw,echo=0,link={}", port.display()))
            .arg(format!("pty,raw,echo=0,link={}", folder.join("other-end").display()))
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("socat does not start ({error}): apt-get install socat"));
        let line = Self { socat, port };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !line.port.exists() {
            assert!(Instant::now() < deadline, "socat made no line");
            std::thread::sleep(Duration::from_millis(10));
        }
        line
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.socat.kill();
        let _ = self.socat.wait();
    }
}

fn settings(scanner: &Path, pictures: &Path, labels: &Path) -> Settings {
    let camera = CameraSource::Folder { path: pictures.to_owned(), fps: 5.0, repeat: true };
    Settings {
        scanners: vec![ScannerConfig::new("scanner-1", scanner.to_str().unwrap())],
        camera: Some(CameraConfig { id: DeviceId::new("camera-1"), source: camera }),
        printer: Some(PrinterConfig {
            id: DeviceId::new("printer-1"),
            target: PrinterTarget::PdfFolder { dir: labels.to_owned() },
        }),
        ..Settings::default()
    }
}

#[test]
fn a_sound_station_gets_a_clean_bill_and_a_line_for_each_thing() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::start(&folder.path().join("office"));
    office.import();
    let data = folder.path().join("station");
    on(&data, &["enrol", "--head-office", &office.url(), "--code", &office.code("LEJ2-B04")]).fine();
    let line = Line::lay(folder.path());
    let pictures = folder.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    image::GrayImage::new(32, 32).save(pictures.join("one.jpg")).unwrap();
    let mut settings = settings(&line.port, &pictures, &folder.path().join("labels"));
    let second = folder.path().join("second");
    settings.keeping.backup = Some(BackupKeeping { folder: second, every_hours: 12, keep: 7 });
    settings.keeping.reserve_mib = 0;
    settings.save(&data).unwrap();
    on(&data, &["backup"]).fine();

    let mut told = doctor(&data);
    // How full this computer's disk is does not belong to the station.
    if let Some((level, words)) = told.remove("disk-room-low") {
        assert_eq!(level, "warn", "{words}");
        told.insert("disk-room".to_owned(), ("ok".to_owned(), words));
    }
    // Nor do the serial ports that it has.
    let ports = told.remove("port-seen");
    assert!(ports.is_none_or(|(level, _)| level == "ok"));
    let expected = [
        "backup",
        "camera-working",
        "clock",
        "data-folder",
        "data-free",
        "database",
        "disk-room",
        "head-office",
        "key-in-file",
        "log-folder",
        "lpns",
        "operators",
        "outbox",
        "policy",
        "printer-working",
        "records-verified",
        "reserve-none",
        "returns-feed",
        "scanner-working",
        "station-enrolled",
    ];
    assert_eq!(told.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{told:#?}");
    assert!(told.values().all(|(level, _)| level == "ok"), "{told:#?}");

    let ran = station(["doctor", "--quick", "--data", data.to_str().unwrap()]).fine();
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| !line.contains("port-seen")).collect();
    assert_eq!(lines.len(), expected.len() - 1, "--quick recomputes nothing: {}", ran.stdout);
    let sound = |line: &str| line.starts_with("ok   ") || line.contains("MiB free");
    assert!(ran.stdout.lines().all(sound), "{}", ran.stdout);

    // Without a line the bench goes on: no fault, but told.
    drop(office);
    let told = doctor(&data);
    assert_eq!((level(&told, "head-office-unreachable"), level(&told, "clock")), ("warn", "ok"));
}

#[test]
fn each_fault_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("station");
    let told = doctor(&data);
    assert_eq!((told.len(), level(&told, "data-folder-missing")), (1, "bad"));
    assert!(!data.exists());

    let mut records = enrolled(&data, "http://127.0.0.1:9");
    receive(&mut records, "S-1");
    let reply = HelloReply {
        incarnation: Incarnation("first".to_owned()),
        stored: Head::EMPTY,
        durable_seq: 0,
        limits: wire::Limits { batch_events: 1000, body_bytes: 1 << 20, dictionary: None },
        verdict: Verdict::Ok,
        time: "2199-01-01T00:00:00Z".parse().unwrap(),
        lpn_block: None,
    };
    records.heard(&reply).unwrap();
    drop(records);
    let nowhere = folder.path().join("unplugged");
    settings(&nowhere, &nowhere, &nowhere.join("labels")).save(&data).unwrap();
    // Where the folder of labels should be lies a file.
    fs::write(&nowhere, "").unwrap();
    let told = doctor(&data);
    for bad in ["clock-behind", "policy-missing", "operators-missing", "scanner-not-a-port", "printer-folder"]
    {
        assert_eq!(level(&told, bad), "bad", "{bad}");
    }
    assert!(told.iter().any(|(code, (level, _))| code.starts_with("camera-") && level == "bad"), "{told:#?}");
    fs::remove_file(&nowhere).unwrap();
    assert_eq!(level(&doctor(&data), "scanner-missing"), "bad");

    fs::remove_file(data.join("station.key")).unwrap();
    tamper(&data, "UPDATE units SET serial = 'S-9'");
    let told = doctor(&data);
    assert_eq!((level(&told, "station-key-missing"), level(&told, "records-wrong")), ("bad", "bad"));
    assert!(told["records-wrong"].1.contains("projection-differs"), "{told:#?}");
}

#[test]
fn settings_and_databases_that_cannot_be_read_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    drop(crate::folder::open(folder.path()));
    assert_eq!(level(&doctor(folder.path()), "station-not-enrolled"), "bad");
    fs::write(folder.path().join("station.json"), "{\n  \"scaners\": []\n}").unwrap();
    let told = doctor(folder.path());
    assert_eq!(level(&told, "settings-unreadable"), "bad");
    assert!(told["settings-unreadable"].1.contains("line 2"), "{told:#?}");
    make_newer(folder.path());
    assert_eq!(level(&doctor(folder.path()), "database-newer"), "bad");
    fs::write(folder.path().join("station.db"), "x".repeat(5000)).unwrap();
    assert_eq!(level(&doctor(folder.path()), "database-corrupt"), "bad");
}

#[test]
fn a_cameras_password_is_told_nowhere_and_its_file_is_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("station");
    drop(enrolled(&data, "http://127.0.0.1:9"));
    for source in [
        r#"{"kind":"mjpeg-http","url":"http://dock:s3cret@127.0.0.1:9/"}"#,
        r#"{"kind":"mjpeg-http","url":"http://127.0.0.1:9/","sign_in":{"user":"dock","password":"s3cret"}}"#,
        r#"{"kind":"rtsp","url":"rtsp://dock:s3cret@127.0.0.1:9/"}"#,
        r#"{"kind":"mjpeg-http","url":"http://127.0.0.1:9/","sign_in":"s3cret"}"#,
    ] {
        let text = format!(r#"{{"camera":{{"id":"camera-1","source":{source}}}}}"#);
        fs::write(data.join("station.json"), text).unwrap();
        for run in [on(&data, &["doctor"]), station(["doctor", "--data", data.to_str().unwrap()])] {
            let told = run.stdout + &run.stderr;
            assert!(told.contains("camera-") || told.contains("settings-"), "{told}");
            assert!(!told.contains("s3cret"), "{source}: {told}");
        }
    }
    let saved = settings(&data, &data, &data);
    saved.save(&data).unwrap();
    assert!(!doctor(&data).contains_key("settings-open"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = data.join("station.json");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let told = doctor(&data);
        assert_eq!(level(&told, "settings-open"), "warn");
        assert!(told["settings-open"].1.contains("chmod 600"), "{told:#?}");
    }
}

#[test]
fn a_station_at_work_keeps_its_devices() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("station");
    receive(&mut enrolled(&data, "http://127.0.0.1:9"), "S-1");
    let nowhere = folder.path().join("unplugged");
    settings(&nowhere, &nowhere, &folder.path().join("labels")).save(&data).unwrap();
    let at_work = AtWork::on(&data);
    let told = doctor(&data);
    assert_eq!((level(&told, "data-in-use"), level(&told, "device-in-use")), ("ok", "ok"));
    assert!(told["data-in-use"].1.contains(&format!("process {}", at_work.pid())), "{told:#?}");
    assert!(!told.contains_key("scanner-missing"), "the scanner of a station at work was opened");
}
