//! One life of head office: where it keeps what it has, and what is read of it by SQL alone, whichever database that is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use head_office::Stores;
use head_office::store::DATABASE_FILE;
use rusqlite::types::ValueRef;
use tokio_postgres::types::Type;
use tokio_postgres::{IsolationLevel, NoTls};

use crate::station::read_only;

/// Where one life of head office keeps things.
#[derive(Debug, Clone)]
pub struct Life {
    /// The data folder of its first server: the key, and without a shared store all else.
    pub data: PathBuf,
    /// What several servers share.
    pub shared: Option<Shared>,
}

/// A database and a bucket that several servers share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The database's address.
    pub database: String,
    /// The bucket's folder, as the object store keeps it.
    pub photos: PathBuf,
    /// The same as head office opens it.
    pub stores: Stores,
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Words.
    Text(String),
    /// A number.
    Number(i64),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells(Vec<Cell>);

impl Cells {
    /// A column's bytes.
    ///
    /// # Errors
    /// Where it has none.
    pub fn bytes(&self, at: usize) -> Result<Vec<u8>> {
        match self.0.get(at) {
            Some(Cell::Bytes(bytes)) => Ok(bytes.clone()),
            other => bail!("no bytes but {other:?}"),
        }
    }

    /// A column's bytes, so many.
    ///
    /// # Errors
    /// Where it has not so many.
    pub fn array<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        self.bytes(at)?.try_into().map_err(|bytes: Vec<u8>| anyhow::anyhow!("{} bytes, not {N}", bytes.len()))
    }

    /// A column's words.
    ///
    /// # Errors
    /// Where it has none.
    pub fn text(&self, at: usize) -> Result<&str> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(text),
            other => bail!("no text but {other:?}"),
        }
    }

    /// A column's number, not below zero.
    ///
    /// # Errors
    /// Where it has none.
    pub fn number(&self, at: usize) -> Result<u64> {
        match self.0.get(at) {
            Some(Cell::Number(number)) => Ok(u64::try_from(*number)?),
            other => bail!("no number but {other:?}"),
        }
    }
}

impl Life {
    /// All in one folder.
    pub fn in_folder(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), shared: None }
    }

    /// As head office opens it.
    pub fn stores(&self) -> Stores {
        self.shared.as_ref().map(|shared| shared.stores.clone()).unwrap_or_default()
    }

    /// Where whole photos lie, `ab/abcd…`.
    pub fn photos(&self) -> PathBuf {
        self.shared.as_ref().map_or_else(|| self.data.join("blobs"), |shared| shared.photos.clone())
    }

    /// What these questions answer at one moment, beside running servers.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn ask<const N: usize>(&self, questions: [&str; N]) -> Result<[Vec<Cells>; N]> {
        let answers = match &self.shared {
            None => ask_sqlite(&self.data.join(DATABASE_FILE), &questions)?,
            Some(shared) => ask_postgres(&shared.database, &questions)?,
        };
        answers.try_into().ok().context("an answer to each question")
    }

    /// It is over, and what it kept goes, where it is not a database that others use.
    ///
    /// # Errors
    /// Where files cannot be removed.
    pub fn forget(&self) -> Result<()> {
        if let Some(shared) = &self.shared {
            std::fs::remove_dir_all(&shared.photos)?;
        }
        Ok(std::fs::remove_dir_all(&self.data)?)
    }
}

fn ask_sqlite(path: &Path, questions: &[&str]) -> Result<Vec<Vec<Cells>>> {
    let connection = read_only(path)?;
    let view = connection.unchecked_transaction()?;
    let mut answers = Vec::new();
    for sql in questions {
        let mut statement = view.prepare(sql).with_context(|| (*sql).to_owned())?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(columns);
            for column in 0..columns {
                cells.push(match row.get_ref(column)? {
                    ValueRef::Integer(number) => Cell::Number(number),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec())?),
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
                    other => bail!("{sql}: {other:?}"),
                });
            }
            found.push(Cells(cells));
        }
        answers.push(found);
    }
    Ok(answers)
}

/// On a thread of its own: whoever asks may be within a runtime.
fn ask_postgres(url: &str, questions: &[&str]) -> Result<Vec<Vec<Cells>>> {
    let asked = std::thread::scope(|threads| {
        let asking = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(ask_over_a_connection(url, questions))
        };
        threads.spawn(asking).join()
    });
    asked.unwrap_or_else(|_| bail!("PostgreSQL could not be asked"))
}

async fn ask_over_a_connection(url: &str, questions: &[&str]) -> Result<Vec<Vec<Cells>>> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let view = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let view = view.start().await?;
    let mut answers = Vec::new();
    for sql in questions {
        let mut found = Vec::new();
        for row in view.query(*sql, &[]).await.with_context(|| (*sql).to_owned())? {
            let cells = row.columns().iter().enumerate().map(|(at, column)| {
                Ok(match *column.type_() {
                    Type::INT8 => Cell::Number(row.try_get(at)?),
                    Type::TEXT => Cell::Text(row.try_get(at)?),
                    Type::BYTEA => Cell::Bytes(row.try_get(at)?),
                    ref other => bail!("{sql}: {other}"),
                })
            });
            found.push(Cells(cells.collect::<Result<_>>()?));
        }
        answers.push(found);
    }
    Ok(answers)
}
