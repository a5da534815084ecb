//! The commands that do one thing and end. They run beside a server on the same folder.

use std::path::Path;

use head_office::import::{Manner, Outcome as Judged, Sources, Words};
use head_office::verify::ChainVerdict;
use head_office::{HeadOffice, HeadOfficeError};
use jiff::Timestamp;
use returns::ids::RmaNumber;
use serde_json::json;

use super::{Outcome, Place, say};

pub fn enrol(place: &Place<'_>, depot: &str, name: &str) -> Result<Outcome, HeadOfficeError> {
    let office = HeadOffice::open_or_create_in(place.data, &place.stores)?;
    let now = Timestamp::now();
    let code = office.issue_code(depot, name, now)?;
    if place.as_json {
        let expires_s = now.as_second() + head_office::enrolment::CODE_LIFETIME_S;
        let expires = Timestamp::from_second(expires_s).unwrap_or(now);
        say(json!({ "code": code, "depot": depot, "name": name, "expires": expires }));
    } else {
        say(code);
    }
    Ok(Outcome::Done)
}

pub fn revoke(place: &Place<'_>, name: &str) -> Result<Outcome, HeadOfficeError> {
    HeadOffice::open_in(place.data, &place.stores)?.store().revoke(name)?;
    if place.as_json {
        say(json!({ "revoked": name }));
    } else {
        say(format_args!("{name} is revoked"));
    }
    Ok(Outcome::Done)
}

pub fn import(
    place: &Place<'_>,
    sources: &Sources,
    manner: Manner,
    every_row: bool,
) -> Result<Outcome, HeadOfficeError> {
    // Whoever only checks makes no head office, either.
    let office = if manner.check {
        HeadOffice::open_in(place.data, &place.stores)?
    } else {
        HeadOffice::open_or_create_in(place.data, &place.stores)?
    };
    let mut verdict = office.import_as(sources, manner, Timestamp::now())?;
    let all_right = verdict.refused.is_empty();
    if place.as_json {
        if !every_row {
            verdict.rows.clear();
        }
        say(serde_json::to_string(&verdict)?);
        return Ok(if all_right { Outcome::Done } else { Outcome::NotAllRight });
    }
    for row in verdict.rows.iter().filter(|row| every_row && row.outcome != Judged::Refused) {
        let at = row.row.map(|row| format!(", row {row}")).unwrap_or_default();
        let outcome = if row.outcome == Judged::Accepted { "accepted" } else { "unchanged" };
        say(format_args!("{outcome}: {}{at}: {}", row.file, row.key));
    }
    for problem in &verdict.refused {
        let words = Words::of(problem.code);
        say(format_args!("refused: {problem}"));
        say(format_args!("  {}; {}", words.why, words.next));
    }
    let (done, same) = (verdict.imported, verdict.unchanged);
    let head = if verdict.written { "imported" } else { "would be imported, nothing was written" };
    say(format_args!(
        "{head}: {} returns, {} items, {} operators, {} policies, {} checklists",
        done.rmas, done.items, done.operators, done.policies, done.checklists
    ));
    let same = [same.rmas, same.items, same.operators, same.policies, same.checklists].iter().sum::<usize>();
    if same > 0 {
        say(format_args!("unchanged: {same}"));
    }
    Ok(if all_right { Outcome::Done } else { Outcome::NotAllRight })
}

pub fn labels(place: &Place<'_>, rma: Option<&str>, out: Option<&Path>) -> Result<Outcome, HeadOfficeError> {
    let office = HeadOffice::open_in(place.data, &place.stores)?;
    let only = match rma {
        None => None,
        Some(text) => {
            let unknown = |_| HeadOfficeError::NoSuchLabel(text.chars().take(64).collect());
            Some(text.parse::<RmaNumber>().map_err(unknown)?)
        }
    };
    let labels = office.return_labels(only.as_ref(), Timestamp::now())?;
    if let Some(out) = out {
        let unusable = |source| HeadOfficeError::File { path: out.to_path_buf(), source };
        std::fs::create_dir_all(out).map_err(unusable)?;
        for label in &labels {
            std::fs::write(out.join(format!("return-{}.pdf", label.label)), label.to_pdf()?)
                .map_err(unusable)?;
        }
    }
    if place.as_json {
        say(json!({ "labels": labels }));
    } else {
        for label in labels {
            say(format_args!("{}\t{}\t{}", label.rma, label.label, label.token));
        }
    }
    Ok(Outcome::Done)
}

