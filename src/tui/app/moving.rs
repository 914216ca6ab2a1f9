//! The walk: where it stands, where it goes.

use super::{App, Effect, Status, Task, Tone};
use crate::dataset::Order;
use crate::project::Subset;
use crate::store::Cursor;
use crate::tui::command::Command;
use crate::tui::widgets::scroll_limit;

impl App {
    pub(super) fn walk(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Next => self.go(self.position.saturating_add(1)),
            Command::Previous if self.position == 0 => self.nothing("this is the first one"),
            Command::Previous => self.go(self.position - 1),
            Command::First => self.go(0),
            Command::Last => self.go(self.desk.list().len().saturating_sub(1)),
            Command::NextOpen => self.next_open(),
            Command::ScrollDown => self.scroll_by(1),
            Command::ScrollUp => self.scroll_by(-1),
            Command::Reorder => self.reorder(),
            _ => vec![],
        }
    }

    pub(super) fn go(&mut self, position: usize) -> Vec<Effect> {
        self.end_retest();
        let last = self.desk.list().len().saturating_sub(1);
        if self.status.tone == Tone::Hint {
            self.status = Status::default();
        }
        if position > last && self.position == last && self.saving.unsaved == 0 {
            self.status = Status::hint("that was the last one");
        }
        self.position = position.min(last);
        self.scroll = 0;
        self.trail.picked = self.trail.picked.filter(|&picked| self.row() == Some(picked));
        let mut effects = self.prepare();
        effects.extend(self.remember());
        effects
    }

    fn remember(&mut self) -> Option<Effect> {
        // The next review goes on with the errors where they were left, of the run that it began with.
        if self.is_away() {
            return None;
        }
        let row = self.row().filter(|_| self.desk.subset() == Subset::Errors)?;
        Some(Effect::Remember(Cursor {
            run: self.desk.run().name.clone(),
            split: self.desk.examples().split,
            order: self.desk.order(),
            id: self.desk.id(row).to_owned(),
        }))
    }

    /// By most of a page, so that a few lines are seen twice.
    fn scroll_by(&mut self, pages: i32) -> Vec<Effect> {
        if self.desk.examples().media.files().is_some() {
            return self.nothing("there is nothing to scroll");
        }
        let page = self.room.map_or(1, |room| i32::from(room.1.saturating_sub(3).max(1)));
        self.scroll_lines(pages * page)
    }

    pub(super) fn scroll_lines(&mut self, lines: i32) -> Vec<Effect> {
        let (Some(row), Some(room)) = (self.row(), self.room) else { return vec![] };
        let limit = scroll_limit(&self.desk, row, room);
        let to = (i32::from(self.scroll) + lines).clamp(0, i32::from(limit));
        self.scroll = u16::try_from(to).unwrap_or(limit);
        vec![]
    }

    fn next_open(&mut self) -> Vec<Effect> {
        match self.open_from(self.position + 1).or_else(|| self.open_from(0)) {
            Some(position) => self.go(position),
            None => self.nothing(match self.desk.subset() {
                Subset::Errors => "all errors are reviewed: gaffe tally prints what came of it",
                Subset::Correct => "all are reviewed: gaffe stats corrected prints what came of it",
            }),
        }
    }

    pub(super) fn open_from(&self, start: usize) -> Option<usize> {
        let reviewed = |row| self.desk.is_reviewed(row);
        let rest = self.desk.list().iter().enumerate().skip(start);
        rest.filter(|(_, row)| !reviewed(**row)).map(|(i, _)| i).next()
    }

    fn reorder(&mut self) -> Vec<Effect> {
        let order = self.desk.order().next();
        self.hand_out(Task::Sort(order), &format!("sorting: {}", order.name()))
    }

    /// The walk was sorted: it stays at the example that is shown.
    pub(super) fn sorted(&mut self, order: Order, rows: Vec<u32>) -> Vec<Effect> {
        self.end_retest();
        let row = self.row();
        self.desk.set_order(order, rows);
        let place = row.and_then(|row| self.desk.place(row));
        let effects = self.go(place.unwrap_or(0));
        self.painted.clear();
        let at = self.position + 1;
        let meaning = if order == Order::Random { "" } else { "; counted, but estimates nothing" };
        let text = format!("{}: this one is number {at}{meaning}", order.name());
        self.status = Status::hint(text);
        effects
    }
}
