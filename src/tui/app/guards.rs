//! Guards against fooling oneself, off unless asked for: predictions that are hidden until something
//! is decided, examples that are shown again as if they were new, a word about haste.
//!
//! Invariant: a hidden prediction is nowhere on the screen before the verdict; a re-test looks like any
//! other example, and changes no decision.

use super::{App, Effect, List, Mode, say};
use crate::analysis::guards::{drawn_place, is_blind, is_retested};
use crate::analysis::pace::hasty;
use crate::dataset::{Answer, Event, Order, Review, Stamp, Verdict};
use crate::project::Subset;
use crate::tui::command::Command;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Other examples that were decided between the first and the second look.
const APART: usize = 10;
/// Earlier decisions that are tried for a re-test.
const ATTEMPTS: u64 = 16;
/// Decisions that haste is judged by, and the least number of them between two warnings.
const WINDOW: usize = 20;
const QUIET: usize = 50;

/// Why an answer that needs the prediction is refused.
const HIDDEN: &str =
    "the prediction is hidden: say which class you see, or that the label is right";
/// Why a re-test takes nothing else.
const ONLY_VERDICT: &str = "only who is right, or the class: this one was decided before";

/// Which guards are on.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Guards {
    /// The share of the errors whose prediction is hidden, 0 to 1.
    pub blind: f64,
    /// The share of the decisions that are followed by a re-test, 0 to 1.
    pub retest: f64,
    /// Whether haste is warned of.
    pub hasty: bool,
}

impl Guards {
    /// The usual share of hidden predictions.
    pub const BLIND: f64 = 0.1;
    /// The usual share of re-tests.
    pub const RETEST: f64 = 0.03;
    /// How many there are to switch.
    const COUNT: usize = 3;
}

/// What the guards remember.
#[derive(Debug, Default)]
pub(super) struct Watch {
    guards: Guards,
    /// Rows whose prediction was seen in this session.
    known: HashSet<u32>,
    again: Option<Again>,
    /// Decisions of the session when haste was warned of last.
    warned: Option<usize>,
}

/// An example that is shown again.
#[derive(Debug, Clone, Copy)]
struct Again {
    row: u32,
    /// As it was at first.
    blind: bool,
}

impl App {
    /// Which guards are on.
    pub fn guards(&self) -> Guards {
        self.watch.guards
    }

    /// Switches guards.
    pub fn set_guards(&mut self, guards: Guards) {
        // NaN is off.
        let share = |share: f64| if share > 0.0 { share.min(1.0) } else { 0.0 };
        self.watch.guards =
            Guards { blind: share(guards.blind), retest: share(guards.retest), ..guards };
    }

    /// Whether nothing may be shown that tells the prediction.
    pub fn hides_prediction(&self, row: u32) -> bool {
        if let Some(again) = self.watch.again.filter(|again| again.row == row) {
            return again.blind;
        }
        is_blind(self.desk.id(row), self.watch.guards.blind)
            && self.desk.verdict(row).is_none()
            && self.desk.subset() == Subset::Errors
            // What a search, this order or a page of the grid lists tells the prediction.
            && !self.desk.is_search()
            && self.grid.is_none()
            && !self.judges_labels()
            && self.desk.order() != Order::Cell
            && !self.watch.known.contains(&row)
    }

    /// What is shown of the decisions on a row: in a re-test nothing.
    pub fn shown_review(&self, row: u32) -> Option<&Review> {
        self.desk.review(row).filter(|_| self.watch.again.is_none_or(|again| again.row != row))
    }

    /// The example that is shown again, if one is.
    pub fn retested(&self) -> Option<u32> {
        self.watch.again.map(|again| again.row)
    }

    /// Back to the walk, which stands where it stood.
    pub(super) fn end_retest(&mut self) {
        if self.watch.again.take().is_some() && matches!(self.mode, Mode::Picker(_)) {
            // What would be chosen there was meant for the example that is gone.
            self.mode = Mode::Base;
        }
    }

    /// From now on the predictions of these rows are known.
    pub(super) fn learn_predictions(&mut self, rows: &[u32]) {
        let seen: Vec<u32> =
            rows.iter().copied().filter(|&row| !self.hides_prediction(row)).collect();
        self.watch.known.extend(seen);
    }

    pub(super) fn know_predictions(&mut self, rows: impl IntoIterator<Item = u32>) {
        self.watch.known.extend(rows);
    }

