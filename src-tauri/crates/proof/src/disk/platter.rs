//! What is safe on the disk and what is only in its memory; and what is left of both when the power goes.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::SystemTime;

use crate::dice::Dice;

/// The root folder's number.
pub const ROOT: u64 = 1;
/// A disk writes sectors of so many bytes whole or not at all.
const SECTOR: usize = 512;

/// Why something does not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such thing.
    NotThere,
    /// There is such a thing already.
    There,
    /// It is no folder.
    NoFolder,
    /// It is a folder.
    IsFolder,
    /// There is something in it.
    NotEmpty,
    /// The power is gone.
    NoPower,
}

type Done<T> = Result<T, Refused>;
type Names = BTreeMap<OsString, u64>;

/// A change of a file that was not synced.
#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Resize(usize),
}

/// A file or a folder.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its mode bits.
    pub mode: u16,
    /// When it was last changed.
    pub changed: SystemTime,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    File { live: Vec<u8>, safe: Vec<u8>, changes: Vec<Change> },
    Folder { live: Names, safe: Names },
}

/// A change of names that was not synced: what is taken away, and what is put in.
#[derive(Debug, Clone)]
struct Renaming {
    away: Option<(u64, OsString)>,
    put: Option<(u64, OsString, u64)>,
}

/// The disk.
#[derive(Debug)]
pub struct Platter {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    renamings: Vec<Renaming>,
    changes_left: Option<u64>,
}

impl Default for Platter {
    fn default() -> Self {
        let root = Node::folder(0o755);
        Self { nodes: [(ROOT, root)].into(), next: ROOT + 1, renamings: Vec::new(), changes_left: None }
    }
}

impl Node {
    fn folder(mode: u16) -> Self {
        let kind = Kind::Folder { live: Names::new(), safe: Names::new() };
        Self { mode, changed: SystemTime::now(), kind }
    }

    fn file(mode: u16) -> Self {
        let kind = Kind::File { live: Vec::new(), safe: Vec::new(), changes: Vec::new() };
        Self { mode, changed: SystemTime::now(), kind }
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder { .. })
    }

    /// Its length in bytes; a folder has none.
    pub fn length(&self) -> u64 {
        match &self.kind {
            Kind::File { live, .. } => live.len() as u64,
            Kind::Folder { .. } => 0,
        }
    }
}

impl Platter {
    /// The power goes after so many more changes.
    pub fn cut_after(&mut self, changes: u64) {
        self.changes_left = Some(changes);
    }

    /// Whether the power is gone.
    pub fn is_cut(&self) -> bool {
        self.changes_left == Some(0)
    }

