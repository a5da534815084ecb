//! A camera over HTTP: a real ffmpeg stream that goes and comes back, and small servers with the oddities of cameras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::net::TcpListener as PortFinder;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use devices::camera::MjpegCamera;
use devices::{Camera, DeviceId, DeviceState, Event, EventReceiver, FailureCode, Frame, events};
use image::{ImageFormat, Rgb, RgbImage};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const DEADLINE: Duration = Duration::from_secs(60);

fn jpeg(shade: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(320, 240, |x, y| Rgb([shade, x as u8, y as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// ffmpeg that streams one picture over and over to the one viewer that it listens for.
struct Ffmpeg(Child);

impl Ffmpeg {
    fn stream(picture: &Path, url: &str) -> Self {
        let child = Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "fatal", "-re", "-loop", "1", "-framerate", "25", "-i"])
            .arg(picture)
            .args(["-c:v", "mjpeg", "-q:v", "3", "-f", "mpjpeg", "-listen", "1", url])
            .stdin(Stdio::null())
            .spawn()
            .expect("ffmpeg is missing: apt-get install ffmpeg, or run cargo xtask test");
        Self(child)
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn frame_after(frames: &mut watch::Receiver<Option<Arc<Frame>>>, number: u64) -> Arc<Frame> {
    let newer = |frame: &Option<Arc<Frame>>| frame.as_ref().is_some_and(|frame| frame.number > number);
    let found =
        tokio::time::timeout(DEADLINE, frames.wait_for(newer)).await.expect("a frame in time").unwrap();
    found.clone().unwrap()
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
async fn a_stream_of_ffmpeg_is_read_lost_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let picture = dir.path().join("picture.jpg");
    std::fs::write(&picture, jpeg(90)).unwrap();
    let port = PortFinder::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/cam");

    let (sender, mut receiver) = events();
    let camera = MjpegCamera::spawn(DeviceId::new("camera"), url.clone(), &sender);
    until_state(&mut receiver, &DeviceState::Missing { what: url.clone() }).await;
    assert!(camera.latest().is_none());

    let ffmpeg = Ffmpeg::stream(&picture, &url);
    until_state(&mut receiver, &DeviceState::Working).await;
    let mut frames = camera.subscribe();
    let mut number = 0;
    for _ in 0..20 {
        let frame = frame_after(&mut frames, number).await;
        number = frame.number;
        let decoded = image::load_from_memory_with_format(&frame.jpeg, ImageFormat::Jpeg).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (320, 240));
    }

    drop(ffmpeg);
    until_state(&mut receiver, &DeviceState::Lost).await;
    tokio::time::timeout(DEADLINE, frames.wait_for(Option::is_none)).await.expect("no old picture").unwrap();

    let _ffmpeg = Ffmpeg::stream(&picture, &url);
    until_state(&mut receiver, &DeviceState::Working).await;
    assert!(frame_after(&mut frames, number).await.number > number);
}

/// Listens on loopback, reads each viewer's request and hands the connection to `serve`.
async fn serve<F, Fut>(serve: F) -> String
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cam", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut viewer, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && viewer.read_buf(&mut request).await.unwrap_or(0) > 0 {}
            tokio::spawn(serve(viewer));
        }
    });
    url
}

const HEAD: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n";

#[tokio::test]
async fn parts_without_a_length_yield_the_camera_s_own_bytes() {
    let (one, two) = (jpeg(1), jpeg(2));
    let expected = [one.clone(), two.clone()];
    let url = serve(move |mut viewer| {
        // The boundary line announced is not the one sent, as with some cameras.
        let part = |jpeg: &[u8]| [b"--other\r\nContent-Type: image/jpeg\r\n\r\n", jpeg, b"\r\n"].concat();
        let stream = [HEAD, &part(&one), &part(&two), b"--other\r\n"].concat();
        async move {
            for chunk in stream.chunks(997) {
                viewer.write_all(chunk).await.unwrap();
                tokio::task::yield_now().await;
            }
            std::future::pending::<()>().await;
        }
    })
    .await;
    let (sender, _receiver) = events();
    let camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    let mut frames = camera.subscribe();
    let last = frame_after(&mut frames, 1).await;
    assert_eq!((last.number, last.jpeg.as_ref()), (2, expected[1].as_slice()));
}

