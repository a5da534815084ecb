//! What this bench was told: its devices, its language. Values are JSON.

use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sql::{from_json, json, text};
use crate::{Records, RecordsError};

impl Records {
    /// A setting; `None` if it was never set.
    ///
    /// # Errors
    /// `database-corrupt` if the value is not of this type.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, RecordsError> {
        let value = text(&self.connection, "SELECT value FROM settings WHERE key = ?1", params![key])?;
        value.map(|value| from_json(&value)).transpose()
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn set_setting<T: Serialize>(&mut self, key: &str, value: &T) -> Result<(), RecordsError> {
        let value = json(value)?;
        let transaction = self.writing()?;
        transaction.execute(
            "INSERT INTO settings (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )?;
        transaction.commit()?;
        Ok(())
    }

    pub(crate) fn forget_setting(&mut self, key: &str) -> Result<(), RecordsError> {
        let transaction = self.writing()?;
        transaction.execute("DELETE FROM settings WHERE key = ?1", params![key])?;
        transaction.commit()?;
        Ok(())
    }
}
