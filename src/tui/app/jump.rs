//! Jumps to an example, and the way back.
//!
//! Invariant: an example that was jumped to counts as picked by hand until the walk leaves it.

use super::{App, Effect, PromptKind, Status, Task};
use crate::project::{Snapshot, Subset};
use crate::tui::command::Command;

/// Places that are kept to return to.
const MOST_PLACES: usize = 50;
/// Rows that are looked through at once for the next of a cell; more are handed out.
const NEAR: usize = 20_000;
/// Ids that are named where several have the text.
const NAMED: usize = 3;

/// Why nothing is done with the cell of a hidden prediction.
pub(super) const HIDDEN_CELL: &str = "the prediction is hidden, and so is the cell";

/// Where the walk was left.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// The example that was jumped to; none once the walk has moved on.
    pub picked: Option<u32>,
    /// The rows where jumps began, the last one last.
    places: Vec<u32>,
}

impl Trail {
    /// A jump from an example that was only jumped to leads back to where the walk was left.
    fn leave(&mut self, row: Option<u32>) {
        self.places.extend(row.filter(|_| self.picked.is_none()));
        let surplus = self.places.len().saturating_sub(MOST_PLACES);
        self.places.drain(..surplus);
    }
}

/// What a text finds among the ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// One example.
    One(u32),
    /// How many have it in their id, and the first of them.
    Several(usize, Vec<u32>),
    /// None has it.
    Nowhere,
}

impl App {
    /// Goes to an example wherever it stands, and remembers where the walk was left.
    pub(super) fn jump_to(&mut self, row: u32) -> Vec<Effect> {
        self.end_retest();
        let from = self.row();
        if from == Some(row) {
            return self.nothing("that is this one");
        }
        let Some((place, widened)) = self.place_anywhere(row) else {
            let (id, subset) = (self.desk.id(row), self.desk.subset());
            let why = if subset == Subset::Errors { "is no error here" } else { "is not walked" };
            return self.nothing(&format!("{id} {why}: gaffe show prints it"));
        };
        self.trail.leave(from);
        let effects = self.go(place);
        self.trail.picked = Some(row);
        let key = self.keymap.key_of(Command::Back);
        let all = if widened { "not in that list: all are listed again; " } else { "" };
        self.status = Status::hint(format!("{all}{key} returns"));
        effects
    }

    /// Returns to where the last jump began.
    pub(super) fn back(&mut self) -> Vec<Effect> {
        while let Some(row) = self.trail.places.pop() {
            if let Some((place, _)) = self.place_anywhere(row) {
                return self.go(place);
            }
        }
        self.nothing("no jump to return from")
    }

    /// Whether there is a jump to return from.
    pub fn can_return(&self) -> bool {
        !self.trail.places.is_empty()
    }

    /// The place of a row in the list; when only a search leaves it out, all are listed again, which
    /// the second value says.
    fn place_anywhere(&mut self, row: u32) -> Option<(usize, bool)> {
        if let Some(place) = self.desk.place(row) {
            return Some((place, false));
        }
        let found = self.desk.is_search().then(|| self.desk.list().to_vec())?;
        self.desk.show_only(None);
        let place = self.desk.place(row);
        if place.is_none() {
            self.desk.show_only(Some(found));
            return None;
        }
        self.finding.filter = None;
        Some((place?, true))
    }

    pub(super) fn ask_place(&mut self) -> Vec<Effect> {
        self.open_prompt(PromptKind::Jump, 0, "")
    }

    /// Goes to a number in the list, or to the example with that id or the only one with that part of
    /// it. An id of digits has an equals sign before it.
    pub(super) fn jump_to_text(&mut self, text: &str) -> Vec<Effect> {
        let (text, count) = (text.trim(), self.desk.list().len());
        let number = text.parse().ok().filter(|n| (1..=count).contains(n));
        if let Some(row) = number.and_then(|n: usize| self.desk.list().get(n - 1).copied()) {
            return self.jump_to(row);
        }
        match text.strip_prefix('=').unwrap_or(text).trim() {
            "" => vec![],
            id => self.hand_out(Task::Locate(id.to_owned()), "looking for the id"),
        }
    }

