//! The demo's head office: the real server on a free port of the loopback interface, with the demo's data.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use super::shift::Shift;
use crate::command;
use crate::running::Running;

const PATIENCE: Duration = Duration::from_secs(60);
const DEPOT: &str = "LEJ2";
const STATION: &str = "LEJ2-B04";

/// A head office that serves; it stops when this goes out of scope.
#[derive(Debug)]
pub struct HeadOffice {
    /// Where it serves.
    pub address: SocketAddr,
    program: PathBuf,
    data: PathBuf,
    _server: Running,
}

#[derive(Debug, Deserialize)]
struct Labels {
    labels: Vec<ReturnLabel>,
}

#[derive(Debug, Deserialize)]
struct ReturnLabel {
    rma: String,
    token: String,
}

impl HeadOffice {
    /// Serves the folder `data`; the log goes to the folder `logs`.
    pub fn open(program: &Path, data: &Path, logs: &Path) -> Result<Self> {
        let log = logs.join("head-office.log");
        let mut serve = Command::new(program);
        serve.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let mut server = Running::start("head-office", &serve, &log)?;
        let address = server.until(PATIENCE, || listening(&std::fs::read_to_string(&log).ok()?))?;
        Ok(Self { address, program: program.to_owned(), data: data.to_owned(), _server: server })
    }

    /// Imports what a shift needs; `base` is the folder of the shift's file.
    pub fn import(&self, shift: &Shift, base: &Path) -> Result<()> {
        let mut import = self.command("import");
        for (kind, files) in &shift.head_office {
            import.arg(format!("--{kind}")).args(files.iter().map(|file| base.join(file)));
        }
        command::output(&mut import).context("head office does not take the demo's data")?;
        Ok(())
    }

    /// A one-time code that lets one station enrol.
    pub fn enrolment_code(&self) -> Result<String> {
        let answer = command::output(self.command("enrol").args(["--depot", DEPOT, "--name", STATION]))?;
        let answer: Value =
            serde_json::from_str(&answer).context("head-office enrol answered something else")?;
        match answer.get("code").and_then(Value::as_str) {
            Some(code) if !code.is_empty() => Ok(code.to_owned()),
            _ => bail!("head-office enrol gave no code"),
        }
    }

    /// The codes on return labels, by number of the RMA.
    pub fn return_labels(&self) -> Result<BTreeMap<String, String>> {
        let answer = command::output(&mut self.command("labels"))?;
        let labels: Labels =
            serde_json::from_str(&answer).context("head-office labels answered something else")?;
        Ok(labels.labels.into_iter().map(|label| (label.rma, label.token)).collect())
    }

    /// Events that head office has, and nothing wrong with them.
    pub fn verify(&self) -> Result<Value> {
        let answer =
            command::output(&mut self.command("verify")).context("head office's records are wrong")?;
        serde_json::from_str(&answer).context("head-office verify answered something else")
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args([what, "--json", "--data"]).arg(&self.data);
        command
    }
}

fn listening(log: &str) -> Option<SocketAddr> {
    let url = log.lines().find_map(|line| {
        Some(serde_json::from_str::<Value>(line).ok()?.get("listening")?.as_str()?.to_owned())
    })?;
    url.trim_start_matches("http://").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_between_lines_of_the_log() {
        let log = "INFO starting\n{\"listening\":\"http://127.0.0.1:4711\"}\n";
        assert_eq!(listening(log), Some("127.0.0.1:4711".parse().unwrap()));
        assert_eq!(listening("{\"listen"), None);
    }
}
