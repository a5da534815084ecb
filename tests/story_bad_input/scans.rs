//! What a scanner may send.

use bench::seam::{Screen, Stage};
use returns::ids::UnitId;
use returns::lpn::Lpn;
use returns::unit;
use serde_json::Value;
use wire::{ReturnLabel, SecretKey};

use crate::story::depot::Depot;
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{KW, MB, Station, told};
use crate::story::words::assert_has_words;

/// What must not change.
#[derive(Debug, PartialEq)]
struct Standing {
    events: u64,
    units: Vec<(UnitId, unit::State)>,
    /// The stage on the screen, without what the line does meanwhile: from "saved here" to "sent".
    stage: Value,
}

fn without_saved(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.remove("saved");
            fields.values_mut().for_each(|field| *field = without_saved(field.take()));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = without_saved(value.take())),
        _ => {}
    }
    value
}

async fn standing(station: &Station) -> Standing {
    // First: a label on its way to the printer is an event still to come.
    let stage = station.settled().await.stage;
    Standing {
        events: station.events(),
        units: station.with(|records| records.recent_units(100).unwrap()),
        stage: without_saved(serde_json::to_value(stage).unwrap()),
    }
}

/// A scan is answered with a code that has words; units and screen stay as they were, and nothing is written but,
/// where `kept` says so, that something was scanned which nobody understood.
async fn changes_nothing(station: &Station, scan: impl AsRef<[u8]>, code: &str, kept: bool) -> Screen {
    let before = standing(station).await;
    let screen = station.scan(scan.as_ref()).await;
    let name = String::from_utf8_lossy(scan.as_ref()).chars().take(60).collect::<String>();
    assert_eq!(screen.band.say.code, code, "{name:?}: {}", told(&screen));
    assert_eq!(screen.band.saved, None, "{name:?}");
    assert_has_words(code);
    for text in screen.band.say.args.values() {
        assert!(text.len() < 1000 && !text.chars().any(char::is_control), "{name:?}: {text:?}");
    }
    let after = standing(station).await;
    let expected = Standing { events: before.events + u64::from(kept), ..before };
    assert_eq!(after, expected, "{name:?}");
    if kept {
        let line = station.lines().pop().unwrap();
        let event: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(event["kind"], "station.raw-scan-kept", "{name:?}");
        assert!(!String::from_utf8_lossy(&line).contains(&name), "a raw scan stands in the log: {name:?}");
    }
    screen
}

/// As [`changes_nothing`], with a question that is then cancelled.
async fn only_asks(station: &Station, scan: &str, code: &str) {
    let before = standing(station).await;
    let screen = station.scan(scan).await;
    assert_eq!(screen.band.say.code, code, "{scan}: {}", told(&screen));
    assert_has_words(code);
    let Stage::Pick { ask, .. } = &screen.stage else { panic!("{scan}: {}", told(&screen)) };
    assert_has_words(&ask.code);
    let screen = station.scan("RS:C:CANCEL").await;
    assert_eq!(screen.band.say.code, "cancelled", "{scan}");
    assert_eq!(standing(station).await, before, "{scan}");
}

/// A number whose last digit is one too high.
fn misread(number: &str) -> String {
    let (head, last) = number.split_at(number.len() - 1);
    format!("{head}{}", (last.parse::<u8>().unwrap() + 1) % 10)
}

/// Scans that are wrong whatever the bench waits for.
async fn always_wrong(station: &Station) {
    let long = "A".repeat(10 * 1024);
    let wrong_lpn = misread(&Lpn::new(417, 5).unwrap().code(None));
    for (scan, code, kept) in [
        ("", "scan-empty", false),
        ("   ", "scan-empty", true),
        (long.as_str(), "scan-too-long", false),
        ("29011\u{7}80002342", "scan-control-character", true),
        ("RS:C:\u{0}YES", "scan-control-character", true),
        (misread(SHIRT.gtin).as_str(), "scan-wrong-check-digit", true),
        (format!("]E0{}", misread(SHIRT.gtin)).as_str(), "scan-wrong-check-digit", true),
        (misread(SHIRT.tracking).as_str(), "scan-wrong-check-digit", true),
        (wrong_lpn.as_str(), "scan-wrong-check-digit", true),
        ("RS:X:1", "scan-unknown-own-code", true),
        ("RS:C:FROBNICATE", "command-unknown", false),
        ("RS:O:XX-000000", "badge-unknown", false),
    ] {
        changes_nothing(station, scan, code, kept).await;
    }
    // Bytes that are no text at all.
    let screen = changes_nothing_whatever(station, &[0xff, 0xfe, 0x80, b'1', 0xc3]).await;
    assert_has_words(&screen.band.say.code);
}

