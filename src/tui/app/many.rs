//! Decisions on many examples: marks, a preview of what would change, one undo.
//!
//! Invariant: nothing is decided on more than one example before its count was shown and confirmed.

use super::{App, Effect, Mode, PickKind, PromptKind, TagDeed, say};
use crate::dataset::{Answer, Choice, Difficulty, TagId};
use crate::project::Sight;
use crate::tui::command::Command;

/// Decided examples that are looked through for one that can be repeated: others were only put off.
const BACK: usize = 1000;

/// Something that is to be confirmed.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What would be done, with its count.
    pub question: String,
    /// What else is to be known.
    pub detail: String,
    /// What is done.
    pub deed: Deed,
    /// The command that asked for it: its key confirms it, too.
    pub by: Option<Command>,
}

/// What is done when it is confirmed.
#[derive(Debug, Clone)]
pub enum Deed {
    /// The choice is made on the rows.
    Apply {
        /// the rows
        rows: Vec<u32>,
        /// what is decided
        choice: Choice,
        /// whether they were picked by hand
        picked: bool,
        /// where the walk goes on
        then: usize,
    },
    /// A tag is made and put on the rows.
    NewTag {
        /// the rows
        rows: Vec<u32>,
        /// its name
        name: String,
    },
    /// The taxonomy is changed.
    Tag(TagDeed),
    /// The scoring in the background ends.
    StopScoring,
    /// A model is chosen to score with.
    ChooseModel,
}

impl App {
    /// What a key says of any example.
    pub(super) fn choice_of(&self, command: Command) -> Option<Choice> {
        let marked = |difficulty| Choice { difficulty: Some(difficulty), ..Choice::default() };
        match command {
            Command::VeryEasy => Some(marked(Difficulty::VeryEasy)),
            Command::VeryHard => Some(marked(Difficulty::VeryHard)),
            Command::Flag => Some(Choice { flagged: Some(true), ..Choice::default() }),
            Command::Tag(letter) => {
                Some(Choice { tags: vec![self.tag_on(letter)?], ..Choice::default() })
            }
            Command::Macro(n) => self.macro_choice(n).ok(),
            answer => Some(Choice::of(Self::answer_of(answer)?)),
        }
    }

    /// The tag with that letter.
    pub(super) fn tag_on(&self, letter: char) -> Option<TagId> {
        let tag = self.desk.ledger().tags().iter().find(|tag| tag.key == Some(letter));
        tag.map(|tag| tag.id)
    }

    pub(super) fn mark(&mut self, row: u32) -> Vec<Effect> {
        if !self.marks.remove(&row) {
            self.marks.insert(row);
            self.anchor = Some(row);
        }
        self.tell_marks()
    }

    /// From the last mark to `row`, in the order of the list.
    pub(super) fn mark_range(&mut self, row: u32) -> Vec<Effect> {
        let place = |row| self.desk.place(row);
        let anchor = self.anchor.filter(|anchor| self.marks.contains(anchor));
        let Some((from, to)) = anchor.and_then(place).zip(place(row)) else {
            return self.mark(row);
        };
        let rows = self.desk.list()[from.min(to)..=from.max(to)].to_vec();
        self.marks.extend(rows);
        self.anchor = Some(row);
        self.tell_marks()
    }

    pub(super) fn mark_all(&mut self) -> Vec<Effect> {
        self.marks.extend(self.desk.list());
        self.tell_marks()
    }

    pub(super) fn unmark(&mut self) -> Vec<Effect> {
        self.marks.clear();
        self.anchor = None;
        self.tell_marks()
    }

    fn tell_marks(&mut self) -> Vec<Effect> {
        let count = self.marks.len();
        let place = if self.grid.is_some() { " in the review" } else { "" };
        let key = self.keymap.key_of(Command::Apply) + place;
        self.nothing(&match count {
            0 => "nothing is marked".to_owned(),
            1 => format!("1 is marked: {key} decides on it"),
            _ => format!("{count} are marked: {key} decides on all of them"),
        })
    }

    /// Asks what is to be decided on the marked examples.
    pub(super) fn ask_choice(&mut self) -> Vec<Effect> {
        if self.marks.is_empty() {
            let key = self.keymap.key_of(Command::Mark);
            return self.nothing(&format!("nothing is marked: {key} marks this one"));
        }
        self.open(Mode::Choose)
    }

    /// The key that says what is to be decided on them.
    pub(super) fn choose(&mut self, command: Command) -> Vec<Effect> {
        let rows: Vec<u32> = self.marks.iter().copied().collect();
        self.desk.set_sight(Sight { picked: true, ..Sight::default() });
        match command {
            Command::PickClass => self.open_picker(PickKind::Class, rows),
            Command::PickTag => self.open_picker(PickKind::Tag, rows),
            command => {
                if let Some(choice) = self.choice_of(command) {
                    return self.propose(rows, choice);
                }
                self.open(Mode::Choose);
                self.nothing("that can't be decided on many")
            }
        }
    }

    /// Shows what a choice would do to the marked rows, or to those of the page.
    pub(super) fn propose(&mut self, rows: Vec<u32>, choice: Choice) -> Vec<Effect> {
        if self.grid.is_some() {
            return self.propose_page(rows, choice, None);
        }
        self.preview(rows, choice, true, self.position)
    }

