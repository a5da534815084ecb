//! Opening a serial port, and telling apart why it would not open.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use serialport::{ErrorKind, SerialPort};

use super::{DataBits, Flow, Parity, ScannerConfig, StopBits};
use crate::device::{DeviceState, FailureCode};

/// The group that serial ports belong to on Debian, where the port itself does not say.
const USUAL_GROUP: &str = "dialout";

/// Opens the port exclusively; reads return after at most `read_timeout`.
pub(crate) fn open(
    config: &ScannerConfig,
    read_timeout: Duration,
) -> Result<Box<dyn SerialPort>, DeviceState> {
    serialport::new(&config.path, config.baud)
        .data_bits(match config.data_bits {
            DataBits::Seven => serialport::DataBits::Seven,
            DataBits::Eight => serialport::DataBits::Eight,
        })
        .parity(match config.parity {
            Parity::None => serialport::Parity::None,
            Parity::Even => serialport::Parity::Even,
            Parity::Odd => serialport::Parity::Odd,
        })
        .stop_bits(match config.stop_bits {
            StopBits::One => serialport::StopBits::One,
            StopBits::Two => serialport::StopBits::Two,
        })
        .flow_control(match config.flow {
            Flow::None => serialport::FlowControl::None,
            Flow::Hardware => serialport::FlowControl::Hardware,
            Flow::Software => serialport::FlowControl::Software,
        })
        // Many USB scanners send nothing until the host raises DTR.
        .dtr_on_open(true)
        .timeout(read_timeout)
        .open()
        .map_err(|error| why_not(error.kind(), Path::new(&config.path)))
}

/// What a look at the path itself shows, apart from the serialport crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    Absent,
    Denied,
    InUse,
    NotAPort,
    Free,
}

fn why_not(kind: ErrorKind, path: &Path) -> DeviceState {
    let missing = || DeviceState::Missing { what: path.display().to_string() };
    let denied = || DeviceState::PermissionDenied { group: group_of(path) };
    match verdict(kind, || probe(path)) {
        Verdict::Missing => missing(),
        Verdict::Denied => denied(),
        Verdict::Busy => DeviceState::Busy,
        Verdict::Failing(code) => DeviceState::Failing { code },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Missing,
    Denied,
    Busy,
    Failing(FailureCode),
}

/// serialport reports a port in use, a lock held and (on Windows) an absent port all as `NoDevice`: only a look at the
/// path tells them apart.
fn verdict(kind: ErrorKind, probe: impl FnOnce() -> Probe) -> Verdict {
    match kind {
        ErrorKind::Io(io::ErrorKind::NotFound) => Verdict::Missing,
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => Verdict::Denied,
        ErrorKind::NoDevice | ErrorKind::Unknown | ErrorKind::Io(_) | ErrorKind::InvalidInput => {
            match probe() {
                Probe::Absent => Verdict::Missing,
                Probe::Denied => Verdict::Denied,
                Probe::InUse => Verdict::Busy,
                Probe::NotAPort => Verdict::Failing(FailureCode::ScannerNotAPort),
                // It was in use a moment ago.
                Probe::Free if kind == ErrorKind::NoDevice => Verdict::Busy,
                Probe::Free => Verdict::Failing(FailureCode::ScannerPortSettings),
            }
        }
    }
}

fn probe(path: &Path) -> Probe {
    match open_without_waiting(path) {
        Err(error) => refused(error.kind(), error.raw_os_error(), cfg!(windows)),
        Ok(file) if !is_port(&file) => Probe::NotAPort,
        Ok(file) => match file.try_lock() {
            Err(TryLockError::WouldBlock) => Probe::InUse,
            Ok(()) | Err(TryLockError::Error(_)) => Probe::Free,
        },
    }
}

fn refused(kind: io::ErrorKind, errno: Option<i32>, windows: bool) -> Probe {
    match kind {
        io::ErrorKind::ResourceBusy => Probe::InUse,
        // On Windows an open COM port refuses everybody else with "access denied".
        io::ErrorKind::PermissionDenied if windows => Probe::InUse,
        io::ErrorKind::PermissionDenied => Probe::Denied,
        io::ErrorKind::IsADirectory => Probe::NotAPort,
        _ if !windows && errno.is_some_and(is_gone) => Probe::Absent,
        io::ErrorKind::NotFound => Probe::Absent,
        _ => Probe::NotAPort,
    }
}

#[cfg(unix)]
fn is_gone(errno: i32) -> bool {
    [libc::ENXIO, libc::ENODEV, libc::EIO].contains(&errno)
}

#[cfg(not(unix))]
fn is_gone(_errno: i32) -> bool {
    false
}

#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(format!(r"\\.\{}", path.display()))
}

