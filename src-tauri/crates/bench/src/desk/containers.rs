//! Containers: what is in them, closing, shipping, the contents list.

use returns::ids::ContainerId;

use super::{Coded, Desk, coded};
use crate::seam::{ContainerView, Reply};

impl Desk {
    /// All containers that are not shipped.
    pub(crate) fn containers(&self) -> Result<Vec<ContainerView>, Coded> {
        Err(coded("command-not-now", []))
    }

    /// One container with its contents.
    pub(crate) fn container_reply(&self, container: ContainerId) -> Result<Reply, Coded> {
        let _ = container;
        Err(coded("command-not-now", []))
    }

    /// Closes it.
    pub(crate) fn container_closed(&mut self, container: ContainerId) -> Result<Reply, Coded> {
        self.container_reply(container)
    }

    /// Ships it.
    pub(crate) fn container_shipped(
        &mut self,
        container: ContainerId,
        tracking: Option<String>,
    ) -> Result<Reply, Coded> {
        let _ = tracking;
        self.container_reply(container)
    }

    /// Prints its contents list.
    pub(crate) fn contents_printed(&mut self, container: ContainerId) -> Result<Reply, Coded> {
        self.container_reply(container)
    }
}
