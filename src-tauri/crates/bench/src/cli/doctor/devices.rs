//! The devices of `station.json`, each looked at for a moment.

use std::path::Path;
use std::time::Duration;

use devices::scanner::{PortList, SystemPorts};
use devices::{
    Camera, CameraConfig, DeviceKind, DeviceState, EventSender, PrinterConfig, Scale, ScaleConfig, Scanner,
    ScannerConfig, SerialScale, SerialScanner,
};
use tokio::time::{Instant, sleep, timeout};

use super::{Finding, Level, Sheet};
use crate::cli::failed;
use crate::desk::coded;
use crate::seam::Coded;
use crate::settings::{FILE, Settings, readable_by_others};

/// For one device.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at a scanner's state.
const LOOK: Duration = Duration::from_millis(20);

/// Looks at every device. Those of a station at work are its own: a second reader would take scans away from it.
pub(super) async fn look(data: &Path, at_work: bool, sheet: &mut Sheet<'_>) -> Result<(), Coded> {
    let settings = match Settings::load(data) {
        Ok(settings) => settings,
        Err(error) => return sheet.add(Finding::of(Level::Bad, &failed(error.code(), &error))),
    };
    let path = data.join(FILE);
    if readable_by_others(&path).unwrap_or_default() {
        let words = format!("others may read {0}: chmod 600 {0}", path.display());
        sheet.add(Finding::warn("settings-open", words))?;
    }
    if settings.simulated {
        sheet.add(Finding::warn("devices-simulated", "devices of this bench are simulated"))?;
    }
    if settings.scanners.is_empty() {
        sheet.add(Finding::warn("scanner-none", "no scanner is set up; the keyboard still works"))?;
    }
    for port in SystemPorts.list() {
        let what = [port.name, port.usb.map(|usb| usb.to_string())].into_iter().flatten();
        let what = what.collect::<Vec<_>>().join(", ");
        sheet.add(Finding::ok("port-seen", format!("{} {what}", port.path).trim_end().to_owned()))?;
    }
    let (sender, _events) = devices::events();
    for config in settings.scanners {
        let finding =
            if at_work { left_alone(&config.id, &config.place()) } else { scanner(config, &sender).await };
        sheet.add(finding)?;
    }
    match settings.camera {
        None => sheet.add(Finding::warn("camera-none", "no camera is set up; photos will be skipped"))?,
        Some(config) if at_work => sheet.add(left_alone(&config.id, "the camera"))?,
        Some(config) => sheet.add(camera(config, &sender).await)?,
    }
    match settings.printer {
        None => sheet.add(Finding::warn("printer-none", "no printer is set up; labels will wait"))?,
        // Asking a printer takes nothing away from anybody.
        Some(config) => sheet.add(printer(config).await)?,
    }
    match settings.scale {
        // Most benches have none: weights are typed.
        None => {}
        Some(config) if at_work => sheet.add(left_alone(&config.id, &config.place()))?,
        Some(config) => sheet.add(scale(config, &sender).await)?,
    }
    Ok(())
}

fn left_alone(id: &devices::DeviceId, what: &str) -> Finding {
    Finding::ok("device-in-use", format!("{id}: {what} is left to the station at work"))
}

async fn scanner(config: ScannerConfig, sender: &EventSender) -> Finding {
    let (id, path) = (config.id.clone(), config.place());
    let scanner = match SerialScanner::spawn(config, sender) {
        Ok(scanner) => scanner,
        Err(error) => return Finding::bad("scanner-not-started", format!("{id}: {error}")),
    };
    let until = Instant::now() + PATIENCE;
    while scanner.state() == DeviceState::Connecting && Instant::now() < until {
        sleep(LOOK).await;
    }
    let state = scanner.state();
    // Stopping waits for the port's thread.
    let _ = tokio::task::spawn_blocking(move || scanner.stop()).await;
    told(&id.to_string(), &path, DeviceKind::Scanner, &state)
}

