//! What happened, for others: judged by readers that were not written here. `cargo xtask install` fetches them from npm
//! into tests/judges (there `fs` stands for a placeholder package of that name, which nobody loads: Node has its own).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

pub mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use head_office::HeadOffice;
use head_office::export::{ExportWish, Exported, Form, Partners};
use head_office::import::Sources;
use jiff::Timestamp;
use returns::codes::{Disposition, Grade, IntakeKind, VoidReason};
use returns::event::UnitEvent;
use returns::ids::{ContainerId, UnitId};
use returns::lpn::Lpn;
use serde_json::{Value, json};
use support::{Station, all_read, dispositioned, enrol, line, start, unit_id};
use uuid::Uuid;

const NAMES: &str = "urn:x-returns-station:";

/// What a judge says of a text.
fn judge(script: &str, text: &[u8]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let installed = folder.join("node_modules/.package-lock.json");
    assert!(installed.is_file(), "the judges are not installed: cargo xtask install");
    let mut node = Command::new("node")
        .arg(script)
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts (https://nodejs.org)");
    node.stdin.take().unwrap().write_all(text).unwrap();
    let output = node.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)))
}

fn export(office: &HeadOffice, form: Form) -> (Exported, Vec<u8>) {
    let hour = jiff::SignedDuration::from_hours(1);
    export_in(office, form, Timestamp::now() - hour, Timestamp::now() + hour)
}

fn export_in(office: &HeadOffice, form: Form, since: Timestamp, until: Timestamp) -> (Exported, Vec<u8>) {
    let mut out = Vec::new();
    let exported = office.export(&ExportWish { form, since, until }, Timestamp::now(), &mut out).unwrap();
    (exported, out)
}

fn epcis() -> Form {
    Form::Epcis { names: NAMES.to_owned() }
}

fn x12() -> Form {
    Form::X12(Partners { sender: "HEADOFFICE".to_owned(), receiver: "SHOP".to_owned() })
}

/// What one unit is, in short.
struct Piece {
    counter: u32,
    rma: Option<&'static str>,
    sku: Option<&'static str>,
    serial: Option<&'static str>,
    to: Option<Disposition>,
}

const PIECES: [Piece; 5] = [
    // A serial that holds what a URI and X12 cannot hold as it is.
    Piece {
        counter: 1,
        rma: Some("26-1"),
        sku: Some("SKU-1"),
        serial: Some("A/1*(9)"),
        to: Some(Disposition::Rtv),
    },
    Piece { counter: 2, rma: Some("26-1"), sku: Some("SKU-1"), serial: None, to: Some(Disposition::Rtv) },
    Piece { counter: 3, rma: Some("26-1"), sku: Some("SKU-2"), serial: None, to: Some(Disposition::Restock) },
    Piece { counter: 4, rma: Some("26/2 x"), sku: Some("SKU-1"), serial: None, to: None },
    Piece {
        counter: 5,
        rma: None,
        sku: None,
        serial: Some("NOBODY-KNOWS"),
        to: Some(Disposition::Quarantine),
    },
];

fn lines_of(piece: &Piece, unit: UnitId) -> Vec<Vec<u8>> {
    let (mut lines, mut seen) = (Vec::new(), None);
    let mut tell = |event: UnitEvent| {
        let (line, id) = line(unit, event, seen);
        lines.push(line);
        seen = Some(id);
    };
    tell(UnitEvent::Received {
        lpn: Lpn::new(10_000, piece.counter).unwrap(),
        preprinted: false,
        intake: if piece.rma.is_some() { IntakeKind::Rma } else { IntakeKind::Blind },
        at: "2026-11-20T09:30:00Z".parse().unwrap(),
        parcel: None,
        rma: piece.rma.map(|rma| rma.parse().unwrap()),
        line: piece.rma.map(|_| "1".parse().unwrap()),
        sku: piece.sku.map(|sku| sku.parse().unwrap()),
        owner: Some("NORD".parse().unwrap()),
    });
    if let Some(serial) = piece.serial {
        tell(UnitEvent::SerialRead { serial: serial.parse().unwrap() });
    }
    if let Some(to) = piece.to {
        let UnitEvent::Dispositioned { mut decision, provisional } = dispositioned(false) else { panic!() };
        decision.disposition = to;
        decision.inputs.grade = Grade::B;
        tell(UnitEvent::Dispositioned { decision, provisional });
    }
    lines
}

fn catalogue_and_rmas(office: &HeadOffice, dir: &Path) {
    let rma = |number: &str| {
        json!({ "number": number, "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL", "order": "SO-1",
                "customer": "c-4711",
                "lines": [{ "id": "1", "sku": "SKU-1", "requested": 9, "authorised": 9,
                            "reason": "ORDERED_WRONG", "preference": "REFUND" }] })
    };
    let file = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        vec![path]
    };
    let catalogue = "sku,gtins,title,category,owner,price\n\
                     SKU-1,4006381333931,Runner,FOOTWEAR,NORD,89.90 EUR\n\
                     SKU-2,,\"Without, a number\",FOOTWEAR,NORD,49.90 EUR\n";
    let sources = Sources {
        catalogue: file("catalogue.csv", catalogue),
        rmas: file("rmas.json", &json!([rma("26-1"), rma("26/2 x")]).to_string()),
        ..Sources::default()
    };
    let verdict = office.import(&sources, Timestamp::now()).unwrap();
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
}

