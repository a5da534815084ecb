//! One station of a run: its disk, its line, its process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::ledger::Account;
use crate::process::{Companion, Programs};
use crate::station::{Order, Said, Standing};
use crate::weather::Sky;
use crate::work::Tally;

/// How long a station may take to answer: a slow machine and a full disk take long.
const PATIENCE: Duration = Duration::from_secs(120);

/// One station of a run.
#[derive(Debug)]
pub struct Bench {
    /// What the run calls it.
    pub name: String,
    /// Its data folder.
    pub data: PathBuf,
    /// Where ledgers, logs and copies lie.
    pub aside: PathBuf,
    /// Ledgers of its disk, and of copies that were run beside it.
    pub ledgers: Vec<PathBuf>,
    /// Where its second witness lies, if it has one.
    pub witness: Option<PathBuf>,
    /// Its line.
    pub sky: Sky,
    /// How wrong its clock is, in seconds.
    pub clock_off_s: i64,
    programs: Programs,
    process: Option<Companion>,
    busy: bool,
}

impl Bench {
    /// A station that is not started yet.
    ///
    /// # Errors
    /// Where its folders cannot be made.
    pub fn new(name: &str, data: PathBuf, aside: PathBuf, sky: Sky, programs: Programs) -> Result<Self> {
        std::fs::create_dir_all(&aside)?;
        let ledger = aside.join("ledger");
        Ok(Self {
            name: name.to_owned(),
            data,
            ledgers: vec![ledger],
            aside,
            witness: None,
            sky,
            clock_off_s: 0,
            programs,
            process: None,
            busy: false,
        })
    }

    /// Whether its process is there.
    pub fn is_up(&self) -> bool {
        self.process.is_some()
    }

    /// Whether it was told to work and has not answered.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Starts it; with a code it enrols if it is not enrolled.
    ///
    /// # Errors
    /// Where it does not open its records.
    pub async fn start(&mut self, code: Option<&str>) -> Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        let mut command = Command::new(&self.programs.proof);
        command.arg("station").arg("--data").arg(&self.data).args(["--url", &self.sky.url]);
        let ledger = self.ledgers.first().context("a station has a ledger")?;
        command.arg("--ledger").arg(ledger).arg("--clock-off-s").arg(self.clock_off_s.to_string());
        if let Some(witness) = &self.witness {
            command.arg("--witness").arg(witness);
        }
        if let Some(code) = code {
            command.args(["--code", code]);
        }
        let mut process = Companion::start(command, &self.name, &self.aside.join("station.log"))?;
        match process.hear(PATIENCE).await? {
            Said::Open { .. } => {
                self.process = Some(process);
                self.busy = false;
                Ok(())
            }
            other => bail!("{} does not open: {other:?}", self.name),
        }
    }

    fn process(&mut self) -> Result<&mut Companion> {
        self.process.as_mut().with_context(|| format!("{} is not up", self.name))
    }

    /// Tells it to work, and does not wait.
    ///
    /// # Errors
    /// Where it is not up.
    pub async fn work(&mut self, acts: u64, rest_ms: u64, seed: u64) -> Result<()> {
        self.process()?.tell(&Order::Work { acts, rest_ms, seed }).await?;
        self.busy = true;
        Ok(())
    }

    /// What came of the work that it was told to do; nothing where it was killed meanwhile.
    ///
    /// # Errors
    /// Where it failed.
    pub async fn worked(&mut self) -> Result<Tally> {
        if !std::mem::take(&mut self.busy) {
            return Ok(Tally::default());
        }
        match self.process()?.hear(PATIENCE).await? {
            Said::Worked(tally) => Ok(tally),
            other => bail!("{} failed at work: {other:?}", self.name),
        }
    }

    /// How things are with it.
    ///
    /// # Errors
    /// Where it failed.
    pub async fn look(&mut self) -> Result<Standing> {
        match self.order(Order::Look).await? {
            Said::Is(standing) => Ok(standing),
            other => bail!("{} failed: {other:?}", self.name),
        }
    }

    /// One order and its answer.
    ///
    /// # Errors
    /// Where it is not up, or ends.
    pub async fn order(&mut self, order: Order) -> Result<Said> {
        let process = self.process()?;
        process.tell(&order).await?;
        process.hear(PATIENCE).await
    }

    /// It stands still.
    pub fn pause(&self) {
        self.process.iter().for_each(Companion::pause);
    }

    /// It goes on.
    pub fn resume(&self) {
        self.process.iter().for_each(Companion::resume);
    }

    /// It is gone, wherever it was.
    pub async fn kill(&mut self) {
        self.busy = false;
        if let Some(process) = self.process.take() {
            process.kill().await;
        }
    }

    /// It ends in order.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn stop(&mut self) -> Result<()> {
        self.worked().await?;
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.tell(&Order::Stop).await?;
        let said: Said = process.hear(PATIENCE).await?;
        anyhow::ensure!(said == Said::Done, "{} ends with {said:?}", self.name);
        process.ended(PATIENCE).await
    }

    /// What its ledgers say.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn account(&self) -> Result<Account> {
        let mut account = Account::default();
        for ledger in &self.ledgers {
            account.join(Account::read(ledger)?);
        }
        Ok(account)
    }
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    Ok(std::fs::File::open(to)?.sync_all()?)
}

/// Copies a file, and syncs it: whoever puts a disk back waits until it is done.
///
/// # Errors
/// Where it cannot be read or written.
pub fn copy_file(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(std::fs::File::open(to)?.sync_all()?)
}

/// Removes all that is in a folder, and leaves the folder, which may be a mount.
///
/// # Errors
/// Where something cannot be removed.
pub fn empty_folder(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
