//! Scales on a real pseudo-terminal: both protocols, spoken by a simulated scale that answers late, in halves and in nonsense.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use devices::scale::Protocol;
use devices::scanner::{ListedPort, PortList, UsbIdentity};
use devices::{
    Adjustment, DeviceState, Event, EventReceiver, FailureCode, Load, Reading, Scale, ScaleConfig,
    ScaleFault, SerialScale, events,
};
use rstest::rstest;

const DEADLINE: Duration = Duration::from_secs(30);

/// What the simulated scale has on its pan and how it behaves.
#[derive(Clone, Debug)]
struct Pan {
    /// Milligrams on it.
    load_mg: i64,
    zero_mg: i64,
    tare_mg: i64,
    moving: bool,
    /// More than it can weigh.
    over: bool,
    /// Less than it can weigh.
    under: bool,
    /// Its unit, and how many milligrams that is.
    unit: (&'static str, f64),
    /// Before each answer.
    delay: Duration,
    /// Each answer in pieces of so many bytes, with a pause between.
    piece: usize,
    /// Says this instead of any answer.
    instead: Option<Vec<u8>>,
    /// Loses the beginning of each second answer.
    halves: bool,
    /// Its cable is pulled with the next question.
    pulled: bool,
    answers: u64,
}

impl Default for Pan {
    fn default() -> Self {
        Self {
            load_mg: 0,
            zero_mg: 0,
            tare_mg: 0,
            moving: false,
            over: false,
            under: false,
            unit: ("g", 1_000.0),
            delay: Duration::ZERO,
            piece: usize::MAX,
            instead: None,
            halves: false,
            pulled: false,
            answers: 0,
        }
    }
}

impl Pan {
    fn net_mg(&self) -> i64 {
        self.load_mg - self.zero_mg - self.tare_mg
    }

    fn number(&self) -> String {
        format!("{:.4}", self.net_mg() as f64 / self.unit.1)
    }

    /// A scale that speaks MT-SICS, written from its manual.
    fn sics(&mut self, command: &str) -> Vec<u8> {
        let unit = self.unit.0;
        let text = match command.trim_end_matches(['\r', '\n']) {
            "I4" => "I4 A \"1234567890\"".to_owned(),
            "SI" if self.over => "S +".to_owned(),
            "SI" if self.under => "S -".to_owned(),
            "SI" if self.moving => format!("S D {:>10} {unit}", self.number()),
            "SI" => format!("S S {:>10} {unit}", self.number()),
            "TA" => format!("TA A {:>10} {unit}", format!("{:.4}", self.tare_mg as f64 / self.unit.1)),
            "Z" | "T" if self.moving => format!("{} I", command.trim()),
            "Z" if self.load_mg > 1_000_000 => "Z +".to_owned(),
            "Z" => {
                (self.zero_mg, self.tare_mg) = (self.load_mg, 0);
                "Z A".to_owned()
            }
            "T" => {
                self.tare_mg = self.load_mg - self.zero_mg;
                format!("T S {:>10} {unit}", self.number())
            }
            "TAC" => {
                self.tare_mg = 0;
                "TAC A".to_owned()
            }
            _ => "ES".to_owned(),
        };
        format!("{text}\r\n").into_bytes()
    }

