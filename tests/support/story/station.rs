//! A bench on a dock of simulated devices, and what a person does there.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use bench::clock::Clock;
use bench::keeping::Keeping;
use bench::seam::{Coded, Reply, Request, Screen, Stage, Tone};
use bench::{Bench, Dock};
use devices::simulated::{SimulatedCamera, SimulatedPrinter, SimulatedScanner};
use devices::{DeviceId, Printer};
use records::{Records, Unsent};
use returns::ids::{Sha256Hex, StationId, UnitId};
use returns::unit;
use rusqlite::{Connection, OpenFlags};

use super::{LOOK, PATIENCE, until};

/// Between two looks at the line.
const POLL: Duration = Duration::from_millis(200);

/// Somebody of assets/demo/operators.csv.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub badge: &'static str,
    pub pin: &'static str,
}

pub const KW: Person = Person { badge: "RS:O:KW-7F3A9C", pin: "2468" };
pub const MB: Person = Person { badge: "RS:O:MB-51D2E8", pin: "1357" };

pub struct Station {
    pub bench: Bench,
    pub scanner: SimulatedScanner,
    pub camera: Arc<SimulatedCamera>,
    pub printer: Arc<SimulatedPrinter>,
    pub dir: PathBuf,
}

impl Station {
    /// Opens a data folder that is enrolled, and waits until it knows what it must know to work.
    pub async fn start(dir: &Path) -> Self {
        let station = Self::try_start(dir).await.unwrap();
        station.until_taught().await;
        station
    }

    pub async fn try_start(dir: &Path) -> Result<Self, Coded> {
        Self::with_printer(dir, Arc::new(SimulatedPrinter::new(DeviceId::new("printer")))).await
    }

    /// As [`Station::try_start`], with a printer that somebody may have broken before.
    pub async fn with_printer(dir: &Path, printer: Arc<SimulatedPrinter>) -> Result<Self, Coded> {
        Self::open(dir, printer, Keeping::bare()).await
    }

    /// As [`Station::try_start`], with its records kept in some way.
    pub async fn keeping(dir: &Path, keeping: Keeping) -> Result<Self, Coded> {
        Self::open(dir, Arc::new(SimulatedPrinter::new(DeviceId::new("printer"))), keeping).await
    }

    async fn open(dir: &Path, printer: Arc<SimulatedPrinter>, keeping: Keeping) -> Result<Self, Coded> {
        let queue = devices::events();
        let scanner = SimulatedScanner::new(DeviceId::new("scanner"), &queue.0);
        let camera = Arc::new(SimulatedCamera::new(DeviceId::new("camera"), &queue.0));
        let dock = Dock::of(queue, Vec::new(), Some(camera.clone()), Some(printer.clone()));
        let bench = Bench::start_keeping(dir, dock, Clock::system(), Some(POLL), keeping).await?;
        Ok(Self { bench, scanner, camera, printer, dir: dir.to_owned() })
    }

    /// Waits for operators, rules, products and returns; they come in this order.
    pub async fn until_taught(&self) {
        until("the station is taught", || {
            self.with(|records| {
                !records.operators().unwrap().is_empty()
                    && records.policy().unwrap().is_some()
                    && records.rma_count().unwrap() > 0
            })
        })
        .await;
    }

