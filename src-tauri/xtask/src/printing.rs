//! What `ippeveprinter` needs before it prints: a D-Bus system bus with avahi on it. Ours are private: the bus is a
//! socket in a folder of its own, and avahi speaks on the loopback interface only. The machine's own are not touched.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::command;
use crate::running::Running;

const PATIENCE: Duration = Duration::from_secs(20);

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <auth>ANONYMOUS</auth>
  <allow_anonymous/>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="signal"/>
    <allow receive_type="error"/>
  </policy>
</busconfig>
"#;

const AVAHI: &str = "\
[server]
host-name=returns-station-test
allow-interfaces=lo
use-ipv4=yes
use-ipv6=no
enable-dbus=yes
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
";

/// avahi keeps its process id in /run/avahi-daemon, where the machine's own may already sit: it gets a /run of its own.
/// Where we are root only inside a user namespace, the account that it hands that folder to must exist there too.
const APART: &str = r#"
mount -t tmpfs none /run || exit 1
if [ "$2" = mapped ]; then
  mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group || exit 1
fi
exec setpriv --pdeathsig TERM -- avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$1/avahi.conf"
"#;

/// A private bus with avahi on it; both stop when this goes out of scope.
#[derive(Debug)]
pub struct PrivateBus {
    // In the order of their ends: avahi before its bus, the folder last.
    _avahi: Running,
    _bus: Running,
    folder: tempfile::TempDir,
}

impl PrivateBus {
    /// Starts both and waits until avahi answers.
    pub fn start() -> Result<Self> {
        // Not in the build folder: a socket's path may have 107 bytes.
        let folder = tempfile::Builder::new().prefix("rs-bus-").tempdir().context("no temporary folder")?;
        let at = folder.path();
        let socket = socket_in(at);
        write(at, "bus.conf", &BUS.replace("SOCKET", &socket.to_string_lossy()))?;
        write(at, "avahi.conf", AVAHI)?;
        write(at, "passwd", "root:x:0:0::/:/bin/sh\navahi:x:0:0::/:/bin/false\n")?;
        write(at, "group", "root:x:0:\navahi:x:0:\n")?;

        let mut daemon = Command::new("dbus-daemon");
        daemon
            .arg(format!("--config-file={}", at.join("bus.conf").display()))
            .args(["--nofork", "--nopidfile"]);
        let mut bus = Running::start("dbus-daemon", &daemon, &at.join("bus.log"))?;
        bus.until(PATIENCE, || socket.exists().then_some(())).context("no private bus (package dbus)")?;
        let avahi = start_avahi(at)?;
        Ok(Self { _avahi: avahi, _bus: bus, folder })
    }

    /// What `ippeveprinter` must be started with.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("DBUS_SYSTEM_BUS_ADDRESS", address(self.folder.path()))]
    }
}

/// Root gets a mount namespace; another user one in a user namespace; where neither is allowed, avahi runs as it is.
fn start_avahi(at: &Path) -> Result<Running> {
    let mut last = anyhow!("avahi-daemon was not tried");
    for (number, mut way) in
        [apart(at, &[], "root"), apart(at, &["--user", "--map-root-user"], "mapped"), plain(at)]
            .into_iter()
            .enumerate()
    {
        way.env("DBUS_SYSTEM_BUS_ADDRESS", address(at));
        let log = at.join(format!("avahi-{number}.log"));
        let mut avahi = Running::start("avahi-daemon", &way, &log)?;
        match avahi.until(PATIENCE, || answers(at).then_some(())) {
            Ok(()) => return Ok(avahi),
            Err(error) => last = error,
        }
    }
    Err(last.context("ippeveprinter needs avahi, and no way to run it worked (package avahi-daemon)"))
}

fn apart(at: &Path, user: &[&str], how: &str) -> Command {
    let mut unshare = Command::new("unshare");
    unshare
        .args(user)
        .args(["--mount", "--propagation", "private", "sh", "-c", APART, "avahi"])
        .arg(at)
        .arg(how);
    unshare
}

fn plain(at: &Path) -> Command {
    let mut avahi = Command::new("avahi-daemon");
    avahi.args(["--no-drop-root", "--no-chroot", "--no-rlimits", "-f"]).arg(at.join("avahi.conf"));
    avahi
}

fn answers(at: &Path) -> bool {
    let mut question = Command::new("dbus-send");
    question.env("DBUS_SYSTEM_BUS_ADDRESS", address(at)).args([
        "--system",
        "--print-reply",
        "--reply-timeout=2000",
        "--dest=org.freedesktop.Avahi",
        "/",
        "org.freedesktop.Avahi.Server.GetVersionString",
    ]);
    command::succeeds(&mut question)
}

fn socket_in(at: &Path) -> PathBuf {
    at.join("bus.sock")
}

fn address(at: &Path) -> String {
    format!("unix:path={}", socket_in(at).display())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(name);
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipp_printer_comes_up_on_the_private_bus() {
        let bus = PrivateBus::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut ipp = Command::new("ippeveprinter");
        ipp.args(["-p", &port.to_string(), "-f", "application/pdf", "-d"])
            .arg(folder.path())
            .arg("Label printer");
        ipp.envs(bus.environment());
        let mut printer = Running::start("ippeveprinter", &ipp, &folder.path().join("log")).unwrap();
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).ok();
        printer.until(Duration::from_secs(30), listens).unwrap();
    }
}
