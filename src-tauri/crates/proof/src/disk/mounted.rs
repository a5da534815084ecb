//! The disk as the kernel asks for it.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty,
    ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow, WriteFlags,
};

use super::platter::{Node, Platter, ROOT, Refused};

/// How long the kernel may remember what it was told.
const TTL: Duration = Duration::from_secs(1);
/// What the disk says of its room, in blocks of 4096 bytes.
const BLOCKS: u64 = 1 << 20;

pub(super) struct Mounted {
    platter: Arc<Mutex<Platter>>,
}

impl Mounted {
    pub(super) fn of(platter: Arc<Mutex<Platter>>) -> Self {
        Self { platter }
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        super::lock(&self.platter)
    }

    fn attributes(&self, number: u64) -> Result<FileAttr, Errno> {
        self.platter().node(number).map(|node| attributes(number, node)).map_err(errno)
    }
}

fn errno(refused: Refused) -> Errno {
    match refused {
        Refused::NotThere => Errno::ENOENT,
        Refused::There => Errno::EEXIST,
        Refused::NoFolder => Errno::ENOTDIR,
        Refused::IsFolder => Errno::EISDIR,
        Refused::NotEmpty => Errno::ENOTEMPTY,
        Refused::NoPower => Errno::EIO,
    }
}

fn attributes(number: u64, node: &Node) -> FileAttr {
    let kind = if node.is_folder() { FileType::Directory } else { FileType::RegularFile };
    FileAttr {
        ino: INodeNo(number),
        size: node.length(),
        blocks: node.length().div_ceil(512),
        atime: node.changed,
        mtime: node.changed,
        ctime: node.changed,
        crtime: node.changed,
        kind,
        perm: node.mode,
        nlink: if node.is_folder() { 2 } else { 1 },
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

fn mode_of(mode: u32, umask: u32) -> u16 {
    u16::try_from(mode & !umask & 0o7777).unwrap_or(0o644)
}

fn done(outcome: Result<(), Refused>, reply: ReplyEmpty) {
    match outcome {
        Ok(()) => reply.ok(),
        Err(refused) => reply.error(errno(refused)),
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.platter().look_up(parent.0, name).map_err(errno);
        match found.and_then(|number| self.attributes(number)) {
            Ok(attributes) => reply.entry(&TTL, &attributes, Generation(0)),
            Err(error) => reply.error(error),
        }
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(ino.0) {
            Ok(attributes) => reply.attr(&TTL, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        changed: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let changed = changed.map(|changed| match changed {
            TimeOrNow::SpecificTime(time) => time,
            TimeOrNow::Now => SystemTime::now(),
        });
        let outcome = {
            let mut platter = self.platter();
            let resized = size.map_or(Ok(()), |size| platter.resize(ino.0, size));
            resized.and_then(|()| platter.mark(ino.0, changed, mode.map(|mode| mode_of(mode, 0))))
        };
        match outcome.map_err(errno).and_then(|()| self.attributes(ino.0)) {
            Ok(attributes) => reply.attr(&TTL, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        let made = self.platter().make(parent.0, name, true, mode_of(mode, umask)).map_err(errno);
        match made.and_then(|number| self.attributes(number)) {
            Ok(attributes) => reply.entry(&TTL, &attributes, Generation(0)),
            Err(error) => reply.error(error),
        }
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.platter().remove(parent.0, name, false), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.platter().remove(parent.0, name, true), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let mut platter = self.platter();
        if flags.contains(RenameFlags::RENAME_NOREPLACE) && platter.look_up(newparent.0, newname).is_ok() {
            return reply.error(Errno::EEXIST);
        }
        done(platter.rename((parent.0, name), (newparent.0, newname)), reply);
    }

    fn open(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.platter().node(ino.0) {
            Ok(_) => reply.opened(FileHandle(0), FopenFlags::empty()),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.platter().read(ino.0, offset, size as usize) {
            Ok(bytes) => reply.data(bytes),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.platter().write(ino.0, offset, data) {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(0)),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    /// Closing a file makes nothing safe.
    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        done(self.platter().sync(ino.0), reply);
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        done(self.platter().sync(ino.0), reply);
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let platter = self.platter();
        let names = match platter.names(ino.0) {
            Ok(names) => names,
            Err(refused) => return reply.error(errno(refused)),
        };
        let here = [(OsStr::new("."), ino.0), (OsStr::new(".."), ROOT)];
        let all = here.into_iter().chain(names.iter().map(|(name, number)| (name.as_os_str(), *number)));
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        for (place, (name, number)) in (1..).zip(all).skip(from) {
            let is_folder = platter.node(number).is_ok_and(Node::is_folder);
            let kind = if is_folder { FileType::Directory } else { FileType::RegularFile };
            if reply.add(INodeNo(number), place, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn getxattr(&self, _: &Request, _: INodeNo, _: &OsStr, _: u32, reply: ReplyXattr) {
        reply.error(Errno::EOPNOTSUPP);
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCKS, 4096, 255, 4096);
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let made = self.platter().make(parent.0, name, false, mode_of(mode, umask)).map_err(errno);
        match made.and_then(|number| self.attributes(number)) {
            Ok(attributes) => {
                reply.created(&TTL, &attributes, Generation(0), FileHandle(0), FopenFlags::empty());
            }
            Err(error) => reply.error(error),
        }
    }
}
