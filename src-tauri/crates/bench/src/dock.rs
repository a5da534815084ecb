//! The devices of one bench, opened from its settings or handed in (tests, `station replay`).

mod binding;
mod instruments;
mod scanners;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use devices::{
    Camera, DeviceId, DeviceKind, DeviceState, EventReceiver, EventSender, Printer, Scale, Scanner,
};
use jiff::Timestamp;

use crate::seam::{DeviceView, Say, ScanTest};
use crate::settings::Settings;

pub(crate) use instruments::{Instruments, camera_kinds};

/// Devices with the queue through which they report.
pub struct Dock {
    /// What the devices say.
    pub events: EventReceiver,
    sender: EventSender,
    /// Scanners, kept alive; a dropped one stops.
    pub scanners: Vec<Arc<dyn Scanner>>,
    /// The camera over the bench.
    pub camera: Option<Arc<dyn Camera>>,
    /// The label printer.
    pub printer: Option<Arc<dyn Printer>>,
    /// The scale on the bench.
    pub scale: Option<Arc<dyn Scale>>,
    /// What was set up.
    pub settings: Settings,
}

impl Dock {
    /// Opens what the settings name. A device that is not there is no error: its state says so.
    pub fn open(settings: Settings) -> Self {
        let (sender, events) = devices::events();
        let scanners =
            settings.scanners.iter().filter_map(|config| scanners::open(config, &sender)).collect();
        let camera = settings.camera.clone().map(|config| devices::camera::open(config, &sender));
        let printer = settings.printer.clone().map(devices::printer::open);
        let scale = settings.scale.as_ref().and_then(|config| scale(config, &sender));
        Self { events, sender, scanners, camera, printer, scale, settings }
    }

    /// A dock whose devices are handed in; they report through `sender`.
    pub fn of(
        (sender, events): (EventSender, EventReceiver),
        scanners: Vec<Arc<dyn Scanner>>,
        camera: Option<Arc<dyn Camera>>,
        printer: Option<Arc<dyn Printer>>,
    ) -> Self {
        let settings = Settings { simulated: true, ..Settings::default() };
        Self { events, sender, scanners, camera, printer, scale: None, settings }
    }

    /// The same with this scale on the bench.
    pub fn with_scale(self, scale: Arc<dyn Scale>) -> Self {
        Self { scale: Some(scale), ..self }
    }
}

/// Devices that stay with the running bench, and how they are.
pub(crate) struct Devices {
    sender: EventSender,
    scanners: Vec<Arc<dyn Scanner>>,
    pub(crate) camera: Option<Arc<dyn Camera>>,
    pub(crate) printer: Option<Arc<dyn Printer>>,
    pub(crate) scale: Option<Arc<dyn Scale>>,
    settings: Settings,
    states: HashMap<DeviceId, (DeviceKind, DeviceState)>,
    seen: HashMap<DeviceId, Timestamp>,
    tests: HashMap<DeviceId, ScanTest>,
    /// Removed since the bench was started.
    gone: HashSet<DeviceId>,
}

impl Devices {
    /// Takes the dock apart into its queue and the rest.
    pub(crate) fn split(dock: Dock) -> (EventReceiver, Self) {
        let mut states = HashMap::new();
        for scanner in &dock.scanners {
            states.insert(scanner.id().clone(), (DeviceKind::Scanner, scanner.state()));
        }
        if let Some(camera) = &dock.camera {
            states.insert(camera.id().clone(), (DeviceKind::Camera, camera.state()));
        }
        if let Some(printer) = &dock.printer {
            states.insert(printer.id().clone(), (DeviceKind::Printer, DeviceState::Connecting));
        }
        if let Some(scale) = &dock.scale {
            states.insert(scale.id().clone(), (DeviceKind::Scale, scale.state()));
        }
        let devices = Self {
            sender: dock.sender,
            scanners: dock.scanners,
            camera: dock.camera,
            printer: dock.printer,
            scale: dock.scale,
            settings: dock.settings,
            states,
            seen: HashMap::new(),
            tests: HashMap::new(),
            gone: HashSet::new(),
        };
        (dock.events, devices)
    }

    pub(crate) fn simulated(&self) -> bool {
        self.settings.simulated
    }

    pub(crate) fn set_state(&mut self, device: &DeviceId, kind: DeviceKind, state: DeviceState) {
        self.states.insert(device.clone(), (kind, state));
    }

