//! From a unit to its labels: pictures for the screen, PDF for the printer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use labels::{Captions, ContentsList, ContentsRow, DispositionLabel, Label, LpnLabel};
use records::Records;
use returns::codes::LabelKind;
use returns::ids::ContainerId;
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

/// The contents list of a container as it is now.
pub(crate) fn contents(records: &Records, id: ContainerId, made: Timestamp) -> Result<Vec<Label>, Coded> {
    let state = records.container(&id)?.ok_or_else(|| crate::desk::coded("container-unknown", []))?;
    let mut rows = Vec::new();
    for unit in &state.units {
        let of_unit = records.unit(unit)?.unwrap_or_default();
        let item = of_unit.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
        rows.push(ContentsRow {
            lpn: of_unit.lpn.map(|lpn| lpn.digits()).unwrap_or_default(),
            title: item.map(|item| item.title).unwrap_or_default(),
            sku: of_unit.sku.as_ref().map(ToString::to_string).unwrap_or_default(),
            serial: of_unit.serial.as_ref().map(ToString::to_string).unwrap_or_default(),
            grade: of_unit.grade().map(|grade| grade.to_string()).unwrap_or_default(),
        });
    }
    rows.sort_by(|a, b| a.lpn.cmp(&b.lpn));
    let station = records.enrolment().map(|enrolment| enrolment.name.clone()).unwrap_or_default();
    let list = ContentsList {
        container: state.code.as_ref().map(ToString::to_string).unwrap_or_default(),
        disposition_words: state.disposition.map(words::disposition).unwrap_or_default(),
        owner: state.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
        made: format!("{station}  {}", made.strftime("%Y-%m-%d %H:%M")),
        count_words: words::units(rows.len()),
        tracking: String::new(),
        rows,
        captions: Captions::default(),
    };
    labels::contents_list(&list)
        .map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))
}

/// Labels, or the pages of a list, as PDF.
pub(crate) fn pdf(labels: &[Label]) -> Result<Vec<u8>, Coded> {
    labels::to_pdf(labels).map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))
}

/// The label as a PNG data address.
pub(crate) fn preview(records: &Records, state: &unit::State, kind: LabelKind) -> Result<String, Coded> {
    let label = label(records, state, kind)?;
    let png = labels::to_png(&label, DPI);
    let png = png.map_err(|error| crate::desk::coded(error.code(), [("detail", error.to_string())]))?;
    Ok(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png)))
}
