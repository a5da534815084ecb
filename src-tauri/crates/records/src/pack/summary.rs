//! A pack in plain words, for a reader without tools. Everything in it follows from the other members.

use std::collections::BTreeMap;
use std::fmt::Write;

use returns::codes::SignalKind;
use returns::event::Parsed;
use returns::signal::Signal;
use returns::unit::State;
use serde_json::Value;
use wire::{Envelope, Place};

use super::build::decision_in;
use super::{Kept, Manifest};

/// The summary.
pub(super) fn of(manifest: &Manifest, state: &State, events: &[(Place, Envelope)]) -> String {
    let mut text = String::new();
    // Writing into a string never fails.
    let _ = head(&mut text, manifest, state);
    let _ = happened(&mut text, manifest, events);
    let _ = decided(&mut text, events);
    let _ = seen(&mut text, manifest, state);
    let _ = writeln!(
        text,
        "\nTo check this file: station verify --pack FILE\nThen compare the keys' fingerprints with those that head office names:\n  station      {}\n  head office  {}",
        manifest.station_key.id(),
        manifest.head_office_key.id(),
    );
    text
}

fn head(text: &mut String, manifest: &Manifest, state: &State) -> std::fmt::Result {
    writeln!(text, "Evidence about unit {}", manifest.lpn)?;
    writeln!(
        text,
        "Made {} by station {}, depot {}.\n",
        manifest.made_at, manifest.station_name, manifest.depot
    )?;
    let facts = [
        ("unit id", Some(manifest.unit.to_string())),
        ("stage", state.stage.map(|stage| stage.to_string())),
        ("product", state.sku.as_ref().map(ToString::to_string)),
        ("owner", state.owner.as_ref().map(ToString::to_string)),
        ("return", state.rma.as_ref().map(ToString::to_string)),
        ("line", state.line.as_ref().map(ToString::to_string)),
        ("serial read", state.serial.as_ref().map(ToString::to_string)),
        ("grade", state.grade().map(|grade| grade.to_string())),
        ("goes to", state.disposition().map(|disposition| disposition.to_string())),
        ("weight", state.weight_grams.map(|grams| format!("{grams} g"))),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            writeln!(text, "{name:<12} {fact}")?;
        }
    }
    let findings: Vec<String> = state.findings().iter().map(ToString::to_string).collect();
    if !findings.is_empty() {
        writeln!(text, "{:<12} {}", "found", findings.join(", "))?;
    }
    Ok(())
}

fn happened(text: &mut String, manifest: &Manifest, events: &[(Place, Envelope)]) -> std::fmt::Result {
    writeln!(text, "\nWhat happened, by the clock of each station:")?;
    for (place, envelope) in events {
        let here = if place.station == manifest.station { "" } else { " (another bench)" };
        write!(text, "  {}  {:<26} {}{here}", envelope.recorded, envelope.kind, envelope.actor.operator)?;
        match plain(&envelope.body) {
            details if details.is_empty() => writeln!(text)?,
            details => writeln!(text, "  {details}")?,
        }
    }
    Ok(())
}

fn decided(text: &mut String, events: &[(Place, Envelope)]) -> std::fmt::Result {
    let mut titled = false;
    for (_, envelope) in events {
        let Parsed::Known(event) = envelope.event() else { continue };
        let Some(decision) = decision_in(&event) else { continue };
        if !std::mem::replace(&mut titled, true) {
            writeln!(text, "\nWhat was decided or proposed:")?;
        }
        let rows: Vec<String> = decision.rows.iter().map(ToString::to_string).collect();
        writeln!(
            text,
            "  {}  {} for grade {}, settlement {}; policy {} ({}), rows {}",
            envelope.recorded,
            decision.disposition,
            decision.inputs.grade,
            decision.settlement,
            decision.policy_number,
            decision.policy_hash,
            rows.join(", "),
        )?;
    }
    Ok(())
}

fn seen(text: &mut String, manifest: &Manifest, state: &State) -> std::fmt::Result {
    if !state.signals.is_empty() {
        writeln!(
            text,
            "\nWhat does not fit. Each of these asked for a second look; none says how it came about:"
        )?;
    }
    for signal in &state.signals {
        writeln!(text, "  {}", neutral(signal))?;
    }
    if !manifest.photos.is_empty() {
        writeln!(text, "\nPhotos:")?;
    }
    for photo in &manifest.photos {
        writeln!(text, "  {:<12} {}  {}", photo.role.as_str(), photo.sha256, state_words(photo.state))?;
    }
    if !manifest.notes.is_empty() {
        writeln!(text, "\nNotes:")?;
    }
    for note in &manifest.notes {
        writeln!(text, "  {}  {}", note.sha256, state_words(note.state))?;
    }
    Ok(())
}

fn state_words(state: Kept) -> &'static str {
    match state {
        Kept::Packed => "in this file",
        Kept::Purged => "purged",
        Kept::Elsewhere => "at another bench",
        Kept::Withheld => "left out: it shows a parcel's label",
        Kept::Missing => "MISSING",
    }
}

/// A signal says what was compared, not who is to blame.
fn neutral(signal: &Signal) -> String {
    let what = match signal.kind {
        SignalKind::SerialMismatch => "The serial read is not one of those recorded as shipped",
        SignalKind::WeightMismatch => "The weight is not what the catalogue says",
        SignalKind::LabelCopied => "A parcel with the same return label had come in before",
        SignalKind::RmaReceivedElsewhere => "The goods of this return had been received elsewhere before",
        SignalKind::FrequentEmptyBox => "Several empty boxes came in for the same customer lately",
        SignalKind::SwappedItem => "The item is not the one that was sold",
    };
    match words(&signal.args) {
        compared if compared.is_empty() => format!("{what}."),
        compared => format!("{what} ({compared})."),
    }
}

fn words(args: &BTreeMap<String, String>) -> String {
    args.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

/// The scalars of an event's body.
fn plain(body: &Value) -> String {
    let Value::Object(fields) = body else { return String::new() };
    let shown = fields.iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some(format!("{name} {text}")),
        Value::Number(number) => Some(format!("{name} {number}")),
        Value::Bool(flag) => Some(format!("{name} {flag}")),
        _ => None,
    });
    shown.collect::<Vec<_>>().join(", ")
}
