//! Codes that are printed on the day: what the shift's placeholders stand for.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

const UNIT: &str = "RS:U:";

/// Return labels from head office, and every code that the station's printer has made, in order.
#[derive(Debug, Default)]
pub struct Codes {
    return_labels: BTreeMap<String, String>,
    printed: Vec<Printed>,
}

#[derive(Debug)]
struct Printed {
    /// The return that was worked on.
    during: String,
    code: String,
}

impl Codes {
    /// Nothing printed yet; return labels by number of their RMA.
    pub fn new(return_labels: BTreeMap<String, String>) -> Self {
        Self { return_labels, printed: Vec::new() }
    }

    /// Takes note of a code that was printed while this return was worked on.
    pub fn note(&mut self, during: &str, code: &str) {
        self.printed.push(Printed { during: during.to_owned(), code: code.to_owned() });
    }

    /// Every printed code, oldest first.
    pub fn printed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.printed.iter().map(|printed| (printed.during.as_str(), printed.code.as_str()))
    }

    /// The number of the unit that came with this return, in digits.
    pub fn number_of(&self, name: &str) -> Option<&str> {
        let mut its = self.printed.iter().filter(|printed| printed.during == name);
        its.find_map(|printed| number_in(&printed.code))
    }

    /// The code with its placeholder filled in: `{return-label:RMA}`, `{lpn}`, `{label}`, `{lpn:NAME}`, `{label:NAME}`.
    pub fn fill(&self, text: &str) -> Result<String> {
        let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return Ok(text.to_owned());
        };
        match inner.split_once(':') {
            None if inner == "lpn" => self.newest(|code| number_in(code).is_some()).context("no number yet"),
            None if inner == "label" => self.newest(|code| label_of(code).is_some()).context("no label yet"),
            Some(("return-label", rma)) => {
                self.return_labels.get(rma).cloned().with_context(|| format!("no return label of {rma}"))
            }
            Some(("lpn", name)) => Ok(format!("{UNIT}{}", self.known(name)?)),
            Some(("label", name)) => {
                let number = self.known(name)?;
                self.newest(|code| label_of(code) == Some(number))
                    .with_context(|| format!("no disposition label of {name} yet"))
            }
            _ => bail!("nobody knows what {text} stands for"),
        }
    }

    fn known(&self, name: &str) -> Result<&str> {
        self.number_of(name).with_context(|| format!("no unit of {name} yet"))
    }

    fn newest(&self, fits: impl Fn(&str) -> bool) -> Option<String> {
        self.printed.iter().rev().find(|printed| fits(&printed.code)).map(|printed| printed.code.clone())
    }
}

/// The number on a unit's number label.
fn number_in(code: &str) -> Option<&str> {
    code.strip_prefix(UNIT).filter(|rest| !rest.contains('/'))
}

/// The number of the unit whose disposition label this is.
fn label_of(code: &str) -> Option<&str> {
    Some(code.strip_prefix(UNIT)?.split_once('/')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Codes {
        let mut codes = Codes::new(BTreeMap::from([("26-1".to_owned(), "RS:R:A B".to_owned())]));
        for (during, code) in [
            ("shirt", "RS:U:100000000190"),
            ("shirt", "RS:U:100000000190/1"),
            ("shoes", "RS:U:100000000287"),
            ("shirt again", "RS:U:100000000190/2"),
        ] {
            codes.note(during, code);
        }
        codes
    }

    #[test]
    fn placeholders_stand_for_the_newest_or_the_named() {
        let codes = codes();
        let filled = |text: &str| codes.fill(text).unwrap();
        assert_eq!(filled("{lpn}"), "RS:U:100000000287");
        assert_eq!(filled("{label}"), "RS:U:100000000190/2");
        assert_eq!(filled("{lpn:shirt}"), "RS:U:100000000190");
        assert_eq!(filled("{label:shirt}"), "RS:U:100000000190/2");
        assert_eq!(filled("{return-label:26-1}"), "RS:R:A B");
        assert_eq!(filled("2901180002342"), "2901180002342");
    }

    #[test]
    fn what_is_not_printed_yet_is_an_error() {
        let codes = codes();
        for text in ["{label:shoes}", "{lpn:nobody}", "{return-label:26-2}", "{moon}"] {
            assert!(codes.fill(text).is_err(), "{text}");
        }
        assert!(Codes::default().fill("{lpn}").is_err());
    }
}
