//! One-time links in the core: on disk before they are in force, and used up together with what was said.

use std::sync::Arc;

use avow_shared::time::UnixMs;

use super::{Core, kept};
use crate::command::Refusal;
use crate::inspection::OfRecord;
use crate::links::{Change as OfLinks, Link, LinkId, Links, Purpose};
use crate::obligations::{self, Change, Confirmation};
use crate::roll_call::{ByHand, Said};
use crate::store::{Batch, Error, Store};

const LINK: &[u8] = b"link/";

/// Reads all back.
pub(super) fn load(store: &Store) -> Result<Links, Error> {
    let all = kept::load::<Link>(store, LINK)?;
    Ok(Links::new(all.into_values().map(Arc::unwrap_or_clone)))
}

fn number(id: LinkId) -> u64 {
    u64::from_be_bytes(id.bytes())
}

fn put(batch: &mut Batch, links: &Links, id: LinkId) {
    if let Some(link) = links.get(id) {
        kept::put(batch, LINK, number(id), link.as_ref());
    }
}

impl Core {
    /// Makes links, or takes one back.
    pub(super) fn change_link(&mut self, change: OfLinks, now: UnixMs) -> Result<(), Refusal> {
        let mut links = Links::clone(&self.books.links.load());
        let written = links.change(change, now)?;
        let mut batch = Batch::new();
        written.put.iter().for_each(|id| put(&mut batch, &links, *id));
        written.forgotten.iter().for_each(|id| kept::remove(&mut batch, LINK, number(*id)));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.links.store(Arc::new(links));
        Ok(())
    }

    /// A person at a venue hands its record in by a link: it is used up and the record is changed in one write.
    pub(super) fn hand_in_by_link(&mut self, id: LinkId, word: &OfRecord, now: UnixMs) -> Result<(), Refusal> {
        let mut links = Links::clone(&self.books.links.load());
        let Purpose::Inspection { run, venue } = links.use_up(id, now)? else {
            return Err(Refusal::Wrong("this link is for something else".to_owned()));
        };
        let mut batch = Batch::new();
        put(&mut batch, &links, id);
        self.word_of_record(run, venue, word, batch, now)?;
        self.books.links.store(Arc::new(links));
        Ok(())
    }

    /// A person at an end of a joint test confirms it by a link: it is used up and the test changed in one write.
    pub(super) fn confirm_by_link(
        &mut self,
        id: LinkId,
        said: &obligations::Said,
        who: Confirmation,
        now: UnixMs,
    ) -> Result<(), Refusal> {
        let mut links = Links::clone(&self.books.links.load());
        let Purpose::JointTest { test, end } = links.use_up(id, now)? else {
            return Err(Refusal::Wrong("this link is for something else".to_owned()));
        };
        if self.books.obligations.load().get(test).is_some_and(|test| test.newest() != *said) {
            return Err(Refusal::Conflict("what is confirmed was changed meanwhile".to_owned()));
        }
        let mut batch = Batch::new();
        put(&mut batch, &links, id);
        self.oblige_with(batch, Change::Confirm(test, end, who), now)?;
        self.books.links.store(Arc::new(links));
        Ok(())
    }

    /// A person answers a roll call by a link: it is used up and the answer is taken in one write.
    pub(super) fn answer_by_link(&mut self, id: LinkId, word: ByHand, now: UnixMs) -> Result<(), Refusal> {
        let mut links = Links::clone(&self.books.links.load());
        let Some((call, whom)) = links.use_up(id, now)?.called() else {
            return Err(Refusal::Wrong("this link is for something else".to_owned()));
        };
        let mut batch = Batch::new();
        put(&mut batch, &links, id);
        let operator = links.get(id).map(|link| link.by.clone()).unwrap_or_default();
        let said = Said::Answered(ByHand { operator, ..word });
        self.person(call, batch, |call| call.say(&whom, said))?;
        self.books.links.store(Arc::new(links));
        Ok(())
    }
}
