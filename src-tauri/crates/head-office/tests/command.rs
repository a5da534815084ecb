//! The command `head-office` as a process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_head-office"));
    command.arg("--data").arg(data).args(args).env("RUST_LOG", "info");
    command
}

fn run(data: &Path, args: &[&str]) -> Output {
    command(data, args).output().unwrap()
}

fn json_line(bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "one line: {text:?}");
    serde_json::from_str(text).unwrap()
}

/// A server as a process; ended when it is dropped.
struct Serving {
    child: Child,
    ready: Value,
}

impl Serving {
    fn start(data: &Path) -> Self {
        let mut child = command(data, &["serve", "--listen", "127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, ready: serde_json::from_str(&line).unwrap() }
    }

    fn stop(mut self) -> (bool, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.success(), log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_says_where_it_listens_and_ends_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let serving = Serving::start(&data);
    let url = serving.ready["listening"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"));
    let key = serving.ready["key"].as_str().unwrap().to_owned();
    let fingerprint = serving.ready["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(wire::PublicKey::from_hex(&key).unwrap().id().0[..16], fingerprint);
    for made in ["head-office.key", "head-office.sqlite", "blobs"] {
        assert!(data.join(made).exists(), "{made}");
    }

    // Beside the running server.
    let enrolled = run(&data, &["enrol", "--depot", "LEJ2", "--name", "LEJ2-B04"]);
    assert!(enrolled.status.success());
    let code = String::from_utf8(enrolled.stdout).unwrap();
    assert!(code.trim_end().ends_with(&format!("-{fingerprint}")));
    assert_eq!(code.trim_end().len(), 14 + 1 + 16);
    let status = json_line(&run(&data, &["status", "--json"]).stdout);
    assert_eq!(status["key"], key);
    assert_eq!(status["events"], 0);

    let busy = run(&data, &["serve", "--listen", url.trim_start_matches("http://"), "--json"]);
    assert!(!busy.status.success());
    let last = String::from_utf8(busy.stderr).unwrap();
    let error: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "listen");

    let (success, log) = serving.stop();
    assert!(success, "{log}");
    assert!(!log.contains(code.trim_end()), "a one-time code is no matter for a log");
    for line in log.lines() {
        let said: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(said["timestamp"].is_string() && said["level"].is_string(), "{line}");
    }
    assert!(log.lines().count() >= 2, "it says that it is ready, and that it stops: {log}");
    let serving = Serving::start(&data);
    assert_eq!(serving.ready["key"], key, "the same key after a restart");
    serving.stop();
}

#[test]
fn a_call_under_way_at_sigterm_is_answered_and_the_process_ends_well() {
    use std::io::Write;
    use std::net::TcpStream;
    use std::time::{Duration, Instant};
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(&dir.path().join("data"));
    let address = serving.ready["listening"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    // The server asks for the body once it has read the head.
    let head = b"POST /v1/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).unwrap();
    let mut going_on = [0; 12];
    stream.read_exact(&mut going_on).unwrap();
    assert_eq!(&going_on, b"HTTP/1.1 100");
    let stopping = std::thread::spawn(move || serving.stop());
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < deadline, "it goes on letting others in");
        std::thread::sleep(Duration::from_millis(20));
    }
    stream.write_all(b"{}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 401"), "{answer}");
    let (success, log) = stopping.join().unwrap();
    assert!(success, "{log}");
}

#[test]
fn import_answers_per_row_and_with_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let good = "id,badge,initials,role,pin\nop-1,B1,MK,GRADER,1234\n";
    let operators = dir.path().join("operators.csv");
    std::fs::write(&operators, good).unwrap();
    let file = operators.to_str().unwrap();
    let imported = run(&data, &["import", "--operators", file, "--json"]);
    assert!(imported.status.success());
    let verdict = json_line(&imported.stdout);
    assert_eq!((&verdict["imported"]["operators"], &verdict["refused"]), (&json!(1), &json!([])));

    std::fs::write(&operators, format!("{good}op-2,B2,AB,GRADER,12345x\n")).unwrap();
    let imported = run(&data, &["import", "--operators", file, "--json"]);
    assert_eq!(imported.status.code(), Some(1));
    let verdict = json_line(&imported.stdout);
    assert_eq!(verdict["imported"]["operators"], 1, "the good row went in");
    let refused = &verdict["refused"][0];
    assert_eq!((&refused["row"], &refused["file"]), (&json!(3), &json!(file)));
    assert_eq!((&refused["cell"], &refused["code"]), (&json!("pin"), &json!("pin-unusable")));
    let plain = String::from_utf8(run(&data, &["import", "--operators", file]).stdout).unwrap();
    assert!(plain.contains("operators.csv, row 3, pin: pin-unusable"), "{plain}");
    assert!(!plain.contains("12345x"), "no PIN in any message");
}

#[test]
fn labels_come_as_tokens_and_as_pages_that_a_decoder_reads() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let rmas = dir.path().join("rmas.json");
    let rma = json!([{
        "number": "RMA/1", "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL", "label": "4711",
        "lines": [{ "id": "1", "sku": "SKU-1", "requested": 1, "authorised": 1, "reason": "TOO_SMALL",
                    "preference": "REFUND" }]
    }]);
    std::fs::write(&rmas, rma.to_string()).unwrap();
    assert!(run(&data, &["import", "--rmas", rmas.to_str().unwrap()]).status.success());
    let out = dir.path().join("labels");
    let printed = run(&data, &["labels", "--json", "--out", out.to_str().unwrap()]);
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let label = json_line(&printed.stdout)["labels"][0].clone();
    assert_eq!(label["rma"], "RMA/1");
    let page = out.join("page");
    let pdf = out.join("return-4711.pdf");
    tool("pdftoppm", &["-r", "203", "-png", pdf.to_str().unwrap(), page.to_str().unwrap()], "poppler-utils");
    let image = out.join("page-1.png");
    let read = tool("zbarimg", &["--quiet", "--raw", image.to_str().unwrap()], "zbar-tools");
    assert_eq!(read.trim_end_matches('\n'), label["token"].as_str().unwrap());
}

