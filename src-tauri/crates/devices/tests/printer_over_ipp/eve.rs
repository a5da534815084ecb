//! Starts `ippeveprinter`, and the message bus and avahi that it insists on, without touching the system's own.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ipp::operation::IppOperation;
use ipp::parser::IppParser;
use ipp::prelude::*;
use ipp::reader::IppReader;
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(60);
const HOW: &str =
    "run `cargo xtask test`, which installs it, or apt-get install cups-ipp-utils avahi-daemon dbus";

/// A D-Bus system bus of our own with an avahi on it, or the one that the environment names.
pub struct Bus {
    address: String,
    _running: Option<(Running, Running, TempDir)>,
}

impl Bus {
    /// The bus of `DBUS_SYSTEM_BUS_ADDRESS` where the test run has one, else one for this test alone.
    pub fn of_this_run() -> Self {
        match std::env::var("DBUS_SYSTEM_BUS_ADDRESS") {
            Ok(address) => Self { address, _running: None },
            Err(_) => Self::start(),
        }
    }

    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("bus");
        let address = format!("unix:path={}", socket.display());
        let bus_config = dir.path().join("bus.conf");
        std::fs::write(
            &bus_config,
            format!(
                "<busconfig><type>custom</type><listen>{address}</listen><auth>EXTERNAL</auth>\
                 <policy context='default'><allow user='*'/><allow own='*'/><allow send_destination='*'/>\
                 <allow receive_sender='*'/></policy></busconfig>"
            ),
        )
        .unwrap();
        let avahi_config = dir.path().join("avahi.conf");
        std::fs::write(
            &avahi_config,
            "[server]\nhost-name=returns-station-test\nallow-interfaces=lo\nuse-ipv6=no\nenable-dbus=yes\n\
             [wide-area]\nenable-wide-area=no\n\
             [publish]\npublish-hinfo=no\npublish-workstation=no\n",
        )
        .unwrap();
        let bus = Running::start(
            Command::new("dbus-daemon")
                .arg("--nofork")
                .arg("--nopidfile")
                .arg("--config-file")
                .arg(&bus_config),
            &dir.path().join("bus.log"),
        );
        wait_for("the message bus", &bus, || socket.exists());
        // avahi keeps its pid file and socket in a fixed place; in a mount namespace of its own that place is ours.
        let avahi = Running::start(
            Command::new("unshare")
                .args(["--mount", "sh", "-c"])
                .arg(
                    "mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && \
                     exec avahi-daemon --no-drop-root --no-chroot --no-rlimits --no-proc-title -f \"$0\"",
                )
                .arg(&avahi_config)
                .env("DBUS_SYSTEM_BUS_ADDRESS", &address),
            &dir.path().join("avahi.log"),
        );
        wait_for("avahi on the bus", &avahi, || {
            Command::new("dbus-send")
                .arg(format!("--bus={address}"))
                .args(["--print-reply", "--dest=org.freedesktop.Avahi", "/"])
                .arg("org.freedesktop.Avahi.Server.GetState")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        });
        Self { address, _running: Some((avahi, bus, dir)) }
    }
}

/// A printer on loopback that keeps what it is sent.
pub struct EvePrinter {
    pub uri: String,
    _running: Running,
    dir: TempDir,
}

impl EvePrinter {
    /// A printer that takes documents of this type and hands them to the engine, a shell script.
    pub async fn start(bus: &Bus, format: &str, engine: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = dir.path().join("spool");
        std::fs::create_dir(&spool).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("ippeveprinter");
        command.args(["-k", "-f", format, "-p", &port.to_string(), "-d"]).arg(&spool);
        let script = dir.path().join("engine");
        std::fs::write(&script, format!("#!/bin/sh\n{engine}")).unwrap();
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
        command.arg("-c").arg(script);
        command.arg(format!("Labels {port}"));
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address).env("HOME", dir.path());
        let mut running = Running::start(&mut command, &dir.path().join("printer.log"));
        let until = Instant::now() + DEADLINE;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(running.is_alive(), "ippeveprinter did not come up; {HOW}\n{}", running.log());
            assert!(Instant::now() < until, "ippeveprinter does not answer; {HOW}\n{}", running.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { uri: format!("ipp://127.0.0.1:{port}/ipp/print"), _running: running, dir }
    }

    /// The `job-state` of a job (RFC 8011, 5.3.7).
    pub async fn job_state(&self, number: i32) -> i32 {
        let uri: Uri = self.uri.parse().unwrap();
        let request =
            IppOperationBuilder::get_job_attributes(uri, number).build().unwrap().into_ipp_request();
        let answer = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(self.uri.replacen("ipp", "http", 1))
            .header("content-type", "application/ipp")
            .body(request.to_bytes())
            .send()
            .await
            .unwrap();
        let answer = std::io::Cursor::new(answer.bytes().await.unwrap());
        let answer = IppParser::new(IppReader::new(answer)).parse().unwrap();
        let job = answer.attributes().first_of(DelimiterTag::JobAttributes).unwrap();
        *job.get(IppAttribute::JOB_STATE).unwrap().value().as_enum().unwrap()
    }

    /// The documents that it was sent, in order.
    pub fn spooled(&self) -> Vec<Bytes> {
        let mut files: Vec<_> = find_files(&self.dir.path().join("spool"));
        // Beside each lies what the engine made of it.
        files.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
        files.sort();
        files.into_iter().map(|path| Bytes::from(std::fs::read(path).unwrap())).collect()
    }
}

fn find_files(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { find_files(&path) } else { vec![path] }
        })
        .collect()
}

/// Asks again until it is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so().await {
        assert!(Instant::now() < until, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn wait_for(what: &str, running: &Running, is_so: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "{what} did not come up; {HOW}\n{}", running.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A process that ends with the test. What it says is kept for the case that the test fails.
struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::create(log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).spawn();
        let child = child.unwrap_or_else(|error| panic!("{:?}: {error}; {HOW}", command.get_program()));
        Self { child, log: log.to_owned() }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        // Gently first, so that avahi and the printer clean up after themselves.
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        for _ in 0..100 {
            if !self.is_alive() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
