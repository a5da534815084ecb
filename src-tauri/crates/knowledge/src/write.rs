//! Writing, and why something cannot be written.

use serde::Serialize;

/// Why values cannot be written as a file.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A text that the cell vocabulary would read as something else: it holds `|`, `&`, `!`, `*` or a space where
    /// cells are split.
    #[error("{text:?} cannot stand in a cell: the cell vocabulary would read it as something else")]
    NotACell {
        /// The text.
        text: String,
    },
    /// CSV could not be written.
    #[error("CSV could not be written: {0}")]
    Csv(#[from] csv::Error),
    /// A workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// JSON could not be written.
    #[error("JSON could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl WriteError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACell { .. } => "not-a-cell",
            Self::Csv(_) => "csv-not-written",
            Self::Xlsx(_) => "xlsx-not-written",
            Self::Json(_) => "json-not-written",
        }
    }
}

/// A table on its way to a file or a sheet.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// Every column that the table may have.
    pub(crate) columns: Vec<&'static str>,
    /// Those that are written although they are empty.
    pub(crate) required: &'static [&'static str],
    /// As many cells as columns.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Lines {
    /// A table out of values.
    pub(crate) fn of<T>(
        columns: impl IntoIterator<Item = &'static str>,
        required: &'static [&'static str],
        values: &[T],
        cells: impl FnMut(&T) -> Result<Vec<String>, WriteError>,
    ) -> Result<Self, WriteError> {
        let rows = values.iter().map(cells).collect::<Result<_, _>>()?;
        Ok(Self { columns: columns.into_iter().collect(), required, rows })
    }

    /// As CSV text.
    pub(crate) fn csv(&self) -> Result<String, WriteError> {
        csv_text(&self.columns, self.required, &self.rows)
    }
}

/// Rows as CSV text. Columns that are empty in every row are left out, unless they are required.
pub(crate) fn csv_text(
    columns: &[&'static str],
    required: &[&str],
    rows: &[Vec<String>],
) -> Result<String, WriteError> {
    let used: Vec<usize> = (0..columns.len())
        .filter(|at| {
            let needed = columns.get(*at).is_some_and(|column| required.contains(column));
            needed || rows.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()))
        })
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(used.iter().filter_map(|at| columns.get(*at)))?;
    for row in rows {
        writer.write_record(used.iter().filter_map(|at| row.get(*at)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value as indented JSON text with a line end.
pub(crate) fn json_text<T: Serialize + ?Sized>(value: &T) -> Result<String, WriteError> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
