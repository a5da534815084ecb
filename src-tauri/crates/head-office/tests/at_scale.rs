//! The same tests over PostgreSQL and an object store; and what only those two can show: several processes at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::duplicate_mod)] // Each of the files names what it stands on, for it is a test of its own too.

#[path = "backups.rs"]
mod backups;
#[path = "calls.rs"]
mod calls;
#[path = "enrolment.rs"]
mod enrolment;
#[path = "epochs.rs"]
mod epochs;
#[path = "events.rs"]
mod events;
#[path = "export.rs"]
mod export;
#[path = "feeds.rs"]
mod feeds;
#[path = "import.rs"]
mod import;
#[path = "import_rows.rs"]
mod import_rows;
#[path = "matching.rs"]
mod matching;
#[path = "meaning.rs"]
mod meaning;
#[path = "photos.rs"]
mod photos;
#[path = "scale/several.rs"]
mod several;
#[path = "verification.rs"]
mod verification;
#[path = "webhooks.rs"]
mod webhooks;
