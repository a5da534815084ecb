//! Everything about codes: pixels to symbols, bytes to meaning, meaning to symbols.
//!
//! | from → to | module |
//! |---|---|
//! | file bytes → grey pixels | [`image_in`] |
//! | grey pixels → symbols | [`decode`] |
//! | scanned bytes → what they may mean | [`meaning`] |
//! | GS1 element strings, check digits, GTINs, Digital Link | [`gs1`] |
//! | our own `RS:` codes | [`rs`] |
//! | content → QR modules and Code 128 bars | [`mod@write`] |
//!
//! Pure: no files, no clock that changes a result, no devices.

mod aim;
pub mod decode;
pub mod gs1;
pub mod image_in;
pub mod meaning;
pub mod rs;
pub mod write;

pub use aim::Aim;
