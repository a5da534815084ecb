//! Effects: what follows from events, exactly once by id.

use returns::ids::{EventId, Subject};
use rusqlite::{Transaction, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Store, unreadable};
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
            let mut statement = tx.prepare("SELECT effect, kind, body FROM effects ORDER BY effect")?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.map(|row| {
                let (id, kind, body) = row?;
                Ok((hex::encode(id), kind, serde_json::from_str(&body).map_err(unreadable)?))
            })
            .collect()
        })
    }
}

pub(super) fn keep(tx: &Transaction<'_>, effect: &Effect) -> Result<(), HeadOfficeError> {
    tx.prepare_cached(
        "INSERT INTO effects (effect, kind, event_id, subject, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (effect) DO NOTHING",
    )?
    .execute(params![
        effect.id(),
        effect.kind,
        effect.event_id.to_string(),
        effect.subject.to_string(),
        serde_json::to_string(&effect.body)?
    ])?;
    Ok(())
}
