//! Effects: what follows from events, exactly once by id.

use returns::ids::{EventId, Subject};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::session::{Session, cells};
use super::{Store, unreadable, webhooks};
use crate::error::HeadOfficeError;

/// Something to be done outside because of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// What kind, such as `settlement-proposal`.
    pub kind: &'static str,
    /// Because of which event.
    pub event_id: EventId,
    /// About what.
    pub subject: Subject,
    /// What the doer needs to know. No customer data.
    pub body: Value,
}

impl Effect {
    /// Its id: SHA-256 over event id and kind, so that deriving it again gives the same one.
    pub fn id(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"rs-effect-1");
        hash.update(self.event_id.0.as_bytes());
        hash.update(self.kind.as_bytes());
        hash.finalize().into()
    }
}

impl Store {
    /// Every effect: id in hex, kind, body.
    pub fn effects(&self) -> Result<Vec<(String, String, Value)>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query("SELECT effect, kind, body FROM effects ORDER BY effect", &[])?;
            rows.iter()
                .map(|row| {
                    let body = serde_json::from_str(row.text(2)?).map_err(unreadable)?;
                    Ok((hex::encode(row.bytes(0)?), row.text(1)?.to_owned(), body))
                })
                .collect()
        })
    }
}

/// Keeps effects, and announces those that were not kept yet.
pub(super) fn keep(tx: &mut dyn Session, effects: &[Effect]) -> Result<(), HeadOfficeError> {
    let told = !effects.is_empty() && webhooks::anybody(tx)?;
    for effect in effects {
        let kept = tx.execute(
            "INSERT INTO effects (effect, kind, event_id, subject, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (effect) DO NOTHING",
            &cells![
                effect.id(),
                effect.kind,
                effect.event_id.to_string(),
                effect.subject.to_string(),
                serde_json::to_string(&effect.body)?
            ],
        )?;
        if told && kept > 0 {
            webhooks::announce(tx, &effect.id())?;
        }
    }
    Ok(())
}