    /// One more change; none where the power is gone.
    fn change(&mut self) -> Done<()> {
        match &mut self.changes_left {
            Some(0) => Err(Refused::NoPower),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A file or folder by its number.
    pub fn node(&self, number: u64) -> Done<&Node> {
        if self.is_cut() {
            return Err(Refused::NoPower);
        }
        self.nodes.get(&number).ok_or(Refused::NotThere)
    }

    fn node_mut(&mut self, number: u64) -> Done<&mut Node> {
        self.nodes.get_mut(&number).ok_or(Refused::NotThere)
    }

    /// Names in a folder.
    pub fn names(&self, folder: u64) -> Done<&Names> {
        match &self.node(folder)?.kind {
            Kind::Folder { live, .. } => Ok(live),
            Kind::File { .. } => Err(Refused::NoFolder),
        }
    }

    fn names_mut(&mut self, folder: u64) -> Done<&mut Names> {
        match &mut self.node_mut(folder)?.kind {
            Kind::Folder { live, .. } => Ok(live),
            Kind::File { .. } => Err(Refused::NoFolder),
        }
    }

    /// What bears a name.
    pub fn look_up(&self, folder: u64, name: &OsStr) -> Done<u64> {
        self.names(folder)?.get(name).copied().ok_or(Refused::NotThere)
    }

    /// Makes a file or a folder.
    pub fn make(&mut self, folder: u64, name: &OsStr, is_folder: bool, mode: u16) -> Done<u64> {
        if self.look_up(folder, name).is_ok() {
            return Err(Refused::There);
        }
        self.change()?;
        let number = self.next;
        self.names_mut(folder)?.insert(name.to_owned(), number);
        self.next += 1;
        self.nodes.insert(number, if is_folder { Node::folder(mode) } else { Node::file(mode) });
        self.renamings.push(Renaming { away: None, put: Some((folder, name.to_owned(), number)) });
        Ok(number)
    }

    /// Takes a name away.
    pub fn remove(&mut self, folder: u64, name: &OsStr, is_folder: bool) -> Done<()> {
        let number = self.look_up(folder, name)?;
        match (self.node(number)?.is_folder(), is_folder) {
            (true, false) => return Err(Refused::IsFolder),
            (false, true) => return Err(Refused::NoFolder),
            (true, true) if !self.names(number)?.is_empty() => return Err(Refused::NotEmpty),
            _ => {}
        }
        self.change()?;
        self.names_mut(folder)?.remove(name);
        self.renamings.push(Renaming { away: Some((folder, name.to_owned())), put: None });
        Ok(())
    }

    /// Gives something another name, in place of whatever bore it.
    pub fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Done<()> {
        let number = self.look_up(from.0, from.1)?;
        self.change()?;
        self.names_mut(from.0)?.remove(from.1);
        self.names_mut(to.0)?.insert(to.1.to_owned(), number);
        self.renamings.push(Renaming {
            away: Some((from.0, from.1.to_owned())),
            put: Some((to.0, to.1.to_owned(), number)),
        });
        Ok(())
    }

    /// Bytes of a file from a place on.
    pub fn read(&self, file: u64, offset: u64, most: usize) -> Done<&[u8]> {
        let Kind::File { live, .. } = &self.node(file)?.kind else { return Err(Refused::IsFolder) };
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(live.len());
        let rest = live.get(from..).unwrap_or_default();
        Ok(rest.get(..most).unwrap_or(rest))
    }

    /// Writes into the disk's memory.
    pub fn write(&mut self, file: u64, offset: u64, bytes: &[u8]) -> Done<()> {
        self.change()?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.alter(file, Change::Write { offset, bytes: bytes.to_vec() })
    }

    /// Cuts a file, or fills it up with zeros.
    pub fn resize(&mut self, file: u64, length: u64) -> Done<()> {
        self.change()?;
        self.alter(file, Change::Resize(usize::try_from(length).unwrap_or(usize::MAX)))
    }

    fn alter(&mut self, file: u64, change: Change) -> Done<()> {
        let node = self.node_mut(file)?;
        node.changed = SystemTime::now();
        let Kind::File { live, changes, .. } = &mut node.kind else { return Err(Refused::IsFolder) };
        apply(live, &change);
        changes.push(change);
        Ok(())
    }

    /// When a file counts as changed, and its mode.
    pub fn mark(&mut self, number: u64, changed: Option<SystemTime>, mode: Option<u16>) -> Done<()> {
        self.node(number)?;
        let node = self.node_mut(number)?;
        node.changed = changed.unwrap_or(node.changed);
        node.mode = mode.unwrap_or(node.mode);
        Ok(())
    }

    /// A file's bytes, or a folder's names, are safe from now on.
    pub fn sync(&mut self, number: u64) -> Done<()> {
        self.change()?;
        match &mut self.node_mut(number)?.kind {
            Kind::File { safe, changes, .. } => {
                for change in changes.drain(..) {
                    apply(safe, &change);
                }
            }
            Kind::Folder { .. } => self.sync_names(number),
        }
        Ok(())
    }

    /// Whatever touches this folder's names is done now, in the order in which it was asked for.
    fn sync_names(&mut self, folder: u64) {
        let touches = |renaming: &Renaming| {
            renaming.away.as_ref().is_some_and(|(of, _)| *of == folder)
                || renaming.put.as_ref().is_some_and(|(of, _, _)| *of == folder)
        };
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.renamings).into_iter().partition(touches);
        self.renamings = later;
        for renaming in now {
            self.settle(renaming);
        }
    }

    fn settle(&mut self, renaming: Renaming) {
        if let Some((folder, name)) = renaming.away
            && let Some(Node { kind: Kind::Folder { safe, .. }, .. }) = self.nodes.get_mut(&folder)
        {
            safe.remove(&name);
        }
        if let Some((folder, name, number)) = renaming.put
            && let Some(Node { kind: Kind::Folder { safe, .. }, .. }) = self.nodes.get_mut(&folder)
        {
            safe.insert(name, number);
        }
    }

    /// The power is back. Of the names that were not synced, the first so many were done; of the bytes that were not
    /// synced, some sectors were written and some were not.
    pub fn come_back(&mut self, dice: &mut Dice) {
        let renamings = std::mem::take(&mut self.renamings);
        let done = usize::try_from(dice.below(renamings.len() as u64 + 1)).unwrap_or(0);
        for renaming in renamings.into_iter().take(done) {
            self.settle(renaming);
        }
        for node in self.nodes.values_mut() {
            match &mut node.kind {
                Kind::File { live, safe, changes } => {
                    tear(safe, changes, dice);
                    live.clone_from(safe);
                }
                Kind::Folder { live, safe } => live.clone_from(safe),
            }
        }
        self.forget_the_nameless();
        self.changes_left = None;
    }

    fn forget_the_nameless(&mut self) {
        let (mut open, mut named) = (vec![ROOT], BTreeMap::new());
        while let Some(number) = open.pop() {
            let Some(node) = self.nodes.remove(&number) else { continue };
            if let Kind::Folder { live, .. } = &node.kind {
                open.extend(live.values());
            }
            named.insert(number, node);
        }
        self.nodes = named;
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { offset, bytes: written } => put(bytes, *offset, written),
        Change::Resize(length) => bytes.resize(*length, 0),
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset.saturating_add(written.len());
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(offset..end) {
        place.copy_from_slice(written);
    }
}

/// What a cut leaves of changes that were not synced: nothing, the first so many, or any sectors.
fn tear(safe: &mut Vec<u8>, changes: &mut Vec<Change>, dice: &mut Dice) {
    let way = dice.below(3);
    let first = usize::try_from(dice.below(changes.len() as u64 + 1)).unwrap_or(0);
    for (at, change) in changes.drain(..).enumerate() {
        match (way, &change) {
            (0, _) => {}
            (1, change) if at < first => apply(safe, change),
            (1, _) => {}
            (_, Change::Resize(_)) if dice.chance(500) => apply(safe, &change),
            (_, Change::Resize(_)) => {}
            (_, Change::Write { offset, bytes }) => {
                for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                    if dice.chance(500) {
                        put(safe, offset + number * SECTOR, sector);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> &OsStr {
        OsStr::new(text)
    }

    #[test]
    fn what_was_synced_survives_every_cut_and_the_rest_only_some() {
        let (mut kept, mut lost, mut torn) = (0, 0, 0);
        for seed in 0..300 {
            let mut platter = Platter::default();
            let file = platter.make(ROOT, name("a"), false, 0o644).unwrap();
            platter.write(file, 0, &[1; 4096]).unwrap();
            platter.sync(file).unwrap();
            platter.sync(ROOT).unwrap();
            platter.write(file, 4096, &[2; 4096]).unwrap();
            platter.make(ROOT, name("b"), false, 0o644).unwrap();
            platter.cut_after(0);
            assert_eq!(platter.write(file, 0, &[3]), Err(Refused::NoPower));
            assert_eq!(platter.sync(file), Err(Refused::NoPower));
            platter.come_back(&mut Dice::of(seed));
            let file = platter.look_up(ROOT, name("a")).expect("its name was synced");
            let bytes = platter.read(file, 0, 9000).unwrap();
            assert_eq!(&bytes[..4096], &[1; 4096]);
            let rest = &bytes[4096..];
            match rest.iter().filter(|byte| **byte == 2).count() {
                0 => lost += 1,
                4096 => kept += 1,
                _ => torn += 1,
            }
            let _ = platter.look_up(ROOT, name("b"));
        }
        assert!(kept > 20 && lost > 20 && torn > 20, "kept {kept}, lost {lost}, torn {torn}");
    }

    #[test]
    fn a_name_is_safe_only_after_its_folder_was_synced() {
        let survived = |sync: bool| {
            (0..100).filter(move |seed| {
                let mut platter = Platter::default();
                let file = platter.make(ROOT, name(".new"), false, 0o644).unwrap();
                platter.write(file, 0, b"whole").unwrap();
                platter.sync(file).unwrap();
                platter.rename((ROOT, name(".new")), (ROOT, name("photo"))).unwrap();
                if sync {
                    platter.sync(ROOT).unwrap();
                }
                platter.come_back(&mut Dice::of(*seed));
                platter
                    .look_up(ROOT, name("photo"))
                    .is_ok_and(|file| platter.read(file, 0, 9) == Ok(b"whole"))
            })
        };
        assert_eq!(survived(true).count(), 100);
        let without = survived(false).count();
        assert!(without < 90, "{without} of 100 names survived without a sync");
    }

    #[test]
    fn files_behave_as_files_do() {
        let mut platter = Platter::default();
        let folder = platter.make(ROOT, name("f"), true, 0o755).unwrap();
        let file = platter.make(folder, name("x"), false, 0o644).unwrap();
        assert_eq!(platter.make(folder, name("x"), false, 0o644), Err(Refused::There));
        platter.write(file, 3, b"abc").unwrap();
        assert_eq!(platter.read(file, 0, 10), Ok(b"\0\0\0abc".as_slice()));
        platter.resize(file, 4).unwrap();
        assert_eq!(platter.read(file, 2, 10), Ok(b"\0a".as_slice()));
        assert_eq!(platter.remove(ROOT, name("f"), true), Err(Refused::NotEmpty));
        assert_eq!(platter.remove(folder, name("x"), true), Err(Refused::NoFolder));
        platter.remove(folder, name("x"), false).unwrap();
        platter.remove(ROOT, name("f"), true).unwrap();
        assert_eq!(platter.look_up(ROOT, name("f")), Err(Refused::NotThere));
    }
}
