//! A choice by typing: of a class, a tag or a command. Enter takes the first line.
//!
//! Invariant: the lines follow what is typed at once; nothing here waits for a clock.

use super::{App, Effect, Mode};
use crate::analysis::top_classes;
use crate::dataset::{Answer, Choice, DecideError, TagId};
use crate::tui::command::Command;
use crate::tui::screens::first_line;
use ratatui::layout::Rect;
use tui_input::Input;

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickKind {
    /// The label.
    Class,
    /// Classes that are right too; several can be chosen.
    Also,
    /// A tag, or a new one.
    Tag,
    /// A command.
    Command,
}

/// A line of the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// A class.
    Class(u32),
    /// A tag.
    Tag(TagId),
    /// A tag with the name that is typed.
    NewTag,
    /// A command.
    Command(Command),
}

/// Something that is being chosen.
#[derive(Debug, Clone)]
pub struct Picker {
    /// What.
    pub kind: PickKind,
    /// The examples it is for; none for a command.
    pub rows: Vec<u32>,
    /// What was typed.
    pub input: Input,
    /// What matches it, best first.
    pub picks: Vec<Pick>,
    /// The one that Enter takes.
    pub selected: usize,
    /// The one in the first line, as long as the chosen one can be seen then.
    pub top: usize,
}

impl Picker {
    /// Chooses a line; the others move only if it would not be seen.
    pub(super) fn choose(&mut self, line: usize, screen: Rect) {
        self.selected = line;
        self.top = first_line(screen, self);
    }
}

impl App {
    pub(super) fn open_picker(&mut self, kind: PickKind, rows: Vec<u32>) -> Vec<Effect> {
        let (input, picks) = (Input::default(), vec![]);
        self.mode = Mode::Picker(Picker { kind, rows, input, picks, selected: 0, top: 0 });
        self.find_picks();
        vec![]
    }

    pub(super) fn picker_command(&mut self, mut picker: Picker, command: Command) -> Vec<Effect> {
        let pick = picker.picks.get(picker.selected).copied();
        match (command, pick) {
            (Command::Accept, Some(pick)) => self.picked(&picker, pick),
            (Command::Accept, None) => self.nothing("nothing of that name"),
            (Command::Toggle, Some(Pick::Class(class))) if picker.kind == PickKind::Also => {
                let row = picker.rows.first().copied();
                self.open(Mode::Picker(picker));
                row.map_or_else(Vec::new, |row| self.also_right(row, class))
            }
            _ => {
                let mut list = super::List { at: picker.selected };
                list.moved_in(command, picker.picks.len());
                picker.choose(list.at, self.screen());
                self.open(Mode::Picker(picker))
            }
        }
    }

    fn picked(&mut self, picker: &Picker, pick: Pick) -> Vec<Effect> {
        match (pick, picker.rows.as_slice()) {
            (Pick::Command(command), _) => {
                self.chose(command);
                self.command(command)
            }
            (Pick::Class(class), &[row]) if picker.kind == PickKind::Also => {
                self.also_right(row, class)
            }
            (Pick::Class(class), rows) => {
                self.recent.retain(|&recent| recent != class);
                self.recent.insert(0, class);
                match *rows {
                    [row] => self.label(row, class),
                    _ => self.propose(rows.to_vec(), Choice::of(Answer::Class(class))),
                }
            }
            (Pick::Tag(tag), &[row]) => self.toggle_tag(row, tag),
            (Pick::Tag(tag), rows) => {
                self.propose(rows.to_vec(), Choice { tags: vec![tag], ..Choice::default() })
            }
            (Pick::NewTag, rows) => self.make_tag(rows, picker.input.value()),
        }
    }

    fn also_right(&mut self, row: u32, class: u32) -> Vec<Effect> {
        let event = self.desk.toggle_also(row, class, self.now);
        self.decided(event, false)
    }

    /// A name that is there already means that tag.
    fn make_tag(&mut self, rows: &[u32], name: &str) -> Vec<Effect> {
        let keymap = self.keymap.clone();
        let reserved = |letter| keymap.is_reserved(letter);
        match self.desk.create_tag(rows, name, self.now, reserved) {
            Ok(event) => self.decided(Some(event), false),
            Err(DecideError::TagExists(name)) => {
                self.nothing(&format!("there is a tag {name:?} already"))
            }
            Err(error) => self.nothing(&error.to_string()),
        }
    }

    /// Finds what matches the text.
    pub(super) fn find_picks(&mut self) {
        let Mode::Picker(picker) = &self.mode else { return };
        let typed = picker.input.value().trim().to_lowercase();
        let picks = match picker.kind {
            PickKind::Class | PickKind::Also => self.classes_like(&typed, picker.rows.first()),
            PickKind::Tag => self.tags_like(&typed),
            PickKind::Command => self.commands_like(&typed),
        };
        if let Mode::Picker(picker) = &mut self.mode {
            (picker.picks, picker.selected, picker.top) = (picks, 0, 0);
        }
    }

    fn classes_like(&self, typed: &str, row: Option<&u32>) -> Vec<Pick> {
        let classes = self.desk.classes();
        let probs = row.map_or(&[][..], |&row| self.desk.run().probs.row(row as usize));
        let ranked = top_classes(probs, classes.len()).into_iter().map(|(class, _)| class);
        let holds = |class: &u32| classes.name(*class).to_lowercase().contains(typed);
        ranked.filter(holds).map(Pick::Class).collect()
    }

    /// The tags that hold the text; then a new one of that name, unless a tag has it.
    fn tags_like(&self, typed: &str) -> Vec<Pick> {
        let tags = self.desk.ledger().tags();
        let holds = tags.iter().filter(|tag| tag.name.to_lowercase().contains(typed));
        let is_there = tags.iter().any(|tag| tag.name.to_lowercase() == typed);
        let is_new = !is_there && !typed.is_empty();
        let new = is_new.then_some(Pick::NewTag);
        holds.map(|tag| Pick::Tag(tag.id)).chain(new).collect()
    }
}
