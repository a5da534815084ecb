//! Labels → one PDF, a page each. Symbols are vectors on printer dots; fonts are cut down to the used glyphs.

use crate::error::LabelError;
use crate::fonts::Font;
use crate::ink::{Area, Mark, marks};
use crate::model::{Ink, Label, PRINTER_DPI};
use crate::text::SetText;
use printpdf::{
    Codepoint, Color, FontId, FontMetrics, FontType, Greyscale, LinePoint, Mm, Op, PaintMode, ParsedFont,
    PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, TextItem,
    TextMatrix, WindingOrder,
};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// Some printers ink every dot that an area touches: areas end a little before the next dot.
const CLEARANCE_MM: f64 = 0.02 * 25.4 / PRINTER_DPI;

/// Writes labels as a PDF of one page each, the page as large as the label.
///
/// Errors: no label; a size outside 1 to 1,000 mm.
pub fn to_pdf(labels: &[Label]) -> Result<Vec<u8>, LabelError> {
    let Some(first) = labels.first() else { return Err(LabelError::Nothing) };
    let pages = labels
        .iter()
        .map(|label| {
            check_size(label)?;
            marks(label)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let subsets = subset_fonts(&pages)?;
    let mut document = PdfDocument::new(&first.name);
    document.metadata.info.creator = "Returns Station".to_owned();
    document.metadata.info.producer = "Returns Station".to_owned();
    for (font, subset) in &subsets {
        let embedded = PdfFont::new(subset.parsed.clone());
        document.resources.fonts.map.insert(FontId(font.name().to_owned()), embedded);
    }
    let pages = labels.iter().zip(&pages).map(|(label, marks)| page(label, marks, &subsets)).collect();
    document.with_pages(pages);
    Ok(document.save(&PdfSaveOptions::default(), &mut Vec::new()))
}

fn check_size(label: &Label) -> Result<(), LabelError> {
    let fits = |length_mm: f64| (1.0..=1000.0).contains(&length_mm);
    if fits(label.width_mm) && fits(label.height_mm) {
        return Ok(());
    }
    Err(LabelError::Size { width_mm: label.width_mm, height_mm: label.height_mm, dpi: 0.0 })
}

/// A font with only the glyphs that the document uses, and their new ids.
struct Subset {
    ids: GlyphRemapper,
    parsed: ParsedFont,
}

fn subset_fonts(pages: &[Vec<Mark>]) -> Result<BTreeMap<Font, Subset>, LabelError> {
    let mut used: BTreeMap<Font, GlyphRemapper> = BTreeMap::new();
    for mark in pages.iter().flatten() {
        let Mark::Text(text) = mark else { continue };
        for glyph in &text.glyphs {
            used.entry(glyph.font).or_default().remap(glyph.id);
        }
    }
    used.into_iter().map(|(font, ids)| Ok((font, subset(font, ids)?))).collect()
}

fn subset(font: Font, ids: GlyphRemapper) -> Result<Subset, LabelError> {
    let unusable = || LabelError::Font { font: font.name() };
    let face = font.face()?;
    let bytes = subsetter::subset(font.bytes(), 0, &ids).map_err(|_| unusable())?;
    let mut widths = BTreeMap::new();
    for old in ids.remapped_gids() {
        let width = face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(old)).unwrap_or(0);
        widths.insert(ids.get(old).ok_or_else(unusable)?, width);
    }
    let units_per_em = u16::try_from(face.units_per_em()).map_err(|_| unusable())?;
    let mut parsed = ParsedFont::with_glyph_data(
        bytes,
        0,
        Some(format!("{}+{}", subset_tag(&ids), font.name())),
        BTreeMap::new(),
        widths,
        units_per_em,
        FontMetrics { ascent: face.ascender(), descent: face.descender() },
    );
    parsed.font_type = FontType::TrueType;
    let bounds = face.global_bounding_box();
    parsed.pdf_font_metrics.x_min = bounds.x_min;
    parsed.pdf_font_metrics.y_min = bounds.y_min;
    parsed.pdf_font_metrics.x_max = bounds.x_max;
    parsed.pdf_font_metrics.y_max = bounds.y_max;
    parsed.pdf_font_metrics.us_weight_class = face.weight().to_number();
    Ok(Subset { ids, parsed })
}

/// Six letters that differ between subsets (ISO 32000-1, 9.6.4), so that a printer that keeps fonts by name does
/// not draw one label with the glyphs of another.
fn subset_tag(ids: &GlyphRemapper) -> String {
    let seed = 0xcbf2_9ce4_8422_2325_u64;
    let mut hash =
        ids.remapped_gids().fold(seed, |hash, id| (hash ^ u64::from(id)).wrapping_mul(0x0100_0000_01b3));
    let mut tag = String::new();
    for _ in 0..6 {
        tag.push(char::from(b'A' + u8::try_from(hash % 26).unwrap_or(0)));
        hash /= 26;
    }
    tag
}

fn page(label: &Label, marks: &[Mark], subsets: &BTreeMap<Font, Subset>) -> PdfPage {
    let height_mm = label.height_mm;
    let mut ops = Vec::new();
    ops.push(ink(Ink::Black));
    for mark in marks {
        match mark {
            Mark::Areas(areas) => ops.push(areas_op(areas, height_mm)),
            Mark::Outline(rings) => {
                let rings = rings.iter().map(|ring| polygon_ring(ring, height_mm)).collect();
                ops.push(fill(rings, WindingOrder::EvenOdd));
            }
            Mark::Text(text) => text_ops(text, height_mm, subsets, &mut ops),
        }
    }
    PdfPage::new(Mm(label.width_mm as f32), Mm(label.height_mm as f32), ops)
}

/// All areas in one path, so that no viewer shows seams between them.
fn areas_op(areas: &[Area], height_mm: f64) -> Op {
    let ring = |area: &Area| {
        let (left, top) = (area.x_mm + CLEARANCE_MM, area.y_mm + CLEARANCE_MM);
        let (right, bottom) =
            (area.x_mm + area.width_mm - CLEARANCE_MM, area.y_mm + area.height_mm - CLEARANCE_MM);
        polygon_ring(&[(left, top), (right, top), (right, bottom), (left, bottom)], height_mm)
    };
    fill(areas.iter().map(ring).collect(), WindingOrder::NonZero)
}

fn fill(rings: Vec<PolygonRing>, winding_order: WindingOrder) -> Op {
    Op::DrawPolygon { polygon: Polygon { rings, mode: PaintMode::Fill, winding_order } }
}

fn polygon_ring(ring: &[(f64, f64)], height_mm: f64) -> PolygonRing {
    let points = ring.iter().map(|(x, y)| LinePoint { p: point(*x, *y, height_mm), bezier: false }).collect();
    PolygonRing { points }
}

/// From the top left in millimetres to the bottom left in points.
fn point(x_mm: f64, y_mm: f64, height_mm: f64) -> Point {
    Point { x: pt(x_mm), y: pt(height_mm - y_mm) }
}

fn pt(mm: f64) -> Pt {
    Pt((mm * 72.0 / 25.4) as f32)
}

fn ink(ink: Ink) -> Op {
    let percent = match ink {
        Ink::Black => 0.0,
        Ink::White => 1.0,
    };
    Op::SetFillColor { col: Color::Greyscale(Greyscale { percent, icc_profile: None }) }
}

fn text_ops(text: &SetText, height_mm: f64, subsets: &BTreeMap<Font, Subset>, ops: &mut Vec<Op>) {
    if text.glyphs.is_empty() {
        return;
    }
    ops.push(ink(text.ink));
    ops.push(Op::StartTextSection);
    let mut current = None;
    for glyph in &text.glyphs {
        let Some(id) = subsets.get(&glyph.font).and_then(|subset| subset.ids.get(glyph.id)) else { continue };
        if current != Some(glyph.font) {
            current = Some(glyph.font);
            let font = PdfFontHandle::External(FontId(glyph.font.name().to_owned()));
            ops.push(Op::SetFont { font, size: pt(text.em_mm) });
        }
        // Each glyph at its own place: what the shaper says holds, whatever widths a viewer rounds to.
        let at = point(glyph.x_mm, glyph.y_mm, height_mm);
        ops.push(Op::SetTextMatrix { matrix: TextMatrix::Translate(at.x, at.y) });
        let codepoint = Codepoint::with_cid(id, 0.0, glyph.stands_for.clone());
        ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(vec![codepoint])] });
    }
    ops.push(Op::EndTextSection);
    ops.push(ink(Ink::Black));
}
