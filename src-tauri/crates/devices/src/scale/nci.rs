//! The NCI poll protocol (Weigh-Tronix, "NCI General Serial Communications Protocol", SCP-01, and SCP-02 with an S in
//! front of the status). Pure.
//!
//! `W CR` is answered by `LF weight units CR LF status CR ETX`. Two or three status bytes, whose bits 4 and 5 are always
//! set, say what cannot be weighed.

use super::{Adjustment, Answer, Load, ScaleFault, Weight};

/// Asks for weight and status.
pub(super) const POLL: &[u8] = b"W\r";
/// Ends each answer.
pub(super) const END: u8 = 0x03;

/// The command that does this; the protocol's mandatory part knows no tare that could be cleared.
pub(super) fn command(adjustment: Adjustment) -> Option<&'static [u8]> {
    match adjustment {
        Adjustment::Zero => Some(b"Z\r"),
        Adjustment::Tare => Some(b"T\r"),
        Adjustment::ClearTare => None,
    }
}

/// The answer to a command is the bare status.
pub(super) fn adjusted(frame: &[u8]) -> Answer {
    let (text, status) = match split(frame) {
        Ok(parts) => parts,
        Err(Answer::NotUnderstood) => return Answer::Refused(ScaleFault::Unknown),
        Err(other) => return other,
    };
    match status {
        _ if text.is_some() => Answer::Aside,
        Status { defect: true, .. } => Answer::Defect,
        Status { over: true, .. } | Status { under: true, .. } => Answer::Refused(ScaleFault::OutOfRange),
        Status { moving: true, .. } => Answer::Refused(ScaleFault::NotNow),
        _ => Answer::Done,
    }
}