/// Runs a tool that this test needs; fails where it is missing.
fn tool(name: &str, args: &[&str], package: &str) -> String {
    let output = Command::new(name)
        .args(args)
        .output()
        .unwrap_or_else(|error| panic!("{name} cannot be run ({error}): apt-get install {package}"));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn errors_are_coded_and_go_to_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("nothing");
    for args in [&["status"][..], &["verify"], &["labels"], &["revoke", "--name", "X"]] {
        let failed = run(&data, args);
        assert_eq!(failed.status.code(), Some(1), "{args:?}");
        assert!(failed.stdout.is_empty());
        assert!(String::from_utf8(failed.stderr).unwrap().starts_with("data-folder-missing: "), "{args:?}");
    }
    let failed = run(&data, &["enrol", "--depot", "a/b", "--name", "X", "--json"]);
    assert_eq!(json_line(&failed.stderr)["error"]["code"], "name-unusable");
    assert_eq!(run(&data, &["nonsense"]).status.code(), Some(2));
    let help = String::from_utf8(run(&data, &["--help"]).stdout).unwrap();
    for word in ["serve", "enrol", "revoke", "import", "labels", "status", "verify", "--data", "--json"] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn verify_answers_with_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(run(&data, &["enrol", "--depot", "LEJ2", "--name", "LEJ2-B04"]).status.success());
    let sound = run(&data, &["verify", "--json"]);
    assert!(sound.status.success());
    assert_eq!(json_line(&sound.stdout)["chain"], "ok");
    let db = rusqlite::Connection::open(data.join("head-office.sqlite")).unwrap();
    db.execute(
        "INSERT INTO blobs (sha256, length, station, received_s) VALUES (zeroblob(32), 5, zeroblob(16), 0)",
        [],
    )
    .unwrap();
    let broken = run(&data, &["verify", "--json"]);
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(json_line(&broken.stdout)["blobs_missing"], 1);
}

