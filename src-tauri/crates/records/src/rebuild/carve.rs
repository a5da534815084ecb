//! Rows out of single pages, whatever became of the rest: each leaf of a table's tree holds whole rows, and a row
//! shows by its columns' types which table it is of (<https://www.sqlite.org/fileformat2.html>, sections 1.6, 2.1).

use std::collections::{HashMap, HashSet};

use super::pages::{PAGE, Pages, word};

/// A value as SQLite keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real,
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    pub(crate) fn blob(&self) -> Option<&[u8]> {
        if let Self::Blob(blob) = self { Some(blob) } else { None }
    }

    fn letter(&self) -> char {
        match self {
            Self::Null => 'N',
            Self::Int(_) => 'I',
            Self::Real => 'R',
            Self::Text(_) => 'T',
            Self::Blob(_) => 'B',
        }
    }
}

/// Tables that are worth reading, with the types of their columns in order. Columns that a migration added are
/// missing in older rows. `alone`: a row shows by itself that it is of this table.
struct Shape {
    table: &'static str,
    least: usize,
    columns: &'static str,
    alone: bool,
}

const fn shape(table: &'static str, least: usize, columns: &'static str, alone: bool) -> Shape {
    Shape { table, least, columns, alone }
}

const SHAPES: [Shape; 18] = [
    shape("events", 8, "TITTTIBB", true),
    shape("foreign_events", 8, "TTITTTIB", true),
    shape("enrolment", 13, "NTTTTTTTTIITT", true),
    shape("epochs", 4, "TIIITI", true),
    shape("outbox", 2, "TI", false),
    shape("seals", 4, "TITT", true),
    shape("kept_texts", 4, "TBII", true),
    shape("photos", 5, "TITII", true),
    shape("items", 3, "TTT", false),
    shape("operators", 4, "TTTT", true),
    shape("documents", 5, "TTTIT", true),
    shape("policies", 3, "TIT", true),
    shape("rmas", 5, "TTTTTT", true),
    shape("label_claims", 2, "TT", false),
    shape("settings", 2, "TT", false),
    shape("feeds", 3, "TTI", false),
    shape("moved_events", 5, "TIBTI", true),
    shape("incidents", 5, "NTTII", true),
];

impl Shape {
    fn fits(&self, row: &[Cell]) -> bool {
        row.len() >= self.least
            && row.len() <= self.columns.len()
            && row.iter().zip(self.columns.chars()).all(|(cell, column)| cell.letter() == column)
    }
}

/// What was read and what was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Carved {
    /// Pages of the file.
    pub(crate) pages: u64,
    /// Pages that the disk did not give, or leaves of which rows could not be read.
    pub(crate) damaged: u64,
    /// Rows handed out.
    pub(crate) rows: u64,
}

/// Hands out every row of every table that is worth reading, in the order of the pages.
pub(crate) fn carve<E>(
    pages: &mut Pages,
    mut take: impl FnMut(&'static str, Vec<Cell>) -> Result<(), E>,
) -> Result<Carved, E> {
    let owners = owners(pages);
    let mut carved = Carved { pages: pages.count().into(), ..Carved::default() };
    for number in 1..=pages.count() {
        let Some(page) = pages.read(number) else {
            carved.damaged += 1;
            continue;
        };
        let owner = owners.get(&number).copied();
        // Leaves of other tables and of indices are made anew from the events.
        if owner == Some("") || matches!(kind(&page, number), Some(2 | 5 | 10)) {
            continue;
        }
        if !leaf(pages, &page, number, owner, &mut carved.rows, &mut take)? {
            carved.damaged += u64::from(owner.is_some() || kind(&page, number) == Some(13));
        }
    }
    for page in std::mem::take(&mut pages.doubtful) {
        leaf(pages, &page, 2, None, &mut carved.rows, &mut take)?;
    }
    Ok(carved)
}

/// Reads a leaf's rows. Says whether all of it could be read.
fn leaf<E>(
    pages: &mut Pages,
    page: &[u8],
    number: u32,
    owner: Option<&'static str>,
    rows: &mut u64,
    take: &mut impl FnMut(&'static str, Vec<Cell>) -> Result<(), E>,
) -> Result<bool, E> {
    let start = if number == 1 { 100 } else { 0 };
    let cells = half(page, start + 3).unwrap_or(0);
    let mut whole = kind(page, number) == Some(13);
    // More than fit on a page are the sign of a damaged head: the first ones are tried all the same.
    for index in 0..usize::from(cells).min(PAGE / 4) {
        let at = half(page, start + 8 + 2 * index).map(usize::from);
        let row = at.filter(|at| *at > start).and_then(|at| row_at(pages, page, at));
        let Some(row) = row else {
            whole = false;
            continue;
        };
        let fitting = SHAPES.iter().find(|shape| match owner {
            Some(owner) => shape.table == owner && shape.fits(&row),
            None => shape.alone && shape.fits(&row),
        });
        match fitting {
            Some(shape) => {
                *rows += 1;
                take(shape.table, row)?;
            }
            None => whole &= owner.is_none(),
        }
    }
    Ok(whole)
}

/// The kind of page that its first byte names: 13 a leaf of a table, 5 a branch, 10 and 2 of an index.
fn kind(page: &[u8], number: u32) -> Option<u8> {
    page.get(if number == 1 { 100 } else { 0 }).copied()
}

/// Which table each page of a tree belongs to, "" for tables and indices that are not read, as far as the branches
/// can be followed.
fn owners(pages: &mut Pages) -> HashMap<u32, &'static str> {
    let mut owners = HashMap::new();
    let mut roots = Vec::new();
    for number in 1..=pages.count() {
        let Some(page) = pages.read(number) else { continue };
        if kind(&page, number) != Some(13) {
            continue;
        }
        let start = if number == 1 { 100 } else { 0 };
        for index in 0..usize::from(half(&page, start + 3).unwrap_or(0)).min(PAGE / 4) {
            let at = half(&page, start + 8 + 2 * index).map(usize::from);
            let row = at.filter(|at| *at > start).and_then(|at| row_at(pages, &page, at));
            roots.extend(row.as_deref().and_then(root));
        }
    }
    for (table, root) in roots {
        let mut seen = HashSet::new();
        let mut ahead = vec![root];
        while let Some(number) = ahead.pop() {
            if number == 0 || number > pages.count() || !seen.insert(number) {
                continue;
            }
            owners.insert(number, table);
            if let Some(page) = pages.read(number) {
                ahead.extend(children(&page, number));
            }
        }
    }
    owners
}

/// A row of `sqlite_schema` that names the root of a table or an index.
fn root(row: &[Cell]) -> Option<(&'static str, u32)> {
    let [Cell::Text(kind), Cell::Text(name), Cell::Text(_), Cell::Int(root), Cell::Text(_) | Cell::Null] =
        row
    else {
        return None;
    };
    let root = u32::try_from(*root).ok().filter(|root| *root > 1)?;
    match kind.as_str() {
        "table" => {
            Some((SHAPES.iter().find(|shape| shape.table == name).map_or("", |shape| shape.table), root))
        }
        "index" => Some(("", root)),
        _ => None,
    }
}

/// Pages below a branch.
fn children(page: &[u8], number: u32) -> Vec<u32> {
    let start = if number == 1 { 100 } else { 0 };
    if !matches!(kind(page, number), Some(2 | 5)) {
        return Vec::new();
    }
    let cells = usize::from(half(page, start + 3).unwrap_or(0)).min(PAGE / 4);
    let below = (0..cells).filter_map(|index| {
        let at = half(page, start + 12 + 2 * index)?;
        word(page, at.into())
    });
    below.chain(word(page, start + 8)).collect()
}

fn half(page: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(page.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// A varint and its length.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value: u64 = 0;
    for length in 0..8 {
        let byte = *bytes.get(at.checked_add(length)?)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, length + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(at.checked_add(8)?)?), 9))
}

