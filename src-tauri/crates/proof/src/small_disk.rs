//! A disk that can be full: a file system in memory of its own, made narrow and wide again.

use std::ffi::CString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::statvfs;
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_remount, unmount};

/// Wide enough for a long run.
const WIDE: u64 = 1 << 30;
/// Room left where the disk is full.
const LEFT: u64 = 96 * 1024;

/// A disk of its own below a folder, for as long as this lives.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts it.
    ///
    /// # Errors
    /// Where this process may not mount: the run needs root.
    pub fn mount(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        mount("proof", folder, "tmpfs", MountFlags::empty(), Some(size(WIDE)?.as_c_str()))
            .with_context(|| format!("cannot mount a disk at {}: run this as root", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Leaves almost no room.
    ///
    /// # Errors
    /// Where it cannot be mounted anew.
    pub fn narrow(&self) -> Result<()> {
        let now = statvfs(&self.folder)?;
        let used = (now.f_blocks.saturating_sub(now.f_bfree)).saturating_mul(now.f_frsize);
        self.resize(used + LEFT)
    }

    /// Leaves room again.
    ///
    /// # Errors
    /// Where it cannot be mounted anew.
    pub fn widen(&self) -> Result<()> {
        self.resize(WIDE)
    }

    fn resize(&self, bytes: u64) -> Result<()> {
        Ok(mount_remount(&self.folder, MountFlags::empty(), size(bytes)?.as_c_str())?)
    }
}

fn size(bytes: u64) -> Result<CString> {
    Ok(CString::new(format!("size={bytes}"))?)
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(error) = unmount(&self.folder, UnmountFlags::DETACH) {
            tracing::warn!(%error, folder = %self.folder.display(), "a disk stays mounted");
        }
    }
}
