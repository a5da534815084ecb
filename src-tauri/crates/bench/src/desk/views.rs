//! Small pieces of what a screen shows.

use std::collections::BTreeMap;

use barcodes::write::{Level, qr};
use returns::codes::CommandCode;
use returns::ids::{OwnerCode, Subject, UnitId};
use returns::money::Money;
use returns::policy::{Decision, NextBest, Policy, Why};
use returns::unit;

use super::Desk;
use super::asking::AnswerOption;
use crate::seam::{Choice, DecisionView, NextBestView, PreferenceView, QrView, Saved, Say, Texts, UnitHead};

/// A list as one argument: codes with commas between them.
pub(super) fn list<'a, T: ToString + 'a>(values: impl IntoIterator<Item = &'a T>) -> String {
    values.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A unit's LPN, shown 5-5-2; empty before there is one.
pub(super) fn lpn(state: &unit::State) -> String {
    state.lpn.map(|lpn| lpn.to_string()).unwrap_or_default()
}

/// Why a unit is under review, as one argument.
pub(super) fn causes(state: &unit::State) -> String {
    list(&state.review.causes)
}

/// An amount with its currency, two decimals.
pub(super) fn money(money: Money) -> String {
    let sign = if money.minor < 0 { "-" } else { "" };
    let minor = money.minor.unsigned_abs();
    format!("{sign}{}.{:02} {}", minor / 100, minor % 100, money.currency)
}

/// The picture of a command's code.
pub(super) fn command_qr(command: CommandCode) -> Option<QrView> {
    let modules = qr(barcodes::rs::command(command.as_str()).as_bytes(), Level::M).ok()?;
    let mut path = String::new();
    for y in 0..modules.height() {
        for x in (0..modules.width()).filter(|x| modules.dark(*x, y)) {
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    Some(QrView { size: u16::try_from(modules.width()).ok()?, path })
}

/// The key that gives a command, as printed on its cap.
pub(super) fn key_of(command: CommandCode) -> String {
    match command {
        CommandCode::Yes => "Y".to_owned(),
        CommandCode::No => "N".to_owned(),
        CommandCode::Next | CommandCode::Enter => "Enter".to_owned(),
        CommandCode::Undo => "F9".to_owned(),
        CommandCode::Hold => "F8".to_owned(),
        CommandCode::Help => "F1".to_owned(),
        CommandCode::Photo => "F4".to_owned(),
        CommandCode::Reprint => "F5".to_owned(),
        CommandCode::Override => "F6".to_owned(),
        CommandCode::Close => "F7".to_owned(),
        CommandCode::LogOff => "F12".to_owned(),
        CommandCode::Cancel => "Esc".to_owned(),
        CommandCode::More => "8".to_owned(),
        CommandCode::Blind | CommandCode::NoLabel => "B".to_owned(),
        CommandCode::EmptyBox => "E".to_owned(),
        CommandCode::ParcelDone => "D".to_owned(),
        CommandCode::TakeOut => "T".to_owned(),
        CommandCode::SkipPhoto | CommandCode::Ship => "S".to_owned(),
        CommandCode::Arrivals => "A".to_owned(),
        CommandCode::Void => "V".to_owned(),
        CommandCode::Weigh => "W".to_owned(),
        other => match (other.pick(), other.digit(), other.grade()) {
            (Some(number), ..) => number.to_string(),
            (_, Some(digit), _) => digit.to_string(),
            (.., Some(grade)) => grade.to_string(),
            _ => String::new(),
        },
    }
}

/// A way to answer as the screen shows it.
pub(super) fn choice(option: AnswerOption) -> Choice {
    Choice {
        command: option.command.to_string(),
        key: key_of(option.command),
        texts: option.texts,
        say: option.say,
        effect: None,
        suggested: false,
        disabled: None,
        qr: command_qr(option.command),
    }
}

/// A choice in the UI's words.
pub(super) fn plain_choice(command: CommandCode, code: &str) -> Choice {
    choice(AnswerOption { command, texts: None, say: Some(super::say(code, [])) })
}

/// A sentence of an explanation as the screen shows it.
fn sentence(why: &Why) -> Say {
    Say {
        code: format!("why-{}", why.code.as_str().to_lowercase().replace('_', "-")),
        args: why.args.iter().map(|(name, value)| (name.clone(), listed(name, value))).collect(),
    }
}

/// The policy's own words for the keys that an explanation names.
fn sentences<'a>(policy: Option<&Policy>, why: impl Iterator<Item = &'a Why>) -> BTreeMap<String, Texts> {
    let Some(policy) = policy else { return BTreeMap::new() };
    let keys = why.filter_map(|why| why.args.get("why"));
    keys.filter_map(|key| Some((key.clone(), policy.sentences.get(key)?.0.clone()))).collect()
}

/// A decision as the screen shows it, with the sentences of the policy that made it.
fn decision(decision: &Decision, policy: Option<&Policy>) -> DecisionView {
    let why = decision.why.iter().map(sentence);
    let answer = decision.preference.as_ref();
    let sentences =
        sentences(policy, decision.why.iter().chain(answer.and_then(|answer| answer.why.as_ref())));
    let preference = answer.map(|answer| PreferenceView {
        asked: answer.asked,
        outcome: answer.outcome,
        say: answer.why.as_ref().map(sentence),
        texts: answer.why.as_ref().and_then(|why| sentences.get(why.args.get("why")?).cloned()),
    });
    let next_best = match &decision.next_best {
        NextBest::Allowed { disposition, less_by, .. } => Some(NextBestView {
            disposition: Some(*disposition),
            less_by: less_by.map(money),
            forbidden_by: None,
        }),
        NextBest::Forbidden { disposition, row, .. } => Some(NextBestView {
            disposition: Some(*disposition),
            less_by: None,
            forbidden_by: Some(row.to_string()),
        }),
        NextBest::None => None,
    };
    DecisionView {
        disposition: decision.disposition,
        settlement: decision.settlement,
        why: why.collect(),
        policy: format!("P-{}", decision.policy_number),
        row: list(&decision.rows),
        recovered: decision.recovered.map(money),
        next_best,
        preference,
        derogation: decision.derogation.as_ref().map(ToString::to_string),
        sentences,
    }
}

/// Lists within an explanation are written with spaces; a screen takes them with commas.
fn listed(name: &str, value: &str) -> String {
    match name {
        "dispositions" | "rows" => value.split_whitespace().collect::<Vec<_>>().join(", "),
        _ => value.to_owned(),
    }
}

impl Desk {
    /// A decision as the screen shows it.
    pub(super) fn decision_view(&self, of: &Decision) -> DecisionView {
        let policy = self.records().policy_of(of.policy_number, &of.policy_hash).ok().flatten();
        decision(of, policy.as_ref().map(|policy| &policy.policy))
    }

    /// Head of everything about one unit. What cannot be read is left out: the screen goes on.
    pub(super) fn head(&self, unit: UnitId, state: &unit::State) -> UnitHead {
        let records = self.records();
        let item = state.sku.as_ref().and_then(|sku| records.item(sku).ok().flatten());
        let rma = state.rma.as_ref().and_then(|rma| records.rma(rma).ok().flatten());
        let line = rma.as_ref().zip(state.line.as_ref()).and_then(|(rma, line)| rma.line(line));
        let sent = records.is_sent(Subject::Unit(unit)).unwrap_or(false);
        UnitHead {
            unit,
            lpn: state.lpn.map(|lpn| lpn.to_string()),
            title: item.map(|item| item.title).unwrap_or_default(),
            sku: state.sku.as_ref().map(ToString::to_string),
            rma: state.rma.as_ref().map(ToString::to_string),
            owner: state.owner.as_ref().map(OwnerCode::to_string),
            reason: line.map(|line| line.reason),
            preference: line.map(|line| line.preference),
            holds: state.holds.iter().copied().collect(),
            saved: if sent { Saved::Sent } else { Saved::Here },
        }
    }
}
