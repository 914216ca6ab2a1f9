//! The list of tags: each change of the taxonomy is one event and one undo.
//!
//! Invariant: nothing is done to more than one example before its count was shown; the example that
//! a tag is put on is the one that was on the screen when the list was opened.

use super::{App, Confirm, Deed, Effect, List, Mode, PickKind, Prompt, PromptKind, say};
use crate::analysis::names::near_duplicates;
use crate::dataset::{DecideError, Event, NewTag, Tag, TagEdit, TagExample, TagId, same_tag_name};
use crate::ingest::Preset;
use crate::project::Sight;
use crate::tui::command::Command;
use tui_input::Input;

/// The list of tags, while it is open.
#[derive(Debug, Clone, Copy)]
pub struct TagPage {
    /// The chosen one.
    pub list: List,
    /// The example that was on the screen when it was opened.
    pub row: Option<u32>,
}

/// What is typed about a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagField {
    /// Another name.
    Name,
    /// Another letter: the next one that is typed; none takes it away.
    Letter,
    /// When it is to be given.
    Description,
    /// The name of the tag that is split off.
    Split,
}

/// A change of the taxonomy that waits to be confirmed.
#[derive(Debug, Clone)]
pub enum TagDeed {
    /// A change of one tag.
    Edit(TagId, TagEdit),
    /// A new tag takes its place on the marked examples.
    Split(TagId, String),
    /// Tags of a preset.
    Add(Vec<NewTag>),
}

impl App {
    /// The list of tags, if it is open: alone or below a field, a choice, a question.
    pub fn tag_page(&self) -> Option<&TagPage> {
        self.tag_page.as_ref()
    }

    /// The presets that can be added.
    pub fn presets(&self) -> &[Preset] {
        &self.setup.presets
    }

    /// Gives other presets than those that come with the program.
    pub fn offer_presets(&mut self, presets: Vec<Preset>) {
        self.setup.presets = presets;
    }

    /// The letter that a new tag of that name would get.
    pub fn letter_for(&self, name: &str) -> Option<char> {
        self.desk.ledger().letter_for(name, |c| self.keymap.is_reserved(c))
    }

    pub(super) fn open_tags(&mut self) -> Vec<Effect> {
        let row = self.row().filter(|_| self.painted == self.in_sight());
        self.desk.set_sight(row.map_or_else(Sight::default, |row| self.sight_of(row)));
        self.tag_page = Some(TagPage { list: List::default(), row });
        self.open(Mode::Tags)
    }

    /// What lay on top of the list is closed: the list is seen again.
    pub(super) fn back_to_tags(&mut self) {
        if self.tag_page.is_some() && self.mode.is_base() {
            self.mode = Mode::Tags;
        }
    }

    pub(super) fn tags_command(&mut self, command: Command) -> Vec<Effect> {
        let Some(mut page) = self.tag_page else { return vec![] };
        match (command, self.desk.ledger().tags().get(page.list.at).cloned()) {
            (Command::Cancel, _) => self.close_tags(),
            (Command::TagPreset, _) => self.open_picker(PickKind::Preset, vec![]),
            (Command::Undo | Command::Redo, _) => self.revert_tags(command == Command::Undo),
            (Command::Up | Command::Down | Command::ScrollUp | Command::ScrollDown, _) => {
                page.list.moved_in(command, self.desk.ledger().tags().len());
                self.tag_page = Some(page);
                vec![]
            }
            (_, None) => self.nothing("there is no tag to do that with"),
            (command, Some(tag)) => self.tag_command(command, &tag, page.row),
        }
    }

    fn tag_command(&mut self, command: Command, tag: &Tag, row: Option<u32>) -> Vec<Effect> {
        match (command, row) {
            (Command::TagRename, _) => self.ask(tag, TagField::Name, &tag.name),
            (Command::TagLetter, _) => self.ask(tag, TagField::Letter, ""),
            (Command::TagDescribe, _) => self.ask(tag, TagField::Description, &tag.description),
            (Command::TagSplit, _) if self.marked_with(tag.id).is_empty() => self.say_how_to(tag),
            (Command::TagSplit, _) => self.ask(tag, TagField::Split, ""),
            (Command::TagMerge, _) if self.desk.ledger().tags().len() < 2 => {
                self.nothing("there is no other tag to merge it into")
            }
            (Command::TagMerge, _) => self.open_picker(PickKind::MergeOf(tag.id), vec![]),
            (Command::TagDelete, _) => {
                let question = format!("delete {}: {}", tag.name, self.count_of(tag.id));
                self.confirm(
                    question,
                    "the tag goes, and from its examples too",
                    TagDeed::Edit(tag.id, TagEdit::Delete),
                )
            }
            (Command::Accept | Command::TagExample, None) => {
                self.nothing("no example was on the screen when this list was opened")
            }
            (Command::TagExample, Some(row)) => self.show_by(tag, row),
            (Command::Accept, Some(row)) => {
                self.close_tags();
                self.toggle_tag(row, tag.id)
            }
            _ => vec![],
        }
    }