/// No event is longer; a length beyond is damage.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The row of the cell at a place of a leaf, with what lies on overflow pages.
fn row_at(pages: &mut Pages, page: &[u8], at: usize) -> Option<Vec<Cell>> {
    let (length, one) = varint(page, at)?;
    let (_rowid, two) = varint(page, at + one)?;
    let body = at + one + two;
    if length > LONGEST {
        return None;
    }
    let length = usize::try_from(length).ok()?;
    let local = local(length);
    let mut payload = page.get(body..body.checked_add(local)?)?.to_vec();
    let mut next = if local < length { word(page, body + local)? } else { 0 };
    let mut turns = 0;
    while payload.len() < length {
        turns += 1;
        if next == 0 || turns > LONGEST / PAGE as u64 + 2 {
            return None;
        }
        let more = pages.read(next)?;
        let wanted = (length - payload.len()).min(PAGE - 4);
        payload.extend_from_slice(more.get(4..4 + wanted)?);
        next = word(&more, 0)?;
    }
    record(&payload)
}

/// Bytes of a payload that stand on the leaf itself.
fn local(length: usize) -> usize {
    let most = PAGE - 35;
    let least = (PAGE - 12) * 32 / 255 - 23;
    if length <= most {
        return length;
    }
    let some = least + (length - least) % (PAGE - 4);
    if some <= most { some } else { least }
}

fn record(payload: &[u8]) -> Option<Vec<Cell>> {
    let (head, mut at) = varint(payload, 0)?;
    let head = usize::try_from(head).ok()?;
    let mut body = head;
    let mut row = Vec::new();
    while at < head {
        let (kind, length) = varint(payload, at)?;
        at += length;
        let (cell, length) = value(payload, body, kind)?;
        body += length;
        row.push(cell);
        if row.len() > 64 {
            return None;
        }
    }
    (at == head && body == payload.len()).then_some(row)
}

/// A value of a serial type, and how many bytes it takes.
fn value(payload: &[u8], at: usize, kind: u64) -> Option<(Cell, usize)> {
    let int = |length: usize| {
        let bytes = payload.get(at..at.checked_add(length)?)?;
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let start: i64 = if negative { -1 } else { 0 };
        Some((Cell::Int(bytes.iter().fold(start, |value, byte| value << 8 | i64::from(*byte))), length))
    };
    match kind {
        0 => Some((Cell::Null, 0)),
        1..=4 => int(usize::try_from(kind).ok()?),
        5 => int(6),
        6 => int(8),
        7 => payload.get(at..at.checked_add(8)?).map(|_| (Cell::Real, 8)),
        8 => Some((Cell::Int(0), 0)),
        9 => Some((Cell::Int(1), 0)),
        10 | 11 => None,
        _ => {
            let length = usize::try_from((kind - 12) / 2).ok()?;
            let bytes = payload.get(at..at.checked_add(length)?)?.to_vec();
            let cell = if kind.is_multiple_of(2) {
                Cell::Blob(bytes)
            } else {
                Cell::Text(String::from_utf8(bytes).ok()?)
            };
            Some((cell, length))
        }
    }
}