    /// Shows what a choice would do, to be confirmed. A tag that all of them have is taken off.
    pub(super) fn preview(
        &mut self,
        rows: Vec<u32>,
        mut choice: Choice,
        picked: bool,
        then: usize,
    ) -> Vec<Effect> {
        let has = |tag: TagId, row: &u32| {
            self.desk.review(*row).is_some_and(|review| review.tags.contains(&tag))
        };
        let only_tags = choice.answer.is_none() && !choice.tags.is_empty();
        if only_tags && choice.tags.iter().all(|&tag| rows.iter().all(|row| has(tag, row))) {
            std::mem::swap(&mut choice.tags, &mut choice.untag);
        }
        let classes = self.desk.classes().len();
        if matches!(choice.answer, Some(Answer::Class(class)) if class as usize >= classes) {
            return self.nothing(&format!("there are {classes} classes"));
        }
        let preview = self.desk.preview(&rows, &choice);
        if preview.changed == 0 {
            return self.nothing("that was decided on all of them already");
        }
        let what = say::choice(&choice, &self.desk);
        let question = format!("{what}: on {}", say::examples(preview.changed));
        let unchanged = rows.len() - preview.changed;
        let mut notes = Vec::new();
        if preview.overwritten > 0 {
            notes.push(format!("{} were decided otherwise before", preview.overwritten));
        }
        if unchanged > 0 {
            notes.push(format!("{unchanged} stay as they are"));
        }
        let deed = Deed::Apply { rows, choice, picked, then };
        let detail = notes.join("; ");
        self.open(Mode::Confirm(Confirm { question, detail, deed, by: None }))
    }

    /// The key that asked for it was pressed again.
    pub(super) fn confirmed_by_key(&mut self, confirm: Confirm, again: Command) -> Vec<Effect> {
        if self.is_held(again) {
            self.mode = Mode::Confirm(confirm);
            self.drop_key(true);
            return vec![];
        }
        self.confirmed(confirm)
    }

    pub(super) fn confirmed(&mut self, confirm: Confirm) -> Vec<Effect> {
        match confirm.deed {
            Deed::Apply { rows, choice, picked, then } => {
                self.desk.set_sight(Sight { picked, ..Sight::default() });
                let event = self.desk.apply(&rows, &choice, self.now);
                if picked {
                    self.marks.clear();
                }
                if let Some(grid) = &mut self.grid {
                    grid.committed(&rows);
                }
                self.position = then;
                let effects = self.decided(event, false);
                effects.into_iter().chain(self.go(then)).collect()
            }
            Deed::NewTag { rows, name } => {
                self.desk.set_sight(Sight { picked: true, ..Sight::default() });
                self.create_tag(&rows, &name)
            }
            Deed::Tag(deed) => self.tag_deed(deed),
            Deed::StopScoring => self.stop_scoring(),
            Deed::ChooseModel => self.choose_model(),
        }
    }

    /// The last whole decision that was made on another example than `row`.
    fn last_choice(&self, row: u32) -> Option<Choice> {
        let rows = self.desk.decided_last(BACK, row);
        rows.into_iter().find_map(|other| self.desk.choice_of(other))
    }

    /// Decides here what was decided last.
    pub(super) fn repeat(&mut self, row: u32) -> Vec<Effect> {
        let Some(choice) = self.last_choice(row) else {
            return self.nothing("nothing was decided yet that could be repeated");
        };
        self.choose_here(row, &choice)
    }

    /// Makes a whole decision on one example; one that says who or what is right goes on.
    pub(super) fn choose_here(&mut self, row: u32, choice: &Choice) -> Vec<Effect> {
        if let Some(why) = self.refusal(row, choice.answer) {
            return self.nothing(why);
        }
        if choice.answer.is_some_and(|answer| self.desk.verdict_of(row, answer).is_none()) {
            return self.nothing(say::AGREEING);
        }
        let event = self.desk.apply(&[row], choice, self.now);
        self.decided(event, choice.answer.is_some())
    }

    /// Asks on how many examples the last decision is to be repeated.
    pub(super) fn ask_count(&mut self, row: u32) -> Vec<Effect> {
        if self.last_choice(row).is_none() {
            return self.nothing("nothing was decided yet that could be repeated");
        }
        self.open_prompt(PromptKind::Count, row, "")
    }

    /// Repeats the last decision on this example and those after it, `count` in all.
    ///
    /// # Errors
    /// No number.
    pub(super) fn repeat_on_next(&mut self, count: &str) -> Result<Vec<Effect>, String> {
        let Some(count) = count.trim().parse().ok().filter(|&n: &usize| n > 0) else {
            return Err(format!("{:?} is no number of examples", count.trim()));
        };
        let rows: Vec<u32> =
            self.desk.list().iter().skip(self.position).take(count).copied().collect();
        let choice = self.row().and_then(|row| self.last_choice(row));
        let then = self.position + rows.len();
        Ok(choice.map_or_else(Vec::new, |choice| self.preview(rows, choice, false, then)))
    }
}
