//! The command sheet of a bench: every command's code, to scan instead of touching a screen.

use super::{Captions, captioned, facts};
use crate::error::LabelError;
use crate::model::{Anchor, Element, GradeMark, Label, Line, Shape, Text, dots};
use crate::symbols::{Place, Square, Strip, bars, matrix, own};
use barcodes::rs;
use barcodes::write::Level;

/// A command sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandSheet {
    /// At the top of each page: "Command sheet, bench LEJ2-B04".
    pub title: String,
    /// How to use it.
    pub note: String,
    /// At the foot of each page.
    pub footer: String,
    /// The commands in reading order, group after group.
    pub entries: Vec<CommandEntry>,
    /// Words before values.
    pub captions: Captions,
}

/// One command on the sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandEntry {
    /// Heading that it stands under.
    pub group: String,
    /// What the code carries after `RS:C:`: "PICK-1".
    pub command: String,
    /// What it does: "Log off".
    pub words: String,
    /// More words, such as its key.
    pub hint: String,
    /// The grade that it means, drawn as its shape.
    pub grade: Option<GradeMark>,
}

const PAGE_WIDTH_MM: f64 = 210.0;
const PAGE_HEIGHT_MM: f64 = 297.0;
const MARGIN_MM: f64 = 12.0;
const COLUMN_MM: f64 = 90.0;
const ROWS_TOP_MM: f64 = 35.0;
const ROWS_BOTTOM_MM: f64 = 285.0;
const ROW_MM: f64 = 18.0;
const HEADING_MM: f64 = 8.0;

/// The sheet's pages, A4: each command as QR at 4 dots a module and as Code 128, so that any scanner reads it.
///
/// Errors: no entry; a command too long for its place.
pub fn command_sheet(sheet: &CommandSheet) -> Result<Vec<Label>, LabelError> {
    let mut pages: Vec<Vec<Element>> = Vec::new();
    let mut y_mm = ROWS_BOTTOM_MM;
    for group in sheet.entries.chunk_by(|left, right| left.group == right.group) {
        let mut heading = group.first().map(|entry| entry.group.as_str());
        for row in group.chunks(2) {
            let wanted_mm = ROW_MM + heading.map_or(0.0, |_| HEADING_MM);
            if y_mm + wanted_mm > ROWS_BOTTOM_MM {
                pages.push(Vec::new());
                y_mm = ROWS_TOP_MM;
                heading = group.first().map(|entry| entry.group.as_str());
            }
            let Some(page) = pages.last_mut() else { continue };
            if let Some(words) = heading.take() {
                page.push(Element::Text(Text::new(MARGIN_MM, y_mm + 6.2, 11.0, words).bold()));
                y_mm += HEADING_MM;
            }
            for (entry, x_mm) in row.iter().zip([MARGIN_MM, PAGE_WIDTH_MM - MARGIN_MM - COLUMN_MM]) {
                page.extend(cell(entry, x_mm, y_mm)?);
            }
            y_mm += ROW_MM;
        }
    }
    if pages.is_empty() {
        return Err(LabelError::Nothing);
    }
    let count = pages.len();
    let page = |(number, cells): (usize, Vec<Element>)| {
        let mut elements = frame(sheet, number + 1, count);
        elements.extend(cells);
        Label {
            name: format!("command sheet {}", number + 1),
            width_mm: PAGE_WIDTH_MM,
            height_mm: PAGE_HEIGHT_MM,
            elements,
        }
    };
    Ok(pages.into_iter().enumerate().map(page).collect())
}

/// Title, note and foot of a page.
fn frame(sheet: &CommandSheet, number: usize, count: usize) -> Vec<Element> {
    let room = PAGE_WIDTH_MM - 2.0 * MARGIN_MM;
    let page = captioned(&sheet.captions.page, &format!("{number} / {count}"));
    vec![
        Element::Text(Text::new(MARGIN_MM, 19.0, 20.0, &sheet.title).bold().shrunk_within(room, 12.0)),
        Element::Text(Text::new(MARGIN_MM, 25.5, 9.5, &sheet.note).within(room).lines(2)),
        Element::Text(Text::new(MARGIN_MM, 291.0, 8.5, facts([sheet.footer.clone(), page])).within(room)),
    ]
}

