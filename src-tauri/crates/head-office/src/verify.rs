//! Is it all there and sound: every chain recomputed from the stored bytes, every photo from its file.

use std::collections::BTreeMap;

use returns::ids::StationId;
use serde::Serialize;
use wire::{Chain, Epoch, Head};

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::EpochState;

const EVENTS_AT_ONCE: usize = 1000;
const BYTES_AT_ONCE: usize = 8 * 1024 * 1024;

/// Whether the chains hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChainVerdict {
    /// All of them.
    Ok,
    /// Not all.
    Broken,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Stable code.
    pub code: &'static str,
    /// Where.
    pub args: BTreeMap<&'static str, String>,
}

/// What `head-office verify` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Stations.
    pub stations: u64,
    /// Events whose hash was recomputed.
    pub events: u64,
    /// Whether the chains hold.
    pub chain: ChainVerdict,
    /// Photos held by the database's account.
    pub blobs: u64,
    /// Photos whose file is not there, or is not what its name says.
    pub blobs_missing: u64,
    /// Everything that is wrong; empty when all is well.
    pub problems: Vec<Trouble>,
}

impl HeadOffice {
    /// Verifies everything that is stored. `progress` is told the events done so far.
    pub fn verify(&self, mut progress: impl FnMut(u64)) -> Result<Verification, HeadOfficeError> {
        let mut found = Verification {
            stations: self.store().stations()?.len() as u64,
            events: 0,
            chain: ChainVerdict::Ok,
            blobs: 0,
            blobs_missing: 0,
            problems: Vec::new(),
        };
        for line in self.store().damage()? {
            found.problems.push(trouble("database-damaged", [("detail", line)]));
        }
        for (station, epoch, state) in self.store().chains()? {
            self.verify_chain(&station, &epoch, state, &mut found, &mut progress)?;
        }
        for (sha256, length) in self.store().blobs()? {
            found.blobs += 1;
            if !self.blobs().holds(&sha256, length)? {
                found.blobs_missing += 1;
                found.problems.push(trouble("blob-missing", [("sha256", sha256.to_string())]));
            } else if !self.blobs().hash_fits(&sha256)? {
                found.blobs_missing += 1;
                found.problems.push(trouble("blob-altered", [("sha256", sha256.to_string())]));
            }
        }
        Ok(found)
    }

    fn verify_chain(
        &self,
        station: &StationId,
        epoch: &Epoch,
        state: EpochState,
        found: &mut Verification,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), HeadOfficeError> {
        let at = |seq: u64| {
            [("station", station.to_string()), ("epoch", epoch.to_string()), ("seq", seq.to_string())]
        };
        let mut chain = Chain::at(*station, *epoch, Head::EMPTY);
        loop {
            let after = chain.head().seq;
            let events = self.store().events_after(station, epoch, after, EVENTS_AT_ONCE, BYTES_AT_ONCE)?;
            if events.is_empty() {
                break;
            }
            for event in events {
                found.events += 1;
                let computed = chain.push(&event.bytes);
                let wrong = if computed.seq != event.head.seq {
                    Some("event-missing")
                } else if computed.hash != event.head.hash {
                    Some("event-altered")
                } else {
                    None
                };
                if let Some(code) = wrong {
                    found.chain = ChainVerdict::Broken;
                    found.problems.push(trouble(code, at(computed.seq)));
                    return Ok(());
                }
            }
            progress(found.events);
        }
        if chain.head() != state.head {
            found.chain = ChainVerdict::Broken;
            found.problems.push(trouble("head-differs", at(state.head.seq)));
        }
        Ok(())
    }
}

fn trouble<const N: usize>(code: &'static str, args: [(&'static str, String); N]) -> Trouble {
    Trouble { code, args: args.into() }
}
