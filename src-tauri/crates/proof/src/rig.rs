//! A depot in a folder: stations and a head office as processes, their lines, and what was seen of them so far.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use returns::ids::{EventId, Sha256Hex};

use crate::bench::Bench;
use crate::checks::{Violation, check};
use crate::cluster::Cluster;
use crate::disk::Disk;
use crate::evidence::{Held, OfficeLeft, Run, Seen, StationLeft, Upgraded, held_by, held_in, look_at_heads};
use crate::ledger::kinds_since;
use crate::office::Office;
use crate::process::Programs;
use crate::small_disk::SmallDisk;
use crate::station::{Said, Standing};
use crate::weather::{Sky, Weather};

/// A line with a backlog may stand still so long. Stations of a run go about thirty times as fast as those of a depot,
/// which have 90 seconds; a busy machine gets the rest.
const STILL: Duration = Duration::from_secs(60);

/// How a depot is set up.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Everything lies below this folder.
    pub folder: PathBuf,
    /// The project's assets: catalogue, policy, checklists, the demo's returns.
    pub assets: PathBuf,
    /// What is started.
    pub programs: Programs,
    /// Stations, at least three: the second has a disk of its own that can be full, the third one that can lose power.
    pub stations: usize,
    /// Of everything that is left to chance.
    pub seed: u64,
    /// What head office keeps things in.
    pub store: StoreKind,
}

/// What head office keeps things in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum StoreKind {
    /// SQLite and a folder of photos, one server.
    #[default]
    Folder,
    /// PostgreSQL and an object store, two servers at once.
    Postgres,
}

/// The depot.
#[derive(Debug)]
pub struct Rig {
    /// How it was set up.
    pub setting: Setting,
    /// Head office.
    pub office: Office,
    /// Stations.
    pub benches: Vec<Bench>,
    /// The second station's disk.
    pub small: Option<SmallDisk>,
    /// The third station's disk.
    pub disk: Option<Disk>,
    /// What was seen at head office.
    pub seen: Vec<Seen>,
    /// Upgrades.
    pub upgrades: Vec<Upgraded>,
    /// Events that went with a disk.
    pub gone: BTreeSet<EventId>,
    /// Photos and texts that went with a disk.
    pub gone_photos: BTreeSet<Sha256Hex>,
    /// Photos and texts that a station lost, though head office may hold them.
    pub lost_here: BTreeSet<Sha256Hex>,
    /// Lines that stood still.
    pub stalls: Vec<String>,
    /// Events acknowledged so far.
    pub events: u64,
    /// Photos among them.
    pub photos: u64,
    /// What the disk refused for want of room.
    pub full: u64,
    /// Names given to stations so far.
    pub named: u32,
    /// How far each ledger was read for the kinds in it.
    ledgers_read: BTreeMap<PathBuf, u64>,
}

impl Rig {
    /// Founds head office and enrols the stations, in clear weather.
    ///
    /// # Errors
    /// Where anything of it does not come up.
    pub async fn set_up(setting: Setting) -> Result<Self> {
        let folder = &setting.folder;
        let cluster = match setting.store {
            StoreKind::Folder => None,
            StoreKind::Postgres => Some(Cluster::start(folder)?),
        };
        let place = folder.join("head-office");
        let mut office = Office::found(&place, &setting.assets, setting.programs.clone(), cluster)?;
        office.start().await?;
        let mut rig = Self {
            office,
            benches: Vec::new(),
            small: None,
            disk: None,
            seen: Vec::new(),
            upgrades: Vec::new(),
            gone: BTreeSet::new(),
            gone_photos: BTreeSet::new(),
            lost_here: BTreeSet::new(),
            stalls: Vec::new(),
            events: 0,
            photos: 0,
            full: 0,
            named: 0,
            ledgers_read: BTreeMap::new(),
            setting,
        };
        for number in 0..rig.setting.stations {
            rig.add_station(number).await?;
        }
        Ok(rig)
    }

