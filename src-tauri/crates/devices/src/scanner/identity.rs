//! Which scanner or scale it is, whatever its port is called today: vendor, product and serial number of its USB side.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scanner, a scale, or the adapter in between, as USB tells it. Port numbers (`ttyACM0`, `COM3`) change with every plug; this does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsbIdentity {
    /// Vendor (`idVendor`).
    pub vendor: u16,
    /// Product (`idProduct`).
    pub product: u16,
    /// Serial number; many scanners have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The physical socket, such as `1-2.4` (bus and port chain). It counts only where two scanners are otherwise
    /// alike; without it, a scanner may move to another socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// Which interface, where one device offers several ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<u8>,
}

impl fmt::Display for UsbIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "USB {:04x}:{:04x}", self.vendor, self.product)?;
        if let Some(serial) = &self.serial {
            write!(f, " {serial}")?;
        }
        if let Some(socket) = &self.socket {
            write!(f, " @{socket}")?;
        }
        Ok(())
    }
}

/// A serial port that the system lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPort {
    /// Its present path: `/dev/ttyACM0`, `COM3`.
    pub path: String,
    /// Who is behind it, where that is a USB device; its socket is always told here if known.
    pub usb: Option<UsbIdentity>,
    /// What the device calls itself: maker and product.
    pub name: Option<String>,
}

/// What the list of ports says about a scanner that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is at this path.
    At(String),
    /// It is not plugged in.
    Absent,
    /// So many ports fit, and nothing tells them apart: no guess is made.
    Alike(usize),
}

impl UsbIdentity {
    /// Looks for this scanner among the ports.
    pub fn find(&self, ports: &[ListedPort]) -> Found {
        let fitting: Vec<&ListedPort> =
            ports.iter().filter(|port| port.usb.as_ref().is_some_and(|usb| self.fits(usb))).collect();
        match fitting.as_slice() {
            [] => Found::Absent,
            [port] => Found::At(port.path.clone()),
            several => Found::Alike(several.len()),
        }
    }

    /// The same make, whatever its serial number and socket.
    pub fn same_model(&self, other: &Self) -> bool {
        (self.vendor, self.product) == (other.vendor, other.product)
    }

    fn fits(&self, listed: &Self) -> bool {
        self.same_model(listed)
            && self.serial == listed.serial
            && (self.interface.is_none() || self.interface == listed.interface)
            && (self.socket.is_none() || self.socket == listed.socket)
    }

    /// What to remember of a listed port so that this scanner is found again: its socket only where another one that is
    /// listed, or is bound already, cannot be told from it otherwise.
    pub fn to_remember(&self, ports: &[ListedPort], bound: &[Self]) -> Self {
        let anywhere = Self { socket: None, ..self.clone() };
        let twins = ports.iter().filter(|port| port.usb.as_ref().is_some_and(|usb| anywhere.fits(usb)));
        let other_bound = bound.iter().any(|other| {
            other.same_model(self) && other.serial == self.serial && other.interface == self.interface
        });
        if twins.count() > 1 || other_bound { self.clone() } else { anywhere }
    }
}

/// Where the list of serial ports comes from; a test plugs and renumbers its own.
pub trait PortList: Send + Sync {
    /// All ports now, sorted by path.
    fn list(&self) -> Vec<ListedPort>;
}

/// The operating system's own list. Pseudo-terminals and links are not in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemPorts;

impl PortList for SystemPorts {
    fn list(&self) -> Vec<ListedPort> {
        // Without /sys the serialport crate panics.
        if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
            return Vec::new();
        }
        let mut ports: Vec<ListedPort> =
            serialport::available_ports().unwrap_or_default().into_iter().map(listed).collect();
        ports.sort_by(|a, b| a.path.cmp(&b.path));
        ports
    }
}

