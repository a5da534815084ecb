//! `head-office export`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use head_office::export::{ExportWish, Exported, Form, Partners};
use head_office::{HeadOffice, HeadOfficeError};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Outcome, Place, say};

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Units as they are now, a row each
    Csv,
    /// Events, GS1 EPCIS 2.0 in JSON-LD
    Epcis,
    /// Return authorisations and what came of them, X12 180 release 004010
    X12,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// In which form
    #[arg(long, value_enum)]
    format: Format,
    /// From the first event that head office received then: a time, or a day (UTC)
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Timestamp,
    /// To the last event before then; without it, now
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// The file; it is there whole, or not at all. Without it, standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// EPCIS: what names of our own begin with: depots, stations and returns
    #[arg(long, value_name = "URI", default_value = "urn:x-returns-station:")]
    names: String,
    /// X12: who sends, an interchange id
    #[arg(long, value_name = "ID", default_value = "HEADOFFICE")]
    sender: String,
    /// X12: who receives, an interchange id
    #[arg(long, value_name = "ID", default_value = "PARTNER")]
    receiver: String,
}

pub fn export(place: &Place<'_>, args: &ExportArgs) -> Result<Outcome, HeadOfficeError> {
    let office = HeadOffice::open_in(place.data, &place.stores)?;
    let now = Timestamp::now();
    let form = match args.format {
        Format::Csv => Form::Csv,
        Format::Epcis => Form::Epcis { names: args.names.clone() },
        Format::X12 => Form::X12(Partners { sender: args.sender.clone(), receiver: args.receiver.clone() }),
    };
    let wish = ExportWish { form, since: args.since, until: args.until.unwrap_or(now) };
    let exported = match &args.out {
        Some(file) => to_file(&office, &wish, now, file)?,
        None => office.export(&wish, now, &mut std::io::stdout().lock())?,
    };
    match (&args.out, place.as_json) {
        (Some(_), true) => say(serde_json::to_string(&exported)?),
        (None, true) => eprintln!("{}", serde_json::to_string(&exported)?),
        (_, false) => eprintln!("{}", told(&exported)),
    }
    Ok(Outcome::Done)
}

fn told(exported: &Exported) -> String {
    let Exported { units, written, left_out, altered, .. } = exported;
    format!("{units} units, {written} written, {left_out} left out, {altered} values written otherwise")
}

/// Written beside its place, and moved there when it is whole.
fn to_file(
    office: &HeadOffice,
    wish: &ExportWish,
    now: Timestamp,
    file: &Path,
) -> Result<Exported, HeadOfficeError> {
    let unusable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| HeadOfficeError::File { path, source }
    };
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = file.with_file_name(name);
    let mut out = BufWriter::new(File::create(&unfinished).map_err(unusable(&unfinished))?);
    let exported = office.export(wish, now, &mut out)?;
    out.flush().map_err(unusable(&unfinished))?;
    out.get_ref().sync_all().map_err(unusable(&unfinished))?;
    drop(out);
    fs::rename(&unfinished, file).map_err(unusable(file))?;
    Ok(exported)
}

fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Date = text.parse().map_err(|_| "neither a time nor a day, such as 2026-11-30".to_owned())?;
    day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
}
