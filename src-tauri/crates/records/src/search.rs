//! What a person typed or scanned, found among a million units: by every three characters through the indices of
//! migration 4, and by its beginning where it is shorter.

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde::de::DeserializeOwned;

use crate::projections::limit;
use crate::sql::{from_json, parse, texts};
use crate::{Found, Records, RecordsError};

/// Three characters each; more of them would only make the search slower, for what is found is compared anyway.
const MOST_PIECES: usize = 4;

/// A query in the forms in which it is asked.
struct Wanted {
    /// For the index: pieces of three characters, all of which must be there. `None`: it is too short for that.
    pieces: Option<String>,
    /// For comparing what the index gave.
    like: String,
    /// How it may begin, where it is too short for the index.
    begins: [String; 2],
}

impl Wanted {
    fn new(text: &str) -> Self {
        let upper = text.to_uppercase();
        Self { pieces: pieces(text), like: format!("%{}%", escape(text)), begins: [text.to_owned(), upper] }
    }
}

impl Records {
    /// What a person typed or scanned, found in LPN, RMA, serial, SKU, tracking number, order and container
    /// code; of each kind at most so many, newest first. Dashes and spaces in an LPN do not count. Fewer than three
    /// characters are found where a word begins with them.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn find(&self, query: &str, most: usize) -> Result<Vec<Found>, RecordsError> {
        let query = query.trim();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = Wanted::new(query);
        let parcels = self.search(&PARCELS, &wanted, most)?;
        let mut units = self.search(&UNITS, &wanted, most)?;
        let digits: String = query.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        if digits != query && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(&mut units, self.search(&LPNS, &Wanted::new(&digits), most)?, most);
        }
        for (parcel, _) in &parcels {
            if units.len() < most {
                self.add(&mut units, self.units_of_parcel(parcel)?, most);
            }
        }
        let mut found: Vec<Found> = Vec::new();
        found.extend(units.into_iter().map(|(id, state)| Found::Unit(id, Box::new(state))));
        found.extend(parcels.into_iter().map(|(id, state)| Found::Parcel(id, Box::new(state))));
        let by_code = r"WHERE rowid IN (SELECT rowid FROM containers WHERE code LIKE ?1 ESCAPE '\')
                        ORDER BY touched DESC LIMIT ?2";
        let containers =
            self.rows("containers", by_code, &[Value::Text(wanted.like.clone()), limit(most)])?;
        found.extend(containers.into_iter().map(|(id, state)| Found::Container(id, Box::new(state))));
        for rma in self.search_rmas(&wanted, most)? {
            found.push(Found::Rma(Box::new(from_json(&rma)?)));
        }
        Ok(found)
    }

    fn add<I: PartialEq, S>(&self, found: &mut Vec<(I, S)>, more: Vec<(I, S)>, most: usize) {
        for (id, state) in more {
            if found.len() < most && found.iter().all(|(known, _)| *known != id) {
                found.push((id, state));
            }
        }
    }

    fn search<I, S>(
        &self,
        table: &Searched,
        wanted: &Wanted,
        most: usize,
    ) -> Result<Vec<(I, S)>, RecordsError>
    where
        I: std::str::FromStr,
        I::Err: std::fmt::Display,
        S: DeserializeOwned,
    {
        let (sql, values) = table.sql(wanted, most);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, state): (String, String) = (row.get(0)?, row.get(1)?);
            found.push((parse(&id)?, from_json(&state)?));
        }
        Ok(found)
    }

    fn search_rmas(&self, wanted: &Wanted, most: usize) -> Result<Vec<String>, RecordsError> {
        let [begin, upper] = &wanted.begins;
        match &wanted.pieces {
            Some(pieces) => {
                let sql = r"SELECT rma FROM rmas WHERE rowid IN (
                      SELECT r.rowid FROM rma_search s CROSS JOIN rmas r ON r.rowid = s.rowid
                        WHERE rma_search MATCH ?1 AND (r.number LIKE ?2 ESCAPE '\' OR r.order_id LIKE ?2 ESCAPE '\')
                        ORDER BY s.rowid DESC LIMIT ?3)
                    OR number IN (
                      SELECT t.number FROM tracking_search s CROSS JOIN rma_tracking t ON t.rowid = s.rowid
                        WHERE tracking_search MATCH ?1 AND t.tracking LIKE ?2 ESCAPE '\'
                        ORDER BY s.rowid DESC LIMIT ?3)
                    ORDER BY number LIMIT ?3";
                let values = [Value::Text(pieces.clone()), Value::Text(wanted.like.clone()), limit(most)];
                texts(&self.connection, sql, params_from_iter(values))
            }
            None => {
                let sql = "SELECT rma FROM rmas WHERE number IN (
                      SELECT number FROM rmas WHERE number BETWEEN ?1 AND ?2 OR number BETWEEN ?3 AND ?4 LIMIT ?5)
                    ORDER BY number LIMIT ?5";
                let values = [begin.clone(), end(begin), upper.clone(), end(upper)].map(Value::Text);
                texts(&self.connection, sql, params_from_iter(values.into_iter().chain([limit(most)])))
            }
        }
    }
}

