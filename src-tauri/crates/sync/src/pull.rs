//! Feeds down, page by page, until each is current.

use jiff::{SignedDuration, Timestamp};
use records::Applied;
use wire::{Feed, FeedPage};

use crate::line::Session;
use crate::office::Call;
use crate::{SyncError, Trouble};

/// That a feed is complete is noted anew at most this often.
const STILL_CURRENT: SignedDuration = SignedDuration::from_secs(30);

impl Session {
    pub(crate) async fn pull(&mut self) -> Result<(), SyncError> {
        for feed in Feed::ALL {
            match self.pull_feed(feed).await {
                // An older head office has fewer feeds; the others go on.
                Err(error) if error.proven().is_some_and(|(status, _)| status == 404) => {
                    tracing::info!(%feed, "head office has no such feed");
                }
                other => other?,
            }
        }
        self.tell_of_refused_items().await
    }

    async fn pull_feed(&mut self, feed: Feed) -> Result<(), SyncError> {
        let mut snapshot = false;
        loop {
            let cursor = self.records.with(move |records| records.cursor(feed)).await?.unwrap_or_default();
            let call = if snapshot {
                Call::get(format!("/v1/feeds/{feed}/snapshot"))
            } else {
                Call::get(format!("/v1/feeds/{feed}")).query("after", &cursor)
            };
            let page: FeedPage = match self.office.call(&call).await {
                Ok(answer) => answer.json()?,
                Err(error) if !snapshot && error.proven().is_some_and(|(status, _)| status == 409) => {
                    tracing::info!(%feed, "head office does not know our place in the feed: from the beginning");
                    snapshot = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if page.feed != feed {
                return Err(SyncError::Unreadable(format!("asked for {feed}, got {}", page.feed)));
            }
            let (more, stuck) = (page.more, page.more && page.cursor == cursor && !snapshot);
            if stuck {
                return Err(SyncError::Unreadable(format!("feed {feed} does not go on")));
            }
            self.take_in(page, snapshot).await?;
            if !more {
                return Ok(());
            }
            snapshot = false;
        }
    }

    async fn take_in(&mut self, page: FeedPage, snapshot: bool) -> Result<(), SyncError> {
        let applied = self
            .records
            .with(move |records| {
                if snapshot {
                    return records.apply_snapshot(&page);
                }
                let now = Timestamp::now();
                let known =
                    records.current_at(page.feed)?.is_some_and(|at| now.duration_since(at) < STILL_CURRENT);
                let same = page.items.is_empty() && records.cursor(page.feed)?.as_ref() == Some(&page.cursor);
                // Nothing new: a commit every few seconds for each feed would only wear out the disk.
                if known && same { Ok(Applied::default()) } else { records.apply_page(&page) }
            })
            .await?;
        if applied.items > 0 {
            self.status.send_modify(|status| status.items += applied.items);
        }
        Ok(())
    }

    /// Items that could not be trusted or read are a person's business for as long as there are any.
    async fn tell_of_refused_items(&mut self) -> Result<(), SyncError> {
        const CODE: &str = "feed-items-refused";
        let refused = self.records.with(|records| records.refused_items()).await?;
        if let Some(first) = refused.first() {
            let args = [
                ("items", refused.len().to_string()),
                ("feed", first.feed.to_string()),
                ("item", first.item.clone()),
                ("why", first.code.clone()),
            ];
            self.lasting = Some(Trouble::new(CODE, args));
        } else if self.lasting.as_ref().is_some_and(|trouble| trouble.code == CODE) {
            self.lasting = None;
        }
        Ok(())
    }
}
