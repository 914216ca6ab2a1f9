//! What can be done on the screen of the next step: say what an intervention costs, start an experiment
//! with it, read the journal.
//!
//! Invariant: what is typed is about the intervention that was under the cursor when the field was
//! opened, wherever it stands by then.

use super::{Board, Shown};
use crate::analysis::next::Intervention;
use crate::dataset::experiment::{ExpectedGain, Fields};
use crate::dataset::stable_hash;
use crate::insight::next::Report;
use crate::insight::{Insight, View};
use crate::project::{ExperimentLog, LogEdit};
use crate::tui::app::{App, Effect, List, Mode, PromptKind, Status};
use crate::tui::command::Command;

/// What is typed about an intervention.
#[derive(Debug, Default)]
pub(super) struct Choosing {
    key: String,
    fields: Fields,
    /// What is said when the journal has it.
    done: String,
}

impl App {
    /// What the screen of the next step shows.
    pub fn next_report(&self) -> Option<&Report> {
        report(self.boards.each.get(&View::Next)?)
    }

    /// The intervention under the cursor.
    fn chosen(&self) -> Option<&Intervention> {
        let board = self.board()?;
        self.next_report()?.plan().interventions.get(board.list.at)
    }

    pub(super) fn on_next(&mut self, command: Command) -> Vec<Effect> {
        if self.boards.open != Some(View::Next) {
            return self.nothing("that key has no meaning on this screen");
        }
        if command == Command::ShowTried {
            return self.open(Mode::Tried(List::default()));
        }
        let Some(chosen) = self.chosen() else {
            return self.nothing("there is no intervention to choose yet");
        };
        let (key, days) = (chosen.key.clone(), chosen.days);
        let expected = chosen.expected.as_ref().map(|expected| expected.gain).map(|gain| {
            ExpectedGain { gain: gain.value, low: Some(gain.low), high: Some(gain.high) }
        });
        let fields = Fields {
            targets: Some(vec![key.clone()]),
            expected,
            before: Some(self.desk.run().name.clone()),
            ..Fields::default()
        };
        // Stands for the key: what was typed of it and left is found again by it.
        let mark = stable_hash(key.bytes()) as u32;
        self.boards.choosing = Choosing { key, fields, done: String::new() };
        let text = days.map_or_else(String::new, |days| days.to_string());
        match command {
            Command::SetDays => self.open_prompt(PromptKind::Days, mark, &text),
            _ => self.open_prompt(PromptKind::Hypothesis, mark, ""),
        }
    }

    pub(in crate::tui::app) fn take_days(&mut self, text: &str) -> Result<Vec<Effect>, String> {
        let (key, days) = (self.boards.choosing.key.clone(), days(text)?);
        self.boards.choosing.done = match days {
            Some(days) => format!("kept: {key} costs {days} days"),
            None => format!("kept: the cost of {key} is not known"),
        };
        Ok(vec![Effect::Log(LogEdit::Cost(key, days))])
    }

    pub(in crate::tui::app) fn take_hypothesis(
        &mut self,
        text: &str,
    ) -> Result<Vec<Effect>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("say in a sentence why it should help".to_owned());
        }
        self.boards.choosing.fields.hypothesis = Some(text.to_owned());
        Ok(self.open_prompt(PromptKind::TimeBox, stable_hash(text.bytes()) as u32, ""))
    }

    pub(in crate::tui::app) fn take_time_box(&mut self, text: &str) -> Result<Vec<Effect>, String> {
        let time_box = days(text)?;
        let fields = Fields { time_box, ..self.boards.choosing.fields.clone() };
        let done = "started; when the model is there: gaffe log finish --run NAME";
        done.clone_into(&mut self.boards.choosing.done);
        Ok(vec![Effect::Log(LogEdit::Start(Box::new(fields)))])
    }

    /// Others may have written to the journal since what is shown was made.
    pub(super) fn read_log(&self) -> Option<Effect> {
        let is_shown = self.boards.open == Some(View::Next) && self.next_report().is_some();
        is_shown.then_some(Effect::Log(LogEdit::Read))
    }

    /// The journal was read, after it was changed or not.
    pub(in crate::tui::app) fn logged(&mut self, log: Result<Box<ExperimentLog>, String>) {
        let done = std::mem::take(&mut self.boards.choosing.done);
        let log = match log {
            Ok(log) => log,
            Err(reason) => {
                self.status = Status::trouble(reason);
                return;
            }
        };
        if !done.is_empty() {
            self.status = Status::hint(done);
        }
        let Some(report) = self.next_report().map(|report| report.with_log(&log)) else { return };
        let Some(board) = self.boards.each.get_mut(&View::Next) else { return };
        let chosen = chosen(board).map(str::to_owned);
        board.shown = Some(Shown::new(board.ask.clone(), Insight::Next(Box::new(report))));
        follow(board, chosen.as_deref());
    }
}

fn report(board: &Board) -> Option<&Report> {
    match board.shown.as_ref().map(|shown| &shown.insight) {
        Some(Insight::Next(report)) => Some(report),
        _ => None,
    }
}

/// The key of the intervention that the cursor was moved to; at the top it is on the best one, whichever
/// that is.
pub(super) fn chosen(board: &Board) -> Option<&str> {
    let report = report(board).filter(|_| board.list.at > 0)?;
    report.plan().interventions.get(board.list.at).map(|found| found.key.as_str())
}

/// Moves the cursor to where that intervention stands now.
pub(super) fn follow(board: &mut Board, chosen: Option<&str>) {
    let place = report(board).and_then(|report| {
        report.plan().interventions.iter().position(|found| Some(found.key.as_str()) == chosen)
    });
    board.list.at = place.unwrap_or(board.list.at);
}

/// Days as they are typed; `none` and nothing are none.
fn days(text: &str) -> Result<Option<f64>, String> {
    let wrong = || "give days, such as 2 or 0.5, or none".to_owned();
    match text.trim() {
        "" | "none" => Ok(None),
        text => {
            let days = text.parse::<f64>().map_err(|_| wrong())?;
            Ok(Some(days)
                .filter(|days| (0.01..=100_000.0).contains(days))
                .ok_or_else(wrong)?
                .into())
        }
    }
}
