//! The store on SQLite: one writing connection, some reading ones.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, ToSql, Transaction, TransactionBehavior};

use super::session::{Cell, Database, Row, Session, Turn, Work};
use crate::error::HeadOfficeError;

/// Name of the database in the data folder.
pub const DATABASE_FILE: &str = "head-office.sqlite";

const OLDEST_SQLITE: i32 = 3_051_003;
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
const IDLE_READERS: usize = 4;

mod migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

/// One database file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the database in a data folder and brings it up to date.
    pub fn open(dir: &Path) -> Result<Self, HeadOfficeError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(HeadOfficeError::SqliteTooOld(rusqlite::version().to_owned()));
        }
        let path = dir.join(DATABASE_FILE);
        let mut writer = Connection::open(&path)?;
        configure(&writer)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        migrate(&mut writer)?;
        Ok(Self { path, writer: Mutex::new(writer), readers: Mutex::default() })
    }

    fn open_reader(&self) -> Result<Connection, HeadOfficeError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags)?;
        configure(&reader)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(reader)
    }
}

impl Database for Sqlite {
    fn read(&self, work: &mut Work<'_>) -> Result<(), HeadOfficeError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => self.open_reader()?,
        };
        let tx = reader.transaction()?;
        work(&mut SqliteSession(&tx))?;
        tx.finish()?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        Ok(())
    }

    /// Begun IMMEDIATE: from its first line on nobody else writes, whatever the turn.
    fn write(&self, _: Turn, work: &mut Work<'_>) -> Result<(), HeadOfficeError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if work(&mut SqliteSession(&tx))? {
            tx.commit()?;
        }
        Ok(())
    }

    fn row_lock(&self) -> &'static str {
        ""
    }

    fn damage(&self) -> Result<Vec<String>, HeadOfficeError> {
        let mut lines = Vec::new();
        self.read(&mut |session| {
            for row in session.query("PRAGMA quick_check", &[])? {
                lines.push(row.text(0)?.to_owned());
            }
            Ok(true)
        })?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }
}

struct SqliteSession<'a>(&'a Transaction<'a>);

impl Session for SqliteSession<'_> {
    fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, HeadOfficeError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let cells: Result<Vec<Cell>, HeadOfficeError> =
                (0..columns).map(|at| cell(row.get_ref(at)?)).collect();
            read.push(Row(cells?));
        }
        Ok(read)
    }

    fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64, HeadOfficeError> {
        Ok(self.0.prepare_cached(sql)?.execute(rusqlite::params_from_iter(params))? as u64)
    }

    fn by_index(&mut self) -> Result<(), HeadOfficeError> {
        Ok(())
    }

    fn listed(&self) -> &'static str {
        "(SELECT value FROM json_each(?1))"
    }

    fn insert(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[Vec<Cell>],
    ) -> Result<(), HeadOfficeError> {
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let mut statement = self.0.prepare_cached(&sql)?;
        for row in rows {
            statement.execute(rusqlite::params_from_iter(row))?;
        }
        Ok(())
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Result<Cell, HeadOfficeError> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec()).map_err(super::unreadable)?),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(super::unreadable("a number with a fraction")),
    })
}

fn configure(db: &Connection) -> Result<(), HeadOfficeError> {
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn migrate(db: &mut Connection) -> Result<(), HeadOfficeError> {
    let runner = migrations::migrations::runner();
    let migrated: Option<i64> = db
        .query_row("SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history'", [], |row| row.get(0))
        .optional()?;
    if migrated.is_some() {
        let found: i64 =
            db.query_row("SELECT coalesce(max(version), 0) FROM refinery_schema_history", [], |row| {
                row.get(0)
            })?;
        super::refuse_newer(found, &runner)?;
    }
    runner.run(db).map_err(|error| HeadOfficeError::Migration(Box::new(error)))?;
    Ok(())
}
