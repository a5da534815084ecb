//! Three stations and head office in one process, without a line between them: what one sends is handed over.
#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use head_office::enrolment::OneTimeCode;
use head_office::import::Sources;
use head_office::interpret::interpret_all;
use head_office::ledger::{Batch as Lines, Content};
use head_office::{HeadOffice, store::AppendRefusal};
use jiff::Timestamp;
use proof::bench::copy_folder;
use proof::dice::Dice;
use proof::evidence::{OfficeLeft, Run, StationLeft};
use proof::ledger::{Account, Ledger};
use proof::life::Life;
use proof::work::{Hand, StationClock};
use records::{Batch, Options, Records};
use tempfile::TempDir;
use wire::{EnrolReply, Feed, FeedPage, Receipt, SecretKey};

const DEPOT: &str = "LEJ2";
pub const STATIONS: usize = 3;

pub struct Bench {
    dir: TempDir,
    pub records: Arc<Mutex<Records>>,
    pub hand: Hand,
    pub clock: StationClock,
    pulled: u64,
    pub sent: Option<Batch>,
}

pub struct Depot {
    dir: TempDir,
    pub office: HeadOffice,
    pub benches: Vec<Bench>,
}

/// In memory where there is such a place: nothing here is about disks.
fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn assets() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets").into()
}

/// A head office with the demo's knowledge and three stations that have it, made once and copied for each case.
static TEMPLATE: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = folder();
    let office = HeadOffice::open_or_create(&dir.path().join("office")).unwrap();
    let sources = Sources {
        rmas: vec![assets().join("demo/rmas.json")],
        catalogue: vec![assets().join("catalogue/catalogue.csv")],
        policies: vec![assets().join("policy")],
        checklists: vec![assets().join("checklists")],
        ..Sources::default()
    };
    let verdict = office.import(&sources, Timestamp::now()).unwrap();
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    for number in 0..STATIONS {
        let folder = dir.path().join(format!("station-{number}"));
        let mut records = Records::open(&folder, Options::default()).unwrap();
        let key = SecretKey::from_seed([number as u8 + 1; 32]);
        records.keep_secret_key(&key).unwrap();
        let code = OneTimeCode::random();
        let store = office.store();
        store.add_code(&code, DEPOT, &format!("B{number}"), Timestamp::now().as_second() + 60).unwrap();
        let enrolled = store.redeem(&code, &key.public(), Timestamp::now()).unwrap();
        let reply = EnrolReply {
            station: enrolled.station.id,
            name: enrolled.station.name,
            depot: enrolled.station.depot,
            epoch: enrolled.epoch,
            lpn_block: enrolled.station.lpn_block,
            lpn_reserve_block: enrolled.station.lpn_reserve_block,
            label_keys: vec![office.public_key()],
            sample_salt: hex::encode(office.identity().sample_salt),
            incarnation: office.identity().incarnation.clone(),
        };
        records.enrol(&reply, "http://127.0.0.1:1", office.public_key()).unwrap();
        for feed in [Feed::Documents, Feed::Catalogue, Feed::Rmas] {
            let mut after = 0;
            loop {
                let slice = store.keyed_page(feed, after, false).unwrap();
                after = slice.position;
                let (items, more) = (slice.items, slice.more);
                records.apply_page(&FeedPage { feed, items, cursor: after.to_string(), more }).unwrap();
                if !more {
                    break;
                }
            }
        }
    }
    dir
});

impl Depot {
    pub fn new() -> Self {
        let dir = folder();
        copy_folder(TEMPLATE.path(), dir.path()).unwrap();
        let office = HeadOffice::open(&dir.path().join("office")).unwrap();
        let benches = (0..STATIONS).map(|number| Bench::open(dir.path(), number)).collect();
        Self { dir, office, benches }
    }

    pub fn store(&self, batch: &Batch) -> Result<Receipt, AppendRefusal> {
        let Batch { station, epoch, first, last, prev_hash, last_hash, lines } = batch.clone();
        let lines = Lines { station, epoch, first, last, previous: prev_hash, last_hash, lines };
        let head =
            self.office.store().append(lines.check(Content::Envelopes).unwrap(), DEPOT, Timestamp::now())?;
        let incarnation = self.office.identity().incarnation.clone();
        Ok(Receipt { station, epoch, stored_seq: head.seq, stored_hash: head.hash, incarnation })
    }

    /// Sends the next events. Says whether there were any.
    pub fn push(&mut self, bench: usize, most: usize, heard: bool) -> bool {
        let batch = self.benches[bench].records.lock().unwrap().next_batch(most, 1 << 20).unwrap();
        let Some(batch) = batch else { return false };
        let receipt = self.store(&batch).unwrap();
        self.benches[bench].sent = Some(batch);
        if heard {
            self.benches[bench].records.lock().unwrap().acknowledge(&receipt).unwrap();
        }
        true
    }

    /// Takes in a page of what others did: from further back than it has come, and in any order. Says whether there was
    /// anything new.
    pub fn pull(&mut self, bench: usize, backwards: u64, seed: u64) -> bool {
        let bench = &mut self.benches[bench];
        let mut records = bench.records.lock().unwrap();
        let station = records.enrolment().unwrap().station;
        let after = bench.pulled.saturating_sub(backwards);
        let mut slice = self.office.store().units_page(DEPOT, &station, after).unwrap();
        Dice::of(seed).shuffle(&mut slice.items);
        let fresh = slice.position > bench.pulled;
        bench.pulled = bench.pulled.max(slice.position);
        let page = FeedPage {
            feed: Feed::Units,
            items: slice.items,
            cursor: slice.position.to_string(),
            more: slice.more,
        };
        assert_eq!(records.apply_page(&page).unwrap().refused, 0);
        fresh
    }

    /// Everything goes everywhere, until nothing moves.
    pub fn come_to_rest(&mut self) {
        for _ in 0..50 {
            for bench in 0..STATIONS {
                while self.push(bench, 500, true) {}
            }
            interpret_all(self.office.store()).unwrap();
            for bench in 0..STATIONS {
                while self.pull(bench, 0, 1) {}
            }
            let met: u64 = self.benches.iter_mut().map(|bench| bench.hand.meet().unwrap()).sum();
            if met == 0 {
                return;
            }
        }
        panic!("decisions meet for ever");
    }

    pub fn left(&self) -> Run {
        let stations = (0..STATIONS).map(|number| {
            let folder = self.dir.path().join(format!("station-{number}"));
            let account = Account::read(&self.benches[number].dir.path().join("ledger")).unwrap();
            StationLeft::read(&format!("B{number}"), &folder, account).unwrap()
        });
        Run {
            stations: stations.collect(),
            office: OfficeLeft::read(&Life::in_folder(self.dir.path().join("office"))).unwrap(),
            // Photos have no line here.
            gone_photos: Default::default(),
            ..Run::default()
        }
    }
}

impl Bench {
    fn open(dir: &std::path::Path, number: usize) -> Self {
        let clock = StationClock::default();
        let told = clock.clone();
        let options = Options { clock: Arc::new(move || told.now()), ..Options::default() };
        let records = Records::open(&dir.join(format!("station-{number}")), options).unwrap();
        let records = Arc::new(Mutex::new(records));
        let aside = folder();
        let ledger = Ledger::open(&aside.path().join("ledger")).unwrap();
        let hand = Hand::new(Arc::clone(&records), ledger, clock.clone(), Dice::of(0));
        Self { dir: aside, records, hand, clock, pulled: 0, sent: None }
    }
}
