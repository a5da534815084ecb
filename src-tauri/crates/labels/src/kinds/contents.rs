//! What is in a container, as a list to go with it: as many pages as it needs, of the size that label printers have.

use super::{Captions, captioned, facts, shown_lpn};
use crate::error::LabelError;
use crate::model::{Anchor, Element, Label, Line, Text, dots};
use crate::symbols::{Square, matrix, own};
use barcodes::rs;
use barcodes::write::Level;

/// 4 × 6 inches.
const WIDTH_MM: f64 = 101.6;
const HEIGHT_MM: f64 = 152.4;
const LEFT_MM: f64 = 4.5;
const ROOM_MM: f64 = WIDTH_MM - 2.0 * LEFT_MM;
/// Where the first row begins, and how high a row is.
const FIRST_ROW_MM: f64 = 37.0;
const ROW_MM: f64 = 8.2;
/// Rows on a page; the rest is left for the page number.
const ROWS: usize = 13;

/// What a contents list says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContentsList {
    /// The container's id: "T-0231".
    pub container: String,
    /// Where the units in it go, in words.
    pub disposition_words: String,
    /// Whose goods they are.
    pub owner: String,
    /// Bench or depot, and the day, as they are to be read.
    pub made: String,
    /// "12 units", in the reader's language.
    pub count_words: String,
    /// The carrier's number that it leaves with, if any.
    pub tracking: String,
    /// Its units, in the order of the list.
    pub rows: Vec<ContentsRow>,
    /// Words before values.
    pub captions: Captions,
}

/// One unit of the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContentsRow {
    /// Its LPN: twelve digits.
    pub lpn: String,
    /// The product's title.
    pub title: String,
    /// Its article number.
    pub sku: String,
    /// Its serial.
    pub serial: String,
    /// The grade's letter.
    pub grade: String,
}

/// The list, 101.6 × 152.4 mm a page (4 × 6 in); each page says its container, its number and how many there are. An
/// empty container has one page.
///
/// Errors: an id that a bench would not take; an LPN that is none.
pub fn contents_list(list: &ContentsList) -> Result<Vec<Label>, LabelError> {
    let pages = list.rows.len().div_ceil(ROWS).max(1);
    (0..pages)
        .map(|page| {
            let rows = list.rows.iter().enumerate().skip(page * ROWS).take(ROWS);
            let mut elements = head(list)?;
            for (place, (number, row)) in rows.enumerate() {
                elements.extend(line(number + 1, row, FIRST_ROW_MM + place as f64 * ROW_MM)?);
            }
            let number = captioned(&list.captions.page, &format!("{}/{pages}", page + 1));
            let foot = Text::new(LEFT_MM + ROOM_MM, HEIGHT_MM - 4.0, 9.0, number).anchored(Anchor::End);
            elements.push(Element::Text(foot));
            elements.push(Element::Text(
                Text::new(LEFT_MM, HEIGHT_MM - 4.0, 9.0, &list.made).shrunk_within(ROOM_MM - 25.0, 6.0),
            ));
            Ok(Label {
                name: format!("contents {} {}-{pages}", list.container, page + 1),
                width_mm: WIDTH_MM,
                height_mm: HEIGHT_MM,
                elements,
            })
        })
        .collect()
}

fn head(list: &ContentsList) -> Result<Vec<Element>, LabelError> {
    let content = own(rs::container(&list.container))?;
    let square = Square { x_mm: LEFT_MM, y_mm: 5.0, side_mm: 23.0, module_dots: &[8, 7, 6, 5, 4] };
    let (left, room) = (32.0, WIDTH_MM - 32.0 - LEFT_MM);
    let owner = captioned(&list.captions.owner, &list.owner);
    Ok(vec![
        Element::Matrix(matrix(&content, Level::M, &square)?),
        Element::Text(Text::new(left, 13.0, 26.0, &list.container).bold().code().shrunk_within(room, 9.0)),
        Element::Text(Text::new(left, 19.6, 14.0, &list.disposition_words).bold().shrunk_within(room, 8.0)),
        Element::Text(
            Text::new(left, 25.0, 10.0, facts([owner, list.count_words.clone()])).shrunk_within(room, 7.0),
        ),
        Element::Text(Text::new(left, 29.6, 9.0, &list.tracking).code().shrunk_within(room, 6.0)),
        rule(FIRST_ROW_MM - 4.6, 3),
    ])
}

