//! The command, run to its end.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

pub const STATION: &str = env!("CARGO_BIN_EXE_station");

pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The command, not yet started. What lies in this user's own data folder is none of its business.
pub fn command<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(STATION);
    command.args(args).env("XDG_DATA_HOME", "/nonexistent").env_remove("RUST_LOG");
    command
}

pub fn station<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Ran {
    Ran::from(command(args).output().unwrap())
}

/// As [`station`] with `--json`, on a data folder.
pub fn on(data: &Path, args: &[&str]) -> Ran {
    station(args.iter().copied().chain(["--json", "--data", data.to_str().unwrap()]))
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Self { code: output.status.code(), stdout: String::from_utf8(output.stdout).unwrap(), stderr }
    }
}

impl Ran {
    pub fn fine(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }

    pub fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// The only line of the answer.
    pub fn json(&self) -> Value {
        let [line] = &self.lines()[..] else { panic!("not one line: {}{}", self.stdout, self.stderr) };
        line.clone()
    }

    /// The code of a failed command with `--json`: an error and nothing else, exit code 1.
    pub fn error_code(&self) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        let answer = self.json();
        assert_eq!(keys(&answer), ["error"]);
        assert_eq!(keys(&answer["error"]), ["code", "message"]);
        assert!(!answer["error"]["message"].as_str().unwrap().is_empty(), "{answer}");
        answer["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The code of a failed command for people: `code: words` on standard error, exit code 1.
    pub fn error_line(&self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.stderr);
        let [line] = &self.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", self.stderr) };
        let (code, words) = line.split_once(": ").expect(line);
        assert!(!words.is_empty(), "{line}");
        code.to_owned()
    }
}

/// The names in an object, sorted.
pub fn keys(value: &Value) -> Vec<String> {
    let mut names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
    names.sort();
    names
}
