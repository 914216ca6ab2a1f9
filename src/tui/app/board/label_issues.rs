//! The queue of label issues: where its cursor is, what is decided there, what comes next.
//!
//! Invariant: nothing that was on the screen moves before the screen is opened anew or ranked anew. A
//! person who goes fast presses the key for the next line while the answer to the last one is counted: so
//! decided lines are marked where they stand, and only what was never seen is ranked anew at once.

use crate::analysis::label_issues::{FilterBy, LabelIssue, Score};
use crate::dataset::{Answer, Choice, Verdict};
use crate::insight::label_issues::{Ask, Judged, Report};
use crate::insight::{Enter, Insight, View};
use crate::tui::app::{App, Effect, List, PickKind, Status, pictures};
use crate::tui::command::Command;
use crate::tui::layout;
use crate::tui::screens::boards;
use std::collections::HashSet;

/// Lines of the queue: more than anybody judges before it is ranked anew.
const MOST: usize = 5000;

/// The lines of the screen.
#[derive(Debug, Default)]
pub struct Queue {
    items: Vec<LabelIssue>,
    list: List,
    /// So many of the first ones have been on the screen.
    seen: usize,
    /// What they were found by, and the list they are of; none takes the next answer as it comes.
    of: Option<(Ask, u64)>,
}

impl Queue {
    /// Its lines.
    pub fn items(&self) -> &[LabelIssue] {
        &self.items
    }

    /// The line of the cursor, from 0.
    pub fn at(&self) -> usize {
        self.list.at
    }

    /// The first line on a screen with room for so many: those to come are seen, too.
    pub fn first(&self, room: usize) -> usize {
        self.at().saturating_sub(room / 3).min(self.items.len().saturating_sub(room))
    }

    fn item(&self) -> Option<&LabelIssue> {
        self.items.get(self.at())
    }

    fn go(&mut self, at: usize, room: usize) {
        self.list.at = at.min(self.items.len().saturating_sub(1));
        self.seen = self.seen.max(self.first(room) + room).min(self.items.len());
    }

    /// Takes an answer: what was seen stays, the rest is as it is ranked now.
    fn take(&mut self, report: &Report, of: (Ask, u64), room: usize) {
        if self.of.as_ref() == Some(&of) {
            self.items.truncate(self.seen);
            let seen: HashSet<u32> = self.items.iter().map(|item| item.row).collect();
            let rest = report.queue().filter(|item| !seen.contains(&item.row));
            self.items.extend(rest.take(MOST.saturating_sub(seen.len())).copied());
            self.go(self.at(), room);
        } else {
            self.items = report.queue().take(MOST).copied().collect();
            (self.seen, self.of) = (0, Some(of));
            self.go(0, room);
        }
    }
}

/// The question that a key asks in place of `ask`: by another filter, or by another score.
pub fn changed(ask: &Ask, command: Command) -> Option<Ask> {
    let mut ask = ask.clone();
    match command {
        Command::ViewBy => ask.options.filter_by = after(&FilterBy::ALL, ask.options.filter_by),
        Command::ViewOrder => ask.options.rank_by = after(&Score::ALL, ask.options.rank_by),
        _ => return None,
    }
    Some(ask)
}

fn after<T: Copy + PartialEq>(all: &[T], one: T) -> T {
    let at = all.iter().position(|other| *other == one).map_or(0, |at| at + 1);
    all[at % all.len()]
}

impl App {
    /// Whether keys decide on the label under the cursor.
    pub(in crate::tui::app) fn judges_labels(&self) -> bool {
        self.view() == Some(View::LabelIssues)
    }

    /// Where things stand on the screen of label issues.
    fn label_places(&self) -> layout::Labels {
        layout::labels(boards::places(self.screen()).body)
    }

    /// Lines of the queue that there is room for.
    fn label_room(&self) -> usize {
        self.label_places().lines()
    }

    /// The columns and rows of the picture beside the queue.
    pub(in crate::tui::app) fn label_picture(&self) -> Option<(u16, u16)> {
        let place = self.label_places().example;
        self.is_visible().then_some((place.width, place.height))
    }

    fn queue(&self) -> Option<&Queue> {
        self.board().filter(|_| self.judges_labels()).map(|board| &board.queue)
    }

    fn queue_mut(&mut self) -> Option<&mut Queue> {
        let is_open = self.judges_labels();
        self.board_mut().filter(|_| is_open).map(|board| &mut board.queue)
    }

    /// The example under the cursor.
    pub(in crate::tui::app) fn label_row(&self) -> Option<u32> {
        Some(self.queue()?.item()?.row)
    }

    /// What was decided on the label of a row.
    pub fn label_judged(&self, row: u32) -> Option<Judged> {
        Judged::of(self.desk.review(row)?, self.desk.classes().name(self.desk.gold(row)))
    }

    /// The rows of the lines that are on the screen: they tell what is predicted.
    pub(in crate::tui::app) fn labels_in_view(&self) -> Vec<u32> {
        let room = self.label_room();
        let Some(queue) = self.queue() else { return vec![] };
        let shown = queue.items.iter().skip(queue.first(room)).take(room);
        shown.map(|item| item.row).collect()
    }