/// Two lines: number, LPN, title, grade; then article number and serial.
fn line(number: usize, row: &ContentsRow, baseline_mm: f64) -> Result<[Element; 5], LabelError> {
    let title_left = LEFT_MM + 37.0;
    let room = WIDTH_MM - LEFT_MM - title_left;
    let lpn = Text::new(LEFT_MM + 8.0, baseline_mm, 9.5, shown_lpn(&row.lpn)?);
    let title = Text::new(title_left, baseline_mm, 9.0, facts([row.grade.clone(), row.title.clone()]));
    let second = facts([row.sku.clone(), row.serial.clone()]);
    Ok([
        Element::Text(Text::new(LEFT_MM + 6.0, baseline_mm, 8.0, number.to_string()).anchored(Anchor::End)),
        Element::Text(lpn.bold().code().shrunk_within(28.0, 7.0)),
        Element::Text(title.within(room)),
        Element::Text(Text::new(title_left, baseline_mm + 3.1, 7.0, second).code().within(room)),
        rule(baseline_mm + 4.4, 1),
    ])
}

fn rule(y_mm: f64, thick_dots: u32) -> Element {
    Element::Line(Line { x_mm: LEFT_MM, y_mm, width_mm: ROOM_MM, height_mm: dots(thick_dots) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn list(units: usize) -> ContentsList {
        ContentsList {
            container: "T-0202".to_owned(),
            disposition_words: "Restock".to_owned(),
            owner: "NLK".to_owned(),
            made: "LEJ2-B04, 2026-11-22".to_owned(),
            count_words: format!("{units} units"),
            rows: (0..units)
                .map(|unit| ContentsRow {
                    lpn: format!("04173{unit:05}88"),
                    title: "Shirt".to_owned(),
                    ..ContentsRow::default()
                })
                .collect(),
            ..ContentsList::default()
        }
    }

    fn words(label: &Label) -> Vec<&str> {
        label
            .elements
            .iter()
            .filter_map(|element| match element {
                Element::Text(text) => Some(text.text.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn every_unit_stands_on_exactly_one_page() {
        for units in [0, 1, ROWS, ROWS + 1, 5 * ROWS] {
            let pages = contents_list(&list(units)).unwrap();
            assert_eq!(pages.len(), units.div_ceil(ROWS).max(1), "{units}");
            for unit in 0..units {
                let lpn = shown_lpn(&format!("04173{unit:05}88")).unwrap();
                let seen = pages.iter().filter(|page| words(page).contains(&lpn.as_str())).count();
                assert_eq!(seen, 1, "{units}: {lpn}");
            }
            for (place, page) in pages.iter().enumerate() {
                let number = format!("{}/{}", place + 1, pages.len());
                assert!(words(page).iter().any(|text| text.contains(&number)), "{number}");
                assert!(words(page).contains(&"T-0202"));
            }
        }
    }

    #[test]
    fn a_full_page_stays_on_its_paper() {
        for page in contents_list(&list(2 * ROWS)).unwrap() {
            for element in &page.elements {
                let bottom = match element {
                    Element::Text(text) => text.y_mm,
                    Element::Line(line) => line.y_mm + line.height_mm,
                    _ => continue,
                };
                assert!(bottom < HEIGHT_MM, "{element:?}");
            }
            // The last row ends above the foot.
            let last = FIRST_ROW_MM + (ROWS as f64 - 1.0) * ROW_MM + 4.4;
            assert!(last < HEIGHT_MM - 4.0 - 4.0, "{last}");
        }
    }

    #[test]
    fn no_bench_would_take_a_container_like_that() {
        assert!(contents_list(&ContentsList { container: "T 1".to_owned(), ..list(1) }).is_err());
    }
}