    /// A scale that speaks the NCI protocol, SCP-02, written from its description.
    fn nci(&mut self, command: &str) -> Vec<u8> {
        let moving = u8::from(self.moving);
        let zero = u8::from(self.net_mg() == 0) << 1;
        let first = 0x30 | moving | zero;
        let second = 0x30 | u8::from(self.under) | u8::from(self.over) << 1 | 0x40;
        let third = 0x30 | u8::from(self.tare_mg != 0) << 2;
        let status = String::from_utf8(vec![first, second, third]).unwrap();
        let text = match command {
            "W\r" if self.over => format!("\n^^^^^^{}\r\nS{status}\r", self.unit.0),
            "W\r" if self.under => format!("\n______{}\r\nS{status}\r", self.unit.0),
            "W\r" => format!("\n{:>8}{}\r\nS{status}\r", self.number(), self.unit.0),
            "Z\r" => {
                if !self.moving {
                    (self.zero_mg, self.tare_mg) = (self.load_mg, 0);
                }
                format!("\nS{status}\r")
            }
            _ => "\n?\r".to_owned(),
        };
        [text.as_bytes(), &[3]].concat()
    }
}

/// The scale's end of the line: a thread that answers.
struct Bench {
    pan: Arc<Mutex<Pan>>,
    port: PathBuf,
}

impl Bench {
    fn plug_in(protocol: Protocol, pan: Pan) -> (Self, std::os::fd::OwnedFd) {
        let pair = nix::pty::openpty(None, None).unwrap();
        let port = nix::unistd::ttyname(&pair.slave).unwrap();
        let keep = pair.master.try_clone().unwrap();
        let mut wire = File::from(pair.master);
        let pan = Arc::new(Mutex::new(pan));
        let behaves = Arc::clone(&pan);
        std::thread::spawn(move || {
            // Kept open here, so that the line lives before the station opens its end.
            let _slave = pair.slave;
            let end = if protocol == Protocol::MtSics { b'\n' } else { b'\r' };
            let mut command = Vec::new();
            let mut byte = [0];
            while wire.read(&mut byte).is_ok_and(|count| count == 1) {
                command.push(byte[0]);
                if byte[0] != end {
                    continue;
                }
                let text = String::from_utf8(std::mem::take(&mut command)).unwrap();
                let (answer, delay, piece) = {
                    let mut pan = behaves.lock().unwrap();
                    if pan.pulled {
                        return;
                    }
                    pan.answers += 1;
                    let mut answer = match protocol {
                        Protocol::MtSics => pan.sics(&text),
                        Protocol::Nci => pan.nci(&text),
                    };
                    if pan.halves && pan.answers.is_multiple_of(2) {
                        answer.drain(..6.min(answer.len()));
                    }
                    (pan.instead.clone().unwrap_or(answer), pan.delay, pan.piece)
                };
                std::thread::sleep(delay);
                for part in answer.chunks(piece.min(answer.len()).max(1)) {
                    if wire.write_all(part).is_err() {
                        return;
                    }
                    if piece != usize::MAX {
                        std::thread::sleep(Duration::from_millis(15));
                    }
                }
            }
        });
        (Self { pan, port }, keep)
    }

