//! Slices: what can be chosen there, and slices with names.
//!
//! Invariant: a pinned slice is a filter that is kept under a name, and nothing else.

use super::Board;
use crate::insight::slices::{Ask, ONLY_ERRORS, Order, Show};
use crate::insight::{Enter, Insight};
use crate::tui::app::{App, Effect, PromptKind};
use crate::tui::command::Command;

/// Characters of a name that is proposed.
const LONGEST: usize = 40;

/// Why no run can be held against this one.
pub const NO_OTHER_RUN: &str =
    "no other run has predictions for this split: gaffe score --model MODEL.onnx";

/// The question that a key asks in place of `ask`: the next run, order or kind of slice.
pub fn changed(ask: &Ask, board: &Board, command: Command) -> Option<Ask> {
    let ask = ask.clone();
    let Some(Insight::Slices(report)) = board.shown.as_ref().map(|shown| &shown.insight) else {
        // Another run can't be read: without it there is an answer.
        return ask.versus.is_some().then_some(Ask { versus: None, ..ask });
    };
    match command {
        Command::ViewBy => Some(Ask { show: after(&Show::ALL, ask.show), ..ask }),
        Command::ViewOrder => Some(Ask { order: after(&Order::ALL, ask.order), ..ask }),
        Command::ViewVersus if !report.runs().is_empty() => {
            let runs = report.runs();
            let here = ask.versus.as_ref().and_then(|name| runs.iter().position(|run| run == name));
            let versus = runs.get(here.map_or(0, |at| at + 1)).cloned();
            Some(Ask { versus, ..ask })
        }
        _ => None,
    }
}

/// The one behind it, else the first.
fn after<T: Copy + PartialEq>(all: &[T], here: T) -> T {
    let at = all.iter().position(|one| *one == here).unwrap_or(0);
    all[(at + 1) % all.len()]
}

impl App {
    /// The slices that the open screen shows are those with names now.
    pub(super) fn give_pins(&mut self) {
        let pins = &self.finding.saved;
        let board = self.boards.open.and_then(|view| self.boards.each.get_mut(&view));
        if let Some(crate::insight::Ask::Slices(ask)) = board.map(|board| &mut board.ask)
            && ask.pins != *pins
        {
            ask.pins = pins.clone();
        }
    }

    /// Asks for the name of the slice under the cursor.
    pub(super) fn ask_slice_name(&mut self) -> Vec<Effect> {
        let filter = match self.board().and_then(Board::enter) {
            Some(Enter::Errors(filter) | Enter::All(filter)) if !filter.is_empty() => {
                filter.clone()
            }
            Some(Enter::Rows { .. }) => {
                return self.nothing("no filter selects this row, so that it can't be pinned");
            }
            _ => return self.nothing("this row is no slice"),
        };
        if let Some(name) = filter.strip_prefix('@').filter(|name| self.is_pinned(name)) {
            return self.nothing(&format!("@{name} is pinned already"));
        }
        let proposed = proposed(&filter);
        let outer = self.filter().filter(|_| !self.finding.is_named);
        self.boards.pinning = Some(match outer {
            Some(outer) => format!("({outer}) {filter}"),
            None => filter,
        });
        // What was typed for another slice is no name of this one.
        self.drafts.retain(|draft| draft.kind != PromptKind::SliceName);
        self.open_prompt(PromptKind::SliceName, self.row().unwrap_or(0), &proposed)
    }

    fn is_pinned(&self, name: &str) -> bool {
        self.finding.saved.contains_key(name)
    }

    /// Pins the slice under that name; the cursor stays on its row.
    pub(in crate::tui::app) fn pin(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        let Some(filter) = self.boards.pinning.clone() else { return Ok(vec![]) };
        if self.is_pinned(name.trim().trim_start_matches('@')) {
            return Err("there is a filter of that name: give another".to_owned());
        }
        let effects = self.name_filter(name, filter)?;
        self.boards.pinning = None;
        if let Some(board) = self.board_mut()
            && matches!(&board.ask, crate::insight::Ask::Slices(ask) if ask.show == Show::All)
        {
            // Its new row stands above.
            board.list.at += 1;
        }
        Ok(effects)
    }

    /// Forgets the name of the slice under the cursor.
    pub(super) fn unpin(&mut self) -> Vec<Effect> {
        let name = match self.board().and_then(Board::enter) {
            Some(Enter::Errors(filter)) => bare(&filter).strip_prefix('@').map(str::to_owned),
            _ => None,
        };
        match name.map(|name| self.forget_filter(&name)) {
            Some(Ok(effects)) => effects,
            Some(Err(wrong)) => self.nothing(&wrong),
            None => self.nothing("only pinned slices can be unpinned"),
        }
    }
}

/// The filter of the whole slice, right or wrong.
fn bare(filter: &str) -> &str {
    filter.strip_suffix(ONLY_ERRORS).unwrap_or(filter)
}

/// A name made of what a filter says.
fn proposed(filter: &str) -> String {
    let mut name = String::new();
    for c in filter.chars().take(LONGEST) {
        match c {
            c if c.is_alphanumeric() || c == '_' || c == '.' => name.push(c),
            '"' | '(' | ')' => {}
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    name.trim_matches(['-', '.']).to_owned()
}