    fn close_tags(&mut self) -> Vec<Effect> {
        self.tag_page = None;
        vec![]
    }

    fn ask(&mut self, tag: &Tag, field: TagField, text: &str) -> Vec<Effect> {
        self.open_prompt(PromptKind::Tag(tag.id, field), 0, text)
    }

    fn confirm(&mut self, question: String, detail: &str, deed: TagDeed) -> Vec<Effect> {
        let (detail, deed) = (detail.to_owned(), Deed::Tag(deed));
        self.open(Mode::Confirm(Confirm { question, detail, deed, by: None }))
    }

    /// `12 examples here, 3 elsewhere`
    fn count_of(&self, tag: TagId) -> String {
        let touched = self.desk.touched(tag);
        format!("{} here, {} elsewhere", say::examples(touched.here), touched.elsewhere)
    }

    /// The marked rows that have the tag.
    pub fn marked_with(&self, tag: TagId) -> Vec<u32> {
        let has = |row: &&u32| self.desk.review(**row).is_some_and(|r| r.tags.contains(&tag));
        self.marks.iter().filter(has).copied().collect()
    }

    fn say_how_to(&mut self, tag: &Tag) -> Vec<Effect> {
        let key = |command| self.keymap.key_of(command);
        let quote = if tag.name.contains(' ') { "\"" } else { "" };
        self.nothing(&format!(
            "mark the examples first: {} tag:{quote}{}{quote}, then {} or {}",
            key(Command::Find),
            tag.name,
            key(Command::Mark),
            key(Command::MarkAll)
        ))
    }

    /// The example shows the tag; if it does already, no example does.
    fn show_by(&mut self, tag: &Tag, row: u32) -> Vec<Effect> {
        let split = self.desk.examples().split;
        let example = TagExample { split, id: self.desk.id(row).to_owned() };
        let example = Some(example).filter(|example| tag.example.as_ref() != Some(example));
        self.edit_tag(tag.id, &TagEdit::Example(example)).unwrap_or_default()
    }

    /// What was typed about a tag. What can't be taken stays in the field.
    pub(super) fn tag_typed(&mut self, prompt: &Prompt, id: TagId, field: TagField) -> Vec<Effect> {
        let text = prompt.input.value();
        let done = match field {
            TagField::Letter => return self.letter_typed(prompt, id),
            TagField::Description => self.edit_tag(id, &TagEdit::Describe(text.to_owned())),
            TagField::Name => {
                self.unless_alike(text, Some(id), |name| TagDeed::Edit(id, TagEdit::Rename(name)))
            }
            TagField::Split => self.unless_alike(text, None, |name| TagDeed::Split(id, name)),
        };
        done.unwrap_or_else(|error| {
            self.nothing(&error.to_string());
            self.open(Mode::Prompt(prompt.clone()))
        })
    }

    fn letter_typed(&mut self, prompt: &Prompt, id: TagId) -> Vec<Effect> {
        let letter = prompt.input.value().trim().chars().next();
        self.edit_tag(id, &TagEdit::Letter(letter)).unwrap_or_else(|error| {
            let tag = self.desk.ledger().tag(id);
            let name = tag.map_or_else(String::new, |tag| tag.name.clone());
            self.nothing(&format!("{error}: another letter for {name}, or esc"));
            self.open(Mode::Prompt(Prompt { input: Input::default(), ..prompt.clone() }))
        })
    }

    /// Does it, or asks first where a tag is called nearly the same.
    fn unless_alike(
        &mut self,
        name: &str,
        own: Option<TagId>,
        deed: impl FnOnce(String) -> TagDeed,
    ) -> Result<Vec<Effect>, DecideError> {
        let alike = self.alike(name, own);
        let twin = alike.first().and_then(|&id| self.desk.ledger().tag(id));
        let twin = twin.filter(|tag| !same_tag_name(&tag.name, name)).map(|tag| tag.name.clone());
        let Some(twin) = twin else { return self.do_tag_deed(deed(name.to_owned())) };
        let question = format!("{} beside {twin}?", name.trim());
        let detail = "there is a tag that is called nearly the same; to make one of both: merge";
        Ok(self.confirm(question, detail, deed(name.to_owned())))
    }

    pub(super) fn tag_deed(&mut self, deed: TagDeed) -> Vec<Effect> {
        self.do_tag_deed(deed).unwrap_or_else(|error| self.nothing(&error.to_string()))
    }

