//! What a database must offer: transactions, and statements in the SQL that SQLite and PostgreSQL have in common,
//! with numbered parameters (`?1`).

use std::fmt::Debug;

use crate::error::HeadOfficeError;

/// One value of a row or of a statement's parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// INTEGER or BIGINT; truth values are 0 and 1.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
    /// Nothing: only what an outer join did not find.
    Null,
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Cell {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<const N: usize> From<[u8; N]> for Cell {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Cell {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

/// Parameters of a statement, or the cells of a row.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { [$($crate::store::session::Cell::from($value)),*] };
}
pub(crate) use cells;

/// One row of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Row(pub Vec<Cell>);

impl Row {
    /// A whole number.
    pub fn int(&self, at: usize) -> Result<i64, HeadOfficeError> {
        match self.0.get(at) {
            Some(Cell::Int(number)) => Ok(*number),
            other => Err(wrong("a number", at, other)),
        }
    }

    /// A number that is never negative.
    pub fn number(&self, at: usize) -> Result<u64, HeadOfficeError> {
        Ok(u64::try_from(self.int(at)?).unwrap_or(0))
    }

    /// A truth value.
    pub fn truth(&self, at: usize) -> Result<bool, HeadOfficeError> {
        Ok(self.int(at)? != 0)
    }

    /// A text.
    pub fn text(&self, at: usize) -> Result<&str, HeadOfficeError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(text),
            other => Err(wrong("a text", at, other)),
        }
    }

    /// Bytes.
    pub fn bytes(&self, at: usize) -> Result<&[u8], HeadOfficeError> {
        match self.0.get(at) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            other => Err(wrong("bytes", at, other)),
        }
    }

    /// Exactly so many bytes.
    pub fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], HeadOfficeError> {
        self.bytes(at)?.try_into().map_err(|_| wrong("bytes of another length", at, self.0.get(at)))
    }

    /// Whether an outer join found nothing here.
    pub fn is_null(&self, at: usize) -> bool {
        matches!(self.0.get(at), Some(Cell::Null) | None)
    }
}

fn wrong(wanted: &str, at: usize, found: Option<&Cell>) -> HeadOfficeError {
    let found = match found {
        None => "no such column",
        Some(Cell::Int(_)) => "a number",
        Some(Cell::Text(_)) => "a text",
        Some(Cell::Bytes(_)) => "bytes",
        Some(Cell::Null) => "nothing",
    };
    HeadOfficeError::StoreUnreadable(format!("column {at}: wanted {wanted}, found {found}"))
}

/// An open transaction.
pub(crate) trait Session {
    /// Rows of a SELECT, or of a statement with RETURNING.
    fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, HeadOfficeError>;

    /// Rows changed.
    fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64, HeadOfficeError>;

    /// From here to the end of the transaction rows are looked up one by one, by index. A database that has never counted its
    /// rows would else plan for the empty table that it first saw, and read all of it for each question.
    fn by_index(&mut self) -> Result<(), HeadOfficeError>;

    /// The set of texts of a JSON list given as parameter 1, to stand behind IN.
    fn listed(&self) -> &'static str;

    /// Inserts rows, many in one statement where the database gains by it. A row that is there already is an error.
    fn insert(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[Vec<Cell>],
    ) -> Result<(), HeadOfficeError>;
}

impl dyn Session + '_ {
    /// The first row, if there is one.
    pub fn first(&mut self, sql: &str, params: &[Cell]) -> Result<Option<Row>, HeadOfficeError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// The one row that there must be.
    pub fn only(&mut self, sql: &str, params: &[Cell]) -> Result<Row, HeadOfficeError> {
        self.first(sql, params)?
            .ok_or_else(|| HeadOfficeError::StoreUnreadable("a row that must be there is missing".to_owned()))
    }
}

/// Who else may write meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nobody: numbers may be drawn from counters, and read values stay true to the end.
    Alone,
    /// Others, to other rows. What must not change meanwhile is locked by the work itself.
    Shared,
}

/// What to do within a transaction; true commits, false leaves no trace.
pub(crate) type Work<'a> = dyn FnMut(&mut dyn Session) -> Result<bool, HeadOfficeError> + 'a;

/// A database that keeps what head office keeps. Calls block.
pub(crate) trait Database: Debug + Send + Sync {
    /// One reading transaction: what it sees does not change under it.
    fn read(&self, work: &mut Work<'_>) -> Result<(), HeadOfficeError>;

    /// One writing transaction. It commits when the work says so, and leaves no trace when it fails.
    fn write(&self, turn: Turn, work: &mut Work<'_>) -> Result<(), HeadOfficeError>;

    /// Appended to a SELECT of a row that must stay as it is until the transaction ends.
    fn row_lock(&self) -> &'static str;

    /// What the database itself says of its soundness; empty when all is well.
    fn damage(&self) -> Result<Vec<String>, HeadOfficeError>;
}
