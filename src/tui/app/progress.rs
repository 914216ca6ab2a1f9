//! How the session goes: its pace, its goal, what came of it.
//!
//! Invariant: a line that stands on the screen all the time changes only when something is decided.

use super::{App, Effect, Mode, PromptKind, Task, say};
use crate::analysis::guards::BlindAgainstSeen;
use crate::analysis::pace::{Pace, SelfAgreement, Timed, pace, self_agreement};
use crate::analysis::{Basis, Saturation, saturation};
use crate::dataset::{Event, Review};
use crate::project::{Snapshot, Subset};
use std::collections::HashMap;

/// Re-tests from which on their agreement says something.
const RETESTS: usize = 5;

/// Decisions that the line is made of: more than ten minutes of work have.
const RECENT: usize = 1000;

/// What was decided since the review was opened.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The number of its first event.
    began: u64,
    /// Reviewed before it.
    pub before: usize,
    /// One for each example, or for all that were decided at once; at its last key.
    pub times: Vec<Timed>,
    last_row: Option<u32>,
    pace: Option<Pace>,
    goal: Option<usize>,
    /// Whether it was said that the goal is reached.
    told: bool,
}

impl Session {
    pub fn of(began: u64, before: usize) -> Self {
        Self { began, before, ..Self::default() }
    }

    /// Adds a decision: `examples` of it were not reviewed before. Several keys on one example are
    /// one decision, made with the last of them.
    pub fn add(&mut self, row: Option<u32>, examples: usize, at: u64) {
        match self.times.last_mut().filter(|_| row.is_some() && row == self.last_row) {
            Some(last) => *last = Timed { at, examples: last.examples.max(examples) },
            None => self.times.push(Timed { at, examples }),
        }
        self.last_row = row;
    }
}

/// The pop-up: what it shows beside what the app knows at any time.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The pace of the whole session, once there is one.
    pub pace: Option<Pace>,
    /// Whether the last decisions brought new tags; none until it is counted.
    pub saturation: Option<Saturation>,
    /// Agreement with oneself, from five re-tests on.
    pub agreement: Option<SelfAgreement>,
    /// Errors judged blind against those judged with the prediction in sight.
    pub blind: Option<BlindAgainstSeen>,
}

/// What came of a session.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Examples that something was decided about.
    pub examples: usize,
    /// Those of them whose corrected label is another one than before.
    pub relabelled: usize,
    /// The pace.
    pub pace: Option<Pace>,
    /// Agreement with oneself, from five re-tests on.
    pub agreement: Option<SelfAgreement>,
}

impl App {
    /// Examples reviewed since the review was opened.
    pub fn done_now(&self) -> usize {
        self.desk.reviewed().saturating_sub(self.session.before)
    }

    /// Examples that are left to review, whatever a search found.
    pub fn left(&self) -> usize {
        self.desk.all().saturating_sub(self.desk.reviewed())
    }

    /// How many examples are to be reviewed in the session.
    pub fn goal(&self) -> Option<usize> {
        self.session.goal
    }

    /// Sets the goal of the session; none and 0 are no goal.
    pub fn set_goal(&mut self, goal: Option<usize>) {
        self.session.goal = goal.filter(|&goal| goal > 0);
        self.session.told = self.session.goal.is_some_and(|goal| self.done_now() >= goal);
    }

    /// `26 a minute · 11 min left`, with a goal `34 of 100 · 3 min left`; nothing before there is a
    /// pace to speak of.
    pub fn pace_line(&self) -> Option<String> {
        let pace = self.session.pace;
        let minutes = pace.and_then(|pace| pace.minutes_left).filter(|&minutes| minutes > 0.0);
        let left = minutes.map(|m| format!(" · {} left", say::minutes(m))).unwrap_or_default();
        if let Some(goal) = self.session.goal {
            return Some(format!("{} of {goal}{left}", self.done_now()));
        }
        let pace = pace.filter(|pace| pace.minutes_left.is_some())?;
        Some(format!("{} a minute{left}", say::rate(pace.per_minute)))
    }

