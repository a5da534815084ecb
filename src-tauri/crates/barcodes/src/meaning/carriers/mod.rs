//! Carriers' tracking numbers and their check digits.
//!
//! | number | form | check |
//! |---|---|---|
//! | UPU S10 | 2 letters, 8 digits, check, country | weighted, modulo 11 |
//! | UPS 1Z | `1Z`, 15 letters or digits, check | weighted 1 2, modulo 10 |
//! | FedEx Express | 12 digits; 34 that begin with 10 or 96 | weighted 3 1 7, modulo 11, then 10 |
//! | FedEx Ground | 15 digits; 22 that begin with 96 | modulo 10 |
//! | FedEx Ground Economy | 20 digits that begin with 61, 22 with 92 before them | modulo 10, the 92 counted |
//! | USPS IMpb | 22 or 26 digits that begin with 91 to 95, with or without 420 and ZIP | modulo 10 |
//! | DHL Express | 10 digits | modulo 7 |
//! | DHL Paket | 12 digits; `JJD`, `JD`, `JVGL` or `GM` and digits | weighted 4 9, modulo 10; the others have none |
//! | GLS | 12 digits | weighted 3 1, plus one, modulo 10 |
//! | DPD | 14 digits and a check, or 28 characters | ISO 7064 mod 37,36 |
//! | SSCC | 18 digits, with or without `00` | modulo 10 |

mod express;
mod message;
mod parcel;
mod postal;

pub(super) use message::{Message, message};

use serde::{Deserialize, Serialize};

/// Whose tracking number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A postal operator: UPU S10, 13 characters.
    Post,
    /// UPS 1Z, 18 characters.
    Ups,
    /// FedEx: Express (12 digits), Ground (15), Ground 96 (22), Ground Economy (20), or the 34 digits on the label that end
    /// in 12.
    FedEx,
    /// USPS IMpb: 22 or 26 digits, with or without 420 + ZIP before them.
    Usps,
    /// DHL: Express, parcels (`JJD`, `JD`, `JVGL`, 12 digits), eCommerce (`GM`).
    Dhl,
    /// GLS: 12 digits.
    Gls,
    /// DPD: 14 digits, read from 28 characters or from 14 and a check character.
    Dpd,
    /// Any carrier that labels parcels with GS1's SSCC.
    Sscc,
}

impl Carrier {
    /// The name as the carrier writes it, the same in every language; remembered readings are kept by it.
    pub fn name(self) -> &'static str {
        match self {
            Carrier::Post => "S10",
            Carrier::Ups => "UPS",
            Carrier::FedEx => "FedEx",
            Carrier::Usps => "USPS",
            Carrier::Dhl => "DHL",
            Carrier::Gls => "GLS",
            Carrier::Dpd => "DPD",
            Carrier::Sscc => "SSCC",
        }
    }
}

/// One carrier whose rules fit a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Whose number it would be.
    pub carrier: Carrier,
    /// The tracking number as that carrier prints it, without routing and spaces.
    pub number: String,
}

/// Where a carrier's label sends a parcel, and how (ISO/IEC 15434, format 01; MaxiCode's modes 2 and 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Of the place of delivery.
    pub postal_code: String,
    /// Of the place of delivery: three digits of ISO 3166-1.
    pub country: String,
    /// The carrier's own number for its service.
    pub service_class: String,
}

/// What a carrier's rules say about a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The form is unmistakable, or a check digit of more than ten values fits.
    Fits(Candidate),
    /// The length fits, and a check digit that one number in ten satisfies by chance: it may be any number.
    MayBe(Candidate),
    /// The form is unmistakable, the check digit is wrong.
    WrongCheck,
}

/// Every carrier's verdict on a scan without blanks, likeliest first; carriers with another form are left out.
pub(super) fn verdicts(number: &str) -> Vec<Verdict> {
    let mut all = Vec::new();
    all.extend(express::ups(number));
    all.extend(postal::s10(number));
    all.extend(parcel::dpd(number));
    all.extend(express::dhl(number));
    all.extend(express::fedex(number));
    all.extend(usps(number));
    all.extend(parcel::sscc(number));
    all.extend(parcel::gls(number));
    // Two rules may find the same number, and a rule that fits outweighs another's wrong check digit.
    let mut seen: Vec<Verdict> = Vec::new();
    for verdict in all {
        if !seen.contains(&verdict) {
            seen.push(verdict);
        }
    }
    if seen.iter().any(|verdict| !matches!(verdict, Verdict::WrongCheck)) {
        seen.retain(|verdict| !matches!(verdict, Verdict::WrongCheck));
    }
    seen.sort_by_key(|verdict| matches!(verdict, Verdict::MayBe(_)));
    seen
}

