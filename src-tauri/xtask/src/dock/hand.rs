//! The demo's hand: this terminal. Enter scans the next code of the shift; a list offers any code at any time.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One thing that a hand can hold before the scanner.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// What it is, in a person's words.
    pub words: String,
    /// What the scanner sends for it.
    pub code: String,
    /// The camera's picture from here on, if it changes.
    #[serde(default)]
    pub picture: Option<String>,
    /// Only in the list, not in the shift: bad codes, mostly.
    #[serde(default)]
    pub aside: bool,
}

/// Everything that can be scanned: the shift in its order, codes beside it, and the labels printed so far.
#[derive(Debug)]
pub struct Scans {
    all: Vec<Scan>,
    next: usize,
}

/// What the person at the terminal wants.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Next,
    List,
    Number(usize),
    Typed(String),
    Stop,
}

impl Scans {
    /// Reads the demo's scans from a JSON file: a list of [`Scan`].
    pub fn read(file: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let all = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a list of scans", file.display()))?;
        Ok(Self::of(all))
    }

    /// These scans, none done yet.
    pub fn of(all: Vec<Scan>) -> Self {
        Self { all, next: 0 }
    }

    /// The next scan of the shift; none at its end.
    pub fn next_of_shift(&mut self) -> Option<Scan> {
        let (at, scan) = self.all.iter().enumerate().skip(self.next).find(|(_, scan)| !scan.aside)?;
        self.next = at + 1;
        Some(scan.clone())
    }

    /// Adds a code to the list alone, unless it is there.
    pub fn offer(&mut self, words: &str, code: &str) {
        if !self.all.iter().any(|scan| scan.code == code) {
            self.all.push(Scan { words: words.into(), code: code.into(), picture: None, aside: true });
        }
    }

    fn numbered(&self, number: usize) -> Option<Scan> {
        self.all.get(number.checked_sub(1)?).cloned()
    }

    fn listing(&self) -> String {
        let mut text = String::new();
        for (at, scan) in self.all.iter().enumerate() {
            let done = if at < self.next && !scan.aside { "done" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:4}  {:4}  {}   {:?}", at + 1, done, scan.words, scan.code);
        }
        text
    }
}

/// Obeys the terminal until it says stop or ends. `look` is asked before each wish for codes of labels printed
/// since; `scan` does the scanning. What goes wrong with one scan is said, and the hand goes on.
pub fn obey(
    terminal: impl BufRead,
    mut words: impl Write,
    scans: &mut Scans,
    mut look: impl FnMut(&mut Scans),
    mut scan: impl FnMut(&Scan) -> Result<()>,
) -> Result<()> {
    writeln!(words, "Enter: next scan · ?: list · a number: that one · =TEXT: scan this text · q: stop")?;
    for line in terminal.lines() {
        look(scans);
        let chosen = match wish(&line?) {
            Wish::Stop => return Ok(()),
            Wish::List => {
                write!(words, "{}", scans.listing())?;
                continue;
            }
            Wish::Next => {
                scans.next_of_shift().ok_or("The shift is over; ? lists what can still be scanned.")
            }
            Wish::Number(number) => scans.numbered(number).ok_or("There is no such number; ? lists them."),
            Wish::Typed(code) => Ok(Scan { words: "typed".into(), code, picture: None, aside: true }),
        };
        match chosen {
            Err(why) => writeln!(words, "{why}")?,
            Ok(chosen) => match scan(&chosen) {
                Ok(()) => writeln!(words, "scanned: {}   {:?}", chosen.words, chosen.code)?,
                Err(error) => writeln!(words, "not scanned: {error:#}")?,
            },
        }
    }
    Ok(())
}

fn wish(line: &str) -> Wish {
    let line = line.trim_end_matches(['\r', '\n']);
    match line.trim() {
        "" => Wish::Next,
        "?" => Wish::List,
        "q" | "Q" => Wish::Stop,
        trimmed => match (line.strip_prefix('='), trimmed.parse()) {
            (Some(code), _) => Wish::Typed(code.to_owned()),
            (None, Ok(number)) => Wish::Number(number),
            (None, Err(_)) => Wish::List,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    fn scans() -> Scans {
        Scans::of(
            serde_json::from_str(
                r#"[{"words": "badge", "code": "RS:O:1"},
                    {"words": "a wrong check digit", "code": "4006381333932", "aside": true},
                    {"words": "parcel", "code": "1Z999AA10123456784", "picture": "shoe"}]"#,
            )
            .unwrap(),
        )
    }

    fn obeyed(lines: &str) -> (Vec<String>, String) {
        let (mut sent, mut said) = (Vec::new(), Vec::new());
        obey(
            lines.as_bytes(),
            &mut said,
            &mut scans(),
            |_| (),
            |scan| {
                if scan.code == "broken" {
                    bail!("nobody listens");
                }
                sent.push(scan.code.clone());
                Ok(())
            },
        )
        .unwrap();
        (sent, String::from_utf8(said).unwrap())
    }

    #[test]
    fn enter_walks_the_shift_past_what_lies_beside_it() {
        let (sent, said) = obeyed("\n\n\n");
        assert_eq!(sent, ["RS:O:1", "1Z999AA10123456784"]);
        assert!(said.contains("The shift is over"), "{said}");
    }

    #[test]
    fn a_number_picks_any_code_and_leaves_the_shift_where_it_is() {
        let (sent, said) = obeyed("2\n\n9\n0\n");
        assert_eq!(sent, ["4006381333932", "RS:O:1"]);
        assert_eq!(said.matches("There is no such number").count(), 2);
    }

    #[test]
    fn typed_text_is_scanned_untrimmed_and_q_ends_before_the_rest() {
        let (sent, _) = obeyed("=RS:R:AB C \nq\n\n");
        assert_eq!(sent, ["RS:R:AB C "]);
    }

    #[test]
    fn a_failed_scan_is_said_and_the_hand_goes_on() {
        let (sent, said) = obeyed("=broken\n\n");
        assert_eq!(sent, ["RS:O:1"]);
        assert!(said.contains("not scanned: nobody listens"), "{said}");
    }

    #[test]
    fn printed_labels_join_the_list_once() {
        let mut all = scans();
        let mut said = Vec::new();
        obey(
            "?\n?\n".as_bytes(),
            &mut said,
            &mut all,
            |scans| scans.offer("label 1", "RS:U:1/1"),
            |_| Ok(()),
        )
        .unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.matches("RS:U:1/1").count(), 2, "once in each listing: {said}");
    }
}
