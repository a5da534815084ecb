//! What a scanned code says beside its meaning. Nobody is asked about it, and the scan counts for what it says.

use barcodes::gs1::{ElementError, identifier};
use barcodes::meaning::{Reading, Routing};

use super::{say, scan};
use crate::seam::Say;

/// Identifiers that want or exclude each other, or where the carrier's label sends the parcel.
pub(super) fn of(reading: &Reading) -> Option<Say> {
    reading.pairs.as_ref().map(of_pairs).or_else(|| reading.routing.as_ref().map(of_routing))
}

fn of_pairs(error: &ElementError) -> Say {
    let mut said = say(error.code(), [("title", title(error.ai()))]);
    let args = error.args().into_iter().map(|(name, value)| (name.to_owned(), value));
    said.args.extend(args);
    if let ElementError::Pair { other, .. } = error {
        said.args.insert("other_title".to_owned(), title(Some(other)));
    }
    said
}

/// GS1's own short title of an identifier, as it stands on labels and in its books.
fn title(ai: Option<&str>) -> String {
    ai.and_then(identifier).map(|entry| entry.title.to_owned()).unwrap_or_default()
}

fn of_routing(routing: &Routing) -> Say {
    let Routing { postal_code, country, service_class } = routing;
    let words = [("postal", postal_code), ("country", country), ("service", service_class)];
    say("scan-routing", words.map(|(name, value)| (name, scan::shown(value))))
}
