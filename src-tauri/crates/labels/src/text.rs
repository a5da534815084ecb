//! Text → glyphs at their place: cleaned, broken into lines, made to fit, ordered by direction, shaped.

use crate::error::LabelError;
use crate::fonts::{Faces, Font};
use crate::model::{Anchor, Fit, Ink, Text};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Feature, UnicodeBuffer};
use std::ops::Range;
use unicode_bidi::{BidiInfo, Level};

/// Longer text is cut before anything else: no label has room for it.
const MAX_CHARACTERS: usize = 400;
/// Distance of baselines, in sizes.
const LINE_HEIGHT: f64 = 1.2;
/// What stands for a character that no font holds.
const MISSING: char = '□';
const ELLIPSIS: char = '…';
const MM_PER_PT: f64 = 25.4 / 72.0;

/// The glyphs of one text, in one size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SetText {
    pub(crate) em_mm: f64,
    pub(crate) ink: Ink,
    pub(crate) glyphs: Vec<Glyph>,
}

/// One glyph; its place is that of its origin on the page, from the top left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) font: Font,
    pub(crate) id: u16,
    pub(crate) x_mm: f64,
    pub(crate) y_mm: f64,
    /// The characters that it stands for, for search and copy in a PDF.
    pub(crate) stands_for: String,
}

/// Sets a text element.
pub(crate) fn set(text: &Text) -> Result<SetText, LabelError> {
    let shaper = Shaper { faces: Faces::of(text.weight)?, features: features(text.code) };
    let words = clean(&text.text, &shaper.faces);
    let base = base_level(&words);
    let (size_pt, lines) = shaper.fit(&words, text, base);
    let em_mm = size_pt * MM_PER_PT;
    let mut glyphs = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let shaped = shaper.shape_line(line, base);
        let width_mm = shaped.width_em * em_mm;
        let left_mm = match (text.anchor, text.max_width_mm) {
            (Anchor::Start, Some(room_mm)) if base.is_rtl() => text.x_mm + room_mm - width_mm,
            (Anchor::Start, _) => text.x_mm,
            (Anchor::Centre, _) => text.x_mm - width_mm / 2.0,
            (Anchor::End, _) => text.x_mm - width_mm,
        };
        let baseline_mm = text.y_mm + number as f64 * LINE_HEIGHT * em_mm;
        glyphs.extend(shaped.glyphs.into_iter().map(|glyph| Glyph {
            font: glyph.font,
            id: glyph.id,
            x_mm: left_mm + glyph.x_em * em_mm,
            y_mm: baseline_mm - glyph.y_em * em_mm,
            stands_for: glyph.stands_for,
        }));
    }
    Ok(SetText { em_mm, ink: text.ink, glyphs })
}

fn features(code: bool) -> Vec<Feature> {
    let wanted: &[&[u8; 4]] = if code { &[b"tnum", b"zero", b"case"] } else { &[] };
    wanted.iter().map(|tag| Feature::new(Tag::from_bytes(tag), 1, ..)).collect()
}

/// One line of what the fonts can draw: white space joined, control characters and emoji selectors out.
fn clean(text: &str, faces: &Faces) -> String {
    let drawable: String = text
        .chars()
        .take(MAX_CHARACTERS)
        .filter(|c| !matches!(c, '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}'))
        .map(|c| match c {
            c if c.is_whitespace() || c.is_control() => ' ',
            c if is_invisible(c) || faces.font_for(c).is_some() => c,
            _ => MISSING,
        })
        .collect();
    drawable.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Joiners and direction marks: they steer shaping and have no picture.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}')
}

fn base_level(text: &str) -> Level {
    BidiInfo::new(text, None).paragraphs.first().map_or(Level::ltr(), |paragraph| paragraph.level)
}

struct ShapedGlyph {
    font: Font,
    id: u16,
    x_em: f64,
    y_em: f64,
    stands_for: String,
}

struct ShapedLine {
    glyphs: Vec<ShapedGlyph>,
    width_em: f64,
}

struct Shaper {
    faces: Faces,
    features: Vec<Feature>,
}

impl Shaper {
    /// The size, and the lines at that size.
    fn fit(&self, words: &str, text: &Text, base: Level) -> (f64, Vec<String>) {
        let Some(room_mm) = text.max_width_mm else {
            return (text.size_pt, vec![words.to_owned()]);
        };
        let smallest_pt = match text.fit {
            Fit::Cut => text.size_pt,
            Fit::Shrink { to_pt } => to_pt.min(text.size_pt),
        };
        let mut size_pt = text.size_pt;
        loop {
            let room_em = room_mm / (size_pt * MM_PER_PT);
            let (lines, whole) = self.break_lines(words, room_em, text.max_lines.max(1), base);
            if whole || size_pt <= smallest_pt {
                return (size_pt, lines);
            }
            size_pt = (size_pt - 0.25).max(smallest_pt);
        }
    }

