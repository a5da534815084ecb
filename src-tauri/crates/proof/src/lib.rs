//! The fault harness: stations and a head office as processes, everything that can go wrong between and below them, and a
//! checker that looks at what is left. Never part of the product. The list of what must hold, and of what goes wrong, is
//! the protocol's.
//!
//! | module | holds |
//! |---|---|
//! | [`soak`] | a run: faults from a seed, the checker after every few of them |
//! | [`fault`], [`dice`] | the faults, the plan that a seed makes of them, chance that can be had again |
//! | [`rig`], `episode` | the depot in a folder, and what each fault does to it |
//! | [`checks`], [`evidence`] | what must hold, and what it is read from: rows, bytes, files |
//! | [`ledger`] | what the generator was told is saved, outside the database |
//! | [`mod@bench`], [`station`], [`work`], `step`, `ways`, `dock`, [`facts`], [`meeting`] | a station as a process, and the work it does by the domain's commands |
//! | [`office`], [`process`] | head office as one process or two; processes paused, continued, killed |
//! | [`life`], [`cluster`] | where a head office keeps things, read by SQL alone; PostgreSQL and an object store of the run's own |
//! | [`weather`], [`http`] | the line: cut, one-way, slow, lossy, doubled, reordered, altered, a captive portal |
//! | [`disk`], [`small_disk`] | a disk that loses power, a disk that is full |
//! | [`upgrade`] | a database as an older release left it |

pub mod bench;
pub mod checks;
pub mod cluster;
pub mod dice;
pub mod disk;
mod dock;
mod episode;
pub mod evidence;
pub mod facts;
pub mod fault;
pub mod http;
pub mod ledger;
pub mod life;
pub mod meeting;
pub mod office;
pub mod process;
pub mod rig;
pub mod small_disk;
pub mod soak;
pub mod station;
mod step;
pub mod upgrade;
mod ways;
pub mod weather;
pub mod work;
