//! How the records are kept: room, witness, backups, what was made anew, and what nobody has seen yet.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use records::{Keyring, Records, RecordsError, SecretIn, Secrets};

use super::super::backup::described;
use super::{Finding, Level};
use crate::cli::failed;
use crate::seam::{Coded, Say};
use crate::settings::Settings;
use crate::words;

/// A reserve smaller than this on the disk is none.
const RESERVE: &str = "space.reserve";
/// Incidents that are named.
const NAMED: usize = 5;

/// What the settings ask for, and whether it is so.
pub(super) fn keeping(records: &Records, data: &Path, now: Timestamp) -> Vec<Finding> {
    let keeping = match Settings::load(data) {
        Ok(settings) => settings.keeping,
        // The devices' lines say what is wrong with the file.
        Err(_) => return Vec::new(),
    };
    let mut findings = Vec::new();
    let wanted = u64::from(keeping.reserve_mib) << 20;
    let held = std::fs::metadata(data.join(RESERVE)).map_or(0, |file| file.len());
    findings.push(match () {
        () if wanted == 0 => Finding::ok("reserve-none", "no room is kept for a full disk"),
        () if held >= wanted => Finding::ok("reserve-held", format!("{} MiB kept", held >> 20)),
        () => Finding::warn("reserve-missing", format!("{} MiB wanted, {} kept", wanted >> 20, held >> 20)),
    });
    if let Some(folder) = &keeping.witness_folder {
        let written = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder);
        findings.push(match written {
            Ok(_) => Finding::ok("witness-second", format!("a second witness in {}", folder.display())),
            Err(error) => Finding::warn("witness-not-writable", format!("{}: {error}", folder.display())),
        });
    }
    let station = records.enrolment().map(|enrolment| enrolment.station);
    findings.push(match &keeping.backup {
        None => Finding::warn("backup-none", "no second folder for backups is set up"),
        Some(backup) => {
            let allowed = SignedDuration::from_hours(2 * i64::from(backup.every_hours.max(1)));
            match records::backups(&backup.folder, station).first() {
                None => Finding::warn("backup-missing", format!("none in {}", backup.folder.display())),
                Some(newest) if now.duration_since(newest.at) > allowed => {
                    Finding::warn("backup-old", described(newest))
                }
                Some(newest) => match records::check_backup(newest) {
                    Ok(()) => Finding::ok("backup", described(newest)),
                    Err(error) => Finding::bad(error.code(), error.to_string()),
                },
            }
        }
    });
    findings
}

/// Where the station's key lies, and who may read it there.
pub(super) fn key(data: &Path) -> Option<Finding> {
    let place = Secrets::of(data, SecretIn::Keyring).place("station")?;
    let plain = data.join("station.key");
    let open = std::fs::metadata(&plain).is_ok_and(|file| open_to_others(&file));
    Some(match place {
        SecretIn::File if open => Finding::bad(
            "key-readable-by-others",
            format!("{} can be read by others than its owner", plain.display()),
        ),
        SecretIn::File => Finding::ok(
            "key-in-file",
            format!("{}: a file that only its owner reads; no keyring is used", plain.display()),
        ),
        SecretIn::SealedFile => Finding::ok(
            "key-in-sealed-file",
            "a file sealed to this machine: a copy of the folder has no key, whoever has the disk has it",
        ),
        SecretIn::Keyring if Keyring::is_there() => Finding::ok("key-in-keyring", "the system's keyring"),
        SecretIn::Keyring => Finding::bad(
            "keyring-unreachable",
            "the system's keyring has the key, and does not answer here: sign in where the station runs",
        ),
    })
}

#[cfg(unix)]
fn open_to_others(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// What a person has not seen yet.
pub(super) fn incidents(records: &Records) -> Vec<Finding> {
    match records.incidents(NAMED) {
        Ok(incidents) => incidents
            .into_iter()
            .map(|incident| {
                let at = incident.at.map(|at| format!("{at}: ")).unwrap_or_default();
                let say = Say { code: incident.code.clone(), args: incident.args };
                Finding::warn(&incident.code, format!("{at}{}", sentence(say)))
            })
            .collect(),
        Err(error) => vec![of_records(&error)],
    }
}

/// What became of a damaged database; said as long as its files lie there.
pub(super) fn rebuilt(data: &Path) -> Option<Finding> {
    let report = records::rebuild_report(data)?;
    let words = format!(
        "{}: {} of {} pages damaged; {} records kept, {} moved on, {} missing of which {} were never sent, {} photos \
         missing; the damaged files lie in {}",
        report.at,
        report.pages_damaged,
        report.pages,
        report.events + report.history,
        report.moved,
        report.missing,
        report.lost,
        report.photos_missing,
        report.folder.display()
    );
    let level =
        if report.lost + report.photos_missing + report.texts_missing > 0 { Level::Warn } else { Level::Ok };
    Some(Finding::new(level, "records-rebuilt", words))
}

fn sentence(say: Say) -> String {
    words::sentence(&Coded { code: say.code, args: say.args })
}

fn of_records(error: &RecordsError) -> Finding {
    Finding::of(Level::Bad, &failed(error.code(), error))
}
