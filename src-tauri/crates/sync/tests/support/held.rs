//! What the head office in memory holds, epoch by epoch.

use wire::{Epoch, EpochHeld, Head};

use super::Inside;

impl Inside {
    /// Works on one epoch as if it were the only one.
    pub fn of_epoch<T>(&mut self, epoch: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        if epoch == "1" {
            return work(self);
        }
        let (head, lines) = self.others.remove(epoch).unwrap_or((Head::EMPTY, Vec::new()));
        let (old_head, old_lines) = (self.head.replace(head), std::mem::replace(&mut self.lines, lines));
        let done = work(self);
        let head = std::mem::replace(&mut self.head, old_head).unwrap_or(Head::EMPTY);
        let lines = std::mem::replace(&mut self.lines, old_lines);
        self.others.insert(epoch.to_owned(), (head, lines));
        done
    }

    pub fn held(&self) -> Vec<EpochHeld> {
        let one =
            EpochHeld { epoch: Epoch::Numbered(1), head: self.head.unwrap_or(Head::EMPTY), closed: true };
        let others = self.others.iter().map(|(epoch, (head, _))| EpochHeld {
            epoch: epoch.parse().unwrap(),
            head: *head,
            closed: false,
        });
        std::iter::once(one).chain(others).collect()
    }
}
