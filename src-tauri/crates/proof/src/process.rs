//! Processes of the run: started, spoken to line by line, stopped, continued and killed by their own number.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The programs that a run starts.
#[derive(Debug, Clone)]
pub struct Programs {
    /// This one, for stations.
    pub proof: PathBuf,
    /// `head-office`; without it this program's own server, of the same library.
    pub head_office: Option<PathBuf>,
}

/// A child that answers each line with a line.
#[derive(Debug)]
pub struct Companion {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    name: String,
}

impl Companion {
    /// Starts a program; what it complains of goes into a file.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(mut command: Command, name: &str, log: &Path) -> Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{name} does not start: {command:?}"))?;
        let orders = child.stdin.take();
        let answers = child.stdout.take().with_context(|| format!("{name} has no output"))?;
        Ok(Self { child, orders, answers: BufReader::new(answers).lines(), name: name.to_owned() })
    }

    /// Its next line.
    ///
    /// # Errors
    /// Where it ended, or says nothing for so long.
    pub async fn hear<T: DeserializeOwned>(&mut self, patience: Duration) -> Result<T> {
        let line = match tokio::time::timeout(patience, self.answers.next_line()).await {
            Ok(line) => line?.with_context(|| format!("{} ended", self.name))?,
            Err(_) => bail!("{} says nothing for {patience:?}", self.name),
        };
        serde_json::from_str(&line).with_context(|| format!("{} said {line:?}", self.name))
    }

    /// Tells it something.
    ///
    /// # Errors
    /// Where it ended.
    pub async fn tell(&mut self, order: &impl Serialize) -> Result<()> {
        let orders = self.orders.as_mut().with_context(|| format!("{} takes no orders", self.name))?;
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        orders.write_all(&line).await?;
        Ok(orders.flush().await?)
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // An error says that it ended by itself.
            let _ = kill_process(pid, signal);
        }
    }

    /// It stands still.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// It is asked to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// It is gone, wherever it was.
    pub async fn kill(mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait().await;
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Where it takes too long; it is killed then.
    pub async fn ended(mut self, patience: Duration) -> Result<()> {
        drop(self.orders.take());
        match tokio::time::timeout(patience, self.child.wait()).await {
            Ok(status) => {
                status?;
                Ok(())
            }
            Err(_) => {
                let name = self.name.clone();
                self.kill().await;
                bail!("{name} does not end")
            }
        }
    }
}