    async fn add_station(&mut self, number: usize) -> Result<()> {
        let name = self.next_name();
        let aside = self.setting.folder.join(format!("station-{number}"));
        let data = aside.join("data");
        std::fs::create_dir_all(&data)?;
        match number {
            1 => self.small = Some(SmallDisk::mount(&data)?),
            2 => self.disk = Some(Disk::mount(&data)?),
            _ => {}
        }
        let sky = Sky::over(self.office.addresses(), self.setting.seed ^ number as u64).await?;
        let mut bench = Bench::new(&name, data, aside.clone(), sky, self.setting.programs.clone())?;
        if number == 0 {
            let witness = aside.join("witness");
            std::fs::create_dir_all(&witness)?;
            bench.witness = Some(witness);
        }
        bench.start(Some(&self.office.code(&name)?)).await?;
        self.benches.push(bench);
        // Nothing can be received before the catalogue has come down.
        let bench = self.benches.last_mut().context("a station was just added")?;
        let deadline = Instant::now() + STILL;
        loop {
            let standing = bench.look().await?;
            if standing.online && standing.trouble.is_empty() {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "{name} finds no head office: {standing:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A name for another station.
    pub fn next_name(&mut self) -> String {
        self.named += 1;
        format!("LEJ2-B{:02}", self.named)
    }

    /// Clear weather, everybody up and going on.
    ///
    /// # Errors
    /// Where somebody does not come up.
    pub async fn lift(&mut self) -> Result<()> {
        if let Some(small) = &self.small {
            small.widen()?;
        }
        self.office.resume();
        for bench in &mut self.benches {
            bench.sky.set(Weather::Clear);
            bench.resume();
            bench.start(None).await?;
        }
        Ok(())
    }

    /// Waits for all that were told to work.
    ///
    /// # Errors
    /// Where one failed at it.
    pub async fn worked(&mut self) -> Result<()> {
        for bench in &mut self.benches {
            let tally = bench.worked().await?;
            self.events += tally.events;
            self.photos += tally.photos;
            self.full += tally.full;
        }
        self.watch()
    }

    /// Kinds of events that were acknowledged since this was last asked.
    ///
    /// # Errors
    /// Where a ledger cannot be read.
    pub fn kinds_since(&mut self) -> Result<BTreeMap<String, u64>> {
        let mut kinds = BTreeMap::new();
        for ledger in self.benches.iter().flat_map(|bench| &bench.ledgers) {
            let read = self.ledgers_read.entry(ledger.clone()).or_default();
            for (kind, times) in kinds_since(ledger, read)? {
                *kinds.entry(kind).or_default() += times;
            }
        }
        Ok(kinds)
    }

    /// Notes what head office holds now.
    ///
    /// # Errors
    /// Where its database cannot be read.
    pub fn watch(&mut self) -> Result<()> {
        self.seen.extend(look_at_heads(&self.office.life)?);
        Ok(())
    }

    /// Waits until everything that was recorded anywhere is everywhere, and decisions that met have been looked at.
    ///
    /// # Errors
    /// Where somebody fails. A line that stands still is noted, not an error.
    pub async fn rest(&mut self) -> Result<()> {
        self.lift().await?;
        self.worked().await?;
        let mut last = (Vec::new(), Instant::now());
        loop {
            let (quiet, picture) = self.look_around().await?;
            if quiet {
                let mut met = 0;
                for bench in &mut self.benches {
                    if let Said::Met(stopped) = bench.order(crate::station::Order::Meet).await? {
                        met += stopped;
                        self.events += stopped;
                    }
                }
                if met == 0 {
                    return Ok(());
                }
            }
            if picture != last.0 {
                last = (picture, Instant::now());
            } else if last.1.elapsed() > STILL {
                self.stalls.push(format!("nothing moved for {STILL:?}: {:?}", last.0));
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn look_around(&mut self) -> Result<(bool, Vec<Standing>)> {
        let unread = self.office.unread()?;
        let mut picture = Vec::new();
        for bench in &mut self.benches {
            picture.push(bench.look().await?);
        }
        // After the stations: what they sent meanwhile is not missed.
        let stored = self.office.events()?;
        self.watch()?;
        let quiet = unread == 0
            && self.office.unread()? == 0
            && picture.iter().all(|of| {
                of.unsent + of.photos + of.thumbnails == 0
                    && of.own + of.foreign == stored
                    && of.online
                    && !of.epoch.starts_with("p-")
            });
        Ok((quiet, picture))
    }

    /// Everybody stops, and what is left is read and checked. Then everybody goes on.
    ///
    /// # Errors
    /// Where what is left cannot even be read.
    pub async fn check(&mut self) -> Result<Vec<Violation>> {
        self.watch()?;
        for bench in &mut self.benches {
            bench.stop().await?;
        }
        let found = check(&self.left()?);
        self.stalls.clear();
        self.lift().await?;
        Ok(found)
    }

    /// What is left now. Stations must not run.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn left(&self) -> Result<Run> {
        let stations = self
            .benches
            .iter()
            .map(|bench| StationLeft::read(&bench.name, &bench.data, bench.account()?))
            .collect::<Result<_>>()?;
        Ok(Run {
            stations,
            office: OfficeLeft::read(&self.office.life)?,
            seen: self.seen.clone(),
            upgrades: self.upgrades.clone(),
            gone: self.gone.clone(),
            gone_photos: self.gone_photos.clone(),
            lost_here: self.lost_here.clone(),
            stalls: self.stalls.clone(),
        })
    }

    /// Everybody is gone, so that disks can be taken away.
    pub async fn close(mut self) {
        for bench in &mut self.benches {
            bench.kill().await;
        }
        self.office.kill().await;
    }

    /// A disk is lost: whatever was on it and is neither on the disk that takes its place nor at head office is gone, and
    /// nobody can ask for it back.
    ///
    /// # Errors
    /// Where one of the folders cannot be read.
    pub fn lose(&mut self, lost: &Path, instead: Option<&Path>) -> Result<()> {
        let instead = instead.map(held_in).transpose()?.unwrap_or_default();
        let lost = held_in(lost)?.but(&instead);
        self.lost_here.extend(&lost.bytes);
        let gone = lost.but(&held_by(&self.office.life)?);
        self.count_as_gone(gone);
        Ok(())
    }

    /// Nobody can have these any more.
    pub fn count_as_gone(&mut self, gone: Held) {
        self.gone.extend(gone.events);
        self.gone_photos.extend(gone.bytes);
    }
}
