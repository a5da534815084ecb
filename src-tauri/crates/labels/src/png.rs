//! A label → grey pixels, for the screen and for tests. At the printer's resolution a pixel is a dot.

use crate::error::LabelError;
use crate::fonts::Font;
use crate::ink::{Area, Mark, Ring, marks};
use crate::model::{Ink, Label};
use crate::text::SetText;
use image::{GrayImage, ImageFormat, Luma};
use rustybuzz::Face;
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Cursor;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

const MAX_PIXELS: f64 = 64_000_000.0;

/// Draws a label in grey, 255 white. Edges of symbols and lines lie on whole pixels, so that at 203 dpi the picture is
/// what a label printer prints.
///
/// Errors: a size or resolution out of bounds.
pub fn to_luma(label: &Label, dpi: f64) -> Result<GrayImage, LabelError> {
    let mut canvas = Canvas::new(label, dpi)?;
    for mark in marks(label)? {
        match &mark {
            Mark::Areas(areas) => areas.iter().for_each(|area| canvas.area(area)),
            Mark::Outline(rings) => canvas.outline(rings),
            Mark::Text(text) => canvas.text(text)?,
        }
    }
    Ok(canvas.into_luma())
}

/// Draws a label as a grey PNG.
///
/// Errors: as [`to_luma`].
pub fn to_png(label: &Label, dpi: f64) -> Result<Vec<u8>, LabelError> {
    let mut bytes = Cursor::new(Vec::new());
    to_luma(label, dpi)?.write_to(&mut bytes, ImageFormat::Png).map_err(LabelError::Png)?;
    Ok(bytes.into_inner())
}

struct Canvas {
    pixels: Pixmap,
    pixels_per_mm: f64,
    faces: BTreeMap<Font, Face<'static>>,
}

impl Canvas {
    fn new(label: &Label, dpi: f64) -> Result<Self, LabelError> {
        let size = || LabelError::Size { width_mm: label.width_mm, height_mm: label.height_mm, dpi };
        let pixels_per_mm = dpi / 25.4;
        let (width, height) =
            ((label.width_mm * pixels_per_mm).ceil(), (label.height_mm * pixels_per_mm).ceil());
        let drawable = (25.0..=1200.0).contains(&dpi)
            && [label.width_mm, label.height_mm].iter().all(|mm| (1.0..=1000.0).contains(mm))
            && width * height <= MAX_PIXELS;
        if !drawable {
            return Err(size());
        }
        let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(size)?;
        pixels.fill(Color::WHITE);
        Ok(Self { pixels, pixels_per_mm, faces: BTreeMap::new() })
    }

    fn area(&mut self, area: &Area) {
        let edge = |mm: f64| (mm * self.pixels_per_mm).round() as f32;
        let (left, top) = (edge(area.x_mm), edge(area.y_mm));
        // A line thinner than a pixel still shows.
        let right = edge(area.x_mm + area.width_mm).max(left + 1.0);
        let bottom = edge(area.y_mm + area.height_mm).max(top + 1.0);
        if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
            let paint = Paint { anti_alias: false, ..paint(Ink::Black) };
            self.pixels.fill_rect(rect, &paint, Transform::identity(), None);
        }
    }

    fn outline(&mut self, rings: &[Ring]) {
        let mut path = PathBuilder::new();
        for ring in rings {
            for (number, (x, y)) in ring.iter().enumerate() {
                match number {
                    0 => path.move_to(*x as f32, *y as f32),
                    _ => path.line_to(*x as f32, *y as f32),
                }
            }
            path.close();
        }
        if let Some(path) = path.finish() {
            let scale = self.pixels_per_mm as f32;
            let transform = Transform::from_scale(scale, scale);
            self.pixels.fill_path(&path, &paint(Ink::Black), FillRule::EvenOdd, transform, None);
        }
    }

    fn text(&mut self, text: &SetText) -> Result<(), LabelError> {
        for glyph in &text.glyphs {
            let face = match self.faces.entry(glyph.font) {
                Entry::Occupied(held) => held.into_mut(),
                Entry::Vacant(free) => free.insert(glyph.font.face()?),
            };
            let mut outline = GlyphOutline(PathBuilder::new());
            face.outline_glyph(GlyphId(glyph.id), &mut outline);
            let Some(path) = outline.0.finish() else { continue };
            let scale = (text.em_mm * self.pixels_per_mm / f64::from(face.units_per_em())) as f32;
            let x = (glyph.x_mm * self.pixels_per_mm) as f32;
            let y = (glyph.y_mm * self.pixels_per_mm) as f32;
            let transform = Transform::from_row(scale, 0.0, 0.0, -scale, x, y);
            self.pixels.fill_path(&path, &paint(text.ink), FillRule::Winding, transform, None);
        }
        Ok(())
    }

    fn into_luma(self) -> GrayImage {
        let mut picture = GrayImage::new(self.pixels.width(), self.pixels.height());
        for (to, from) in picture.pixels_mut().zip(self.pixels.pixels()) {
            *to = Luma([from.red()]);
        }
        picture
    }
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(match ink {
        Ink::Black => Color::BLACK,
        Ink::White => Color::WHITE,
    });
    paint
}

struct GlyphOutline(PathBuilder);

impl OutlineBuilder for GlyphOutline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Element, GradeMark, Shape};
    use rstest::rstest;

    /// Share of the shape's square that is dark: X is a black octagon with a white letter, the others are edges.
    #[rstest]
    #[case(GradeMark::N, 0.25, 0.50)]
    #[case(GradeMark::A, 0.25, 0.50)]
    #[case(GradeMark::B, 0.20, 0.45)]
    #[case(GradeMark::C, 0.15, 0.40)]
    #[case(GradeMark::D, 0.15, 0.40)]
    #[case(GradeMark::X, 0.55, 0.82)]
    fn a_grade_is_an_edge_and_a_letter(#[case] grade: GradeMark, #[case] least: f64, #[case] most: f64) {
        let shape = Element::Shape(Shape { x_mm: 0.0, y_mm: 0.0, side_mm: 15.0, grade });
        let label = Label { name: String::new(), width_mm: 15.0, height_mm: 15.0, elements: vec![shape] };
        let picture = to_luma(&label, 203.0).unwrap();
        let dark = picture.pixels().filter(|pixel| pixel.0 < [128]).count();
        let share = dark as f64 / f64::from(picture.width() * picture.height());
        assert!((least..most).contains(&share), "{share}");
    }
}
