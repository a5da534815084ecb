//! `station decode`: the symbols in pictures.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use barcodes::decode::{Mode, Symbol, Symbology, decode};
use barcodes::image_in;
use clap::Args;
use serde::Serialize;

use super::out::{ErrorView, Out, shown};
use super::{Outcome, failed};
use crate::seam::Coded;

/// A picture of 8192 × 8192 pixels can take that much, a photo never does.
const MAX_FILE_BYTES: u64 = 128 * 1024 * 1024;

/// Read the codes in pictures
///
/// One line per path, also where it fails. With --json that is {"path", "symbols": [{"symbology", "text",
/// "bytes_hex"}], "ms"}, and {"error": {"code", "message"}} beside them where the picture could not be read. bytes_hex
/// is the content without AIM identifier or leading FNC1; an FNC1 separator is 1d.
///
/// Exit code 0: every file could be opened, even where no symbol is in it or where what is in it is no picture (its
/// line says so). Exit code 1: a file could not be opened or read. The others are read all the same.
#[derive(Debug, Args)]
pub(super) struct Decode {
    /// JPEG or PNG files, at most 8192 pixels a side
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The most CPU time for one picture, in milliseconds; four times that on the clock, however busy the machine is
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    budget_ms: u64,
    /// A picture before these could not be opened
    #[arg(long, hide = true)]
    failed_before: bool,
}

/// A line of the answer.
#[derive(Debug, Serialize)]
struct Seen {
    path: String,
    symbols: Vec<SeenSymbol>,
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
}

#[derive(Debug, Serialize)]
struct SeenSymbol {
    symbology: Symbology,
    text: String,
    bytes_hex: String,
}

impl From<Symbol> for SeenSymbol {
    fn from(symbol: Symbol) -> Self {
        let bytes_hex = hex::encode(&symbol.bytes);
        Self { symbology: symbol.symbology, text: symbol.text, bytes_hex }
    }
}

/// Why there are no symbols.
enum Trouble {
    /// The file cannot be read: exit code 1.
    NotOpened(Coded),
    /// It can, and is no picture that is taken.
    NoPicture(Coded),
}

impl Decode {
    pub(super) fn run(&self, out: &Out) -> Result<Outcome, Coded> {
        let budget = Duration::from_millis(self.budget_ms);
        let mut all_opened = !self.failed_before;
        let mut rest = self.paths.as_slice();
        while let [path, after @ ..] = rest {
            rest = after;
            let since = Instant::now();
            let found = symbols(path, budget);
            let took = since.elapsed();
            all_opened &= !matches!(found, Err(Trouble::NotOpened(_)));
            say(out, path, found, took)?;
            if out.is_closed() {
                break;
            }
            if took >= budget && !rest.is_empty() {
                self.go_on_afresh(out, rest, all_opened)?;
            }
        }
        Ok(Outcome::fine_if(all_opened))
    }

    /// A reader that overran its time cannot be interrupted and would slow down every picture after it: this
    /// process gives way to a new one for the rest.
    #[cfg(unix)]
    fn go_on_afresh(&self, out: &Out, rest: &[PathBuf], all_opened: bool) -> Result<(), Coded> {
        use std::os::unix::process::CommandExt;
        let Ok(program) = std::env::current_exe() else { return Ok(()) };
        let mut command = std::process::Command::new(program);
        command.arg("decode").arg(format!("--budget-ms={}", self.budget_ms));
        if out.as_json {
            command.arg("--json");
        }
        if !all_opened {
            command.arg("--failed-before");
        }
        // Comes back only where the system refuses, such as for too many paths: then this process goes on.
        let refused = command.arg("--").args(rest).exec();
        tracing::warn!(%refused, "decode goes on in the old process");
        Ok(())
    }

    #[cfg(not(unix))]
    fn go_on_afresh(&self, _out: &Out, _rest: &[PathBuf], _all_opened: bool) -> Result<(), Coded> {
        Ok(())
    }
}

fn symbols(path: &Path, budget: Duration) -> Result<Vec<Symbol>, Trouble> {
    let bytes = read(path).map_err(|error| Trouble::NotOpened(not_opened(&error)))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let detail = format!("the file is larger than {} MiB", MAX_FILE_BYTES / 1024 / 1024);
        return Err(Trouble::NoPicture(failed("image-too-large", &detail)));
    }
    if bytes.is_empty() {
        return Err(Trouble::NoPicture(failed("image-not-an-image", &"the file is empty")));
    }
    let luma = image_in::load(&bytes).map_err(|error| Trouble::NoPicture(failed(error.code(), &error)))?;
    drop(bytes);
    Ok(decode(&luma, Mode::Still, budget))
}

/// Reads a file; no further than what is too long anyway, for a path may be a device without an end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_opened(error: &io::Error) -> Coded {
    let (code, words) = match error.kind() {
        ErrorKind::NotFound => ("file-missing", "there is no such file"),
        ErrorKind::PermissionDenied => ("file-forbidden", "this user may not read it"),
        ErrorKind::IsADirectory => ("file-is-a-folder", "it is a folder; name the files in it"),
        _ => ("file-unreadable", "it cannot be read"),
    };
    failed(code, &format!("{words} ({error})"))
}

fn say(out: &Out, path: &Path, found: Result<Vec<Symbol>, Trouble>, took: Duration) -> Result<(), Coded> {
    let path = path.to_string_lossy();
    if out.as_json {
        let (symbols, error) = match found {
            Ok(symbols) => (symbols.into_iter().map(SeenSymbol::from).collect(), None),
            Err(Trouble::NotOpened(coded) | Trouble::NoPicture(coded)) => (Vec::new(), Some((&coded).into())),
        };
        let ms = (took.as_secs_f64() * 10_000.0).round() / 10.0;
        return out.json(&Seen { path: path.into_owned(), symbols, ms, error });
    }
    let path = shown(&path);
    match found {
        Ok(symbols) if symbols.is_empty() => out.line(format_args!("{path}: no code")),
        Ok(symbols) => symbols.into_iter().map(SeenSymbol::from).try_for_each(|symbol| {
            let SeenSymbol { symbology, text, .. } = symbol;
            let symbology = serde_json::to_value(symbology).unwrap_or_default();
            out.line(format_args!("{path}: {} {}", symbology.as_str().unwrap_or_default(), shown(&text)))
        }),
        Err(Trouble::NotOpened(coded) | Trouble::NoPicture(coded)) => {
            out.complain(&coded, &path);
            Ok(())
        }
    }
}
