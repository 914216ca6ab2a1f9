//! A choice by typing: of a class, a tag, a command or a model. Enter takes the first line.
//!
//! Invariant: the lines follow what is typed at once; nothing here waits for a clock.

use super::{App, Confirm, Deed, Effect, Mode, say};
use crate::analysis::typeahead::ClassQuery;
use crate::dataset::{Answer, Choice, DecideError, Tag, TagId, same_tag_name};
use crate::tui::command::Command;
use crate::tui::screens::first_line;
use ratatui::layout::Rect;
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
    /// The tag that this one is merged into.
    MergeOf(TagId),
    /// A set of tags.
    Preset,
    /// A model to score with.
    Model,
}

/// A line of the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// A class.
    Class(u32),
    /// A tag.
    Tag(TagId),
    /// A tag that is called nearly as what is typed: perhaps it is meant.
    SameAs(TagId),
    /// A tag with the name that is typed.
    NewTag,
    /// A command.
    Command(Command),
    /// A preset, by its place among those that are offered.
    Preset(usize),
    /// A model's file, by its place among those that were found.
    Model(usize),
    /// The model's file that is typed.
    ModelFile,
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
    /// Whether the arrows or the mouse chose it.
    pub is_chosen: bool,
}

impl Picker {
    /// Chooses a line; the others move only if it would not be seen.
    pub(super) fn choose(&mut self, line: usize, screen: Rect) {
        (self.selected, self.is_chosen) = (line, true);
        self.top = first_line(screen, self);
    }

    /// Whether nothing was typed or chosen: Enter would take a tag that nobody asked for.
    fn is_unasked(&self) -> bool {
        self.kind == PickKind::Tag && !self.is_chosen && self.input.value().trim().is_empty()
    }
}

impl App {
    pub(super) fn open_picker(&mut self, kind: PickKind, rows: Vec<u32>) -> Vec<Effect> {
        let (input, picks) = (Input::default(), vec![]);
        self.mode = Mode::Picker(Picker {
            kind,
            rows,
            input,
            picks,
            selected: 0,
            top: 0,
            is_chosen: false,
        });
        self.find_picks();
        vec![]
    }

