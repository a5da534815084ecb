//! The scanners of the bench: set up, moved, removed and looked at while it runs.

use std::path::Path;
use std::sync::Arc;

use devices::scanner::{Outcome, PortList, SystemPorts};
use devices::{DeviceId, DeviceKind, EventSender, Scanner, ScannerConfig, SerialScanner};

use super::binding::Bound;
use super::{Devices, Instruments};
use crate::desk::{coded, say};
use crate::seam::{Coded, PortView, RawChunk, ScanTest, ScannerSetup};
use crate::test_code::TEST_CODE;

/// Scanners that a bench can have.
const MOST: usize = 16;

/// A scanner with its thread; none where the system has no thread left to give.
pub(super) fn open(config: &ScannerConfig, sender: &EventSender) -> Option<Arc<dyn Scanner>> {
    match SerialScanner::spawn(config.clone(), sender) {
        Ok(scanner) => Some(Arc::new(scanner)),
        Err(error) => {
            tracing::error!(device = %config.id, %error, "scanner not started");
            None
        }
    }
}

impl Devices {
    pub(super) fn scanner(&self, device: &str) -> Option<&Arc<dyn Scanner>> {
        self.scanners.iter().find(|scanner| scanner.id().as_str() == device)
    }

    /// Gives a scanner another path: the old port is closed, the new one opened, the settings are saved.
    pub(crate) fn move_scanner(&mut self, data: &Path, device: &str, path: &str) -> Result<(), Coded> {
        let found = self.settings.scanners.iter().find(|config| config.id.as_str() == device);
        let mut config = found.ok_or_else(|| unknown(device))?.clone();
        config.path = path.to_owned();
        config.usb = None;
        self.keep(data, config)
    }

    /// Sets a scanner up, and binds it to what is plugged in at `bind` now, if that is given.
    pub(crate) fn save_scanner(
        &mut self,
        data: &Path,
        setup: &ScannerSetup,
        bind: Option<&str>,
        instruments: &Instruments,
    ) -> Result<(), Coded> {
        let mut config = config_of(setup)?;
        let mut twins = Vec::new();
        if let Some(path) = bind {
            let bound;
            (bound, twins) = self.bind(&config.id, path, &SystemPorts.list())?;
            Bound { path: config.path, usb: config.usb } = bound;
        }
        if config.usb.is_none() && config.path.is_empty() {
            return Err(wrong("path"));
        }
        self.keep(data, config)?;
        self.reopen_twins(&twins, instruments);
        Ok(())
    }

    /// Opens those again that are told from a twin by their sockets from now on.
    pub(super) fn reopen_twins(&mut self, twins: &[DeviceId], instruments: &Instruments) {
        for twin in twins {
            match self.settings.scanners.iter().find(|config| config.id == *twin).cloned() {
                Some(config) => self.reopen(&config),
                None => self.reopen_scale(instruments),
            }
        }
    }

    /// Forgets a scanner.
    pub(crate) fn remove_scanner(&mut self, data: &Path, device: &str) -> Result<(), Coded> {
        if !self.settings.scanners.iter().any(|config| config.id.as_str() == device) {
            return Err(unknown(device));
        }
        let mut settings = self.settings.clone();
        settings.scanners.retain(|config| config.id.as_str() != device);
        self.replace_settings(data, settings)?;
        let id = DeviceId::new(device);
        self.scanners.retain(|scanner| scanner.id() != &id);
        self.tests.remove(&id);
        self.forget(&id);
        Ok(())
    }

    /// Tells a scanner what came of its scan.
    pub(crate) fn answer(&self, device: &DeviceId, outcome: Outcome) {
        if let Some(scanner) = self.scanner(device.as_str()) {
            scanner.answer(outcome);
        }
    }

    /// What a scanner really sent.
    pub(crate) fn raw(&self, device: &str, after: u64) -> Result<Vec<RawChunk>, Coded> {
        let scanner = self.scanner(device).ok_or_else(|| unknown(device))?;
        let chunks = scanner.raw_after(after).into_iter().map(|chunk| RawChunk {
            number: chunk.number,
            gap_ms: chunk.gap_ms,
            bytes: chunk.bytes,
            skipped: chunk.skipped,
            sent: chunk.sent,
        });
        Ok(chunks.collect())
    }

    /// Whether this scan is the test code; what it says of the scanner is noted.
    pub(crate) fn tested(&mut self, device: &DeviceId, bytes: &[u8]) -> bool {
        let Some(say) = test_of(bytes) else { return false };
        let at = jiff::Timestamp::now().to_string();
        self.tests.insert(device.clone(), ScanTest { at, say });
        true
    }

    /// How the scanners are set up.
    pub(crate) fn setups(&self) -> Vec<ScannerSetup> {
        self.settings.scanners.iter().filter_map(setup_of).collect()
    }

    /// What this computer lists.
    pub(crate) fn listed(&self) -> Vec<PortView> {
        self.ports_of(&SystemPorts.list())
    }

    /// Saves first: a scanner that runs as nobody wrote down would be gone after the next start.
    fn keep(&mut self, data: &Path, config: ScannerConfig) -> Result<(), Coded> {
        let mut settings = self.settings.clone();
        let place = settings.scanners.iter().position(|other| other.id == config.id);
        match place.and_then(|place| settings.scanners.get_mut(place)) {
            Some(place) => *place = config.clone(),
            None => {
                if settings.scanners.len() >= MOST {
                    return Err(coded("scanner-too-many", [("most", MOST.to_string())]));
                }
                // A camera or printer of that name.
                if self.states.contains_key(&config.id) {
                    return Err(wrong("id"));
                }
                settings.scanners.push(config.clone());
            }
        }
        self.replace_settings(data, settings)?;
        self.tests.remove(&config.id);
        self.reopen(&config);
        Ok(())
    }