/// A table with an index for searching, and the columns that are searched; each has an index of its own.
struct Searched {
    table: &'static str,
    columns: &'static [&'static str],
}

const UNITS: Searched = Searched { table: "unit", columns: &["lpn", "rma", "serial", "sku"] };
const LPNS: Searched = Searched { table: "unit", columns: &["lpn"] };
const PARCELS: Searched = Searched { table: "parcel", columns: &["tracking"] };

impl Searched {
    /// The newest rows that fit, of which the index gives candidates; the last touched first.
    fn sql(&self, wanted: &Wanted, most: usize) -> (String, Vec<Value>) {
        let Self { table, columns } = self;
        let Some(pieces) = &wanted.pieces else { return self.beginning(wanted, most) };
        let fits: Vec<String> =
            columns.iter().map(|column| format!(r"t.{column} LIKE ?2 ESCAPE '\'")).collect();
        let sql = format!(
            "SELECT id, state FROM (
               SELECT t.id, t.state, t.touched FROM {table}_search s CROSS JOIN {table}s t ON t.rowid = s.rowid
               WHERE {table}_search MATCH ?1 AND ({}) ORDER BY s.rowid DESC LIMIT ?3)
             ORDER BY touched DESC",
            fits.join(" OR ")
        );
        (sql, vec![Value::Text(pieces.clone()), Value::Text(wanted.like.clone()), limit(most)])
    }

    fn beginning(&self, wanted: &Wanted, most: usize) -> (String, Vec<Value>) {
        let Self { table, columns } = self;
        let begin = |column: &str, from: u8| {
            format!(
                "SELECT rowid FROM (SELECT rowid FROM {table}s WHERE {column} BETWEEN ?{from} AND ?{} LIMIT ?5)",
                from + 1
            )
        };
        let found: Vec<String> =
            columns.iter().flat_map(|column| [begin(column, 1), begin(column, 3)]).collect();
        let sql = format!(
            "SELECT id, state FROM {table}s WHERE rowid IN ({}) ORDER BY touched DESC LIMIT ?5",
            found.join(" UNION ")
        );
        let [begin, upper] = &wanted.begins;
        let values = [begin.clone(), end(begin), upper.clone(), end(upper)].map(Value::Text);
        (sql, values.into_iter().chain([limit(most)]).collect())
    }
}

/// What sorts behind everything that begins so.
fn end(begin: &str) -> String {
    format!("{begin}\u{10ffff}")
}

/// The last pieces of three characters, all of which must be there; the end of a number tells it from its neighbours.
fn pieces(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let all: Vec<String> = characters.windows(3).map(|piece| piece.iter().collect()).collect();
    if all.is_empty() {
        return None;
    }
    let chosen = all.iter().rev().take(MOST_PIECES);
    let quoted: Vec<String> =
        chosen.map(|piece: &String| format!("\"{}\"", piece.replace('"', "\"\""))).collect();
    Some(quoted.join(" AND "))
}

/// A query taken literally inside LIKE.
fn escape(query: &str) -> String {
    query.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_taken_apart_from_its_end_and_nothing_in_it_is_a_command() {
        assert_eq!(pieces("ab"), None);
        assert_eq!(pieces("abc").as_deref(), Some("\"abc\""));
        assert_eq!(pieces("abcdefg").as_deref(), Some("\"efg\" AND \"def\" AND \"cde\" AND \"bcd\""));
        assert_eq!(pieces("\"OR").as_deref(), Some("\"\"\"OR\""));
        assert_eq!(escape(r"1%_\"), r"1\%\_\\");
    }
}
