//! The faults, and the plan that a seed makes of them.

use crate::dice::Dice;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A station's process is killed in the middle of anything.
    KillStation,
    /// Head office's process is killed.
    KillOffice,
    /// A station stands still.
    PauseStation,
    /// Head office stands still.
    PauseOffice,
    /// The line is cut.
    Cut,
    /// What a station says gets lost.
    OneWayUp,
    /// What head office answers gets lost.
    OneWayDown,
    /// The line is thin and slow.
    SlowLine,
    /// Connections break at any place.
    LossyLine,
    /// The line breaks between head office's commit and its reply.
    ResetBeforeReply,
    /// Messages arrive twice.
    Duplicate,
    /// Messages arrive again after later ones.
    Reorder,
    /// Messages are cut short.
    Truncate,
    /// A bit is another.
    BitFlip,
    /// A captive portal answers for head office.
    CaptivePortal,
    /// A station's disk is full.
    FullDisk,
    /// A station's clock jumps by ten years.
    ClockJump,
    /// A station's database is put back from a copy.
    RestoreDatabase,
    /// A station's whole disk is put back from a copy.
    RestoreFolder,
    /// A station's disk is copied, and both run.
    Clone,
    /// A station's disk is lost.
    Wipe,
    /// Head office is put back from its backup.
    RestoreOffice,
    /// A station of an older release, with a backlog, is started with this one.
    Upgrade,
    /// The power goes: what was not synced is forgotten, pages are torn.
    PowerCut,
}

impl Fault {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::KillStation,
        Self::KillOffice,
        Self::PauseStation,
        Self::PauseOffice,
        Self::Cut,
        Self::OneWayUp,
        Self::OneWayDown,
        Self::SlowLine,
        Self::LossyLine,
        Self::ResetBeforeReply,
        Self::Duplicate,
        Self::Reorder,
        Self::Truncate,
        Self::BitFlip,
        Self::CaptivePortal,
        Self::FullDisk,
        Self::ClockJump,
        Self::RestoreDatabase,
        Self::RestoreFolder,
        Self::Clone,
        Self::Wipe,
        Self::RestoreOffice,
        Self::Upgrade,
        Self::PowerCut,
    ];

    /// Its name, as it is printed and given on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::KillStation => "kill-station",
            Self::KillOffice => "kill-office",
            Self::PauseStation => "pause-station",
            Self::PauseOffice => "pause-office",
            Self::Cut => "cut",
            Self::OneWayUp => "one-way-up",
            Self::OneWayDown => "one-way-down",
            Self::SlowLine => "slow-line",
            Self::LossyLine => "lossy-line",
            Self::ResetBeforeReply => "reset-before-reply",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Truncate => "truncate",
            Self::BitFlip => "bit-flip",
            Self::CaptivePortal => "captive-portal",
            Self::FullDisk => "full-disk",
            Self::ClockJump => "clock-jump",
            Self::RestoreDatabase => "restore-database",
            Self::RestoreFolder => "restore-folder",
            Self::Clone => "clone",
            Self::Wipe => "wipe",
            Self::RestoreOffice => "restore-office",
            Self::Upgrade => "upgrade",
            Self::PowerCut => "power-cut",
        }
    }
}

impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name).ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|fault| fault.name()).collect();
            format!("no such fault; there is: {}", all.join(", "))
        })
    }
}

/// The fault of each step: rounds in which each of these comes once, every round in another order.
#[derive(Debug, Clone)]
pub struct Plan {
    dice: Dice,
    of: Vec<Fault>,
    round: Vec<Fault>,
}

impl Plan {
    /// What a seed makes of these faults.
    pub fn of(seed: u64, faults: &[Fault]) -> Self {
        Self { dice: Dice::of(seed).part(0xFA), of: faults.to_vec(), round: Vec::new() }
    }
}

impl Iterator for Plan {
    type Item = Fault;

    fn next(&mut self) -> Option<Fault> {
        if self.round.is_empty() {
            self.round.clone_from(&self.of);
            self.dice.shuffle(&mut self.round);
        }
        self.round.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_has_every_fault_once_and_a_seed_gives_the_same_plan() {
        let plan = |seed| Plan::of(seed, Fault::ALL).take(2 * Fault::ALL.len()).collect::<Vec<_>>();
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
        for round in plan(3).chunks(Fault::ALL.len()) {
            let mut round = round.to_vec();
            round.sort();
            let mut all = Fault::ALL.to_vec();
            all.sort();
            assert_eq!(round, all);
        }
    }

    #[test]
    fn names_are_read_back() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
        assert!("earthquake".parse::<Fault>().is_err());
    }
}