    /// The rows whose pictures are wanted, the most urgent first.
    pub(in crate::tui::app) fn labels_near(&self) -> Vec<u32> {
        let Some(queue) = self.queue() else { return vec![] };
        let rows: Vec<u32> = queue.items.iter().map(|item| item.row).collect();
        pictures::window(queue.at(), &rows).collect()
    }

    /// The next answer is taken as it comes.
    pub(super) fn rank_labels_anew(&mut self) {
        if let Some(board) = self.boards.each.get_mut(&View::LabelIssues) {
            board.queue.of = None;
        }
    }

    /// An answer is there: the lines follow it.
    pub(super) fn take_labels(&mut self) -> Vec<Effect> {
        let room = self.label_room();
        let Some(board) = self.boards.each.get_mut(&View::LabelIssues) else { return vec![] };
        let Some((shown, as_of)) = board.shown.clone().zip(board.as_of.clone()) else {
            return vec![];
        };
        let (Insight::LabelIssues(report), crate::insight::Ask::LabelIssues(ask)) =
            (&shown.insight, as_of.ask)
        else {
            return vec![];
        };
        board.queue.take(report, (ask, as_of.list), room);
        if self.judges_labels() { self.prepare() } else { vec![] }
    }

    /// A command of this screen alone; none when it means what it means on all of them.
    pub(super) fn on_labels(&mut self, command: Command) -> Option<Vec<Effect>> {
        let room = self.label_room();
        match command {
            Command::Accept => {
                let name = "label issue".to_owned();
                let rows = self.label_row().into_iter().collect();
                return Some(self.enter(Enter::Rows { name, rows }));
            }
            Command::Rerank => {
                self.rank_labels_anew();
                let mut effects = self.ask_anew();
                if self.freshness().is_none() {
                    effects.extend(self.take_labels());
                }
                self.status = Status::hint("ranked anew: the decided ones stand at the end");
                return Some(effects);
            }
            Command::Up
            | Command::Down
            | Command::Next
            | Command::Previous
            | Command::First
            | Command::Last
            | Command::ScrollUp
            | Command::ScrollDown => {}
            _ => return None,
        }
        let command = match command {
            Command::Next => Command::Down,
            Command::Previous => Command::Up,
            other => other,
        };
        let queue = self.queue_mut()?;
        let mut list = queue.list;
        list.moved_in(command, queue.items.len());
        queue.go(list.at, room);
        self.status = Status::default();
        Some(self.prepare())
    }

    /// A decision on the label under the cursor.
    pub(in crate::tui::app) fn judge_label(&mut self, command: Command, row: u32) -> Vec<Effect> {
        if command == Command::PickClass {
            return self.open_picker(PickKind::Class, vec![row]);
        }
        Self::answer_of(command).map_or_else(Vec::new, |answer| self.answer(row, answer))
    }

    /// Decides on it and goes on. Between the given and the suggested label, whatever the run's
    /// prediction and the label that came with the data are.
    pub(in crate::tui::app) fn answer_label(&mut self, row: u32, answer: Answer) -> Vec<Effect> {
        let Some(item) = self.queue().and_then(Queue::item).copied() else { return vec![] };
        let answer = match answer {
            Answer::Verdict(Verdict::ModelWrong) => Answer::Class(item.given),
            Answer::Verdict(Verdict::LabelWrong) => Answer::Class(item.suggested),
            other => other,
        };
        let event = self.desk.apply(&[row], &Choice::of(answer), self.now);
        let mut effects = self.decided(event, false);
        effects.extend(self.next_label());
        effects
    }

    /// To the next line that nobody has decided on; the order of the rest follows the decision.
    fn next_label(&mut self) -> Vec<Effect> {
        let room = self.label_room();
        let Some(queue) = self.queue() else { return vec![] };
        let count = queue.items.len();
        let is_open = |at: &usize| self.label_judged(queue.items[*at].row).is_none();
        let next = (queue.at() + 1..count).chain(0..queue.at()).find(is_open);
        if let (Some(queue), Some(next)) = (self.queue_mut(), next) {
            queue.go(next, room);
        }
        let mut effects = self.prepare();
        effects.extend(self.ask_anew());
        effects
    }

    /// A decision was taken back, or brought back: the cursor goes to it.
    pub(in crate::tui::app) fn label_reverted(&mut self, id: Option<&str>) -> Vec<Effect> {
        let room = self.label_room();
        let row = id.and_then(|id| self.desk.row_of(id));
        if let Some(queue) = self.queue_mut() {
            let at = queue.items.iter().position(|item| Some(item.row) == row);
            queue.go(at.unwrap_or(queue.at()), room);
        }
        let mut effects = self.prepare();
        effects.extend(self.ask_anew());
        effects
    }
}

#[cfg(test)]
#[path = "label_issues_tests.rs"]
mod tests;
