//! The store on PostgreSQL, for several server processes at once.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts, Transaction,
};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{IsolationLevel, NoTls};

use super::session::{Cell, Database, Row, Session, Turn, Work};
use crate::background::Background;
use crate::error::HeadOfficeError;

/// Connections of one process.
const CONNECTIONS: usize = 16;
/// Seconds for which a call waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Rows from which on it pays to look for columns that are alike in all of them.
const MANY_ROWS: usize = 50;
/// Names the two locks of head office among all advisory locks of a database.
const MIGRATING: i64 = 0x7265_7475_726e_0001;
const WRITING_ALONE: i64 = 0x7265_7475_726e_0002;

mod migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// One database of a PostgreSQL server.
#[derive(Debug)]
pub(super) struct Postgres {
    // Before the runtime, so that connections end while it still runs.
    pool: Pool,
    background: Background,
}

impl Postgres {
    /// Connects and brings the database up to date.
    pub fn open(url: &str) -> Result<Self, HeadOfficeError> {
        let mut config = tokio_postgres::Config::from_str(url)
            .map_err(|_| HeadOfficeError::AddressUnusable("database"))?;
        config.application_name("head-office").connect_timeout(CONNECT_TIMEOUT);
        let background = Background::start("postgres")?;
        let manager =
            Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let timeouts = Timeouts {
            wait: Some(CONNECT_TIMEOUT),
            create: Some(CONNECT_TIMEOUT),
            recycle: Some(CONNECT_TIMEOUT),
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| HeadOfficeError::Unreachable(error.to_string()))?;
        let database = Self { pool, background };
        database.migrate()?;
        Ok(database)
    }

    fn connection(&self) -> Result<Object, HeadOfficeError> {
        self.background.wait(self.pool.get()).map_err(|error| HeadOfficeError::Unreachable(error.to_string()))
    }

    fn migrate(&self) -> Result<(), HeadOfficeError> {
        let mut connection = self.connection()?;
        let runner = migrations::migrations::runner();
        let done = self.background.wait(async {
            // Of several processes that start at once, one migrates.
            connection.execute("SELECT pg_advisory_lock($1)", &[&MIGRATING]).await?;
            let migrated = connection
                .query_opt("SELECT 1 FROM pg_tables WHERE tablename = 'refinery_schema_history'", &[])
                .await?;
            if migrated.is_some() {
                let row = connection
                    .query_one("SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history", &[])
                    .await?;
                super::refuse_newer(row.try_get(0)?, &runner)?;
            }
            runner
                .run_async(&mut **connection)
                .await
                .map_err(|error| HeadOfficeError::Migration(Box::new(error)))?;
            Ok::<_, HeadOfficeError>(())
        });
        let unlocked =
            self.background.wait(connection.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATING]));
        done?;
        unlocked?;
        Ok(())
    }
}

impl Database for Postgres {
    fn read(&self, work: &mut Work<'_>) -> Result<(), HeadOfficeError> {
        let mut connection = self.connection()?;
        let begun = connection
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start();
        let tx = self.background.wait(begun)?;
        let mut session = PostgresSession { tx, background: &self.background };
        work(&mut session)?;
        self.background.wait(session.tx.commit())?;
        Ok(())
    }

    fn write(&self, turn: Turn, work: &mut Work<'_>) -> Result<(), HeadOfficeError> {
        let mut connection = self.connection()?;
        let tx = self.background.wait(connection.transaction())?;
        let mut session = PostgresSession { tx, background: &self.background };
        if turn == Turn::Alone {
            let lock = format!("SELECT pg_advisory_xact_lock({WRITING_ALONE})");
            self.background.wait(session.tx.batch_execute(&lock))?;
        }
        let keep = work(&mut session)?;
        let PostgresSession { tx, .. } = session;
        if keep {
            self.background.wait(tx.commit())?
        } else {
            self.background.wait(tx.rollback())?
        }
        Ok(())
    }

    fn row_lock(&self) -> &'static str {
        " FOR UPDATE"
    }

    /// PostgreSQL checks its pages as it reads them, where the cluster was made with checksums.
    fn damage(&self) -> Result<Vec<String>, HeadOfficeError> {
        Ok(Vec::new())
    }
}

struct PostgresSession<'a> {
    tx: Transaction<'a>,
    background: &'a Background,
}