    fn now(&self, change: impl FnOnce(&mut Pan)) {
        change(&mut self.pan.lock().unwrap());
    }
}

fn station(path: &Path, protocol: Protocol) -> (SerialScale, EventReceiver) {
    let (sender, receiver) = events();
    let config = ScaleConfig::new("scale", path.to_str().unwrap(), protocol);
    (SerialScale::spawn(config, &sender).unwrap(), receiver)
}

async fn until(scale: &SerialScale, wanted: impl Fn(&Reading) -> bool) -> Arc<Reading> {
    let mut readings = scale.subscribe();
    let found = readings.wait_for(|reading| reading.as_ref().is_some_and(|reading| wanted(reading)));
    tokio::time::timeout(DEADLINE, found).await.expect("a reading in time").unwrap().clone().unwrap()
}

async fn until_grams(scale: &SerialScale, grams: u32) -> Arc<Reading> {
    until(scale, |reading| reading.load.settled().and_then(|weight| weight.whole_grams()) == Some(grams))
        .await
}

async fn until_state(receiver: &mut EventReceiver, wanted: &DeviceState) {
    let mut seen = Vec::new();
    loop {
        let event = tokio::time::timeout(DEADLINE, receiver.recv()).await;
        match event.unwrap_or_else(|_| panic!("never {wanted:?}, but {seen:?}")) {
            Some(Event::State { state, .. }) if state == *wanted => return,
            other => seen.push(other),
        }
    }
}

/// A list of ports that a test plugs into.
#[derive(Default)]
struct Hub(Mutex<Vec<ListedPort>>);

impl PortList for Hub {
    fn list(&self) -> Vec<ListedPort> {
        self.0.lock().unwrap().clone()
    }
}

fn adapter(socket: &str) -> UsbIdentity {
    let socket = Some(socket.to_owned());
    UsbIdentity { vendor: 0x067b, product: 0x2303, serial: None, socket, interface: None }
}

#[tokio::test]
async fn a_scale_is_found_by_what_it_is_wherever_it_is_plugged_in() {
    let hub = Arc::new(Hub::default());
    let plug = |port: &Path, socket: &str| {
        let path = port.display().to_string();
        hub.0.lock().unwrap().push(ListedPort { path, usb: Some(adapter(socket)), name: None });
    };
    let (sender, mut receiver) = events();
    let anywhere = UsbIdentity { socket: None, ..adapter("") };
    let config = ScaleConfig { usb: Some(anywhere), ..ScaleConfig::new("scale", "", Protocol::MtSics) };
    assert_eq!(config.place(), "USB 067b:2303");
    let scale = SerialScale::spawn_among(config, &sender, hub.clone()).unwrap();
    until_state(&mut receiver, &DeviceState::Missing { what: "USB 067b:2303".into() }).await;
    assert_eq!(scale.open_path(), None);

    let (first, line) = Bench::plug_in(Protocol::MtSics, Pan { load_mg: 300_000, ..Pan::default() });
    plug(&first.port, "1-1");
    until_grams(&scale, 300).await;
    assert_eq!(scale.open_path(), Some(first.port.display().to_string()));

    // Its cable is pulled and put into another socket, where it has another port.
    hub.0.lock().unwrap().clear();
    drop(line);
    first.now(|pan| pan.pulled = true);
    until_state(&mut receiver, &DeviceState::Lost).await;
    let (second, _line) = Bench::plug_in(Protocol::MtSics, Pan { load_mg: 412_000, ..Pan::default() });
    plug(&second.port, "3-4");
    until_grams(&scale, 412).await;
    assert_eq!(scale.open_path(), Some(second.port.display().to_string()));

    // Beside an adapter of the same make nobody can say which it is.
    drop(scale);
    let (third, _other) = Bench::plug_in(Protocol::MtSics, Pan::default());
    plug(&third.port, "3-5");
    let config = |usb| ScaleConfig { usb: Some(usb), ..ScaleConfig::new("scale", "", Protocol::MtSics) };
    let (sender, mut receiver) = events();
    let nowhere = UsbIdentity { socket: None, ..adapter("") };
    let lost = SerialScale::spawn_among(config(nowhere), &sender, hub.clone()).unwrap();
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::ScaleAlike }).await;
    drop(lost);
    let told_apart = SerialScale::spawn_among(config(adapter("3-4")), &sender, hub.clone()).unwrap();
    until_grams(&told_apart, 412).await;
}

#[rstest]
#[case(Protocol::MtSics)]
#[case(Protocol::Nci)]
#[tokio::test]
async fn rest_motion_and_the_limits_are_told_apart(#[case] protocol: Protocol) {
    let (bench, _line) = Bench::plug_in(protocol, Pan { load_mg: 1_250_000, moving: true, ..Pan::default() });
    let (scale, mut receiver) = station(&bench.port, protocol);
    until(&scale, |reading| matches!(&reading.load, Load::Moving { weight: Some(_) })).await;
    until_state(&mut receiver, &DeviceState::Working).await;
    bench.now(|pan| pan.moving = false);
    let reading = until_grams(&scale, 1250).await;
    assert_eq!(reading.load.code(), "scale-stable");
    bench.now(|pan| pan.over = true);
    assert_eq!(until(&scale, |reading| reading.load == Load::Over).await.load.settled(), None);
    bench.now(|pan| (pan.over, pan.under) = (false, true));
    until(&scale, |reading| reading.load == Load::Under).await;
    bench.now(|pan| (pan.under, pan.load_mg) = (false, 0));
    let empty = until(&scale, |reading| reading.load.code() == "scale-empty").await;
    assert_eq!(empty.load.settled(), None, "nothing is no weight to record");
    bench.now(|pan| pan.load_mg = -40_000);
    let lifted = until(&scale, |reading| reading.load.code() == "scale-stable").await;
    assert_eq!(lifted.load.settled(), None, "less than nothing neither");
}

