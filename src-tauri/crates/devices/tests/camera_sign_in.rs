//! Cameras that want a name and a password: a server that checks digest answers with its own arithmetic, and basic ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use devices::camera::{CameraConfig, CameraSource, MjpegCamera, SignIn};
use devices::{Camera, DeviceId, DeviceState, Event, EventReceiver, FailureCode, events};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const DEADLINE: Duration = Duration::from_secs(60);

/// A camera that wants this `Authorization` for its stream; `digest` has it ask for a digest, too.
async fn camera(digest: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/video?channel=1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut viewer, _)) = listener.accept().await {
            tokio::spawn(async move {
                loop {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        if viewer.read_buf(&mut request).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let request = String::from_utf8(request).unwrap();
                    let given = request.lines().find_map(|line| {
                        line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
                    });
                    let given = given.map(|(_, value)| value.to_owned()).unwrap_or_default();
                    if if digest { right_digest(&given) } else { given == "Basic ZG9jazpzw6lzYW1l" } {
                        break;
                    }
                    let ask = if digest {
                        "WWW-Authenticate: Digest realm=\"cam\", nonce=\"9f3a\", qop=\"auth\", algorithm=MD5\r\n\
                         WWW-Authenticate: Basic realm=\"cam\"\r\n"
                    } else {
                        "WWW-Authenticate: Basic realm=\"cam\"\r\n"
                    };
                    let answer = format!("HTTP/1.1 401 Unauthorized\r\n{ask}Content-Length: 0\r\n\r\n");
                    viewer.write_all(answer.as_bytes()).await.unwrap();
                }
                let mut jpeg = std::io::Cursor::new(Vec::new());
                let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([9, 9, 9]));
                picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
                let head =
                    b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n";
                viewer.write_all(head).await.unwrap();
                loop {
                    let part =
                        [b"--cam\r\nContent-Type: image/jpeg\r\n\r\n", jpeg.get_ref().as_slice(), b"\r\n"];
                    if viewer.write_all(&part.concat()).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    });
    url
}

fn md5(text: &str) -> String {
    let mut child = Command::new("md5sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    out[..32].to_owned()
}

/// RFC 7616, 3.4.1, reckoned anew with coreutils' md5sum.
fn right_digest(given: &str) -> bool {
    let Some(fields) = given.strip_prefix("Digest ") else { return false };
    let field = |name: &str| {
        fields.split(", ").find_map(|field| {
            let (key, value) = field.split_once('=')?;
            (key == name).then(|| value.trim_matches('"').to_owned())
        })
    };
    let get = |name: &str| field(name).unwrap_or_default();
    let secret = md5("dock:cam:sésame");
    let asked = md5("GET:/video?channel=1");
    let wanted = md5(&format!("{secret}:9f3a:{}:{}:auth:{asked}", get("nc"), get("cnonce")));
    get("username") == "dock" && get("uri") == "/video?channel=1" && get("response") == wanted
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

fn sign_in(password: &str) -> SignIn {
    SignIn { user: "dock".to_owned(), password: password.to_owned() }
}

#[rstest]
#[case::basic(false)]
#[case::digest(true)]
#[tokio::test]
async fn the_right_password_opens_the_stream(#[case] digest: bool) {
    let url = camera(digest).await;
    let (sender, mut receiver) = events();
    let camera = MjpegCamera::spawn_with(DeviceId::new("camera"), url, Some(sign_in("sésame")), &sender);
    until_state(&mut receiver, &DeviceState::Working).await;
    assert!(camera.latest().is_some());
}

#[rstest]
#[case::basic(false)]
#[case::digest(true)]
#[tokio::test]
async fn a_wrong_password_and_none_are_told_apart(#[case] digest: bool) {
    let url = camera(digest).await;
    let (sender, mut receiver) = events();
    let camera =
        MjpegCamera::spawn_with(DeviceId::new("camera"), url.clone(), Some(sign_in("guess")), &sender);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::CameraSignIn }).await;
    drop(camera);
    let _camera = MjpegCamera::spawn_with(DeviceId::new("camera"), url, None, &sender);
    until_state(&mut receiver, &DeviceState::PermissionDenied { group: None }).await;
}

#[test]
fn a_password_is_shown_nowhere() {
    let source = CameraSource::MjpegHttp {
        url: "http://dock:secret@10.0.0.9/video".to_owned(),
        sign_in: Some(sign_in("secret")),
    };
    assert_eq!(source.place(), "http://10.0.0.9/video");
    let config = CameraConfig { id: DeviceId::new("camera"), source };
    assert!(!format!("{:?} {config:?}", sign_in("secret")).contains("secret"));
}

#[tokio::test]
async fn what_stands_in_the_address_is_told_in_the_cameras_own_way() {
    // By digest, as the camera asks: it never goes over the line.
    let url = camera(true).await.replace("http://", "http://dock:s%C3%A9same@");
    let (sender, mut receiver) = events();
    let _camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
    until_state(&mut receiver, &DeviceState::Working).await;
}

/// Everything that is logged, in one text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_holds_a_password() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .init();
    let wrong = camera(true).await.replace("http://", "http://dock:s3cret@");
    // Sends half a picture and hangs up, each time.
    let broken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hangs_up = format!("http://dock:s3cret@{}/", broken.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut viewer, _)) = broken.accept().await {
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\nhalf";
            let _ = viewer.write_all(head).await;
        }
    });
    let refused = "http://dock:s3cret@127.0.0.1:9/cam".to_owned();
    let absent = DeviceState::Missing { what: "http://127.0.0.1:9/cam".to_owned() };
    let failing = |code| DeviceState::Failing { code };
    for (url, state) in [
        (refused, absent),
        (wrong, failing(FailureCode::CameraSignIn)),
        (hangs_up, failing(FailureCode::CameraNotMjpeg)),
    ] {
        let (sender, mut receiver) = events();
        let _camera = MjpegCamera::spawn(DeviceId::new("camera"), url, &sender);
        until_state(&mut receiver, &state).await;
    }
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(told.contains("camera does not answer") && told.contains("camera stream broke"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}
