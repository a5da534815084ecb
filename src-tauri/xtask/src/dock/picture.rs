//! A camera picture with a code in it: what the bench's camera sees when a code is held under it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use qrcode::{Color, QrCode};

use crate::command;

/// Pixels of a module: as large as a label at arm's length.
const MODULE: usize = 7;
/// Modules of quiet zone.
const QUIET: usize = 4;

/// A JPEG: this text as a QR code on a white label, in the middle of the given picture.
pub fn with_code(text: &str, background: &Path) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let (label, picture) = (folder.path().join("label.pgm"), folder.path().join("picture.jpg"));
    std::fs::write(&label, label_with(text)?).context("the label cannot be drawn")?;
    let mut convert = Command::new("convert");
    convert.arg(background).arg(&label).args(["-gravity", "center", "-composite", "-quality", "90"]);
    command::output(convert.arg(&picture)).context("no picture of the code (package imagemagick)")?;
    std::fs::read(&picture).context("no picture of the code")
}

/// The label alone, in the plain form of the portable grey map.
fn label_with(text: &str) -> Result<String> {
    let code = QrCode::new(text).context("the text does not fit into a QR code")?;
    let (modules, width) = (code.to_colors(), code.width());
    let side = (width + 2 * QUIET) * MODULE;
    let mut map = format!("P2\n{side} {side}\n255\n");
    let module = |at: usize| (at / MODULE).checked_sub(QUIET).filter(|at| *at < width);
    for y in 0..side {
        for x in 0..side {
            let dark = match (module(x), module(y)) {
                (Some(x), Some(y)) => modules.get(y * width + x) == Some(&Color::Dark),
                _ => false,
            };
            map.push_str(if dark { "20\n" } else { "240\n" });
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_reads_the_code_in_the_picture() {
        let folder = tempfile::tempdir().unwrap();
        let mat = folder.path().join("mat.jpg");
        command::output(Command::new("convert").args(["-size", "1280x720", "xc:gray60"]).arg(&mat)).unwrap();
        let picture = folder.path().join("seen.jpg");
        std::fs::write(&picture, with_code("2901180001994", &mat).unwrap()).unwrap();
        let read = command::output(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&picture)).unwrap();
        assert_eq!(read.trim(), "2901180001994");
        let size =
            command::output(Command::new("identify").args(["-format", "%wx%h"]).arg(&picture)).unwrap();
        assert_eq!(size, "1280x720");
    }
}