    pub(super) fn picker_command(&mut self, mut picker: Picker, command: Command) -> Vec<Effect> {
        let pick = picker.picks.get(picker.selected).copied();
        match (command, pick) {
            (Command::Accept, Some(_)) if picker.is_unasked() => {
                self.mode = Mode::Picker(picker);
                self.nothing("type a part of its name, or choose one with the arrows")
            }
            (Command::Accept, Some(Pick::Model(_) | Pick::ModelFile)) if self.is_looking() => {
                self.mode = Mode::Picker(picker);
                self.nothing("models are still being looked for")
            }
            (Command::Accept, Some(pick)) => self.picked(&picker, pick),
            (Command::Accept, None) => {
                self.mode = Mode::Picker(picker);
                self.nothing("nothing of that name")
            }
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
                self.recent.classes.insert(0, class);
                self.recent.classes.truncate(RECENT);
                match *rows {
                    [row] if self.is_alone(row) => self.label(row, class),
                    _ => self.propose(rows.to_vec(), Choice::of(Answer::Class(class))),
                }
            }
            (Pick::Preset(at), _) => self.propose_preset(at),
            (Pick::Model(at), _) => {
                let path = self.model_file(at).map(|file| file.path.clone());
                path.map_or_else(Vec::new, |path| self.name_run(&path))
            }
            (Pick::ModelFile, _) => self.name_run(picker.input.value().trim()),
            (Pick::Tag(tag) | Pick::SameAs(tag), rows) => match (picker.kind, rows) {
                (PickKind::MergeOf(from), _) => self.propose_merge(from, tag),
                (_, &[row]) if self.is_alone(row) && pick == Pick::SameAs(tag) => {
                    self.put_tag(row, tag)
                }
                (_, &[row]) if self.is_alone(row) => self.toggle_tag(row, tag),
                _ => self.propose(rows.to_vec(), Choice { tags: vec![tag], ..Choice::default() }),
            },
            (Pick::NewTag, rows) => self.make_tag(rows, picker.input.value()),
        }
    }

    /// Whether it is the example on the screen: any other one is decided on as many are.
    fn is_alone(&self, row: u32) -> bool {
        self.grid.is_none() && self.acted_on() == Some(row)
    }

    /// Who typed another name for a tag wants it on, whether or not it is.
    fn put_tag(&mut self, row: u32, tag: TagId) -> Vec<Effect> {
        let choice = Choice { tags: vec![tag], ..Choice::default() };
        match self.desk.apply(&[row], &choice, self.now) {
            Some(event) => self.decided(Some(event), false),
            None => self.nothing("that tag is on already: its letter takes it off"),
        }
    }

    fn also_right(&mut self, row: u32, class: u32) -> Vec<Effect> {
        let event = self.desk.toggle_also(row, class, self.now);
        self.decided(event, false)
    }

    /// A name that is there already means that tag.
    /// Makes a tag; on many examples only after their number was confirmed.
    fn make_tag(&mut self, rows: &[u32], name: &str) -> Vec<Effect> {
        if rows.len() < 2 && self.grid.is_none() {
            return self.create_tag(rows, name);
        }
        let (rows, name) = (rows.to_vec(), name.to_owned());
        let question = format!("new tag {}: on {}", name.trim(), say::examples(rows.len()));
        let (detail, deed) = (String::new(), Deed::NewTag { rows, name });
        self.open(Mode::Confirm(Confirm { question, detail, deed, by: None }))
    }

    pub(super) fn create_tag(&mut self, rows: &[u32], name: &str) -> Vec<Effect> {
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
            PickKind::Command => self.commands_like(&typed),
            PickKind::MergeOf(tag) => self.tags_beside(tag, &typed),
            PickKind::Preset => self.presets_like(&typed),
            PickKind::Model => self.models_like(picker.input.value().trim()),
        };
        if let Mode::Picker(picker) = &mut self.mode {
            (picker.picks, picker.selected, picker.top) = (picks, 0, 0);
        }
    }

    /// The classes that match, the likeliest first; gold label and prediction have keys of their own.
    fn classes_like(&self, picker: &Picker) -> Vec<Pick> {
        let run = self.desk.run();
        let (probs, last) = match *picker.rows {
            // The most probable one first would tell what is hidden.
            [row] if !self.hides_prediction(row) => {
                let keyed = [Some(self.desk.gold(row)), run.prediction(row as usize)];
                (run.probs.row(row as usize), keyed.into_iter().flatten().collect())
            }
            _ => (&[][..], vec![]),
        };
        let query = ClassQuery { probs, recent: &self.recent.classes, last: &last };
        let ranked = self.index.rank(picker.input.value(), &query);
        ranked.into_iter().map(Pick::Class).collect()
    }

    /// The tag of that name; those that are called nearly so, as they may be meant; those that hold
    /// the text; last a new one of that name, unless a tag has it.
    fn tags_like(&self, typed: &str) -> Vec<Pick> {
        let tags = self.desk.ledger().tags();
        let (same, others): (Vec<&Tag>, Vec<&Tag>) =
            tags.iter().partition(|tag| same_tag_name(&tag.name, typed));
        let alike = if same.is_empty() { self.alike(typed, None) } else { vec![] };
        let holds =
            |tag: &&&Tag| tag.name.to_lowercase().contains(typed) && !alike.contains(&tag.id);
        let new = (same.is_empty() && !typed.is_empty()).then_some(Pick::NewTag);
        let holding = others.iter().filter(holds);
        let known = same.iter().chain(holding).map(|tag| Pick::Tag(tag.id));
        alike.iter().map(|&tag| Pick::SameAs(tag)).chain(known).chain(new).collect()
    }

    /// The tags that `tag` can be merged into: those that are called nearly the same first.
    fn tags_beside(&self, tag: TagId, typed: &str) -> Vec<Pick> {
        let ledger = self.desk.ledger();
        let alike = ledger.tag(tag).map_or_else(Vec::new, |own| self.alike(&own.name, Some(tag)));
        let holds =
            |id: &TagId| ledger.tag(*id).is_some_and(|tag| tag.name.to_lowercase().contains(typed));
        let others = ledger.tags().iter().map(|other| other.id);
        let others = others.filter(|id| *id != tag && !alike.contains(id));
        let others: Vec<TagId> = others.collect();
        let alike = alike.iter().filter(|id| holds(id)).map(|&id| Pick::SameAs(id));
        alike.chain(others.into_iter().filter(holds).map(Pick::Tag)).collect()
    }

    fn presets_like(&self, typed: &str) -> Vec<Pick> {
        let presets = self.setup.presets.iter().enumerate();
        let found = presets.filter(|(_, preset)| preset.name.to_lowercase().contains(typed));
        found.map(|(at, _)| Pick::Preset(at)).collect()
    }
}
