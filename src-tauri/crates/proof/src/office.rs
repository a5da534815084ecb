//! Head office in the run: its own process, its data folder, its backups.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use head_office::blobs::Objects;
use head_office::import::Sources;
use head_office::key::KEY_FILE;
use head_office::{HeadOffice, Server, Settings, Stores};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::cluster::Cluster;
use crate::life::Life;
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
    /// A PostgreSQL database; without it SQLite in the data folder
    #[arg(long)]
    pub database: Option<String>,
    /// Bucket of an object store; without it a folder
    #[arg(long)]
    pub photos: Option<String>,
    /// Address of the object store
    #[arg(long)]
    pub photos_endpoint: Option<String>,
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
    let endpoint = args.photos_endpoint.clone();
    let photos = args.photos.clone().map(|bucket| Objects { bucket, endpoint, credentials: None });
    let stores = Stores { database: args.database.clone(), photos };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let settings = Settings { stores, ..Settings::new(args.listen) };
        let server = Server::start_with(&args.data, settings).await?;
        println!("{}", serde_json::to_string(&Listening { listening: server.url() })?);
        let mut ended = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        ended.recv().await;
        server.stop().await;
        Ok(())
    })
}

/// Where the servers of a head office listen now.
pub type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

/// Head office of a run.
#[derive(Debug)]
pub struct Office {
    programs: Programs,
    folder: PathBuf,
    /// Opened beside the servers, as a command would.
    beside: HeadOffice,
    /// Its present life.
    pub life: Life,
    lives: u32,
    servers: Vec<Option<(Companion, SocketAddr)>>,
    addresses: Addresses,
    log: PathBuf,
    /// The newest backup.
    pub backup: Option<PathBuf>,
    cluster: Option<Cluster>,
}

impl Office {
    /// Makes a head office with the demo's catalogue, policy, checklists and returns: one server over a folder, or two over
    /// a cluster.
    ///
    /// # Errors
    /// Where the folder cannot be made, or the demo's files are refused.
    pub fn found(folder: &Path, assets: &Path, programs: Programs, cluster: Option<Cluster>) -> Result<Self> {
        let data = folder.join("life-1");
        std::fs::create_dir_all(&data)?;
        let life = match &cluster {
            Some(cluster) => cluster.life(data, 1)?,
            None => Life::in_folder(data),
        };
        let office = HeadOffice::open_or_create_in(&life.data, &life.stores())?;
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
        let count = if cluster.is_some() { 2 } else { 1 };
        Ok(Self {
            programs,
            folder: folder.to_owned(),
            beside: office,
            life,
            lives: 1,
            servers: (0..count).map(|_| None).collect(),
            addresses: Arc::default(),
            log: folder.join("head-office.log"),
            backup: None,
            cluster,
        })
    }

    /// Where its servers listen, for those who lead to them.
    pub fn addresses(&self) -> Addresses {
        Arc::clone(&self.addresses)
    }

    /// How many servers it has, up or not.
    pub fn servers(&self) -> usize {
        self.servers.len()
    }

    fn tell_addresses(&self) {
        let addresses = self.servers.iter().flatten().map(|(_, address)| *address).collect();
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) = addresses;
    }

    /// Starts the servers that are not up.
    ///
    /// # Errors
    /// Where one does not come up.
    pub async fn start(&mut self) -> Result<()> {
        for at in 0..self.servers.len() {
            if self.servers.get(at).is_some_and(Option::is_none) {
                let server = self.start_one(at).await?;
                if let Some(place) = self.servers.get_mut(at) {
                    *place = Some(server);
                }
                self.tell_addresses();
            }
        }
        Ok(())
    }

    async fn start_one(&self, at: usize) -> Result<(Companion, SocketAddr)> {
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
        command.arg("--data").arg(self.folder_of(at)?);
        let stores = self.life.stores();
        if let (Some(database), Some(photos)) = (&stores.database, &stores.photos) {
            command.arg("--database").arg(database).arg("--photos").arg(&photos.bucket);
            command.arg("--photos-endpoint").arg(photos.endpoint.as_deref().unwrap_or_default());
            let (name, secret) = photos.credentials.clone().unwrap_or_default();
            command.env("AWS_ACCESS_KEY_ID", name).env("AWS_SECRET_ACCESS_KEY", secret);
            command.env("AWS_REGION", "eu-central-1");
        }
        let name = format!("server {} of head office", at + 1);
        let mut server = Companion::start(command, &name, &self.log)?;
        let ready: Listening = server.hear(Duration::from_secs(60)).await?;
        let address = ready.listening.trim_start_matches("http://").parse();
        Ok((server, address.with_context(|| format!("head office listens on {ready:?}"))?))
    }

    /// Each server has a folder of its own; but for the key there is nothing in those of the others.
    fn folder_of(&self, at: usize) -> Result<PathBuf> {
        if at == 0 {
            return Ok(self.life.data.clone());
        }
        let folder = self.folder.join(format!("life-{}-server-{}", self.lives, at + 1));
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(self.life.data.join(KEY_FILE), folder.join(KEY_FILE))?;
        Ok(folder)
    }

    /// All servers are gone, wherever they were.
    pub async fn kill(&mut self) {
        for at in 0..self.servers.len() {
            self.kill_one(at).await;
        }
    }

    /// One server is gone; the others go on.
    pub async fn kill_one(&mut self, at: usize) {
        if let Some((server, _)) = self.servers.get_mut(at).and_then(Option::take) {
            server.kill().await;
            self.tell_addresses();
        }
    }

    /// One server stands still, and is still led to.
    pub fn pause_one(&self, at: usize) {
        if let Some(Some((server, _))) = self.servers.get(at) {
            server.pause();
        }
    }

    /// All servers go on.
    pub fn resume(&self) {
        self.servers.iter().flatten().for_each(|(server, _)| server.resume());
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

    /// Loses everything and begins another life from the newest backup. The servers must be dead. Gives the life before.
    ///
    /// # Errors
    /// Where there is no backup, or it does not restore.
    pub fn restore(&mut self) -> Result<Life> {
        let backup = self.backup.clone().context("there is no backup")?;
        self.lives += 1;
        let data = self.folder.join(format!("life-{}", self.lives));
        let life = match &self.cluster {
            Some(cluster) => cluster.life(data, self.lives)?,
            None => Life::in_folder(data),
        };
        head_office::backup::restore(&backup, &life.data, &life.stores(), Timestamp::now())?;
        self.beside = HeadOffice::open_in(&life.data, &life.stores())?;
        Ok(std::mem::replace(&mut self.life, life))
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
