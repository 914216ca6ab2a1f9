//! A line of text that is typed: a note, a number.
//!
//! Invariant: typing in a field never triggers a command of the review, and Esc loses no text.

use super::{App, Effect, Mode, TagField};
use crate::dataset::TagId;
use crate::tui::command::Command;
use tui_input::{Input, InputRequest};

/// Characters taken of a paste: a note, not a document.
const LONGEST_PASTE: usize = 10_000;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The note of an example.
    Note,
    /// On how many examples the last decision is repeated.
    Count,
    /// What the filter is to be called.
    FilterName,
    /// What the slice is to be called.
    SliceName,
    /// Where to go: a number in the list, or an id.
    Jump,
    /// How many examples are to be reviewed in this session.
    Goal,
    /// What an intervention costs in days.
    Days,
    /// Why an experiment should help.
    Hypothesis,
    /// Days that an experiment may take.
    TimeBox,
    /// What an example would be: its text, or a cell of it.
    WhatIf,
    /// What the run of a model is to be called.
    RunName,
    /// Something of a tag's.
    Tag(TagId, TagField),
}

/// A line of text that is being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub kind: PromptKind,
    /// The example.
    pub row: u32,
    /// The text and the caret.
    pub input: Input,
}

impl App {
    /// Opens a field: with what was typed there when it was left, else with `text`.
    pub(super) fn open_prompt(&mut self, kind: PromptKind, row: u32, text: &str) -> Vec<Effect> {
        let same = |draft: &Prompt| draft.kind == kind && draft.row == row;
        let draft = self.drafts.iter().position(same).map(|at| self.drafts.swap_remove(at));
        let fresh = || Prompt { kind, row, input: Input::new(text.to_owned()) };
        let prompt = draft.unwrap_or_else(fresh);
        self.open(Mode::Prompt(prompt))
    }

    pub(super) fn open_note(&mut self, row: u32) -> Vec<Effect> {
        let note = self.desk.review(row).map_or_else(String::new, |review| review.note.clone());
        self.open_prompt(PromptKind::Note, row, &note)
    }

    pub(super) fn accept_prompt(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let text = prompt.input.value();
        match prompt.kind {
            PromptKind::Note => {
                let event = self.desk.set_note(prompt.row, text, self.now);
                self.decided(event, false)
            }
            PromptKind::Count => self.answered(prompt, |app| app.repeat_on_next(text)),
            PromptKind::FilterName => self.answered(prompt, |app| app.save_filter(text)),
            PromptKind::SliceName => self.answered(prompt, |app| app.pin(text)),
            PromptKind::Jump => self.jump_to_text(text),
            PromptKind::Goal => self.answered(prompt, |app| app.take_goal(text)),
            PromptKind::Days => self.answered(prompt, |app| app.take_days(text)),
            PromptKind::Hypothesis => self.answered(prompt, |app| app.take_hypothesis(text)),
            PromptKind::TimeBox => self.answered(prompt, |app| app.take_time_box(text)),
            PromptKind::WhatIf => vec![],
            PromptKind::RunName => self.answered(prompt, |app| app.begin_scoring(text)),
            PromptKind::Tag(tag, field) => self.tag_typed(prompt, tag, field),
        }
    }

    /// What was typed is kept for the next time; what an example would be goes back to what it was.
    pub(super) fn leave_prompt(&mut self, prompt: Prompt) -> Vec<Effect> {
        if prompt.kind == PromptKind::WhatIf {
            return self.leave_variant();
        }
        self.drafts.push(prompt);
        vec![]
    }

    /// Takes an answer. After a wrong one the field stays open: what is typed next mends it, and must
    /// not act as keys.
    fn answered(
        &mut self,
        prompt: &Prompt,
        take: impl FnOnce(&mut Self) -> Result<Vec<Effect>, String>,
    ) -> Vec<Effect> {
        take(self).unwrap_or_else(|wrong| {
            self.mode = Mode::Prompt(prompt.clone());
            self.nothing(&wrong)
        })
    }

    pub(super) fn edit(&mut self, request: InputRequest) -> Vec<Effect> {
        if !self.is_visible() {
            return vec![];
        }
        if let Mode::Find(line) = &mut self.mode
            && std::mem::take(&mut line.is_fresh)
            && matches!(request, InputRequest::InsertChar(_))
        {
            // As in a field whose text is selected.
            line.input = Input::default();
        }
        if let Some(input) = self.field() {
            input.handle(request);
            return self.typed();
        }
        vec![]
    }

    /// Pasted text goes into a field; it never acts as keys.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        let visible = self.is_visible();
        let Some(input) = self.field().filter(|_| visible) else {
            return self.nothing("pasted text is not taken as keys");
        };
        let safe = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = text.chars().take(LONGEST_PASTE).map(safe).collect();
        let before: String = input.value().chars().take(input.cursor()).collect();
        let after: String = input.value().chars().skip(input.cursor()).collect();
        let cursor = input.cursor() + text.chars().count();
        *input = Input::new(before + &text + &after).with_cursor(cursor);
        self.typed()
    }

    /// The field that is open.
    fn field(&mut self) -> Option<&mut Input> {
        match &mut self.mode {
            Mode::Prompt(prompt) => Some(&mut prompt.input),
            Mode::Picker(picker) => Some(&mut picker.input),
            Mode::Find(line) => Some(&mut line.input),
            _ => None,
        }
    }

    /// What depends on the text of the field follows it; a letter is taken as soon as it is typed.
    fn typed(&mut self) -> Vec<Effect> {
        let is_letter = |prompt: &Prompt| {
            matches!(prompt.kind, PromptKind::Tag(_, TagField::Letter))
                && !prompt.input.value().trim().is_empty()
        };
        match &self.mode {
            Mode::Picker(_) => self.find_picks(),
            Mode::Find(_) => self.complete_filter(),
            Mode::Prompt(prompt) if is_letter(prompt) => return self.on_top(Command::Accept),
            Mode::Prompt(prompt) if prompt.kind == PromptKind::WhatIf => {
                let text = prompt.input.value().to_owned();
                return self.vary(text);
            }
            _ => {}
        }
        vec![]
    }
}
