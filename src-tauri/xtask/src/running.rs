//! A program in the background, which never outlives us.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const POLL: Duration = Duration::from_millis(50);
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(5);

/// A program that was started in the background; stopped when this goes out of scope.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts the command with its output in the file `log`.
    ///
    /// Should we be killed without time to clean up, the kernel ends it (`setpriv --pdeathsig`).
    pub fn start(name: &str, command: &Command, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let err = out.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
        let child = bound_to_us(command)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("{name} did not start"))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_owned() })
    }

    /// Waits until `ready` answers something; fails when the program ends before or the time is over,
    /// and then shows the end of its log.
    pub fn until<T>(&mut self, patience: Duration, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
        let began = Instant::now();
        loop {
            if let Some(found) = ready() {
                return Ok(found);
            }
            if let Some(status) = self.ended()? {
                bail!("{} ended at once with {status}\n{}", self.name, self.last_words());
            }
            if began.elapsed() > patience {
                bail!("{} was not ready after {} s\n{}", self.name, patience.as_secs(), self.last_words());
            }
            std::thread::sleep(POLL);
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("{} cannot be asked whether it still runs", self.name))
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it without a warning, as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, waits a little, then makes it end.
    pub fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Ok(id) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        let began = Instant::now();
        while began.elapsed() < PATIENCE_AT_THE_END {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(POLL);
        }
        self.kill();
    }

    fn last_words(&self) -> String {
        let printed = self.printed();
        let lines: Vec<&str> = printed.lines().collect();
        let last: Vec<&str> = lines.iter().rev().take(15).rev().copied().collect();
        last.join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The same command, under `setpriv --pdeathsig`, which asks the kernel to end it when we are gone.
fn bound_to_us(command: &Command) -> Command {
    let mut bound = Command::new("setpriv");
    bound.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        bound.current_dir(folder);
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_ends_early_is_reported_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut running =
            Running::start("short-lived", &shell("echo no paper >&2; exit 4"), &folder.path().join("log"))
                .unwrap();
        let error = running.until(Duration::from_secs(20), || None::<()>).unwrap_err();
        assert!(error.to_string().contains("no paper"), "{error}");
    }

    #[test]
    fn it_is_gone_when_it_goes_out_of_scope() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut running = Running::start("sleeper", &shell("echo $$; exec sleep 600"), &log).unwrap();
        let id: i32 = running
            .until(Duration::from_secs(20), || {
                std::fs::read_to_string(&log).ok().and_then(|printed| printed.trim().parse().ok())
            })
            .unwrap();
        assert!(kill(Pid::from_raw(id), None).is_ok(), "it should still run");
        drop(running);
        assert!(kill(Pid::from_raw(id), None).is_err(), "it should have been stopped");
    }
}