async fn told(station: &mut Station) -> Vec<UnitId> {
    let units: Vec<UnitId> = PIECES.iter().map(|_| unit_id()).collect();
    let lines = PIECES.iter().zip(&units).flat_map(|(piece, unit)| lines_of(piece, *unit)).collect();
    let sent = station.batch(lines);
    station.push_ok(&sent).await;
    units
}

#[tokio::test]
async fn a_table_has_a_row_for_each_unit_and_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    catalogue_and_rmas(server.office(), dir.path());
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let units = told(&mut station).await;
    all_read(server.office()).await;
    let (exported, out) = export(server.office(), Form::Csv);
    assert_eq!((exported.units, exported.written), (5, 5));
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let first = rows.iter().find(|row| row[column("unit")] == units[0].to_string()).unwrap();
    for (name, value) in [
        ("lpn", Lpn::new(10_000, 1).unwrap().digits().as_str()),
        ("depot", "LEJ2"),
        ("stage", "DISPOSITIONED"),
        ("rma", "26-1"),
        ("gtin", "4006381333931"),
        ("serial", "A/1*(9)"),
        ("disposition", "RTV"),
        ("settlement", "REFUND"),
        ("policy", "1"),
        ("location", "bench"),
        ("shipped", "no"),
    ] {
        assert_eq!(&first[column(name)], value, "{name}");
    }
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("c-4711"), "nothing about a customer");
    server.stop().await;
}

