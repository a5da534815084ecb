//! How a server is to run.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::office::Stores;
use crate::webhooks::Patience;

/// Calls of one station in a minute, where nothing else is said: a queue of a whole day drains in a few seconds.
const CALLS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

/// Certificate and key of a server that speaks TLS by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The chain, PEM, the server's own first.
    pub certificates: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// How a server is to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where stations call; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where figures are told, apart from the calls of stations; nowhere without it.
    pub metrics: Option<SocketAddr>,
    /// Database and photos.
    pub stores: Stores,
    /// TLS by itself; without it plain HTTP, for a proxy or a trusted network.
    pub tls: Option<Tls>,
    /// Calls of one station in a minute.
    pub calls_per_minute: NonZeroU32,
    /// How patiently others are told of effects.
    pub patience: Patience,
}

impl Settings {
    /// The defaults: SQLite and a folder, plain HTTP.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            metrics: None,
            stores: Stores::default(),
            tls: None,
            calls_per_minute: CALLS_PER_MINUTE,
            patience: Patience::default(),
        }
    }
}
