//! Running other programs and saying plainly how they ended.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A command that will run in `folder`.
///
/// What `cargo run` told *this* program about its own package is taken away: build scripts that watch such
/// variables (ring's does) would otherwise build again on every change between `cargo` and `cargo xtask`.
pub fn in_folder(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs us, in `folder`.
pub fn cargo(folder: &Path) -> Command {
    in_folder(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), folder)
}

/// Shows the command, runs it on this terminal, and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("{} did not start", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs the command in silence and returns what it printed; fails, with what it complained of, unless it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{} did not start", shown(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}: {}", shown(command), output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the command starts and succeeds, without a word on the terminal.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as a person would type it: the program without its folder, then its arguments.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let mut line = program.into_owned();
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        line.push(' ');
        if argument.is_empty() || argument.contains([' ', '"', '*']) {
            line.push_str(&format!("{argument:?}"));
        } else {
            line.push_str(&argument);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let error = run(&mut in_folder("false", Path::new("."))).unwrap_err();
        assert!(error.to_string().starts_with("false ended with"), "{error}");
        let error = run(&mut in_folder("no-such-program", Path::new("."))).unwrap_err();
        assert!(error.to_string().contains("no-such-program did not start"), "{error}");
    }

    #[test]
    fn a_complaint_is_kept_in_the_error() {
        let error = output(in_folder("sh", Path::new(".")).args(["-c", "echo it is broken >&2; exit 3"]))
            .unwrap_err();
        assert!(error.to_string().contains("it is broken"), "{error}");
    }

    #[test]
    fn a_command_is_shown_without_folders_and_with_quotes_where_needed() {
        let mut command = in_folder("/usr/bin/cargo", Path::new("."));
        command.args(["test", "--filter", "two words"]);
        assert_eq!(shown(&command), "cargo test --filter \"two words\"");
    }

    #[test]
    fn our_own_package_is_not_passed_on() {
        // Under `cargo test` these variables are set, as under `cargo xtask`.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let mut command = in_folder("sh", Path::new("."));
        command.args(["-c", "echo \"[$CARGO_MANIFEST_DIR$CARGO_PKG_NAME]\""]);
        assert_eq!(output(&mut command).unwrap().trim(), "[]");
    }
}
