//! A station as a process of its own: real records, the real line, and a hand that works. It takes orders line by line on
//! standard input and answers each with a line on standard output; it can be killed at any of them.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use records::{Options, Records, RecordsError};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use sync::{Line, LineConfig, LineHandle, LineState, Pace, SyncError};

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::work::{Hand, StationClock, Tally};

/// A station's start.
#[derive(Debug, Clone, Args)]
pub struct StationArgs {
    /// Its data folder
    #[arg(long)]
    pub data: PathBuf,
    /// Its ledger, outside the data folder
    #[arg(long)]
    pub ledger: PathBuf,
    /// Where it finds head office
    #[arg(long)]
    pub url: String,
    /// One-time code, for a station that is not enrolled
    #[arg(long)]
    pub code: Option<String>,
    /// A folder for the second witness
    #[arg(long)]
    pub witness: Option<PathBuf>,
    /// How wrong its clock is
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub clock_off_s: i64,
    /// Bytes of disk kept for the last events
    #[arg(long, default_value_t = 0)]
    pub reserve_bytes: u64,
    /// The default pace of a depot instead of a test's
    #[arg(long)]
    pub depot_pace: bool,
    /// No line at all
    #[arg(long)]
    pub no_line: bool,
}

/// What a station is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Do so many things, resting so long after each.
    Work {
        /// Things to do.
        acts: u64,
        /// Rest after each.
        rest_ms: u64,
        /// Of this order alone.
        seed: u64,
    },
    /// Look at decisions that met.
    Meet,
    /// Try the line now, and say how things are.
    Look,
    /// The clock is so wrong from now on.
    SetClock {
        /// Seconds ahead, or behind.
        off_s: i64,
    },
    /// End in order.
    Stop,
}

/// What a station answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It is open; its id.
    Open {
        /// The station's id, hex; empty before enrolment.
        station: String,
    },
    /// It worked.
    Worked(Tally),
    /// It looked at decisions that met, and stopped so many units.
    Met(u64),
    /// How things are.
    Is(Standing),
    /// It is done.
    Done,
    /// It cannot go on.
    Failed {
        /// Stable code.
        code: String,
        /// In words.
        why: String,
    },
}

/// How things are at a station.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Its id, hex.
    pub station: String,
    /// The epoch that it writes.
    pub epoch: String,
    /// Events that wait.
    pub unsent: u64,
    /// Photos that wait.
    pub photos: u64,
    /// Small pictures that wait.
    pub thumbnails: u64,
    /// Own events on disk.
    pub own: u64,
    /// Other benches' events on disk.
    pub foreign: u64,
    /// Whether there is a line.
    pub online: bool,
    /// What is wrong, by code.
    pub trouble: String,
}

/// A test's pace: the default's proportions, thirty times as fast.
pub fn pace() -> Pace {
    let millis = Duration::from_millis;
    Pace {
        first_retry: millis(40),
        longest_unreached: millis(1500),
        longest_retry: millis(2500),
        poll: millis(200),
        hello: millis(1500),
        connect_timeout: millis(700),
        request_timeout: millis(2000),
        batch_events: 200,
        photo_piece_bytes: 32 * 1024,
        ceiling_bytes_per_second: None,
    }
}

struct Station {
    records: Arc<Mutex<Records>>,
    hand: Hand,
    clock: StationClock,
    line: Option<LineHandle>,
    database: PathBuf,
    /// A database that is counted beside the records.
    counting: Option<Connection>,
}

/// Runs a station until it is told to stop, or its orders end.
///
/// # Errors
/// What the records or the line refuse; it is said on standard output, too.
pub fn run(args: &StationArgs) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let _entered = runtime.enter();
    let outcome = (|| {
        let mut station = runtime.block_on(Station::open(args))?;
        say(&Said::Open { station: station.id() })?;
        for line in std::io::stdin().lock().lines() {
            let order: Order = serde_json::from_str(&line?).context("an order that nobody knows")?;
            if order == Order::Stop {
                break;
            }
            say(&station.obey(order)?)?;
        }
        if let Some(line) = station.line.take() {
            runtime.block_on(line.stop());
        }
        Ok(())
    })();
    match &outcome {
        Ok(()) => say(&Said::Done)?,
        Err(error) => say(&Said::Failed { code: code_of(error), why: format!("{error:#}") })?,
    }
    outcome
}

