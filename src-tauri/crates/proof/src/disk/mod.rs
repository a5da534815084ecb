//! A disk that can lose power: a file system in memory (FUSE) that forgets what was not synced, and tears what was being
//! written. A file's bytes are safe after its own fsync, a name after its folder's.
//!
//! | module | holds |
//! |---|---|
//! | `platter` | what is safe and what is not, and what a cut leaves of it. Pure |
//! | `mounted` | the same as the kernel asks for it |

mod mounted;
mod platter;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use fuser::{BackgroundSession, Config, MountOption};

pub use platter::Platter;

use crate::dice::Dice;

/// A disk, mounted.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    platter: Arc<Mutex<Platter>>,
    session: Option<BackgroundSession>,
}

impl Disk {
    /// An empty disk at a folder.
    ///
    /// # Errors
    /// Where this process may not mount: the run needs root and /dev/fuse.
    pub fn mount(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut disk = Self { folder: folder.to_owned(), platter: Arc::default(), session: None };
        disk.attach()?;
        Ok(disk)
    }

    fn attach(&mut self) -> Result<()> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("proof".to_owned())];
        let files = mounted::Mounted::of(Arc::clone(&self.platter));
        let session = fuser::spawn_mount(files, &self.folder, &config).with_context(|| {
            format!("cannot mount a disk at {}: run this as root, with /dev/fuse", self.folder.display())
        })?;
        self.session = Some(session);
        Ok(())
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        lock(&self.platter)
    }

    /// The power goes after so many more changes.
    pub fn cut_after(&self, changes: u64) {
        self.platter().cut_after(changes);
    }

    /// The power goes now.
    pub fn cut_now(&self) {
        self.platter().cut_after(0);
    }

    /// Whether the power is gone.
    pub fn is_cut(&self) -> bool {
        self.platter().is_cut()
    }

    /// The power is back: mounted anew, with what a cut left. Nobody may have a file of it open.
    ///
    /// # Errors
    /// Where it cannot be mounted anew.
    pub fn come_back(&mut self, dice: &mut Dice) -> Result<()> {
        self.cut_now();
        if let Some(session) = self.session.take() {
            session.umount_and_join().context("the disk stays mounted")?;
        }
        self.platter().come_back(dice);
        self.attach()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(session) = self.session.take()
            && let Err(error) = session.umount_and_join()
        {
            tracing::warn!(%error, folder = %self.folder.display(), "a disk stays mounted");
        }
    }
}

fn lock(platter: &Mutex<Platter>) -> MutexGuard<'_, Platter> {
    platter.lock().unwrap_or_else(PoisonError::into_inner)
}
