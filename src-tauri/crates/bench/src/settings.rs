//! `station.json` in the data folder: which devices this bench has. Head office's address and keys are not
//! here but in the records, since enrolment brings them.

use std::path::{Path, PathBuf};

use devices::{CameraConfig, PrinterConfig, ScaleConfig, ScannerConfig};
use serde::{Deserialize, Serialize};

use crate::keeping::Keeping;

/// The file's name within the data folder.
pub const FILE: &str = "station.json";

/// Devices and habits of one bench.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Serial scanners.
    pub scanners: Vec<ScannerConfig>,
    /// The camera over the bench.
    pub camera: Option<CameraConfig>,
    /// The label printer.
    pub printer: Option<PrinterConfig>,
    /// The scale on the bench.
    pub scale: Option<ScaleConfig>,
    /// Some devices are simulated; shown on every screen.
    pub simulated: bool,
    /// Seconds between two looks at the line while it is up.
    pub poll_seconds: Option<u64>,
    /// How the records are kept.
    #[serde(skip_serializing_if = "Keeping::is_default")]
    pub keeping: Keeping,
    /// The empty mat as the camera sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mat: Option<Mat>,
}

/// The empty mat: a picture in which nothing lies looks like this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mat {
    /// When it was taken.
    pub taken: jiff::Timestamp,
    /// Brightness of its parts, row after row.
    #[serde(with = "in_hex")]
    pub tiles: Vec<u8>,
}

/// Bytes as one word instead of a line each.
mod in_hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no settings file.
    #[error("{path}: line {line}: {detail}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
}

impl SettingsError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "settings-file",
            Self::Unreadable { .. } => "settings-unreadable",
        }
    }
}

impl Settings {
    /// Reads the folder's settings; a folder without any has no devices.
    pub fn load(data: &Path) -> Result<Self, SettingsError> {
        let path = data.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(SettingsError::File { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|error| SettingsError::Unreadable {
            path,
            line: error.line(),
            detail: error.to_string(),
        })
    }

    /// Writes them: a temporary file first, so that a power cut leaves the old or the new ones.
    pub fn save(&self, data: &Path) -> Result<(), SettingsError> {
        use std::io::Write;
        let path = data.join(FILE);
        let failed = |source| SettingsError::File { path: path.clone(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let mut file = tempfile::NamedTempFile::new_in(data).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_an_unknown_field_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap(), Settings::default());
        let settings = Settings {
            scanners: vec![ScannerConfig::new("scanner", "/dev/ttyACM0")],
            simulated: true,
            ..Settings::default()
        };
        settings.save(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap(), settings);
        std::fs::write(folder.path().join(FILE), "{\n  \"scaners\": []\n}").unwrap();
        let error = Settings::load(folder.path()).unwrap_err();
        assert_eq!(error.code(), "settings-unreadable");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