/// What a GS1-128 symbol of a carrier says that is no GS1 element string by meaning: the number of USPS behind AI 420,
/// mostly without the separator that GS1 asks for, and FedEx Ground's behind the company-internal AI 96.
pub(super) fn in_gs1(data: &str) -> Vec<Verdict> {
    let data = data.replace('\u{1d}', "");
    let mut all = usps(&data);
    if !data.starts_with("420") {
        // AI 91 to 95 are anybody's too.
        all.retain(|verdict| matches!(verdict, Verdict::Fits(_)));
    }
    if data.starts_with("96") {
        // Without a check digit that fits it is somebody else's.
        all.extend(express::fedex(&data).into_iter().filter(|verdict| matches!(verdict, Verdict::Fits(_))));
    }
    all
}

fn usps(number: &str) -> Vec<Verdict> {
    let mut found = postal::usps(number);
    // FedEx hands Ground Economy over to USPS under a number of its own range.
    let shared = found.iter().find_map(|verdict| match verdict {
        Verdict::Fits(fits) if fits.number.starts_with("9261") => Some(fits.number.clone()),
        _ => None,
    });
    if let Some(number) = shared {
        found.insert(0, Verdict::Fits(Candidate { carrier: Carrier::FedEx, number }));
    }
    found
}

fn verdict(carrier: Carrier, number: &str, check_fits: bool) -> Verdict {
    if check_fits { Verdict::Fits(candidate(carrier, number)) } else { Verdict::WrongCheck }
}

