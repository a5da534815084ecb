//! English words for terminals and labels, out of the same catalogue that the screen uses
//! (`assets/languages/en.ftl`): one table, code → words.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use returns::codes::Disposition;

use crate::seam::Coded;

static ENGLISH: LazyLock<Option<FluentBundle<FluentResource>>> = LazyLock::new(|| {
    let catalogue = include_str!("../../../../assets/languages/en.ftl").to_owned();
    // A catalogue with a slip in one message still has all the others.
    let resource = FluentResource::try_new(catalogue).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().ok()?]);
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).ok()?;
    Some(bundle)
});

/// A disposition in words, as labels print it.
pub fn disposition(disposition: Disposition) -> String {
    message(&format!("disposition-{disposition}"), None, &FluentArgs::new())
        .unwrap_or_else(|| disposition.to_string())
}

/// So many units, as contents lists print it.
pub fn units(count: usize) -> String {
    let mut args = FluentArgs::new();
    args.set("pieces", count);
    message("label-units", None, &args).unwrap_or_else(|| count.to_string())
}

/// An error as one line: what happened, then what to do next, and what the machine said unless the words hold it.
pub fn sentence(coded: &Coded) -> String {
    let mut words = spoken(coded);
    let known = !words.is_empty();
    for (name, value) in &coded.args {
        if !known || (name == "detail" && !words.contains(value.as_str())) {
            words.push_str(&format!(" {name}: {value}"));
        }
    }
    words.trim().to_owned()
}

/// The table's words for an error; empty where it has none.
pub(crate) fn spoken(coded: &Coded) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in &coded.args {
        args.set(name.as_str(), value.as_str());
    }
    let name = format!("say-{}", coded.code);
    let parts =
        [None, Some("second"), Some("next")].into_iter().filter_map(|part| message(&name, part, &args));
    parts.collect::<Vec<_>>().join(". ").replace("..", ".").trim().to_owned()
}

/// None where there is no such text, or where it lacks an argument: no half sentence reaches a person, and of a head
/// only what it says without the argument.
fn message(name: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
    let bundle = ENGLISH.as_ref()?;
    let message = bundle.get_message(name)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(attribute) => message.get_attribute(attribute)?.value(),
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    match (errors.is_empty(), attribute) {
        (true, _) => Some(text),
        (false, Some(_)) => None,
        (false, None) => Some(without_placeholders(&text)),
    }
}

/// The text without `{$name}`.
fn without_placeholders(text: &str) -> String {
    let mut pieces = text.split('{');
    let first = pieces.next().unwrap_or_default().trim_end().to_owned();
    pieces.fold(first, |so_far, piece| {
        let rest = piece.split_once('}').map_or(piece, |(_, rest)| rest);
        format!("{so_far}{}", rest.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disposition_has_words() {
        for code in Disposition::ALL {
            assert_ne!(disposition(*code), code.to_string(), "{code} has no words");
        }
    }

    #[test]
    fn units_are_counted_in_words() {
        assert_eq!((units(1), units(12)), ("1 unit".to_owned(), "12 units".to_owned()));
    }

    /// Every code that a screen or a terminal can be given, with nothing to fill in.
    #[test]
    fn no_sentence_shows_a_placeholder_whatever_it_was_not_given() {
        let codes: Vec<String> = serde_json::from_str(include_str!("../../../../assets/codes.json")).unwrap();
        assert!(codes.len() > 300);
        for code in codes {
            let bare = crate::desk::coded(&code, []);
            let words = sentence(&bare);
            assert!(!words.contains('{') && !words.contains('$'), "{code}: {words}");
        }
        let unreadable = crate::desk::coded("pack-unreadable", [("detail", "not a zip archive".to_owned())]);
        let words = sentence(&unreadable);
        assert_eq!(words.matches("not a zip archive").count(), 1, "{words}");
        assert_eq!(without_placeholders("Unit {$lpn} is in {$container}, held"), "Unit is in, held");
    }

    #[test]
    fn an_unknown_code_still_says_what_is_known() {
        let coded = crate::desk::coded("no-such-code", [("detail", "it broke".to_owned())]);
        assert_eq!(sentence(&coded), "detail: it broke");
    }
}
