//! From a unit to its labels: pictures for the screen, PDF for the printer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use labels::{Captions, DispositionLabel, Label, LpnLabel};
use records::Records;
use returns::codes::LabelKind;
use returns::unit;

use crate::seam::Coded;
use crate::words;

/// Dots to the inch of label printers.
const DPI: f64 = labels::model::PRINTER_DPI;

/// The label that a unit has now.
pub(crate) fn label(records: &Records, state: &unit::State, kind: LabelKind) -> Result<Label, Coded> {
    let title = state.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten().map(|item| item.title);
    let station = records.enrolment().map(|enrolment| enrolment.name.clone()).unwrap_or_default();
    let lpn = state.lpn.map(|lpn| lpn.digits()).unwrap_or_default();
    let received = state.received.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let made = match kind {
        LabelKind::Lpn => labels::lpn_label(&LpnLabel {
            lpn,
            station,
            title: title.unwrap_or_default(),
            received,
            captions: Captions::default(),
        }),
        LabelKind::Disposition => labels::disposition_label(&DispositionLabel {
            lpn,
            print_number: state.label.print,
            product: title.unwrap_or_default(),
            grade: state.grade().map(|grade| grade.to_string()).unwrap_or_default(),
            disposition_words: state.disposition().map(words::disposition).unwrap_or_default(),
            owner: state.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
            station,
            date: received,
            container_hint: String::new(),
            captions: Captions::default(),
        }),
    };
    made.map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))
}

/// The label as PDF.
pub(crate) fn pdf(label: &Label) -> Result<Vec<u8>, Coded> {
    labels::to_pdf(std::slice::from_ref(label))
        .map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))
}

/// The label as a PNG data address.
pub(crate) fn preview(records: &Records, state: &unit::State, kind: LabelKind) -> Result<String, Coded> {
    let label = label(records, state, kind)?;
    let png = labels::to_png(&label, DPI);
    let png = png.map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))?;
    Ok(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png)))
}
