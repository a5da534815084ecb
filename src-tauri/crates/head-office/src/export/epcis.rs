//! EPCIS 2.0 in JSON-LD (GS1 EPCIS 2.0.1, section 10), with the words of CBV 2.0: what happened to which unit, when, where
//! and why. A unit with GTIN and serial is a GS1 Digital Link URI; one with a GTIN alone is one piece of its class.

use std::collections::BTreeMap;
use std::io::Write;

use barcodes::gs1::{ElementString, canonical_link};
use jiff::Timestamp;
use returns::codes::HoldReason;
use returns::event::{Parsed, UnitEvent};
use returns::ids::{Subject, UnitId};
use returns::{Event, unit};
use serde_json::{Map, Value, json};
use wire::Envelope;

use super::{Exported, Source, unwritable};
use crate::error::HeadOfficeError;
use crate::store::ExportedEvent;

const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// A unit as EPCIS names it.
#[derive(Debug, Clone)]
struct Named {
    /// This very item.
    instance: Option<String>,
    /// Else one of its class.
    class: Option<String>,
    lpn: String,
    rma: Option<String>,
}

/// Step and disposition of CBV, with what else is worth telling.
struct Step {
    step: &'static str,
    disposition: &'static str,
    further: Vec<(&'static str, String)>,
}

/// Writes the document, one event after the other.
pub(super) fn write(
    source: &mut Source<'_>,
    names: &str,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<Exported, HeadOfficeError> {
    let mut units: BTreeMap<UnitId, Named> = BTreeMap::new();
    let rows = source.units()?;
    let mut exported = Exported { units: rows.len() as u64, ..Exported::default() };
    for row in rows {
        let named = named(source, &row.state)?;
        units.insert(row.unit, named);
    }
    let head = json!({
        "@context": [CONTEXT, { "rs": format!("{names}ns:") }],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": time(now),
    });
    let head = head.to_string();
    let open = head.strip_suffix('}').unwrap_or(&head);
    write!(out, "{open},\"epcisBody\":{{\"eventList\":[").map_err(unwritable)?;
    source.each_event(|event, envelope| {
        let Subject::Unit(unit) = envelope.subject else { return Ok(()) };
        let (Some(named), Some(step)) = (units.get(&unit), step(envelope)) else { return Ok(()) };
        let separator = if exported.written == 0 { "\n" } else { ",\n" };
        let told = object_event(unit, named, &step, names, (event, envelope));
        write!(out, "{separator}{told}").map_err(unwritable)?;
        exported.written += 1;
        Ok(())
    })?;
    writeln!(out, "\n]}}}}").map_err(unwritable)?;
    Ok(exported)
}

/// Milliseconds, UTC: benches record no other zone.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn named(source: &mut Source<'_>, state: &unit::State) -> Result<Named, HeadOfficeError> {
    let gtin = source.gtin(state)?.map(|gtin| format!("{gtin:0>14}"));
    let serial = state.serial.as_ref().map(|serial| serial.as_str().replace('(', "\\("));
    // A serial that GS1's alphabet or length does not allow (AI 21) names no instance there.
    let instance = gtin.as_ref().zip(serial).and_then(|(gtin, serial)| {
        canonical_link(&ElementString::parse_bracketed(&format!("(01){gtin}(21){serial}")).ok()?)
    });
    let class = gtin
        .as_ref()
        .and_then(|gtin| canonical_link(&ElementString::parse_bracketed(&format!("(01){gtin}")).ok()?));
    Ok(Named {
        instance,
        class,
        lpn: state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default(),
        rma: state.rma.as_ref().map(ToString::to_string),
    })
}

fn object_event(
    unit: UnitId,
    named: &Named,
    step: &Step,
    names: &str,
    (event, envelope): (&ExportedEvent, &Envelope),
) -> Value {
    let received = Timestamp::from_second(event.received_s).unwrap_or_default();
    let mut told: Map<String, Value> = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("type", json!("ObjectEvent"));
    tell("eventID", json!(format!("urn:uuid:{}", envelope.event_id)));
    tell("eventTime", json!(time(envelope.recorded)));
    tell("eventTimeZoneOffset", json!("+00:00"));
    tell("recordTime", json!(time(received)));
    tell("action", json!("OBSERVE"));
    tell("bizStep", json!(step.step));
    tell("disposition", json!(step.disposition));
    match (&named.instance, &named.class) {
        (Some(instance), _) => tell("epcList", json!([instance])),
        (None, Some(class)) => tell("quantityList", json!([{ "epcClass": class, "quantity": 1 }])),
        (None, None) => tell("epcList", json!([format!("urn:uuid:{unit}")])),
    };
    tell("readPoint", json!({ "id": format!("{names}station:{}", event.station) }));
    tell("bizLocation", json!({ "id": format!("{names}depot:{}", encoded(&event.depot)) }));
    if let Some(rma) = &named.rma {
        let rma = format!("{names}rma:{}", encoded(rma));
        tell("bizTransactionList", json!([{ "type": "rma", "bizTransaction": rma }]));
    }
    tell("rs:unit", json!(unit.to_string()));
    tell("rs:lpn", json!(named.lpn));
    for (name, value) in &step.further {
        tell(&format!("rs:{name}"), json!(value));
    }
    Value::Object(told)
}

/// What of a unit's events others understand; the rest is between bench and head office.
fn step(envelope: &Envelope) -> Option<Step> {
    let plain = |step, disposition| Some(Step { step, disposition, further: Vec::new() });
    let Parsed::Known(Event::Unit(event)) = envelope.event() else { return None };
    match event {
        UnitEvent::Received { intake, .. } => Some(Step {
            step: "receiving",
            disposition: "returned",
            further: vec![("intake", intake.to_string())],
        }),
        UnitEvent::Graded { grade, .. } => Some(Step {
            step: "inspecting",
            disposition: "returned",
            further: vec![("grade", grade.to_string())],
        }),
        UnitEvent::Dispositioned { decision, provisional: false } => {
            let recalled = decision.holds.contains(&HoldReason::Recall);
            let (step, disposition) = decision.disposition.cbv(recalled);
            let further = vec![
                ("disposition", decision.disposition.to_string()),
                ("policy", decision.policy_number.to_string()),
            ];
            Some(Step { step, disposition, further })
        }
        UnitEvent::Closed { shipped: true, .. } => plain("departing", "in_transit"),
        UnitEvent::Voided { .. } => plain("inspecting", "mismatch_quantity"),
        _ => None,
    }
}

/// What may not stand in a URI as it is, in percent signs (RFC 3986, 2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
