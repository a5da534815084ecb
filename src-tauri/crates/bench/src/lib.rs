//! Drives one return through the rooms of the house; and the headless `station` command.
//!
//! | module | holds |
//! |---|---|
//! | [`seam`] | what a screen may ask, gets back and is told: types for Rust and TypeScript |
//! | [`Bench`], [`Notices`] | the running bench around the desk: devices, camera, printer, line |
//! | [`Dock`], [`settings`] | the bench's devices, and the file that names them |
//! | `desk` | one person, one parcel, one unit, one question: scans in, events and a screen out |
//! | `eyes`, `printer`, `line` | camera frames to scans, labels to the printer, news of the line |
//! | `preview`, `small_pictures` | the live picture and photos at a screen's size |
//! | `test_code`, `makers` | the code that a scanner is tried with; makers' codes that set theirs up |
//! | [`keeping`], `upkeep` | how the records are kept, and the thread that looks after them |
//! | `figures` | the tables of figures, for screens and terminals |
//! | `printing`, [`words`] | labels of a unit; English words for terminals and labels |
//! | [`cli`] | the headless command: decode, label, enrol, sync, verify, doctor |
//! | [`log`], [`clock`] | the log; time and fresh ids |
//! | `http_seam` | the seam over loopback HTTP (feature `http-seam`) |

pub mod cli;
pub mod clock;
mod desk;
mod disk;
mod dock;
mod eyes;
mod figures;
#[cfg(feature = "http-seam")]
pub mod http_seam;
pub mod keeping;
mod line;
pub mod log;
mod makers;
mod preview;
mod printer;
mod printing;
mod running;
pub mod seam;
pub mod settings;
mod small_pictures;
mod stream;
mod test_code;
mod tls;
mod upkeep;
pub mod words;

use std::path::PathBuf;

pub use dock::Dock;
pub use running::{Bench, Notices};

/// Where a station keeps its data when nothing else is said: the user's data folder, `returns-station`.
pub fn default_data_dir() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let data =
        std::env::var_os("XDG_DATA_HOME").or_else(|| std::env::var_os("LOCALAPPDATA")).map(PathBuf::from);
    data.or_else(home).unwrap_or_default().join("returns-station")
}
