//! A PostgreSQL server and an object store of the run's own, on loopback: what a head office of several processes keeps
//! things in.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use anyhow::{Context, Result, ensure};
use head_office::Stores;
use head_office::blobs::Objects;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use crate::life::{Life, Shared};

/// Starts a server as another user than root, and ends it with whoever holds its standard input.
const SCRIPT: &str = include_str!("../../head-office/tests/support/cluster.sh");
const NAME: &str = "head-office";
const SECRET: &str = "not-a-secret";

/// Both, for as long as this lives; the object store until the process ends.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    programs: PathBuf,
    buckets: PathBuf,
    endpoint: String,
    /// Its standard input is what keeps the server alive.
    _script: Child,
}

impl Cluster {
    /// Starts them; photos lie below a folder.
    ///
    /// # Errors
    /// Where PostgreSQL is not installed or does not start.
    pub fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut script = Command::new("sh")
            .args(["-c", SCRIPT, "cluster"])
            .arg(&programs)
            .arg(port.to_string())
            .arg(folder.join("postgres.note"))
            .args(["-c", "max_connections=200", "-c", "fsync=off"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let said = script.stdout.as_mut().context("the script has an output")?;
        BufReader::new(said).read_line(&mut line)?;
        ensure!(line.trim() == "ready", "PostgreSQL did not start");
        let buckets = folder.join("objects");
        std::fs::create_dir_all(&buckets)?;
        let endpoint = serve_objects(&buckets)?;
        Ok(Self { port, programs, buckets, endpoint, _script: script })
    }

    /// A life of head office in a database and a bucket that nobody else uses.
    ///
    /// # Errors
    /// Where the database cannot be made.
    pub fn life(&self, data: PathBuf, number: u32) -> Result<Life> {
        let name = format!("life_{number}");
        let made = Command::new(self.programs.join("createdb"))
            .args(["--host=127.0.0.1", "--username=postgres"])
            .arg(format!("--port={}", self.port))
            .arg(&name)
            .status()?;
        ensure!(made.success(), "createdb {name}");
        let bucket = format!("life-{number}");
        let photos = self.buckets.join(&bucket);
        std::fs::create_dir_all(&photos)?;
        let database = format!("postgres://postgres@127.0.0.1:{}/{name}", self.port);
        let objects = Objects {
            bucket,
            endpoint: Some(self.endpoint.clone()),
            credentials: Some((NAME.to_owned(), SECRET.to_owned())),
        };
        let stores = Stores { database: Some(database.clone()), photos: Some(objects) };
        Ok(Life { data, shared: Some(Shared { database, photos, stores }) })
    }
}

/// Where Debian puts the programs of its newest PostgreSQL.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max()
        .context("PostgreSQL is not installed: apt-get install postgresql")
}

/// An object store over a folder, whose folders are the buckets, on a thread of its own.
fn serve_objects(folder: &Path) -> Result<String> {
    let files =
        s3s_fs::FileSystem::new(folder).map_err(|error| anyhow::anyhow!("object store: {error:?}"))?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let (told, ready) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async move {
            let mut service = S3ServiceBuilder::new(files);
            service.set_auth(SimpleAuth::from_single(NAME, SECRET));
            let service = service.build();
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let _ = told.send(());
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // A caller that went away is nobody's trouble here.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
    });
    ready.recv().context("the object store does not start")?;
    Ok(format!("http://{address}"))
}
