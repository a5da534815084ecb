//! One step of a run: everybody works, one thing goes wrong, and it is over.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::bench::{Bench, copy_file, copy_folder, empty_folder};
use crate::dice::Dice;
use crate::evidence::{Upgraded, held_by, held_in, unsent_in};
use crate::fault::Fault;
use crate::rig::Rig;
use crate::station::Order;
use crate::upgrade;
use crate::weather::{Sky, Weather};

/// Ten years, in seconds.
const TEN_YEARS_S: i64 = 10 * 365 * 24 * 3600;
/// Two copies of a disk must be noticed within this.
const CLONE_NOTICED: Duration = Duration::from_secs(30);

impl Rig {
    /// Lets one fault happen while everybody works.
    ///
    /// # Errors
    /// Where somebody fails as no fault explains.
    pub async fn episode(&mut self, fault: Fault, mut dice: Dice) -> Result<()> {
        self.lift().await?;
        let chosen = usize::try_from(dice.below(self.benches.len() as u64))?;
        match fault {
            Fault::KillStation => self.kill_station(chosen, &mut dice).await?,
            Fault::KillOffice => {
                self.all_work(&mut dice).await?;
                pause(&mut dice, 20, 500).await;
                // One of two, where there are two: the other goes on.
                let one = usize::try_from(dice.below(self.office.servers() as u64))?;
                self.office.kill_one(one).await;
                pause(&mut dice, 0, 400).await;
                self.office.start().await?;
            }
            Fault::PauseStation => {
                self.all_work(&mut dice).await?;
                pause(&mut dice, 10, 200).await;
                self.bench(chosen)?.pause();
                pause(&mut dice, 200, 3000).await;
                self.bench(chosen)?.resume();
            }
            Fault::PauseOffice => {
                self.all_work(&mut dice).await?;
                pause(&mut dice, 10, 200).await;
                let one = usize::try_from(dice.below(self.office.servers() as u64))?;
                self.office.pause_one(one);
                pause(&mut dice, 200, 3000).await;
                self.office.resume();
            }
            Fault::FullDisk => self.fill_disk(&mut dice).await?,
            Fault::ClockJump => self.jump_clock(chosen, &mut dice).await?,
            Fault::RestoreDatabase => self.put_back(chosen, false, &mut dice).await?,
            Fault::RestoreFolder => self.put_back(chosen, true, &mut dice).await?,
            Fault::Clone => self.copy_and_run_both(chosen, &mut dice).await?,
            Fault::Wipe => self.wipe(chosen, &mut dice).await?,
            Fault::RestoreOffice => self.restore_office(&mut dice).await?,
            Fault::Upgrade => self.upgrade(chosen, &mut dice).await?,
            Fault::PowerCut => self.cut_power(&mut dice).await?,
            _ => self.bad_weather(fault, &mut dice).await?,
        }
        self.lift().await?;
        self.worked().await
    }

    fn bench(&mut self, of: usize) -> Result<&mut Bench> {
        self.benches.get_mut(of).context("no such station")
    }

    async fn all_work(&mut self, dice: &mut Dice) -> Result<()> {
        for bench in &mut self.benches {
            let (acts, rest_ms, seed) = (dice.between(15, 50), dice.below(3), dice.roll());
            bench.work(acts, rest_ms, seed).await?;
        }
        Ok(())
    }

    async fn one_works(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        let (acts, seed) = (dice.between(10, 30), dice.roll());
        self.bench(of)?.work(acts, 0, seed).await?;
        self.worked().await
    }

    async fn kill_station(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        self.all_work(dice).await?;
        for _ in 0..dice.between(1, 3) {
            pause(dice, 0, 300).await;
            let bench = self.bench(of)?;
            bench.kill().await;
            bench.start(None).await?;
            let seed = dice.roll();
            self.bench(of)?.work(30, 0, seed).await?;
        }
        Ok(())
    }