impl Session for PostgresSession<'_> {
    fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, HeadOfficeError> {
        let rows = self.background.wait(async {
            let statement = self.tx.prepare_cached(&numbered(sql)).await?;
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|cell| cell as _).collect();
            self.tx.query(&statement, &params).await
        })?;
        rows.iter().map(row).collect()
    }

    fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64, HeadOfficeError> {
        Ok(self.background.wait(async {
            let statement = self.tx.prepare_cached(&numbered(sql)).await?;
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|cell| cell as _).collect();
            self.tx.execute(&statement, &params).await
        })?)
    }

    fn by_index(&mut self) -> Result<(), HeadOfficeError> {
        let settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";
        Ok(self.background.wait(self.tx.batch_execute(settings))?)
    }

    fn listed(&self) -> &'static str {
        "(SELECT json_array_elements_text(CAST(?1 AS TEXT)::json))"
    }

    /// One statement: the columns as arrays, taken apart again by `unnest`. Of many rows a column that is alike in all
    /// goes as one value: the database need not read it again for each.
    fn insert(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[Vec<Cell>],
    ) -> Result<(), HeadOfficeError> {
        let Some(first) = rows.first() else { return Ok(()) };
        let mut values: Vec<Box<dyn ToSql + Sync + '_>> = Vec::with_capacity(columns.len());
        let (mut chosen, mut arrays, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (at, example) in first.iter().enumerate() {
            let column = || rows.iter().map(move |row| row.get(at).unwrap_or(&Cell::Null));
            let kind = match example {
                Cell::Int(_) => "bigint",
                Cell::Bytes(_) => "bytea",
                Cell::Text(_) | Cell::Null => "text",
            };
            let place = at + 1;
            if at > 0 && rows.len() >= MANY_ROWS && column().all(|cell| cell == example) {
                chosen.push(format!("${place}::{kind}"));
                values.push(Box::new(example));
                continue;
            }
            chosen.push(format!("c{place}"));
            names.push(format!("c{place}"));
            arrays.push(format!("${place}::{kind}[]"));
            values.push(match example {
                Cell::Int(_) => Box::new(column().map(as_int).collect::<Vec<Option<i64>>>()),
                Cell::Bytes(_) => Box::new(column().map(as_bytes).collect::<Vec<Option<&[u8]>>>()),
                Cell::Text(_) | Cell::Null => {
                    Box::new(column().map(as_text).collect::<Vec<Option<Cow<'_, str>>>>())
                }
            });
        }
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM unnest({}) AS given ({})",
            columns.join(", "),
            chosen.join(", "),
            arrays.join(", "),
            names.join(", ")
        );
        self.background.wait(async {
            let statement = self.tx.prepare_cached(&sql).await?;
            let params: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
            self.tx.execute(&statement, &params).await
        })?;
        Ok(())
    }
}

/// `?1` is `$1` here. No statement of ours has a question mark of another meaning.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn as_int(cell: &Cell) -> Option<i64> {
    if let Cell::Int(number) = cell { Some(*number) } else { None }
}

fn as_bytes(cell: &Cell) -> Option<&[u8]> {
    if let Cell::Bytes(bytes) = cell { Some(bytes) } else { None }
}

fn as_text(cell: &Cell) -> Option<Cow<'_, str>> {
    if let Cell::Text(text) = cell { Some(clean(text)) } else { None }
}

/// PostgreSQL's text cannot hold the character 0; original bytes are never stored as text.
fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

impl ToSql for Cell {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Int(number) => number.to_sql_checked(kind, out),
            Self::Text(text) => clean(text).to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
            Self::Null => Ok(IsNull::Yes),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::TEXT, Type::BYTEA, Type::VARCHAR].contains(kind)
    }

    to_sql_checked!();
}

fn row(row: &tokio_postgres::Row) -> Result<Row, HeadOfficeError> {
    let cells: Result<Vec<Cell>, HeadOfficeError> = row
        .columns()
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cell = match *column.type_() {
                Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Cell::Int),
                Type::INT4 => row.try_get::<_, Option<i32>>(at)?.map(|number| Cell::Int(i64::from(number))),
                Type::BOOL => row.try_get::<_, Option<bool>>(at)?.map(Cell::from),
                Type::TEXT | Type::VARCHAR => row.try_get::<_, Option<String>>(at)?.map(Cell::Text),
                Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Cell::Bytes),
                ref other => return Err(super::unreadable(format!("a column of type {other}"))),
            };
            Ok(cell.unwrap_or(Cell::Null))
        })
        .collect();
    Ok(Row(cells?))
}
