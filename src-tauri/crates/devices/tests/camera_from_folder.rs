//! A folder of pictures that stands in for a camera.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use devices::{Camera, CameraConfig, DeviceState, Event, EventReceiver, FailureCode, Frame, camera, events};
use image::{ImageFormat, Rgb, RgbImage};

const DEADLINE: Duration = Duration::from_secs(60);

fn picture(path: &Path, format: ImageFormat, shade: u8) -> Vec<u8> {
    RgbImage::from_pixel(64, 48, Rgb([shade; 3])).save_with_format(path, format).unwrap();
    std::fs::read(path).unwrap()
}

fn config(path: &Path, repeat: bool) -> CameraConfig {
    let json = serde_json::json!({
        "id": "camera",
        "source": {"kind": "folder", "path": path, "fps": 40.0, "repeat": repeat}
    });
    serde_json::from_value(json).unwrap()
}

async fn frame(camera: &Arc<dyn Camera>, number: u64) -> Arc<Frame> {
    let mut frames = camera.subscribe();
    let wanted = |frame: &Option<Arc<Frame>>| frame.as_ref().is_some_and(|frame| frame.number >= number);
    tokio::time::timeout(DEADLINE, frames.wait_for(wanted)).await.expect("in time").unwrap().clone().unwrap()
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

#[tokio::test]
async fn played_once_the_last_picture_stays() {
    let dir = tempfile::tempdir().unwrap();
    picture(&dir.path().join("a.png"), ImageFormat::Png, 10);
    let last = picture(&dir.path().join("b.JPG"), ImageFormat::Jpeg, 200);
    std::fs::write(dir.path().join("notes.txt"), "no picture").unwrap();
    let (sender, _receiver) = events();
    let camera = camera::open(config(dir.path(), false), &sender);
    let frame = frame(&camera, 2).await;
    assert_eq!((frame.number, frame.jpeg.as_ref()), (2, last.as_slice()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(camera.latest().unwrap().number, 2);
    assert_eq!(camera.state(), DeviceState::Working);
}

#[tokio::test]
async fn a_png_comes_out_as_a_jpeg_of_the_same_picture() {
    let dir = tempfile::tempdir().unwrap();
    picture(&dir.path().join("a.png"), ImageFormat::Png, 120);
    let (sender, _receiver) = events();
    let camera = camera::open(config(dir.path(), false), &sender);
    let jpeg = frame(&camera, 1).await.jpeg.clone();
    let decoded = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(decoded.dimensions(), (64, 48));
    assert!(decoded.pixels().all(|pixel| pixel.0.iter().all(|&shade| shade.abs_diff(120) < 4)));
}

#[tokio::test]
async fn it_starts_over_and_skips_what_is_no_picture() {
    let dir = tempfile::tempdir().unwrap();
    let whole = picture(&dir.path().join("a.jpg"), ImageFormat::Jpeg, 50);
    std::fs::write(dir.path().join("b.jpg"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(dir.path().join("c.png"), "no picture").unwrap();
    let (sender, _receiver) = events();
    let camera = camera::open(config(dir.path(), true), &sender);
    assert_eq!(frame(&camera, 3).await.jpeg.as_ref(), whole.as_slice());
    assert_eq!(camera.state(), DeviceState::Working);
}

#[tokio::test]
async fn a_huge_picture_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    image::GrayImage::new(20_000, 1).save(dir.path().join("a.png")).unwrap();
    let (sender, mut receiver) = events();
    let camera = camera::open(config(dir.path(), true), &sender);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraPicturesUnreadable }).await;
    assert!(camera.latest().is_none());
}

#[tokio::test]
async fn a_missing_and_an_empty_folder_say_so_and_a_picture_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("later");
    let (sender, mut receiver) = events();
    let camera = camera::open(config(&folder, true), &sender);
    until_state(&mut receiver, &DeviceState::Missing { what: folder.display().to_string() }).await;
    std::fs::create_dir(&folder).unwrap();
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraFolderEmpty }).await;
    picture(&folder.join("a.jpg"), ImageFormat::Jpeg, 50);
    until_state(&mut receiver, &DeviceState::Working).await;
    assert!(frame(&camera, 1).await.number >= 1);
}
