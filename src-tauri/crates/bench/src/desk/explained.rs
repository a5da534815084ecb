//! Why every row of the policy did or did not fire, and the evidence pack.

use returns::ids::UnitId;
use returns::policy::RowAnswer;
use returns::unit;

use super::review::in_question;
use super::views::money;
use super::{Coded, Desk, coded};
use crate::seam::{ExplainedRow, ExplainedView, PackView};

/// Folder of the packs within the data folder.
const PACKS: &str = "packs";
/// Digits of a policy's hash that are shown.
const HASH_DIGITS: usize = 12;

impl Desk {
    /// The policy row by row: for what was decided, with what was seen then and by the policy that decided; for a unit that
    /// nobody has decided about, with what is known now.
    pub(super) fn explain_unit(&self, unit: UnitId) -> Result<ExplainedView, Coded> {
        let draft = self.draft(unit)?;
        if self.veiled(&draft.state) {
            return Err(coded("blind-first", []));
        }
        let decided = in_question(&draft.state);
        let then = match decided {
            Some(of) => self.records().policy_of(of.policy_number, &of.policy_hash)?,
            None => None,
        };
        let policy =
            then.or_else(|| draft.known.policy.clone()).ok_or_else(|| coded("policy-missing", []))?;
        let (inputs, tier) = match decided {
            Some(decided) => (Some(decided.inputs.clone()), decided.tier.clone()),
            None => {
                let tier = draft.known.rma.as_ref().and_then(|rma| rma.tier.clone());
                (unit::inputs(&draft.state, &draft.facts()), tier)
            }
        };
        let inputs = inputs.ok_or_else(|| {
            let stage = draft.state.stage.map(|stage| stage.to_string()).unwrap_or_default();
            coded("wrong-stage", [("stage", stage)])
        })?;
        let explained = policy.explain(&inputs, tier.as_ref());
        Ok(ExplainedView {
            policy: format!("P-{}", policy.policy.number),
            hash: policy.hash.to_string().chars().take(HASH_DIGITS).collect(),
            inputs: explained.facts,
            rows: explained.rows.into_iter().map(row).collect(),
            ranking: explained
                .ranking
                .into_iter()
                .map(|(disposition, recovered)| (disposition, recovered.map(money)))
                .collect(),
        })
    }

    /// Writes everything about a unit into one file that anybody can verify.
    pub(super) fn evidence_pack(&self, unit: UnitId) -> Result<PackView, Coded> {
        self.actor()?;
        let records = self.records();
        let state = records.unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        drop(records);
        if self.veiled(&state) {
            return Err(coded("blind-first", []));
        }
        let records = self.records();
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

fn row(answer: RowAnswer) -> ExplainedRow {
    ExplainedRow {
        row: answer.row.to_string(),
        layer: kebab(answer.layer.as_str()),
        answer: kebab(answer.answer.as_str()),
        cell: answer.cell.map(|cell| (cell.column, cell.asked, cell.has)),
    }
}

/// A stored code as the seam writes it.
fn kebab(code: &str) -> String {
    code.to_lowercase().replace('_', "-")
}
