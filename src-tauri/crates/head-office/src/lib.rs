//! Head office's server: takes events and photos in, gives returns, documents and decisions out.
//!
//! | module | holds |
//! |---|---|
//! | [`office`] | head office opened: key, store, photos |
//! | [`server`] | the calls of a station over HTTP |
//! | [`store`] | everything that is kept, behind one interface: SQLite or PostgreSQL |
//! | [`ledger`] | whether a batch of events continues a chain. Pure |
//! | [`interpret`] | what the events mean: units, RMA progress, effects |
//! | [`effects`] | what follows outside: proposals, stock moves, messages |
//! | [`import`] | RMAs, catalogue, operators, documents from files, row by row |
//! | [`export`] | what happened, as a table, EPCIS 2.0 or X12 180 |
//! | [`matching`] | blind receipts, and a person's word which line is theirs |
//! | [`contests`] | units about which two decisions are at odds |
//! | [`labels`] | signed return labels |
//! | [`blobs`] | photos, behind one interface: a folder or an object store |
//! | [`backup`] | backup and restore, of either kind of store |
//! | [`enrolment`] | one-time codes |
//! | [`webhooks`] | others told of effects |
//! | [`verify`], [`status`] | is it all there and sound; what is there |

mod background;
pub mod backup;
pub mod blobs;
pub mod contests;
pub mod effects;
pub mod enrolment;
pub mod error;
pub mod export;
pub mod import;
pub mod interpret;
pub mod key;
pub mod labels;
pub mod ledger;
pub mod matching;
pub mod office;
mod own_station;
pub mod proposals;
mod published;
pub mod server;
pub mod status;
pub mod store;
pub mod verify;
pub mod webhooks;

pub use error::HeadOfficeError;
pub use office::{HeadOffice, Stores};
pub use server::{Server, Settings};
