//! Enrolment, head office, clock, numbers, what waits, and what came down.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use records::{Records, RecordsError};
use wire::{Challenge, Feed};

use super::{Finding, Level};
use crate::cli::failed;
use crate::desk::coded;
use crate::seam::Coded;

/// Numbers below which the station asks for a further block: a fifth of one.
const FEW_NUMBERS: u32 = 20_000;
/// A clock further off than this makes dates doubtful.
const CLOCK_MINUTES: i64 = 2;
/// Events that wait longer than this should have gone.
const WAITING: SignedDuration = SignedDuration::from_hours(24);
/// For the one call.
const PATIENCE: Duration = Duration::from_secs(10);
/// A challenge is some hundred bytes.
const MAX_CHALLENGE_BYTES: usize = 16 * 1024;

/// Who this station is.
pub(super) fn enrolment(records: &Records) -> Finding {
    let Some(enrolment) = records.enrolment() else {
        return Finding::of(Level::Bad, &coded("station-not-enrolled", []));
    };
    match records.secret_key() {
        Ok(Some(_)) => {
            let (name, depot) = (&enrolment.name, &enrolment.depot);
            let url = &enrolment.head_office_url;
            Finding::ok("station-enrolled", format!("{name} of depot {depot}, head office {url}"))
        }
        Ok(None) => Finding::bad("station-key-missing", "station.key is not in the data folder"),
        Err(error) => of_records(&error),
    }
}

/// Whether head office answers, and what its clock says. A bench works for weeks without: never bad.
pub(super) async fn head_office(records: &Records) -> Vec<Finding> {
    let Some(enrolment) = records.enrolment() else { return Vec::new() };
    let mut findings = Vec::new();
    let now = match challenge(&enrolment.head_office_url).await {
        Ok(challenge) => {
            findings.push(Finding::ok("head-office", format!("{} answers", enrolment.head_office_url)));
            Some(challenge.time)
        }
        Err(coded) => {
            findings.push(Finding::of(Level::Warn, &coded));
            None
        }
    };
    match records.head_office_time() {
        Ok(signed) => findings.push(clock(Timestamp::now(), now, signed)),
        Err(error) => findings.push(of_records(&error)),
    }
    findings
}

/// The station's clock against head office's; where there is no line, against the last time that it signed.
fn clock(here: Timestamp, head_office: Option<Timestamp>, signed: Option<Timestamp>) -> Finding {
    if let Some(signed) = signed.filter(|signed| here < *signed) {
        let words = format!("{here} here, but head office signed {signed} before: dates go to review");
        return Finding::bad("clock-behind", words);
    }
    let Some(there) = head_office else {
        return Finding::ok("clock", format!("{here}; nobody answers to compare it with"));
    };
    let off = here.duration_since(there);
    if off.abs() > SignedDuration::from_mins(CLOCK_MINUTES) {
        return Finding::warn("clock-off", format!("{here} here, {there} at head office"));
    }
    Finding::ok("clock", format!("{} s off head office's", off.as_secs().abs()))
}

/// Asks for a challenge. It is not signed, so this says only that something speaks as a head office does; the
/// line itself trusts no answer without a signature.
async fn challenge(url: &str) -> Result<Challenge, Coded> {
    let unreachable = |error: reqwest::Error| {
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            words = inner.to_string();
            source = inner.source();
        }
        failed("head-office-unreachable", &words)
    };
    let mut builder =
        reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if url.starts_with("http:") {
        // Without TLS nobody needs the system's certificates, which may not be installed.
        builder = builder.tls_certs_only([]);
    }
    let client = builder.build().map_err(unreachable)?;
    let address = format!("{}/v1/challenge", url.trim_end_matches('/'));
    let mut reply = client.get(address).send().await.map_err(unreachable)?;
    let status = reply.status().as_u16();
    let other = || {
        failed("line-not-head-office", &format!("something else answers there, with HTTP status {status}"))
    };
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_CHALLENGE_BYTES {
            return Err(other());
        }
    }
    let challenge = (status == 200).then(|| serde_json::from_slice(&body).ok()).flatten();
    challenge.ok_or_else(other)
}

/// LPNs left, and what head office does not have yet.
pub(super) fn numbers_and_queue(records: &Records, now: Timestamp) -> Vec<Finding> {
    let left = records.lpns_left();
    let numbers = match left {
        0 => Finding::of(Level::Bad, &coded("lpn-block-empty", [])),
        1..FEW_NUMBERS => Finding::warn("lpns-few", format!("{left} unit numbers left")),
        _ => Finding::ok("lpns", format!("{left} unit numbers left")),
    };
    let queue = match records.unsent() {
        Err(error) => of_records(&error),
        Ok(unsent) => {
            let words = format!("{} events and {} photos wait", unsent.events, unsent.photos);
            match unsent.oldest.filter(|oldest| now.duration_since(*oldest) > WAITING) {
                Some(oldest) => Finding::warn("outbox-old", format!("{words}, the oldest since {oldest}")),
                None => Finding::ok("outbox", words),
            }
        }
    };
    vec![numbers, queue]
}

/// What head office must have sent before anybody can grade.
pub(super) fn knowledge(records: &Records) -> Vec<Finding> {
    let policy = match records.policy() {
        Ok(Some(policy)) => Finding::ok("policy", format!("policy {}", policy.policy.number)),
        Ok(None) => Finding::of(Level::Bad, &coded("policy-missing", [])),
        Err(error) => of_records(&error),
    };
    let operators = match records.operators() {
        Ok(operators) if operators.is_empty() => Finding::bad("operators-missing", "nobody can sign in yet"),
        Ok(operators) => Finding::ok("operators", format!("{} people may sign in", operators.len())),
        Err(error) => of_records(&error),
    };
    let rmas = match records.current_at(Feed::Rmas) {
        Ok(Some(since)) => Finding::ok("returns-feed", format!("expected returns as of {since}")),
        Ok(None) => Finding::warn("returns-feed-missing", "expected returns were never fetched"),
        Err(error) => of_records(&error),
    };
    let refused = match records.refused_items() {
        Ok(items) if items.is_empty() => None,
        Ok(items) => {
            let named: Vec<String> = items
                .iter()
                .take(3)
                .map(|item| format!("{} {}: {}", item.feed, item.item, item.code))
                .collect();
            let words = format!("{} set aside, such as {}", items.len(), named.join("; "));
            Some(Finding::warn("feed-items-refused", words))
        }
        Err(error) => Some(of_records(&error)),
    };
    [policy, operators, rmas].into_iter().chain(refused).collect()
}

fn of_records(error: &RecordsError) -> Finding {
    Finding::of(Level::Bad, &failed(error.code(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_clock_is_judged_against_head_offices() {
        let here = at("2026-11-21T10:00:00Z");
        let judged = |there: Option<&str>, signed: Option<&str>| {
            let finding = clock(here, there.map(at), signed.map(at));
            (finding.level, finding.code)
        };
        assert_eq!(judged(Some("2026-11-21T10:01:59Z"), None), (Level::Ok, "clock".to_owned()));
        assert_eq!(judged(Some("2026-11-21T10:02:01Z"), None), (Level::Warn, "clock-off".to_owned()));
        assert_eq!(judged(Some("2026-11-21T09:57:00Z"), None), (Level::Warn, "clock-off".to_owned()));
        assert_eq!(judged(None, Some("2026-11-21T09:00:00Z")), (Level::Ok, "clock".to_owned()));
        assert_eq!(judged(None, Some("2026-11-21T10:00:01Z")), (Level::Bad, "clock-behind".to_owned()));
    }
}
