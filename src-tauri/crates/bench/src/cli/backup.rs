//! `station backup` and `station restore`: a copy on a second drive, and back from it.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use records::{Backup, Options, Records};

use super::out::{Out, shown};
use super::{Outcome, failed};
use crate::seam::Coded;
use crate::settings::Settings;
use crate::upkeep;

/// Make a backup on a second folder or drive, and read it back
///
/// Runs beside a station at work. The folder holds one folder a station, with its photos once and the newest backups
/// of its database. Keep that drive as safe as the bench: the station's key is in it. With --json: the backup's own
/// description.
#[derive(Debug, Args)]
pub(super) struct MakeBackup {
    /// The backups' folder; without it, the one of station.json
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// How many are kept; without it, as station.json says, or 7
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

/// Put the newest backup back
///
/// What lies in the data folder is set aside in a folder of its own, never overwritten. Work goes on in an epoch of
/// the station's own with numbers from the reserve, and with the line head office gives back what the backup lacks.
/// The station must not be at work. With --json: {"backup", "aside", "photos", "photos_missing", "key", "epoch"}.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backups' folder, one station's folder in it, or one backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

impl MakeBackup {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let settings = Settings::load(data).map_err(|error| failed(error.code(), &error))?;
        let set = settings.keeping.backup;
        let folder = self.to.clone().or_else(|| set.as_ref().map(|set| set.folder.clone()));
        let Some(folder) = folder else {
            return Err(failed(
                "backup-folder-missing",
                &"name a folder with --to, or set one up in station.json",
            ));
        };
        let keep = self.keep.or_else(|| set.map(|set| set.keep)).unwrap_or(7);
        let now = Timestamp::now();
        let made = records::back_up(data, &folder, usize::try_from(keep).unwrap_or(usize::MAX), now)?;
        records::check_backup(&made)?;
        remember(data, now);
        if out.as_json {
            out.json(&made)?;
        } else {
            out.line(format_args!("{} in {}", described(&made), made.folder.display()))?;
        }
        Ok(Outcome::fine_if(made.photos_missing == 0))
    }
}

/// A station at work remembers only its own backups; where none is, this one counts.
fn remember(data: &Path, made: Timestamp) {
    let options = Options { program: "station backup".to_owned(), ..Options::default() };
    match Records::open(data, options).and_then(|mut records| upkeep::remember_backup(&mut records, Ok(made)))
    {
        Ok(()) => {}
        Err(error) => tracing::info!(code = error.code(), "the backup's time is not remembered"),
    }
}

impl Restore {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let options = Options { program: "station restore".to_owned(), ..Options::default() };
        let back = records::put_back(&self.from, data, options)?;
        if out.as_json {
            out.json(&back)?;
            return Ok(Outcome::fine_if(back.photos_missing == 0));
        }
        out.line(format_args!("put back: {}", described(&back.backup)))?;
        if let Some(aside) = &back.aside {
            out.line(format_args!("what was here lies in {}", aside.display()))?;
        }
        out.line(format_args!("{} photos copied, {} are nowhere", back.photos, back.photos_missing))?;
        if back.key {
            out.line("the station's key came from the backup")?;
        }
        out.line(format_args!("work goes on in epoch {}", back.epoch))?;
        Ok(Outcome::fine_if(back.photos_missing == 0))
    }
}

/// `LEJ2-B04 of 2026-11-22T10:15:00Z, epoch 1 up to 4318, 67 photos`
pub(super) fn described(backup: &Backup) -> String {
    let Backup { at, name, epoch, head, photos, photos_missing, .. } = backup;
    let missing = if *photos_missing == 0 { String::new() } else { format!(" ({photos_missing} missing)") };
    format!("{} of {at}, epoch {epoch} up to {}, {photos} photos{missing}", shown(name), head.seq)
}