    /// Takes note of a decision; returns what else is to be said of it.
    pub(super) fn noted(&mut self, event: &Event) -> String {
        let row = match event.changes.as_slice() {
            [] => return String::new(),
            [one] => self.desk.row_of(&one.id),
            _ => None,
        };
        let is_judged = |review: &Review| review.verdict.is_some() || !review.tags.is_empty();
        let new = event.changes.iter().filter(|c| !is_judged(&c.before) && is_judged(&c.after));
        self.session.add(row, new.count(), self.now);
        let done = self.done_now();
        let rest = self.session.goal.map(|goal| goal.saturating_sub(done)).filter(|&rest| rest > 0);
        let left = rest.unwrap_or(usize::MAX).min(self.left());
        let recent = self.session.times.len().saturating_sub(RECENT);
        self.session.pace = pace(&self.session.times[recent..], left, self.now);
        match self.session.goal {
            Some(goal) if done >= goal && !self.session.told => {
                self.session.told = true;
                format!(" · {done} of {goal}: that was the goal")
            }
            _ => String::new(),
        }
    }

    pub(super) fn open_progress(&mut self) -> Vec<Effect> {
        let pace = self.pace();
        let (agreement, blind) = (self.agreement(), self.desk.blind_against_seen());
        self.mode = Mode::Progress(Box::new(Progress { pace, saturation: None, agreement, blind }));
        if self.desk.subset() != Subset::Errors {
            return vec![];
        }
        let task = Task::Saturation(self.tally.population.errors, self.tally.basis);
        self.hand_out(task, "counting new kinds of error")
    }

    pub(super) fn saturated(&mut self, saturation: Saturation) -> Vec<Effect> {
        if let Mode::Progress(progress) = &mut self.mode {
            progress.saturation = Some(saturation);
        }
        vec![]
    }

    /// The pace of the whole session, once there are enough decisions to speak of one.
    fn pace(&self) -> Option<Pace> {
        let pace = pace(&self.session.times, self.left(), self.now)?;
        pace.minutes_left.is_some().then_some(pace)
    }

    fn agreement(&self) -> Option<SelfAgreement> {
        let pairs = self.desk.ledger().retests().iter().map(|test| (test.first, test.again));
        self_agreement(&pairs.collect::<Vec<_>>()).filter(|agreement| agreement.n >= RETESTS)
    }

    pub(super) fn ask_goal(&mut self) -> Vec<Effect> {
        let goal = self.session.goal.map_or_else(String::new, |goal| goal.to_string());
        self.open_prompt(PromptKind::Goal, 0, &goal)
    }

    pub(super) fn take_goal(&mut self, text: &str) -> Result<Vec<Effect>, String> {
        let goal = match text.trim() {
            "" => Some(0),
            text => text.parse().ok(),
        };
        let Some(goal) = goal else {
            return Err(format!("{:?} is no number of examples", text.trim()));
        };
        self.set_goal(Some(goal));
        Ok(self.nothing(&match self.session.goal {
            None => "no goal".to_owned(),
            Some(goal) => format!("goal: {goal} in this session, {} so far", self.done_now()),
        }))
    }

    /// What came of the session; nothing when nothing was decided.
    pub fn summary(&self) -> Option<Summary> {
        let done = self.desk.ledger().done();
        let began = done.partition_point(|event| event.seq < self.session.began);
        let mut labels: HashMap<&str, (Option<&str>, Option<&str>)> = HashMap::new();
        let here = self.desk.examples().split;
        let changes = done[began..].iter().flat_map(|event| &event.changes);
        for change in changes.filter(|change| change.split == here) {
            let (before, after) = (class(&change.before), class(&change.after));
            labels.entry(&change.id).or_insert((before, after)).1 = after;
        }
        (!labels.is_empty()).then(|| Summary {
            examples: labels.len(),
            relabelled: labels.values().filter(|(before, after)| before != after).count(),
            pace: self.pace(),
            agreement: self.agreement(),
        })
    }
}

fn class(review: &Review) -> Option<&str> {
    review.relabel.as_ref().map(|label| label.class.as_str())
}

/// Follows the tags of the reviewed errors in the order of the walk.
pub(super) fn saturate(snapshot: &Snapshot, errors: usize, basis: Basis) -> Saturation {
    saturation(errors, basis, snapshot.tags_in_order(|_| true))
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
