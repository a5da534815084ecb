//! The demo's camera: a still picture, changed at will, served as MJPEG over HTTP as network cameras do.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Ten pictures a second, as a cheap camera gives.
const PAUSE: Duration = Duration::from_millis(100);
const BOUNDARY: &str = "picture";

/// A camera that shows one of its pictures, over and over; it stops when this goes out of scope.
#[derive(Debug)]
pub struct Camera {
    /// Where the stream is.
    pub url: String,
    pictures: Vec<PathBuf>,
    shown: Arc<Shown>,
}

#[derive(Debug)]
struct Shown {
    jpeg: Mutex<Arc<Vec<u8>>>,
    off: AtomicBool,
}

impl Camera {
    /// Switches the camera on, on a free port of the loopback interface; it shows the first picture of the folder.
    pub fn switch_on(folder: &Path) -> Result<Self> {
        let pictures = jpegs_in(folder)?;
        let Some(first) = pictures.first() else {
            bail!("{} has no picture (*.jpg) for the camera to show", folder.display());
        };
        let shown = Arc::new(Shown { jpeg: Mutex::new(Arc::new(read(first)?)), off: AtomicBool::new(false) });
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the camera")?;
        let port = listener.local_addr().context("no port for the camera")?.port();
        std::thread::spawn({
            let shown = Arc::clone(&shown);
            move || serve(&listener, &shown)
        });
        Ok(Self { url: format!("http://127.0.0.1:{port}/camera"), pictures, shown })
    }

    /// The names of the pictures, without folder and ending.
    pub fn names(&self) -> Vec<String> {
        self.pictures.iter().map(|path| name(path)).collect()
    }

    /// Puts the picture of this name, with or without its ending, before the camera.
    pub fn show(&self, picture: &str) -> Result<()> {
        self.show_jpeg(read(self.file(picture)?)?);
        Ok(())
    }

    /// Puts any picture before the camera.
    pub fn show_jpeg(&self, jpeg: Vec<u8>) {
        *self.shown.jpeg() = Arc::new(jpeg);
    }

    /// The file of a picture.
    pub fn file(&self, picture: &str) -> Result<&Path> {
        let wanted = name(Path::new(picture));
        let Some(path) = self.pictures.iter().find(|path| name(path) == wanted) else {
            bail!("the camera has no picture {picture:?}; it has: {}", self.names().join(", "));
        };
        Ok(path)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.shown.off.store(true, Ordering::Relaxed);
        // The listening thread sleeps until somebody comes.
        let address = self.url.trim_start_matches("http://").trim_end_matches("/camera");
        let _ = TcpStream::connect(address);
    }
}

impl Shown {
    fn jpeg(&self) -> MutexGuard<'_, Arc<Vec<u8>>> {
        // A reference is swapped under the lock, nothing else: there is no half-done state behind a poisoned one.
        self.jpeg.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn is_off(&self) -> bool {
        self.off.load(Ordering::Relaxed)
    }
}

fn serve(listener: &TcpListener, shown: &Arc<Shown>) {
    for viewer in listener.incoming() {
        if shown.is_off() {
            return;
        }
        if let Ok(viewer) = viewer {
            let shown = Arc::clone(shown);
            // A viewer that goes away ends its stream, and nothing else.
            std::thread::spawn(move || stream(viewer, &shown));
        }
    }
}

fn stream(mut viewer: TcpStream, shown: &Shown) -> std::io::Result<()> {
    let mut request = BufReader::new(viewer.try_clone()?).lines();
    while request.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    write!(
        viewer,
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary={BOUNDARY}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )?;
    while !shown.is_off() {
        let jpeg = Arc::clone(&shown.jpeg());
        write!(viewer, "--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.len())?;
        viewer.write_all(&jpeg)?;
        viewer.write_all(b"\r\n")?;
        viewer.flush()?;
        std::thread::sleep(PAUSE);
    }
    write!(viewer, "--{BOUNDARY}--\r\n")
}

fn jpegs_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry.with_context(|| format!("{} cannot be read", folder.display()))?.path();
        if path.extension().is_some_and(|ending| ending == "jpg" || ending == "jpeg") {
            pictures.push(path);
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn read(picture: &Path) -> Result<Vec<u8>> {
    std::fs::read(picture).with_context(|| format!("{} cannot be read", picture.display()))
}

fn name(picture: &Path) -> String {
    picture.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn picture(folder: &Path, name: &str, colour: &str) {
        let mut convert = Command::new("convert");
        convert.args(["-size", "64x48", &format!("xc:{colour}")]).arg(folder.join(format!("{name}.jpg")));
        crate::command::output(&mut convert).unwrap();
    }

    /// One frame of the stream, as ffmpeg sees it: the first pixel's red, green and blue.
    fn colour_seen(url: &str) -> Vec<u8> {
        let output = Command::new("ffmpeg")
            .args(["-loglevel", "error", "-f", "mpjpeg", "-i", url, "-frames:v", "1"])
            .args(["-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
            .output()
            .expect("ffmpeg is missing (cargo xtask install)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout.len(), 64 * 48 * 3);
        output.stdout[..3].to_vec()
    }

    #[test]
    fn ffmpeg_sees_the_picture_that_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        picture(folder.path(), "blue", "blue");
        picture(folder.path(), "white", "white");
        std::fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
        let camera = Camera::switch_on(folder.path()).unwrap();
        assert_eq!(camera.names(), ["blue", "white"]);
        let blue = colour_seen(&camera.url);
        assert!(blue[2] > 200 && blue[0] < 60, "{blue:?}");
        camera.show("white.jpg").unwrap();
        let white = colour_seen(&camera.url);
        assert!(white.iter().all(|channel| *channel > 200), "{white:?}");
        assert!(camera.show("green").is_err());
    }

    #[test]
    fn a_folder_without_pictures_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Camera::switch_on(folder.path()).is_err());
    }
}
