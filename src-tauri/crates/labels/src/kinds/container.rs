//! The label of a tote, cage or pallet.

use super::{Captions, captioned, facts};
use crate::error::LabelError;
use crate::model::{Element, Label, Text};
use crate::symbols::{Place, Square, Strip, bars, matrix, own};
use barcodes::rs;
use barcodes::write::Level;

/// What a container's label says. Empty words leave their place empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContainerLabel {
    /// Its id: "T-0231".
    pub container: String,
    /// Where the units in it go, in words.
    pub disposition_words: String,
    /// Whose goods it takes.
    pub owner: String,
    /// The depot that it stands in.
    pub depot: String,
    /// Words before values.
    pub captions: Captions,
}

/// The container's label, 100 × 50 mm: `RS:T:<id>` as QR at up to 8 dots a module and as Code 128 at up to 4 dots.
///
/// Errors: an id that a bench would not take, or too long for Code 128 on this width (about 29 characters).
pub fn container_label(label: &ContainerLabel) -> Result<Label, LabelError> {
    let content = own(rs::container(&label.container))?;
    let square = Square { x_mm: 4.5, y_mm: 4.5, side_mm: 23.0, module_dots: &[8, 7, 6, 5, 4] };
    let strip = Strip {
        x_mm: 0.0,
        y_mm: 33.0,
        width_mm: 100.0,
        height_mm: 13.5,
        place: Place::Middle,
        module_dots: &[4, 3, 2],
    };
    let (left, room) = (32.0, 64.0);
    let owner = captioned(&label.captions.owner, &label.owner);
    Ok(Label {
        name: format!("container {}", label.container),
        width_mm: 100.0,
        height_mm: 50.0,
        elements: vec![
            Element::Matrix(matrix(&content, Level::M, &square)?),
            Element::Bars(bars(&content, &strip)?),
            Element::Text(
                Text::new(left, 14.0, 36.0, &label.container).bold().code().shrunk_within(room, 9.0),
            ),
            Element::Text(
                Text::new(left, 22.0, 18.0, &label.disposition_words).bold().shrunk_within(room, 9.0),
            ),
            Element::Text(
                Text::new(left, 27.6, 11.0, facts([owner, label.depot.clone()])).shrunk_within(room, 7.0),
            ),
        ],
    })
}
