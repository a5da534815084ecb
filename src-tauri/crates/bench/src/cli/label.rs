//! `station label`: any label from arguments, or a unit's own from the records.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use barcodes::rs::typed_lpn;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use labels::model::{Element, PRINTER_DPI};
use labels::{
    Captions, CommandSheet, ContainerLabel, DispositionLabel, Label, LabelError, LpnLabel, OperatorBadge,
    ReturnLabel, command_sheet, container_label, disposition_label, lpn_label, operator_badge, return_label,
    standard_commands,
};
use records::Records;
use returns::codes::{Disposition, Grade, LabelKind};
use returns::lpn::Lpn;
use serde_json::json;

use super::out::{Out, shown};
use super::{Outcome, failed};
use crate::desk::coded;
use crate::seam::Coded;
use crate::{printing, words};

/// Write a label as PDF, and as a picture if wanted
///
/// Nothing is recorded: a label written here counts as no print. Words come as they are given. With --json:
/// {"label", "pdf", "png": [], "pages", "codes": []}.
#[derive(Debug, Args)]
pub(super) struct LabelArgs {
    #[command(subcommand)]
    kind: Kind,
}

/// Where it goes.
#[derive(Debug, Args)]
struct Target {
    /// The PDF to write; a file that is there is replaced
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
    /// Also a picture beside it as a 203 dpi printer prints it: FILE.png, for further pages FILE-2.png
    #[arg(long)]
    png: bool,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// The label that a unit gets at receipt, 51 × 25 mm
    Lpn {
        /// Twelve digits, check digits right; 5-5-2 with hyphens or spaces is taken too
        #[arg(long)]
        lpn: String,
        /// Station that gave the number, such as LEJ2-B04
        #[arg(long, default_value = "")]
        station: String,
        /// What the unit is
        #[arg(long, default_value = "")]
        title: String,
        /// Day of receipt, as it is to be read
        #[arg(long, value_name = "DAY", default_value = "")]
        received: String,
        #[command(flatten)]
        target: Target,
    },
    /// The label that says where a unit goes, 100 × 50 mm
    Disposition {
        #[command(flatten)]
        label: DispositionArgs,
        #[command(flatten)]
        target: Target,
    },
    /// The label of a tote, cage or pallet, 100 × 50 mm
    Container {
        /// Its id, such as T-0231
        #[arg(long, value_name = "ID")]
        container: String,
        /// Where the units in it go
        #[arg(long, value_parser = dispositions())]
        disposition: Option<Disposition>,
        /// Whose goods it takes
        #[arg(long, default_value = "")]
        owner: String,
        /// The depot that it stands in
        #[arg(long, default_value = "")]
        depot: String,
        #[command(flatten)]
        target: Target,
    },
    /// A customer's return label, 100 × 50 mm
    Return {
        /// The signed token in base45, as `head-office labels` prints it
        #[arg(long)]
        token: String,
        /// Number of the return authorisation
        #[arg(long, value_name = "NUMBER")]
        rma: String,
        /// Whose goods they are
        #[arg(long, default_value = "")]
        owner: String,
        /// Last day, as it is to be read
        #[arg(long, value_name = "DAY", default_value = "")]
        valid_until: String,
        /// What to do with the label, in the customer's language
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        target: Target,
    },
    /// An operator's badge, the size of a bank card
    Badge {
        /// What its code carries
        #[arg(long)]
        badge: String,
        /// Initials; no name stands on a badge
        #[arg(long, default_value = "")]
        initials: String,
        /// Grader, supervisor or technician
        #[arg(long, default_value = "")]
        role: String,
        /// The depot
        #[arg(long, default_value = "")]
        depot: String,
        #[command(flatten)]
        target: Target,
    },
    /// The sheet with every command's code, A4
    Commands {
        /// The bench that it lies on, such as LEJ2-B04
        #[arg(long, default_value = "")]
        station: String,
        /// How to use it
        #[arg(
            long,
            default_value = "Scan a code instead of touching the screen. Every choice shows its own code."
        )]
        note: String,
        #[command(flatten)]
        target: Target,
    },
    /// A unit's label as it is now, from the records
    Unit {
        /// Twelve digits
        #[arg(long)]
        lpn: String,
        /// Which of its two labels; unless given the disposition label, or the LPN label where there is none yet
        #[arg(long, value_enum)]
        label: Option<Which>,
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Debug, Args)]
struct DispositionArgs {
    /// Twelve digits, check digits right; 5-5-2 with hyphens or spaces is taken too
    #[arg(long)]
    lpn: String,
    /// Which print of this unit's disposition label, from 1
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    print: u32,
    /// What the unit is
    #[arg(long, default_value = "")]
    product: String,
    /// The grade's letter
    #[arg(long, value_parser = grades())]
    grade: Option<Grade>,
    /// Where the unit goes
    #[arg(long, value_parser = dispositions())]
    disposition: Disposition,
    /// Whose goods they are
    #[arg(long, default_value = "")]
    owner: String,
    /// Station that decided, such as LEJ2-B04
    #[arg(long, default_value = "")]
    station: String,
    /// Day of the decision, as it is to be read
    #[arg(long, value_name = "DAY", default_value = "")]
    date: String,
    /// The container that waits for it
    #[arg(long, value_name = "ID", default_value = "")]
    container: String,
}

