//! Binds scanners and the scale to what is plugged in: a changed port number changes nothing, and of two that look the same
//! neither is taken for the other.

use devices::DeviceId;
use devices::scanner::identity::Found;
use devices::scanner::{ListedPort, UsbIdentity};

use super::Devices;
use crate::desk::coded;
use crate::seam::{Coded, PortView};

/// By what a device is looked for: by what it is, or by a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) path: String,
    pub(super) usb: Option<UsbIdentity>,
}

impl Devices {
    /// What binds the device of that name to what is plugged in at `path`: its identity where the port has one, the path
    /// otherwise. A twin that is bound already gets its socket too, so that from now on neither can be taken for the
    /// other; the names of the twins that changed come back beside it.
    pub(super) fn bind(
        &mut self,
        id: &DeviceId,
        path: &str,
        ports: &[ListedPort],
    ) -> Result<(Bound, Vec<DeviceId>), Coded> {
        let port = ports
            .iter()
            .find(|port| port.path == path)
            .ok_or_else(|| coded("scanner-port-gone", [("place", path.to_owned())]))?;
        let Some(usb) = &port.usb else {
            return Ok((Bound { path: path.to_owned(), usb: None }, Vec::new()));
        };
        let others: Vec<UsbIdentity> = self
            .identities()
            .into_iter()
            .filter(|(other, _)| *other != id)
            .map(|(_, usb)| usb.clone())
            .collect();
        let remembered = usb.to_remember(ports, &others);
        // The same one under another name, whether or not its socket is remembered.
        let here = Found::At(path.to_owned());
        if others.contains(&remembered) || others.iter().any(|other| other.find(ports) == here) {
            return Err(coded("scanner-bound-already", [("place", remembered.to_string())]));
        }
        let listed: Vec<(DeviceId, Option<String>)> = self
            .identities()
            .into_iter()
            .filter(|(other, theirs)| {
                *other != id
                    && theirs.socket.is_none()
                    && theirs.same_model(usb)
                    && theirs.serial == usb.serial
            })
            .map(|(other, _)| (other.clone(), self.socket_of(other, path, ports)))
            .collect();
        let mut changed = Vec::new();
        for (other, socket) in listed {
            if socket.is_some()
                && let Some(theirs) = self.identity_mut(&other)
            {
                theirs.socket = socket;
                changed.push(other);
            }
        }
        Ok((Bound { path: String::new(), usb: Some(remembered) }, changed))
    }

    /// What this computer lists, and what of it is a device of this bench.
    pub(super) fn ports_of(&self, ports: &[ListedPort]) -> Vec<PortView> {
        let view = |port: &ListedPort| {
            let twin = port.usb.as_ref().is_some_and(|usb| {
                let anywhere = UsbIdentity { socket: None, ..usb.clone() };
                matches!(anywhere.find(ports), Found::Alike(_))
            });
            PortView {
                path: port.path.clone(),
                name: port.name.clone(),
                usb: port.usb.as_ref().map(ToString::to_string),
                device: self.bound_to(port, ports).map(ToString::to_string),
                twin,
            }
        };
        ports.iter().map(view).collect()
    }

    fn bound_to(&self, port: &ListedPort, ports: &[ListedPort]) -> Option<&DeviceId> {
        let scanners =
            self.settings.scanners.iter().map(|config| (&config.id, &config.usb, config.path.as_str()));
        let scale = self.settings.scale.iter().map(|config| (&config.id, &config.usb, config.path.as_str()));
        let mut all = scanners.chain(scale);
        let found = all.find(|(_, usb, path)| match usb {
            Some(usb) => usb.find(ports) == Found::At(port.path.clone()),
            None => *path == port.path,
        });
        found.map(|(id, ..)| id)
    }

    /// The socket in which a device is open now, where that is another port than `path`.
    fn socket_of(&self, id: &DeviceId, path: &str, ports: &[ListedPort]) -> Option<String> {
        let scale =
            || self.scale.as_ref().filter(|scale| scale.id() == id).and_then(|scale| scale.open_path());
        let open = self.scanner(id.as_str()).and_then(|scanner| scanner.open_path()).or_else(scale);
        let at = ports.iter().find(|port| Some(&port.path) == open.as_ref() && port.path != path)?;
        at.usb.as_ref()?.socket.clone()
    }

    /// What is bound by what it is.
    fn identities(&self) -> Vec<(&DeviceId, &UsbIdentity)> {
        let scanners = self.settings.scanners.iter().map(|config| (&config.id, config.usb.as_ref()));
        let scale = self.settings.scale.iter().map(|config| (&config.id, config.usb.as_ref()));
        scanners.chain(scale).filter_map(|(id, usb)| Some((id, usb?))).collect()
    }