    fn do_tag_deed(&mut self, deed: TagDeed) -> Result<Vec<Effect>, DecideError> {
        let keymap = self.keymap.clone();
        let reserved = |letter| keymap.is_reserved(letter);
        match deed {
            TagDeed::Edit(id, edit) => self.edit_tag(id, &edit),
            TagDeed::Split(id, name) => {
                let rows = self.marked_with(id);
                let event = self.desk.split_tag(id, &name, &rows, self.now, reserved)?;
                self.marks.clear();
                Ok(self.tags_changed(Some(event)))
            }
            TagDeed::Add(tags) => {
                let event = self.desk.add_tags(&tags, self.now, reserved)?;
                Ok(self.tags_changed(event))
            }
        }
    }

    fn edit_tag(&mut self, id: TagId, edit: &TagEdit) -> Result<Vec<Effect>, DecideError> {
        let keymap = self.keymap.clone();
        let reserved = |letter| keymap.is_reserved(letter);
        let event = self.desk.edit_tag(id, edit, self.now, reserved)?;
        let effects = self.tags_changed(event);
        if let TagEdit::Merge(into) = edit {
            self.choose_tag(*into);
        }
        Ok(effects)
    }

    /// Sends a change of tags to the store, and chooses the first one that is new.
    fn tags_changed(&mut self, event: Option<Event>) -> Vec<Effect> {
        let Some(event) = event else { return self.nothing("nothing changes") };
        let new = event.tags.iter().find(|tag| tag.before.is_none());
        let new = new.and_then(|tag| tag.after.as_ref()).map(|tag| tag.id);
        let effects = self.decided(Some(event), false);
        if let Some(page) = &mut self.tag_page {
            page.list.at = page.list.at.min(self.desk.ledger().tags().len().saturating_sub(1));
        }
        if let Some(id) = new {
            self.choose_tag(id);
        }
        effects
    }

    fn choose_tag(&mut self, id: TagId) {
        let at = self.desk.ledger().tags().iter().position(|tag| tag.id == id);
        if let (Some(page), Some(at)) = (&mut self.tag_page, at) {
            page.list.at = at;
        }
    }

    /// Undo and redo in the list reach changes of tags only: those of examples would not be seen.
    fn revert_tags(&mut self, undo: bool) -> Vec<Effect> {
        let ledger = self.desk.ledger();
        let next = if undo { ledger.done().last() } else { ledger.undone().last() };
        let is_decision = next.is_some_and(|event| event.tags.is_empty());
        if is_decision {
            return self.nothing("that was a decision on examples: close the list first");
        }
        if undo { self.take_back() } else { self.bring_back() }
    }

    /// The tags that are called nearly the same, `own` left out.
    pub(super) fn alike(&self, name: &str, own: Option<TagId>) -> Vec<TagId> {
        let tags: Vec<&Tag> =
            self.desk.ledger().tags().iter().filter(|tag| Some(tag.id) != own).collect();
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        near_duplicates(name, &names).into_iter().map(|at| tags[at].id).collect()
    }

    /// Asks whether a tag is to be merged into another.
    pub(super) fn propose_merge(&mut self, from: TagId, into: TagId) -> Vec<Effect> {
        let name = |id| self.desk.ledger().tag(id).map_or_else(String::new, |tag| tag.name.clone());
        let question = format!("merge {} into {}: {}", name(from), name(into), self.count_of(from));
        let detail = format!("they get {}, and {} goes", name(into), name(from));
        self.confirm(question, &detail, TagDeed::Edit(from, TagEdit::Merge(into)))
    }

    fn twin_note(&self, tag: &NewTag) -> Option<String> {
        let twin = self.desk.ledger().tag(*self.alike(&tag.name, None).first()?)?;
        Some(format!("{} is much like {}", tag.name, twin.name))
    }

    /// Says which tags of a preset would be new.
    pub(super) fn propose_preset(&mut self, at: usize) -> Vec<Effect> {
        let Some(preset) = self.setup.presets.get(at).cloned() else { return vec![] };
        let tags = self.desk.ledger().tags();
        let is_there = |new: &NewTag| tags.iter().any(|tag| same_tag_name(&tag.name, &new.name));
        let (there, new): (Vec<NewTag>, Vec<NewTag>) = preset.tags.into_iter().partition(is_there);
        if new.is_empty() {
            let text = format!("all {} tags of {} are there already", there.len(), preset.name);
            return self.nothing(&text);
        }
        let names = |tags: &[NewTag]| {
            tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut notes = vec![format!("new: {}", names(&new))];
        notes.extend((!there.is_empty()).then(|| format!("there already: {}", names(&there))));
        notes.extend(new.iter().filter_map(|tag| self.twin_note(tag)));
        let question = format!("{}: {} new tags", preset.name, new.len());
        self.confirm(question, &notes.join("; "), TagDeed::Add(new))
    }
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
