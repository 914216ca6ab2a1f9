//! The comparison of two runs: which rows of a line are entered, and what stands beside each prediction
//! then.

use super::{Board, MOST_ROWS};
use crate::dataset::Run;
use crate::insight::compare::{Ask, Outcome, Report};
use crate::insight::{Enter, Insight, View};
use crate::tui::app::{App, Effect, Status};
use crate::tui::command::Command;
use std::sync::Arc;

/// The question that a key asks in place of `ask`: by the next part, with the next run, the other way
/// round.
pub fn changed(ask: &Ask, board: &Board, command: Command) -> Option<Ask> {
    let report = board.compared()?;
    match command {
        Command::ViewBy => Some(report.by_next_part(ask)),
        Command::ViewVersus => report.with_next_run(ask),
        Command::ViewOrder => Some(report.turned(ask)),
        _ => None,
    }
}

impl Board {
    /// The comparison that is shown.
    pub fn compared(&self) -> Option<&Report> {
        match &self.shown.as_ref()?.insight {
            Insight::Compare(report) => Some(report),
            _ => None,
        }
    }

    /// The line of the first table that the cursor is on.
    pub fn compared_line(&self) -> Option<usize> {
        let (_, sheet) = self.page()?.sheets.first()?;
        let lines = sheet.rows().len().min(MOST_ROWS);
        (self.list.at < lines).then_some(self.list.at)
    }
}

impl App {
    /// The run whose predictions stand beside those of the reviewed one: in a list that was entered from
    /// a comparison.
    pub fn versus(&self) -> Option<&Run> {
        self.boards.entered.iter().rev().find_map(|entered| entered.versus.as_deref())
    }

    /// The run that is compared on the open screen.
    pub(super) fn compared_run(&self) -> Option<Arc<Run>> {
        let board = self.board().filter(|_| self.view() == Some(View::Compare))?;
        board.compared()?.other().cloned()
    }

    /// The comparison is with a run that was just made, until another one is chosen.
    pub(in crate::tui::app) fn compare_next(&mut self, run: &str) {
        let here = self.desk.run().name.clone();
        let board = self.boards.each.entry(View::Compare);
        let board = board.or_insert_with(|| Board::new(View::Compare));
        if let crate::insight::Ask::Compare(ask) = &mut board.ask {
            ask.runs = Some((here, run.to_owned()));
        }
    }

    /// A command of this screen alone; none when it means what it means on all of them.
    pub(super) fn on_compare(&mut self, command: Command) -> Option<Vec<Effect>> {
        if self.view() != Some(View::Compare) {
            return None;
        }
        let board = self.board_mut()?;
        match command {
            Command::Next | Command::Previous => {
                let all = Outcome::ALL;
                let at = all.iter().position(|outcome| *outcome == board.outcome).unwrap_or(0);
                let by = if command == Command::Next { 1 } else { all.len() - 1 };
                board.outcome = all[(at + by) % all.len()];
                self.status = Status::default();
                Some(vec![])
            }
            Command::Accept => {
                let (line, outcome) = (board.compared_line()?, board.outcome);
                let report = board.compared()?;
                let (enter, other) = (report.enter(line, outcome)?, report.other().cloned());
                let is_others =
                    report.wrong(outcome) == other.as_ref().map(|run| run.name.as_str());
                match (enter, other.filter(|_| is_others)) {
                    // Whose error it is, that run is reviewed: decisions are about its predictions.
                    (Enter::Rows { name, rows }, Some(other)) if !rows.is_empty() => {
                        Some(self.enter_beside(other, name, rows))
                    }
                    (enter, _) => Some(self.enter(enter)),
                }
            }
            _ => None,
        }
    }
}