    pub(super) fn located(&mut self, text: &str, located: &Located) -> Vec<Effect> {
        let ids = |rows: &[u32]| -> Vec<&str> { rows.iter().map(|&r| self.desk.id(r)).collect() };
        let said = match located {
            &Located::One(row) => return self.jump_to(row),
            Located::Several(count, first) => {
                format!("{count} ids have {text:?}: {}, …", ids(first).join(", "))
            }
            Located::Nowhere => {
                let count = self.desk.list().len();
                let like = ids(self.desk.list().get(..1).unwrap_or_default()).join("");
                format!("no id has {text:?}: there are 1 to {count}, and ids like {like}")
            }
        };
        // Stays open: what is typed next mends it, and must not act as keys.
        self.open_prompt(PromptKind::Jump, 0, text);
        self.nothing(&said)
    }

    /// Goes to the next in the list with the same gold label and prediction; after the last one the
    /// list begins again.
    pub(super) fn next_in_cell(&mut self) -> Vec<Effect> {
        let Some(row) = self.row() else { return vec![] };
        if self.hides_prediction(row) {
            return self.nothing(HIDDEN_CELL);
        }
        let cell = (self.desk.gold(row), self.desk.run().prediction(row as usize));
        let (before, after) = self.desk.list().split_at(self.position);
        let mut rest = after.iter().skip(1).chain(before).copied();
        let same = |&other: &u32| {
            (self.desk.gold(other), self.desk.run().prediction(other as usize)) == cell
        };
        let near = rest.by_ref().take(NEAR).find(same);
        if near.is_some() {
            return self.found_in_cell(near);
        }
        let rest: Vec<u32> = rest.collect();
        if rest.is_empty() {
            return self.found_in_cell(None);
        }
        self.hand_out(Task::InCell(rest, cell), "looking for the next of this cell")
    }

    pub(super) fn found_in_cell(&mut self, row: Option<u32>) -> Vec<Effect> {
        match row {
            Some(row) => {
                // It is known by now what is predicted for it.
                self.know_predictions([row]);
                self.jump_to(row)
            }
            None => self.nothing("no other in this list has this label and this prediction"),
        }
    }
}

/// The example with the id `text`; else those with it in their id: of the walk, or if it has none, of
/// the split.
pub(super) fn locate(snapshot: &Snapshot, text: &str) -> Located {
    let ids = &snapshot.examples.ids;
    if let Some(row) = snapshot.examples.row_of(text) {
        return Located::One(row as u32);
    }
    let has = |&row: &u32| ids.get(row as usize).contains(text);
    let walked = several(snapshot.rows.iter().copied().filter(has));
    if walked != Located::Nowhere {
        return walked;
    }
    several((0..snapshot.examples.len() as u32).filter(has))
}

fn several(rows: impl Iterator<Item = u32>) -> Located {
    let (mut count, mut first) = (0, Vec::new());
    for row in rows {
        count += 1;
        if first.len() < NAMED {
            first.push(row);
        }
    }
    match (count, first.as_slice()) {
        (0, _) => Located::Nowhere,
        (1, &[row]) => Located::One(row),
        _ => Located::Several(count, first),
    }
}

/// The first of `rows` with that gold label and prediction.
pub(super) fn in_cell(snapshot: &Snapshot, rows: &[u32], cell: (u32, Option<u32>)) -> Option<u32> {
    let of =
        |row: u32| (snapshot.examples.gold[row as usize], snapshot.run.prediction(row as usize));
    rows.iter().copied().find(|&row| of(row) == cell)
}

#[cfg(test)]
#[path = "jump_tests.rs"]
mod tests;
