//! A small runtime of its own for what speaks over the network while callers block: PostgreSQL and the object store.
//!
//! Callers may stand on any thread, inside another runtime too; they wait here without being driven by theirs.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::error::HeadOfficeError;

/// The runtime; it ends without waiting when it is dropped.
#[derive(Debug)]
pub(crate) struct Background {
    runtime: Option<Runtime>,
}

impl Background {
    /// Starts its threads.
    pub fn start(name: &str) -> Result<Self, HeadOfficeError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(name)
            .enable_all()
            .build()
            .map_err(|error| HeadOfficeError::Stopped(error.to_string()))?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// Waits for a future whose timers and sockets belong to this runtime. A caller that is a task of another runtime
    /// has a budget there; once that is used up, what waits here would never be woken.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        let _inside = self.runtime.as_ref().map(Runtime::enter);
        futures_executor::block_on(tokio::task::coop::unconstrained(future))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Waiting for its threads is forbidden where the caller is async itself.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
