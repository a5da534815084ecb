//! What head office sent down, looked up: RMAs, catalogue, operators, policy, checklists. Signed ones are
//! verified again on every loading; one that no longer verifies is set aside and counts as absent.

use returns::checklist::Checklist;
use returns::codes::Cycle;
use returns::ids::{
    CategoryCode, Gtin, OperatorId, OrderNumber, OwnerCode, RmaNumber, Sha256Hex, Sku, TrackingNumber,
};
use returns::item::Item;
use returns::policy::VerifiedPolicy;
use returns::rma::{Rma, RmaLine};
use rusqlite::params;
use rusqlite::{Params, ToSql};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{Document, Feed, Operator, Signed};

use crate::sql::{from_json, parse, text, texts};
use crate::{Records, RecordsError};

/// A GTIN as it is compared: 14 digits. Texts that are no such number stay as they are.
pub(crate) fn gtin_14(gtin: &str) -> String {
    format!("{gtin:0>14}")
}

impl Records {
    /// An RMA by its number.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all look-ups.
    pub fn rma(&self, number: &RmaNumber) -> Result<Option<Rma>, RecordsError> {
        let sql = "SELECT rma FROM rmas WHERE number = ?1";
        let rma = text(&self.connection, sql, params![number.as_str()])?;
        rma.map(|rma| from_json(&rma)).transpose()
    }

    /// RMAs announced with a tracking number.
    pub fn rmas_by_tracking(&self, tracking: &TrackingNumber) -> Result<Vec<Rma>, RecordsError> {
        let sql = "SELECT rma FROM rmas JOIN rma_tracking USING (number) WHERE tracking = ?1 ORDER BY number";
        self.rmas_where(sql, params![tracking.as_str()])
    }

    /// The first RMA announced with a tracking number.
    pub fn rma_by_tracking(&self, tracking: &TrackingNumber) -> Result<Option<Rma>, RecordsError> {
        Ok(self.rmas_by_tracking(tracking)?.into_iter().next())
    }

    /// The RMA for which a return label was given out; `label` is the id as the RMA names it.
    pub fn rma_by_label_id(&self, label: &str) -> Result<Option<Rma>, RecordsError> {
        if label.is_empty() {
            return Ok(None);
        }
        let sql = "SELECT rma FROM rmas WHERE label = ?1 ORDER BY number";
        Ok(self.rmas_where(sql, params![label])?.into_iter().next())
    }

    /// RMAs of a shop's order.
    pub fn rmas_by_order(&self, order: &OrderNumber) -> Result<Vec<Rma>, RecordsError> {
        let sql = "SELECT rma FROM rmas WHERE order_id = ?1 ORDER BY number";
        self.rmas_where(sql, params![order.as_str()])
    }

    /// RMA lines of a product, those that still expect one first.
    pub fn rma_lines_by_sku(&self, sku: &Sku) -> Result<Vec<(Rma, RmaLine)>, RecordsError> {
        let statement = "SELECT rma FROM rmas JOIN rma_skus USING (number) WHERE sku = ?1 ORDER BY number";
        let mut lines = Vec::new();
        for rma in self.rmas_where(statement, params![sku.as_str()])? {
            lines.extend(rma.lines_of(sku).into_iter().map(|line| (rma.clone(), line.clone())));
        }
        lines.sort_by_key(|(_, line)| line.expected() == 0);
        Ok(lines)
    }

    /// How many RMAs are known here.
    pub fn rma_count(&self) -> Result<u64, RecordsError> {
        Ok(crate::sql::uint(self.connection.query_row("SELECT count(*) FROM rmas", [], |row| row.get(0))?))
    }

    /// A catalogue item. Where two owners use the same number, the first by key.
    pub fn item(&self, sku: &Sku) -> Result<Option<Item>, RecordsError> {
        let sql = "SELECT key, signed FROM items WHERE sku = ?1 ORDER BY key";
        Ok(self
            .verified(Feed::Catalogue, sql, params![sku.as_str()])?
            .into_iter()
            .next()
            .map(|(item, _)| item))
    }

    /// Items that a GTIN names, 8 to 14 digits, leading zeros or not.
    pub fn items_by_gtin(&self, gtin: &Gtin) -> Result<Vec<Item>, RecordsError> {
        let sql = "SELECT key, signed FROM items JOIN item_gtins USING (key) WHERE gtin = ?1 ORDER BY key";
        let items = self.verified(Feed::Catalogue, sql, params![gtin_14(gtin.as_str())])?;
        Ok(items.into_iter().map(|(item, _)| item).collect())
    }

    /// The item that a GTIN names.
    pub fn item_by_gtin(&self, gtin: &Gtin) -> Result<Option<Item>, RecordsError> {
        Ok(self.items_by_gtin(gtin)?.into_iter().next())
    }

    /// Catalogue items whose SKU or title holds these words, at most so many; for the person who has no code
    /// to scan.
    pub fn find_items(&self, words: &str, most: usize) -> Result<Vec<Item>, RecordsError> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let all: Vec<(Item, Sha256Hex)> =
            self.verified(Feed::Catalogue, "SELECT key, signed FROM items ORDER BY sku", [])?;
        let holds = |item: &Item| {
            let text = format!("{} {}", item.sku, item.title).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        Ok(all.into_iter().map(|(item, _)| item).filter(holds).take(most).collect())
    }

