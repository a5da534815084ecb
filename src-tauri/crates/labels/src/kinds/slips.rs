//! What people carry: the return label of a customer, the badge of an operator.

use super::{Captions, captioned};
use crate::error::LabelError;
use crate::model::{Box, Element, Label, Text, dots};
use crate::symbols::{Square, matrix, own};
use barcodes::rs;
use barcodes::write::Level;

/// What a return label says. No name, no address: the code is all that the dock needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReturnLabel {
    /// The signed token in base45, as head office made it, spaces included.
    pub token: String,
    /// Number of the return authorisation.
    pub rma: String,
    /// Whose goods they are.
    pub owner: String,
    /// Last day, as it is to be read.
    pub valid_until: String,
    /// What to do with the label, in the customer's language.
    pub note: String,
    /// Words before values.
    pub captions: Captions,
}

/// The return label, 100 × 50 mm: `RS:R:<token>` as QR (149 characters: version 6, level M) at 3 to 6 dots a module.
///
/// Errors: a token that is not base45, or does not fit at 3 dots.
pub fn return_label(label: &ReturnLabel) -> Result<Label, LabelError> {
    let content = own(rs::return_label(&label.token))?;
    let square = Square { x_mm: 4.5, y_mm: 9.0, side_mm: 36.0, module_dots: &[6, 5, 4, 3] };
    let code = matrix(&content, Level::M, &square)?;
    let left = code.x_mm + code.width_mm() + 5.0;
    let room = 96.0 - left;
    let rma = captioned(&label.captions.rma, &label.rma);
    let valid_until = captioned(&label.captions.valid_until, &label.valid_until);
    Ok(Label {
        name: format!("return {}", label.rma),
        width_mm: 100.0,
        height_mm: 50.0,
        elements: vec![
            Element::Matrix(code),
            Element::Text(Text::new(left, 13.6, 18.0, &label.owner).bold().shrunk_within(room, 8.0)),
            Element::Text(Text::new(left, 20.4, 13.0, rma).bold().code().shrunk_within(room, 7.0)),
            Element::Text(Text::new(left, 26.0, 10.0, valid_until).shrunk_within(room, 7.0)),
            Element::Text(Text::new(left, 32.2, 8.0, &label.note).within(room).lines(3)),
        ],
    })
}

/// What an operator's badge says. Initials, no name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperatorBadge {
    /// What the badge's code carries after `RS:O:`.
    pub badge: String,
    /// "KW".
    pub initials: String,
    /// "Grader".
    pub role: String,
    /// "LEJ2".
    pub depot: String,
}

/// The badge, the size of a bank card (ISO/IEC 7810 ID-1, 85.6 × 54 mm): `RS:O:<badge>` as QR.
///
/// Errors: a badge that a bench would not take.
pub fn operator_badge(badge: &OperatorBadge) -> Result<Label, LabelError> {
    let content = own(rs::operator(&badge.badge))?;
    let square = Square { x_mm: 6.5, y_mm: 11.0, side_mm: 32.0, module_dots: &[11, 10, 9, 8, 7, 6, 5] };
    let code = matrix(&content, Level::Q, &square)?;
    let left = code.x_mm + code.width_mm() + 7.0;
    let room = 80.0 - left;
    Ok(Label {
        name: format!("badge {}", badge.badge),
        width_mm: 85.6,
        height_mm: 54.0,
        elements: vec![
            Element::Box(Box { x_mm: 1.0, y_mm: 1.0, width_mm: 83.6, height_mm: 52.0, edge_mm: dots(2) }),
            Element::Matrix(code),
            Element::Text(Text::new(left, 23.0, 40.0, &badge.initials).bold().shrunk_within(room, 12.0)),
            Element::Text(Text::new(left, 31.0, 14.0, &badge.role).shrunk_within(room, 8.0)),
            Element::Text(Text::new(left, 38.0, 14.0, &badge.depot).bold().code().shrunk_within(room, 8.0)),
        ],
    })
}
