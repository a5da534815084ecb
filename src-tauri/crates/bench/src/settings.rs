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
            detail: without_content(&error.to_string()),
        })
    }

    /// Nobody but the station's own account may read the file, for a camera's password may stand in it. What is saved
    /// from here is so from the start; a file that was written by hand is made so.
    pub(crate) fn keep_private(data: &Path) -> Result<(), SettingsError> {
        let path = data.join(FILE);
        match readable_by_others(&path) {
            Ok(false) => Ok(()),
            Ok(true) => make_private(&path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|source| SettingsError::File { path, source })
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

/// What was found wrong, without what stands in the file's texts: one of them may be a password.
fn without_content(detail: &str) -> String {
    let parts = detail.split('"').enumerate();
    parts.map(|(i, part)| if i % 2 == 0 { part } else { "\"…\"" }).collect()
}

/// Whether anybody but the owner may read a file.
#[cfg(unix)]
pub(crate) fn readable_by_others(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere a file has the rights of its folder, which the installer sets.
#[cfg(not(unix))]
pub(crate) fn readable_by_others(_path: &Path) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_path: &Path) -> std::io::Result<()> {
    Ok(())
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

    #[test]
    fn an_error_in_the_file_tells_no_password() {
        let folder = tempfile::tempdir().unwrap();
        let camera =
            r#"{"camera":{"id":"c","source":{"kind":"mjpeg-http","url":"http://c/","sign_in":"s3cret"}}}"#;
        std::fs::write(folder.path().join(FILE), camera).unwrap();
        let error = Settings::load(folder.path()).unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(told.contains("sign_in") || told.contains("struct"), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        Settings::keep_private(folder.path()).unwrap();
        Settings::default().save(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(readable_by_others(&path).unwrap());
        Settings::keep_private(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
        // Saving over one that others may read makes it private, too.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        Settings::default().save(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
    }
}