fn listed(port: serialport::SerialPortInfo) -> ListedPort {
    let serialport::SerialPortType::UsbPort(info) = port.port_type else {
        return ListedPort { path: port.port_name, usb: None, name: None };
    };
    let name = [info.manufacturer, info.product].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let usb = UsbIdentity {
        vendor: info.vid,
        product: info.pid,
        serial: info.serial_number.filter(|serial| tells_apart(serial)),
        socket: info.location.map(|location| location.to_string()),
        interface: info.interface,
    };
    ListedPort { path: port.port_name, usb: Some(usb), name: (!name.is_empty()).then_some(name) }
}

/// Cheap devices carry placeholders where a serial number should be.
fn tells_apart(serial: &str) -> bool {
    let serial = serial.trim();
    !serial.is_empty() && !serial.chars().all(|c| c == '0' || c == 'F' || c == 'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usb(serial: Option<&str>, socket: &str) -> UsbIdentity {
        UsbIdentity {
            vendor: 0x05e0,
            product: 0x1701,
            serial: serial.map(str::to_owned),
            socket: Some(socket.to_owned()),
            interface: Some(0),
        }
    }

    fn port(path: &str, usb: UsbIdentity) -> ListedPort {
        ListedPort { path: path.to_owned(), usb: Some(usb), name: None }
    }

    #[test]
    fn a_serial_number_is_found_at_any_port_and_in_any_socket() {
        let before =
            [port("/dev/ttyACM0", usb(Some("A1"), "1-1")), port("/dev/ttyACM1", usb(Some("B2"), "1-2"))];
        let a = usb(Some("A1"), "1-1").to_remember(&before, &[]);
        assert_eq!(a.socket, None);
        let after =
            [port("/dev/ttyACM0", usb(Some("B2"), "1-2")), port("/dev/ttyACM7", usb(Some("A1"), "3-4"))];
        assert_eq!(a.find(&after), Found::At("/dev/ttyACM7".into()));
        assert_eq!(a.find(&after[..1]), Found::Absent);
    }

    #[test]
    fn twins_are_told_apart_by_their_sockets_or_not_at_all() {
        let both = [port("/dev/ttyACM0", usb(None, "1-1")), port("/dev/ttyACM1", usb(None, "1-2"))];
        let second = usb(None, "1-2").to_remember(&both, &[]);
        assert_eq!(second.socket.as_deref(), Some("1-2"));
        let renumbered = [port("/dev/ttyACM0", usb(None, "1-2")), port("/dev/ttyACM1", usb(None, "1-1"))];
        assert_eq!(second.find(&renumbered), Found::At("/dev/ttyACM0".into()));
        // Its twin alone is not it.
        assert_eq!(second.find(&renumbered[1..]), Found::Absent);
        let anywhere = UsbIdentity { socket: None, ..second };
        assert_eq!(anywhere.find(&both), Found::Alike(2));
        assert_eq!(anywhere.find(&both[..1]), Found::At("/dev/ttyACM0".into()));
    }

    #[test]
    fn a_scanner_alone_of_its_kind_may_move_and_one_with_a_bound_twin_may_not() {
        let one = [port("/dev/ttyACM0", usb(None, "1-1"))];
        assert_eq!(usb(None, "1-1").to_remember(&one, &[]).socket, None);
        let bound = [UsbIdentity { socket: None, ..usb(None, "1-3") }];
        assert_eq!(usb(None, "1-1").to_remember(&one, &bound).socket.as_deref(), Some("1-1"));
    }

    #[test]
    fn a_placeholder_is_no_serial_number() {
        for placeholder in ["", "  ", "0000000000", "FFFFFFFF"] {
            assert!(!tells_apart(placeholder), "{placeholder:?}");
        }
        assert!(tells_apart("S/N:00A1"));
    }

    #[test]
    fn the_systems_list_can_be_read() {
        let ports = SystemPorts.list();
        assert!(ports.is_sorted_by(|a, b| a.path <= b.path));
    }
}
