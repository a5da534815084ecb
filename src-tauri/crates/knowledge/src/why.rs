//! Words for the sentences that policy rows name: `{key: {language: words}}`, JSON.

use std::collections::BTreeMap;

use returns::checklist::Text;
use returns::policy::Policy;

use crate::json;
use crate::read::{File, Problem, Read};
use crate::write::{WriteError, json_text};

/// Words by key, each in several languages.
pub type Words = BTreeMap<String, Text>;

/// Reads the words: one table, or none if anything is wrong.
///
/// Codes: `key-unusable`, `words-missing`, `cell-unreadable`, `json-unreadable`.
pub fn read(bytes: &[u8], file: &str) -> Read<Words> {
    let words = match json::whole::<Words>(File { name: file, bytes }) {
        Ok(words) => words,
        Err(problem) => return Read::refused(vec![problem]),
    };
    let problems = problems(&words, file);
    Read::all_or_nothing(Some(words), problems)
}

pub(crate) fn problems(words: &Words, file: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, text) in words {
        let at = |code| Problem { cell: Some(key.clone()), ..Problem::of_file(file, code) };
        if !is_key(key) {
            problems.push(at("key-unusable"));
        }
        if text.0.get("en").is_none_or(|words| words.trim().is_empty()) {
            problems.push(at("words-missing").with("language", "en"));
        }
    }
    problems
}

/// Keys that rows of the policy name and for which there are no words.
pub fn missing<'p>(policy: &'p Policy, words: &Words) -> Vec<&'p str> {
    let gates = policy.gates.iter().map(|row| row.why.as_str());
    let candidates = policy.candidates.iter().map(|row| row.why.as_str());
    let settlements = policy.settlements.iter().map(|row| row.why.as_str());
    let named = gates.chain(candidates).chain(settlements);
    let mut missing: Vec<&str> = named.filter(|key| !words.contains_key(*key)).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// Writes the words as JSON.
///
/// # Errors
/// `json-not-written`.
pub fn write(words: &Words) -> Result<String, WriteError> {
    json_text(words)
}

/// A key is words of small letters and digits, with hyphens between them.
pub(crate) fn is_key(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split('-').all(word)
}
