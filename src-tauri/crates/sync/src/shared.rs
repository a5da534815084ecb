//! The records, shared with the bench. Each look or change is one short lock on a thread that may block; none
//! is ever held across an await.

use std::sync::{Arc, Mutex, PoisonError};

use records::{Records, RecordsError};

use crate::SyncError;

#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Records>>);

impl Shared {
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Records) -> Result<T, RecordsError> + Send + 'static,
    ) -> Result<T, SyncError> {
        let records = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A panic elsewhere rolled its transaction back: the records behind the lock are whole.
            work(&mut records.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => Ok(result?),
            Err(error) => Err(SyncError::Client(error.to_string())),
        }
    }
}
