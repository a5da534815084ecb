//! What a shift asks of the rooms beside the bench, through the window's own page: blind second inspections, anything a
//! room can ask, and what should be on record afterwards.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value, json};

use super::codes::Codes;
use super::shift::{Act, Blind, Step};
use super::window::Window;

/// A checklist never asks so many questions.
const MOST_QUESTIONS: usize = 100;

/// Plays a step that belongs to a room.
pub fn play(window: &Window, codes: &Codes, step: &Step) -> Result<()> {
    match &step.act {
        Act::Ask(wish) => {
            let request = filled(window, codes, wish)?;
            let Some(body) = answered(window, &request, step.refused)? else { return Ok(()) };
            for (place, wanted) in &step.shows {
                let found = body.pointer(place);
                if !found.is_some_and(|found| same(found, wanted)) {
                    bail!("{place} should be {wanted}, and is {found:?}");
                }
            }
            Ok(())
        }
        Act::Blind(blind) => regrade(window, codes, blind, step.refused),
        Act::Look(look) => compare(window, codes, look),
        other => bail!("{other:?} belongs to no room"),
    }
}

/// Whether both say the same: to a page, 3.0 is 3.
fn same(found: &Value, wanted: &Value) -> bool {
    found == wanted || found.as_f64().is_some_and(|found| Some(found) == wanted.as_f64())
}

fn answered(window: &Window, request: &Value, refused: bool) -> Result<Option<Value>> {
    match (window.ask(request)?, refused) {
        (Ok(body), false) => Ok(Some(body)),
        (Err(_), true) => Ok(None),
        (Ok(_), true) => bail!("the room was not refused"),
        (Err(code), false) => bail!("refused: {code}"),
    }
}

/// The id of the unit that came in under this name.
fn unit(window: &Window, codes: &Codes, name: &str) -> Result<Value> {
    let number = codes.number_of(name).with_context(|| format!("no unit of {name} yet"))?;
    let found = window.ask(&json!({ "ask": "find", "query": number }))?.map_err(|code| anyhow!(code))?;
    let first = found.pointer("/0/head/unit").cloned();
    first.with_context(|| format!("the unit {number} is not found"))
}

fn container(window: &Window, code: &str) -> Result<Value> {
    let bare = code.strip_prefix("RS:T:").unwrap_or(code);
    let all = window.ask(&json!({ "ask": "containers" }))?.map_err(|code| anyhow!(code))?;
    let mut all = all.as_array().into_iter().flatten();
    let found = all.find(|one| one.get("code").and_then(Value::as_str) == Some(bare));
    found.and_then(|one| one.get("container").cloned()).with_context(|| format!("no container {bare}"))
}

/// The request, with names in place of ids filled in.
fn filled(window: &Window, codes: &Codes, wish: &Value) -> Result<Value> {
    let fields = wish.as_object().context("`ask` holds a request")?;
    let mut request = Map::new();
    for (field, value) in fields {
        let value = match (field.as_str(), value) {
            ("unit", Value::String(name)) => unit(window, codes, name)?,
            ("container", Value::String(code)) => container(window, code)?,
            ("stands", Value::String(side)) => {
                let name = fields.get("unit").and_then(Value::as_str).unwrap_or_default();
                let asked = json!({ "ask": "review-unit", "unit": unit(window, codes, name)? });
                let detail = window.ask(&asked)?.map_err(|code| anyhow!(code))?;
                let event = detail.pointer(&format!("/contest/{side}/event")).cloned();
                event.with_context(|| format!("nothing about {name} is contested"))?
            }
            (_, Value::String(text)) => Value::String(codes.fill(text)?),
            (_, other) => other.clone(),
        };
        request.insert(field.clone(), value);
    }
    Ok(Value::Object(request))
}

/// Answers question by question as the room asks them, then records what came of it.
fn regrade(window: &Window, codes: &Codes, blind: &Blind, refused: bool) -> Result<()> {
    let unit = unit(window, codes, &blind.unit)?;
    let wish = |answers: &[(String, String)], commit: bool| {
        json!({
            "ask": "blind-regrade", "unit": unit, "answers": answers, "findings": blind.findings, "commit": commit,
        })
    };
    let mut answers: Vec<(String, String)> = Vec::new();
    while answers.len() < MOST_QUESTIONS {
        let view = match window.ask(&wish(&answers, false))? {
            Ok(view) => view,
            Err(_) if refused => return Ok(()),
            Err(code) => bail!("refused: {code}"),
        };
        if refused && view.get("blocked").is_some_and(|blocked| !blocked.is_null()) {
            return Ok(());
        }
        let Some(question) = view.get("question_id").and_then(Value::as_str) else { break };
        let choice = blind.answers.get(question);
        let choice = choice.with_context(|| format!("no answer to the question {question}"))?;
        answers.push((question.to_owned(), choice.clone()));
    }
    answered(window, &wish(&answers, true), refused).map(drop)
}

/// Where the review room's answer holds what a `look` names; the rest is compared by the headless player alone.
const PLACES: [(&str, &str); 11] = [
    ("stage", "/stage"),
    ("grade", "/row/grade"),
    ("disposition", "/row/disposition"),
    ("settlement", "/decision/settlement"),
    ("preference", "/decision/preference/outcome"),
    ("acceptance", "/acceptance"),
    ("causes", "/row/causes"),
    ("findings", "/findings"),
    ("holds", "/row/head/holds"),
    ("tasks", "/tasks"),
    ("matched", "/matched"),
];

fn compare(window: &Window, codes: &Codes, look: &Map<String, Value>) -> Result<()> {
    let name = look.get("unit").and_then(Value::as_str).context("`look` names a unit")?;
    let asked = json!({ "ask": "review-unit", "unit": unit(window, codes, name)? });
    let detail = window.ask(&asked)?.map_err(|code| anyhow!(code))?;
    for (field, place) in PLACES {
        let Some(wanted) = look.get(field) else { continue };
        let found = detail.pointer(place).cloned().unwrap_or_default();
        if sorted(wanted) != sorted(&found) {
            bail!("{field} of {name} should be {wanted}, and is {found}");
        }
    }
    Ok(())
}

/// Lists of codes are sets.
fn sorted(value: &Value) -> Value {
    let Value::Array(codes) = value else { return value.clone() };
    let mut codes = codes.clone();
    codes.sort_by_key(ToString::to_string);
    Value::Array(codes)
}
