//! What head office sent down, looked up: RMAs, catalogue, operators, policy, checklists. Signed ones are
//! verified on loading, and again whenever their text is another than the one that was verified last; one that no
//! longer verifies is set aside and counts as absent.

use std::any::Any;
use std::collections::HashMap;

use returns::checklist::Checklist;
use returns::codes::Cycle;
use returns::ids::{
    CategoryCode, CustomerRef, Gtin, OperatorId, OrderNumber, OwnerCode, RmaNumber, Serial, Sha256Hex, Sku,
    TrackingNumber,
};
use returns::item::Item;
use returns::policy::VerifiedPolicy;
use returns::rma::{Rma, RmaLine};
use rusqlite::{Connection, Params, ToSql, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{Document, Feed, Operator, PublicKey, Signed};

use crate::sql::{from_json, int, parse, text, texts};
use crate::{Records, RecordsError};

/// A GTIN as it is compared: 14 digits. Texts that are no such number stay as they are.
pub(crate) fn gtin_14(gtin: &str) -> String {
    format!("{gtin:0>14}")
}

/// Documents verified since the records were opened. A signature costs far more than comparing texts: what is
/// stored under a key is verified once, and again as soon as its text (or head office's key) is another.
#[derive(Default)]
pub(crate) struct Verified {
    documents: HashMap<(Feed, String), VerifiedText>,
}

struct VerifiedText {
    text: String,
    key: PublicKey,
    hash: Sha256Hex,
    document: Box<dyn Any + Send>,
}

/// Documents held at most: a depot's catalogue may be longer than what a bench sees in a day.
const MOST_VERIFIED: usize = 5_000;

impl Verified {
    fn get<T: Clone + 'static>(
        &self,
        feed: Feed,
        key: &str,
        text: &str,
        pinned: &PublicKey,
    ) -> Option<(T, Sha256Hex)> {
        let held = self.documents.get(&(feed, key.to_owned()))?;
        let same = held.text == text && held.key == *pinned;
        same.then(|| held.document.downcast_ref::<T>().cloned())
            .flatten()
            .map(|document| (document, held.hash))
    }

    fn keep<T: Clone + Send + 'static>(
        &mut self,
        feed: Feed,
        key: &str,
        text: &str,
        pinned: PublicKey,
        (document, hash): &(T, Sha256Hex),
    ) {
        if self.documents.len() >= MOST_VERIFIED {
            self.documents.clear();
        }
        let held = VerifiedText {
            text: text.to_owned(),
            key: pinned,
            hash: *hash,
            document: Box::new(document.clone()),
        };
        self.documents.insert((feed, key.to_owned()), held);
    }
}

/// Keeps a policy's signed text for good: a decision names it by hash.
pub(crate) fn keep_policy(
    connection: &Connection,
    hash: &str,
    number: u32,
    signed: &str,
) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO policies (hash, number, signed) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![hash, int(number.into()), signed])?;
    Ok(())
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

    /// RMAs with a line of which this serial was shipped.
    pub fn rmas_by_serial(&self, serial: &Serial) -> Result<Vec<Rma>, RecordsError> {
        let sql = "SELECT rma FROM rmas JOIN rma_serials USING (number) WHERE serial = ?1 ORDER BY number";
        self.rmas_where(sql, params![serial.as_str()])
    }

    /// RMAs of a customer.
    pub fn rmas_of_customer(&self, customer: &CustomerRef) -> Result<Vec<Rma>, RecordsError> {
        let sql = "SELECT rma FROM rmas WHERE customer = ?1 AND customer <> '' ORDER BY number";
        self.rmas_where(sql, params![customer.as_str()])
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
        self.tally("rmas")
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

    /// A policy that was in force here, whether it still is or not, by the hash that decisions name.
    pub fn policy_by_hash(&self, hash: &Sha256Hex) -> Result<Option<VerifiedPolicy>, RecordsError> {
        let sql = "SELECT hash, signed FROM policies WHERE hash = ?1";
        let found = self.first_document(sql, params![hash.to_string()])?.filter(|(_, is)| is == hash);
        Ok(found.and_then(|(document, hash)| match document {
            Document::Policy(policy) => Some(VerifiedPolicy { policy: *policy, hash }),
            Document::Checklist(_) => None,
        }))
    }

    /// A policy's signed original, by its hash.
    pub(crate) fn policy_signed(&self, hash: &Sha256Hex) -> Result<Option<String>, RecordsError> {
        text(&self.connection, "SELECT signed FROM policies WHERE hash = ?1", params![hash.to_string()])
    }

    /// Hash, number and signed text of the policies that are here and verify.
    pub(crate) fn policies_known(&self) -> Result<Vec<(String, u32, String)>, RecordsError> {
        let sql = "SELECT key, signed FROM documents WHERE kind = 'policy' ORDER BY number";
        let mut policies = Vec::new();
        for (key, signed) in self.signed(sql, params![])? {
            if let Some((Document::Policy(policy), hash)) = self.verify_one(Feed::Documents, &key, &signed)? {
                policies.push((hash.to_string(), policy.number, signed));
            }
        }
        Ok(policies)
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
    pub(crate) fn first_document(
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
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
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
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
    {
        let Some(enrolment) = &self.enrolment else { return Ok(None) };
        let pinned = enrolment.head_office_key;
        if let Some(held) = self.verified.borrow().get(feed, key, text, &pinned) {
            return Ok(Some(held));
        }
        let outcome = serde_json::from_str::<Signed<T>>(text)
            .map_err(|_| "document-unreadable")
            .and_then(|signed| signed.verify(&pinned).map_err(|error| error.code()));
        match outcome {
            Ok((document, hash)) => {
                let found = (document, parse(&hash)?);
                self.verified.borrow_mut().keep(feed, key, text, pinned, &found);
                Ok(Some(found))
            }
            Err(code) => self.set_aside(feed, key, code, text).map(|()| None),
        }
    }
}
