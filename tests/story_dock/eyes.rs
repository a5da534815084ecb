//! Scale and camera at the bench: a weight taken from the scale, and photos that are looked at before they are kept.

use std::sync::Arc;

use bench::clock::Clock;
use bench::seam::{Reply, Request, ScaleOrder, Screen, Stage, Tone};
use bench::{Bench, Dock};
use devices::simulated::{SimulatedCamera, SimulatedPrinter, SimulatedScale, SimulatedScanner};
use devices::{DeviceId, DeviceState, Load};
use image::{GrayImage, ImageFormat, Luma};
use returns::codes::{Finding, PhotoFlaw};
use returns::event::UnitEvent;
use returns::ids::UnitId;

use crate::desk::{assert_question, assert_said, end, history, number, receive};
use crate::found::gtin;
use crate::story::depot::Depot;
use crate::story::station::{KW, Station, told};

/// A bench with a scale, whose photos are looked at as those of a real camera are.
pub async fn bench() -> (Depot, Station, Arc<SimulatedScale>, tempfile::TempDir) {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let queue = devices::events();
    let scanner = SimulatedScanner::new(DeviceId::new("scanner"), &queue.0);
    let camera = Arc::new(SimulatedCamera::new(DeviceId::new("camera"), &queue.0));
    let printer = Arc::new(SimulatedPrinter::new(DeviceId::new("printer")));
    let scale = Arc::new(SimulatedScale::new(DeviceId::new("scale"), &queue.0));
    let dock = Dock::of(queue, Vec::new(), Some(camera.clone()), Some(printer.clone()));
    let mut dock = dock.with_scale(scale.clone());
    dock.settings.simulated = false;
    let poll = std::time::Duration::from_millis(200);
    let bench = Bench::start_with(dir.path(), dock, Clock::system(), Some(poll)).await.unwrap();
    let station = Station { bench, scanner, camera, printer, dir: dir.path().to_owned() };
    station.until_taught().await;
    station.sign_in(KW).await;
    (depot, station, scale, dir)
}

/// The headphones: 612 g in the catalogue.
pub async fn headphones(station: &Station) -> UnitId {
    station.scan("26-118301").await;
    let unit = receive(station, &gtin(station, "AUR-WH900-BLK")).await;
    number(station, unit).await;
    unit
}

