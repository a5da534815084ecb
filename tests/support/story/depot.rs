//! A head office in this process, with the content that the product brings.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use head_office::import::{Sources, Verdict};
use head_office::verify::{ChainVerdict, Verification};
use head_office::{HeadOffice, Server};
use jiff::Timestamp;
use records::{Options, Records};
use returns::ids::{RmaNumber, Sha256Hex, StationId, UnitId};
use returns::unit;

pub struct Depot {
    dir: tempfile::TempDir,
    server: Server,
}

pub fn asset(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets")).join(path)
}

impl Depot {
    /// A head office that knows nothing yet.
    pub async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        Self { dir, server }
    }

    /// A head office with policy, checklists, catalogue, operators and expected returns.
    pub async fn open() -> Self {
        let depot = Self::empty().await;
        let verdict = depot.import(Sources {
            rmas: vec![asset("demo/rmas.json")],
            catalogue: vec![asset("catalogue/catalogue.csv")],
            operators: vec![asset("demo/operators.csv")],
            policies: vec![asset("policy")],
            checklists: vec![asset("checklists")],
        });
        assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
        depot
    }

    pub fn import(&self, sources: Sources) -> Verdict {
        self.office().import(&sources, Timestamp::now()).unwrap()
    }

    pub fn office(&self) -> &HeadOffice {
        self.server.office()
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub async fn close(self) {
        self.server.stop().await;
    }

    /// Makes a data folder an enrolled station's, that calls head office at an address.
    pub async fn enrol(&self, data: &Path, depot: &str, name: &str, url: &str) -> StationId {
        let code = self.office().issue_code(depot, name, Timestamp::now()).unwrap();
        let records = Arc::new(Mutex::new(Records::open(data, Options::default()).unwrap()));
        sync::enrol_station(&records, url, &code).await.unwrap().station
    }

    /// The content of an RMA's signed return label.
    pub fn return_label(&self, rma: &str) -> String {
        let number: RmaNumber = rma.parse().unwrap();
        let labels = self.office().return_labels(Some(&number), Timestamp::now()).unwrap();
        labels.first().unwrap().token.clone()
    }

    /// A station's events as they are stored here, in order.
    pub fn lines_of(&self, station: StationId) -> Vec<Vec<u8>> {
        let store = self.office().store();
        let epochs = store.chains().unwrap().into_iter().filter(|(of, ..)| *of == station);
        epochs
            .flat_map(|(_, epoch, _)| {
                store.events_after(&station, &epoch, 0, usize::MAX >> 1, usize::MAX >> 1).unwrap()
            })
            .map(|event| event.bytes)
            .collect()
    }

    /// Photos that are held here whole, each read back from its file.
    pub fn photos(&self) -> BTreeMap<Sha256Hex, Vec<u8>> {
        let held = self.office().store().blobs().unwrap();
        held.into_iter()
            .map(|(hash, length)| {
                let bytes = self.office().blobs().read(&hash).unwrap();
                assert_eq!(bytes.len() as u64, length, "{hash}");
                (hash, bytes)
            })
            .collect()
    }

    /// Units as head office reads the events, once it has read all of them.
    pub async fn units(&self) -> BTreeMap<UnitId, unit::State> {
        super::until("head office reads the events", || self.office().store().unread().unwrap() == 0).await;
        let units = self.office().store().units().unwrap();
        units.into_iter().map(|row| (row.unit, row.state)).collect()
    }

    /// Everything is there and sound.
    pub fn verified(&self) -> Verification {
        let found = self.office().verify(|_| ()).unwrap();
        assert_eq!(found.chain, ChainVerdict::Ok);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        found
    }
}