fn candidate(carrier: Carrier, number: &str) -> Candidate {
    Candidate { carrier, number: number.to_owned() }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The sum of digits times weights, the weights repeated; the text holds only digits.
fn weighted_sum(digits: &str, weights: &[u32]) -> u32 {
    let weights = weights.iter().cycle();
    digits.bytes().zip(weights).map(|(b, weight)| u32::from(b.saturating_sub(b'0')) * weight).sum()
}

/// True when the last digit is `check` of the digits before it.
fn last_digit_is(number: &str, check: impl Fn(&str) -> u32) -> bool {
    let Some(before) = number.len().checked_sub(1).and_then(|at| number.split_at_checked(at)) else {
        return false;
    };
    all_digits(number) && before.1.parse() == Ok(check(before.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn fit(carrier: Carrier, number: &str) -> Verdict {
        Verdict::Fits(candidate(carrier, number))
    }

    // Numbers that the carriers print in their own guides or that public collections of real ones hold.
    #[rstest]
    #[case("1Z5R89390357567127", Carrier::Ups, "1Z5R89390357567127")]
    #[case("1Z879E930346834440", Carrier::Ups, "1Z879E930346834440")]
    #[case("1Z999AA10123456784", Carrier::Ups, "1Z999AA10123456784")]
    #[case("RB123456785GB", Carrier::Post, "RB123456785GB")]
    #[case("RA473124829BB", Carrier::Post, "RA473124829BB")]
    #[case("986578788855", Carrier::FedEx, "986578788855")]
    #[case("477179081230", Carrier::FedEx, "477179081230")]
    #[case("041441760228964", Carrier::FedEx, "041441760228964")]
    #[case("9611020987654312345672", Carrier::FedEx, "987654312345672")]
    #[case("1001921334250001000300779017972697", Carrier::FedEx, "779017972697")]
    #[case("1002297871540001000300790695517286", Carrier::FedEx, "790695517286")]
    #[case("9622001900000000000000776632517510", Carrier::FedEx, "776632517510")]
    #[case("9632001560123456789900794808390594", Carrier::FedEx, "794808390594")]
    #[case("61299998820821171811", Carrier::FedEx, "9261299998820821171811")]
    #[case("9400111202555842332669", Carrier::Usps, "9400111202555842332669")]
    #[case("92748931507708513018050063", Carrier::Usps, "92748931507708513018050063")]
    #[case("420221539101026837331000039521", Carrier::Usps, "9101026837331000039521")]
    #[case("4201002334249200190132607600833457", Carrier::Usps, "9200190132607600833457")]
    #[case("JJD000390007882823238", Carrier::Dhl, "JJD000390007882823238")]
    #[case("JJD1410302937991", Carrier::Dhl, "JJD1410302937991")]
    #[case("JVGL0999999990", Carrier::Dhl, "JVGL0999999990")]
    #[case("JD014600006281230704", Carrier::Dhl, "JD014600006281230704")]
    #[case("GM2951173225174494", Carrier::Dhl, "GM2951173225174494")]
    #[case("GM295117494011169042", Carrier::Dhl, "GM295117494011169042")]
    #[case("008182709980000020033350276C", Carrier::Dpd, "09980000020033")]
    #[case("008182709980000020045327276N", Carrier::Dpd, "09980000020045")]
    #[case("%008182709980000020045327276", Carrier::Dpd, "09980000020045")]
    #[case("01015026003653C", Carrier::Dpd, "01015026003653")]
    #[case("00376104250021234569", Carrier::Sscc, "376104250021234569")]
    #[case("00340433836442636597", Carrier::Sscc, "340433836442636597")]
    #[case("376104250021234569", Carrier::Sscc, "376104250021234569")]
    fn fits(#[case] scan: &str, #[case] carrier: Carrier, #[case] number: &str) {
        assert_eq!(verdicts(scan), vec![fit(carrier, number)]);
    }

    // One number in ten or seven of that length satisfies these by chance.
    #[rstest]
    #[case("3318810025", Carrier::Dhl)]
    #[case("8487135506", Carrier::Dhl)]
    #[case("563102430313", Carrier::Dhl)]
    #[case("501234567899", Carrier::Gls)]
    #[case("201000000017", Carrier::Gls)]
    fn may_be(#[case] scan: &str, #[case] carrier: Carrier) {
        assert_eq!(verdicts(scan), vec![Verdict::MayBe(candidate(carrier, scan))]);
    }

    #[test]
    fn several_carriers_are_ranked() {
        let number = "9261292700768711948021";
        assert_eq!(verdicts(number), vec![fit(Carrier::FedEx, number), fit(Carrier::Usps, number)]);
        // A parcel number of DHL whose digits satisfy two other rules as well.
        let three = "201298452277";
        let maybe = |carrier| Verdict::MayBe(candidate(carrier, three));
        assert_eq!(
            verdicts(three),
            vec![fit(Carrier::FedEx, three), maybe(Carrier::Dhl), maybe(Carrier::Gls)]
        );
        let both = "000123450000000027";
        assert_eq!(verdicts(both), vec![fit(Carrier::FedEx, both), fit(Carrier::Sscc, both)]);
    }

    #[rstest]
    #[case("1Z5R89390357567128")]
    #[case("RB123456786GB")]
    #[case("9611020987654312345673")]
    #[case("9400111202555842332660")]
    #[case("92748931507708513018050064")]
    #[case("420221539101026837331000039522")]
    #[case("4201028200009261290113185417468511")]
    #[case("00376104250021234568")]
    #[case("008182709980000020033350276A")]
    fn wrong_check_digits(#[case] scan: &str) {
        assert_eq!(verdicts(scan), vec![Verdict::WrongCheck]);
    }

    #[rstest]
    #[case("986578788857")]
    #[case("3318810010")]
    #[case("1Z5R8939035756712")]
    #[case("1z5R89390357567127")]
    #[case("RB12345678GB")]
    #[case("RMA-2026-00042")]
    #[case("GS295117494011169041")]
    #[case("XJD0099999998")]
    #[case("008182709980000020045000000N")]
    #[case("01015026003653D")]
    #[case("1001901781990001000300617767839438")]
    #[case("376104250021234568")]
    #[case("%00")]
    #[case("")]
    #[case("é")]
    fn other_numbers(#[case] scan: &str) {
        assert_eq!(verdicts(scan), vec![]);
    }

    #[test]
    fn gs1_symbols_of_carriers() {
        let fedex = vec![fit(Carrier::FedEx, "987654312345672")];
        assert_eq!(in_gs1("9611020987654312345672"), fedex);
        assert_eq!(in_gs1("9611020987654312345673"), vec![]);
        let usps = vec![fit(Carrier::Usps, "9101026837331000039521")];
        assert_eq!(in_gs1("42022153\u{1d}9101026837331000039521"), usps);
        assert_eq!(in_gs1("0109506000134352"), vec![]);
    }
}
