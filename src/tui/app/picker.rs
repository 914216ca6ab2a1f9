//! A choice by typing: of a class, a tag or a command. Enter takes the first line.
//!
//! Invariant: the lines follow what is typed at once; nothing here waits for a clock.

use super::{App, Effect, Mode};
use crate::analysis::typeahead::ClassQuery;
use crate::dataset::{Answer, Choice, DecideError, TagId};
use crate::tui::command::{Command, Context, TABLE};
use tui_input::Input;

/// Classes chosen by name that are remembered.
const RECENT: usize = 50;

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
}

impl App {
    pub(super) fn open_picker(&mut self, kind: PickKind, rows: Vec<u32>) -> Vec<Effect> {
        let (input, picks) = (Input::default(), vec![]);
        self.mode = Mode::Picker(Picker { kind, rows, input, picks, selected: 0 });
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
                picker.selected = list.at;
                self.open(Mode::Picker(picker))
            }
        }
    }

    fn picked(&mut self, picker: &Picker, pick: Pick) -> Vec<Effect> {
        match (pick, picker.rows.as_slice()) {
            (Pick::Command(command), _) => self.command(command),
            (Pick::Class(class), &[row]) if picker.kind == PickKind::Also => {
                self.also_right(row, class)
            }
            (Pick::Class(class), rows) => {
                self.recent.insert(0, class);
                self.recent.truncate(RECENT);
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
            PickKind::Class | PickKind::Also => self.classes_like(picker),
            PickKind::Tag => self.tags_like(&typed),
            PickKind::Command => commands_like(&typed),
        };
        if let Mode::Picker(picker) = &mut self.mode {
            (picker.picks, picker.selected) = (picks, 0);
        }
    }

    /// The classes that match, the likeliest first; gold label and prediction have keys of their own.
    fn classes_like(&self, picker: &Picker) -> Vec<Pick> {
        let run = self.desk.run();
        let (probs, last) = match *picker.rows {
            [row] => {
                let keyed = [Some(self.desk.gold(row)), run.prediction(row as usize)];
                (run.probs.row(row as usize), keyed.into_iter().flatten().collect())
            }
            _ => (&[][..], vec![]),
        };
        let query = ClassQuery { probs, recent: &self.recent, last: &last };
        let ranked = self.index.rank(picker.input.value(), &query);
        ranked.into_iter().map(Pick::Class).collect()
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

/// The commands of the screen below, those whose name holds the text first.
fn commands_like(typed: &str) -> Vec<Pick> {
    let ranged =
        |c| matches!(c, Command::Class(_) | Command::Tag(_) | Command::Tile(_) | Command::Macro(_));
    let here = TABLE.iter().filter(|row| {
        row.contexts.contains(&Context::Review)
            && !ranged(row.command)
            && row.command != Command::Palette
    });
    let rank = |row: &&crate::tui::command::Row| {
        let (name, help) = (row.name.to_lowercase(), row.help.to_lowercase());
        if name.starts_with(typed) {
            Some(0)
        } else if name.contains(typed) || row.id.contains(typed) {
            Some(1)
        } else {
            help.contains(typed).then_some(2)
        }
    };
    let mut found: Vec<_> = here.filter_map(|row| Some((rank(&row)?, row.command))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, command)| Pick::Command(command)).collect()
}