    /// An operator by the content of their badge's code.
    pub fn operator_by_badge(&self, badge: &str) -> Result<Option<Operator>, RecordsError> {
        self.operator_where("SELECT key, signed FROM operators WHERE badge = ?1 ORDER BY key", params![badge])
    }

    /// An operator.
    pub fn operator(&self, id: &OperatorId) -> Result<Option<Operator>, RecordsError> {
        self.operator_where(
            "SELECT key, signed FROM operators WHERE id = ?1 ORDER BY key",
            params![id.as_str()],
        )
    }

    /// Everybody who may sign in.
    pub fn operators(&self) -> Result<Vec<Operator>, RecordsError> {
        let all = self.verified(Feed::Operators, "SELECT key, signed FROM operators ORDER BY id", [])?;
        Ok(all.into_iter().map(|(operator, _)| operator).collect())
    }

    /// The policy in force: the one with the highest number that verifies.
    pub fn policy(&self) -> Result<Option<VerifiedPolicy>, RecordsError> {
        let sql = "SELECT key, signed FROM documents WHERE kind = 'policy' ORDER BY number DESC";
        let newest = self.first_document(sql, params![])?;
        Ok(newest.and_then(|(document, hash)| match document {
            Document::Policy(policy) => Some(VerifiedPolicy { policy: *policy, hash }),
            Document::Checklist(_) => None,
        }))
    }

    /// The checklist for units of a category: the most special one for this owner and cycle, then the newest.
    pub fn checklist(
        &self,
        category: &CategoryCode,
        owner: Option<&OwnerCode>,
        cycle: Option<Cycle>,
    ) -> Result<Option<Checklist>, RecordsError> {
        let sql = "SELECT key, signed FROM documents WHERE kind = 'checklist' AND name = ?1 ORDER BY key";
        let documents: Vec<(Document, Sha256Hex)> =
            self.verified(Feed::Documents, sql, params![category.as_str()])?;
        let fitting = documents.into_iter().filter_map(|(document, _)| match document {
            Document::Checklist(checklist) => Some(*checklist),
            Document::Policy(_) => None,
        });
        let fitting = fitting.filter(|checklist| {
            (checklist.owner.is_none() || checklist.owner.as_ref() == owner)
                && (checklist.cycle.is_none() || checklist.cycle == cycle)
        });
        Ok(fitting.max_by_key(|list| (list.owner.is_some(), list.cycle.is_some(), list.version)))
    }

    /// The claim of a return label that came down, as head office wrote it.
    pub fn label_claim(&self, label: &str) -> Result<Option<Value>, RecordsError> {
        let sql = "SELECT claim FROM label_claims WHERE key = ?1";
        let claim = text(&self.connection, sql, params![label])?;
        claim.map(|claim| from_json(&claim)).transpose()
    }

    fn rmas_where(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Rma>, RecordsError> {
        let rmas = texts(&self.connection, sql, params)?;
        rmas.iter().map(|rma| from_json(rma)).collect()
    }

    fn operator_where(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Option<Operator>, RecordsError> {
        Ok(self.verified(Feed::Operators, sql, params)?.into_iter().next().map(|(operator, _)| operator))
    }

    /// The first document that verifies; those after it are not looked at.
    fn first_document(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
    ) -> Result<Option<(Document, Sha256Hex)>, RecordsError> {
        for (key, signed) in self.signed(sql, params)? {
            if let Some(document) = self.verify_one(Feed::Documents, &key, &signed)? {
                return Ok(Some(document));
            }
        }
        Ok(None)
    }

    fn verified<T, P>(&self, feed: Feed, sql: &str, params: P) -> Result<Vec<(T, Sha256Hex)>, RecordsError>
    where
        T: Serialize + DeserializeOwned,
        P: Params,
    {
        let mut documents = Vec::new();
        for (key, signed) in self.signed(sql, params)? {
            documents.extend(self.verify_one(feed, &key, &signed)?);
        }
        Ok(documents)
    }

    fn signed<P: Params>(&self, sql: &str, params: P) -> Result<Vec<(String, String)>, RecordsError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The document, with the SHA-256 of its signed bytes; `None` (and set aside) if it does not verify.
    fn verify_one<T>(&self, feed: Feed, key: &str, text: &str) -> Result<Option<(T, Sha256Hex)>, RecordsError>
    where
        T: Serialize + DeserializeOwned,
    {
        let Some(enrolment) = &self.enrolment else { return Ok(None) };
        let outcome = serde_json::from_str::<Signed<T>>(text)
            .map_err(|_| "document-unreadable")
            .and_then(|signed| signed.verify(&enrolment.head_office_key).map_err(|error| error.code()));
        match outcome {
            Ok((document, hash)) => Ok(Some((document, parse(&hash)?))),
            Err(code) => self.set_aside(feed, key, code, text).map(|()| None),
        }
    }
}