#[tokio::test]
async fn a_slow_reader_skips_frames_and_delays_nobody() {
    const FRAMES: u64 = 2000;
    let (done, all_sent) = tokio::sync::oneshot::channel();
    let done = std::sync::Mutex::new(Some(done));
    let url = serve(move |mut viewer| {
        let done = done.lock().unwrap().take();
        async move {
            viewer.write_all(HEAD).await.unwrap();
            let picture = jpeg(3);
            let head =
                format!("--cam\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len());
            let part = [head.as_bytes(), &picture, b"\r\n"].concat();
            for _ in 0..FRAMES {
                viewer.write_all(&part).await.unwrap();
            }
            if let Some(done) = done {
                let _ = done.send(());
            }
            std::future::pending::<()>().await;
        }
    })
    .await;
    let (sender, _receiver) = events();
    let camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    let mut frames = camera.subscribe();
    // This reader holds the first frame that it gets and looks at no other until the camera has sent them all.
    let held = frame_after(&mut frames, 0).await;
    tokio::time::timeout(DEADLINE, all_sent).await.expect("the camera was held up").unwrap();
    let newest = frame_after(&mut frames, FRAMES - 1).await;
    assert_eq!(newest.number, FRAMES);
    assert!(held.number < newest.number);
}

#[tokio::test]
async fn broken_pictures_are_no_frames_and_many_in_a_row_are_a_failure() {
    let whole = jpeg(4);
    let url = serve(move |mut viewer| {
        let cut = whole[..whole.len() / 2].to_vec();
        let part = |body: &[u8]| {
            [format!("--cam\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body, b"\r\n"].concat()
        };
        let mut stream = [HEAD, &part(&whole), &part(&cut), &part(b""), &part(b"no picture")].concat();
        for _ in 0..10 {
            stream.extend(part(&cut));
        }
        async move {
            viewer.write_all(&stream).await.unwrap();
            std::future::pending::<()>().await;
        }
    })
    .await;
    let (sender, mut receiver) = events();
    let camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraPicturesUnreadable }).await;
    assert_eq!(camera.latest().map(|frame| frame.number), Some(1));
}

#[tokio::test]
async fn a_camera_that_falls_silent_is_lost_and_called_again() {
    let url = serve(move |mut viewer| async move {
        let picture = jpeg(5);
        let head = format!("--cam\r\nContent-Length: {}\r\n\r\n", picture.len());
        viewer.write_all(&[HEAD, head.as_bytes(), &picture, b"\r\n--cam\r\n"].concat()).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let (sender, mut receiver) = events();
    let _camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    for state in [DeviceState::Working, DeviceState::Lost, DeviceState::Working] {
        until_state(&mut receiver, &state).await;
    }
}

#[rstest]
#[case("401 Unauthorized", "text/html", DeviceState::PermissionDenied { group: None })]
#[case("503 Service Unavailable", "text/html", DeviceState::Busy)]
#[case("500 Oops", "text/html", DeviceState::Failing { code: FailureCode::CameraRefused })]
#[case("200 OK", "text/html", DeviceState::Failing { code: FailureCode::CameraNotMjpeg })]
#[tokio::test]
async fn an_answer_that_is_no_stream_says_why(
    #[case] status: &'static str,
    #[case] kind: &'static str,
    #[case] expected: DeviceState,
) {
    let url = serve(move |mut viewer| async move {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: 0\r\n\r\n");
        let _ = viewer.write_all(answer.as_bytes()).await;
    })
    .await;
    let (sender, mut receiver) = events();
    let _camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    until_state(&mut receiver, &expected).await;
}

#[tokio::test]
async fn a_stream_of_something_else_says_so() {
    let url = serve(move |mut viewer| async move {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
        let _ = viewer.write_all(&[head.as_slice(), &[7; 100_000]].concat()).await;
    })
    .await;
    let (sender, mut receiver) = events();
    let _camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraNotMjpeg }).await;
}

#[tokio::test]
async fn an_address_that_is_none_is_told() {
    let (sender, mut receiver) = events();
    let _camera = MjpegCamera::spawn(DeviceId::new("camera"), "not an address".into(), &sender);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraAddress }).await;
}
