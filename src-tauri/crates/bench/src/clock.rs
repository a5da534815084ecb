//! The bench's clock and its source of fresh ids, both injected so that a test can say what time it is.

use std::sync::Arc;

use jiff::Timestamp;
use returns::ids::{ContainerId, EventId, ParcelId, UnitId};
use uuid::Uuid;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The computer's clock.
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// Another clock.
    pub fn from(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A fresh event id: UUID v7, which sorts roughly by time and orders nothing.
pub(crate) fn event_id() -> EventId {
    EventId(Uuid::now_v7())
}

/// A fresh unit id.
pub(crate) fn unit_id() -> UnitId {
    UnitId(Uuid::now_v7())
}

/// A fresh parcel id.
pub(crate) fn parcel_id() -> ParcelId {
    ParcelId(Uuid::now_v7())
}

/// A fresh container id.
pub(crate) fn container_id() -> ContainerId {
    ContainerId(Uuid::now_v7())
}
