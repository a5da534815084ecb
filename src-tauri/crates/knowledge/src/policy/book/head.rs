//! The sheet `policy`: the head, a key and its value a row.

use serde_json::{Map, Value};

use crate::read::Problem;

/// How a value stands in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    List,
}

/// Every key, named by its path in `policy.json`.
const KEYS: [(&str, Kind); 15] = [
    ("number", Kind::Number),
    ("date", Kind::Text),
    ("currency", Kind::Text),
    ("review.value_over_minor", Kind::Number),
    ("review.fraud_signals", Kind::List),
    ("review.sample_per_mille", Kind::Number),
    ("review.supervisor_grace_days", Kind::Number),
    ("preference.may_cost_percent", Kind::Text),
    ("preference.may_cost_minor", Kind::Number),
    ("fraud.hold_from_signals", Kind::Number),
    ("fraud.empty_boxes", Kind::Number),
    ("fraud.empty_box_days", Kind::Number),
    ("fraud.weight_tolerance_percent", Kind::Number),
    ("provisional.disposition", Kind::Text),
    ("provisional.after_hours", Kind::Number),
];

/// The head as `policy.json` would hold it, out of keys and values with their rows.
pub(super) fn json(file: &str, rows: &[(u32, String, String)], problems: &mut Vec<Problem>) -> Value {
    let mut head = Map::from_iter([("review".to_owned(), Value::Object(Map::new()))]);
    let mut seen: Vec<&str> = Vec::new();
    for (row, key, text) in rows {
        let Some((key, kind)) = KEYS.iter().find(|(known, _)| known == key) else {
            problems.push(Problem::at(file, *row, "key", "head-key-unknown").with("found", key));
            continue;
        };
        if seen.contains(key) {
            problems.push(Problem::at(file, *row, "key", "row-twice").with("found", key));
            continue;
        }
        seen.push(key);
        if text.is_empty() {
            continue;
        }
        match value(*kind, text) {
            Some(value) => insert(&mut head, key, value),
            None => {
                problems.push(Problem::at(file, *row, "value", "number-unreadable").with("found", text));
            }
        }
    }
    Value::Object(head)
}

fn value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::from(text)),
        Kind::Number => text.parse::<i64>().ok().map(Value::from),
        Kind::List => Some(text.split('|').map(|part| Value::from(part.trim())).collect()),
    }
}

fn insert(head: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            head.insert(path.to_owned(), value);
        }
        Some((group, field)) => {
            let group = head.entry(group).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(group) = group {
                group.insert(field.to_owned(), value);
            }
        }
    }
}

/// Every key with its value as text; empty where the head has none.
pub(super) fn rows(head: &Value) -> Vec<(&'static str, String)> {
    KEYS.iter().map(|(key, _)| (*key, text(at(head, key)))).collect()
}

fn at<'v>(head: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(head, |value, part| value.get(part))
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().map(|part| text(Some(part))).collect::<Vec<_>>().join("|"),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use returns::codes::{Disposition, Finding};
    use returns::policy::{Policy, Provisional};

    use super::*;
    use crate::policy::head::Head;

    /// A field that is added to the head and not here would be lost in a workbook.
    #[test]
    fn every_field_of_the_head_has_a_key() {
        fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    for (name, value) in fields {
                        let dot = if path.is_empty() { "" } else { "." };
                        leaves(value, &format!("{path}{dot}{name}"), found);
                    }
                }
                _ => found.push(path.to_owned()),
            }
        }
        let mut policy = Policy::empty(1, "2026-11-16".parse().unwrap(), "EUR".parse().unwrap());
        policy.review.value_over_minor = Some(1);
        policy.review.fraud_signals = vec![Finding::EmptyBox, Finding::Used];
        policy.preference.may_cost_minor = Some(1);
        policy.provisional = Some(Provisional { disposition: Disposition::Quarantine, after_hours: 1 });
        let head = serde_json::to_value(Head::of(&policy)).unwrap();
        let mut found = Vec::new();
        leaves(&head, "", &mut found);
        found.sort_unstable();
        let mut known = KEYS.map(|(key, _)| key.to_owned());
        known.sort_unstable();
        assert_eq!(found, known);
        let rows: Vec<_> = rows(&head).into_iter().map(|(key, text)| (2, key.to_owned(), text)).collect();
        let mut problems = Vec::new();
        assert_eq!(json("x", &rows, &mut problems), head);
        assert_eq!(problems, []);
    }
}
