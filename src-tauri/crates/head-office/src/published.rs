//! What head office has published, as a bench reads it: RMAs, items, the policy in force, checklists.

use returns::checklist::Checklist;
use returns::codes::Cycle;
use returns::ids::{CategoryCode, OwnerCode, RmaNumber, Sku};
use returns::item::Item;
use returns::policy::VerifiedPolicy;
use returns::rma::Rma;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{Document, Feed, Signed};

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

impl HeadOffice {
    /// What a feed of signed values holds under our own key, with the SHA-256 of each. What another key signed says
    /// nothing here.
    pub(crate) fn published<T: Serialize + DeserializeOwned>(
        &self,
        feed: Feed,
    ) -> Result<Vec<(T, String)>, HeadOfficeError> {
        let values = self.store().feed_values(feed)?.into_iter();
        Ok(values.filter_map(|(_, value)| self.own(value)).collect())
    }

    /// The RMA of that number, with what came in since it was imported.
    pub(crate) fn rma(&self, number: &RmaNumber) -> Result<Option<Rma>, HeadOfficeError> {
        let value = self.store().feed_value(Feed::Rmas, number.as_str())?;
        value.map(|value| Ok(serde_json::from_value(value)?)).transpose()
    }

    /// All RMAs, with what came in since they were imported.
    pub(crate) fn rmas(&self) -> Result<Vec<Rma>, HeadOfficeError> {
        let values = self.store().feed_values(Feed::Rmas)?.into_iter();
        values.map(|(_, value)| Ok(serde_json::from_value(value)?)).collect()
    }

    /// A product of the catalogue.
    pub(crate) fn item(&self, sku: &Sku) -> Result<Option<Item>, HeadOfficeError> {
        let value = self.store().feed_value(Feed::Catalogue, sku.as_str())?;
        Ok(value.and_then(|value| self.own::<Item>(value)).map(|(item, _)| item))
    }

    /// The policy in force: the one with the highest number.
    pub(crate) fn policy(&self) -> Result<Option<VerifiedPolicy>, HeadOfficeError> {
        let policies = self.published::<Document>(Feed::Documents)?.into_iter();
        let policies = policies.filter_map(|(document, hash)| match document {
            Document::Policy(policy) => Some(VerifiedPolicy { policy: *policy, hash: hash.parse().ok()? }),
            Document::Checklist(_) => None,
        });
        Ok(policies.max_by_key(|verified| verified.policy.number))
    }

    /// The checklist for units of a category: the most special one for this owner and cycle, then the newest.
    pub(crate) fn checklist(
        &self,
        category: &CategoryCode,
        owner: &OwnerCode,
        cycle: Option<Cycle>,
    ) -> Result<Option<Checklist>, HeadOfficeError> {
        let documents = self.published::<Document>(Feed::Documents)?.into_iter();
        let lists = documents.filter_map(|(document, _)| match document {
            Document::Checklist(list) => Some(*list),
            Document::Policy(_) => None,
        });
        let fitting = lists.filter(|list| {
            list.category == *category
                && list.owner.as_ref().is_none_or(|of| of == owner)
                && (list.cycle.is_none() || list.cycle == cycle)
        });
        Ok(fitting.max_by_key(|list| (list.owner.is_some(), list.cycle.is_some(), list.version)))
    }

    /// A signed value, if our own key signed it; with the SHA-256 of its bytes.
    pub(crate) fn own<T: Serialize + DeserializeOwned>(&self, value: Value) -> Option<(T, String)> {
        serde_json::from_value::<Signed<T>>(value).ok()?.verify(&self.public_key()).ok()
    }
}
