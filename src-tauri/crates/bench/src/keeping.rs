//! How the records are kept: `keeping` in station.json.

use std::path::PathBuf;
use std::time::Duration;

use records::{KEPT_AT_LEAST_DAYS, Options, SecretIn};
use serde::{Deserialize, Serialize};

/// How the records are kept. What is not said is as [`Keeping::default`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keeping {
    /// MiB of disk kept for the last records before it is full; 0 keeps none.
    pub reserve_mib: u32,
    /// A folder, best on another medium, that keeps a second witness of the newest record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_folder: Option<PathBuf>,
    /// The most that goes up on a line that others share, in kbit/s; none: as much as it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_kbit_per_second: Option<u32>,
    /// Backups on a second folder or drive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupKeeping>,
    /// Days after which free text, raw scans and photos of parcels go; none: they stay until a person purges them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_days: Option<u32>,
    /// Days after which a photo of a finished unit goes from this disk, once head office has it durably: at least 35; none:
    /// never.
    pub photo_days: Option<u32>,
    /// The best place that the station's key may be kept in: `keyring`, `sealed_file` or `file`.
    pub secrets: SecretIn,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            reserve_mib: 64,
            witness_folder: None,
            line_kbit_per_second: None,
            backup: None,
            personal_days: None,
            photo_days: Some(KEPT_AT_LEAST_DAYS),
            secrets: SecretIn::Keyring,
        }
    }
}

/// Where and how often backups are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupKeeping {
    /// A folder on another drive.
    pub folder: PathBuf,
    /// Hours between two backups.
    #[serde(default = "every_hours")]
    pub every_hours: u32,
    /// How many are kept.
    #[serde(default = "keep")]
    pub keep: u32,
}

fn every_hours() -> u32 {
    12
}

fn keep() -> u32 {
    7
}

impl Keeping {
    /// Nothing beside the records themselves: no reserve, no backup, no keyring.
    pub fn bare() -> Self {
        Self { reserve_mib: 0, secrets: SecretIn::File, ..Self::default() }
    }

    /// Says where this is the default, which needs not stand in a file.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// How the records are opened.
    pub(crate) fn options(&self, program: &str) -> Options {
        Options {
            program: program.to_owned(),
            witness_folder: self.witness_folder.clone(),
            reserve_bytes: u64::from(self.reserve_mib) << 20,
            secrets: self.secrets,
            ..Options::default()
        }
    }

    /// The ceiling of what goes up, in bytes a second.
    pub(crate) fn ceiling_bytes_per_second(&self) -> Option<u32> {
        let kbit = self.line_kbit_per_second.filter(|kbit| *kbit > 0)?;
        Some(kbit.saturating_mul(1000) / 8)
    }
}

impl BackupKeeping {
    /// Between two backups; never less than an hour.
    pub(crate) fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.every_hours.max(1)) * 3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_and_an_unknown_word_is_refused() {
        let keeping: Keeping = serde_json::from_str(r#"{"backup": {"folder": "/mnt/second"}}"#).unwrap();
        let backup = keeping.backup.clone().unwrap();
        assert_eq!((keeping.reserve_mib, backup.every_hours, backup.keep), (64, 12, 7));
        assert!(serde_json::from_str::<Keeping>(r#"{"reserve": 1}"#).is_err());
        assert!(serde_json::from_str::<Keeping>("{}").unwrap().is_default());
    }

    #[test]
    fn a_ceiling_in_kilobits_is_one_in_bytes() {
        let of = |kbit| Keeping { line_kbit_per_second: kbit, ..Keeping::bare() }.ceiling_bytes_per_second();
        assert_eq!((of(Some(256)), of(Some(0)), of(None)), (Some(32_000), None, None));
    }
}
