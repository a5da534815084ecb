//! What the live picture costs on the Rust side: a camera of ffmpeg's (MJPEG over HTTP, 15 pictures a second) is read as the
//! bench reads it, and each frame is unpacked, looked at, searched for codes, and made small for the window.
//!
//! Counted is CPU time, not the wall: a loaded machine reads the same as a quiet one. What the window itself needs to
//! unpack and paint the small picture is not in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use barcodes::decode::Decoder;
use devices::camera::{Look, Size, shrunk};
use devices::{Camera, CameraConfig, CameraSource, DeviceId, Frame};
use image::{ImageFormat, Rgb, RgbImage};
use nix::time::{ClockId, clock_gettime};

/// As many pictures a second as a window shows.
const SHOWN_FPS: f64 = 12.0;
/// The bench reads at most so many frames a second for codes.
const READ_FPS: f64 = 1000.0 / 90.0;
const MEASURED: Duration = Duration::from_secs(8);
/// Of one core, for reading, searching and making small together.
const GOAL: f64 = 0.40;

fn cpu(clock: ClockId) -> Duration {
    Duration::from(clock_gettime(clock).expect("a CPU clock"))
}

/// A desk as a camera sees it: print, noise, and a code of ours.
fn scene(width: u32, height: u32) -> RgbImage {
    let code = barcodes::write::qr(b"RS:T:T-0231", barcodes::write::Level::M).unwrap();
    let scale = height / 120;
    let mut seed = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 29) as u8;
        let (mx, my) = ((x / scale) as usize, (y / scale) as usize);
        let (qx, qy) = (mx.wrapping_sub(100), my.wrapping_sub(40));
        let in_code =
            (96..100 + code.width() + 4).contains(&mx) && (36..40 + code.height() + 4).contains(&my);
        let print = (x / 9 + y / 15) % 7 == 0 && y % 40 < 14 && x < width / 3;
        let value = match (in_code, print) {
            (true, _) if qx < code.width() && qy < code.height() && code.dark(qx, qy) => 30,
            (true, _) => 225,
            (false, true) => 60,
            (false, false) => 150 + (y * 40 / height) as u8,
        };
        Rgb([value + noise, value, value.saturating_sub(noise)])
    })
}

struct Ffmpeg(Child);

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn stream(picture: &std::path::Path, url: &str) -> Ffmpeg {
    let child = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "fatal", "-re", "-loop", "1", "-framerate", "15", "-i"])
        .arg(picture)
        .args(["-c:v", "mjpeg", "-q:v", "4", "-f", "mpjpeg", "-listen", "1", url])
        .stdin(Stdio::null())
        .spawn()
        .expect("ffmpeg is missing: apt-get install ffmpeg");
    Ffmpeg(child)
}

#[derive(Default)]
struct Costs {
    unpack: Duration,
    look: Duration,
    search: Duration,
    small: Duration,
    frames: u32,
    skipped: u64,
    codes: usize,
    bytes: usize,
    small_bytes: usize,
}

/// Takes the newest frame again and again, as the bench does; what came meanwhile is skipped.
fn watch(camera: &Arc<dyn Camera>) -> Costs {
    let thread = ClockId::CLOCK_THREAD_CPUTIME_ID;
    let mut decoder = Decoder::new();
    let mut costs = Costs::default();
    let mut last = 0;
    let until = Instant::now() + MEASURED;
    while Instant::now() < until {
        let newest: Option<Arc<Frame>> = camera.latest();
        let Some(frame) = newest.filter(|frame| frame.number > last) else {
            std::thread::sleep(Duration::from_millis(2));
            continue;
        };
        costs.skipped += if last > 0 { frame.number - last - 1 } else { 0 };
        last = frame.number;
        let start = cpu(thread);
        let luma = barcodes::image_in::load_frame(&frame.jpeg).unwrap();
        let unpacked = cpu(thread);
        let look = Look::at(luma.width() as usize, luma.height() as usize, luma.pixels());
        assert!(look.is_some());
        let looked = cpu(thread);
        let symbols = decoder.look(&luma, Duration::from_millis(120));
        let searched = cpu(thread);
        let small = shrunk(&frame.jpeg, Size::PREVIEW).unwrap();
        let made = cpu(thread);
        costs.unpack += unpacked - start;
        costs.look += looked - unpacked;
        costs.search += searched - looked;
        costs.small += made - searched;
        costs.codes += symbols.len();
        costs.bytes += frame.jpeg.len();
        costs.small_bytes += small.map_or(0, |small| small.len());
        costs.frames += 1;
    }
    costs
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let folder = tempfile::tempdir().unwrap();
    println!("CPU ms a frame; share of one core at {READ_FPS:.0} frames read and {SHOWN_FPS} shown a second");
    println!("size        frames skipped  unpack   look  search   small   network   share  of goal  codes");
    let mut missed = false;
    for (width, height) in [(1280, 720), (1920, 1080)] {
        let picture = folder.path().join(format!("{width}.png"));
        scene(width, height).save_with_format(&picture, ImageFormat::Png).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}/cam");
        let _ffmpeg = stream(&picture, &url);
        let (sender, _receiver) = devices::events();
        let source = CameraSource::MjpegHttp { url, sign_in: None };
        let camera = devices::camera::open(CameraConfig { id: DeviceId::new("camera"), source }, &sender);
        let until = Instant::now() + Duration::from_secs(60);
        while camera.latest().is_none() {
            assert!(Instant::now() < until, "ffmpeg streams nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
        let (thread, process) = (ClockId::CLOCK_THREAD_CPUTIME_ID, ClockId::CLOCK_PROCESS_CPUTIME_ID);
        let (own, all) = (cpu(thread), cpu(process));
        let costs = watch(&camera);
        // What the process needed beside this thread: reading the stream.
        let network = (cpu(process) - all).saturating_sub(cpu(thread) - own);
        let ms = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(costs.frames.max(1));
        let network_ms = network.as_secs_f64() * 1e3 / (MEASURED.as_secs_f64() * 15.0);
        let read = (ms(costs.unpack) + ms(costs.look) + ms(costs.search)) * READ_FPS;
        let share = (read + ms(costs.small) * SHOWN_FPS + network_ms * 15.0) / 1e3;
        missed |= share > GOAL;
        println!(
            "{width}x{height:<5} {:6} {:7} {:7.2} {:6.2} {:7.2} {:7.2} {:9.2} {:6.1} % {:7.2} {:6}",
            costs.frames,
            costs.skipped,
            ms(costs.unpack),
            ms(costs.look),
            ms(costs.search),
            ms(costs.small),
            network_ms,
            share * 100.0,
            share / GOAL,
            costs.codes,
        );
        let kib = |bytes: usize| bytes as f64 / 1024.0 / f64::from(costs.frames.max(1));
        println!(
            "            {:.0} KiB a frame, {:.0} KiB a small one",
            kib(costs.bytes),
            kib(costs.small_bytes)
        );
    }
    println!(
        "goal: at most {:.0} % of one core: {}",
        GOAL * 100.0,
        if missed { "missed" } else { "reached" }
    );
}
