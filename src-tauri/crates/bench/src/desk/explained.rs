//! Why every row of the policy did or did not fire, and the evidence pack.

use returns::ids::UnitId;

use super::{Coded, Desk, coded};
use crate::seam::{ExplainedView, PackView};

/// Folder of the packs within the data folder.
const PACKS: &str = "packs";

impl Desk {
    /// The policy row by row: for what was decided, with what was seen then and by the policy that decided; for a unit that
    /// nobody has decided about, with what is known now.
    pub(super) fn explain_unit(&self, unit: UnitId) -> Result<ExplainedView, Coded> {
        let draft = self.draft(unit)?;
        if self.veiled(&draft.state) {
            return Err(coded("blind-first", []));
        }
        Err(coded("command-not-now", []))
    }

    /// Writes everything about a unit into one file that anybody can verify.
    pub(super) fn evidence_pack(&self, unit: UnitId) -> Result<PackView, Coded> {
        self.actor()?;
        let records = self.records();
        let state = records.unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        let lpn = super::views::lpn(&state);
        let name = if lpn.is_empty() { unit.to_string() } else { lpn };
        let folder = records.dir().join(PACKS);
        std::fs::create_dir_all(&folder)
            .map_err(|error| coded("file-failed", [("detail", error.to_string())]))?;
        let made = records.evidence_pack(unit, &folder.join(format!("{name}.evidence.zip")))?;
        Ok(PackView {
            path: made.path.display().to_string(),
            events: made.events,
            photos: made.photos,
            sha256: made.sha256.to_string(),
        })
    }
}