fn is_port(file: &File) -> bool {
    cfg!(windows) || file.is_terminal()
}

/// The name of the group that owns the port.
#[cfg(unix)]
fn group_of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(path).ok().map(|metadata| metadata.gid());
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    Some(owner.and_then(|gid| group_name(&groups, gid)).unwrap_or_else(|| USUAL_GROUP.to_owned()))
}

#[cfg(not(unix))]
fn group_of(_path: &Path) -> Option<String> {
    None
}

/// Looks a group up in the text of `/etc/group`; root's own group is no answer, for nobody should join it.
fn group_name(groups: &str, gid: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == gid && gid != 0).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::absent(ErrorKind::Io(io::ErrorKind::NotFound), Probe::Free, Verdict::Missing)]
    #[case::denied(ErrorKind::Io(io::ErrorKind::PermissionDenied), Probe::Free, Verdict::Denied)]
    #[case::in_use(ErrorKind::NoDevice, Probe::InUse, Verdict::Busy)]
    #[case::in_use_until_now(ErrorKind::NoDevice, Probe::Free, Verdict::Busy)]
    #[case::unplugged(ErrorKind::NoDevice, Probe::Absent, Verdict::Missing)]
    #[case::forbidden(ErrorKind::NoDevice, Probe::Denied, Verdict::Denied)]
    #[case::a_file(ErrorKind::Unknown, Probe::NotAPort, Verdict::Failing(FailureCode::ScannerNotAPort))]
    #[case::odd_baud(ErrorKind::Unknown, Probe::Free, Verdict::Failing(FailureCode::ScannerPortSettings))]
    #[case::bad_input(
        ErrorKind::InvalidInput,
        Probe::Free,
        Verdict::Failing(FailureCode::ScannerPortSettings)
    )]
    fn every_refusal_has_its_reason(
        #[case] kind: ErrorKind,
        #[case] probe: Probe,
        #[case] expected: Verdict,
    ) {
        assert_eq!(verdict(kind, || probe), expected);
    }

    #[cfg(unix)]
    #[rstest]
    #[case(libc::ENOENT, Probe::Absent)]
    #[case(libc::ENXIO, Probe::Absent)]
    #[case(libc::ENODEV, Probe::Absent)]
    #[case(libc::EIO, Probe::Absent)]
    #[case(libc::EACCES, Probe::Denied)]
    #[case(libc::EPERM, Probe::Denied)]
    #[case(libc::EBUSY, Probe::InUse)]
    #[case(libc::EISDIR, Probe::NotAPort)]
    fn the_probe_reads_errno(#[case] errno: i32, #[case] expected: Probe) {
        let error = io::Error::from_raw_os_error(errno);
        assert_eq!(refused(error.kind(), error.raw_os_error(), false), expected);
    }

    #[test]
    fn on_windows_access_denied_means_in_use() {
        assert_eq!(refused(io::ErrorKind::PermissionDenied, Some(5), true), Probe::InUse);
        assert_eq!(refused(io::ErrorKind::NotFound, Some(2), true), Probe::Absent);
    }

    #[test]
    fn a_plain_file_is_no_port() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(probe(file.path()), Probe::NotAPort);
        let config = ScannerConfig::new("s", file.path().display().to_string());
        let state = open(&config, Duration::from_millis(10)).err();
        assert_eq!(state, Some(DeviceState::Failing { code: FailureCode::ScannerNotAPort }));
    }

    #[test]
    fn groups_are_found_by_number_and_root_is_not_one_to_join() {
        let groups = "root:x:0:\ndialout:x:20:anna,ben\ntty:x:5:\n";
        assert_eq!(group_name(groups, 20).as_deref(), Some("dialout"));
        assert_eq!(group_name(groups, 5).as_deref(), Some("tty"));
        assert_eq!(group_name(groups, 0), None);
        assert_eq!(group_name(groups, 9), None);
    }
}