    fn identity_mut(&mut self, id: &DeviceId) -> Option<&mut UsbIdentity> {
        let scanners = self.settings.scanners.iter_mut().map(|config| (&config.id, config.usb.as_mut()));
        let scale = self.settings.scale.iter_mut().map(|config| (&config.id, config.usb.as_mut()));
        scanners.chain(scale).find(|(other, _)| *other == id).and_then(|(_, usb)| usb)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use devices::scale::Protocol;
    use devices::{Adjustment, DeviceState, Reading, Scale, ScaleConfig, ScaleFault, ScannerConfig};

    use super::*;
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

    fn port(path: &str, usb: UsbIdentity) -> ListedPort {
        ListedPort { path: path.to_owned(), usb: Some(usb), name: None }
    }

    fn devices() -> Devices {
        Devices::split(Dock::open(Settings::default())).1
    }

    fn scanner(name: &str, bound: Bound) -> ScannerConfig {
        ScannerConfig { path: bound.path, usb: bound.usb, ..ScannerConfig::new(name, "") }
    }

    #[test]
    fn binding_remembers_the_socket_only_where_it_must() {
        let mut devices = devices();
        let (one, again) = (DeviceId::new("one"), DeviceId::new("again"));
        let ports =
            [port("/dev/ttyACM0", usb(Some("A"), "1-1")), port("/dev/ttyACM1", usb(Some("B"), "1-2"))];
        let (bound, _) = devices.bind(&one, "/dev/ttyACM0", &ports).unwrap();
        let anywhere = Some(UsbIdentity { socket: None, ..usb(Some("A"), "") });
        assert_eq!(bound, Bound { path: String::new(), usb: anywhere });
        devices.settings.scanners.push(scanner("one", bound));
        let refused = devices.bind(&again, "/dev/ttyACM0", &ports).unwrap_err();
        assert_eq!(refused.code, "scanner-bound-already");
        assert_eq!(devices.bind(&again, "/dev/ttyACM9", &ports).unwrap_err().code, "scanner-port-gone");

        let twins = [port("/dev/ttyACM0", usb(None, "1-1")), port("/dev/ttyACM1", usb(None, "1-2"))];
        let (twin, _) = devices.bind(&DeviceId::new("twin"), "/dev/ttyACM1", &twins).unwrap();
        assert_eq!(twin.usb.and_then(|usb| usb.socket).as_deref(), Some("1-2"));
        assert!(devices.ports_of(&twins).iter().all(|port| port.twin && port.device.is_none()));
        let views = devices.ports_of(&ports);
        assert_eq!(views[0].device.as_deref(), Some("one"));
        assert!(!views[0].twin);
        // A port that is no USB device is bound by its path.
        let plain = [ListedPort { path: "/dev/ttyS0".to_owned(), usb: None, name: None }];
        let (bound, _) = devices.bind(&again, "/dev/ttyS0", &plain).unwrap();
        assert_eq!(bound, Bound { path: "/dev/ttyS0".to_owned(), usb: None });
    }

    /// A scale that is open at this path.
    struct OpenAt(DeviceId, &'static str);

    impl Scale for OpenAt {
        fn id(&self) -> &DeviceId {
            &self.0
        }

        fn state(&self) -> DeviceState {
            DeviceState::Working
        }

        fn open_path(&self) -> Option<String> {
            Some(self.1.to_owned())
        }

        fn subscribe(&self) -> tokio::sync::watch::Receiver<Option<Arc<Reading>>> {
            tokio::sync::watch::channel(None).1
        }

        fn adjust(&self, _: Adjustment) -> futures_util::future::BoxFuture<'_, Result<(), ScaleFault>> {
            Box::pin(async { Err(ScaleFault::Unknown) })
        }
    }

    #[test]
    fn a_scale_and_a_scanner_behind_the_same_adapter_are_told_apart_by_their_sockets() {
        let mut devices = devices();
        let scale = DeviceId::new("scale");
        let alone = [port("/dev/ttyUSB0", usb(None, "1-1"))];
        let (bound, _) = devices.bind(&scale, "/dev/ttyUSB0", &alone).unwrap();
        assert_eq!(bound.usb.as_ref().map(|usb| usb.socket.clone()), Some(None), "alone of its kind");
        let config = ScaleConfig::new("scale", "", Protocol::MtSics);
        devices.settings.scale = Some(ScaleConfig { usb: bound.usb, ..config });
        devices.scale = Some(Arc::new(OpenAt(scale.clone(), "/dev/ttyUSB0")));

        let both = [port("/dev/ttyUSB0", usb(None, "1-1")), port("/dev/ttyUSB1", usb(None, "1-2"))];
        assert_eq!(devices.ports_of(&alone)[0].device.as_deref(), Some("scale"));
        let one = DeviceId::new("one");
        let (bound, changed) = devices.bind(&one, "/dev/ttyUSB1", &both).unwrap();
        assert_eq!(bound.usb.and_then(|usb| usb.socket).as_deref(), Some("1-2"));
        assert_eq!(changed, [scale]);
        let theirs = devices.settings.scale.as_ref().and_then(|config| config.usb.clone()).unwrap();
        assert_eq!(theirs.socket.as_deref(), Some("1-1"));
        // From now on neither is bound to the other's socket.
        let refused = devices.bind(&one, "/dev/ttyUSB0", &both).unwrap_err();
        assert_eq!(refused.code, "scanner-bound-already");
    }
}