async fn camera(config: CameraConfig, sender: &EventSender) -> Finding {
    let place = config.source.place();
    let id = config.id.to_string();
    let camera = devices::camera::open(config, sender);
    match timeout(PATIENCE, first_frame(camera.as_ref())).await {
        Ok(Some(bytes)) => {
            Finding::ok("camera-working", format!("{id} at {place}: a picture of {bytes} bytes"))
        }
        Ok(None) | Err(_) => match camera.state() {
            DeviceState::Connecting | DeviceState::Working => Finding::bad(
                "camera-no-picture",
                format!("{id} at {place}: no picture within {} s", PATIENCE.as_secs()),
            ),
            state => told(&id, &place, DeviceKind::Camera, &state),
        },
    }
}

async fn scale(config: ScaleConfig, sender: &EventSender) -> Finding {
    let (id, path) = (config.id.to_string(), config.place());
    let scale = match SerialScale::spawn(config, sender) {
        Ok(scale) => scale,
        Err(error) => return Finding::bad("scale-missing", format!("{id}: {error}")),
    };
    let until = Instant::now() + PATIENCE;
    while scale.state() == DeviceState::Connecting && Instant::now() < until {
        sleep(LOOK).await;
    }
    let (state, reading) = (scale.state(), scale.latest());
    // Stopping waits for the port's thread.
    let _ = tokio::task::spawn_blocking(move || drop(scale)).await;
    match reading {
        Some(reading) => {
            let shown = reading.load.shown();
            Finding::ok("scale-working", format!("{id} at {path}: {} {shown}", reading.load.code()))
        }
        None => told(&id, &path, DeviceKind::Scale, &state),
    }
}

/// Length of the first frame; none where the camera says that there will be none.
async fn first_frame(camera: &dyn Camera) -> Option<usize> {
    let mut frames = camera.subscribe();
    loop {
        if let Some(frame) = frames.borrow_and_update().as_ref() {
            return Some(frame.jpeg.len());
        }
        tokio::select! {
            changed = frames.changed() => changed.ok()?,
            () = sleep(LOOK) => {}
        }
        if !matches!(camera.state(), DeviceState::Connecting | DeviceState::Working) {
            return None;
        }
    }
}

async fn printer(config: PrinterConfig) -> Finding {
    let place = match &config.target {
        devices::PrinterTarget::PdfFolder { dir } => dir.display().to_string(),
        devices::PrinterTarget::Ipp { uri } => uri.clone(),
    };
    let id = config.id.to_string();
    let printer = devices::printer::open(config);
    match timeout(PATIENCE, printer.check()).await {
        Ok(Ok(())) => Finding::ok("printer-working", format!("{id} at {place}")),
        Ok(Err(fault)) => {
            Finding::of(Level::Bad, &at(fault.code(), &id, &place, &format!("{id} at {place}: {fault}")))
        }
        Err(_) => Finding::bad(
            "printer-missing",
            format!("{id} at {place}: no answer within {} s", PATIENCE.as_secs()),
        ),
    }
}

/// A device's state in words.
fn told(id: &str, place: &str, kind: DeviceKind, state: &DeviceState) -> Finding {
    let mut told = at(state.code(kind), id, place, &format!("{id} at {place}"));
    if let DeviceState::PermissionDenied { group } = state {
        told.args.insert("group".to_owned(), group.clone().unwrap_or_default());
        told.args.insert("user".to_owned(), crate::dock::user());
    }
    let level = if *state == DeviceState::Working { Level::Ok } else { Level::Bad };
    Finding::of(level, &told)
}

/// What is wrong with a device, with all that its words need.
fn at(code: &str, id: &str, place: &str, detail: &str) -> Coded {
    let words = [("device", id), ("place", place), ("what", place), ("detail", detail)];
    coded(code, words.map(|(name, value)| (name, value.to_owned())))
}
