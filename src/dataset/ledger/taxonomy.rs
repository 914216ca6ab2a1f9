//! Changes of the taxonomy: each is one event and one undo, however many examples it touches.

use super::{Action, Change, DecideError, Event, Ledger, Review, Split, Stamp};
use crate::dataset::{Tag, TagChange, TagExample, TagId, free_key};

/// A change of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagEdit {
    /// Another name.
    Rename(String),
    /// Another letter, or none.
    Letter(Option<char>),
    /// When it is to be given; empty takes the description away.
    Describe(String),
    /// The example that shows it, or none.
    Example(Option<TagExample>),
    /// Its examples get the other tag, and it goes.
    Merge(TagId),
    /// It goes, from its examples too.
    Delete,
}

/// How many examples a tag is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Touched {
    /// In the split that is reviewed.
    pub here: usize,
    /// In other splits.
    pub elsewhere: usize,
}

impl Ledger {
    /// Makes a tag on a letter that is neither taken nor `reserved`, and puts it on `on`, a list of ids of the
    /// stamp's split.
    ///
    /// # Errors
    /// An empty name, or one that differs from an existing name in case and spaces only.
    pub fn create_tag(
        &mut self,
        name: &str,
        on: &[&str],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let tag = self.new_tag(name, reserved)?;
        let id = tag.id;
        let put = |example: &&str| {
            self.change(stamp.split, example, &stamp, |review, _| review.put_tag(id))
        };
        let changes = on.iter().filter_map(put).collect();
        let tags = vec![TagChange { before: None, after: Some(tag) }];
        Ok(self.commit(Action::Decide, stamp, changes, tags))
    }