/// Which of a unit's labels.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// The one that it got at receipt
    Lpn,
    /// The one that says where it goes
    Disposition,
}

impl LabelArgs {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let (pages, target) = self.kind.pages(data)?;
        if target.png && picture_path(&target.out, 1) == target.out {
            return Err(failed(
                "label-not-written",
                &"the picture would replace the PDF: --out must not end in .png",
            ));
        }
        let pdf = labels::to_pdf(&pages).map_err(|error| not_made(&error))?;
        write(&target.out, &pdf)?;
        let pictures = if target.png { pictures(&target.out, &pages)? } else { Vec::new() };
        let name = pages.first().map(|page| page.name.clone()).unwrap_or_default();
        let pdf = target.out.to_string_lossy();
        if out.as_json {
            out.json(&json!({
                "label": name,
                "pdf": pdf,
                "png": pictures,
                "pages": pages.len(),
                "codes": codes(&pages),
            }))?;
        } else {
            let files = std::iter::once(pdf.into_owned()).chain(pictures);
            files.into_iter().try_for_each(|file| out.line(shown(&file)))?;
        }
        Ok(Outcome::Fine)
    }
}

impl Kind {
    /// The pages, and where they go.
    fn pages(&self, data: &Path) -> Result<(Vec<Label>, &Target), Coded> {
        let captions = Captions::default();
        let (page, target) = match self {
            Self::Lpn { lpn, station, title, received, target } => {
                let label = LpnLabel {
                    lpn: digits(lpn),
                    station: station.clone(),
                    title: title.clone(),
                    received: received.clone(),
                    captions,
                };
                (lpn_label(&label), target)
            }
            Self::Disposition { label, target } => (label.page(), target),
            Self::Container { container, disposition, owner, depot, target } => {
                let label = ContainerLabel {
                    container: container.clone(),
                    disposition_words: disposition.map(words::disposition).unwrap_or_default(),
                    owner: owner.clone(),
                    depot: depot.clone(),
                    captions,
                };
                (container_label(&label), target)
            }
            Self::Return { token, rma, owner, valid_until, note, target } => {
                let label = ReturnLabel {
                    token: token.clone(),
                    rma: rma.clone(),
                    owner: owner.clone(),
                    valid_until: valid_until.clone(),
                    note: note.clone(),
                    captions,
                };
                (return_label(&label), target)
            }
            Self::Badge { badge, initials, role, depot, target } => {
                let badge = OperatorBadge {
                    badge: badge.clone(),
                    initials: initials.clone(),
                    role: role.clone(),
                    depot: depot.clone(),
                };
                (operator_badge(&badge), target)
            }
            Self::Commands { station, note, target } => {
                let sheet = sheet(station, note);
                return Ok((command_sheet(&sheet).map_err(|error| not_made(&error))?, target));
            }
            Self::Unit { lpn, label, target } => return Ok((vec![of_unit(data, lpn, *label)?], target)),
        };
        Ok((vec![page.map_err(|error| not_made(&error))?], target))
    }
}