/// What one answer to [`POLL`] means, without its ETX.
pub(super) fn answer(frame: &[u8]) -> Answer {
    let (text, status) = match split(frame) {
        Ok(parts) => parts,
        Err(other) => return other,
    };
    let net = status.net;
    match status {
        Status { defect: true, .. } => Answer::Defect,
        Status { over: true, .. } => Answer::Load(Load::Over, net),
        Status { under: true, .. } => Answer::Load(Load::Under, net),
        status => match text.map(|text| weight(&text)) {
            Some(Ok(weight)) if status.moving => Answer::Load(Load::Moving { weight: Some(weight) }, net),
            Some(Ok(weight)) => Answer::Load(Load::Stable { weight }, net),
            // Dashes and the like instead of digits while it moves.
            Some(Err(_)) | None if status.moving => Answer::Load(Load::Moving { weight: None }, net),
            Some(Err(other)) => other,
            // Only its status: it has no weight to tell yet.
            None => Answer::Wait,
        },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Status {
    moving: bool,
    under: bool,
    over: bool,
    defect: bool,
    /// Where the third byte is there.
    net: Option<bool>,
}

/// The weight's text, if any, and the status.
fn split(frame: &[u8]) -> Result<(Option<String>, Status), Answer> {
    // Bit 7 is a parity bit on some scales.
    let bare: Vec<u8> = frame.iter().map(|byte| byte & 0x7f).collect();
    // What has lost its beginning has perhaps lost digits: without the line feed in front nothing is a weight.
    let start = bare.iter().position(|byte| *byte == b'\n').ok_or(Answer::Rubbish)?;
    let parts: Vec<&[u8]> = bare
        .get(start..)
        .unwrap_or_default()
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [b"?"] => Err(Answer::NotUnderstood),
        [bytes] => Ok((None, status(bytes).ok_or(Answer::Rubbish)?)),
        [text, bytes] => {
            let text = std::str::from_utf8(text).map_err(|_| Answer::Rubbish)?;
            Ok((Some(text.to_owned()), status(bytes).ok_or(Answer::Rubbish)?))
        }
        _ => Err(Answer::Rubbish),
    }
}

fn status(bytes: &[u8]) -> Option<Status> {
    const ALWAYS: u8 = 0b0011_0000;
    let bytes = bytes.strip_prefix(b"S").unwrap_or(bytes);
    let [first, second, rest @ ..] = bytes else { return None };
    if rest.len() > 2 || bytes.iter().any(|byte| byte & ALWAYS != ALWAYS) || first & 0x40 != 0 {
        return None;
    }
    let third = rest.first();
    Some(Status {
        moving: first & 1 != 0,
        under: second & 1 != 0,
        over: second & 2 != 0,
        // RAM, EEPROM, ROM, calibration, and the zero that it looked for when it was switched on.
        defect: first & 0b1100 != 0 || second & 0b1100 != 0 || third.is_some_and(|byte| byte & 0b1000 != 0),
        net: third.map(|byte| byte & 0b100 != 0),
    })
}

/// `0012.34LB`, ` 1.250 kg`, `02lb 03.4oz`.
fn weight(text: &str) -> Result<Weight, Answer> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some((pounds, ounces)) = lower.split_once("lb")
        && let Some(ounces) = ounces.trim().strip_suffix("oz")
    {
        return Weight::read_pounds_ounces(pounds.trim(), ounces.trim()).ok_or(Answer::Rubbish);
    }
    let at = text.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let (number, unit) = text.split_at_checked(at).ok_or(Answer::Rubbish)?;
    match Weight::read(number, unit) {
        Some(weight) => Ok(weight),
        None if Weight::read(number, "g").is_some() => Err(Answer::OtherUnit),
        None => Err(Answer::Rubbish),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn stable(number: &str, unit: &str, net: Option<bool>) -> Answer {
        Answer::Load(Load::Stable { weight: Weight::read(number, unit).unwrap() }, net)
    }

    #[rstest]
    #[case(b"\n0012.34LB\r\n00\r", stable("0012.34", "LB", None))]
    #[case(b"\n 1.250kg\r\nS00\r", stable("1.250", "kg", None))]
    #[case(b"\n  1250 g \r\n20\r", stable("1250", "g", None))]
    #[case(b"\n 1.250kg\r\n0p4\r", stable("1.250", "kg", Some(true)))]
    #[case(b"\n 1.250kg\r\n0p0\r", stable("1.250", "kg", Some(false)))]
    #[case(b"\n\xb1.5oz\r\n00\r", stable("1.5", "oz", None))]
    #[case(b"\n1.250kg\r\n10\r", Answer::Load(Load::Moving { weight: Weight::read("1.250", "kg") }, None))]
    #[case(b"\n-----kg\r\n10\r", Answer::Load(Load::Moving { weight: None }, None))]
    #[case(b"\n^^^^^^kg\r\n02\r", Answer::Load(Load::Over, None))]
    #[case(b"\n______kg\r\n01\r", Answer::Load(Load::Under, None))]
    #[case(b"\n0.000kg\r\n08\r", Answer::Defect)]
    #[case(b"\n0.000kg\r\n40\r", Answer::Defect)]
    #[case(b"\n00\r", Answer::Wait)]
    #[case(b"\n?\r", Answer::NotUnderstood)]
    #[case(b"\n12pc\r\n00\r", Answer::OtherUnit)]
    #[case(b"2.34LB\r\n00\r", Answer::Wait)]
    #[case(b"\nFFFF\r", Answer::Rubbish)]
    #[case(b"S S 1.00 g", Answer::Rubbish)]
    #[case(b"", Answer::Rubbish)]
    fn each_answer_has_its_meaning(#[case] frame: &[u8], #[case] expected: Answer) {
        assert_eq!(answer(frame), expected);
    }

    #[test]
    fn pounds_and_ounces_are_one_weight() {
        let Answer::Load(Load::Stable { weight }, None) = answer(b"\n02lb 03.2oz\r\n00\r") else { panic!() };
        assert_eq!(weight.whole_grams(), Some(998));
    }

    #[rstest]
    #[case(b"\n20\r", Answer::Done)]
    #[case(b"\n10\r", Answer::Refused(ScaleFault::NotNow))]
    #[case(b"\n02\r", Answer::Refused(ScaleFault::OutOfRange))]
    #[case(b"\n?\r", Answer::Refused(ScaleFault::Unknown))]
    fn a_command_is_answered_by_the_status(#[case] frame: &[u8], #[case] expected: Answer) {
        assert_eq!(adjusted(frame), expected);
    }
}
