//! Where a device's port is: at a typed path, or wherever its USB side is listed at this moment. Scanners and scales look for their
//! ports in the same way.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::identity::{Found, PortList, UsbIdentity};

const SLICE: Duration = Duration::from_millis(25);
/// Between two looks at the list of ports, while the device is not in it.
const LIST_EVERY: Duration = Duration::from_millis(400);

/// Where to look for a port.
pub(crate) struct Whereabouts {
    path: String,
    usb: Option<UsbIdentity>,
    ports: Arc<dyn PortList>,
}

/// Why there is no port to open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Astray {
    /// It is not plugged in; what was looked for.
    Absent(String),
    /// Several fit, and nothing tells them apart.
    Alike,
}

impl Whereabouts {
    /// At `path`, unless a USB device is looked for.
    pub(crate) fn new(path: &str, usb: Option<&UsbIdentity>, ports: Arc<dyn PortList>) -> Self {
        Self { path: path.to_owned(), usb: usb.cloned(), ports }
    }

    /// The path at this moment. That a typed path leads nowhere shows when it is opened.
    pub(crate) fn path(&self) -> Result<String, Astray> {
        let Some(usb) = &self.usb else { return Ok(self.path.clone()) };
        match usb.find(&self.ports.list()) {
            Found::At(path) => Ok(path),
            Found::Absent => Err(Astray::Absent(usb.to_string())),
            Found::Alike(_) => Err(Astray::Alike),
        }
    }

    /// Waits for the next attempt, less long where a port appears that was not there before.
    pub(crate) fn wait(&self, time: Duration, stopped: impl Fn() -> bool, mut meanwhile: impl FnMut()) {
        let absent = !self.is_there();
        let until = Instant::now() + time;
        let mut looked = Instant::now();
        while !stopped() && Instant::now() < until {
            std::thread::sleep(SLICE);
            meanwhile();
            // A path costs nothing to look at, the list of ports does.
            if absent && (self.usb.is_none() || looked.elapsed() >= LIST_EVERY) {
                looked = Instant::now();
                if self.is_there() {
                    return;
                }
            }
        }
    }

    fn is_there(&self) -> bool {
        match &self.usb {
            None => Path::new(&self.path).exists(),
            Some(_) => self.path().is_ok(),
        }
    }
}
