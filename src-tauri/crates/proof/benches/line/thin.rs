//! Events over 256 kbit/s with 5 % loss each way: two network namespaces with a cable between them, `tc tbf` at both ends,
//! and loss by iptables' statistic match, for `netem` is not in every kernel.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use head_office::HeadOffice;
use head_office::import::Sources;
use jiff::Timestamp;
use proof::office::Listening;
use proof::process::Companion;
use proof::station::{Order, Said};

use crate::shift;

const OFFICE: &str = "rs-line-office";
const DEPOT: &str = "rs-line-depot";
const ADDRESS: &str = "10.77.0.1";
const PORT: u16 = 8470;
/// More than twice the limit: then it will not be met.
const GIVEN_UP: Duration = Duration::from_secs(400);

pub struct Took {
    pub seconds: f64,
    pub wire_bytes: u64,
    pub loss: &'static str,
}

pub async fn events(count: u64) -> Result<Took> {
    let dir = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" })?;
    let url = format!("http://{ADDRESS}:{PORT}");
    let (office_dir, station_dir, model) =
        (dir.path().join("office"), dir.path().join("station"), dir.path().join("model"));
    {
        let office = HeadOffice::open_or_create(&office_dir)?;
        office.import(&sources(), Timestamp::now())?;
        drop(shift::work(shift::enrolled(&office, &model, "MODEL", &url)?, dir.path(), 4000)?);
        let mut records = shift::enrolled(&office, &station_dir, "LINE", &url)?;
        shift::backlog(&mut records, &model, count)?;
    }
    let _cable = Cable::lay()?;
    let mut server = {
        let mut command = inside(OFFICE, env!("CARGO_BIN_EXE_proof"));
        command.arg("office").arg("--data").arg(&office_dir);
        command.args(["--listen", &format!("{ADDRESS}:{PORT}")]);
        Companion::start(command, "head office", &dir.path().join("office.log"))?
    };
    let _: Listening = server.hear(Duration::from_secs(60)).await?;
    let before = sent_bytes()?;
    let mut station = {
        let mut command = inside(DEPOT, env!("CARGO_BIN_EXE_proof"));
        command.arg("station").arg("--data").arg(&station_dir).args(["--url", &url, "--depot-pace"]);
        command.arg("--ledger").arg(dir.path().join("line.ledger"));
        Companion::start(command, "station", &dir.path().join("station.log"))?
    };
    let begun = Instant::now();
    let _: Said = station.hear(Duration::from_secs(60)).await?;
    loop {
        station.tell(&Order::Look).await?;
        match station.hear(Duration::from_secs(60)).await? {
            Said::Is(standing) if standing.unsent == 0 => break,
            Said::Is(_) if begun.elapsed() < GIVEN_UP => {}
            other => bail!("the events do not go up: {other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let wire_bytes = sent_bytes()? - before;
    station.kill().await;
    server.kill().await;
    Ok(Took { seconds, wire_bytes, loss: "tc tbf and iptables statistic, both ways" })
}

pub fn sources() -> Sources {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    Sources {
        rmas: vec![assets.join("demo/rmas.json")],
        catalogue: vec![assets.join("catalogue/catalogue.csv")],
        policies: vec![assets.join("policy")],
        checklists: vec![assets.join("checklists")],
        ..Sources::default()
    }
}

fn inside(namespace: &str, program: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

/// Bytes that the depot's end put on the cable.
fn sent_bytes() -> Result<u64> {
    let path = "/sys/class/net/rs-depot/statistics/tx_bytes";
    let read = Command::new("ip").args(["netns", "exec", DEPOT, "cat", path]).output()?;
    Ok(String::from_utf8(read.stdout)?.trim().parse()?)
}

/// Two namespaces with a thin cable between them, for as long as this lives.
struct Cable;

impl Cable {
    fn lay() -> Result<Self> {
        let cable = Self;
        Self::cut();
        for namespace in [OFFICE, DEPOT] {
            ip(&["netns", "add", namespace])?;
        }
        ip(&[
            "link",
            "add",
            "rs-office",
            "netns",
            OFFICE,
            "type",
            "veth",
            "peer",
            "name",
            "rs-depot",
            "netns",
            DEPOT,
        ])?;
        for (namespace, end, address) in
            [(OFFICE, "rs-office", "10.77.0.1/24"), (DEPOT, "rs-depot", "10.77.0.2/24")]
        {
            ip(&["-n", namespace, "address", "add", address, "dev", end])?;
            ip(&["-n", namespace, "link", "set", end, "up"])?;
            ip(&["-n", namespace, "link", "set", "lo", "up"])?;
            run(
                "ip",
                &[
                    "netns", "exec", namespace, "tc", "qdisc", "add", "dev", end, "root", "tbf", "rate",
                    "256kbit", "burst", "4kb", "latency", "400ms",
                ],
            )?;
            run(
                "ip",
                &[
                    "netns",
                    "exec",
                    namespace,
                    "iptables",
                    "-A",
                    "INPUT",
                    "-i",
                    end,
                    "-m",
                    "statistic",
                    "--mode",
                    "random",
                    "--probability",
                    "0.05",
                    "-j",
                    "DROP",
                ],
            )
            .context("Debian's package iptables is needed")?;
            // Long packets that only a veth knows would be lost whole, and shaped as one.
            let _ = run(
                "ip",
                &["netns", "exec", namespace, "ethtool", "-K", end, "tso", "off", "gso", "off", "gro", "off"],
            );
            ip(&["-n", namespace, "link", "set", end, "gso_max_segs", "1"])?;
        }
        Ok(cable)
    }

    fn cut() {
        for namespace in [OFFICE, DEPOT] {
            let _ = Command::new("ip").args(["netns", "del", namespace]).output();
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        Self::cut();
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    run("ip", arguments)
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let done = Command::new(program).args(arguments).output().with_context(|| program.to_owned())?;
    if !done.status.success() {
        bail!("{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
