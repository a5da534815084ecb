//! A run: faults from a seed, and the checker after every few of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use returns::event::Event;

use crate::checks::Violation;
use crate::dice::Dice;
use crate::fault::{Fault, Plan};
use crate::process::Programs;
use crate::rig::{Rig, Setting, StoreKind};

/// How to run.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// For so many minutes
    #[arg(long, default_value_t = 5.0, conflicts_with = "steps")]
    pub minutes: f64,
    /// For so many faults instead: plays a failed run again
    #[arg(long)]
    pub steps: Option<u64>,
    /// Of everything that is left to chance
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Stations of the depot
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(3..=20))]
    pub stations: u64,
    /// What head office keeps things in: a folder with one server, or PostgreSQL and an object store with two
    #[arg(long, value_enum, default_value_t)]
    pub store: StoreKind,
    /// Only these faults; may be given several times
    #[arg(long, value_name = "FAULT")]
    pub only: Vec<Fault>,
    /// Check after so many faults
    #[arg(long, default_value_t = 6)]
    pub check_every: u64,
    /// The program `head-office`; without it this program serves by the same library
    #[arg(long, env = "HEAD_OFFICE_BIN", value_name = "FILE")]
    pub head_office: Option<PathBuf>,
    /// The project's folder of assets
    #[arg(long, default_value = "assets", value_name = "DIR")]
    pub assets: PathBuf,
    /// Where everything is kept, to be looked at afterwards; without it, in a folder that is removed
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// How often each fault happened.
    pub faults: BTreeMap<Fault, u64>,
    /// Kinds of events that were acknowledged while each fault happened.
    pub kinds: BTreeMap<Fault, BTreeMap<String, u64>>,
    /// Events acknowledged.
    pub events: u64,
    /// Photos acknowledged.
    pub photos: u64,
    /// What must never be.
    pub violations: Vec<Violation>,
}

impl Outcome {
    /// Faults of all kinds.
    pub fn faults_in_all(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Which kinds of events were met, by all faults together and by each.
    pub fn kinds_met(&self) -> String {
        let all: BTreeSet<&str> = Event::kinds().map(|(kind, _)| kind).collect();
        let met: BTreeSet<&str> = self.kinds.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
        let mut told = format!("kinds of events met: {} of {}", all.intersection(&met).count(), all.len());
        let missing: Vec<&str> = all.difference(&met).copied().collect();
        if !missing.is_empty() {
            told.push_str(&format!(", not {}", missing.join(", ")));
        }
        for (fault, kinds) in &self.kinds {
            told.push_str(&format!("; {} {}", fault.name(), kinds.len()));
        }
        told
    }

    /// The line with which a run ends.
    pub fn line(&self) -> String {
        serde_json::json!({
            "faults": self.faults_in_all(),
            "events": self.events,
            "photos": self.photos,
            "violations": self.violations.len(),
        })
        .to_string()
    }
}

/// Runs, prints how it goes, and says whether nothing was violated.
///
/// # Errors
/// Where the run cannot even begin.
pub fn run(options: &Options) -> Result<bool> {
    let proof = std::env::current_exe().context("this program has no file")?;
    let programs = Programs { proof, head_office: options.head_office.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(soak(options, programs))?;
    let of: Vec<String> =
        outcome.faults.iter().map(|(fault, times)| format!("{} {times}", fault.name())).collect();
    println!("{}", of.join(", "));
    println!("{}", outcome.kinds_met());
    println!("{}", outcome.line());
    Ok(outcome.violations.is_empty())
}

/// The folder of a run: kept or not.
enum Place {
    Kept(PathBuf),
    Passing(tempfile::TempDir),
}

impl Place {
    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Passing(folder) => folder.path(),
        }
    }
}

/// Runs until the time is over, the steps are done, or something was violated.
///
/// # Errors
/// Where the run cannot even begin.
pub async fn soak(options: &Options, programs: Programs) -> Result<Outcome> {
    let place = match &options.keep {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            Place::Kept(folder.clone())
        }
        None => Place::Passing(tempfile::Builder::new().prefix("rs-proof-").tempdir()?),
    };
    let setting = Setting {
        folder: place.path().to_owned(),
        assets: options.assets.clone(),
        programs,
        stations: usize::try_from(options.stations)?,
        seed: options.seed,
        store: options.store,
    };
    let faults = if options.only.is_empty() { Fault::ALL } else { &options.only };
    let until = Instant::now() + Duration::from_secs_f64(options.minutes * 60.0);
    println!("seed {}, {} stations, {}", options.seed, options.stations, place.path().display());
    let mut rig = Rig::set_up(setting).await?;
    let mut outcome = Outcome::default();
    for (step, fault) in (1..).zip(Plan::of(options.seed, faults)) {
        let begun = Instant::now();
        let went = rig.episode(fault, Dice::of(options.seed).part(step)).await;
        *outcome.faults.entry(fault).or_default() += 1;
        for (kind, times) in rig.kinds_since()? {
            *outcome.kinds.entry(fault).or_default().entry(kind).or_default() += times;
        }
        let over = options.steps.map_or_else(|| Instant::now() > until, |steps| step >= steps);
        // What a restored head office lacks only its stations hold: they send it again before another disk may go.
        let only_once = fault == Fault::RestoreOffice;
        let found = match went {
            Err(error) => vec![Violation { check: "the run goes on", what: format!("{error:#}") }],
            Ok(()) if over || only_once || step % options.check_every.max(1) == 0 => {
                rest_and_check(&mut rig).await
            }
            Ok(()) => Vec::new(),
        };
        (outcome.events, outcome.photos) = (rig.events, rig.photos);
        println!(
            "step {step}: {}, {:.1} s; {} events, {} photos, {} violations",
            fault.name(),
            begun.elapsed().as_secs_f64(),
            rig.events,
            rig.photos,
            found.len()
        );
        if !found.is_empty() {
            tell(options, step, fault, &found);
            outcome.violations = found;
            break;
        }
        if over {
            break;
        }
    }
    rig.close().await;
    Ok(outcome)
}

async fn rest_and_check(rig: &mut Rig) -> Vec<Violation> {
    let checked = match rig.rest().await {
        Ok(()) => rig.check().await,
        Err(error) => Err(error),
    };
    checked.unwrap_or_else(|error| {
        vec![Violation { check: "what is left can be read", what: format!("{error:#}") }]
    })
}

/// The most violations of one check that are printed one by one.
const SHOWN: usize = 4;

fn tell(options: &Options, step: u64, fault: Fault, found: &[Violation]) {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for violation in found {
        let count = of.entry(violation.check).or_default();
        *count += 1;
        if *count <= SHOWN {
            println!("violation at step {step} ({}), seed {}: {violation}", fault.name(), options.seed);
        }
    }
    for (check, count) in of.iter().filter(|(_, count)| **count > SHOWN) {
        println!("{check}: {} more", count - SHOWN);
    }
    let mut again =
        format!("proof soak --seed {} --steps {step} --stations {}", options.seed, options.stations);
    if options.store == StoreKind::Postgres {
        again.push_str(" --store postgres");
    }
    for only in &options.only {
        again.push_str(&format!(" --only {}", only.name()));
    }
    println!("to play it again: {again} --check-every {} --keep DIR", options.check_every);
}