    /// Lines no wider than the room, and whether all words are on them.
    fn break_lines(&self, words: &str, room_em: f64, max_lines: usize, base: Level) -> (Vec<String>, bool) {
        let mut lines = Vec::new();
        let mut rest = words;
        while lines.len() + 1 < max_lines && self.width_em(rest, base) > room_em {
            let end = self.line_end(rest, room_em, base);
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            lines.push(line.trim_end().to_owned());
            rest = after.trim_start();
        }
        let whole = self.width_em(rest, base) <= room_em;
        lines.push(if whole { rest.to_owned() } else { self.cut(rest, room_em, base) });
        (lines, whole)
    }

    /// Where the first line ends: after the last word that fits, or inside a word that is wider than the line.
    fn line_end(&self, text: &str, room_em: f64, base: Level) -> usize {
        let fits = |end: &usize| text.get(..*end).is_some_and(|line| self.width_em(line, base) <= room_em);
        let spaces = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
        if let Some(end) = spaces.take_while(fits).last() {
            return end;
        }
        let boundaries = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let first = text.chars().next().map_or(0, char::len_utf8);
        boundaries.take_while(fits).last().unwrap_or(first)
    }

    /// As much of the text as fits together with an ellipsis.
    fn cut(&self, text: &str, room_em: f64, base: Level) -> String {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let shortened = |end: usize| format!("{}{ELLIPSIS}", text.get(..end).unwrap_or(text).trim_end());
        let fitting = boundaries.partition_point(|end| self.width_em(&shortened(*end), base) <= room_em);
        let end = fitting.checked_sub(1).and_then(|last| boundaries.get(last)).copied().unwrap_or(0);
        shortened(end)
    }

    fn width_em(&self, line: &str, base: Level) -> f64 {
        self.shape_line(line, base).width_em
    }

    /// Glyphs of one line, from left to right.
    fn shape_line(&self, line: &str, base: Level) -> ShapedLine {
        let mut shaped = ShapedLine { glyphs: Vec::new(), width_em: 0.0 };
        let info = BidiInfo::new(line, Some(base));
        for paragraph in &info.paragraphs {
            let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let rtl = levels.get(run.start).is_some_and(Level::is_rtl);
                let mut parts = self.parts(line, run);
                if rtl {
                    parts.reverse();
                }
                for (font, part) in parts {
                    self.shape_part(font, &part, rtl, &mut shaped);
                }
            }
        }
        shaped
    }

    /// A run cut where the font changes, in reading order. A character stays with the font before it where that
    /// font has it, so that spaces and marks do not split words. Direction marks have done their work by now.
    fn parts(&self, line: &str, run: Range<usize>) -> Vec<(Font, String)> {
        let mut parts: Vec<(Font, String)> = Vec::new();
        for c in line.get(run).unwrap_or_default().chars() {
            let joiner = matches!(c, '\u{200c}' | '\u{200d}');
            if is_invisible(c) && !joiner {
                continue;
            }
            let held = parts.last().map(|(font, _)| *font);
            let font = match held {
                Some(font) if joiner || !c.is_alphanumeric() && self.faces.has(font, c) => Some(font),
                _ => self.faces.font_for(c),
            };
            match (parts.last_mut(), font) {
                (_, None) => {}
                (Some((held, part)), Some(font)) if *held == font => part.push(c),
                (_, Some(font)) => parts.push((font, c.to_string())),
            }
        }
        parts
    }

    fn shape_part(&self, font: Font, part: &str, rtl: bool, into: &mut ShapedLine) {
        let Some(face) = self.faces.face(font) else { return };
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(part);
        buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(face, &self.features, buffer);
        let em = f64::from(face.units_per_em());
        let clusters: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        for (number, (info, position)) in
            shaped.glyph_infos().iter().zip(shaped.glyph_positions()).enumerate()
        {
            into.glyphs.push(ShapedGlyph {
                font,
                id: u16::try_from(info.glyph_id).unwrap_or(0),
                x_em: into.width_em + f64::from(position.x_offset) / em,
                y_em: f64::from(position.y_offset) / em,
                stands_for: stands_for(part, &clusters, number),
            });
            into.width_em += f64::from(position.x_advance) / em;
        }
    }
}