    /// Stops the bench and waits until its data folder is free again.
    pub async fn stop(self) {
        self.bench.stop().await;
        drop(self.bench);
        let lock = File::options().write(true).open(self.dir.join("station.lock")).unwrap();
        until("the data folder is free", || lock.try_lock().is_ok()).await;
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Records) -> T) -> T {
        let records = self.bench.records();
        let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut records)
    }

    pub fn id(&self) -> StationId {
        self.with(|records| records.enrolment().unwrap().station)
    }

    pub fn unsent(&self) -> Unsent {
        self.with(|records| records.unsent().unwrap())
    }

    /// Events written so far.
    pub fn events(&self) -> u64 {
        self.with(|records| records.head().unwrap().seq)
    }

    pub fn unit(&self, unit: UnitId) -> Option<unit::State> {
        self.with(|records| records.unit(&unit).unwrap())
    }

    /// The only unit of an RMA that is known here.
    pub fn unit_of(&self, rma: &str) -> Option<(UnitId, unit::State)> {
        let units = self.with(|records| records.units_of_rma(&rma.parse().unwrap()).unwrap());
        assert!(units.len() < 2, "{rma}: {units:?}");
        units.into_iter().next()
    }

    pub async fn screen(&self) -> Screen {
        match self.bench.ask(Request::Screen).await.unwrap() {
            Reply::Screen(screen) => *screen,
            other => panic!("{other:?}"),
        }
    }

    pub async fn until(&self, what: &str, fits: impl Fn(&Screen) -> bool) -> Screen {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen().await;
            if fits(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "waited in vain: {what}; now {}", told(&screen));
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The screen once no label is on its way to a printer that works.
    pub async fn settled(&self) -> Screen {
        let works = self.printer.check().await.is_ok();
        self.until("the label is printed", |screen| !works || !label_pending(screen)).await
    }

    /// A scan, byte for byte, from the scanner; gives the screen that tells what came of it.
    pub async fn scan(&self, bytes: impl AsRef<[u8]>) -> Screen {
        let bytes = bytes.as_ref();
        let before = self.settled().await.band.blink;
        self.scanner.scan(bytes).await;
        let what =
            format!("the band tells of {:?}", String::from_utf8_lossy(bytes.get(..60).unwrap_or(bytes)));
        self.until(&what, |screen| screen.band.blink > before).await
    }

    pub async fn press(&self, command: &str) -> Screen {
        self.settled().await;
        match self.bench.ask(Request::Press { command: command.to_owned() }).await.unwrap() {
            Reply::Screen(screen) => *screen,
            other => panic!("{other:?}"),
        }
    }

    pub async fn pin(&self, pin: &str) -> Screen {
        for digit in pin.chars() {
            self.press(&format!("DIGIT-{digit}")).await;
        }
        self.press("ENTER").await
    }

    pub async fn sign_in(&self, person: Person) {
        self.scan(person.badge).await;
        let screen = self.pin(person.pin).await;
        assert_eq!(screen.band.say.code, "signed-in", "{}", told(&screen));
    }

    /// A person asks for the line to be tried, again and again, until head office has everything.
    pub async fn until_sent(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unsent = self.unsent();
            if unsent.events == 0 && unsent.photos == 0 {
                return;
            }
            assert!(Instant::now() < deadline, "never sent: {unsent:?}, {}", told(&self.screen().await));
            let _ = self.bench.ask(Request::SyncNow).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The events' bytes as they are on disk, in order.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        lines_in(&self.dir)
    }

    /// Photos that events name, each read back from its file.
    pub fn photos(&self) -> BTreeMap<Sha256Hex, Vec<u8>> {
        photos_in(&self.dir)
    }

    /// Chain, projections and photos are sound.
    pub fn verified(&self) {
        verified(&self.dir);
    }
}

pub fn database(dir: &Path) -> Connection {
    Connection::open_with_flags(dir.join("station.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

pub fn lines_in(dir: &Path) -> Vec<Vec<u8>> {
    let database = database(dir);
    let mut statement = database.prepare("SELECT bytes FROM events ORDER BY epoch, seq").unwrap();
    let lines = statement.query_map([], |row| row.get(0)).unwrap();
    lines.collect::<Result<_, _>>().unwrap()
}

pub fn photos_in(dir: &Path) -> BTreeMap<Sha256Hex, Vec<u8>> {
    let database = database(dir);
    let mut statement = database.prepare("SELECT sha256 FROM photos WHERE purged = 0").unwrap();
    let hashes: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let photos = Records::open_read_only(dir).unwrap().photos();
    let read = |hash: String| {
        let hash: Sha256Hex = hash.parse().unwrap();
        (hash, photos.read(&hash).unwrap().unwrap_or_else(|| panic!("{hash} is not on disk")))
    };
    hashes.into_iter().map(read).collect()
}

pub fn verified(dir: &Path) {
    let report = records::verify(dir).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

pub fn label_pending(screen: &Screen) -> bool {
    matches!(&screen.stage, Stage::StickNumber { label, .. } | Stage::StickLabel { label, .. } if label.pending)
}

/// The bench said no.
pub fn is_refusal(screen: &Screen) -> bool {
    matches!(screen.band.tone, Tone::Rejected | Tone::Locked | Tone::Supervisor)
        && screen.band.saved.is_none()
}

/// A screen in a line, for messages of failed assertions.
pub fn told(screen: &Screen) -> String {
    let stage = serde_json::to_value(&screen.stage).unwrap();
    format!(
        "stage {}, band {:?} {} {:?}, line {:?}",
        stage["stage"], screen.band.tone, screen.band.say.code, screen.band.say.args, screen.status.line
    )
}
