//! Content → symbols at their place on a label. The only place that asks `barcodes` for modules and bars.

use crate::error::LabelError;
use crate::model::{Bars, Matrix, dots, on_dot};
use barcodes::rs;
use barcodes::write::{Level, code128, qr};

/// Lets only such codes onto a label as the bench takes when they are scanned.
pub(crate) fn own(content: String) -> Result<String, LabelError> {
    match rs::parse(&content) {
        Some(Ok(_)) => Ok(content),
        Some(Err(problem)) => Err(LabelError::Refused { content, problem: Some(problem) }),
        None => Err(LabelError::Refused { content, problem: None }),
    }
}

/// Light modules that Code 128 needs at either side (ISO/IEC 15417, 4.3.3).
const BARS_QUIET: f64 = 10.0;

/// Where a symbol stands in a strip that is wider than it.
pub(crate) enum Place {
    /// At the left, behind the quiet zone of the widest modules: symbols below each other start in one line.
    Left,
    /// In the middle.
    Middle,
}

/// Where a one-dimensional symbol may stand, quiet zones included.
pub(crate) struct Strip {
    pub(crate) x_mm: f64,
    pub(crate) y_mm: f64,
    pub(crate) width_mm: f64,
    pub(crate) height_mm: f64,
    pub(crate) place: Place,
    /// Widths of a module to try, in printer dots, the widest first.
    pub(crate) module_dots: &'static [u32],
}

/// A Code 128 symbol in its strip, at the widest modules that fit.
pub(crate) fn bars(content: &str, strip: &Strip) -> Result<Bars, LabelError> {
    let symbol =
        code128(content).map_err(|source| LabelError::Symbol { content: content.to_owned(), source })?;
    let modules = symbol.modules() as f64;
    let module_mm = strip
        .module_dots
        .iter()
        .map(|count| dots(*count))
        .find(|module_mm| (modules + 2.0 * BARS_QUIET) * module_mm <= strip.width_mm)
        .ok_or_else(|| LabelError::SymbolTooWide { content: content.to_owned() })?;
    let before_mm = match strip.place {
        Place::Left => BARS_QUIET * strip.module_dots.first().map_or(module_mm, |widest| dots(*widest)),
        Place::Middle => (strip.width_mm - modules * module_mm) / 2.0,
    };
    Ok(Bars {
        x_mm: on_dot(strip.x_mm + before_mm),
        y_mm: on_dot(strip.y_mm),
        height_mm: on_dot(strip.height_mm),
        module_mm,
        widths: symbol.widths().to_vec(),
        content: content.to_owned(),
    })
}

/// Where a two-dimensional symbol may stand, quiet zone not included.
pub(crate) struct Square {
    pub(crate) x_mm: f64,
    pub(crate) y_mm: f64,
    pub(crate) side_mm: f64,
    /// Sides of a module to try, in printer dots, the largest first.
    pub(crate) module_dots: &'static [u32],
}

/// A QR code in the upper left corner of its square.
pub(crate) fn matrix(content: &str, level: Level, square: &Square) -> Result<Matrix, LabelError> {
    let symbol = qr(content.as_bytes(), level)
        .map_err(|source| LabelError::Symbol { content: content.to_owned(), source })?;
    let module_mm = square
        .module_dots
        .iter()
        .map(|count| dots(*count))
        .find(|module_mm| symbol.width() as f64 * module_mm <= square.side_mm)
        .ok_or_else(|| LabelError::SymbolTooWide { content: content.to_owned() })?;
    let rows =
        (0..symbol.height()).map(|y| (0..symbol.width()).map(|x| symbol.dark(x, y)).collect()).collect();
    Ok(Matrix {
        x_mm: on_dot(square.x_mm),
        y_mm: on_dot(square.y_mm),
        module_mm,
        rows,
        content: content.to_owned(),
    })
}
