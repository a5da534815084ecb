//! The demo's head office: the real server on a free port of the loopback interface, with the demo's data.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command;
use crate::running::Running;
use crate::workspace::Workspace;

const PATIENCE: Duration = Duration::from_secs(30);

/// A head office that serves; it stops when this goes out of scope.
#[derive(Debug)]
pub struct HeadOffice {
    /// Where it serves.
    pub url: String,
    /// The one-time code that lets one station enrol.
    pub enrolment_code: String,
    _server: Running,
}

#[derive(Debug, Deserialize)]
struct Enrolment {
    code: String,
}

impl HeadOffice {
    /// Imports the demo's data into `data`, serves it, and asks for an enrolment code.
    pub fn open(workspace: &Workspace, data: &Path, logs: &Path) -> Result<Self> {
        let program = |arguments: &[&str]| {
            let mut command = command::in_folder(workspace.program("head-office"), &workspace.root);
            command.args(arguments).arg("--data").arg(data);
            command
        };
        command::output(program(&["import"]).arg(workspace.root.join("assets/demo")))
            .context("head office does not take the demo's data")?;
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let mut server = Running::start(
            "head-office",
            program(&["serve"]).args(["--listen", &address]),
            &logs.join("head-office.log"),
        )?;
        server.until(PATIENCE, || std::net::TcpStream::connect(&address).ok())?;
        let enrolment_code = enrolment_code(&mut program(&["enrol", "--json"]))?;
        Ok(Self { url: format!("http://{address}"), enrolment_code, _server: server })
    }
}

fn enrolment_code(enrol: &mut Command) -> Result<String> {
    let answer = command::output(enrol)?;
    let enrolment: Enrolment =
        serde_json::from_str(answer.trim()).context("head-office enrol answered something else")?;
    if enrolment.code.is_empty() {
        bail!("head-office enrol gave an empty code");
    }
    Ok(enrolment.code)
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr().context("no free port")?.port())
}
