//! Runs held against a goal: met, missed, by how much, and which of them is the best.
//!
//! Invariant: a point estimate decides whether a threshold is kept; the interval only says how sure
//! that is.

use super::{Bound, Goal, Metric};
use crate::analysis::{Estimate, Proportion};
use serde::Serialize;

/// A value that was computed or measured; finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reading {
    /// The point estimate.
    pub value: f64,
    /// Lower end of its 95 % interval, where there is one.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Examples that it was taken from.
    pub n: Option<usize>,
}

impl Reading {
    /// A value without an interval; `None` if it is not finite.
    pub fn exact(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self { value, low: None, high: None, n: None })
    }

    /// A share of `n` examples; `None` without any.
    pub fn share(share: Option<Proportion>, n: usize) -> Option<Self> {
        let Proportion { share, low, high } = share.filter(|_| n > 0)?;
        Self::estimate(Estimate { value: share, low, high }, n)
    }

    /// A value with an interval, from `n` examples; `None` if one of the three is not finite.
    pub fn estimate(estimate: Estimate, n: usize) -> Option<Self> {
        let Estimate { value, low, high } = estimate;
        let finite = [value, low, high].iter().all(|x| x.is_finite());
        finite.then_some(Self { value, low: Some(low), high: Some(high), n: Some(n) })
    }
}

/// What a threshold is put on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A metric over the split, or one that is measured of the model.
    Metric(Metric),
    /// The error of the examples that a filter selects.
    Slice(String),
}

impl Subject {
    /// The metric whose values are bounded: for a slice the error.
    pub fn metric(&self) -> Metric {
        match self {
            Self::Metric(metric) => *metric,
            Self::Slice(_) => Metric::Error,
        }
    }
}

/// How a value stands to its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept; so is it by the whole interval.
    Met,
    /// Not kept; nor is it by any value of the interval.
    Missed,
    /// Not sure: the interval contains the bound.
    Open,
    /// Not measured.
    Unknown,
}

impl State {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Open => "open",
            Self::Unknown => "unknown",
        }
    }
}

/// A threshold and how a run stands to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What is bounded.
    pub subject: Subject,
    /// The bound.
    pub bound: Bound,
    /// The run's value, if it is known.
    pub reading: Option<Reading>,
    /// How sure it is kept or not.
    pub state: State,
    /// Whether the value keeps the bound; `None` if it is not known.
    pub holds: Option<bool>,
    /// How far the value lies on the good side, in the metric's unit; below 0 on the other.
    pub margin: Option<f64>,
    /// The margin as a share of the room that the bound leaves to a perfect model, 1 at most: 0 at the
    /// bound, −1 twice as far from perfect as is allowed. `None` where the bound leaves no room. For
    /// throughput the room is the time that an example may take.
    pub of_room: Option<f64>,
}

/// Holds a value against a bound.
pub fn check(subject: Subject, bound: Bound, reading: Option<Reading>) -> Check {
    let holds = reading.map(|r| bound.holds(r.value));
    let margin = reading.map(|r| bound.margin(r.value)).filter(|m| m.is_finite());
    let of_room = reading.and_then(|r| of_room(subject.metric(), bound, r.value));
    Check { state: state(bound, reading), subject, bound, reading, holds, margin, of_room }
}

fn state(bound: Bound, reading: Option<Reading>) -> State {
    let Some(Reading { value, low, high, .. }) = reading else { return State::Unknown };
    let ends = [low, high, Some(value)].into_iter().flatten().map(|end| bound.holds(end));
    match (ends.clone().all(|holds| holds), ends.into_iter().any(|holds| holds)) {
        (true, _) => State::Met,
        (_, false) => State::Missed,
        _ => State::Open,
    }
}

fn of_room(metric: Metric, bound: Bound, value: f64) -> Option<f64> {
    let share = match metric.perfect() {
        Some(perfect) => bound.margin(value) / (perfect - bound.value).abs(),
        None => 1.0 - bound.value / value,
    };
    share.is_finite().then_some(share.min(1.0))
}

/// A run and all thresholds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The run.
    pub run: String,
    /// Its value of the metric that is optimised.
    pub optimised: Option<Reading>,
    /// The thresholds in the order of [`Goal::all`].
    pub checks: Vec<Check>,
    /// Whether every threshold is kept by the value; one that is not known is not kept.
    pub meets: bool,
    /// Whether every threshold is kept by the whole interval.
    pub meets_surely: bool,
}

/// Runs held against a goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standings {
    /// What is optimised.
    pub optimise: Metric,
    /// The runs in the order given.
    pub runs: Vec<Standing>,
    /// The best value of the optimised metric among the runs that keep all thresholds, the first of
    /// equal ones: its place in `runs`.
    #[serde(skip)]
    pub best: Option<usize>,
}

/// Holds runs against a goal; `value` gives what is known of a run's subject.
pub fn standings<'a>(
    goal: &Goal,
    runs: impl IntoIterator<Item = &'a str>,
    value: &dyn Fn(&str, &Subject) -> Option<Reading>,
) -> Standings {
    let standing = |run: &str| {
        let checks: Vec<Check> = goal
            .all()
            .map(|(subject, bound)| {
                let reading = value(run, &subject);
                check(subject, bound, reading)
            })
            .collect();
        Standing {
            run: run.to_owned(),
            optimised: value(run, &Subject::Metric(goal.optimise)),
            meets: checks.iter().all(|check| check.holds == Some(true)),
            meets_surely: checks.iter().all(|check| check.state == State::Met),
            checks,
        }
    };
    let runs: Vec<Standing> = runs.into_iter().map(standing).collect();
    let sign = if goal.optimise.is_better_higher() { 1.0 } else { -1.0 };
    let values = runs.iter().enumerate().filter(|(_, run)| run.meets);
    let values = values.filter_map(|(at, run)| Some((at, sign * run.optimised?.value)));
    let best = values.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(at, _)| at);
    Standings { optimise: goal.optimise, runs, best }
}