fn cell(entry: &CommandEntry, x_mm: f64, y_mm: f64) -> Result<Vec<Element>, LabelError> {
    let content = own(rs::command(&entry.command))?;
    let (strip_left, end) = (x_mm + 14.0, x_mm + COLUMN_MM - 1.0);
    let square = Square { x_mm: x_mm + 0.5, y_mm: y_mm + 4.0, side_mm: 13.0, module_dots: &[4, 3] };
    let strip = Strip {
        x_mm: strip_left,
        y_mm: y_mm + 7.7,
        width_mm: x_mm + COLUMN_MM - strip_left,
        height_mm: 7.3,
        place: Place::Left,
        module_dots: &[3, 2],
    };
    let symbol = bars(&content, &strip)?;
    // Words start at one place, whatever the width of the symbol's modules.
    let left = strip_left + dots(30);
    let below = Text::new(symbol.x_mm, y_mm + 17.6, 7.0, &content).code();
    let mut elements = vec![
        Element::Line(Line { x_mm, y_mm, width_mm: COLUMN_MM, height_mm: dots(2) }),
        Element::Matrix(matrix(&content, Level::M, &square)?),
        Element::Bars(symbol),
        Element::Text(below),
    ];
    let mut words_left = left;
    if let Some(grade) = entry.grade {
        elements.push(Element::Shape(Shape { x_mm: left, y_mm: y_mm + 1.1, side_mm: 6.2, grade }));
        words_left += 8.0;
    }
    let room = (end - words_left) * 0.6;
    elements.extend([
        Element::Text(Text::new(words_left, y_mm + 6.2, 13.0, &entry.words).bold().shrunk_within(room, 7.0)),
        Element::Text(
            Text::new(end, y_mm + 6.2, 9.0, &entry.hint)
                .anchored(Anchor::End)
                .shrunk_within(end - words_left - room - 1.0, 6.0),
        ),
    ]);
    Ok(elements)
}

/// Every command of a bench with English words, in the order of the printed sheet.
pub fn standard_commands() -> Vec<CommandEntry> {
    let grades = [
        (GradeMark::N, "sealed"),
        (GradeMark::A, "like new"),
        (GradeMark::B, "light marks"),
        (GradeMark::C, "marked"),
        (GradeMark::D, "for parts"),
        (GradeMark::X, "wrong, junk"),
    ];
    let grades = grades.into_iter().map(|(grade, words)| CommandEntry {
        group: "Grade".to_owned(),
        command: format!("GRADE-{}", grade.letter()),
        words: words.to_owned(),
        hint: String::new(),
        grade: Some(grade),
    });
    let picks = (1..=9).map(|number| {
        entry("Answer", &format!("PICK-{number}"), &number.to_string(), &format!("choice {number}"))
    });
    let digits = (0..=9).map(|digit| entry("Digits", &format!("DIGIT-{digit}"), &digit.to_string(), ""));
    let plain = |group: &'static str, rows: &'static [(&'static str, &'static str, &'static str)]| {
        rows.iter().map(move |(command, words, hint)| entry(group, command, words, hint))
    };
    grades
        .chain(plain("Answer", &[("YES", "Yes", "key Y"), ("NO", "No", "key N")]))
        .chain(picks)
        .chain(plain("Answer", &[("MORE", "More", "key 8")]))
        .chain(plain("Act", ACTS))
        .chain(digits)
        .chain(plain("Digits", &[("ENTER", "Enter", ""), ("CANCEL", "Cancel", "")]))
        .collect()
}

const ACTS: &[(&str, &str, &str)] = &[
    ("NEXT", "Next", "key Enter"),
    ("UNDO", "Undo", "key F9"),
    ("PHOTO", "Photo", "key F4"),
    ("SKIP-PHOTO", "Skip photo", ""),
    ("REPRINT", "Reprint", "key F5"),
    ("OVERRIDE", "Change grade", "key F6"),
    ("HOLD", "Hold", "key F8"),
    ("CLOSE", "Close", "tote, key F7"),
    ("SHIP", "Ship", "tote, key S"),
    ("TAKE-OUT", "Take out", "of the tote"),
    ("ARRIVALS", "Arrivals", "key A"),
    ("VOID", "Never there", "key V"),
    ("WEIGH", "Weigh", "key W"),
    ("PARCEL-DONE", "Parcel done", ""),
    ("EMPTY-BOX", "Empty box", ""),
    ("NO-LABEL", "No label", ""),
    ("BLIND", "Blind receipt", ""),
    ("HELP", "Help", "key F1"),
    ("LOG-OFF", "Log off", "key F12"),
];

fn entry(group: &str, command: &str, words: &str, hint: &str) -> CommandEntry {
    CommandEntry {
        group: group.to_owned(),
        command: command.to_owned(),
        words: words.to_owned(),
        hint: hint.to_owned(),
        grade: None,
    }
}