pub fn asks(screen: &Screen) -> &str {
    match &screen.stage {
        Stage::Pick { ask, .. } => &ask.code,
        _ => "",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weight_comes_from_the_scale_once_it_is_at_rest() {
    let (depot, station, scale, _dir) = bench().await;
    let unit = headphones(&station).await;
    // It lies there at rest: WEIGH takes it at once.
    scale.put(615);
    assert_said(&station.press("WEIGH").await, "weight-kept");
    assert_eq!(station.unit(unit).unwrap().weight_grams, Some(615));
    assert_question(&station.screen().await, 1);

    // Nothing lies there yet, then it moves, then it is too much: nothing is taken before it is at rest.
    scale.put(0);
    let screen = station.press("WEIGH").await;
    assert_eq!(asks(&screen), "ask-weight-scale", "{}", told(&screen));
    scale.say(Load::Moving { weight: None });
    scale.say(Load::Over);
    let says = |screen: &Screen, load: &str| match &screen.stage {
        Stage::Pick { ask, .. } => ask.args.get("load").is_some_and(|told| told == load),
        _ => false,
    };
    station.until("the scale is overloaded", |screen| says(screen, "scale-over")).await;
    scale.put(610);
    let screen = station.until("the weight is taken", |screen| screen.band.say.code == "weight-kept").await;
    assert_question(&screen, 1);
    assert_eq!(station.unit(unit).unwrap().weight_grams, Some(610));

    // Once somebody types, the scale is silent; and where it has gone, typing is what is left.
    scale.put(0);
    station.press("WEIGH").await;
    station.press("DIGIT-6").await;
    scale.put(100);
    station.press("DIGIT-1").await;
    station.press("DIGIT-4").await;
    assert_said(&station.press("ENTER").await, "weight-kept");
    assert_eq!(station.unit(unit).unwrap().weight_grams, Some(614));
    scale.set_state(DeviceState::Lost);
    assert_eq!(asks(&station.press("WEIGH").await), "ask-weight");
    station.press("CANCEL").await;
    let adjusted = station.bench.ask(Request::ScaleAdjust { order: ScaleOrder::Zero }).await;
    assert_eq!(adjusted.unwrap_err().code, "scale-gone");
    scale.set_state(DeviceState::Working);
    scale.put(80);
    let adjusted = station.bench.ask(Request::ScaleAdjust { order: ScaleOrder::Tare }).await.unwrap();
    let Reply::Scale(Some(view)) = adjusted else { panic!("{adjusted:?}") };
    assert_eq!((view.say.code.as_str(), view.grams), ("scale-empty", None));
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_without_its_goods_is_proposed_to_be_empty_and_noted_only_by_a_person() {
    let (depot, station, scale, _dir) = bench().await;
    let unit = headphones(&station).await;
    scale.put(140);
    let screen = station.press("WEIGH").await;
    assert_said(&screen, "weight-off");
    let asked = |screen: &Screen, finding: &str| match &screen.stage {
        Stage::Pick { ask, .. } => ask.args.get("finding").is_some_and(|one| one == finding),
        _ => false,
    };
    assert!(asked(&screen, "EMPTY_BOX"), "{}", told(&screen));
    let screen = station.press("NO").await;
    assert!(asked(&screen, "WEIGHT_MISMATCH"), "{}", told(&screen));
    assert!(station.unit(unit).unwrap().added_findings.is_empty());
    let screen = station.press("NO").await;
    assert_question(&screen, 1);
    assert!(station.unit(unit).unwrap().added_findings.is_empty(), "declined is declined");
    station.press("WEIGH").await;
    assert_said(&station.press("YES").await, "finding-added");
    let found = station.unit(unit).unwrap().added_findings;
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [Finding::EmptyBox]);
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}

/// Large print on a mat, as sharp as told.
fn picture(blur: f32) -> Vec<u8> {
    let sharp = GrayImage::from_fn(640, 360, |x, y| {
        let inside = (160..480).contains(&x) && (90..270).contains(&y);
        Luma([if inside && (x / 37 + y / 34) % 2 == 0 { 40 } else { 180 }])
    });
    let picture = if blur > 0.0 { image::imageops::blur(&sharp, blur) } else { sharp };
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

/// The flaws on record of the unit's photos, in order.
pub fn flaws(station: &Station, unit: UnitId) -> Vec<Vec<PhotoFlaw>> {
    let kept = history(station, unit).into_iter().filter_map(|(_, event)| match event {
        UnitEvent::PhotoTaken { flaws, .. } => Some(flaws),
        _ => None,
    });
    kept.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blurred_photo_is_asked_about_and_kept_only_with_its_flaw_on_record() {
    let (depot, station, _scale, _dir) = bench().await;
    let unit = headphones(&station).await;
    let (sharp, blurred) = (picture(0.0), picture(4.0));
    station.camera.show(blurred.clone());
    let screen = station.press("PHOTO").await;
    assert_said(&screen, "photo-doubtful");
    assert_eq!((asks(&screen), screen.band.tone), ("ask-photo-again", Tone::Warning), "{}", told(&screen));
    assert!(station.unit(unit).unwrap().photos.is_empty(), "nothing is kept in silence");

    // Again, by the printed sheet: still blurred. Then sharp.
    assert_said(&station.scan("RS:C:PHOTO").await, "photo-doubtful");
    station.camera.show(sharp.clone());
    assert_said(&station.scan("RS:C:PHOTO").await, "photo-taken");
    // And once kept all the same.
    station.camera.show(blurred.clone());
    station.press("PHOTO").await;
    assert_said(&station.press("YES").await, "photo-taken");
    assert_eq!(flaws(&station, unit), [vec![], vec![PhotoFlaw::Blurred]]);
    let kept = station.photos();
    assert!(kept.values().any(|bytes| *bytes == sharp) && kept.values().any(|bytes| *bytes == blurred));

    // Place and person are gone from what is kept, and its name is the hash of what is kept.
    let comment = [&[0xff, 0xfe, 0, 14], b"Karin 51.34N".as_slice()].concat();
    station.camera.show([&sharp[..2], &comment, &sharp[2..]].concat());
    let before = kept.len();
    station.press("PHOTO").await;
    assert_eq!(
        station.photos().len(),
        before,
        "without its comment it is the sharp one that is there already"
    );
    let Reply::CameraCheck(Some(check)) = station.bench.ask(Request::CameraCheck).await.unwrap() else {
        panic!("no look at the camera")
    };
    assert!(check.flaws.is_empty() && check.blur_px.unwrap() < 1.0, "{check:?}");
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}