pub fn status(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let status = HeadOffice::open_in(place.data, &place.stores)?.status()?;
    if place.as_json {
        say(serde_json::to_string(&status)?);
        return Ok(Outcome::Done);
    }
    say(format_args!("key fingerprint {}, incarnation {}", status.fingerprint, status.incarnation));
    let totals = status.totals;
    say(format_args!(
        "{} events, {} units, {} photos, {} reviews wait, {} returns, {} settlement proposals, {} set aside",
        totals.events,
        totals.units,
        totals.blobs,
        totals.reviews,
        totals.rmas,
        totals.effects,
        totals.quarantined
    ));
    for station in &status.stations {
        let stored: Vec<String> = station
            .epochs
            .iter()
            .map(|epoch| format!("epoch {} up to {}", epoch.epoch, epoch.stored_seq))
            .collect();
        let state = serde_json::to_value(station.state)?;
        say(format_args!(
            "{} ({}, {}): {}",
            station.name,
            station.depot,
            state.as_str().unwrap_or_default(),
            stored.join(", ")
        ));
    }
    Ok(Outcome::Done)
}

pub fn verify(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let found = HeadOffice::open_in(place.data, &place.stores)?.verify(|events| {
        if !place.as_json {
            eprintln!("{events} events …");
        }
    })?;
    if place.as_json {
        say(serde_json::to_string(&found)?);
    } else {
        let chain = if found.chain == ChainVerdict::Ok { "ok" } else { "broken" };
        say(format_args!(
            "{} stations, {} events, chain {chain}, {} photos, {} missing",
            found.stations, found.events, found.blobs, found.blobs_missing
        ));
        for problem in &found.problems {
            let args: Vec<String> =
                problem.args.iter().map(|(name, value)| format!("{name} {value}")).collect();
            say(format_args!("{}: {}", problem.code, args.join(", ")));
        }
    }
    Ok(if found.problems.is_empty() { Outcome::Done } else { Outcome::NotAllRight })
}

pub fn release(place: &Place<'_>, name: &str) -> Result<Outcome, HeadOfficeError> {
    HeadOffice::open_in(place.data, &place.stores)?.store().release(name)?;
    if place.as_json {
        say(json!({ "released": name }));
    } else {
        say(format_args!("{name} may go on"));
    }
    Ok(Outcome::Done)
}

pub fn backup(place: &Place<'_>, to: &Path) -> Result<Outcome, HeadOfficeError> {
    let made = HeadOffice::open_in(place.data, &place.stores)?.backup(to, Timestamp::now())?;
    if place.as_json {
        say(serde_json::to_string(&made)?);
    } else {
        say(format_args!("{} events and {} photos are in {}, verified", made.events, made.blobs, made.place));
    }
    Ok(Outcome::Done)
}

pub fn restore(place: &Place<'_>, from: &Path) -> Result<Outcome, HeadOfficeError> {
    let restored = head_office::backup::restore(from, place.data, &place.stores, Timestamp::now())?;
    if place.as_json {
        say(serde_json::to_string(&restored)?);
    } else {
        say(format_args!(
            "{} events and {} photos restored; incarnation {}",
            restored.events, restored.blobs, restored.incarnation
        ));
    }
    Ok(Outcome::Done)
}

pub fn add_webhook(place: &Place<'_>, name: &str, url: &str) -> Result<Outcome, HeadOfficeError> {
    let secret = HeadOffice::open_in(place.data, &place.stores)?.add_webhook(name, url, Timestamp::now())?;
    if place.as_json {
        say(json!({ "webhook": name, "url": url, "secret": secret }));
    } else {
        say(secret);
    }
    Ok(Outcome::Done)
}

pub fn webhooks(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let office = HeadOffice::open_in(place.data, &place.stores)?;
    let (all, dead) = (office.store().webhooks()?, office.store().dead_letters()?);
    if place.as_json {
        say(json!({ "webhooks": all, "dead": dead }));
        return Ok(Outcome::Done);
    }
    for webhook in all {
        say(format_args!("{}: {}", webhook.webhook, webhook.url));
    }
    for letter in dead {
        say(format_args!(
            "given up after {} tries: {} to {}, {} ({})",
            letter.attempts, letter.kind, letter.webhook, letter.trouble, letter.effect
        ));
    }
    Ok(Outcome::Done)
}

pub fn revive(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let revived = HeadOffice::open_in(place.data, &place.stores)?.store().revive_dead_letters()?;
    if place.as_json {
        say(json!({ "revived": revived }));
    } else {
        say(format_args!("{revived} are tried again"));
    }
    Ok(Outcome::Done)
}
