//! Structured carrier messages: what UPS puts into MaxiCode and other carriers into PDF417 (ISO/IEC 15434, format 01, fields by
//! ANSI MH10.8.3: postal code, country, class of service, tracking number, carrier's code, then the carrier's own).

use super::{Candidate, Carrier, Routing, Verdict, all_digits, candidate, express, verdicts};
use crate::Aim;

/// Between fields.
const GS: char = '\u{1d}';
/// Ends a message.
const RS: char = '\u{1e}';
/// Ends all messages.
const EOT: char = '\u{4}';

/// What a carrier's message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Message {
    pub routing: Routing,
    /// The tracking number as it stands there.
    pub number: String,
    /// The whole tracking number, where its check digit says that it is one.
    pub candidates: Vec<Candidate>,
    /// True when a tracking number can be made of it whose check digit does not fit.
    pub wrong_check: bool,
}

/// The message that a text is, if it is one: told by its header, or by MaxiCode's AIM identifier.
pub(in super::super) fn message(aim: Option<Aim>, text: &str) -> Option<Message> {
    let body = match text.strip_prefix("[)>\u{1e}01\u{1d}") {
        // Two digits: the version, or the year of its standard.
        Some(after) => after.get(..2).filter(|version| all_digits(version)).and_then(|_| after.get(2..))?,
        None if aim.is_some_and(|aim| aim.to_string() == "]U1") => text,
        None => return None,
    };
    let body = body.split([RS, EOT]).next()?;
    let fields: Vec<&str> = body.split(GS).map(str::trim).collect();
    let [postal_code, country, service_class, number, rest @ ..] = fields.as_slice() else { return None };
    let three_digits = |field: &str| field.len() == 3 && all_digits(field);
    if !three_digits(country) || !(2..=3).contains(&service_class.len()) || number.is_empty() {
        return None;
    }
    if fields.iter().any(|field| field.chars().any(char::is_control)) {
        return None;
    }
    let verdicts = whole_number(service_class, number, rest);
    let fits = |verdict: &Verdict| match verdict {
        Verdict::Fits(candidate) | Verdict::MayBe(candidate) => Some(candidate.clone()),
        Verdict::WrongCheck => None,
    };
    Some(Message {
        routing: Routing {
            postal_code: (*postal_code).to_owned(),
            country: (*country).to_owned(),
            service_class: (*service_class).to_owned(),
        },
        number: (*number).to_owned(),
        candidates: verdicts.iter().filter_map(fits).collect(),
        wrong_check: verdicts.contains(&Verdict::WrongCheck),
    })
}

/// `rest` begins with the carrier's code and its shipper's number.
fn whole_number(service_class: &str, number: &str, rest: &[&str]) -> Vec<Verdict> {
    match rest {
        ["UPSN", shipper, ..] if number.len() == 10 => {
            ups(service_class, number, shipper).into_iter().collect()
        }
        // Followed by four digits of a form.
        [carrier, ..] if carrier.starts_with("FDE") && number.len() == 16 => {
            let fits = number.get(..12).and_then(express::fedex);
            fits.into_iter().collect()
        }
        _ => verdicts(number),
    }
}

/// The 18 characters of which the message holds the first two and the last eight: between them stand the shipper's number and
/// two characters for the service. Those are the class's last digits where the class is below 100; for others the message
/// does not tell them, and nothing is guessed.
fn ups(service_class: &str, number: &str, shipper: &str) -> Option<Verdict> {
    let service = service_class.strip_prefix('0').filter(|two| two.len() == 2 && all_digits(two))?;
    let last = number.strip_prefix("1Z")?;
    if shipper.len() != 6 {
        return None;
    }
    match express::ups(&format!("1Z{shipper}{service}{last}"))? {
        Verdict::Fits(Candidate { number, .. }) => Some(Verdict::Fits(candidate(Carrier::Ups, &number))),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of ISO/IEC 16023, annex B, as a scanner sends it.
    const EXAMPLE: &str = "[)>\u{1e}01\u{1d}96152382802\u{1d}840\u{1d}001\u{1d}1Z00004951\u{1d}UPSN\u{1d}06X610\u{1d}159\u{1d}1234567\u{1d}1/1\u{1d}\u{1d}Y\u{1d}634 ALPHA DR\u{1d}PITTSBURGH\u{1d}PA\u{1e}\u{4}";

    #[test]
    fn the_standards_example() {
        let read = message(None, EXAMPLE).unwrap();
        let routing = Routing {
            postal_code: "152382802".to_owned(),
            country: "840".to_owned(),
            service_class: "001".to_owned(),
        };
        assert_eq!(read.routing, routing);
        assert_eq!(read.candidates, [candidate(Carrier::Ups, "1Z06X6100100004951")]);
        assert!(!read.wrong_check);
    }

    #[test]
    fn a_wrong_check_digit_and_a_service_that_is_not_told() {
        let wrong = message(None, &EXAMPLE.replace("1Z00004951", "1Z00004952")).unwrap();
        assert!(wrong.candidates.is_empty() && wrong.wrong_check);
        let other = message(None, &EXAMPLE.replace("\u{1d}001\u{1d}", "\u{1d}412\u{1d}")).unwrap();
        assert!(other.candidates.is_empty() && !other.wrong_check);
        assert_eq!((other.number.as_str(), other.routing.service_class.as_str()), ("1Z00004951", "412"));
    }

    #[test]
    fn other_carriers_and_letters_in_postal_codes() {
        let fedex = "[)>\u{1e}01\u{1d}0237067\u{1d}840\u{1d}05\u{1d}9865787888550201\u{1d}FDE\u{1d}RS";
        assert_eq!(message(None, fedex).unwrap().candidates, [candidate(Carrier::FedEx, "986578788855")]);
        let short = "B1050 \u{1d}056\u{1d}066\u{1d}1Z06X6100100004951\u{1d}UPSN";
        let aim = Aim::from_bytes(b'U', b'1');
        let read = message(aim, short).unwrap();
        assert_eq!((read.routing.postal_code.as_str(), read.routing.country.as_str()), ("B1050", "056"));
        assert_eq!(read.candidates, [candidate(Carrier::Ups, "1Z06X6100100004951")]);
        assert_eq!(message(None, short), None);
        for other in
            ["", "[)>\u{1e}01\u{1d}", "[)>\u{1e}06\u{1d}P123", "[)>\u{1e}01\u{1d}96é\u{1d}840\u{1d}001"]
        {
            assert_eq!(message(aim, other), None, "{other:?}");
        }
    }
}
