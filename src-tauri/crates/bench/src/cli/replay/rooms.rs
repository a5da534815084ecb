//! The player's hand in the rooms beside the bench: reviews, blind second inspections, anything else that a room asks.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::PoisonError;

use returns::ids::UnitId;
use returns::unit;
use serde_json::{Map, Value};

use super::player::Player;
use super::scenario::{BlindStep, Look, ReviewStep};
use crate::desk::coded;
use crate::seam::{Coded, Reply, Request};

/// A checklist never asks so many questions.
const MOST_QUESTIONS: usize = 100;

fn wrong(detail: String) -> Coded {
    coded("replay", [("detail", detail)])
}

impl Player {
    /// The unit that came in under this name.
    fn unit_of(&self, name: &str) -> Result<UnitId, Coded> {
        let known = self.memory.units.get(name);
        known.map(|(unit, ..)| *unit).ok_or_else(|| wrong(format!("no unit of {name} yet")))
    }

    /// Asks the bench, and tells where the answer is otherwise than wanted.
    async fn asked(&self, request: Request, refused: bool) -> Result<Option<Reply>, Coded> {
        match (self.bench.ask(request).await, refused) {
            (Ok(reply), false) => Ok(Some(reply)),
            (Err(_), true) => Ok(None),
            (Ok(_), true) => Err(wrong("the room was not refused".to_owned())),
            (Err(refusal), false) => Err(refusal),
        }
    }

    pub(super) async fn review(&self, review: &ReviewStep, refused: bool) -> Result<(), Coded> {
        let request = Request::ReviewDecide {
            unit: self.unit_of(&review.unit)?,
            outcome: review.outcome,
            grade: review.grade,
            disposition: review.disposition,
            reason: review.reason,
            seller_response: review.seller_response,
            settlement: review.settlement,
            acceptance: review.acceptance,
            seen: None,
        };
        self.asked(request, refused).await.map(drop)
    }

    /// Answers question by question as the room asks them, then records what came of it.
    pub(super) async fn blind(&self, blind: &BlindStep, refused: bool) -> Result<(), Coded> {
        let unit = self.unit_of(&blind.unit)?;
        let findings = &blind.findings;
        let wish = |answers: &[(String, String)], commit| Request::BlindRegrade {
            unit,
            answers: answers.to_vec(),
            findings: findings.clone(),
            commit,
        };
        let mut answers: Vec<(String, String)> = Vec::new();
        while answers.len() < MOST_QUESTIONS {
            let view = match self.bench.ask(wish(&answers, false)).await {
                Ok(Reply::Blind(view)) => view,
                Ok(_) => return Err(wrong("the room shows no blind inspection".to_owned())),
                Err(_) if refused => return Ok(()),
                Err(refusal) => return Err(refusal),
            };
            if view.blocked.is_some() && refused {
                return Ok(());
            }
            let Some(question) = view.question_id else { break };
            let choice = blind.answers.get(&question);
            let choice = choice.ok_or_else(|| wrong(format!("no answer to the question {question}")))?;
            answers.push((question, choice.clone()));
        }
        self.asked(wish(&answers, true), refused).await.map(drop)
    }

    /// Asks anything else that a room may ask, and looks at the answer.
    pub(super) async fn ask(
        &self,
        name: &str,
        wish: &Value,
        shows: &BTreeMap<String, Value>,
        refused: bool,
    ) -> Result<(), Coded> {
        let request = self.request(name, wish).await?;
        let Some(reply) = self.asked(request, refused).await? else { return Ok(()) };
        let reply = serde_json::to_value(&reply).map_err(|error| wrong(error.to_string()))?;
        let body = reply.get("body").cloned().unwrap_or_default();
        for (place, wanted) in shows {
            let found = body.pointer(place);
            if found != Some(wanted) {
                return Err(wrong(format!("{place} should be {wanted}, and is {found:?}")));
            }
        }
        Ok(())
    }

    /// The request, with names in place of ids filled in.
    async fn request(&self, name: &str, wish: &Value) -> Result<Request, Coded> {
        let fields = wish.as_object().ok_or_else(|| wrong("`ask` holds a request".to_owned()))?;
        let mut filled = Map::new();
        for (field, value) in fields {
            let value = match (field.as_str(), value) {
                ("unit", Value::String(of)) => Value::String(self.unit_of(of)?.to_string()),
                ("container", Value::String(code)) => Value::String(self.container(code)?),
                ("stands", Value::String(side)) => self.decision_at_odds(fields, side).await?,
                (_, Value::String(text)) => Value::String(self.filled(name, text)?),
                (_, other) => other.clone(),
            };
            filled.insert(field.clone(), value);
        }
        serde_json::from_value(Value::Object(filled)).map_err(|error| wrong(format!("{wish}: {error}")))
    }

