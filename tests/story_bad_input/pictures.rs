//! What a camera may send.

use std::time::{Duration, Instant};

use bench::seam::{PhotoSlotState, Stage, Tone};

use crate::story::PATIENCE;
use crate::story::hands::SHIRT;
use crate::story::picture;
use crate::story::station::{KW, Station, told};
use crate::story::words::assert_has_words;

fn files_in(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap);
    entries.map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { 1 }).sum()
}

/// PHOTO while the camera shows this: refused in words, nothing kept.
async fn keeps_no_photo(station: &Station, frame: Vec<u8>, code: &str) {
    let (events, unit) = (station.events(), station.unit_of(SHIRT.rma));
    station.camera.show(frame);
    let screen = station.press("PHOTO").await;
    assert_eq!(
        (screen.band.tone, screen.band.say.code.as_str()),
        (Tone::Rejected, code),
        "{}",
        told(&screen)
    );
    assert_has_words(code);
    assert_eq!((station.events(), station.unit_of(SHIRT.rma)), (events, unit), "{code}");
    assert_eq!(files_in(&station.dir.join("photos")), 0, "{code}");
    let slots = screen.camera.unwrap().photos;
    assert!(slots.iter().any(|slot| slot.state == PhotoSlotState::Needed), "{slots:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_picture_is_no_evidence_and_stops_nothing() {
    let (depot, station, _dir) = crate::bench().await;
    station.sign_in(KW).await;
    // Broken frames while the bench looks for codes: it goes on, and sees the next good one.
    for frame in [picture::truncated(), picture::huge_png(), b"no picture".to_vec(), Vec::new()] {
        station.camera.show(frame);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    // A camera goes on sending; one frame that takes too long to read is passed over.
    let label = picture::of_code(&depot.return_label(SHIRT.rma), 0);
    let deadline = Instant::now() + PATIENCE;
    while station.screen().await.band.say.code != "rma-found" {
        assert!(Instant::now() < deadline, "the label after the broken frames is never read");
        station.camera.show(label.clone());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    station.carry_while(&SHIRT, |screen| !matches!(screen.stage, Stage::Photos { .. })).await;
    keeps_no_photo(&station, picture::truncated(), "image-damaged").await;
    keeps_no_photo(&station, picture::huge_png(), "image-too-large").await;
    keeps_no_photo(&station, b"no picture".to_vec(), "image-not-an-image").await;
    keeps_no_photo(&station, Vec::new(), "image-not-an-image").await;

    // The next good picture is kept, byte for byte.
    let good = picture::of_goods();
    station.camera.show(good.clone());
    let screen = station.press("PHOTO").await;
    assert!(matches!(screen.stage, Stage::Decision { .. }), "{}", told(&screen));
    assert_eq!(station.photos().into_values().collect::<Vec<_>>(), [good]);
    crate::end(depot, station).await;
}
