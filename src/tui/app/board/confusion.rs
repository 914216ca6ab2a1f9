//! The cursor on the confusion matrix, and what is chosen by its keys.
//!
//! Invariant: the cursor stands on classes, not on places of the screen, so that another order of the
//! classes leaves it where it was.

use super::{Board, Shown};
use crate::analysis::{Place, Trend};
use crate::insight::confusion::{Ask, Report, Versus};
use crate::insight::{self, Insight};
use crate::tui::app::List;
use crate::tui::command::Command;

/// Classes that a page key moves by.
const PAGE: usize = 10;

/// What is seen of another run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Beside {
    /// What this run's matrix has more.
    #[default]
    Difference,
    /// The other run's matrix.
    Other,
}

/// Where the cursor is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Matrix {
    /// Where it was moved to.
    at: Option<Place>,
    /// Whether the keys move in the list of pairs.
    pub on_list: bool,
    /// What is seen of another run.
    pub beside: Beside,
}

impl Matrix {
    /// The cell under the cursor, or the errors beside the cells; at first the pair that is confused
    /// most.
    pub fn place(&self, report: &Report) -> Place {
        self.at.or_else(|| self.listed(report, 0)).unwrap_or_default()
    }

    /// Number of pairs in the list.
    pub fn list_len(&self, report: &Report) -> usize {
        match self.versus(report) {
            Some(versus) => versus.pairs(Trend::Worse).len() + versus.pairs(Trend::Better).len(),
            None => report.pairs().len(),
        }
    }

    /// A pair of the list: the confused ones, or those that changed, the worse ones first.
    pub fn listed(&self, report: &Report, at: usize) -> Option<Place> {
        let (label, prediction) = match self.versus(report) {
            Some(versus) => {
                let both = versus.pairs(Trend::Worse).iter().chain(versus.pairs(Trend::Better));
                both.map(|pair| (pair.cell.label, pair.cell.prediction)).nth(at)?
            }
            None => report.pairs().get(at).map(|pair| (pair.label, pair.prediction))?,
        };
        Some(Place::cell(label, prediction))
    }

    /// The other run, where it is the difference that is looked at.
    pub fn versus<'a>(&self, report: &'a Report) -> Option<&'a Versus> {
        report.versus().filter(|_| self.beside == Beside::Difference)
    }

    /// Moves by a key.
    pub(super) fn moved(&mut self, report: &Report, command: Command, list: &mut List) {
        if self.on_list {
            list.moved_in(command, self.list_len(report));
            self.at = self.listed(report, list.at).or(self.at);
            return;
        }
        let place = self.place(report);
        let classes = report.arranged();
        let (row, column) = (step(classes, place.label), step(classes, place.prediction));
        let end = classes.len();
        let (row, column) = match command {
            Command::Up => (row.saturating_sub(1), column),
            Command::Down => ((row + 1).min(end), column),
            Command::ScrollUp => (row.saturating_sub(PAGE), column),
            Command::ScrollDown => ((row + PAGE).min(end), column),
            Command::Previous => (row, column.saturating_sub(1)),
            Command::Next => (row, (column + 1).min(end)),
            Command::First => (row, 0),
            Command::Last => (row, end),
            _ => return,
        };
        self.at = Some(Place { label: class(classes, row), prediction: class(classes, column) });
    }

    /// To the list of pairs, or back to the matrix.
    pub(super) fn turn_to_list(&mut self, report: &Report, list: &mut List) {
        self.on_list = !self.on_list && self.list_len(report) > 0;
        if self.on_list {
            list.at = list.at.min(self.list_len(report) - 1);
            self.at = self.listed(report, list.at).or(self.at);
        }
    }

    /// The question about another run: the difference to it, then its own matrix, then the next run,
    /// then none.
    pub(super) fn next_run(&mut self, ask: &Ask, report: &Report) -> Ask {
        if ask.versus.is_some() && self.beside == Beside::Difference {
            self.beside = Beside::Other;
            return ask.clone();
        }
        self.beside = Beside::Difference;
        let others = report.others();
        let here = ask.versus.as_ref().and_then(|run| others.iter().position(|r| r == run));
        let next = if ask.versus.is_some() { here.map_or(others.len(), |at| at + 1) } else { 0 };
        Ask { versus: others.get(next).cloned(), ..ask.clone() }
    }
}

/// Steps from the top or the left: 0 is beside the cells.
pub fn step(classes: &[u32], class: Option<u32>) -> usize {
    class.and_then(|class| classes.iter().position(|&k| k == class)).map_or(0, |at| at + 1)
}

fn class(classes: &[u32], step: usize) -> Option<u32> {
    classes.get(step.checked_sub(1)?).copied()
}

/// What a key asks in place of `ask`. Another order or unit is shown at once; whether the keys move in
/// the matrix or in the list is nothing to ask.
pub(super) fn changed(ask: &Ask, board: &mut Board, command: Command) -> Option<Ask> {
    let shown = board.shown.clone()?;
    let Insight::Confusion(report) = &shown.insight else { return None };
    let (order, normalise) = (ask.order, ask.normalise);
    match command {
        Command::ViewBy => {
            board.matrix.turn_to_list(report, &mut board.list);
            Some(ask.clone())
        }
        Command::ViewOrder => {
            Some(arranged(ask, Ask { order: order.next(), ..ask.clone() }, board, report))
        }
        Command::ViewScale => {
            Some(arranged(ask, Ask { normalise: normalise.next(), ..ask.clone() }, board, report))
        }
        Command::ViewVersus => Some(board.matrix.next_run(ask, report)),
        _ => None,
    }
}

/// Shows the same answer otherwise: it holds all orders and units. An answer to `before` is one to `ask`
/// then.
fn arranged(before: &Ask, ask: Ask, board: &mut Board, report: &Report) -> Ask {
    let mut report = report.clone();
    report.arrange(ask.order, ask.normalise);
    let (before, now) = [before, &ask].map(|ask| insight::Ask::Confusion(ask.clone())).into();
    board.shown = Some(Shown::new(now.clone(), Insight::Confusion(Box::new(report))));
    if let Some(as_of) = board.as_of.as_mut().filter(|as_of| as_of.ask == before) {
        as_of.ask = now;
    }
    ask
}