    /// Makes several tags in one event, those that are there already left out; `None` when all are.
    ///
    /// # Errors
    /// As [`Ledger::create_tag`].
    pub fn add_tags(
        &mut self,
        tags: &[(String, String)],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Option<Event>, DecideError> {
        let changes = self.new_tags(tags, true, reserved)?;
        let any = !changes.is_empty();
        Ok(any.then(|| self.commit(Action::Decide, stamp, vec![], changes)))
    }

    /// Makes the first tags of a project in one event that can't be undone.
    ///
    /// # Errors
    /// As [`Ledger::create_tag`].
    pub fn set_up(
        &mut self,
        names: &[String],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Event, DecideError> {
        let tags: Vec<_> = names.iter().map(|name| (name.clone(), String::new())).collect();
        let changes = self.new_tags(&tags, false, reserved)?;
        Ok(self.commit(Action::Setup, stamp, vec![], changes))
    }

    /// Changes a tag, and the examples that have it where the change asks for that. `None` when nothing changes.
    ///
    /// # Errors
    /// A tag that is gone, a name or letter that is taken.
    pub fn edit_tag(
        &mut self,
        id: TagId,
        edit: &TagEdit,
        stamp: Stamp,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Option<Event>, DecideError> {
        let before = self.tag(id).cloned().ok_or(DecideError::NoTag)?;
        let mut after = Some(before.clone());
        let mut changes = vec![];
        match (edit, &mut after) {
            (TagEdit::Rename(name), Some(tag)) => tag.name = self.free_name(name, Some(id))?,
            (TagEdit::Letter(key), Some(tag)) => {
                tag.key = key.map(|key| self.free_letter(key, id, reserved)).transpose()?;
            }
            (TagEdit::Describe(text), Some(tag)) => text.trim().clone_into(&mut tag.description),
            (TagEdit::Example(example), Some(tag)) => tag.example.clone_from(example),
            (&TagEdit::Merge(into), _) => {
                if into == id {
                    return Ok(None);
                }
                self.tag(into).ok_or(DecideError::NoTag)?;
                changes = self.on_all(id, &stamp, |review| {
                    review.take_tag(id);
                    review.put_tag(into);
                });
                after = None;
            }
            _ => {
                changes = self.on_all(id, &stamp, |review| {
                    review.take_tag(id);
                });
                after = None;
            }
        }
        if after.as_ref() == Some(&before) {
            return Ok(None);
        }
        let tags = vec![TagChange { before: Some(before), after }];
        Ok(Some(self.commit(Action::Decide, stamp, changes, tags)))
    }

    /// Splits a tag: a new one takes its place on those of `ids` that have it.
    ///
    /// # Errors
    /// As [`Ledger::create_tag`].
    pub fn split_tag(
        &mut self,
        id: TagId,
        name: &str,
        ids: &[&str],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let tag = self.new_tag(name, reserved)?;
        let new = tag.id;
        let moved = |example: &&str| {
            self.change(stamp.split, example, &stamp, |review, _| {
                if review.take_tag(id) {
                    review.put_tag(new);
                }
            })
        };
        let changes = ids.iter().filter_map(moved).collect();
        let tags = vec![TagChange { before: None, after: Some(tag) }];
        Ok(self.commit(Action::Decide, stamp, changes, tags))
    }

    /// How many examples have the tag.
    pub fn touched(&self, tag: TagId, here: Split) -> Touched {
        let count =
            |split| self.reviews(split).filter(|(_, review)| review.tags.contains(&tag)).count();
        let elsewhere = Split::ALL.into_iter().filter(|&split| split != here).map(count).sum();
        Touched { here: count(here), elsewhere }
    }

    /// Changes the reviews of all examples with the tag, of every split, in order of their ids.
    fn on_all(&self, tag: TagId, stamp: &Stamp, edit: impl Fn(&mut Review)) -> Vec<Change> {
        let mut changes = Vec::new();
        for split in Split::ALL {
            let tagged = self.reviews(split).filter(|(_, review)| review.tags.contains(&tag));
            let mut ids: Vec<&str> = tagged.map(|(id, _)| id).collect();
            ids.sort_unstable();
            let change = |id: &str| self.change(split, id, stamp, |review, _| edit(review));
            changes.extend(ids.into_iter().filter_map(change));
        }
        changes
    }

    fn new_tags(
        &self,
        tags: &[(String, String)],
        lenient: bool,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Vec<TagChange>, DecideError> {
        let mut draft =
            Self { tags: self.tags.clone(), next_tag: self.next_tag, ..Self::default() };
        let mut changes = Vec::new();
        for (name, description) in tags {
            let tag = match draft.new_tag(name, reserved) {
                Err(DecideError::TagExists(_)) if lenient => continue,
                tag => Tag { description: description.clone(), ..tag? },
            };
            draft.put_tag(None, Some(&tag));
            changes.push(TagChange { before: None, after: Some(tag) });
        }
        Ok(changes)
    }

    fn new_tag(&self, name: &str, reserved: impl Fn(char) -> bool) -> Result<Tag, DecideError> {
        let name = self.free_name(name, None)?;
        if self.next_tag == u16::MAX {
            return Err(DecideError::TooManyTags);
        }
        let key = free_key(&name, |c| reserved(c) || self.tags.iter().any(|t| t.key == Some(c)));
        let id = TagId(self.next_tag);
        Ok(Tag { id, name, key, description: String::new(), example: None })
    }

    /// The name with single spaces, if no tag but `own` has it.
    fn free_name(&self, name: &str, own: Option<TagId>) -> Result<String, DecideError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(DecideError::TagWithoutName);
        }
        let same =
            |tag: &&Tag| Some(tag.id) != own && tag.name.to_lowercase() == name.to_lowercase();
        match self.tags.iter().find(same) {
            Some(tag) => Err(DecideError::TagExists(tag.name.clone())),
            None => Ok(name),
        }
    }

    fn free_letter(
        &self,
        letter: char,
        own: TagId,
        reserved: impl Fn(char) -> bool,
    ) -> Result<char, DecideError> {
        let letter = letter.to_ascii_lowercase();
        if !letter.is_ascii_lowercase() {
            return Err(DecideError::NoLetter(letter));
        }
        if reserved(letter) {
            return Err(DecideError::LetterTaken { letter, by: "a command".to_owned() });
        }
        match self.tags.iter().find(|tag| tag.id != own && tag.key == Some(letter)) {
            Some(tag) => Err(DecideError::LetterTaken { letter, by: tag.name.clone() }),
            None => Ok(letter),
        }
    }
}