/// Whatever it is called: units and screen stay as they were.
async fn changes_nothing_whatever(station: &Station, scan: &[u8]) -> Screen {
    let before = standing(station).await;
    let screen = station.scan(scan).await;
    let after = standing(station).await;
    assert_eq!((after.units, after.stage), (before.units, before.stage), "{scan:?}: {}", told(&screen));
    assert!(after.events <= before.events + 1, "{scan:?}");
    screen
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_scans_with_nothing_on_the_bench() {
    let (depot, station, _dir) = crate::bench().await;
    // Before anybody has signed in, nothing is taken, and nothing is written.
    for scan in [SHIRT.tracking, SHIRT.gtin, "RS:C:PHOTO", "RS:T:T-0202"] {
        changes_nothing(&station, scan, "sign-in-first", false).await;
    }
    changes_nothing(&station, "RS:C:NEXT", "badge-first", false).await;
    station.sign_in(KW).await;
    always_wrong(&station).await;
    let unknown = Lpn::new(99_998, 7).unwrap().code(None);
    // A number that no unit has may be a new one of a roll: asked, never taken by itself.
    only_asks(&station, &unknown, "unit-unknown-here").await;
    changes_nothing(&station, "RS:T:T-9999", "container-unknown", false).await;
    changes_nothing(&station, "RS:L:S-01", "no-unit", false).await;
    // Nobody knows it: a question, never a guess.
    only_asks(&station, "2901180999994", "item-not-in-catalogue").await;
    only_asks(&station, "RA473124996PL", "rma-not-found").await;
    return_labels(&depot, &station).await;
    crate::end(depot, station).await;
}

/// Return labels that were altered, are another's, or are too old.
async fn return_labels(depot: &Depot, station: &Station) {
    let (mine, other) = (depot.return_label(JACKET.rma), depot.return_label(SHIRT.rma));
    // 32 bytes said, 64 signed: 48 and 96 characters behind `RS:R:`. One label's words under another's signature.
    let altered = format!("{}{}", &mine[..5 + 48], &other[5 + 48..]);
    changes_nothing(station, altered, "return-label-tampered", false).await;
    let label = ReturnLabel {
        owner: ReturnLabel::owner_tag("NLK"),
        label_id: 1003,
        issued: 1_000_000_000,
        expires: 1_000_086_400,
        nonce: [3; 7],
    };
    let foreign = SecretKey::from_seed([66; 32]);
    changes_nothing(station, label.sign(&foreign), "return-label-unknown-key", false).await;
    changes_nothing(station, "RS:R:HELLO", "return-label-unreadable", false).await;
    // A label that is too old is genuine all the same, and its goods are here: the parcel is taken in, and the RMA
    // says whether the return still counts.
    let before = station.events();
    let screen = station.scan(label.sign(depot.office().key())).await;
    assert_eq!(screen.band.say.code, "rma-found-label-expired", "{}", told(&screen));
    assert!(matches!(&screen.stage, Stage::Idle { parcel: Some(parcel), .. } if parcel.rmas == [JACKET.rma]));
    assert!(station.events() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_scans_with_a_unit_in_work() {
    let (depot, station, _dir) = crate::bench().await;
    station.sign_in(KW).await;
    // Another unit, put aside.
    station.carry_while(&JACKET, |_| station.unit_of(JACKET.rma).is_none()).await;
    let other = station.number(&JACKET);
    // At the number's label.
    changes_nothing(&station, SHIRT.tracking, "unit-first", false).await;
    station.press("CANCEL").await;
    station.scan("RS:C:PARCEL-DONE").await;

    station.carry_while(&SHIRT, |_| station.unit_of(SHIRT.rma).is_none()).await;
    always_wrong(&station).await;
    changes_nothing(&station, &other, "wrong-number-label", false).await;
    changes_nothing(&station, "RS:C:NEXT", "scan-number-first", false).await;
    // In the middle of the questions.
    station
        .carry_while(&SHIRT, |_| station.unit_of(SHIRT.rma).is_none_or(|(_, unit)| unit.answers.len() < 2))
        .await;
    always_wrong(&station).await;
    changes_nothing(&station, station.number(&SHIRT), "number-again", false).await;
    changes_nothing(&station, &other, "wrong-number-label", false).await;
    changes_nothing(&station, SHIRT.gtin, "unit-first", false).await;
    changes_nothing(&station, "2901180999994", "unit-first", false).await;
    changes_nothing(&station, depot.return_label(JACKET.rma), "unit-first", false).await;
    changes_nothing(&station, "RS:C:PICK-9", "command-not-now", false).await;
    changes_nothing(&station, "RS:T:T-0202", "container-not-now", false).await;
    for scan in noise() {
        let screen = changes_nothing_whatever(&station, &scan).await;
        assert_has_words(&screen.band.say.code);
    }
    labels_and_containers(&station, &other).await;
    crate::end(depot, station).await;
}

/// At the disposition label, and at the container.
async fn labels_and_containers(station: &Station, other: &str) {
    station.carry_while(&SHIRT, |screen| !matches!(screen.stage, Stage::StickLabel { .. })).await;
    let number = station.number(&SHIRT);
    changes_nothing(station, format!("{other}/1"), "wrong-label", false).await;
    changes_nothing(station, format!("{number}/9"), "no-such-label", false).await;
    changes_nothing(station, "RS:C:NEXT", "scan-label-first", false).await;
    changes_nothing(station, "RS:T:T-0202", "label-not-confirmed", false).await;
    station.press("REPRINT").await;
    changes_nothing(station, format!("{number}/1"), "superseded-label", false).await;
    station.carry_while(&SHIRT, |screen| !matches!(screen.stage, Stage::Stow { .. })).await;
    changes_nothing(station, format!("{number}/2"), "label-again", false).await;
    station.carry(&SHIRT).await;
    // The shirt's container takes nothing of another kind.
    station.carry_while(&DRILL, |screen| !matches!(screen.stage, Stage::Stow { .. })).await;
    always_wrong(station).await;
    changes_nothing(station, "RS:T:T-0202", "wrong-container", false).await;
    station.carry(&DRILL).await;
}

/// Scans of random characters, the same in each run, that look a little like codes.
fn noise() -> Vec<Vec<u8>> {
    let pieces: [&[u8]; 12] = [
        b"]C1",
        b"RS:U:",
        b"RS:R:",
        b"RS:T:",
        b"01",
        b"\x1d",
        b"https://",
        b"]Q3",
        b"00",
        b"-/",
        b"\xff",
        b"9",
    ];
    let mut state: u64 = 0x2026_1122;
    let mut next = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    (0..60)
        .map(|_| {
            let mut scan = pieces[next(pieces.len())].to_vec();
            for _ in 0..next(8) {
                match next(3) {
                    0 => scan.extend_from_slice(pieces[next(pieces.len())]),
                    _ => scan.push(next(256) as u8),
                }
            }
            scan
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_lock_the_badge_and_nobody_else() {
    let (depot, station, _dir) = crate::bench().await;
    let before = station.events();
    for command in ["DIGIT-1", "ENTER"] {
        let screen = station.press(command).await;
        assert_eq!(screen.band.say.code, "badge-first", "{}", told(&screen));
    }
    station.scan(KW.badge).await;
    for left in (1..5).rev() {
        station.scan(KW.badge).await;
        let screen = station.pin("0000").await;
        assert_eq!(screen.band.say.code, "pin-wrong", "{}", told(&screen));
        assert_eq!(screen.band.say.args["left"], left.to_string());
    }
    station.scan(KW.badge).await;
    let screen = station.pin("0000").await;
    assert_eq!(screen.band.say.code, "pin-locked", "{}", told(&screen));
    assert!(matches!(screen.stage, Stage::SignIn { locked_seconds: Some(_), .. }), "{}", told(&screen));
    // The right PIN comes too late.
    station.scan(KW.badge).await;
    let screen = station.pin(KW.pin).await;
    assert_eq!(screen.band.say.code, "pin-locked", "{}", told(&screen));
    for code in ["badge-first", "pin-wrong", "pin-locked"] {
        assert_has_words(code);
    }
    assert_eq!(station.events(), before, "nobody has signed in");
    station.sign_in(MB).await;
    crate::end(depot, station).await;
}