    fn container(&self, code: &str) -> Result<String, Coded> {
        let records = self.bench.records();
        let records = records.lock().unwrap_or_else(PoisonError::into_inner);
        let bare = code.strip_prefix("RS:T:").unwrap_or(code);
        let code = bare.parse().map_err(|_| wrong(format!("{code} is no container's code")))?;
        let found = records.container_by_code(&code)?;
        found.map(|(id, _)| id.to_string()).ok_or_else(|| wrong(format!("no container {bare}")))
    }

    /// The event of one of the two decisions at odds.
    async fn decision_at_odds(&self, fields: &Map<String, Value>, side: &str) -> Result<Value, Coded> {
        let name = fields.get("unit").and_then(Value::as_str).unwrap_or_default();
        let unit = self.unit_of(name)?;
        let Reply::ReviewUnit(detail) = self.bench.ask(Request::ReviewUnit { unit }).await? else {
            return Err(wrong("the room shows no unit".to_owned()));
        };
        let contest = detail.contest.ok_or_else(|| wrong(format!("nothing about {name} is contested")))?;
        let chosen = match side {
            "first" => contest.first.event,
            "second" => contest.second.event,
            other => return Err(wrong(format!("{other} is neither first nor second"))),
        };
        Ok(Value::String(chosen.to_string()))
    }

    /// Compares a unit's records with what should be on them.
    pub(super) fn look(&self, look: &Look) -> Result<(), Coded> {
        let unit = self.unit_of(&look.unit)?;
        let records = self.bench.records();
        let records = records.lock().unwrap_or_else(PoisonError::into_inner);
        let state = records.unit(&unit)?.ok_or_else(|| wrong(format!("{} is not on record", look.unit)))?;
        let unlike = differences(look, &state);
        if unlike.is_empty() { Ok(()) } else { Err(wrong(unlike.join("; "))) }
    }
}

/// What is otherwise than it should be, one line each.
fn differences(look: &Look, state: &unit::State) -> Vec<String> {
    let decision = state.review.proposal.as_ref().filter(|_| state.review_pending());
    let decision = decision.or(state.decision.as_ref());
    [
        otherwise("stage", look.stage.as_ref(), state.stage.as_ref()),
        otherwise("grade", look.grade.as_ref(), state.grade().as_ref()),
        otherwise("disposition", look.disposition.as_ref(), decision.map(|d| &d.disposition)),
        otherwise("settlement", look.settlement.as_ref(), decision.map(|d| &d.settlement)),
        otherwise(
            "preference",
            look.preference.as_ref(),
            decision.and_then(|d| d.preference.as_ref()).map(|answer| &answer.outcome),
        ),
        otherwise("acceptance", look.acceptance.as_ref(), Some(&state.acceptance)),
        otherwise("review", look.review.as_ref(), Some(&state.review.state)),
        otherwise("causes", look.causes.as_ref(), Some(&state.review.causes.iter().copied().collect())),
        otherwise("signals", look.signals.as_ref(), Some(&state.signals.iter().map(|s| s.kind).collect())),
        otherwise("findings", look.findings.as_ref(), Some(&state.findings())),
        otherwise("holds", look.holds.as_ref(), Some(&state.holds)),
        otherwise("tasks", look.tasks.as_ref(), Some(&state.tasks)),
        otherwise("matched", look.matched.as_ref(), state.matched.as_ref()),
        otherwise("provisional", look.provisional.as_ref(), Some(&state.provisional)),
        otherwise("contested", look.contested.as_ref(), Some(&state.contested.is_some())),
        otherwise("blind", look.blind.as_ref(), state.blind.as_ref().map(|blind| &blind.grade)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn otherwise<T: PartialEq + Debug>(what: &str, wanted: Option<&T>, found: Option<&T>) -> Option<String> {
    let wanted = wanted?;
    (found != Some(wanted)).then(|| format!("{what} should be {wanted:?}, and is {found:?}"))
}
