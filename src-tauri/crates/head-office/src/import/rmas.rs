//! Return authorisations.

use std::collections::BTreeSet;
use std::path::Path;

use returns::rma::Rma;

use super::rows::{list, refused};
use super::{RefusedRow, Verdict};
use crate::error::HeadOfficeError;
use crate::labels;
use crate::office::HeadOffice;

pub fn import(
    office: &HeadOffice,
    file: &Path,
    bytes: &[u8],
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let (rows, bad) = list::<Rma>(file, bytes);
    verdict.refused.extend(bad);
    let mut numbers = BTreeSet::new();
    for (row, rma) in rows {
        let fault = if numbers.insert(rma.number.clone()) {
            fault(file, row, &rma)
        } else {
            Some(refused(file, row, "number", "row-twice", &format!("{} is there twice", rma.number)))
        };
        match fault {
            Some(fault) => verdict.refused.push(fault),
            None => {
                office.store().import_rma(&rma)?;
                verdict.imported.rmas += 1;
            }
        }
    }
    Ok(())
}

fn fault(file: &Path, row: usize, rma: &Rma) -> Option<RefusedRow> {
    if let Some(label) = &rma.label
        && labels::label_number(label).is_none()
    {
        return Some(refused(file, row, "label", "label-id-unusable", "a label id is a number from 1"));
    }
    let mut ids = BTreeSet::new();
    for (at, line) in rma.lines.iter().enumerate() {
        if !ids.insert(&line.id) {
            let cell = format!("lines[{at}].id");
            return Some(refused(file, row, &cell, "row-twice", &format!("line {} is there twice", line.id)));
        }
        if line.authorised > line.requested {
            let cell = format!("lines[{at}].authorised");
            return Some(refused(
                file,
                row,
                &cell,
                "more-authorised-than-requested",
                "more than was requested",
            ));
        }
    }
    None
}
