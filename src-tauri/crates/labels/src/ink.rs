//! Elements → what is inked: rectangles, outlines and glyphs, in millimetres from the top left.

use crate::error::LabelError;
use crate::model::{Anchor, Bars, Box, Element, GradeMark, Ink, Label, Matrix, Shape, Text};
use crate::text::{SetText, set};
use std::f64::consts::PI;

/// Something to ink. What comes later lies on top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// Black rectangles of one symbol or line.
    Areas(Vec<Area>),
    /// A black outline, filled by the even-odd rule.
    Outline(Vec<Ring>),
    /// Glyphs.
    Text(SetText),
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x_mm: f64,
    pub(crate) y_mm: f64,
    pub(crate) width_mm: f64,
    pub(crate) height_mm: f64,
}

/// A closed polygon.
pub(crate) type Ring = Vec<(f64, f64)>;

/// What a label inks.
pub(crate) fn marks(label: &Label) -> Result<Vec<Mark>, LabelError> {
    let mut marks = Vec::new();
    for element in &label.elements {
        match element {
            Element::Text(text) => marks.push(Mark::Text(set(text)?)),
            Element::Bars(bars) => marks.push(Mark::Areas(bar_areas(bars))),
            Element::Matrix(matrix) => marks.push(Mark::Areas(matrix_areas(matrix))),
            Element::Line(line) => marks.push(Mark::Areas(vec![Area {
                x_mm: line.x_mm,
                y_mm: line.y_mm,
                width_mm: line.width_mm,
                height_mm: line.height_mm,
            }])),
            Element::Box(edge) => marks.push(Mark::Areas(box_areas(edge))),
            Element::Shape(shape) => {
                marks.push(Mark::Outline(shape_rings(shape)));
                marks.push(Mark::Text(set(&shape_letter(shape))?));
            }
        }
    }
    Ok(marks)
}

fn bar_areas(bars: &Bars) -> Vec<Area> {
    let mut areas = Vec::new();
    let mut modules = 0_u32;
    for (place, width) in bars.widths.iter().enumerate() {
        if place % 2 == 0 {
            areas.push(Area {
                x_mm: bars.x_mm + f64::from(modules) * bars.module_mm,
                y_mm: bars.y_mm,
                width_mm: f64::from(*width) * bars.module_mm,
                height_mm: bars.height_mm,
            });
        }
        modules += u32::from(*width);
    }
    areas
}

/// One area for each run of dark modules in a row.
fn matrix_areas(matrix: &Matrix) -> Vec<Area> {
    let mut areas = Vec::new();
    for (y, row) in matrix.rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&true) {
                areas.push(Area {
                    x_mm: matrix.x_mm + x as f64 * matrix.module_mm,
                    y_mm: matrix.y_mm + y as f64 * matrix.module_mm,
                    width_mm: run.len() as f64 * matrix.module_mm,
                    height_mm: matrix.module_mm,
                });
            }
            x += run.len();
        }
    }
    areas
}

fn box_areas(edge: &Box) -> Vec<Area> {
    let Box { x_mm, y_mm, width_mm, height_mm, edge_mm } = *edge;
    let side_mm = height_mm - 2.0 * edge_mm;
    vec![
        Area { x_mm, y_mm, width_mm, height_mm: edge_mm },
        Area { x_mm, y_mm: y_mm + height_mm - edge_mm, width_mm, height_mm: edge_mm },
        Area { x_mm, y_mm: y_mm + edge_mm, width_mm: edge_mm, height_mm: side_mm },
        Area { x_mm: x_mm + width_mm - edge_mm, y_mm: y_mm + edge_mm, width_mm: edge_mm, height_mm: side_mm },
    ]
}

/// Corners of a grade's shape in a square of side 1, with the middle and radius of the circle that fits inside.
fn corners(grade: GradeMark) -> (Ring, (f64, f64), f64) {
    let regular = |count: u32, radius: f64, turn: f64| -> Ring {
        let corner = |number: u32| {
            let angle = 2.0 * PI * (f64::from(number) + turn) / f64::from(count);
            (0.5 + radius * angle.cos(), 0.5 + radius * angle.sin())
        };
        (0..count).map(corner).collect()
    };
    let middle = (0.5, 0.5);
    match grade {
        GradeMark::N => (regular(72, 0.5, 0.0), middle, 0.5),
        GradeMark::A => (vec![(0.04, 0.04), (0.96, 0.04), (0.96, 0.96), (0.04, 0.96)], middle, 0.46),
        GradeMark::B => (regular(4, 0.5, 0.0), middle, 0.5 / 2.0_f64.sqrt()),
        GradeMark::X => (regular(8, 0.52, 0.5), middle, 0.52 * (PI / 8.0).cos()),
        GradeMark::C => {
            let (middle, radius) = triangle_circle();
            (vec![(0.5, 0.04), (1.0, 0.92), (0.0, 0.92)], middle, radius)
        }
        GradeMark::D => {
            let ((x, y), radius) = triangle_circle();
            (vec![(0.0, 0.08), (1.0, 0.08), (0.5, 0.96)], (x, 1.0 - y), radius)
        }
    }
}

