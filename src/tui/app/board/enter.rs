//! From a row of a screen to the examples that it is about, and back.

use super::{Scope, Shown};
use crate::dataset::Run;
use crate::find::{Filter, FilterError};
use crate::insight::{Enter, View};
use crate::tui::app::{App, Away, Effect, Status, Task, work::Among};
use std::sync::Arc;

/// What was listed before a row was entered.
#[derive(Debug)]
pub(super) struct Entered {
    view: View,
    /// The list that was left, and its name.
    filter: Option<String>,
    is_named: bool,
    found: Option<Vec<u32>>,
    row: Option<u32>,
    /// Its number.
    list: u64,
    /// What is listed then, and whether that is a filter.
    name: String,
    is_filter: bool,
    /// The run whose predictions stand beside the reviewed one's.
    pub(super) versus: Option<Arc<Run>>,
    /// The reviewed one's desk, while the other run is reviewed.
    away: Option<Box<Away>>,
}

impl App {
    /// The list as a question is about it.
    ///
    /// # Errors
    /// When the filter names what is not there any more.
    pub(super) fn scope(&self) -> Result<Scope, FilterError> {
        if !self.desk.is_search() {
            return Ok(Scope::All);
        }
        if let Some(text) = self.filter().filter(|_| !self.finding.is_named) {
            let filter = Filter::parse_with(text, &self.finding.saved, &self.names())?;
            return Ok(Scope::Filter(Box::new(filter)));
        }
        let mut rows = self.desk.list().to_vec();
        rows.sort_unstable();
        Ok(Scope::Rows(rows))
    }

    /// Whether examples of a screen are listed, so that one can go back to it.
    pub fn is_entered(&self) -> bool {
        !self.boards.entered.is_empty()
    }

    /// Lists what is under the cursor.
    pub(super) fn enter_row(&mut self) -> Vec<Effect> {
        match self.board().and_then(super::Board::enter) {
            Some(enter) => self.enter(enter),
            None => self.nothing("there is nothing to enter here"),
        }
    }

    /// Lists what something on a screen is about.
    pub(super) fn enter(&mut self, enter: Enter) -> Vec<Effect> {
        match enter {
            Enter::View(view) => self.open_board(view),
            Enter::Elsewhere(command) => self.nothing(&format!("not from here: {command}")),
            Enter::Errors(text) if text.is_empty() => {
                let name = self.filter().unwrap_or("all errors").to_owned();
                self.enter(Enter::Rows { name, rows: self.desk.list().to_vec() })
            }
            Enter::Errors(text) => self.enter_filter(&text, false),
            Enter::All(text) => self.enter_filter(&text, true),
            Enter::Rows { rows, .. } if rows.is_empty() => {
                self.nothing("there is no example to show here")
            }
            Enter::Rows { name, rows } => {
                let Some(entering) = self.entering(name, false) else { return vec![] };
                self.boards.entering = Some(entering);
                self.selected(String::new(), rows)
            }
        }
    }

    fn enter_filter(&mut self, text: &str, all: bool) -> Vec<Effect> {
        let filter = match Filter::parse_with(text, &self.finding.saved, &self.names()) {
            Ok(filter) => filter,
            Err(error) => return self.nothing(&format!("{text}: {}", error.what)),
        };
        let outer = self.filter().filter(|_| self.desk.is_search());
        let name = match outer {
            Some(outer) if text.is_empty() => outer.to_owned(),
            Some(outer) if self.finding.is_named => format!("{outer} · {text}"),
            Some(outer) => format!("({outer}) {text}"),
            None => text.to_owned(),
        };
        let is_filter = !self.finding.is_named;
        let among = match (all, self.desk.is_search()) {
            (_, true) if self.finding.is_named => Among::Rows(Arc::new(self.desk.list().to_vec())),
            (true, _) => Among::All,
            (false, _) => Among::Walk,
        };
        let Ok(filter) = (match &outer {
            Some(_) if is_filter => {
                Filter::parse_with(&name, &self.finding.saved, &self.names()).map(Box::new)
            }
            _ => Ok(Box::new(filter)),
        }) else {
            return self.nothing("the filter that is on does not hold any more");
        };
        let what = format!("finding {name}");
        let entering = self.entering(name.clone(), is_filter);
        let (marked, grid) = (self.marks.clone(), false);
        let task = Task::Select { text: name, filter, marked, grid, among };
        let effects = self.hand_out(task, &what);
        self.boards.entering = entering;
        effects
    }