/// The characters of a glyph's cluster; of several glyphs in one cluster, the first has them all.
fn stands_for(part: &str, clusters: &[usize], number: usize) -> String {
    let Some(&start) = clusters.get(number) else { return String::new() };
    if clusters.get(..number).is_some_and(|before| before.contains(&start)) {
        return "\u{200b}".to_owned();
    }
    let end = clusters.iter().copied().filter(|cluster| *cluster > start).min().unwrap_or(part.len());
    part.get(start..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn glyphs(text: Text) -> Vec<Glyph> {
        set(&text).unwrap().glyphs
    }

    fn spoken(text: Text) -> String {
        glyphs(text).into_iter().map(|glyph| glyph.stands_for).collect()
    }

    fn right_edge(glyphs: &[Glyph]) -> f64 {
        glyphs.iter().map(|glyph| glyph.x_mm).fold(f64::MIN, f64::max)
    }

    #[test]
    fn arabic_is_joined_and_runs_to_the_left() {
        let joined = glyphs(Text::new(0.0, 0.0, 10.0, "سماعات"));
        // The first letter read stands rightmost, and no letter is drawn in its isolated form.
        assert_eq!(joined.last().unwrap().stands_for, "س");
        let faces = Faces::of(crate::model::Weight::Regular).unwrap();
        let face = faces.face(Font::ArabicRegular).unwrap();
        let isolated = face.glyph_index('س').unwrap().0;
        assert!(joined.iter().all(|glyph| glyph.font == Font::ArabicRegular));
        assert_ne!(joined.last().unwrap().id, isolated, "seen {joined:?}");
    }

    #[test]
    fn latin_inside_arabic_keeps_its_order() {
        let seen = spoken(Text::new(0.0, 0.0, 10.0, "سماعات WH-900"));
        assert!(seen.starts_with("WH-900"), "{seen}");
    }

    #[test]
    fn text_that_runs_to_the_left_ends_at_the_right_of_its_room() {
        let set = glyphs(Text::new(5.0, 0.0, 10.0, "سماعات").within(60.0));
        assert!(right_edge(&set) > 55.0, "{}", right_edge(&set));
    }

    #[test]
    fn a_code_has_digits_of_one_width_and_a_slashed_zero() {
        let width = |text: &str| {
            let shaper = Shaper { faces: Faces::of(Default::default()).unwrap(), features: features(true) };
            shaper.width_em(text, Level::ltr())
        };
        assert_eq!(width("11111"), width("00000"));
        let plain = glyphs(Text::new(0.0, 0.0, 10.0, "0"));
        let code = glyphs(Text::new(0.0, 0.0, 10.0, "0").code());
        assert_ne!(plain.first().unwrap().id, code.first().unwrap().id);
    }

    #[test]
    fn long_text_is_cut_within_its_room() {
        let text = Text::new(0.0, 0.0, 10.0, "noise cancelling headphones ".repeat(500)).within(40.0);
        let seen = spoken(text.clone());
        assert!(seen.ends_with('…'), "{seen}");
        assert!(right_edge(&glyphs(text)) < 40.0);
    }

    #[test]
    fn text_shrinks_before_it_is_cut() {
        let words = "QUARANTINE, hold for a supervisor";
        let set_small = set(&Text::new(0.0, 0.0, 30.0, words).shrunk_within(70.0, 8.0)).unwrap();
        assert!(set_small.em_mm < 30.0 * MM_PER_PT && set_small.em_mm > 8.0 * MM_PER_PT);
        let seen: String = set_small.glyphs.iter().map(|glyph| glyph.stands_for.as_str()).collect();
        assert_eq!(seen, words);
    }

    #[test]
    fn lines_break_between_words() {
        let set = glyphs(Text::new(0.0, 0.0, 10.0, "Aurel WH-900 headphones black").within(30.0).lines(3));
        let baselines: std::collections::BTreeSet<i64> =
            set.iter().map(|glyph| (glyph.y_mm * 100.0).round() as i64).collect();
        assert!(baselines.len() > 1, "{baselines:?}");
        assert!(right_edge(&set) < 30.0);
        let seen: String = set.iter().map(|glyph| glyph.stands_for.as_str()).collect();
        assert_eq!(seen, "Aurel WH-900headphonesblack");
    }

    #[test]
    fn direction_marks_change_neither_font_nor_width() {
        let plain = glyphs(Text::new(0.0, 0.0, 10.0, "Owner NLK · LEJ2"));
        let marked = glyphs(Text::new(0.0, 0.0, 10.0, "Owner \u{2068}NLK\u{2069} · LEJ2"));
        let fonts = |glyphs: &[Glyph]| glyphs.iter().map(|glyph| (glyph.font, glyph.id)).collect::<Vec<_>>();
        assert_eq!(fonts(&plain), fonts(&marked));
    }

    #[rstest]
    #[case("", "")]
    #[case(" \t\r\n ", "")]
    #[case("a\u{0}b\u{1d}c", "a b c")]
    #[case("tea 茶 🎧", "tea □ □")]
    #[case("\u{feff}x\u{fe0f}", "x")]
    fn what_cannot_be_drawn_is_replaced(#[case] given: &str, #[case] drawn: &str) {
        assert_eq!(spoken(Text::new(0.0, 0.0, 10.0, given)), drawn);
    }

    #[rstest]
    #[case("\u{202e}\u{2066}\u{2069}\u{200d}")]
    #[case("\u{0301}\u{064b}")]
    #[case("x\u{0301}\u{0302}\u{0303} \u{202e}abc")]
    #[case("ﷺ ‏(test) — “quotes” €/m² ½")]
    fn odd_text_is_set_without_trouble(#[case] given: &str) {
        for room_mm in [0.0, 0.5, 8.0] {
            for lines in [0, 1, 3] {
                set(&Text::new(0.0, 0.0, 10.0, given).within(room_mm).lines(lines)).unwrap();
                set(&Text::new(0.0, 0.0, 10.0, given).shrunk_within(room_mm, 4.0).lines(lines)).unwrap();
            }
        }
    }
}
