//! Changes of the taxonomy: each is one event and one undo, however many examples it touches.

use super::{Action, Change, DecideError, Event, Ledger, Review, Split, Stamp};
use crate::dataset::{
    NewTag, Tag, TagChange, TagExample, TagId, free_key, same_tag_name, tag_name,
};

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
    /// Makes a tag on a letter that is neither taken nor `reserved`, and puts it on `on`, a list of
    /// ids of the stamp's split.
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
        let tag = self.new_tag(&name.to_owned().into(), reserved)?;
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
        tags: &[NewTag],
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
    pub fn set_up<T: Clone + Into<NewTag>>(
        &mut self,
        tags: &[T],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Event, DecideError> {
        let tags: Vec<NewTag> = tags.iter().cloned().map(T::into).collect();
        let changes = self.new_tags(&tags, false, reserved)?;
        Ok(self.commit(Action::Setup, stamp, vec![], changes))
    }

    /// Changes a tag, and the examples that have it where the change asks for that. `None` when
    /// nothing changes.
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
        let mut tag = before.clone();
        match edit {
            TagEdit::Rename(name) => tag.name = self.free_name(name, Some(id))?,
            TagEdit::Letter(key) => {
                tag.key = key.map(|key| self.free_letter(key, id, reserved)).transpose()?;
            }
            TagEdit::Describe(text) => text.trim().clone_into(&mut tag.description),
            TagEdit::Example(example) => tag.example.clone_from(example),
            &TagEdit::Merge(into) if into == id => return Ok(None),
            &TagEdit::Merge(into) => {
                self.tag(into).ok_or(DecideError::NoTag)?;
                return Ok(Some(self.drop_tag(before, Some(into), stamp)));
            }
            TagEdit::Delete => return Ok(Some(self.drop_tag(before, None, stamp))),
        }
        if tag == before {
            return Ok(None);
        }
        let tags = vec![TagChange { before: Some(before), after: Some(tag) }];
        Ok(Some(self.commit(Action::Decide, stamp, vec![], tags)))
    }

    /// The tag goes; its examples get the one that takes its place, if one does.
    fn drop_tag(&mut self, tag: Tag, place: Option<TagId>, stamp: Stamp) -> Event {
        let changes = self.on_all(tag.id, &stamp, |review| {
            review.take_tag(tag.id);
            if let Some(place) = place {
                review.put_tag(place);
            }
        });
        let tags = vec![TagChange { before: Some(tag), after: None }];
        self.commit(Action::Decide, stamp, changes, tags)
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
        self.tag(id).ok_or(DecideError::NoTag)?;
        let tag = self.new_tag(&name.to_owned().into(), reserved)?;
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

    /// How many examples have the tag. Its cost does not grow with the number of decisions.
    pub fn touched(&self, tag: TagId, here: Split) -> Touched {
        let uses = self.uses.get(&tag).copied().unwrap_or_default();
        let all: usize = uses.iter().sum();
        Touched { here: uses[here as usize], elsewhere: all - uses[here as usize] }
    }

    /// The letter that a new tag of that name would get.
    pub fn letter_for(&self, name: &str, reserved: impl Fn(char) -> bool) -> Option<char> {
        free_key(name, |c| reserved(c) || self.has_letter(c))
    }

    fn has_letter(&self, letter: char) -> bool {
        self.tags.iter().any(|tag| tag.key == Some(letter))
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
        tags: &[NewTag],
        lenient: bool,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Vec<TagChange>, DecideError> {
        let mut draft =
            Self { tags: self.tags.clone(), next_tag: self.next_tag, ..Self::default() };
        let mut changes = Vec::new();
        for tag in tags {
            let tag = match draft.new_tag(tag, reserved) {
                Err(DecideError::TagExists(_)) if lenient => continue,
                tag => tag?,
            };
            draft.put_tag(None, Some(&tag));
            changes.push(TagChange { before: None, after: Some(tag) });
        }
        Ok(changes)
    }

    fn new_tag(&self, new: &NewTag, reserved: impl Fn(char) -> bool) -> Result<Tag, DecideError> {
        let name = self.free_name(&new.name, None)?;
        if self.next_tag == u16::MAX {
            return Err(DecideError::TooManyTags);
        }
        let free = |c: &char| c.is_ascii_lowercase() && !reserved(*c) && !self.has_letter(*c);
        let key = new.key.filter(free).or_else(|| self.letter_for(&name, &reserved));
        let description = new.description.trim().to_owned();
        Ok(Tag { id: TagId(self.next_tag), name, key, description, example: None })
    }

    /// The name with single spaces, if no tag but `own` has it.
    fn free_name(&self, name: &str, own: Option<TagId>) -> Result<String, DecideError> {
        let name = tag_name(name);
        if name.is_empty() {
            return Err(DecideError::TagWithoutName);
        }
        let same = |tag: &&Tag| Some(tag.id) != own && same_tag_name(&tag.name, &name);
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

#[cfg(test)]
#[path = "taxonomy_tests.rs"]
mod tests;
