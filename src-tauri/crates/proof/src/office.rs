//! Head office in the run: its own process, its data folder, its backups.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use head_office::import::Sources;
use head_office::{HeadOffice, Server, Settings, Stores};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::process::{Companion, Programs};

/// Arguments of this program's own head office.
#[derive(Debug, Clone, Args)]
pub struct OfficeArgs {
    /// Its data folder
    #[arg(long)]
    pub data: PathBuf,
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

/// What a server says when it is ready, as `head-office serve --json` does.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listening {
    /// Its address, as a URL.
    pub listening: String,
}

/// Serves until the process is killed: the library, where the program `head-office` is not at hand.
///
/// # Errors
/// Where the server does not start.
pub fn serve(args: &OfficeArgs) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = Server::start_with(&args.data, Settings::new(args.listen)).await?;
        println!("{}", serde_json::to_string(&Listening { listening: server.url() })?);
        let mut ended = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        ended.recv().await;
        server.stop().await;
        Ok(())
    })
}

/// Head office of a run.
#[derive(Debug)]
pub struct Office {
    programs: Programs,
    folder: PathBuf,
    /// Opened beside the server, as a command would.
    beside: HeadOffice,
    /// The data folder of its present life.
    pub data: PathBuf,
    lives: u32,
    server: Option<Companion>,
    address: Arc<Mutex<Option<SocketAddr>>>,
    log: PathBuf,
    /// The newest backup.
    pub backup: Option<PathBuf>,
}

impl Office {
    /// Makes a head office with the demo's catalogue, policy, checklists and returns.
    ///
    /// # Errors
    /// Where the folder cannot be made, or the demo's files are refused.
    pub fn found(folder: &Path, assets: &Path, programs: Programs) -> Result<Self> {
        let data = folder.join("life-1");
        std::fs::create_dir_all(folder)?;
        let office = HeadOffice::open_or_create(&data)?;
        let sources = Sources {
            rmas: vec![assets.join("demo/rmas.json")],
            catalogue: vec![assets.join("catalogue/catalogue.csv")],
            policies: vec![assets.join("policy")],
            checklists: vec![assets.join("checklists")],
            ..Sources::default()
        };
        let verdict = office.import(&sources, Timestamp::now())?;
        anyhow::ensure!(
            verdict.refused.is_empty(),
            "head office refused the demo's files: {:?}",
            verdict.refused
        );
        Ok(Self {
            programs,
            folder: folder.to_owned(),
            beside: office,
            data,
            lives: 1,
            server: None,
            address: Arc::default(),
            log: folder.join("head-office.log"),
            backup: None,
        })
    }

    /// Where its server listens, for those who lead to it.
    pub fn address(&self) -> Arc<Mutex<Option<SocketAddr>>> {
        Arc::clone(&self.address)
    }

    fn set_address(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Starts the server.
    ///
    /// # Errors
    /// Where it does not come up.
    pub async fn start(&mut self) -> Result<()> {
        let mut command = match &self.programs.head_office {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(["serve", "--json", "--listen", "127.0.0.1:0"]).env("RUST_LOG", "warn");
                command
            }
            None => {
                let mut command = Command::new(&self.programs.proof);
                command.arg("office");
                command
            }
        };
        command.arg("--data").arg(&self.data);
        let mut server = Companion::start(command, "head office", &self.log)?;
        let ready: Listening = server.hear(Duration::from_secs(60)).await?;
        let address = ready.listening.trim_start_matches("http://").parse();
        self.set_address(Some(address.with_context(|| format!("head office listens on {ready:?}"))?));
        self.server = Some(server);
        Ok(())
    }

    /// The server is gone, wherever it was.
    pub async fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
    }

    /// The server stands still.
    pub fn pause(&self) {
        self.server.iter().for_each(Companion::pause);
    }

    /// The server goes on.
    pub fn resume(&self) {
        self.server.iter().for_each(Companion::resume);
    }

    /// A one-time code for a station.
    ///
    /// # Errors
    /// Where the name is taken.
    pub fn code(&self, name: &str) -> Result<String> {
        Ok(self.beside.issue_code("LEJ2", name, Timestamp::now())?)
    }

    /// A station's key counts no more.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn revoke(&self, name: &str) -> Result<()> {
        Ok(self.beside.store().revoke(name)?)
    }

    /// A person says that only one copy of a station is left.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn release(&self, name: &str) -> Result<()> {
        Ok(self.beside.store().release(name)?)
    }

    /// Makes a backup beside the running server.
    ///
    /// # Errors
    /// Where it does not verify.
    pub fn back_up(&mut self) -> Result<()> {
        let made = self.beside.backup(&self.folder.join("backups"), Timestamp::now())?;
        self.backup = Some(PathBuf::from(made.place));
        Ok(())
    }

    /// Loses everything and begins another life from the newest backup. The server must be dead. Gives the folder of the
    /// life before.
    ///
    /// # Errors
    /// Where there is no backup, or it does not restore.
    pub fn restore(&mut self) -> Result<PathBuf> {
        let backup = self.backup.clone().context("there is no backup")?;
        self.lives += 1;
        let data = self.folder.join(format!("life-{}", self.lives));
        head_office::backup::restore(&backup, &data, &Stores::default(), Timestamp::now())?;
        self.beside = HeadOffice::open(&data)?;
        Ok(std::mem::replace(&mut self.data, data))
    }

    /// Events that are stored.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn events(&self) -> Result<u64> {
        Ok(self.beside.store().totals()?.events)
    }

    /// Events that are stored and not read yet.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn unread(&self) -> Result<u64> {
        Ok(self.beside.store().unread()?)
    }
}