#[rstest]
#[case(Protocol::MtSics, ("kg", 1e6), 998_000, 998)]
#[case(Protocol::MtSics, ("lb", 453_592.37), 907_184, 907)]
#[case(Protocol::Nci, ("KG", 1e6), 1_234_600, 1235)]
#[case(Protocol::Nci, ("oz", 28_349.523_125), 100_000, 100)]
#[case(Protocol::Nci, ("LB", 453_592.37), 453_592, 454)]
#[tokio::test]
async fn units_come_out_in_grams(
    #[case] protocol: Protocol,
    #[case] unit: (&'static str, f64),
    #[case] load_mg: i64,
    #[case] grams: u32,
) {
    let (bench, _line) = Bench::plug_in(protocol, Pan { load_mg, unit, ..Pan::default() });
    let (scale, _receiver) = station(&bench.port, protocol);
    let reading = until_grams(&scale, grams).await;
    assert!(reading.load.settled().unwrap().shown.ends_with(unit.0));
}

#[tokio::test]
async fn zero_and_tare_are_done_by_the_scale_or_refused_with_the_reason() {
    let (bench, _line) =
        Bench::plug_in(Protocol::MtSics, Pan { load_mg: 300_000, moving: true, ..Pan::default() });
    let (scale, _receiver) = station(&bench.port, Protocol::MtSics);
    until(&scale, |_| true).await;
    assert_eq!(scale.adjust(Adjustment::Tare).await, Err(ScaleFault::NotNow));
    bench.now(|pan| pan.moving = false);
    assert_eq!(scale.adjust(Adjustment::Tare).await, Ok(()));
    bench.now(|pan| pan.load_mg = 700_000);
    until_grams(&scale, 400).await;
    let net = until(&scale, |reading| reading.net).await;
    assert_eq!(net.load.settled().unwrap().whole_grams(), Some(400));
    assert_eq!(scale.adjust(Adjustment::ClearTare).await, Ok(()));
    until_grams(&scale, 700).await;
    until(&scale, |reading| !reading.net).await;
    assert_eq!(scale.adjust(Adjustment::Zero).await, Ok(()));
    until(&scale, |reading| reading.load.code() == "scale-empty").await;
    bench.now(|pan| pan.load_mg = 5_000_000);
    assert_eq!(scale.adjust(Adjustment::Zero).await, Err(ScaleFault::OutOfRange));
}

#[tokio::test]
async fn an_nci_scale_is_zeroed_and_says_what_it_does_not_know() {
    let pan = Pan { load_mg: 300_000, tare_mg: 50_000, ..Pan::default() };
    let (bench, _line) = Bench::plug_in(Protocol::Nci, pan);
    let (scale, _receiver) = station(&bench.port, Protocol::Nci);
    assert!(until_grams(&scale, 250).await.net, "its third status byte says that the weight is net");
    assert_eq!(scale.adjust(Adjustment::ClearTare).await, Err(ScaleFault::Unknown));
    assert_eq!(scale.adjust(Adjustment::Tare).await, Err(ScaleFault::Unknown));
    assert_eq!(scale.adjust(Adjustment::Zero).await, Ok(()));
    until(&scale, |reading| reading.load.code() == "scale-empty" && !reading.net).await;
}

#[rstest]
#[case(Protocol::MtSics)]
#[case(Protocol::Nci)]
#[tokio::test]
async fn late_answers_and_answers_in_pieces_count(#[case] protocol: Protocol) {
    let pan = Pan { load_mg: 42_000, piece: 3, delay: Duration::from_millis(600), ..Pan::default() };
    let (bench, _line) = Bench::plug_in(protocol, pan);
    let (scale, mut receiver) = station(&bench.port, protocol);
    until_grams(&scale, 42).await;
    until_state(&mut receiver, &DeviceState::Working).await;
    // Later than it is waited for: the question is asked again, and its answer is as good.
    bench.now(|pan| (pan.delay, pan.load_mg) = (Duration::from_millis(1900), 43_000));
    until_grams(&scale, 43).await;
    assert_eq!(scale.state(), DeviceState::Working);
}

#[rstest]
#[case(Protocol::MtSics)]
#[case(Protocol::Nci)]
#[tokio::test]
async fn half_an_answer_is_never_another_weight(#[case] protocol: Protocol) {
    let pan = Pan { load_mg: 1_234_500, unit: ("g", 1_000.0), halves: true, ..Pan::default() };
    let (bench, _line) = Bench::plug_in(protocol, pan);
    let (scale, _receiver) = station(&bench.port, protocol);
    let mut readings = scale.subscribe();
    let mut settled = 0;
    while settled < 6 {
        tokio::time::timeout(DEADLINE, readings.changed()).await.expect("readings go on").unwrap();
        let reading = readings.borrow_and_update().clone();
        let Some(weight) = reading.as_ref().and_then(|reading| reading.load.settled().cloned()) else {
            continue;
        };
        assert_eq!(weight.whole_grams(), Some(1235), "{weight:?}");
        settled += 1;
    }
    assert_eq!(scale.state(), DeviceState::Working);
}