#[tokio::test]
async fn epcis_is_valid_by_another_readers_account_and_says_what_happened() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    catalogue_and_rmas(server.office(), dir.path());
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let units = told(&mut station).await;
    let (gone, left) = (unit_id(), ContainerId(Uuid::now_v7()));
    let (first, seen) = line(gone, support::received(9), None);
    let (second, seen) = line(gone, UnitEvent::Closed { container: left, shipped: true }, Some(seen));
    let void = line(gone, UnitEvent::Voided { reason: VoidReason::NeverThere }, Some(seen)).0;
    let sent = station.batch(vec![first, second, void]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;

    let (exported, out) = export(server.office(), epcis());
    assert_eq!(judge("epcis.cjs", &out), json!({ "success": true, "errors": [] }));
    let document: Value = serde_json::from_slice(&out).unwrap();
    let events = document["epcisBody"]["eventList"].as_array().unwrap();
    assert_eq!(events.len() as u64, exported.written);
    let of = |unit: UnitId| -> Vec<&Value> {
        events.iter().filter(|event| event["rs:unit"] == json!(unit.to_string())).collect()
    };
    let steps = |unit: UnitId| -> Vec<(&str, &str)> {
        of(unit)
            .iter()
            .map(|event| (event["bizStep"].as_str().unwrap(), event["disposition"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(steps(units[0]), [("receiving", "returned"), ("shipping", "returned")]);
    assert_eq!(steps(units[2]), [("receiving", "returned"), ("stocking", "sellable_accessible")]);
    assert_eq!(
        steps(gone),
        [("receiving", "returned"), ("departing", "in_transit"), ("inspecting", "mismatch_quantity")]
    );
    // GTIN and serial name the very item, a GTIN one of its class, and without either it is the unit itself.
    assert_eq!(
        of(units[0])[0]["epcList"],
        json!(["https://id.gs1.org/01/04006381333931/21/A%2F1%2A%289%29"])
    );
    assert_eq!(
        of(units[1])[0]["quantityList"],
        json!([{ "epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 1 }])
    );
    assert_eq!(of(units[2])[0]["epcList"], json!([format!("urn:uuid:{}", units[2])]));
    assert_eq!(
        of(units[3])[0]["bizTransactionList"],
        json!([{ "type": "rma", "bizTransaction": "urn:x-returns-station:rma:26%2F2%20x" }])
    );

    // The judge is no yes-man.
    let mut spoilt = document.clone();
    spoilt["epcisBody"]["eventList"][0]["bizStep"] = json!("returning");
    assert_eq!(judge("epcis.cjs", spoilt.to_string().as_bytes())["success"], json!(false));
    server.stop().await;
}

#[tokio::test]
async fn x12_180_is_read_back_by_another_reader_in_strict_mode() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    catalogue_and_rmas(server.office(), dir.path());
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    told(&mut station).await;
    // More of the same than one loop has room for.
    let many: Vec<Vec<u8>> = (20..40)
        .flat_map(|counter| {
            let piece = Piece { counter, rma: Some("26-1"), sku: Some("SKU-1"), serial: None, to: None };
            lines_of(&piece, unit_id())
        })
        .collect();
    let sent = station.batch(many);
    station.push_ok(&sent).await;
    all_read(server.office()).await;

    let (exported, out) = export(server.office(), x12());
    assert_eq!((exported.written, exported.left_out, exported.altered), (2, 1, 1), "{exported:?}");
    let read = judge("x12.cjs", &out);
    assert!(read.get("error").is_none(), "{read}\n{}", String::from_utf8_lossy(&out));
    let control = exported.control_number.unwrap().to_string();
    assert_eq!(read["header"][6], "HEADOFFICE     ");
    assert_eq!((&read["header"][13], &read["trailer"][2]), (&json!(control), &json!(control)));
    let group = &read["groups"][0];
    assert_eq!((&group["header"][1], &group["header"][8]), (&json!("AN"), &json!("004010")));
    let sets = group["transactions"].as_array().unwrap();
    assert_eq!(sets.len(), 2);
    let segments = sets[0]["segments"].as_array().unwrap();
    assert_eq!(sets[0]["header"], json!(["ST", "180", "0001"]));
    assert_eq!(segments[0][2], "26-1");
    assert!(segments.contains(&json!(["N9", "RZ", "26-1"])) && segments.contains(&json!(["PRF", "SO-1"])));
    assert!(segments.contains(&json!(["RDR", "RA", "CO", "", "RTV ORDERED_WRONG", "N"])), "{segments:?}");
    assert!(segments.contains(&json!(["N9", "SE", "A/1 (9)"])), "a separator cannot be written");
    let pieces = segments.iter().filter(|segment| segment[0] == "BLI");
    let pieces: u32 = pieces.map(|bli| bli[3].as_str().unwrap().parse::<u32>().unwrap()).sum();
    assert_eq!(pieces, 23, "every unit of the RMA once");
    for set in sets {
        in_the_order_of_the_standard(set["segments"].as_array().unwrap());
    }

    // Each interchange has a number of its own, and the judge is no yes-man.
    let again = export(server.office(), x12()).0;
    assert_ne!(again.control_number, exported.control_number);
    let spoilt = String::from_utf8(out).unwrap().replacen("GE*2*", "GE*3*", 1);
    assert!(judge("x12.cjs", spoilt.as_bytes()).get("error").is_some());
    server.stop().await;
}

/// Heading and BLI loop of transaction set 180, release 004010: segments in their order, none more often than allowed.
fn in_the_order_of_the_standard(segments: &[Value]) {
    const HEADING: [(&str, usize); 6] =
        [("BGN", 1), ("RDR", 1), ("PRF", 1), ("DTM", 10), ("N9", 10), ("N1", 200)];
    const LOOP: [(&str, usize); 5] = [("BLI", 1), ("N9", 20), ("PID", 5), ("RDR", 1), ("DTM", 15)];
    let (mut order, mut at, mut count) = (&HEADING[..], 0, 0);
    for segment in segments {
        let tag = segment[0].as_str().unwrap();
        if tag == "BLI" {
            (order, at, count) = (&LOOP[..], 0, 0);
        }
        let place = order.iter().position(|(known, _)| *known == tag);
        let place = place.unwrap_or_else(|| panic!("{tag} does not stand here"));
        assert!(place >= at, "{tag} comes too late: {segments:?}");
        count = if place == at { count + 1 } else { 1 };
        at = place;
        assert!(count <= order[place].1, "{tag} too often");
    }
}

#[tokio::test]
async fn windows_one_after_the_other_miss_nothing_and_have_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    told(&mut station).await;
    all_read(server.office()).await;
    let events = |since: Timestamp, until: Timestamp| {
        let (_, out) = export_in(server.office(), epcis(), since, until);
        let document: Value = serde_json::from_slice(&out).unwrap();
        let events = document["epcisBody"]["eventList"].as_array().unwrap().clone();
        events.into_iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (now, hour) = (Timestamp::now(), jiff::SignedDuration::from_hours(1));
    let whole = events(now - hour, now + hour);
    assert_eq!(whole.len(), 9);
    // The units were received at the dock days ago, by their bench's clock: what counts is when it came here.
    assert!(events(now - hour * 72, now - hour * 24).is_empty());
    let mut parts = Vec::new();
    for second in -60..60 {
        let from = now + jiff::SignedDuration::from_secs(second);
        parts.extend(events(from, from + jiff::SignedDuration::from_secs(1)));
    }
    assert_eq!(parts, whole);
    let backwards = ExportWish { form: epcis(), since: now, until: now };
    let refused = server.office().export(&backwards, now, &mut Vec::new()).unwrap_err();
    assert_eq!(refused.code(), "window-empty");
    for sender in ["", "A", "with space", "MUCH-TOO-LONG-FOR-IT", "star*"] {
        let form = Form::X12(Partners { sender: sender.to_owned(), receiver: "SHOP".to_owned() });
        let wish = ExportWish { form, since: now - hour, until: now };
        let refused = server.office().export(&wish, now, &mut Vec::new()).unwrap_err();
        assert_eq!(refused.code(), "partner-unusable", "{sender:?}");
    }
    server.stop().await;
}
