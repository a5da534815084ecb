//! Who is told of effects, and what became of it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::session::{Row, Session, cells};
use super::{Store, unreadable};
use crate::error::HeadOfficeError;

/// Someone who is told of effects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Its name.
    pub webhook: String,
    /// Where effects are sent.
    pub url: String,
}

/// An effect that somebody is still to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Who.
    pub webhook: String,
    /// Where.
    pub url: String,
    /// Key of the signature.
    pub secret: Vec<u8>,
    /// The effect's id.
    pub effect: [u8; 32],
    /// Its kind.
    pub kind: String,
    /// The event that it follows from.
    pub event_id: String,
    /// What it is about.
    pub subject: String,
    /// What the doer needs to know.
    pub body: Value,
    /// How often it was tried.
    pub attempts: u32,
}

/// An effect that somebody could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// Who.
    pub webhook: String,
    /// The effect's id, hex.
    pub effect: String,
    /// Its kind.
    pub kind: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub trouble: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Delivered,
    /// Tried again at this time, in seconds since 1970; why it has to be.
    Again(i64, String),
    /// Given up until a person says otherwise; why.
    Dead(String),
}

impl Store {
    /// Adds someone to be told of effects from now on, or changes where.
    pub fn add_webhook(
        &self,
        name: &str,
        url: &str,
        secret: &[u8],
        now: Timestamp,
    ) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO webhooks (webhook, url, secret, added_s) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (webhook) DO UPDATE SET url = excluded.url, secret = excluded.secret",
                &cells![name, url, secret, now.as_second()],
            )?;
            Ok(())
        })
    }

    /// Everyone who is told.
    pub fn webhooks(&self) -> Result<Vec<Webhook>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query("SELECT webhook, url FROM webhooks ORDER BY webhook", &[])?;
            rows.iter()
                .map(|row| Ok(Webhook { webhook: row.text(0)?.to_owned(), url: row.text(1)?.to_owned() }))
                .collect()
        })
    }

    /// Takes deliveries that are due, and puts them off until `lease_s`, so that no other process takes them too.
    pub fn due_deliveries(
        &self,
        now_s: i64,
        lease_s: i64,
        most: usize,
    ) -> Result<Vec<Delivery>, HeadOfficeError> {
        let due = "SELECT 1 FROM deliveries WHERE state = 'waiting' AND next_s <= ?1";
        if self.read(|tx| tx.first(due, &cells![now_s]))?.is_none() {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let rows = tx.query(
                "SELECT d.webhook, w.url, w.secret, d.effect, e.kind, e.event_id, e.subject, e.body, d.attempts
                 FROM deliveries d JOIN webhooks w ON w.webhook = d.webhook JOIN effects e ON e.effect = d.effect
                 WHERE d.state = 'waiting' AND d.next_s <= ?1 ORDER BY d.next_s, d.effect LIMIT ?2",
                &cells![now_s, most as u64],
            )?;
            let due: Vec<Delivery> = rows.iter().map(delivery).collect::<Result<_, _>>()?;
            for delivery in &due {
                tx.execute(
                    "UPDATE deliveries SET next_s = ?3 WHERE webhook = ?1 AND effect = ?2",
                    &cells![&delivery.webhook, delivery.effect, lease_s],
                )?;
            }
            Ok(due)
        })
    }

    /// Keeps what became of a delivery.
    pub fn settle_delivery(&self, delivery: &Delivery, outcome: &Outcome) -> Result<(), HeadOfficeError> {
        let (state, next_s, trouble) = match outcome {
            Outcome::Delivered => ("delivered", 0, ""),
            Outcome::Again(next_s, trouble) => ("waiting", *next_s, trouble.as_str()),
            Outcome::Dead(trouble) => ("dead", 0, trouble.as_str()),
        };
        self.write(|tx| {
            tx.execute(
                "UPDATE deliveries SET state = ?3, attempts = ?4, next_s = ?5, trouble = ?6
                 WHERE webhook = ?1 AND effect = ?2",
                &cells![
                    &delivery.webhook,
                    delivery.effect,
                    state,
                    delivery.attempts.saturating_add(1),
                    next_s,
                    trouble
                ],
            )?;
            Ok(())
        })
    }

    /// What could not be told, for a person.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT d.webhook, d.effect, e.kind, d.attempts, d.trouble
                 FROM deliveries d JOIN effects e ON e.effect = d.effect
                 WHERE d.state = 'dead' ORDER BY d.webhook, d.effect",
                &[],
            )?;
            rows.iter()
                .map(|row| {
                    Ok(DeadLetter {
                        webhook: row.text(0)?.to_owned(),
                        effect: hex::encode(row.bytes(1)?),
                        kind: row.text(2)?.to_owned(),
                        attempts: attempts(row, 3)?,
                        trouble: row.text(4)?.to_owned(),
                    })
                })
                .collect()
        })
    }

    /// Lets everything that was given up be tried again; how many.
    pub fn revive_dead_letters(&self) -> Result<u64, HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE deliveries SET state = 'waiting', attempts = 0, next_s = 0 WHERE state = 'dead'",
                &[],
            )
        })
    }
}

/// Whether anybody is to be told of effects.
pub(super) fn anybody(tx: &mut dyn Session) -> Result<bool, HeadOfficeError> {
    Ok(tx.first("SELECT 1 FROM webhooks LIMIT 1", &[])?.is_some())
}

/// An effect that was just kept is to be told to everyone.
pub(super) fn announce(tx: &mut dyn Session, effect: &[u8; 32]) -> Result<(), HeadOfficeError> {
    tx.execute(
        "INSERT INTO deliveries (webhook, effect, state, attempts, next_s, trouble)
         SELECT w.webhook, e.effect, 'waiting', 0, 0, '' FROM webhooks w, effects e WHERE e.effect = ?1
         ON CONFLICT (webhook, effect) DO NOTHING",
        &cells![effect],
    )?;
    Ok(())
}

fn delivery(row: &Row) -> Result<Delivery, HeadOfficeError> {
    Ok(Delivery {
        webhook: row.text(0)?.to_owned(),
        url: row.text(1)?.to_owned(),
        secret: row.bytes(2)?.to_vec(),
        effect: row.array(3)?,
        kind: row.text(4)?.to_owned(),
        event_id: row.text(5)?.to_owned(),
        subject: row.text(6)?.to_owned(),
        body: serde_json::from_str(row.text(7)?).map_err(unreadable)?,
        attempts: attempts(row, 8)?,
    })
}

fn attempts(row: &Row, at: usize) -> Result<u32, HeadOfficeError> {
    Ok(u32::try_from(row.number(at)?).unwrap_or(u32::MAX))
}