    /// Why an answer can't be given blind.
    pub(super) fn refusal(&self, row: u32, answer: Option<Answer>) -> Option<&'static str> {
        let needs_it =
            matches!(answer, Some(Answer::Verdict(Verdict::LabelWrong | Verdict::BothAcceptable)));
        (needs_it && self.hides_prediction(row)).then_some(HIDDEN)
    }

    /// What the guards have to say of a decision: the prediction that was hidden, a word about haste.
    pub(super) fn guarded(&mut self, event: &Event) -> String {
        self.revealed(event) + &self.haste()
    }

    fn revealed(&mut self, event: &Event) -> String {
        let [change] = event.changes.as_slice() else { return String::new() };
        let is_first = change.before.verdict.is_none() && change.after.verdict.is_some();
        let row = self.desk.row_of(&change.id).filter(|_| event.stamp.blind && is_first);
        let prediction = row.and_then(|row| self.desk.run().prediction(row as usize));
        self.watch.known.extend(row);
        let name = |class| format!(" · predicted {}", self.desk.classes().name(class));
        prediction.map_or_else(String::new, name)
    }

    fn haste(&mut self) -> String {
        let times = &self.session.times;
        let quiet = self.watch.warned.is_some_and(|at| times.len() < at + QUIET);
        if !self.watch.guards.hasty || quiet {
            return String::new();
        }
        let last = &times[times.len().saturating_sub(WINDOW + 1)..];
        let last: Vec<u64> = last.iter().map(|timed| timed.at).collect();
        match hasty(&last, WINDOW).filter(|hasty| hasty.warns()) {
            Some(hasty) => {
                self.watch.warned = Some(times.len());
                format!(" · {} of the last {} in under 0.3 s", hasty.fast, hasty.of)
            }
            None => String::new(),
        }
    }

    /// Perhaps shows an earlier example again, after the event with that number.
    pub(super) fn test_again(&mut self, seq: u64) -> Vec<Effect> {
        if !is_retested(seq, self.watch.guards.retest) {
            return vec![];
        }
        let Some(row) = self.earlier(seq) else { return vec![] };
        let found = self.desk.review(row).and_then(|review| review.found.as_ref());
        let blind = found.is_some_and(|found| found.blind);
        self.watch.again = Some(Again { row, blind });
        self.scroll = 0;
        self.prepare()
    }

    /// An example that the same person decided on its own in this walk, and ten others since.
    fn earlier(&self, seq: u64) -> Option<u32> {
        let done = self.desk.ledger().done();
        let mut recent: Vec<&str> = Vec::new();
        let mut end = done.len();
        while recent.len() < APART {
            end = end.checked_sub(1)?;
            if let [change] = done[end].changes.as_slice()
                && !recent.contains(&change.id.as_str())
            {
                recent.push(&change.id);
            }
        }
        let now = &done.last()?.stamp;
        let fits = |event: &Event| {
            let Stamp { who, run, split, correct, .. } = &event.stamp;
            let [change] = event.changes.as_slice() else { return None };
            let alike =
                (who, run, split, correct) == (&now.who, &now.run, &now.split, &now.correct);
            let row = self.desk.row_of(&change.id).filter(|_| alike)?;
            let tested = self.desk.ledger().retests().iter().any(|test| test.id == change.id);
            let fits = !tested
                && !recent.contains(&change.id.as_str())
                && self.desk.verdict(row).is_some()
                && self.desk.is_shown(row)
                && self.row() != Some(row);
            fits.then_some(row)
        };
        (0..ATTEMPTS).find_map(|attempt| fits(done.get(drawn_place(seq, attempt, end))?))
    }

    /// A command on an example that is shown again; none when it is carried out as ever.
    pub(super) fn see_again(&mut self, command: Command) -> Option<Vec<Effect>> {
        self.watch.again?;
        match command {
            Command::PickClass => None,
            Command::Skip => Some(self.leave_retest()),
            command if Self::answer_of(command).is_some() => None,
            _ => Some(self.nothing(ONLY_VERDICT)),
        }
    }

    /// A command that acts on no example while one is shown again: what moves or changes the walk
    /// ends it first. None when the command is carried out as ever.
    pub(super) fn act_again(&mut self, command: Command) -> Option<Vec<Effect>> {
        self.watch.again?;
        match command {
            Command::Next | Command::NextOpen => Some(self.leave_retest()),
            // They would be about the example that the walk stands at.
            Command::GridCell | Command::NextInCell => Some(self.nothing(ONLY_VERDICT)),
            Command::ScrollDown
            | Command::ScrollUp
            | Command::Help
            | Command::Palette
            | Command::Progress
            | Command::Guards
            | Command::NextTheme
            | Command::Suspend
            | Command::Quit => None,
            _ => {
                self.end_retest();
                None
            }
        }
    }

    fn leave_retest(&mut self) -> Vec<Effect> {
        self.end_retest();
        self.scroll = 0;
        self.prepare()
    }

    /// Notes the second answer; in the status it looks like any other.
    pub(super) fn answer_again(&mut self, row: u32, answer: Answer) -> Vec<Effect> {
        let verdict = self.desk.verdict_of(row, answer);
        let event = verdict.and_then(|(verdict, _)| self.desk.retest(row, verdict, self.now));
        let (Some((verdict, label)), Some(event)) = (verdict, event) else { return vec![] };
        let mut said = Review::default();
        said.set_verdict(verdict, "");
        if let Some(class) = label {
            said.set_relabel(self.desk.classes().name(class), &event.stamp);
        }
        let text = format!("{}: {}", self.desk.id(row), say::review(&said, self.desk.ledger()));
        self.session.add(Some(row), 0, self.now);
        let mut effects = vec![self.save(event, text)];
        effects.extend(self.leave_retest());
        effects
    }

    pub(super) fn open_guards(&mut self) -> Vec<Effect> {
        self.open(Mode::Guards(List::default()))
    }

    /// A command while the guards are shown.
    pub(super) fn guards_command(&mut self, mut list: List, command: Command) -> Vec<Effect> {
        let mut guards = self.watch.guards;
        let other = |share: f64, usual: f64| if share > 0.0 { 0.0 } else { usual };
        match (command, list.at) {
            (Command::Accept, 0) => guards.blind = other(guards.blind, Guards::BLIND),
            (Command::Accept, 1) => guards.retest = other(guards.retest, Guards::RETEST),
            (Command::Accept, _) => guards.hasty = !guards.hasty,
            _ => list.moved_in(command, Guards::COUNT),
        }
        self.set_guards(guards);
        self.open(Mode::Guards(list))
    }
}

#[cfg(test)]
#[path = "guards_tests.rs"]
mod tests;
