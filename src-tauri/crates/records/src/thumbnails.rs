//! Small pictures of photos, made by whoever can shrink a picture: over a thin line a reviewer sees them long
//! before the photos are there.

use returns::ids::Sha256Hex;
use rusqlite::params;

use crate::enrolment::write_durably;
use crate::photos::sha256;
use crate::sql::{int, parse, texts, uint};
use crate::{Records, RecordsError};

/// A small picture that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The photo that it shows.
    pub photo: Sha256Hex,
    /// Its own hash.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub length: u64,
}

impl Records {
    /// Photos that wait to be sent and have no small picture yet, oldest first.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have the others here.
    pub fn photos_without_thumbnail(&self, most: usize) -> Result<Vec<Sha256Hex>, RecordsError> {
        let sql = "SELECT p.sha256 FROM photos p LEFT JOIN thumbnails t ON t.photo = p.sha256
                   WHERE p.sent = 0 AND p.purged = 0 AND t.photo IS NULL ORDER BY p.rowid LIMIT ?1";
        texts(&self.connection, sql, params![int(most as u64)])?.iter().map(|hash| parse(hash)).collect()
    }

    /// Keeps the small picture of a photo that an event names.
    ///
    /// # Errors
    /// `disk-full`, `photo-not-kept` where no event names the photo.
    pub fn keep_thumbnail(&mut self, photo: &Sha256Hex, jpeg: &[u8]) -> Result<(), RecordsError> {
        let path = self.photos.thumbnail_path(photo);
        let known = "SELECT 1 FROM photos WHERE sha256 = ?1 AND purged = 0";
        if !self.connection.prepare_cached(known)?.exists(params![photo.to_string()])? {
            return Err(RecordsError::PhotoNotKept(*photo));
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(RecordsError::row("a small picture's path has no folder"));
        };
        write_durably(folder, name, jpeg)?;
        let transaction = self.writing()?;
        transaction.execute(
            "INSERT INTO thumbnails (photo, sha256, length) VALUES (?1, ?2, ?3)
             ON CONFLICT (photo) DO UPDATE SET sha256 = excluded.sha256, length = excluded.length, sent = 0",
            params![photo.to_string(), sha256(jpeg).to_string(), int(jpeg.len() as u64)],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Small pictures to send, oldest first.
    pub fn thumbnails_to_send(&self, most: usize) -> Result<Vec<Thumbnail>, RecordsError> {
        let sql = "SELECT photo, sha256, length FROM thumbnails WHERE sent = 0 ORDER BY rowid LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![int(most as u64)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Thumbnail {
                photo: parse(&row.get::<_, String>(0)?)?,
                sha256: parse(&row.get::<_, String>(1)?)?,
                length: uint(row.get(2)?),
            });
        }
        Ok(found)
    }

    /// A small picture's bytes; `None` if it is not here.
    pub fn thumbnail(&self, photo: &Sha256Hex) -> Result<Option<Vec<u8>>, RecordsError> {
        self.photos.read_thumbnail(photo)
    }

    /// Head office holds it.
    pub fn thumbnail_sent(&mut self, photo: &Sha256Hex) -> Result<(), RecordsError> {
        let transaction = self.writing()?;
        transaction.execute("UPDATE thumbnails SET sent = 1 WHERE photo = ?1", params![photo.to_string()])?;
        transaction.commit()?;
        Ok(())
    }
}