impl DispositionArgs {
    fn page(&self) -> Result<Label, LabelError> {
        disposition_label(&DispositionLabel {
            lpn: digits(&self.lpn),
            print_number: self.print,
            product: self.product.clone(),
            grade: self.grade.map(|grade| grade.to_string()).unwrap_or_default(),
            disposition_words: words::disposition(self.disposition),
            owner: self.owner.clone(),
            station: self.station.clone(),
            date: self.date.clone(),
            container_hint: self.container.clone(),
            captions: Captions::default(),
        })
    }
}

fn sheet(station: &str, note: &str) -> CommandSheet {
    let title = match station {
        "" => "Command sheet".to_owned(),
        station => format!("Command sheet, bench {station}"),
    };
    CommandSheet {
        title,
        note: note.to_owned(),
        footer: String::new(),
        entries: standard_commands(),
        captions: Captions::default(),
    }
}

/// A unit's label from the records.
fn of_unit(data: &Path, lpn: &str, which: Option<Which>) -> Result<Label, Coded> {
    let lpn: Lpn =
        digits(lpn).parse().map_err(|error: returns::lpn::LpnError| failed(error.code(), &error))?;
    let records = Records::open_read_only(data)?;
    let unknown = || failed("unit-unknown", &lpn.digits());
    let (_, unit) = records.unit_by_lpn(lpn)?.ok_or_else(unknown)?;
    let kind = match which {
        Some(Which::Lpn) => LabelKind::Lpn,
        Some(Which::Disposition) if unit.label.print == 0 => return Err(coded("no-such-label", [])),
        None if unit.label.print == 0 => LabelKind::Lpn,
        Some(Which::Disposition) | None => LabelKind::Disposition,
    };
    printing::label(&records, &unit, kind)
}

/// An LPN as it was typed; what is none is refused where the label is made, with the reason.
fn digits(typed: &str) -> String {
    typed_lpn(typed).unwrap_or_else(|| typed.to_owned())
}

/// Every code on the pages, once.
fn codes(pages: &[Label]) -> BTreeSet<&str> {
    let elements = pages.iter().flat_map(|page| &page.elements);
    elements
        .filter_map(|element| match element {
            Element::Matrix(matrix) => Some(matrix.content.as_str()),
            Element::Bars(bars) => Some(bars.content.as_str()),
            _ => None,
        })
        .collect()
}

/// Writes each page as a picture beside the PDF, and names them.
fn pictures(pdf: &Path, pages: &[Label]) -> Result<Vec<String>, Coded> {
    let mut written = Vec::new();
    for (number, page) in (1..).zip(pages) {
        let path = picture_path(pdf, number);
        let png = labels::to_png(page, PRINTER_DPI).map_err(|error| not_made(&error))?;
        write(&path, &png)?;
        written.push(path.to_string_lossy().into_owned());
    }
    Ok(written)
}

/// `label.png` beside `label.pdf`, then `label-2.png`.
fn picture_path(pdf: &Path, number: u32) -> PathBuf {
    let mut name = pdf.file_stem().unwrap_or_default().to_owned();
    if number > 1 {
        name.push(format!("-{number}"));
    }
    name.push(".png");
    pdf.with_file_name(name)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Coded> {
    std::fs::write(path, bytes)
        .map_err(|error| failed("label-not-written", &format!("{}: {error}", path.display())))
}

fn not_made(error: &LabelError) -> Coded {
    match error {
        LabelError::Refused { problem: Some(problem), .. } => {
            failed(error.code(), &format!("{error}: {problem}"))
        }
        _ => failed(error.code(), error),
    }
}

fn dispositions() -> impl TypedValueParser<Value = Disposition> {
    let codes = Disposition::ALL.iter().map(|code| code.as_str());
    PossibleValuesParser::new(codes).try_map(|text| text.parse::<Disposition>())
}

fn grades() -> impl TypedValueParser<Value = Grade> {
    PossibleValuesParser::new(Grade::ALL.iter().map(|code| code.as_str()))
        .try_map(|text| text.parse::<Grade>())
}
