//! A policy as one workbook: a sheet for each table, of the same columns. The head stands in the sheet `policy`, a
//! key and its value a row; the sentences in the sheet `why`, a column for each language. The sheet `codes` lists the
//! closed vocabularies for the person who edits, and is not read.

mod codes;
mod head;
mod read;
mod write;

pub use read::{open_xlsx, read_xlsx};
pub use write::write_xlsx;

/// Sheets that are for people alone.
const NOT_READ: [&str; 2] = ["codes", "notes"];
/// Columns of the sheet `policy`.
const HEAD_COLUMNS: [&str; 2] = ["key", "value"];
/// First column of the sheet `why`.
const WHY_KEY: &str = "key";

/// `A`, `B` … `Z`, `AA`: a column as a spreadsheet names it, from 0.
fn letters(column: usize) -> String {
    let mut left = column;
    let mut letters = Vec::new();
    loop {
        let digit = u8::try_from(left % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        match (left / 26).checked_sub(1) {
            Some(next) => left = next,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_named_as_a_spreadsheet_does() {
        let named = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(letters);
        assert_eq!(named, ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