    fn reopen(&mut self, config: &ScannerConfig) {
        // The old thread closes its port before the new one opens it.
        self.scanners.retain(|scanner| scanner.id() != &config.id);
        self.expect(&config.id, DeviceKind::Scanner);
        self.scanners.extend(open(config, &self.sender));
    }

    pub(super) fn replace_settings(
        &mut self,
        data: &Path,
        settings: crate::settings::Settings,
    ) -> Result<(), Coded> {
        settings.save(data).map_err(|error| coded(error.code(), [("detail", error.to_string())]))?;
        self.settings = settings;
        Ok(())
    }
}

fn unknown(device: &str) -> Coded {
    coded("device-unknown", [("device", device.to_owned())])
}

fn wrong(field: &str) -> Coded {
    coded("scanner-setup", [("field", field.to_owned())])
}

/// The settings' own type, whose values are told apart by its names.
fn config_of(setup: &ScannerSetup) -> Result<ScannerConfig, Coded> {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if setup.id.is_empty() || setup.id.len() > 40 || !setup.id.chars().all(named) {
        return Err(wrong("id"));
    }
    if setup.baud == 0 {
        return Err(wrong("baud"));
    }
    if setup.max_len == 0 || setup.max_len > 65_536 {
        return Err(wrong("max_len"));
    }
    let value = serde_json::to_value(setup).map_err(|_| wrong("setup"))?;
    serde_json::from_value(value).map_err(|error| coded("scanner-setup", [("field", error.to_string())]))
}

fn setup_of(config: &ScannerConfig) -> Option<ScannerSetup> {
    serde_json::to_value(config).and_then(serde_json::from_value).ok()
}

/// What the test code, as it arrived, says of the scanner; none where this is no test code.
fn test_of(bytes: &[u8]) -> Option<crate::seam::Say> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text == TEST_CODE {
        return Some(say("scanner-test-no-aim", []));
    }
    let before = text.strip_suffix(TEST_CODE)?;
    if before.len() == 3 && before.starts_with(']') {
        return Some(say("scanner-test-well", [("aim", before.to_owned())]));
    }
    // A tab, a line feed or the like: what stands in front of the code belongs into the settings as a prefix.
    (before.len() <= 8).then(|| say("scanner-test-prefix", [("prefix", before.escape_debug().to_string())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use devices::scanner::UsbIdentity;

    use crate::dock::Dock;
    use crate::settings::Settings;

    fn usb(serial: Option<&str>, socket: &str) -> UsbIdentity {
        UsbIdentity {
            vendor: 1,
            product: 2,
            serial: serial.map(str::to_owned),
            socket: Some(socket.to_owned()),
            interface: Some(0),
        }
    }

    fn devices() -> Devices {
        Devices::split(Dock::open(Settings::default())).1
    }

    #[test]
    fn a_setup_is_a_configuration_and_back() {
        let config = ScannerConfig {
            usb: Some(usb(Some("A"), "1-1")),
            suffix: devices::scanner::Suffix::None { gap_ms: 70 },
            prefix: vec![2, 3],
            ..ScannerConfig::new("scanner-1", "")
        };
        let setup = setup_of(&config).unwrap();
        assert_eq!(config_of(&setup).unwrap(), config);
        let bad = ScannerSetup { parity: "sideways".to_owned(), ..setup.clone() };
        assert_eq!(config_of(&bad).unwrap_err().code, "scanner-setup");
        let bad = ScannerSetup { id: "a b".to_owned(), ..setup };
        assert_eq!(config_of(&bad).unwrap_err().args["field"], "id");
    }

    #[test]
    fn scanners_are_added_changed_and_removed_in_the_file_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut devices = devices();
        let instruments = devices.instruments();
        let setup = setup_of(&ScannerConfig::new("left", "/dev/does-not-exist")).unwrap();
        devices.save_scanner(folder.path(), &setup, None, &instruments).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().scanners.len(), 1);
        assert_eq!(devices.views().len(), 1);
        let faster = ScannerSetup { baud: 115_200, ..setup.clone() };
        devices.save_scanner(folder.path(), &faster, None, &instruments).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().scanners[0].baud, 115_200);
        assert_eq!(devices.scanners.len(), 1);
        let nowhere = ScannerSetup { path: String::new(), ..setup };
        let refused = devices.save_scanner(folder.path(), &nowhere, None, &instruments).unwrap_err();
        assert_eq!(refused.code, "scanner-setup");
        devices.remove_scanner(folder.path(), "left").unwrap();
        assert!(Settings::load(folder.path()).unwrap().scanners.is_empty());
        assert!(devices.views().is_empty() && devices.scanners.is_empty());
        assert_eq!(devices.remove_scanner(folder.path(), "left").unwrap_err().code, "device-unknown");
    }

    #[test]
    fn the_test_code_says_how_a_scanner_is_set_up() {
        let code = |bytes: &[u8]| test_of(bytes).map(|say| say.code);
        assert_eq!(code(b"]C0RS:TEST").as_deref(), Some("scanner-test-well"));
        assert_eq!(code(b"RS:TEST").as_deref(), Some("scanner-test-no-aim"));
        assert_eq!(code(b"\x02RS:TEST").as_deref(), Some("scanner-test-prefix"));
        assert_eq!(code(b"RS:C:YES"), None);
        assert_eq!(code(b"a long text before RS:TEST"), None);
    }
}
