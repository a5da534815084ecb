//! Camera, scale and an SSI scanner set up while the bench runs, on real pseudo-terminals; the empty mat; small photos.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bench::seam::{
    CameraCheck, CameraSetup, DeviceView, DevicesView, Reply, Request, ScaleSetup, ScaleView, ScannerSetup,
};
use devices::scanner::ssi::{Packet, Parsed};
use image::{GrayImage, ImageFormat, Luma};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use returns::codes::PhotoFlaw;

use crate::desk::{TO, assert_said, end};
use crate::eyes::{asks, bench, flaws, headphones};
use crate::story::station::{KW, Station};

const PATIENCE: Duration = Duration::from_secs(60);

async fn devices(station: &Station) -> DevicesView {
    match station.bench.ask(Request::Devices).await.unwrap() {
        Reply::Devices(view) => view,
        other => panic!("{other:?}"),
    }
}

/// The device room's answer, or the code of its refusal.
async fn asked(station: &Station, request: Request) -> Result<DevicesView, String> {
    match station.bench.ask(request).await {
        Ok(Reply::Devices(view)) => Ok(view),
        Ok(other) => panic!("{other:?}"),
        Err(coded) => Err(coded.code),
    }
}

async fn until_device(station: &Station, kind: &str, fits: impl Fn(&DeviceView) -> bool) -> Duration {
    let began = Instant::now();
    loop {
        let found: Vec<_> =
            devices(station).await.devices.into_iter().filter(|device| device.kind == kind).collect();
        if found.iter().any(&fits) {
            return began.elapsed();
        }
        assert!(began.elapsed() < PATIENCE, "{kind}: {found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn check(station: &Station) -> Option<CameraCheck> {
    match station.bench.ask(Request::CameraCheck).await.unwrap() {
        Reply::CameraCheck(check) => check,
        other => panic!("{other:?}"),
    }
}

async fn until_checked(station: &Station, what: &str, fits: impl Fn(&CameraCheck) -> bool) {
    let began = Instant::now();
    loop {
        let now = check(station).await;
        if now.as_ref().is_some_and(&fits) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: {now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whatever comes in on our end, until the cable is pulled.
fn listen(mut line: File, pulled: Arc<AtomicBool>, mut say: impl FnMut(&[u8], &mut File) + Send + 'static) {
    std::thread::spawn(move || {
        let mut bytes = [0; 256];
        while !pulled.load(Ordering::Relaxed) {
            let mut ready = [PollFd::new(line.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ready, PollTimeout::from(20_u8)).unwrap_or(0) == 0 {
                continue;
            }
            match line.read(&mut bytes) {
                Ok(count) if count > 0 => say(&bytes[..count], &mut line),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    });
}

/// A serial line by a name of its own. A pseudo-terminal's number goes to the next one that is opened: a station that
/// looks for its pulled cable under the number would talk into another test's line.
struct Cable {
    name: tempfile::TempDir,
    pulled: Arc<AtomicBool>,
}

impl Cable {
    fn path(&self) -> String {
        self.name.path().join("line").display().to_string()
    }

    fn pull(self) {
        self.name.close().unwrap();
        self.pulled.store(true, Ordering::Relaxed);
    }
}

fn pty() -> (File, Cable) {
    let pair = nix::pty::openpty(None, None).unwrap();
    let cable = Cable { name: tempfile::tempdir().unwrap(), pulled: Arc::default() };
    std::os::unix::fs::symlink(nix::unistd::ttyname(&pair.slave).unwrap(), cable.path()).unwrap();
    (File::from(pair.master), cable)
}

fn scale_at(path: &str) -> ScaleSetup {
    let word = str::to_owned;
    ScaleSetup {
        path: word(path),
        usb: None,
        protocol: word("mt-sics"),
        baud: 9600,
        data_bits: word("eight"),
        parity: word("none"),
        stop_bits: word("one"),
        flow: word("none"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scale_is_set_up_here_weighs_and_is_missed_when_its_cable_is_pulled() {
    let (depot, station, _simulated, _dir) = bench().await;
    let (line, cable) = pty();
    let path = cable.path();
    let setup = scale_at(&path);
    let save = || Request::ScaleSave { setup: setup.clone(), bind: None };
    assert_eq!(asked(&station, save()).await.unwrap_err(), "supervisor-only");
    station.sign_in(TO).await;
    let wrong = ScaleSetup { path: " ".to_owned(), ..setup.clone() };
    let nowhere = Request::ScaleSave { setup: wrong, bind: None };
    assert_eq!(asked(&station, nowhere).await.unwrap_err(), "scale-setup-empty");
    // What is not plugged in cannot be chosen.
    let gone = Request::ScaleSave { setup: setup.clone(), bind: Some("/dev/no-such-port".to_owned()) };
    assert_eq!(asked(&station, gone).await.unwrap_err(), "scanner-port-gone");

    let grams = Arc::new(AtomicU32::new(612));
    let lies = Arc::clone(&grams);
    listen(line, Arc::clone(&cable.pulled), move |asked, line| {
        if asked.windows(2).any(|two| two == b"SI") {
            let grams = lies.load(Ordering::Relaxed);
            let _ = line.write_all(format!("S S {grams:>9} g\r\n").as_bytes());
        } else {
            let _ = line.write_all(b"I4 A \"7\"\r\n");
        }
    });
    let view = asked(&station, save()).await.unwrap();
    assert_eq!(view.scale, Some(setup.clone()));
    until_device(&station, "scale", |scale| scale.well && scale.place == path).await;
    let weight = || async {
        match station.bench.ask(Request::Scale).await.unwrap() {
            Reply::Scale(view) => view,
            other => panic!("{other:?}"),
        }
    };
    let until = Instant::now() + PATIENCE;
    while !matches!(weight().await, Some(ScaleView { grams: Some(612), .. })) {
        assert!(Instant::now() < until, "{:?}", weight().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Somebody at the bench weighs with it.
    station.sign_in(KW).await;
    let unit = headphones(&station).await;
    // At once, or with the next answer where a busy machine has an old one.
    station.press("WEIGH").await;
    station.until("the weight is taken", |screen| screen.band.say.code == "weight-kept").await;
    assert_eq!(station.unit(unit).unwrap().weight_grams, Some(612));

    // The cable is pulled: told at once, and no old weight is left.
    cable.pull();
    let took = until_device(&station, "scale", |scale| !scale.well).await;
    println!("a pulled cable was told after {} ms", took.as_millis());
    assert!(weight().await.is_none());
    assert_eq!(asks(&station.press("WEIGH").await), "ask-weight");
    station.press("CANCEL").await;
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;

    station.sign_in(TO).await;
    let view = asked(&station, Request::ScaleRemove).await.unwrap();
    assert!(view.scale.is_none() && view.devices.iter().all(|device| device.kind != "scale"), "{view:?}");
    end(depot, station).await;
}

/// A cutting mat: a grid of lines, with or without something on it.
fn mat(with: bool) -> Vec<u8> {
    let picture = GrayImage::from_fn(640, 360, |x, y| {
        let thing = with && (200..440).contains(&x) && (90..270).contains(&y);
        Luma([match (thing, x % 32 < 2 || y % 32 < 2) {
            (true, _) => 40 + ((x / 9 + y / 9) % 2 * 60) as u8,
            (false, true) => 200,
            (false, false) => 110,
        }])
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_the_empty_mat_is_asked_about_once_the_mat_is_known() {
    let (depot, station, _scale, dir) = bench().await;
    let unit = headphones(&station).await;
    station.camera.show(mat(false));
    until_checked(&station, "a first look", |now| now.mat.is_none() && now.verdicts.len() == 4).await;
    // Nobody has said what an empty mat looks like: the grid passes for something.
    assert_said(&station.press("PHOTO").await, "photo-taken");

    // Taken by the code beside the button.
    station.scanner.scan(b"RS:MAT".as_slice()).await;
    until_checked(&station, "the mat", |now| now.mat.as_ref().is_some_and(|mat| mat.empty_now)).await;
    let kept = std::fs::read_to_string(dir.path().join("station.json")).unwrap();
    assert!(kept.contains("\"mat\""), "{kept}");
    let screen = station.press("PHOTO").await;
    assert_said(&screen, "photo-doubtful");
    assert_eq!(screen.band.say.args.get("flaw").map(String::as_str), Some("EMPTY"));
    assert_eq!(asks(&screen), "ask-photo-again");
    assert_said(&station.press("YES").await, "photo-taken");
    assert_eq!(flaws(&station, unit), [vec![], vec![PhotoFlaw::Empty]]);

    // With something on it there is nothing to ask.
    station.camera.show(mat(true));
    until_checked(&station, "something lies there", |now| now.mat.as_ref().is_some_and(|mat| !mat.empty_now))
        .await;
    assert_said(&station.press("PHOTO").await, "photo-taken");
    assert_eq!(flaws(&station, unit).last(), Some(&vec![]));
    // Forgotten, it passes again; in the dark no mat is taken.
    let Reply::CameraCheck(Some(now)) = station.bench.ask(Request::MatForget).await.unwrap() else {
        panic!("no look")
    };
    assert!(now.mat.is_none());
    let dark = GrayImage::from_pixel(640, 360, Luma([4]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    dark.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    station.camera.show(jpeg.into_inner());
    until_checked(&station, "darkness", |now| now.brightness < 20.0).await;
    assert_eq!(station.bench.ask(Request::MatTake).await.unwrap_err().code, "mat-light");
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_cameras_password_leaves_its_file_for_nobody() {
    use std::os::unix::fs::PermissionsExt;
    let (depot, station, _scale, dir) = bench().await;
    station.sign_in(TO).await;
    let setup = CameraSetup {
        kind: "mjpeg-http".to_owned(),
        place: "http://dock:s3cret@127.0.0.1:9/cam".to_owned(),
        user: String::new(),
        password: None,
        fps: None,
        repeat: true,
    };
    let view = asked(&station, Request::CameraSave { setup: setup.clone() }).await.unwrap();
    until_device(&station, "camera", |camera| camera.state.code == "camera-missing").await;
    assert_eq!(view.camera.as_ref().map(|camera| camera.user.as_str()), Some("dock"));
    let path = dir.path().join("station.json");
    assert!(std::fs::read_to_string(&path).unwrap().contains("s3cret"), "nowhere to take it from");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let screen = station.screen().await;
    let told = format!("{view:?} {:?} {screen:?}", devices(&station).await);
    assert!(!told.contains("s3cret"), "{told}");
    // No event and no text that goes to head office has it.
    for line in station.lines() {
        assert!(!String::from_utf8_lossy(&line).contains("s3cret"));
    }
    // Set up anew without the password, it stays as it is.
    let again =
        CameraSetup { place: "http://127.0.0.1:9/other".to_owned(), user: "dock".to_owned(), ..setup };
    asked(&station, Request::CameraSave { setup: again }).await.unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("s3cret"));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_set_up_here_and_lists_show_small_pictures_of_its_photos() {
    let (depot, station, _scale, _dir) = bench().await;
    let pictures = tempfile::tempdir().unwrap();
    let large = GrayImage::from_fn(1280, 720, |x, y| Luma([((x / 37 + y / 34) % 2 * 140 + 50) as u8]));
    large.save(pictures.path().join("one.jpg")).unwrap();
    let setup = |kind: &str, place: &str| CameraSetup {
        kind: kind.to_owned(),
        place: place.to_owned(),
        user: String::new(),
        password: None,
        fps: Some(10.0),
        repeat: true,
    };
    let save = |setup: CameraSetup| asked(&station, Request::CameraSave { setup });
    let place = pictures.path().display().to_string();
    assert_eq!(save(setup("folder", &place)).await.unwrap_err(), "supervisor-only");
    station.sign_in(TO).await;
    assert_eq!(save(setup("mjpeg-http", "10.20.4.60/video")).await.unwrap_err(), "camera-setup-address");
    assert_eq!(save(setup("folder", "/no/such/folder")).await.unwrap_err(), "camera-setup-no-folder");
    let view = save(setup("folder", &place)).await.unwrap();
    assert_eq!(view.camera.map(|camera| camera.place), Some(place.clone()));
    until_device(&station, "camera", |camera| camera.well && camera.place == place).await;
    let camera = devices(&station).await.devices.into_iter().find(|one| one.kind == "camera").unwrap();
    until_checked(&station, "the new camera", |now| now.flaws.is_empty()).await;

    // The live picture has a screen's size, the photo its own.
    let until = Instant::now() + PATIENCE;
    loop {
        let live = image::load_from_memory(&station.bench.frame(&camera.device).unwrap()).unwrap();
        if (live.width(), live.height()) == (640, 360) {
            break;
        }
        assert!(Instant::now() < until, "the live picture is {} × {}", live.width(), live.height());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(station.bench.frame("camera-of-before").is_none());
    headphones(&station).await;
    assert_said(&station.press("PHOTO").await, "photo-taken");
    let photos = station.photos();
    let (hash, photo) = photos.iter().next().unwrap();
    assert_eq!(
        *photo,
        std::fs::read(pictures.path().join("one.jpg")).unwrap(),
        "bit for bit the camera's own"
    );
    let small = image::load_from_memory(&station.bench.photo(&format!("{hash}/small")).unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (320, 180));
    let kept = station.with(|records| records.photos().thumbnail_path(hash));
    while !kept.is_file() {
        assert!(Instant::now() < until + PATIENCE, "no small picture was kept beside the photo");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(station.bench.photo("../../station.json").is_none());

    let view = asked(&station, Request::CameraRemove).await.unwrap();
    assert!(view.camera.is_none() && view.devices.iter().all(|device| device.kind != "camera"), "{view:?}");
    assert!(station.bench.frame(&camera.device).is_none());
    assert_eq!(station.press("PHOTO").await.band.say.code, "camera-no-picture");
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}

/// The commands that a scanner which speaks SSI was given, as it acknowledged them.
type Commands = Arc<Mutex<Vec<(u8, Vec<u8>)>>>;

fn ssi(line: File, pulled: Arc<AtomicBool>) -> (Commands, File) {
    const CMD_ACK: u8 = 0xD0;
    let commands = Commands::default();
    let (noted, mouth) = (Arc::clone(&commands), line.try_clone().unwrap());
    let mut heard = Vec::new();
    listen(line, pulled, move |bytes, line| {
        heard.extend_from_slice(bytes);
        while let Parsed::Whole(packet, length) = Packet::parse(&heard) {
            heard.drain(..length);
            if packet.opcode != CMD_ACK {
                let ack = Packet { opcode: CMD_ACK, from_host: false, status: 0, data: Vec::new() };
                let _ = line.write_all(&ack.bytes());
                noted.lock().unwrap().push((packet.opcode, packet.data));
            }
        }
    });
    (commands, mouth)
}

/// Scans, and waits for what the host says to it. A scanner that hears nothing sends again and marks it so: the host may
/// have been about to open the line.
async fn scanned_until_told(mouth: &mut File, commands: &Commands, text: &str, wanted: &[(u8, Vec<u8>)]) {
    let began = Instant::now();
    for status in std::iter::once(0).chain(std::iter::repeat(1)) {
        let data = [&[0x1B], text.as_bytes()].concat();
        mouth.write_all(&Packet { opcode: 0xF3, from_host: false, status, data }.bytes()).unwrap();
        for _ in 0..500 {
            if commands.lock().unwrap().ends_with(wanted) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{:02x?}", commands.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_listens_is_told_right_from_wrong_by_sound_and_light() {
    const BEEP: u8 = 0xE6;
    const LED_ON: u8 = 0xE7;
    const LED_OFF: u8 = 0xE8;
    let (depot, station, _scale, _dir) = bench().await;
    let (line, cable) = pty();
    let (commands, mut mouth) = ssi(line, Arc::clone(&cable.pulled));
    station.sign_in(TO).await;
    let word = str::to_owned;
    let setup = ScannerSetup {
        id: word("ssi"),
        path: cable.path(),
        usb: None,
        protocol: word("ssi"),
        baud: 9600,
        data_bits: word("eight"),
        parity: word("none"),
        stop_bits: word("one"),
        flow: word("none"),
        suffix: bench::seam::SuffixView { kind: word("cr"), gap_ms: None },
        prefix: Vec::new(),
        max_len: 4096,
        duplicate_window_ms: 0,
        encoding: word("utf-8"),
        answer: word("none"),
    };
    asked(&station, Request::ScannerSave { setup, bind: None }).await.unwrap();
    until_device(&station, "scanner", |scanner| scanner.device == "ssi" && scanner.well).await;
    station.sign_in(KW).await;
    // One short high beep and green, and after a while the light goes off by itself.
    let right = [(BEEP, vec![0x00]), (LED_ON, vec![0x01]), (LED_OFF, vec![0x03])];
    scanned_until_told(&mut mouth, &commands, "26-118301", &right).await;
    // Three short low beeps and red.
    let wrong = [(BEEP, vec![0x07]), (LED_ON, vec![0x02]), (LED_OFF, vec![0x03])];
    scanned_until_told(&mut mouth, &commands, "nobody knows this one", &wrong).await;
    cable.pull();
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}
