//! A camera that streams over RTSP, from GStreamer's own server on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use devices::camera::{HAS_RTSP, SignIn, without_place_and_person};
use devices::{
    Camera, CameraConfig, CameraSource, DeviceId, DeviceState, Event, EventReceiver, FailureCode, Frame,
    events,
};

const DEADLINE: Duration = Duration::from_secs(60);
const NEEDED: &str = "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
                      gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly gstreamer1.0-libav";
const SAYS: &[u8] = b"packed as JPEG once, by the station, from a stream of H264; not the camera's own file";

/// A running server.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(port: u16) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rtsp/server.py");
        // Debian's own: another one that stands before it in the path knows none of its packages.
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python3 does not start ({error}): {NEEDED}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("no RTSP server: {NEEDED}"));
        Self { child, port }
    }

    fn url(&self, path: &str) -> String {
        format!("rtsp://127.0.0.1:{}/{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn open(url: &str, sign_in: Option<SignIn>) -> (Arc<dyn Camera>, EventReceiver) {
    let (sender, receiver) = events();
    let source = CameraSource::Rtsp { url: url.to_owned(), sign_in };
    (devices::camera::open(CameraConfig { id: DeviceId::new("camera"), source }, &sender), receiver)
}

async fn until_state(receiver: &mut EventReceiver, wanted: impl Fn(&DeviceState) -> bool) -> DeviceState {
    let mut seen = Vec::new();
    loop {
        let event = tokio::time::timeout(DEADLINE, receiver.recv()).await;
        match event.unwrap_or_else(|_| panic!("only {seen:?}")) {
            Some(Event::State { state, .. }) if wanted(&state) => return state,
            other => seen.push(other),
        }
    }
}

async fn next(camera: &Arc<dyn Camera>, after: u64) -> Arc<Frame> {
    let mut frames = camera.subscribe();
    let newer = frames.wait_for(|frame| frame.as_ref().is_some_and(|frame| frame.number > after));
    let found = tokio::time::timeout(DEADLINE, newer).await;
    found
        .unwrap_or_else(|_| panic!("no picture, but {:?}: {NEEDED}", camera.state()))
        .unwrap()
        .clone()
        .unwrap()
}

fn says_packed(jpeg: &[u8]) -> bool {
    jpeg.windows(SAYS.len()).any(|part| part == SAYS)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_jpegs_yields_the_cameras_own_and_another_says_that_it_was_packed_here() {
    const { assert!(HAS_RTSP) };
    let server = Server::start(0);
    for (path, packed) in [("jpeg", false), ("h264", true)] {
        let (camera, mut receiver) = open(&server.url(path), None);
        let first = next(&camera, 0).await;
        until_state(&mut receiver, |state| *state == DeviceState::Working).await;
        let picture = image::load_from_memory(&first.jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 360), "{path}");
        assert_eq!(says_packed(&first.jpeg), packed, "{path}");
        let kept = without_place_and_person(&first.jpeg).unwrap();
        assert_eq!(says_packed(&kept), packed, "{path}: evidence says how it came about");
        // The stream goes on, and its pictures move.
        let later = next(&camera, first.number + 5).await;
        assert_ne!(later.jpeg, first.jpeg, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_goes_away_leaves_no_picture_and_comes_back_by_itself() {
    let server = Server::start(0);
    let (port, url) = (server.port, server.url("jpeg"));
    let (camera, mut receiver) = open(&url, None);
    let before = next(&camera, 0).await;
    drop(server);
    until_state(&mut receiver, |state| *state == DeviceState::Lost).await;
    let mut frames = camera.subscribe();
    tokio::time::timeout(DEADLINE, frames.wait_for(Option::is_none)).await.unwrap().unwrap();
    let _server = Server::start(port);
    let after = next(&camera, before.number).await;
    assert!(after.number > before.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_apart() {
    let server = Server::start(0);
    // Digest, by name and password; the address may hold them.
    let sign_in = |password: &str| SignIn { user: "dock".to_owned(), password: password.to_owned() };
    let refused = DeviceState::Failing { code: FailureCode::CameraSignIn };
    for wrong in [None, Some(sign_in("guess"))] {
        let (_camera, mut receiver) = open(&server.url("private"), wrong);
        until_state(&mut receiver, |state| *state == refused).await;
    }
    let (camera, _receiver) = open(&server.url("private"), Some(sign_in("s3cret")));
    next(&camera, 0).await;
    let in_address = format!("rtsp://dock:s3cret@127.0.0.1:{}/private", server.port);
    let (camera, _receiver) = open(&in_address, None);
    next(&camera, 0).await;

    for absent in [server.url("no-such-stream"), "rtsp://dock:s3cret@127.0.0.1:9/".to_owned()] {
        let (_camera, mut receiver) = open(&absent, None);
        let state = until_state(&mut receiver, |state| matches!(state, DeviceState::Missing { .. })).await;
        let DeviceState::Missing { what } = state else { panic!("{state:?}") };
        assert!(what.starts_with("rtsp://127.0.0.1") && !what.contains("s3cret"), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_reads_slowly_holds_the_camera_up() {
    let server = Server::start(0);
    let (camera, _receiver) = open(&server.url("jpeg"), None);
    let first = next(&camera, 0).await;
    // Nobody looks for a while: what there is to see then is new, and nothing has piled up.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let newest = camera.latest().expect("a picture");
    assert!(newest.number > first.number + 5, "{newest:?} after {first:?}");
    assert!(newest.at.elapsed() < Duration::from_secs(2), "{:?} old", newest.at.elapsed());
    drop(camera);
}
