//! What lies on top of the review: a line of text, a choice of class, the keys.
//!
//! Invariant: typing in a field never triggers a command of the review.

use super::{App, Effect, Mode};
use crate::analysis::top_classes;
use crate::tui::command::Command;
use tui_input::{Input, InputRequest};

/// Characters taken of a paste: a note, not a document.
const LONGEST_PASTE: usize = 10_000;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The name of a tag.
    NewTag,
    /// The note of an example.
    Note,
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

/// A class that is being chosen.
#[derive(Debug, Clone)]
pub struct Picker {
    /// The example.
    pub row: u32,
    /// What was typed.
    pub input: Input,
    /// Classes that hold it, most probable first.
    pub matches: Vec<u32>,
    /// The one that Enter takes.
    pub selected: usize,
}

impl App {
    pub(super) fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        vec![]
    }

    pub(super) fn open_prompt(&mut self, kind: PromptKind, row: u32) -> Vec<Effect> {
        let same = |draft: &Prompt| draft.kind == kind && draft.row == row;
        let draft = self.drafts.iter().position(same).map(|at| self.drafts.swap_remove(at));
        let note = match kind {
            PromptKind::Note => self.desk.review(row).map(|review| review.note.clone()),
            PromptKind::NewTag => None,
        };
        let fresh = || Prompt { kind, row, input: Input::new(note.unwrap_or_default()) };
        let prompt = draft.unwrap_or_else(fresh);
        self.open(Mode::Prompt(prompt))
    }

    pub(super) fn open_picker(&mut self, row: u32) -> Vec<Effect> {
        let picker = Picker { row, input: Input::default(), matches: vec![], selected: 0 };
        self.mode = Mode::Picker(picker);
        self.find_classes();
        vec![]
    }

    pub(super) fn popup_command(&mut self, command: Command) -> Vec<Effect> {
        if !self.is_visible() && command != Command::Cancel {
            return vec![];
        }
        match (std::mem::replace(&mut self.mode, Mode::Review), command) {
            (Mode::Prompt(prompt), Command::Accept) => self.accept_prompt(&prompt),
            (Mode::Prompt(prompt), Command::Cancel) => {
                self.drafts.push(prompt);
                vec![]
            }
            (Mode::Picker(picker), Command::Accept) => match picker.matches.get(picker.selected) {
                Some(&class) => self.label(picker.row, class),
                None => self.nothing("no class of that name"),
            },
            (_, Command::Cancel) => vec![],
            (mode, command) => self.open(moved(mode, command)),
        }
    }

    fn accept_prompt(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let text = prompt.input.value();
        match prompt.kind {
            PromptKind::Note => {
                let event = self.desk.set_note(prompt.row, text, self.now);
                self.decided(event, false)
            }
            PromptKind::NewTag => self.make_tag(prompt),
        }
    }

    /// A name that is there already means that tag.
    fn make_tag(&mut self, prompt: &Prompt) -> Vec<Effect> {
        let keymap = self.keymap.clone();
        let reserved = |letter| keymap.is_reserved(letter);
        match self.desk.create_tag(prompt.row, prompt.input.value(), self.now, reserved) {
            Ok(event) => self.decided(Some(event), false),
            Err(crate::dataset::DecideError::TagExists(name)) => self.use_tag(prompt.row, &name),
            Err(error) => self.nothing(&error.to_string()),
        }
    }

    fn use_tag(&mut self, row: u32, name: &str) -> Vec<Effect> {
        let tag = self.desk.ledger().tags().iter().find(|tag| tag.name == name).map(|tag| tag.id);
        let has = |id| self.desk.review(row).is_some_and(|review| review.tags.contains(&id));
        match tag {
            Some(id) if !has(id) => self.toggle_tag(row, id),
            _ => self.nothing("that tag is on already"),
        }
    }

    pub(super) fn edit(&mut self, request: InputRequest) -> Vec<Effect> {
        if !self.is_visible() {
            return vec![];
        }
        match &mut self.mode {
            Mode::Prompt(prompt) => drop(prompt.input.handle(request)),
            Mode::Picker(picker) => {
                picker.input.handle(request);
                self.find_classes();
            }
            Mode::Review | Mode::Help(_) => {}
        }
        vec![]
    }

    /// Pasted text goes into a field; it never acts as keys.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        if matches!(self.mode, Mode::Review | Mode::Help(_)) || !self.is_visible() {
            return self.nothing("pasted text is not taken as keys");
        }
        let safe = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = text.chars().take(LONGEST_PASTE).map(safe).collect();
        let (Mode::Prompt(Prompt { input, .. }) | Mode::Picker(Picker { input, .. })) =
            &mut self.mode
        else {
            return vec![];
        };
        let before: String = input.value().chars().take(input.cursor()).collect();
        let after: String = input.value().chars().skip(input.cursor()).collect();
        let cursor = input.cursor() + text.chars().count();
        *input = Input::new(before + &text + &after).with_cursor(cursor);
        self.find_classes();
        vec![]
    }

    fn find_classes(&mut self) {
        let Mode::Picker(picker) = &mut self.mode else { return };
        let typed = picker.input.value().to_lowercase();
        let classes = self.desk.classes();
        let probs = self.desk.run().probs.row(picker.row as usize);
        picker.matches = top_classes(probs, classes.len())
            .into_iter()
            .map(|(class, _)| class)
            .filter(|&class| classes.name(class).to_lowercase().contains(&typed))
            .collect();
        picker.selected = 0;
    }
}

fn moved(mode: Mode, command: Command) -> Mode {
    match (mode, command) {
        (Mode::Help(scroll), Command::Down) => Mode::Help(scroll.saturating_add(1)),
        (Mode::Help(scroll), Command::Up) => Mode::Help(scroll.saturating_sub(1)),
        (Mode::Picker(mut picker), Command::Down) => {
            let last = picker.matches.len().saturating_sub(1);
            picker.selected = (picker.selected + 1).min(last);
            Mode::Picker(picker)
        }
        (Mode::Picker(mut picker), Command::Up) => {
            picker.selected = picker.selected.saturating_sub(1);
            Mode::Picker(picker)
        }
        (mode, _) => mode,
    }
}
