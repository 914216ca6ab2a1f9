//! The operations on tags: each is one event and one undo.

use super::Desk;
use crate::dataset::{DecideError, Event, NewTag, TagEdit, TagId, Touched};
use std::sync::Arc;

impl Desk {
    /// Makes a tag and puts it on the rows.
    ///
    /// # Errors
    /// A name that is empty or taken.
    pub fn create_tag(
        &mut self,
        rows: &[u32],
        name: &str,
        at: u64,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let stamp = self.stamp(at);
        let ids: Vec<&str> = rows.iter().map(|&row| self.examples.ids.get(row as usize)).collect();
        let event = Arc::make_mut(&mut self.ledger).create_tag(name, &ids, stamp, reserved)?;
        self.learn(rows);
        self.follow(&event.changes);
        Ok(event)
    }

    /// Makes several tags; those that are there already are left out.
    ///
    /// # Errors
    /// A name that is empty.
    pub fn add_tags(
        &mut self,
        tags: &[NewTag],
        at: u64,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Option<Event>, DecideError> {
        let stamp = self.stamp(at);
        Arc::make_mut(&mut self.ledger).add_tags(tags, stamp, reserved)
    }

    /// Changes a tag, and its examples where the change asks for that. `None` when nothing changes.
    ///
    /// # Errors
    /// A tag that is gone, a name or letter that is taken.
    pub fn edit_tag(
        &mut self,
        tag: TagId,
        edit: &TagEdit,
        at: u64,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Option<Event>, DecideError> {
        let stamp = self.stamp(at);
        let event = Arc::make_mut(&mut self.ledger).edit_tag(tag, edit, stamp, reserved)?;
        if let Some(event) = &event {
            self.follow(&event.changes);
        }
        Ok(event)
    }

    /// Splits a tag: a new one takes its place on those of `rows` that have it.
    ///
    /// # Errors
    /// A name that is empty or taken.
    pub fn split_tag(
        &mut self,
        tag: TagId,
        name: &str,
        rows: &[u32],
        at: u64,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let stamp = self.stamp(at);
        let ids: Vec<&str> = rows.iter().map(|&row| self.examples.ids.get(row as usize)).collect();
        let event = Arc::make_mut(&mut self.ledger).split_tag(tag, name, &ids, stamp, reserved)?;
        self.follow(&event.changes);
        Ok(event)
    }

    /// How many examples have the tag, of this split and of others.
    pub fn touched(&self, tag: TagId) -> Touched {
        self.ledger.touched(tag, self.examples.split)
    }
}
