//! Scans on their way to the desk and back to the scanner, and what the device room asks of scanners.

use devices::DeviceId;
use devices::scanner::Outcome;

use super::DeskLoop;
use crate::desk::{Effect, coded};
use crate::seam::{Coded, Cue, DevicesView, Notice, Reply, Request};

/// What a scanner that types as a keyboard is called.
const KEYBOARD: &str = "keyboard";

impl DeskLoop {
    /// A scan of the test code says how its scanner is set up and goes no further; any other goes to the desk, and the
    /// scanner is told what came of it.
    pub(super) fn scan(&mut self, device: &DeviceId, bytes: &[u8]) {
        if self.devices.tested(device, bytes) {
            let _ = self.notices.send(Notice::Sound(Cue::Accepted));
            let _ = self.notices.send(Notice::RoomsChanged);
            return self.devices.answer(device, Outcome::Accepted);
        }
        if crate::test_code::is_mat(bytes) {
            return self.mat_scanned(device);
        }
        let taken = self.desk.scan(bytes).is_ok();
        let warned = |effect: &Effect| matches!(effect, Effect::Sound(cue) if *cue != Cue::Accepted);
        let well = taken && !self.desk.effects.iter().any(warned);
        self.devices.answer(device, if well { Outcome::Accepted } else { Outcome::Refused });
    }

    /// A code typed, or wedged through the keyboard.
    pub(super) fn typed(&mut self, text: &str) {
        self.scan(&DeviceId::new(KEYBOARD), text.as_bytes());
    }

    /// Answers the device room; setting scanners up is a supervisor's.
    pub(super) fn ask_devices(&mut self, request: Request) -> Result<Reply, Coded> {
        match request {
            Request::Devices => return Ok(Reply::Devices(self.devices_view())),
            Request::ScannerPath { device, path } => {
                self.desk.signed_in_or_refuse()?;
                self.devices.move_scanner(&self.data, &device, &path)?;
            }
            Request::ScannerSave { setup, bind } => {
                self.desk.supervisor_or_refuse()?;
                let scale = self.watch.instruments.scale();
                let instruments = &self.watch.instruments;
                self.devices.save_scanner(&self.data, &setup, bind.as_deref(), instruments)?;
                // A scale that its twin had to be told from is opened anew.
                self.watch.scale_since(scale.as_ref());
            }
            Request::ScannerRemove { device } => {
                self.desk.supervisor_or_refuse()?;
                self.devices.remove_scanner(&self.data, &device)?;
            }
            Request::ScannerRaw { device, after } => {
                self.desk.signed_in_or_refuse()?;
                return self.devices.raw(&device, after).map(Reply::ScannerRaw);
            }
            Request::TestCode => return crate::test_code::picture().map(Reply::TestCode),
            Request::ScannerCodes => return crate::makers::shown().map(Reply::ScannerCodes),
            _ => return Err(coded("not-now", [])),
        }
        self.devices_changed();
        Ok(Reply::Devices(self.devices_view()))
    }

    pub(super) fn devices_view(&self) -> DevicesView {
        let listed = self.devices.listed();
        DevicesView {
            devices: self.devices.views(),
            ports: listed.iter().map(|port| port.path.clone()).collect(),
            listed,
            scanners: self.devices.setups(),
            camera: self.devices.camera_setup(),
            camera_kinds: super::instruments::kinds(),
            scale: self.devices.scale_setup(),
        }
    }
}
