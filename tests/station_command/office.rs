//! The real head office on a free loopback port.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use head_office::import::Sources;
use head_office::{HeadOffice, Server};
use jiff::Timestamp;
use tokio::runtime::Runtime;

pub struct Office {
    runtime: Runtime,
    server: Option<Server>,
}

impl Office {
    pub fn start(dir: &Path) -> Self {
        Self::start_at(dir, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    pub fn start_at(dir: &Path, address: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::start(dir, address)).unwrap();
        Self { runtime, server: Some(server) }
    }

    pub fn url(&self) -> String {
        self.server.as_ref().unwrap().url()
    }

    pub fn address(&self) -> SocketAddr {
        self.url().trim_start_matches("http://").parse().unwrap()
    }

    pub fn office(&self) -> &HeadOffice {
        self.server.as_ref().unwrap().office()
    }

    pub fn code(&self, name: &str) -> String {
        self.office().issue_code("LEJ2", name, Timestamp::now()).unwrap()
    }

    /// Imports what the product brings with it: catalogue, operators, policy, checklists, returns.
    pub fn import(&self) {
        let asset = |path: &str| {
            vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets")).join(path)]
        };
        let sources = Sources {
            rmas: asset("demo/rmas.json"),
            catalogue: asset("catalogue/catalogue.csv"),
            operators: asset("demo/operators.csv"),
            policies: asset("policy"),
            checklists: asset("checklists"),
        };
        let verdict = self.office().import(&sources, Timestamp::now()).unwrap();
        assert!(verdict.imported.operators > 0 && verdict.imported.policies > 0, "{verdict:?}");
    }

    /// Events that it holds.
    pub fn events(&self) -> u64 {
        let status = serde_json::to_value(self.office().status().unwrap()).unwrap();
        status["events"].as_u64().unwrap()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}
