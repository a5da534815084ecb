//! SQLite and photo files: events, projections, outbox.