    /// The line is as the fault says, for one station or for all, more than once.
    async fn bad_weather(&mut self, fault: Fault, dice: &mut Dice) -> Result<()> {
        let rate = dice.between(150, 500);
        let weather = match fault {
            Fault::Cut => Weather::Cut,
            Fault::OneWayUp => Weather::DeafUp,
            Fault::OneWayDown => Weather::DeafDown,
            Fault::SlowLine => Weather::Slow {
                bytes_per_second: dice.between(20_000, 200_000),
                latency_ms: dice.between(5, 120),
            },
            Fault::LossyLine => Weather::Lossy(rate),
            Fault::ResetBeforeReply => Weather::ResetBeforeReply(rate),
            Fault::Duplicate => Weather::Twice(rate),
            Fault::Reorder => Weather::LateAgain(rate),
            Fault::Truncate => Weather::Truncated(rate),
            Fault::BitFlip => Weather::FlippedBit(rate),
            _ => Weather::Portal,
        };
        let alone = usize::try_from(dice.below(2 * self.benches.len() as u64))?;
        let over = |at: usize, count: usize| alone >= count || alone == at;
        let count = self.benches.len();
        for (at, bench) in self.benches.iter().enumerate() {
            if over(at, count) {
                bench.sky.set(weather);
            }
        }
        self.all_work(dice).await?;
        // Until the weather has really spoilt something: a fault that nobody met proves nothing.
        let before: u64 = self.benches.iter().map(|bench| bench.sky.spoilt()).sum();
        let deadline = Instant::now() + Duration::from_secs(10);
        pause(dice, 300, 1200).await;
        while weather != Weather::Cut
            && self.benches.iter().map(|bench| bench.sky.spoilt()).sum::<u64>() == before
            && Instant::now() < deadline
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for bench in &self.benches {
            bench.sky.set(Weather::Clear);
        }
        Ok(())
    }

    async fn fill_disk(&mut self, dice: &mut Dice) -> Result<()> {
        let small = self.small.as_ref().context("no station has a small disk")?;
        small.narrow()?;
        let before = self.full;
        // Until something was really refused: a log of a few pages may still fit.
        for _ in 0..20 {
            self.all_work(dice).await?;
            self.worked().await?;
            if self.full > before {
                break;
            }
        }
        anyhow::ensure!(self.full > before, "the disk was never full");
        self.small.as_ref().context("no station has a small disk")?.widen()
    }

    async fn jump_clock(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        let off_s = match dice.below(3) {
            0 => -TEN_YEARS_S,
            1 => TEN_YEARS_S,
            _ => 0,
        };
        let bench = self.bench(of)?;
        bench.clock_off_s = off_s;
        bench.order(Order::SetClock { off_s }).await?;
        self.all_work(dice).await
    }

    /// A station goes back to how its disk was some work ago.
    async fn put_back(&mut self, of: usize, whole: bool, dice: &mut Dice) -> Result<()> {
        let copy = self.copy_of(of).await?;
        self.one_works(of, dice).await?;
        // Some of it is sent, some not.
        if dice.chance(500) {
            self.bench(of)?.sky.set(Weather::Cut);
        }
        self.one_works(of, dice).await?;
        pause(dice, 0, 600).await;
        self.bench(of)?.kill().await;
        let data = self.bench(of)?.data.clone();
        self.lose(&data, Some(&copy))?;
        if whole {
            empty_folder(&data)?;
            copy_folder(&copy, &data)?;
        } else {
            // Photos and keys stay: only the database was put back.
            for name in ["station.db", "station.db-wal", "station.db-shm"] {
                let _ = std::fs::remove_file(data.join(name));
                if copy.join(name).exists() {
                    copy_file(&copy.join(name), &data.join(name))?;
                }
            }
        }
        std::fs::File::open(&data)?.sync_all()?;
        std::fs::remove_dir_all(&copy)?;
        self.all_again(of, dice).await
    }

    /// The station starts again and works, before it has a line and after.
    async fn all_again(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        self.bench(of)?.start(None).await?;
        self.all_work(dice).await?;
        pause(dice, 0, 300).await;
        self.bench(of)?.sky.set(Weather::Clear);
        Ok(())
    }

    /// A copy of a station's disk as it is, taken while nobody writes.
    async fn copy_of(&mut self, of: usize) -> Result<PathBuf> {
        let number = self.seen.len();
        let bench = self.bench(of)?;
        bench.kill().await;
        let copy = bench.aside.join(format!("copy-{number}"));
        copy_folder(&bench.data, &copy)?;
        bench.start(None).await?;
        Ok(copy)
    }

