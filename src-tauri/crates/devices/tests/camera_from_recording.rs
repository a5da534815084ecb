//! Recordings of ffmpeg's as cameras: an AVI and a bare file of JPEGs, each picture once, in order, at its own pace.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use devices::camera::{CameraConfig, CameraSource, RecordingCamera, open};
use devices::{Camera, DeviceId, DeviceState, Event, EventReceiver, FailureCode, events};
use rstest::rstest;

const DEADLINE: Duration = Duration::from_secs(60);
const FRAMES: u64 = 12;

/// ffmpeg's test picture, whose seconds count up, twelve frames of it.
fn record(dir: &Path, name: &str, fps: &str) -> PathBuf {
    let out = dir.join(name);
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "fatal", "-f", "lavfi", "-i"])
        .arg(format!("testsrc=size=320x180:rate={fps}"))
        .args(["-frames:v", "12", "-c:v", "mjpeg", "-q:v", "3"])
        .arg(&out)
        .stdin(Stdio::null())
        .status();
    assert!(done.expect("ffmpeg is missing: apt-get install ffmpeg, or run cargo xtask test").success());
    out
}

async fn until_state(receiver: &mut EventReceiver, wanted: &DeviceState) {
    loop {
        let event = tokio::time::timeout(DEADLINE, receiver.recv()).await;
        let event = event.unwrap_or_else(|_| panic!("never {wanted:?}"));
        if matches!(event, Some(Event::State { state, .. }) if state == *wanted) {
            return;
        }
    }
}

#[rstest]
#[case("take.avi")]
#[case("take.mjpeg")]
#[tokio::test]
async fn each_picture_comes_once_and_in_order(#[case] name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = record(dir.path(), name, "8");
    let (sender, mut receiver) = events();
    let camera = RecordingCamera::spawn(DeviceId::new("camera"), path, Some(8.0), false, &sender);
    let mut frames = camera.subscribe();
    let mut pictures: Vec<Vec<u8>> = Vec::new();
    while pictures.len() < FRAMES as usize {
        tokio::time::timeout(DEADLINE, frames.changed()).await.expect("a frame in time").unwrap();
        let Some(frame) = frames.borrow_and_update().clone() else { continue };
        assert_eq!(frame.number, pictures.len() as u64 + 1, "none was skipped");
        let decoded = image::load_from_memory(&frame.jpeg).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (320, 180));
        pictures.push(frame.jpeg.to_vec());
    }
    pictures.dedup();
    assert_eq!(pictures.len(), FRAMES as usize, "the test picture changes from frame to frame");
    until_state(&mut receiver, &DeviceState::Working).await;
    // It does not repeat: the last picture stays.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(camera.latest().map(|frame| frame.number), Some(FRAMES));
}

#[tokio::test]
async fn an_avi_says_its_own_pace_and_starts_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = record(dir.path(), "take.avi", "20");
    let (sender, _receiver) = events();
    let config = CameraConfig {
        id: DeviceId::new("camera"),
        source: CameraSource::Recording { path, fps: None, repeat: true },
    };
    let camera = open(config, &sender);
    let mut frames = camera.subscribe();
    let wait = frames.wait_for(|frame| frame.as_ref().is_some_and(|frame| frame.number >= 1));
    tokio::time::timeout(DEADLINE, wait).await.unwrap().unwrap();
    let started = std::time::Instant::now();
    let wait = frames.wait_for(|frame| frame.as_ref().is_some_and(|frame| frame.number > 2 * FRAMES));
    tokio::time::timeout(DEADLINE, wait).await.expect("it starts over").unwrap();
    // 24 pauses of 50 ms: never faster than it was taken. How much slower is the machine's affair.
    assert!(started.elapsed() >= Duration::from_millis(1100), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_recording_without_a_picture_and_one_that_is_not_there_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("take.mjpeg");
    let (sender, mut receiver) = events();
    let camera = RecordingCamera::spawn(DeviceId::new("camera"), path.clone(), None, true, &sender);
    until_state(&mut receiver, &DeviceState::Missing { what: path.display().to_string() }).await;
    std::fs::write(&path, [&[0xff; 3000][..], &[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0, 0]].concat()).unwrap();
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraRecordingEmpty }).await;
    assert!(camera.latest().is_none());
    std::fs::copy(record(dir.path(), "other.mjpeg", "8"), &path).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
}
