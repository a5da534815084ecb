//! The two labels of a unit: its number at receipt, and its disposition.

use super::{Captions, captioned, facts};
use crate::error::LabelError;
use crate::model::{Anchor, Element, GradeMark, Label, Line, Shape, Text, dots};
use crate::symbols::{Place, Square, Strip, bars, matrix, own};
use barcodes::rs;
use barcodes::write::Level;

/// What an LPN label says. Empty words leave their place empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LpnLabel {
    /// Twelve digits.
    pub lpn: String,
    /// Station that gave the number: "LEJ2-B04".
    pub station: String,
    /// What the unit is, as far as known at receipt.
    pub title: String,
    /// Day of receipt, as it is to be read: "21 Nov 2026".
    pub received: String,
    /// Words before values.
    pub captions: Captions,
}

/// The LPN label, 51 × 25 mm: `RS:U:<LPN>` as Code 128 at 2 dots a module and as QR at 4 dots, the number 5-5-2.
///
/// Errors: an LPN that is not twelve digits, or whose check digits do not fit.
pub fn lpn_label(label: &LpnLabel) -> Result<Label, LabelError> {
    let shown = shown_lpn(&label.lpn)?;
    let content = own(rs::unit(&label.lpn))?;
    let strip = Strip {
        x_mm: 0.0,
        y_mm: 1.5,
        width_mm: 51.0,
        height_mm: 7.5,
        place: Place::Middle,
        module_dots: &[2],
    };
    let square = Square { x_mm: 4.0, y_mm: 11.6, side_mm: 10.6, module_dots: &[4] };
    let (left, room) = (17.0, 32.6);
    let received = captioned(&label.captions.received, &label.received);
    Ok(Label {
        name: format!("lpn {}", label.lpn),
        width_mm: 51.0,
        height_mm: 25.0,
        elements: vec![
            Element::Bars(bars(&content, &strip)?),
            Element::Matrix(matrix(&content, Level::M, &square)?),
            Element::Text(Text::new(left, 14.0, 13.0, shown).bold().code().shrunk_within(room, 9.0)),
            Element::Text(Text::new(left, 17.3, 7.0, &label.title).within(room).lines(2)),
            Element::Text(
                Text::new(left, 23.4, 6.5, facts([label.station.clone(), received])).shrunk_within(room, 5.0),
            ),
        ],
    })
}

/// What a disposition label says. Empty words leave their place empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DispositionLabel {
    /// Twelve digits.
    pub lpn: String,
    /// Which print of this unit's disposition label it is, from 1.
    pub print_number: u32,
    /// What the unit is.
    pub product: String,
    /// The grade's letter: N, A, B, C, D or X; empty: no grade.
    pub grade: String,
    /// Where the unit goes, in words: "Restock as B".
    pub disposition_words: String,
    /// Whose goods they are.
    pub owner: String,
    /// Station that decided: "LEJ2-B04".
    pub station: String,
    /// Day of the decision, as it is to be read.
    pub date: String,
    /// The container that waits for it: "T-0231".
    pub container_hint: String,
    /// Words before values.
    pub captions: Captions,
}

/// The disposition label, 100 × 50 mm: its own code `RS:U:<LPN>/<print number>` as QR at 6 dots a module and as
/// Code 128 at 3 dots. Whichever of the two is scanned back confirms this print and no other.
///
/// Errors: an LPN that is not twelve digits, or whose check digits do not fit; a print number 0; a grade that there is
/// not.
pub fn disposition_label(label: &DispositionLabel) -> Result<Label, LabelError> {
    let shown = shown_lpn(&label.lpn)?;
    let content = own(rs::disposition_label(&label.lpn, label.print_number))?;
    let square = Square { x_mm: 4.0, y_mm: 4.0, side_mm: 22.0, module_dots: &[6, 5, 4] };
    let strip = Strip {
        x_mm: 0.0,
        y_mm: 36.0,
        width_mm: 100.0,
        height_mm: 10.5,
        place: Place::Middle,
        module_dots: &[3, 2],
    };
    let (left, right) = (27.0, 96.0);
    let mut elements =
        vec![Element::Matrix(matrix(&content, Level::Q, &square)?), Element::Bars(bars(&content, &strip)?)];
    let beside_grade = match label.grade.as_str() {
        "" => right - left,
        letter => {
            let grade = GradeMark::from_letter(letter)
                .ok_or_else(|| LabelError::Grade { grade: letter.to_owned() })?;
            elements.push(Element::Shape(Shape { x_mm: right - 15.0, y_mm: 3.6, side_mm: 15.0, grade }));
            right - left - 17.0
        }
    };
    let owner = captioned(&label.captions.owner, &label.owner);
    let whose = facts([owner, label.station.clone(), label.date.clone()]);
    let (hint_room, rule) = (if label.container_hint.is_empty() { 0.0 } else { 26.0 }, dots(2));
    elements.extend([
        Element::Text(
            Text::new(left, 11.2, 26.0, &label.disposition_words).bold().shrunk_within(beside_grade, 11.0),
        ),
        Element::Text(Text::new(left, 18.2, 15.0, shown).bold().code().shrunk_within(beside_grade, 10.0)),
        Element::Text(Text::new(left, 23.6, 10.0, &label.product).within(right - left).lines(2)),
        Element::Line(Line { x_mm: 4.0, y_mm: 29.6, width_mm: right - 4.0, height_mm: rule }),
        Element::Text(Text::new(4.0, 33.9, 9.5, whose).shrunk_within(right - 4.0 - hint_room, 7.0)),
        Element::Text(
            Text::new(right, 34.1, 12.0, &label.container_hint)
                .bold()
                .code()
                .anchored(Anchor::End)
                .shrunk_within(24.0, 7.0),
        ),
    ]);
    Ok(Label {
        name: format!("disposition {}-{}", label.lpn, label.print_number),
        width_mm: 100.0,
        height_mm: 50.0,
        elements,
    })
}

/// An LPN as a person reads it, 5-5-2: "04173-39270-88".
///
/// Errors: not twelve digits.
pub fn shown_lpn(lpn: &str) -> Result<String, LabelError> {
    let parts = lpn.get(..5).zip(lpn.get(5..10)).zip(lpn.get(10..));
    match parts {
        Some(((block, counter), check))
            if lpn.len() == 12 && lpn.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Ok(format!("{block}-{counter}-{check}"))
        }
        _ => Err(LabelError::Lpn { lpn: lpn.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn an_lpn_is_shown_5_5_2() {
        assert_eq!(shown_lpn("041733927088").unwrap(), "04173-39270-88");
    }

    #[rstest]
    #[case("")]
    #[case("04173392700")]
    #[case("0417339270881")]
    #[case("04173-392702")]
    #[case("ééé123456")]
    fn what_is_no_lpn_gets_no_label(#[case] lpn: &str) {
        let refused = lpn_label(&LpnLabel { lpn: lpn.to_owned(), ..LpnLabel::default() });
        assert_eq!(refused.unwrap_err().code(), "label-lpn");
    }

    #[test]
    fn an_unknown_grade_gets_no_label() {
        let label = DispositionLabel {
            lpn: "041733927088".to_owned(),
            print_number: 1,
            grade: "E".to_owned(),
            ..Default::default()
        };
        assert_eq!(disposition_label(&label).unwrap_err().code(), "label-grade");
    }
}