    async fn copy_and_run_both(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        let copy = self.copy_of(of).await?;
        let sky = Sky::over(self.office.addresses(), dice.roll()).await?;
        let programs = self.setting.programs.clone();
        let (name, aside) = {
            let bench = self.bench(of)?;
            (format!("{} again", bench.name), copy.with_extension("aside"))
        };
        let mut twin = Bench::new(&name, copy.clone(), aside.clone(), sky, programs)?;
        let ledger = twin.ledgers.clone();
        self.bench(of)?.ledgers.extend(ledger);
        twin.start(None).await?;
        twin.work(dice.between(10, 30), 2, dice.roll()).await?;
        self.all_work(dice).await?;
        self.worked().await?;
        let tally = twin.worked().await?;
        self.events += tally.events;
        self.photos += tally.photos;
        let deadline = Instant::now() + CLONE_NOTICED;
        loop {
            let troubles = [twin.look().await?.trouble, self.bench(of)?.look().await?.trouble];
            if troubles.iter().all(|trouble| trouble == "station-cloned") {
                break;
            }
            if Instant::now() > deadline {
                self.stalls.push(format!("two copies of {name} run on: {troubles:?}"));
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // A person keeps one of them, and says so at head office.
        twin.kill().await;
        self.bench(of)?.kill().await;
        let data = self.bench(of)?.data.clone();
        self.lose(&copy, Some(&data))?;
        std::fs::remove_dir_all(&copy)?;
        let name = self.bench(of)?.name.clone();
        self.office.release(&name)?;
        self.bench(of)?.start(None).await
    }

    /// A station's disk is lost; it enrols as another one.
    async fn wipe(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        self.all_work(dice).await?;
        pause(dice, 0, 300).await;
        self.bench(of)?.kill().await;
        let data = self.bench(of)?.data.clone();
        self.lose(&data, None)?;
        empty_folder(&data)?;
        let name = self.next_name();
        let old = std::mem::replace(&mut self.bench(of)?.name, name.clone());
        self.office.revoke(&old)?;
        let code = self.office.code(&name)?;
        self.bench(of)?.start(Some(&code)).await
    }

    async fn restore_office(&mut self, dice: &mut Dice) -> Result<()> {
        self.all_work(dice).await?;
        pause(dice, 0, 300).await;
        self.office.back_up()?;
        self.worked().await?;
        self.all_work(dice).await?;
        pause(dice, 100, 1000).await;
        self.office.kill().await;
        self.watch()?;
        let before = self.office.restore()?;
        let mut gone = held_by(&before)?.but(&held_by(&self.office.life)?);
        // Paused, so that what is counted stands still.
        for bench in &self.benches {
            bench.pause();
            gone = gone.but(&held_in(&bench.data)?);
            bench.resume();
        }
        self.count_as_gone(gone);
        before.forget()?;
        self.office.start().await
    }

    /// A station as an older release left it, with a backlog, is started with this release.
    async fn upgrade(&mut self, of: usize, dice: &mut Dice) -> Result<()> {
        self.bench(of)?.sky.set(Weather::Cut);
        self.one_works(of, dice).await?;
        self.bench(of)?.stop().await?;
        let (data, name) = (self.bench(of)?.data.clone(), self.bench(of)?.name.clone());
        upgrade::as_older_release_left_it(&data, dice)?;
        let before = unsent_in(&data)?;
        self.bench(of)?.start(None).await?;
        self.bench(of)?.kill().await;
        let after = unsent_in(&data)?;
        anyhow::ensure!(!before.is_empty(), "nothing waited before the upgrade");
        self.upgrades.push(Upgraded { station: name, before, after });
        self.all_again(of, dice).await
    }

    /// The third station's power goes in the middle of its work.
    async fn cut_power(&mut self, dice: &mut Dice) -> Result<()> {
        const OF: usize = 2;
        self.all_work(dice).await?;
        let disk = self.disk.as_ref().context("no station has a disk that can lose power")?;
        disk.cut_after(dice.between(1, 400));
        let deadline = Instant::now() + Duration::from_secs(15);
        while !disk.is_cut() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        disk.cut_now();
        self.bench(OF)?.kill().await;
        let disk = self.disk.as_mut().context("no station has a disk that can lose power")?;
        disk.come_back(&mut dice.part(1))?;
        self.bench(OF)?.start(None).await
    }
}

async fn pause(dice: &mut Dice, from_ms: u64, to_ms: u64) {
    tokio::time::sleep(Duration::from_millis(dice.between(from_ms, to_ms))).await;
}