    fn entering(&self, name: String, is_filter: bool) -> Option<Entered> {
        Some(Entered {
            view: self.boards.open?,
            filter: self.finding.filter.clone(),
            is_named: self.finding.is_named,
            found: self.desk.is_search().then(|| self.desk.list().to_vec()),
            row: self.row(),
            list: self.boards.list,
            versus: self.compared_run(),
            away: None,
            name,
            is_filter,
        })
    }

    /// The examples of the row were found.
    pub(in crate::tui::app) fn entered(&mut self, rows: Vec<u32>) -> Option<Vec<Effect>> {
        let entering = self.boards.entering.take()?;
        if rows.is_empty() {
            let name = &entering.name;
            let text = format!("none of the listed examples: {name}");
            return Some(self.nothing(&text));
        }
        self.end_retest();
        let count = rows.len();
        self.finding.filter = Some(entering.name.clone());
        self.finding.is_named = !entering.is_filter;
        self.boards.entered.push(entering);
        self.boards.open = None;
        self.show_rows(Some(rows));
        let effects = self.go(self.open_from(0).unwrap_or(0));
        let (key, all) = (self.keymap.key_of(crate::tui::command::Command::Clear), self.desk.all());
        let text = format!("{count} of {all} found; {key} returns to the screen");
        self.status = Status::hint(text);
        Some(effects)
    }

    /// Whether the examples of a row are looked for.
    pub(in crate::tui::app) fn is_entering(&self) -> bool {
        self.boards.entering.is_some()
    }

    /// All are listed again: there is nowhere to go back to.
    pub(in crate::tui::app) fn forget_entered(&mut self) {
        // The first one that was left is the one that the review was opened with.
        let mut entered = std::mem::take(&mut self.boards.entered);
        while let Some(last) = entered.pop() {
            if let Some(away) = last.away {
                self.take_back_desk(*away);
            }
        }
    }

    /// Nothing is being entered any more.
    pub(in crate::tui::app) fn forget_entering(&mut self) {
        self.boards.entering = None;
    }

    /// The desk of what is entered waits; the run beside is its run.
    pub(in crate::tui::app) fn wait_below(&mut self, away: Box<Away>, run: Arc<Run>) {
        if let Some(entering) = &mut self.boards.entering {
            (entering.versus, entering.away) = (Some(run), Some(away));
        }
    }

    /// The desks that wait, the first one at the beginning.
    pub(in crate::tui::app) fn aways(&mut self) -> impl Iterator<Item = &mut Away> {
        self.boards.entered.iter_mut().filter_map(|entered| entered.away.as_deref_mut())
    }

    /// Lists rows of another run, at a desk of its own.
    pub(super) fn enter_beside(
        &mut self,
        run: Arc<Run>,
        name: String,
        rows: Vec<u32>,
    ) -> Vec<Effect> {
        let Some(entering) = self.entering(name, false) else { return vec![] };
        let what = format!("opening the review of {}", run.name);
        let task = Task::Beside(Box::new(self.desk.beside(run)), rows);
        let effects = self.hand_out(task, &what);
        self.boards.entering = Some(entering);
        effects
    }

    /// Back to the screen whose row was entered last, to the list and the place before.
    pub(in crate::tui::app) fn return_to_board(&mut self) -> Option<Vec<Effect>> {
        let mut entered = self.boards.entered.pop()?;
        self.end_retest();
        if let Some(away) = entered.away.take() {
            self.take_back_desk(*away);
        }
        (self.finding.filter, self.finding.is_named) = (entered.filter, entered.is_named);
        self.show_rows(entered.found);
        // It is the list that it was: what was answered of it holds.
        self.boards.list = entered.list;
        let place = entered.row.and_then(|row| self.desk.place(row));
        let mut effects = self.go(place.unwrap_or(0));
        effects.extend(self.open_board(entered.view));
        Some(effects)
    }

    /// Lists these rows only, or all again.
    pub(in crate::tui::app) fn show_rows(&mut self, rows: Option<Vec<u32>>) {
        self.boards.lists += 1;
        self.boards.list = self.boards.lists;
        self.painted.clear();
        self.desk.show_only(rows);
    }

    /// What is shown of the open screen.
    pub fn shown(&self) -> Option<&Arc<Shown>> {
        self.board()?.shown.as_ref()
    }
}