    /// A device is set up under this name: from now on it is there.
    fn expect(&mut self, device: &DeviceId, kind: DeviceKind) {
        self.gone.remove(device);
        self.set_state(device, kind, DeviceState::Connecting);
    }

    /// A device that was removed may have said its last words: they are about nobody.
    pub(crate) fn is_gone(&self, device: &DeviceId) -> bool {
        self.gone.contains(device)
    }

    /// Forgets what is known of a device.
    fn forget(&mut self, device: &DeviceId) {
        self.states.remove(device);
        self.seen.remove(device);
        self.gone.insert(device.clone());
    }

    pub(crate) fn saw(&mut self, device: &DeviceId, at: Timestamp) {
        self.seen.insert(device.clone(), at);
    }

    pub(crate) fn camera_works(&self) -> bool {
        let state = self.camera.as_ref().and_then(|camera| self.states.get(camera.id()));
        matches!(state, Some((_, DeviceState::Working)))
    }

    /// All devices as a screen shows them.
    pub(crate) fn views(&self) -> Vec<DeviceView> {
        let mut views: Vec<DeviceView> =
            self.states.iter().map(|(id, (kind, state))| self.view(id, *kind, state)).collect();
        views.sort_by(|a, b| (&a.kind, &a.device).cmp(&(&b.kind, &b.device)));
        views
    }

    fn view(&self, id: &DeviceId, kind: DeviceKind, state: &DeviceState) -> DeviceView {
        let place = self.place(id, kind);
        let args = match state {
            DeviceState::Missing { what } => vec![("what", what.clone())],
            DeviceState::PermissionDenied { group } => {
                vec![("group", group.clone().unwrap_or_default()), ("user", user())]
            }
            _ => Vec::new(),
        };
        let mut say = Say { code: state.code(kind).to_owned(), ..Say::default() };
        say.args.insert("device".to_owned(), id.to_string());
        say.args.insert("place".to_owned(), place.clone());
        say.args.extend(args.into_iter().map(|(name, value)| (name.to_owned(), value)));
        DeviceView {
            device: id.to_string(),
            kind: match kind {
                DeviceKind::Scanner => "scanner",
                DeviceKind::Camera => "camera",
                DeviceKind::Printer => "printer",
                DeviceKind::Scale => "scale",
            }
            .to_owned(),
            place,
            well: *state == DeviceState::Working,
            state: say,
            last_seen: self.seen.get(id).map(|at| at.to_string()),
            simulated: self.settings.simulated,
            test: self.tests.get(id).cloned(),
        }
    }

    fn place(&self, id: &DeviceId, kind: DeviceKind) -> String {
        use devices::PrinterTarget;
        match kind {
            DeviceKind::Scanner => {
                let config = self.settings.scanners.iter().find(|config| &config.id == id);
                let place = config.map(devices::ScannerConfig::place).unwrap_or_default();
                with_path(place, self.scanner(id.as_str()).and_then(|scanner| scanner.open_path()))
            }
            DeviceKind::Camera => match self.settings.camera.as_ref().map(|config| &config.source) {
                Some(source) => source.place(),
                None => String::new(),
            },
            DeviceKind::Printer => match self.settings.printer.as_ref().map(|config| &config.target) {
                Some(PrinterTarget::PdfFolder { dir }) => dir.display().to_string(),
                Some(PrinterTarget::Ipp { uri }) => uri.clone(),
                None => String::new(),
            },
            DeviceKind::Scale => {
                let place = self.settings.scale.as_ref().map(devices::ScaleConfig::place).unwrap_or_default();
                with_path(place, self.scale.as_ref().and_then(|scale| scale.open_path()))
            }
        }
    }
}

/// What a device is bound to, and the path that it has just now.
fn with_path(place: String, open: Option<String>) -> String {
    match open {
        Some(path) if path != place => format!("{place} · {path}"),
        _ => place,
    }
}

/// A scale with its thread; none where the system has no thread left to give.
fn scale(config: &devices::ScaleConfig, sender: &EventSender) -> Option<Arc<dyn Scale>> {
    match devices::SerialScale::spawn(config.clone(), sender) {
        Ok(scale) => Some(Arc::new(scale)),
        Err(error) => {
            tracing::error!(device = %config.id, %error, "scale not started");
            None
        }
    }
}

/// Who runs the station: the account that a group has to take in.
pub(crate) fn user() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "$USER".to_owned())
}