#[rstest]
#[case::wrong_baud(Protocol::MtSics, b"\xf8\x9c\xe1\x00\n", FailureCode::ScaleUnreadable)]
#[case::wrong_baud_without_an_end(Protocol::Nci, b"\xf8\x9c\xe1\x00", FailureCode::ScaleUnreadable)]
#[case::speaks_nci(Protocol::MtSics, b"\n?\r\x03", FailureCode::ScaleOtherProtocol)]
#[case::speaks_sics(Protocol::Nci, b"ES\r\n", FailureCode::ScaleOtherProtocol)]
#[case::knows_no_si(Protocol::MtSics, b"ES\r\n", FailureCode::ScaleOtherProtocol)]
#[case::silent(Protocol::MtSics, b"", FailureCode::ScaleSilent)]
#[case::silent_too(Protocol::Nci, b"", FailureCode::ScaleSilent)]
#[case::counts_pieces(Protocol::MtSics, b"S S        12 PCS\r\n", FailureCode::ScaleUnit)]
#[case::not_calibrated(Protocol::Nci, b"\n 0.000kg\r\nS08\r\x03", FailureCode::ScaleDefect)]
#[case::error_10b(Protocol::MtSics, b"S S Error 10b\r\n", FailureCode::ScaleDefect)]
#[tokio::test]
async fn what_does_not_weigh_says_why(
    #[case] protocol: Protocol,
    #[case] instead: &[u8],
    #[case] code: FailureCode,
) {
    let pan = Pan { load_mg: 5_000, instead: Some(instead.to_vec()), ..Pan::default() };
    let (bench, _line) = Bench::plug_in(protocol, pan);
    let (scale, mut receiver) = station(&bench.port, protocol);
    until_state(&mut receiver, &DeviceState::Failing { code }).await;
    assert_eq!(scale.latest(), None);
    bench.now(|pan| pan.instead = None);
    until_grams(&scale, 5).await;
    until_state(&mut receiver, &DeviceState::Working).await;
}

#[tokio::test]
async fn a_scale_that_goes_away_is_lost_with_its_weight_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scale");
    let (scale, mut receiver) = station(&path, Protocol::MtSics);
    until_state(&mut receiver, &DeviceState::Missing { what: path.display().to_string() }).await;
    assert_eq!(scale.adjust(Adjustment::Zero).await, Err(ScaleFault::Gone));

    let first = nix::pty::openpty(None, None).unwrap();
    symlink(nix::unistd::ttyname(&first.slave).unwrap(), &path).unwrap();
    let mut wire = File::from(first.master);
    until_state_or_answer(&mut wire, b"S S      7.00 g\r\n");
    until_grams(&scale, 7).await;
    until_state(&mut receiver, &DeviceState::Working).await;
    std::fs::remove_file(&path).unwrap();
    drop((wire, first.slave));
    until_state(&mut receiver, &DeviceState::Lost).await;
    assert_eq!(scale.latest(), None, "an old weight never passes for the present one");

    let (bench, _line) = Bench::plug_in(Protocol::MtSics, Pan { load_mg: 8_000, ..Pan::default() });
    symlink(&bench.port, &path).unwrap();
    until_grams(&scale, 8).await;
    until_state(&mut receiver, &DeviceState::Working).await;
}

/// Waits for the first question and says this once.
fn until_state_or_answer(wire: &mut File, answer: &[u8]) {
    let mut heard = [0; 64];
    let count = wire.read(&mut heard).unwrap();
    assert!(count > 0);
    wire.write_all(answer).unwrap();
}

#[tokio::test]
async fn a_port_that_is_no_port_says_so() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (_scale, mut receiver) = station(file.path(), Protocol::Nci);
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::ScaleNotAPort }).await;
}
