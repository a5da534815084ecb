//! MT-SICS, levels 0 and 1 (Mettler Toledo, "Standard Interface Command Set", reference manual 11780711). Pure.
//!
//! Commands and answers are lines that end in CR LF. An answer repeats the command's name, then a status letter, then
//! perhaps a value: `S S     100.00 g`.

use super::{Adjustment, Answer, Load, ScaleFault, Weight};

/// Asks who it is: a scale that answers `I4 A "…"` speaks MT-SICS.
pub(super) const IDENTIFY: &[u8] = b"I4\r\n";
/// Asks for the weight at this moment, at rest or not.
pub(super) const POLL: &[u8] = b"SI\r\n";
/// Asks for the tare in its memory.
pub(super) const ASK_TARE: &[u8] = b"TA\r\n";

/// The command that does this.
pub(super) fn command(adjustment: Adjustment) -> &'static [u8] {
    match adjustment {
        Adjustment::Zero => b"Z\r\n",
        Adjustment::Tare => b"T\r\n",
        Adjustment::ClearTare => b"TAC\r\n",
    }
}

/// What one line means, without its line end.
pub(super) fn answer(line: &str) -> Answer {
    let mut words = line.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("S" | "SI" | "SU" | "SIU"), Some(status)) => {
            let rest: Vec<&str> = words.collect();
            load(status, &rest)
        }
        (Some("Z" | "ZI" | "T" | "TI" | "TAC"), Some(status)) => adjusted(status),
        (Some("TA"), Some("A")) => match words.next().and_then(|number| Weight::read(number, "g")) {
            Some(tare) => Answer::Tare(!tare.is_zero()),
            None => Answer::Tare(false),
        },
        (Some("TA"), Some("I" | "L")) => Answer::Aside,
        (Some("I0" | "I1" | "I2" | "I3" | "I4" | "I5" | "@" | "D" | "DW" | "K" | "SR" | "SIR"), Some(_)) => {
            Answer::Aside
        }
        (Some("ES" | "ET" | "EL"), None) => Answer::NotUnderstood,
        _ => Answer::Rubbish,
    }
}

fn load(status: &str, rest: &[&str]) -> Answer {
    match (status, rest) {
        ("+", []) => Answer::Load(Load::Over, None),
        ("-", []) => Answer::Load(Load::Under, None),
        ("I", []) => Answer::Wait,
        // Weighing stopped with an error that the manual numbers: `S S Error 10b`.
        (_, ["Error", ..]) => Answer::Defect,
        ("S" | "D", [number, unit]) => weighed(status, number, unit),
        // Some terminals leave a blank between sign and number.
        ("S" | "D", [sign @ ("-" | "+"), number, unit]) => weighed(status, &format!("{sign}{number}"), unit),
        _ => Answer::Rubbish,
    }
}

fn weighed(status: &str, number: &str, unit: &str) -> Answer {
    let Some(weight) = Weight::read(number, unit) else {
        return if Weight::read(number, "g").is_some() { Answer::OtherUnit } else { Answer::Rubbish };
    };
    match status {
        "S" => Answer::Load(Load::Stable { weight }, None),
        _ => Answer::Load(Load::Moving { weight: Some(weight) }, None),
    }
}

/// `A` done; `S` and `D` done, for taring, with the tare behind; `I` not now; `+` and `-` out of the zero range.
fn adjusted(status: &str) -> Answer {
    match status {
        "A" | "S" | "D" => Answer::Done,
        "I" => Answer::Refused(ScaleFault::NotNow),
        "+" | "-" => Answer::Refused(ScaleFault::OutOfRange),
        "L" => Answer::Refused(ScaleFault::Unknown),
        _ => Answer::Rubbish,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn weight(number: &str, unit: &str) -> Weight {
        Weight::read(number, unit).unwrap()
    }

    #[rstest]
    #[case("S S     100.00 g", Answer::Load(Load::Stable { weight: weight("100.00", "g") }, None))]
    #[case("S D      -0.52 kg", Answer::Load(Load::Moving { weight: Some(weight("-0.52", "kg")) }, None))]
    #[case("S S   -   0.52 kg", Answer::Load(Load::Stable { weight: weight("-0.52", "kg") }, None))]
    #[case("S +", Answer::Load(Load::Over, None))]
    #[case("S -", Answer::Load(Load::Under, None))]
    #[case("S I", Answer::Wait)]
    #[case("S S Error 10b", Answer::Defect)]
    #[case("S S 12 PCS", Answer::OtherUnit)]
    #[case("Z A", Answer::Done)]
    #[case("Z I", Answer::Refused(ScaleFault::NotNow))]
    #[case("Z +", Answer::Refused(ScaleFault::OutOfRange))]
    #[case("T S     100.00 g", Answer::Done)]
    #[case("T -", Answer::Refused(ScaleFault::OutOfRange))]
    #[case("TAC A", Answer::Done)]
    #[case("TA A     12.00 g", Answer::Tare(true))]
    #[case("TA A      0.00 g", Answer::Tare(false))]
    #[case("I4 A \"B021002593\"", Answer::Aside)]
    #[case("ES", Answer::NotUnderstood)]
    #[case("EL", Answer::NotUnderstood)]
    #[case("ET", Answer::NotUnderstood)]
    #[case("S S", Answer::Rubbish)]
    #[case("00.00 g", Answer::Rubbish)]
    #[case("S S 1.2.3 g", Answer::Rubbish)]
    #[case("", Answer::Rubbish)]
    fn each_line_has_its_meaning(#[case] line: &str, #[case] expected: Answer) {
        assert_eq!(answer(line), expected);
    }
}
