//! The screens that decide: which one is open, what it asks, what came of it, where its cursor is.
//!
//! Invariant: what is shown is the answer to what is asked now, or is marked as older; entering a row
//! lists just what the row is about, and going back brings the list, the place and the cursor back.

mod calibration;
mod compare;
mod confusion;
mod copy;
mod enter;
mod label_issues;
mod map;
mod measuring;
mod next;
mod question;
mod shift;
mod slices;
mod tally;

pub use calibration::Reliability;
pub use confusion::{Beside, Matrix, step};
pub use label_issues::Queue;
pub use map::MapState;
pub use question::{Question, Scope, Shown};

use super::{App, Effect, List, Status};
use crate::insight::compare::Outcome;
use crate::insight::{Ask, Enter, Insight, Page, Progress, Row, View};
use crate::tui::command::Command;
use enter::Entered;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of a table that a screen shows; what is copied has all.
pub const MOST_ROWS: usize = 500;

/// One of the screens.
#[derive(Debug)]
pub struct Board {
    /// What is asked.
    pub ask: Ask,
    /// What came of it last.
    pub shown: Option<Arc<Shown>>,
    /// Why nothing did.
    pub error: Option<String>,
    /// The row of the tables that the cursor is on.
    pub list: List,
    /// The cursor of the confusion matrix.
    pub matrix: Matrix,
    /// What of the bins of the confidence is looked at.
    pub reliability: Reliability,
    /// Whether more of `shown` is still to come.
    is_partial: bool,
    /// Which examples of a line of the comparison are shown.
    pub outcome: Outcome,
    /// The lines of the label issues.
    pub queue: Queue,
    /// What `shown` is the answer to.
    as_of: Option<AsOf>,
}

/// What an answer depends on beside the question.
#[derive(Debug, Clone, PartialEq)]
struct AsOf {
    /// The decisions.
    seq: u64,
    /// The list, by its number.
    list: u64,
    /// The runs that were made since the start.
    runs: u64,
    ask: Ask,
}

/// An answer that is awaited.
#[derive(Debug)]
struct Asked {
    view: View,
    generation: u64,
    progress: Arc<Progress>,
    as_of: AsOf,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Boards {
    open: Option<View>,
    each: BTreeMap<View, Board>,
    asked: Option<Asked>,
    /// What was entered, the last one at the end.
    entered: Vec<Entered>,
    /// The row that is being entered, while its examples are looked for.
    entering: Option<Entered>,
    /// The filter that is being pinned, while its name is typed.
    pinning: Option<String>,
    /// The number of the list; no two lists have the same.
    list: u64,
    lists: u64,
    /// What is typed about an intervention.
    choosing: next::Choosing,
    map: MapState,
}

impl Board {
    fn new(view: View) -> Self {
        Self {
            ask: Ask::of(view),
            shown: None,
            error: None,
            list: List::default(),
            matrix: Matrix::default(),
            reliability: Reliability::default(),
            is_partial: false,
            outcome: Outcome::default(),
            queue: Queue::default(),
            as_of: None,
        }
    }

    /// What people are shown.
    pub fn page(&self) -> Option<&Page> {
        self.shown.as_ref().map(|shown| &shown.page)
    }

    /// Moves the cursor.
    fn moved(&mut self, command: Command) {
        let shown = self.shown.clone();
        match shown.as_ref().map(|shown| &shown.insight) {
            Some(Insight::Confusion(report)) => self.matrix.moved(report, command, &mut self.list),
            Some(Insight::Calibration(_)) if self.reliability.moved(command) => {}
            _ => {
                let rows = self.rows();
                self.list.moved_in(command, rows);
            }
        }
    }

    /// Where what the cursor is on leads.
    pub fn enter(&self) -> Option<Enter> {
        let row = || self.row()?.enter.clone();
        match &self.shown.as_ref()?.insight {
            Insight::Confusion(report) => Some(report.enter(self.matrix.place(report))),
            Insight::Calibration(_) if self.reliability.tempered => None,
            Insight::Calibration(report) => {
                self.reliability.enter(report, self.list.at).or_else(row)
            }
            _ => row(),
        }
    }

    /// The row under the cursor.
    fn row(&self) -> Option<&Row> {
        let sheets = self.page()?.sheets.iter();
        sheets.flat_map(|(_, sheet)| sheet.rows().iter().take(MOST_ROWS)).nth(self.list.at)
    }

