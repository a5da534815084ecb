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

/// An error as one line: what happened, then what to do next.
pub fn sentence(coded: &Coded) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in &coded.args {
        args.set(name.as_str(), value.as_str());
    }
    let name = format!("say-{}", coded.code);
    let parts =
        [None, Some("second"), Some("next")].into_iter().filter_map(|part| message(&name, part, &args));
    let mut words = parts.collect::<Vec<_>>().join(". ").replace("..", ".");
    let known = !words.is_empty();
    for (name, value) in coded.args.iter().filter(|(name, _)| !known || name.as_str() == "detail") {
        words.push_str(&format!(" {name}: {value}"));
    }
    words.trim().to_owned()
}

fn message(name: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
    let bundle = ENGLISH.as_ref()?;
    let message = bundle.get_message(name)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(attribute) => message.get_attribute(attribute)?.value(),
    };
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(args), &mut errors).into_owned())
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

    #[test]
    fn an_unknown_code_still_says_what_is_known() {
        let coded = crate::desk::coded("no-such-code", [("detail", "it broke".to_owned())]);
        assert_eq!(sentence(&coded), "detail: it broke");
    }
}
