//! The event envelope: one line of UTF-8 JSON (sync.md, Events).

use jiff::Timestamp;
use returns::codes::Role;
use returns::event::{Event, Parsed};
use returns::ids::{EventId, OperatorId, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most that one event's bytes may take: 64 KiB, checked before commit.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Who did it, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The operator.
    pub operator: OperatorId,
    /// The role in which they acted.
    pub role: Role,
}

/// One event as it travels. Never holds station, epoch or sequence, so that bytes can be re-homed unchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Its own id, UUID v7. Orders nothing.
    pub event_id: EventId,
    /// Stable kind, such as `unit.graded`.
    pub kind: String,
    /// Version of the kind, from 1.
    pub version: u16,
    /// What it is about.
    pub subject: Subject,
    /// Who.
    pub actor: Actor,
    /// When, by the station's clock.
    pub recorded: Timestamp,
    /// The last event of the same subject that its author had seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<EventId>,
    /// What happened.
    pub body: Value,
}

/// Bytes that are no envelope.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than [`MAX_EVENT_BYTES`].
    #[error("event of {0} bytes, at most {MAX_EVENT_BYTES} are allowed")]
    TooLong(usize),
    /// A line break inside: one event is one line.
    #[error("event holds a line break")]
    LineBreak,
    /// Not an envelope.
    #[error("not an event envelope: {0}")]
    NotAnEnvelope(#[from] serde_json::Error),
}

impl EnvelopeError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "event-too-long",
            Self::LineBreak => "event-line-break",
            Self::NotAnEnvelope(_) => "event-unreadable",
        }
    }
}

impl Envelope {
    /// Wraps a domain event.
    pub fn wrap(
        event: &Event,
        event_id: EventId,
        subject: Subject,
        actor: Actor,
        recorded: Timestamp,
        seen: Option<EventId>,
    ) -> Result<Self, EnvelopeError> {
        Ok(Self {
            event_id,
            kind: event.kind().to_owned(),
            version: event.version(),
            subject,
            actor,
            recorded,
            seen,
            body: event.body()?,
        })
    }

    /// The line, without a line break.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        let bytes = serde_json::to_vec(self)?;
        Self::check(&bytes)?;
        Ok(bytes)
    }

    /// Reads one line. Unknown fields are ignored here and kept in the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::check(bytes)?;
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The domain event inside, or that this release does not know it.
    pub fn event(&self) -> Parsed {
        Event::parse(&self.kind, self.version, &self.body)
    }

    fn check(bytes: &[u8]) -> Result<(), EnvelopeError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        if bytes.contains(&b'\n') || bytes.contains(&b'\r') {
            return Err(EnvelopeError::LineBreak);
        }
        Ok(())
    }
}