    /// Rows that the cursor goes through.
    fn rows(&self) -> usize {
        self.page().map_or(0, |page| {
            page.sheets.iter().map(|(_, sheet)| sheet.rows().len().min(MOST_ROWS)).sum()
        })
    }
}

impl App {
    /// The screen that is open.
    pub fn board(&self) -> Option<&Board> {
        self.boards.each.get(&self.boards.open?)
    }

    fn board_mut(&mut self) -> Option<&mut Board> {
        self.boards.each.get_mut(&self.boards.open?)
    }

    pub(super) fn boards_open(&self) -> bool {
        self.boards.open.is_some()
    }

    /// Which screen is open.
    pub fn view(&self) -> Option<View> {
        self.boards.open
    }

    /// How far the awaited answer is: a part of 1 where that is known; none when nothing is awaited.
    pub fn asking(&self) -> Option<Option<f64>> {
        self.boards.asked.as_ref().map(|asked| asked.progress.part())
    }

    /// What is to be said of what is shown: more is to come, or it is older than the last decision, list or
    /// choice.
    pub fn freshness(&self) -> Option<&'static str> {
        let board = self.board().filter(|board| board.shown.is_some())?;
        let is_older = board.as_of.as_ref() != Some(&self.as_of(&board.ask));
        match (board.is_partial, is_older) {
            (true, _) => Some("this is what is known so far"),
            (false, true) => Some("what is shown is older"),
            (false, false) => None,
        }
    }

    fn as_of(&self, ask: &Ask) -> AsOf {
        let (seq, list, runs) = (self.desk.ledger().next_seq(), self.boards.list, self.scorer.made);
        AsOf { seq, list, runs, ask: ask.clone() }
    }

    pub(super) fn open_board(&mut self, view: View) -> Vec<Effect> {
        if self.boards.open != Some(view) {
            self.stop_asking();
        }
        if self.boards.open.is_some_and(|open| open != view) {
            self.rank_labels_anew();
        }
        self.painted.clear();
        self.status = Status::default();
        self.boards.open = Some(view);
        if view == View::Compare {
            self.saw_new_run();
        }
        let board = self.boards.each.entry(view).or_insert_with(|| Board::new(view));
        if board.error.is_some() {
            // What was missing may be there now.
            board.as_of = None;
        }
        let mut effects = self.ask_anew();
        effects.extend(self.read_log());
        if view == View::LabelIssues && self.freshness().is_none() {
            effects.extend(self.take_labels());
        }
        effects
    }

    /// Asks what the open screen asks, unless that is known or awaited.
    pub(super) fn ask_anew(&mut self) -> Vec<Effect> {
        self.give_pins();
        let Some(board) = self.board() else { return vec![] };
        let as_of = self.as_of(&board.ask);
        let is_known = board.as_of.as_ref() == Some(&as_of);
        let is_awaited = self.boards.asked.as_ref().is_some_and(|asked| asked.as_of == as_of);
        if is_known || is_awaited {
            return vec![];
        }
        let ask = board.ask.clone();
        let scope = match self.scope() {
            Ok(scope) => scope,
            Err(error) => {
                self.status = Status::trouble(error.what);
                return vec![];
            }
        };
        self.stop_asking();
        if let Some(board) = self.board_mut() {
            board.ask = ask.clone();
        }
        self.generation += 1;
        let (generation, progress) = (self.generation, Arc::new(Progress::default()));
        self.boards.asked =
            Some(Asked { view: ask.view(), generation, progress: progress.clone(), as_of });
        let (shared, marked) = (self.desk.share(), self.marks.clone());
        let question = Question { generation, ask, shared, scope, marked, progress };
        vec![Effect::Consider(Box::new(question))]
    }

    fn stop_asking(&mut self) {
        let Some(asked) = self.boards.asked.take() else { return };
        asked.progress.cancel();
        if let Some(board) = self.boards.each.get_mut(&asked.view) {
            // Opening the screen again must not start long work.
            board.ask.settle();
        }
    }