/// The circle inside the upward triangle: base 1, height 0.88, its base at 0.92.
fn triangle_circle() -> ((f64, f64), f64) {
    let (base, height) = (1.0_f64, 0.88_f64);
    let leg = (base * base / 4.0 + height * height).sqrt();
    let radius = base * height / (base + 2.0 * leg);
    ((0.5, 0.92 - radius), radius)
}

/// The outer ring and, but for X, the inner one: an edge of about a fourteenth of the side.
fn shape_rings(shape: &Shape) -> Vec<Ring> {
    const EDGE: f64 = 0.07;
    let (outer, middle, radius) = corners(shape.grade);
    let shrunk = (radius - EDGE) / radius;
    let place = |ring: &Ring, scale: f64| -> Ring {
        let at = |(x, y): &(f64, f64)| {
            let unit = (middle.0 + (x - middle.0) * scale, middle.1 + (y - middle.1) * scale);
            (shape.x_mm + unit.0 * shape.side_mm, shape.y_mm + unit.1 * shape.side_mm)
        };
        ring.iter().map(at).collect()
    };
    match shape.grade {
        GradeMark::X => vec![place(&outer, 1.0)],
        _ => vec![place(&outer, 1.0), place(&outer, shrunk)],
    }
}

/// The letter, its capital height centred on the middle of the inner circle.
fn shape_letter(shape: &Shape) -> Text {
    /// Height of Inter's capitals, in sizes.
    const CAPITAL: f64 = 0.7275;
    let (_, middle, radius) = corners(shape.grade);
    let capital_mm = (1.12 * radius).min(0.5) * shape.side_mm;
    let ink = if shape.grade == GradeMark::X { Ink::White } else { Ink::Black };
    Text::new(
        shape.x_mm + middle.0 * shape.side_mm,
        shape.y_mm + middle.1 * shape.side_mm + capital_mm / 2.0,
        capital_mm / CAPITAL * 72.0 / 25.4,
        shape.grade.letter(),
    )
    .bold()
    .anchored(Anchor::Centre)
    .inked(ink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn bars_and_spaces_alternate_and_start_with_a_bar() {
        let bars = Bars {
            x_mm: 1.0,
            y_mm: 2.0,
            height_mm: 5.0,
            module_mm: 0.25,
            widths: vec![2, 1, 3],
            content: "x".to_owned(),
        };
        let seen: Vec<(f64, f64)> = bar_areas(&bars).iter().map(|area| (area.x_mm, area.width_mm)).collect();
        assert_eq!(seen, [(1.0, 0.5), (1.75, 0.75)]);
        assert_eq!(bars.width_mm(), 1.5);
    }

    #[test]
    fn dark_modules_side_by_side_are_one_area() {
        let matrix = Matrix {
            x_mm: 0.0,
            y_mm: 0.0,
            module_mm: 1.0,
            rows: vec![vec![true, true, false, true], vec![false; 4]],
            content: "x".to_owned(),
        };
        let seen: Vec<(f64, f64)> =
            matrix_areas(&matrix).iter().map(|area| (area.x_mm, area.width_mm)).collect();
        assert_eq!(seen, [(0.0, 2.0), (3.0, 1.0)]);
    }

    #[rstest]
    #[case(GradeMark::N, 72)]
    #[case(GradeMark::A, 4)]
    #[case(GradeMark::B, 4)]
    #[case(GradeMark::C, 3)]
    #[case(GradeMark::D, 3)]
    #[case(GradeMark::X, 8)]
    fn each_grade_has_its_own_shape_inside_its_square(#[case] grade: GradeMark, #[case] count: usize) {
        let shape = Shape { x_mm: 10.0, y_mm: 20.0, side_mm: 8.0, grade };
        let rings = shape_rings(&shape);
        assert_eq!(rings.first().unwrap().len(), count);
        assert!(rings.iter().flatten().all(|(x, y)| (10.0..=18.0).contains(x) && (20.0..=28.0).contains(y)));
        assert_eq!(shape_letter(&shape).text, grade.letter());
        assert_eq!(GradeMark::from_letter(grade.letter()), Some(grade));
    }
}
