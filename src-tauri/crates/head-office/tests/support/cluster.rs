//! A PostgreSQL server for the tests of one process, started when the first of them asks for it.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use uuid::Uuid;

/// A running server. It ends with this process, however that ends: the script that holds it reads our end of a pipe.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    programs: PathBuf,
    _script: Option<Child>,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

/// The server of this process. Without the disk's flush, which only a bench asks for.
pub fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        // A test binary may hold several copies of this module; they share one server, named in a file.
        let note = std::env::temp_dir().join(format!("head-office-postgres-of-{}", std::process::id()));
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&note).unwrap();
        file.lock().unwrap();
        let mut port = String::new();
        file.read_to_string(&mut port).unwrap();
        match port.parse() {
            Ok(port) => Cluster { port, programs: programs(), _script: None },
            Err(_) => {
                let cluster = Cluster::start(&note, &["-c", "fsync=off"]);
                write!(file, "{}", cluster.port).unwrap();
                cluster
            }
        }
    })
}

impl Cluster {
    /// Starts one; the script takes the note away at the end.
    pub fn start(note: &std::path::Path, settings: &[&str]) -> Self {
        let programs = programs();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut script = Command::new("sh")
            .args(["-c", include_str!("cluster.sh"), "cluster"])
            .arg(&programs)
            .arg(port.to_string())
            .arg(note)
            .args(["-c", "max_connections=200"])
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(script.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "PostgreSQL did not start");
        Self { port, programs, _script: Some(script) }
    }

    /// Where it listens, on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database that nobody else uses.
    pub fn fresh_database(&self) -> String {
        let name = format!("office_{}", Uuid::new_v4().simple());
        let made = self.program("createdb").arg(&name).status().unwrap();
        assert!(made.success(), "createdb {name}");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs statements in a database.
    pub fn run(&self, url: &str, sql: &str) {
        let name = url.rsplit('/').next().unwrap();
        let done =
            self.program("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-c", sql, name]).status().unwrap();
        assert!(done.success(), "{sql}");
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.args(["--host=127.0.0.1", "--username=postgres"]).arg(format!("--port={}", self.port));
        command
    }
}

/// Where Debian puts the programs of its newest PostgreSQL.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max()
        .expect("PostgreSQL is not installed: apt-get install postgresql")
}