fn code_of(error: &anyhow::Error) -> String {
    let records = error.downcast_ref::<RecordsError>().map(RecordsError::code);
    records.or(error.downcast_ref::<SyncError>().map(SyncError::code)).unwrap_or("proof-failed").to_owned()
}

fn say(said: &Said) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, said)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

impl Station {
    async fn open(args: &StationArgs) -> Result<Self> {
        let clock = StationClock::default();
        clock.set_off(args.clock_off_s);
        let told = clock.clone();
        let options = Options {
            program: "proof".to_owned(),
            clock: Arc::new(move || told.now()),
            witness_folder: args.witness.clone(),
            reserve_bytes: args.reserve_bytes,
            ..Options::default()
        };
        let records = Arc::new(Mutex::new(Records::open(&args.data, options)?));
        if lock(&records).enrolment().is_none()
            && let Some(code) = &args.code
        {
            sync::enrol_station(&records, &args.url, code).await?;
        }
        let line = if args.no_line || lock(&records).enrolment().is_none() {
            None
        } else {
            let mut config = LineConfig::of(&lock(&records))?;
            config.url = args.url.clone();
            if !args.depot_pace {
                config.pace = pace();
            }
            Some(Line::spawn(config, Arc::clone(&records))?)
        };
        let ledger = Ledger::open(&args.ledger)?;
        let hand = Hand::new(Arc::clone(&records), ledger, clock.clone(), Dice::of(0));
        Ok(Self { records, hand, clock, line, database: args.data.join("station.db"), counting: None })
    }

    fn id(&self) -> String {
        lock(&self.records).enrolment().map(|own| own.station.to_string()).unwrap_or_default()
    }

    fn obey(&mut self, order: Order) -> Result<Said> {
        match order {
            Order::Work { acts, rest_ms, seed } => {
                self.hand.dice = Dice::of(seed);
                self.hand.tally = Tally::default();
                for act in 0..acts {
                    self.hand.act()?;
                    if let Some(line) = &self.line {
                        line.kick();
                    }
                    if act % 16 == 15 {
                        self.hand.meet()?;
                    }
                    std::thread::sleep(Duration::from_millis(rest_ms));
                }
                Ok(Said::Worked(self.hand.tally))
            }
            Order::Meet => Ok(Said::Met(self.hand.meet()?)),
            Order::Look => {
                if let Some(line) = &self.line {
                    line.try_now();
                }
                Ok(Said::Is(self.standing()?))
            }
            Order::SetClock { off_s } => {
                self.clock.set_off(off_s);
                Ok(Said::Done)
            }
            Order::Stop => Ok(Said::Done),
        }
    }

    fn standing(&mut self) -> Result<Standing> {
        let (station, epoch, unsent) = {
            let records = lock(&self.records);
            let own = records.enrolment().map(|own| (own.station.to_string(), own.epoch.to_string()));
            let (station, epoch) = own.unwrap_or_default();
            (station, epoch, records.unsent()?)
        };
        let (own, foreign) = self.counts()?;
        let status = self.line.as_ref().map(|line| line.state().borrow().clone());
        let online = status.as_ref().is_some_and(|status| status.line == LineState::Online);
        let trouble =
            status.and_then(|status| status.trouble).map(|trouble| trouble.code).unwrap_or_default();
        Ok(Standing {
            station,
            epoch,
            unsent: unsent.events,
            photos: unsent.photos,
            thumbnails: unsent.thumbnails,
            own,
            foreign,
            online,
            trouble,
        })
    }

    fn counts(&mut self) -> Result<(u64, u64)> {
        if self.counting.is_none() {
            self.counting = Some(read_only(&self.database)?);
        }
        let Some(connection) = &self.counting else { return Ok((0, 0)) };
        let count = |table: &str| -> Result<u64> {
            let rows: i64 =
                connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            Ok(u64::try_from(rows)?)
        };
        Ok((count("events")?, count("foreign_events")?))
    }
}

/// A database, looked at beside its owner.
///
/// # Errors
/// Where there is none.
pub fn read_only(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).with_context(|| path.display().to_string())?;
    connection.busy_timeout(Duration::from_secs(20))?;
    Ok(connection)
}

fn lock(records: &Mutex<Records>) -> MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}
