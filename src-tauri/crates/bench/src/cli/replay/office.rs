//! Head office for a replay: the `head-office` program that lies beside this one, with a folder of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::scenario::HeadOfficeFiles;
use crate::desk::coded;
use crate::seam::Coded;

/// A head office that was started here, and is stopped when dropped.
pub(crate) struct Office {
    program: PathBuf,
    data: PathBuf,
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Office {
    /// Starts it on a free loopback port.
    pub(crate) fn start(data: &Path) -> Result<Self, Coded> {
        let program = program()?;
        let failed = |detail: String| coded("head-office-not-started", [("detail", detail)]);
        let mut child = Command::new(&program)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|error| failed(error.to_string()))?;
        }
        let listening = serde_json::from_str::<Value>(&line).ok();
        let url = listening.as_ref().and_then(|line| line.get("listening")).and_then(Value::as_str);
        let address = url.and_then(|url| url.trim_start_matches("http://").parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed(format!("it said {line:?}")));
        };
        Ok(Self { program, data: data.to_owned(), child, address })
    }

    /// Imports what head office knows beforehand.
    pub(crate) fn import(&self, base: &Path, files: &HeadOfficeFiles) -> Result<(), Coded> {
        let mut arguments = vec!["import".into()];
        let named = [
            ("--rmas", &files.rmas),
            ("--catalogue", &files.catalogue),
            ("--operators", &files.operators),
            ("--policy", &files.policy),
            ("--checklists", &files.checklists),
        ];
        for (option, paths) in named.into_iter().filter(|(_, paths)| !paths.is_empty()) {
            arguments.push(option.into());
            arguments.extend(paths.iter().map(|path| base.join(path).into_os_string()));
        }
        if arguments.len() > 1 {
            self.run(arguments)?;
        }
        Ok(())
    }

    /// A one-time code for one station.
    pub(crate) fn code(&self, depot: &str, name: &str) -> Result<String, Coded> {
        let arguments = ["enrol", "--depot", depot, "--name", name].map(Into::into).to_vec();
        let reply = self.run(arguments)?;
        let code = reply.get("code").and_then(Value::as_str).map(str::to_owned);
        code.ok_or_else(|| coded("head-office-failed", [("detail", "no code".to_owned())]))
    }

    /// The signed tokens of return labels: RMA number and `RS:R:` content.
    pub(crate) fn labels(&self) -> Result<Vec<(String, String)>, Coded> {
        let reply = self.run(vec!["labels".into()])?;
        let labels = reply.get("labels").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |label: &Value, name: &str| label.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(labels.iter().filter_map(|label| Some((text(label, "rma")?, text(label, "token")?))).collect())
    }

    fn run(&self, arguments: Vec<std::ffi::OsString>) -> Result<Value, Coded> {
        let failed = |detail: String| coded("head-office-failed", [("detail", detail)]);
        let output = Command::new(&self.program)
            .args(arguments)
            .arg("--json")
            .arg("--data")
            .arg(&self.data)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(failed(format!("{text} {}", String::from_utf8_lossy(&output.stderr))));
        }
        serde_json::from_str(&text).map_err(|error| failed(format!("{error}: {text}")))
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program beside this one, or the one that `HEAD_OFFICE_BIN` names.
fn program() -> Result<PathBuf, Coded> {
    if let Some(named) = std::env::var_os("HEAD_OFFICE_BIN") {
        return Ok(named.into());
    }
    let own = std::env::current_exe().ok();
    let beside =
        own.and_then(|own| Some(own.parent()?.join(format!("head-office{}", std::env::consts::EXE_SUFFIX))));
    let found = beside.filter(|path| path.is_file());
    found.ok_or_else(|| coded("head-office-missing", []))
}
