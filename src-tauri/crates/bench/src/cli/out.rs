//! What the command says. Standard output carries the answers, standard error what went wrong.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;
use serde_json::json;

use super::failed;
use crate::seam::Coded;
use crate::words;

/// Where answers go.
pub(super) struct Out {
    /// Answers are JSON.
    pub(super) as_json: bool,
    closed: Cell<bool>,
}

/// An error as JSON shows it.
#[derive(Debug, Serialize)]
pub(super) struct ErrorView {
    code: String,
    message: String,
}

impl From<&Coded> for ErrorView {
    fn from(coded: &Coded) -> Self {
        Self { code: coded.code.clone(), message: message(coded) }
    }
}

impl Out {
    pub(super) fn new(as_json: bool) -> Self {
        Self { as_json, closed: Cell::new(false) }
    }

    /// Whether the reader has gone, so that further lines are for nobody.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// A line on standard output. A reader that has gone is no error; an answer that cannot be written is.
    pub(super) fn line(&self, line: impl Display) -> Result<(), Coded> {
        if self.closed.get() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.set(true);
                Ok(())
            }
            Err(error) => Err(failed("output-failed", &error)),
        }
    }

    /// A value as one line of JSON.
    pub(super) fn json(&self, value: &impl Serialize) -> Result<(), Coded> {
        let line = serde_json::to_string(value).map_err(|error| failed("output-failed", &error))?;
        self.line(line)
    }

    /// Something that went wrong on the way; the command goes on.
    pub(super) fn complain(&self, coded: &Coded, about: &str) {
        let about = if about.is_empty() { String::new() } else { format!("{about}: ") };
        self.aside(format_args!("{}: {about}{}", coded.code, message(coded)));
    }

    /// A line on standard error; where that is closed, nobody wants it.
    pub(super) fn aside(&self, line: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Why the command failed.
    pub(super) fn failed(&self, coded: &Coded) {
        let said = self.as_json && self.json(&json!({ "error": ErrorView::from(coded) })).is_ok();
        if !said {
            self.complain(coded, "");
        }
    }
}

/// What happened and what to do, out of the table of words; with what the machine said, for whoever runs a
/// command can use it.
pub(super) fn message(coded: &Coded) -> String {
    let mut words = words::spoken(coded);
    let mut bare = coded.clone();
    let detail = bare.args.remove("detail").unwrap_or_default();
    if words.is_empty() {
        words = words::sentence(&bare);
    }
    match (words.is_empty(), detail.is_empty() || words.contains(&detail)) {
        (true, _) => detail,
        (false, true) => words,
        (false, false) => format!("{words} ({detail})"),
    }
}

/// Text from outside on a terminal: no control characters.
pub(super) fn shown(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::coded;

    #[test]
    fn known_codes_speak_the_tables_words_and_unknown_ones_the_machines() {
        let known = message(&failed("disk-full", &"No space left on device"));
        assert!(known.starts_with("Stopped: the disk is full."), "{known}");
        assert!(known.ends_with("(No space left on device)"), "{known}");
        assert_eq!(message(&failed("no-such-code", &"it broke")), "it broke");
        assert_eq!(message(&coded("no-such-code", [])), "");
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(shown("a\u{1d}b\u{1b}[2Jé"), "a\\u{1d}b\\u{1b}[2Jé");
    }
}
