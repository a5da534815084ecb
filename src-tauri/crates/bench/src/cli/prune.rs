//! `station prune`: photos go from this disk that head office has durably.

use std::path::Path;

use clap::Args;
use records::{Prunable, Records};
use serde_json::json;

use super::out::Out;
use super::{Outcome, failed, sync};
use crate::seam::Coded;
use crate::settings::Settings;

/// Photos at a time.
const AT_ONCE: usize = 500;

/// Let photos go from this disk that head office has durably
///
/// A photo goes when its unit is finished, head office has held it for the days that `keeping.photo_days` names (at least
/// 35, counted by head office's clock), and a verified backup of head office has it. Event, hash and small picture stay; who
/// looks at it later gets it back over the line. A station at work does this by itself. The station must not be at work,
/// but for --dry-run. With --json: {"photos", "bytes", "dry_run"}.
#[derive(Debug, Args)]
pub(super) struct Prune {
    /// Only count what may go
    #[arg(long)]
    dry_run: bool,
}

impl Prune {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let settings = Settings::load(data).map_err(|error| failed(error.code(), &error))?;
        let days = settings.keeping.photo_days.unwrap_or(records::KEPT_AT_LEAST_DAYS);
        let gone = if self.dry_run {
            Records::open_read_only(data)?.prunable(days)?
        } else {
            let mut records = sync::open(data, "station prune")?;
            let mut all = Prunable::default();
            loop {
                let gone = records.prune_photos(days, AT_ONCE)?;
                all.photos += gone.photos;
                all.bytes += gone.bytes;
                if gone.photos == 0 {
                    break all;
                }
            }
        };
        let Prunable { photos, bytes } = gone;
        if out.as_json {
            out.json(&json!({ "photos": photos, "bytes": bytes, "dry_run": self.dry_run }))?;
        } else {
            let may = if self.dry_run { "may go" } else { "went" };
            out.line(format_args!("{photos} photos {may}, {} MiB", bytes.div_ceil(1 << 20)))?;
        }
        Ok(Outcome::Fine)
    }
}