#[test]
fn a_newer_database_a_lost_and_a_foreign_key_are_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(run(&data, &["enrol", "--depot", "LEJ2", "--name", "LEJ2-B04"]).status.success());
    let key = data.join("head-office.key");
    let ours = std::fs::read(&key).unwrap();
    let code = || json_line(&run(&data, &["status", "--json"]).stderr)["error"]["code"].clone();

    std::fs::write(&key, "11".repeat(32)).unwrap();
    assert_eq!(code(), "key-other");
    std::fs::remove_file(&key).unwrap();
    assert_eq!(code(), "key-missing");
    assert!(!key.exists(), "no new key for an old database: its stations would not know it");
    std::fs::write(&key, ours).unwrap();

    let db = rusqlite::Connection::open(data.join("head-office.sqlite")).unwrap();
    db.execute(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')",
        [],
    )
    .unwrap();
    assert_eq!(code(), "database-newer");
}

#[test]
fn what_is_checked_is_not_written_and_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let rmas = dir.path().join("rmas.csv");
    let head = "number,state,owner,cycle,line,sku,requested,authorised,reason,preference\n";
    let rows = "26-1,AUTHORISED,NORD,COMMERCIAL,1,S-1,1,1,GIFT,REFUND\n26-2,AUTHORISED,NORD,COMMERCIAL,1,S-1,1,2,GIFT,REFUND\n";
    std::fs::write(&rmas, format!("{head}{rows}")).unwrap();
    let file = rmas.to_str().unwrap();
    let nowhere = run(&data, &["import", "--rmas", file, "--check", "--json"]);
    assert_eq!(json_line(&nowhere.stderr)["error"]["code"], "data-folder-missing");
    assert!(!data.exists());
    assert!(run(&data, &["enrol", "--depot", "LEJ2", "--name", "LEJ2-B04"]).status.success());
    let checked = run(&data, &["import", "--rmas", file, "--check", "--rows"]);
    assert_eq!(checked.status.code(), Some(1));
    let told = String::from_utf8(checked.stdout).unwrap();
    for part in [
        "accepted: ",
        "rmas.csv, row 2: 26-1",
        "rmas.csv, row 3, authorised: more-authorised-than-requested",
        "more authorised than requested; correct one of the two numbers",
        "nothing was written: 1 returns",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    assert_eq!(json_line(&run(&data, &["status", "--json"]).stdout)["rmas"], 0);
    let refused = run(&data, &["import", "--rmas", file, "--all-or-nothing", "--json"]);
    assert_eq!((refused.status.code(), &json_line(&refused.stdout)["written"]), (Some(1), &json!(false)));
    let taken = json_line(&run(&data, &["import", "--rmas", file, "--json", "--rows"]).stdout);
    assert_eq!((&taken["written"], &taken["rows"][0]["outcome"]), (&json!(true), &json!("accepted")));
    let again = json_line(&run(&data, &["import", "--rmas", file, "--json"]).stdout);
    assert_eq!((&again["imported"]["rmas"], &again["unchanged"]["rmas"]), (&json!(0), &json!(1)));
}

#[test]
fn units_are_listed_matched_and_exported_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(run(&data, &["enrol", "--depot", "LEJ2", "--name", "LEJ2-B04"]).status.success());
    assert_eq!(json_line(&run(&data, &["unmatched", "--json"]).stdout), json!({ "unmatched": [] }));
    assert_eq!(json_line(&run(&data, &["contested", "--json"]).stdout), json!({ "contested": [] }));
    let failed = run(&data, &["match", "--unit", "100000000197", "--rma", "26-1", "--json"]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(json_line(&failed.stderr)["error"]["code"], "unit-unknown");

    let out = dir.path().join("units.csv");
    let file = out.to_str().unwrap();
    let exported =
        run(&data, &["export", "--format", "csv", "--since", "2026-01-01", "--out", file, "--json"]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    assert_eq!(json_line(&exported.stdout)["written"], 0);
    assert!(std::fs::read_to_string(&out).unwrap().starts_with("unit,lpn,depot,stage,"));
    assert!(!dir.path().join("units.csv.unfinished").exists());
    let failed =
        run(&data, &["export", "--format", "x12", "--since", "2026-01-01", "--sender", "a b", "--json"]);
    assert_eq!(json_line(&failed.stderr)["error"]["code"], "partner-unusable");
    assert_eq!(run(&data, &["export", "--format", "csv", "--since", "lately"]).status.code(), Some(2));
}