    /// An answer came, or a part of it.
    pub(super) fn considered(
        &mut self,
        generation: u64,
        answer: Result<Arc<Shown>, String>,
        is_whole: bool,
    ) -> Vec<Effect> {
        let awaited = self.boards.asked.as_ref().filter(|asked| asked.generation == generation);
        let Some(view) = awaited.map(|asked| asked.view) else { return vec![] };
        let asked = self.boards.asked.take();
        let Some(board) = self.boards.each.get_mut(&view) else { return vec![] };
        let is_less = |asked: &Asked| {
            !is_whole && board.as_of.as_ref().is_some_and(|known| known.ask == asked.as_of.ask)
        };
        if asked.as_ref().is_some_and(is_less) {
            // The whole answer that is shown says more, even if it is older.
            self.boards.asked = asked;
            return vec![];
        }
        let chosen = next::chosen(board).map(str::to_owned);
        match answer {
            Ok(shown) => (board.shown, board.error) = (Some(shown), None),
            Err(reason) => (board.shown, board.error) = (None, Some(reason)),
        }
        let last = board.rows().saturating_sub(1);
        board.list.at = board.list.at.min(last);
        next::follow(board, chosen.as_deref());
        board.is_partial = !is_whole;
        if is_whole {
            board.as_of = asked.map(|asked| asked.as_of);
            board.ask.settle();
            if let Some(as_of) = &mut board.as_of {
                as_of.ask.settle();
            }
        } else {
            self.boards.asked = asked;
        }
        if view == View::LabelIssues && is_whole { self.take_labels() } else { vec![] }
    }

    pub(super) fn on_board(&mut self, command: Command) -> Vec<Effect> {
        self.last_key = None;
        if let Some(effects) = self.on_map(command) {
            return effects;
        }
        if self.judges_labels()
            && let Some(effects) = self.on_labels(command)
        {
            return effects;
        }
        if let Some(effects) = self.on_compare(command) {
            return effects;
        }
        match command {
            Command::Cancel => self.close_board(),
            Command::View(view) => self.open_board(view),
            Command::NextView => self.turn(1),
            Command::PreviousView => self.turn(View::ALL.len() - 1),
            Command::CopyText | Command::CopyCsv | Command::CopyMarkdown => self.copy(command),
            Command::Accept => self.enter_row(),
            Command::Pin => self.ask_slice_name(),
            Command::Unpin => self.unpin(),
            Command::ViewBy
            | Command::ViewOrder
            | Command::ViewScale
            | Command::ViewVersus
            | Command::ViewWhich
            | Command::Closer
            | Command::Farther
            | Command::Corner
            | Command::Gather
            | Command::Release
            | Command::Measure => self.ask_otherwise(command),
            Command::SetDays | Command::StartExperiment | Command::ShowTried => {
                self.on_next(command)
            }
            _ => self.move_on_board(command),
        }
    }

    fn move_on_board(&mut self, command: Command) -> Vec<Effect> {
        if let Some(board) = self.board_mut() {
            board.moved(command);
        }
        self.status = Status::default();
        vec![]
    }

    /// Back to the list below.
    fn close_board(&mut self) -> Vec<Effect> {
        self.stop_asking();
        self.rank_labels_anew();
        self.boards.open = None;
        self.painted.clear();
        self.status = Status::default();
        self.prepare()
    }

    fn turn(&mut self, by: usize) -> Vec<Effect> {
        let here = View::ALL.iter().position(|view| Some(*view) == self.boards.open);
        let next = (here.unwrap_or(0) + by) % View::ALL.len();
        self.open_board(View::ALL[next])
    }

    /// Changes what is asked by a key of the screen.
    fn ask_otherwise(&mut self, command: Command) -> Vec<Effect> {
        let Some(board) = self.board_mut() else { return vec![] };
        let changed = match board.ask.clone() {
            Ask::Tally(ask) => tally::changed(&ask, board, command).map(Ask::Tally),
            Ask::Shift(ask) => shift::changed(&ask, board, command).map(Ask::Shift),
            Ask::Slices(ask) => slices::changed(&ask, board, command).map(Ask::Slices),
            Ask::Goal(ask) => measuring::goal(&ask, board, command).map(Ask::Goal),
            Ask::Cost(ask) => measuring::cost(&ask, board, command).map(Ask::Cost),
            Ask::Confusion(ask) => confusion::changed(&ask, board, command).map(Ask::Confusion),
            Ask::Calibration(ask) => {
                calibration::changed(&ask, board, command).map(Ask::Calibration)
            }
            Ask::Compare(ask) => compare::changed(&ask, board, command).map(Ask::Compare),
            Ask::LabelIssues(ask) => label_issues::changed(&ask, command).map(Ask::LabelIssues),
            _ => None,
        };
        let Some(ask) = changed else {
            let why = match (&board.ask, command) {
                (Ask::Slices(_), Command::ViewVersus) => slices::NO_OTHER_RUN,
                _ => "that key has no meaning on this screen",
            };
            return self.nothing(why);
        };
        board.ask = ask;
        self.ask_anew()
    }
}
