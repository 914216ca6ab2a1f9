//! What to do next: interventions ranked by what they can bring, from the numbers of the other
//! statistics.
//!
//! The gain of an intervention is given as what it can bring *at most*: a ceiling or a gap says how much
//! error is there, not how much of it goes away (Ng, *Machine Learning Yearning*, ch. 14–19, 22, 40). A
//! gain that is *expected* stands beside it only where the numbers support one. Kinds of error, slices
//! and gaps overlap, so that gains don't add up.
//!
//! Invariant: no gain is below 0 or above the dev error; nothing is proposed without numbers that speak
//! for it.

mod data;
mod evidence;
mod gaps;
mod missing;
mod tried;
mod tune;
mod words;

pub use evidence::{
    ComparedRuns, ErrorKind, Evidence, GoalEvidence, KindEvidence, LabelIssueEvidence, RareClass,
    Screen, SliceEvidence, TallyEvidence, TrainData, Unmet,
};
pub use missing::Missing;
pub use tried::{Effect, Tried, comparison, effect, measured, same_key};
pub use words::{change, points};

use super::bottleneck::Errors;
use super::{Estimate, Proportion};
use crate::dataset::experiment::Journal;
use serde::Serialize;
use std::cmp::Reverse;

/// What is done. The order is the one of preference where the worth is the same: what is cheap to try
/// and tells most comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Correct labels, settle guidelines.
    FixData,
    /// Collect or make training data of a certain kind.
    CollectData,
    /// Regularisation, weights, thresholds, temperature.
    Tune,
    /// Another model or other inputs.
    AdjustModel,
    /// Train a model further that was trained before.
    FineTune,
    /// A larger model, longer training.
    ScaleCompute,
}

impl Kind {
    /// How it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::FixData => "fix data",
            Self::CollectData => "collect data",
            Self::Tune => "tune",
            Self::AdjustModel => "adjust the model",
            Self::FineTune => "fine-tune",
            Self::ScaleCompute => "scale compute",
        }
    }
}

/// A number that speaks for an intervention, and where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// The screen.
    pub screen: Screen,
    /// What it says, in a short sentence.
    pub text: String,
}

/// A gain that the numbers support, not only bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectedGain {
    /// Share of the dev examples, with its 95 % interval.
    pub gain: Estimate,
    /// Under which condition.
    pub condition: &'static str,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Intervention {
    /// Names it for good, such as `tag:blurry`.
    pub key: String,
    /// What is done.
    pub kind: Kind,
    /// With what, in a few words.
    pub about: String,
    /// Both in a sentence.
    pub title: String,
    /// The dev error that it can take away at most, as a share of the dev examples. The interval is that
    /// of the estimate of this bound.
    pub at_most: Estimate,
    /// What can be expected, where the numbers say so.
    pub expected: Option<ExpectedGain>,
    /// What speaks for it.
    pub evidence: Vec<Proof>,
    /// What it does beside the dev error.
    pub beside: Option<String>,
    /// What to do first, in a sentence.
    pub first: String,
    /// The command for that, without the program's name.
    pub command: Option<String>,
    /// The dev examples it is about, as a filter of the review.
    pub filter: Option<String>,
    /// What it costs in days, as a person says.
    pub days: Option<f64>,
    /// `at_most` a day.
    pub per_day: Option<f64>,
    /// Whether the goal's error can be reached by it alone; none without such a goal.
    pub reaches_goal: Option<bool>,
    /// Experiments with it, the oldest first.
    pub tried: Vec<Tried>,
}

impl Intervention {
    fn new(key: impl Into<String>, kind: Kind, at_most: Estimate) -> Self {
        Self {
            key: key.into(),
            kind,
            about: String::new(),
            title: String::new(),
            at_most,
            expected: None,
            evidence: vec![],
            beside: None,
            first: String::new(),
            command: None,
            filter: None,
            days: None,
            per_day: None,
            reaches_goal: None,
            tried: vec![],
        }
    }

    /// With what, in a few words and in a sentence.
    fn called(mut self, about: impl Into<String>, title: impl Into<String>) -> Self {
        (self.about, self.title) = (about.into(), title.into());
        self
    }

    fn because(mut self, screen: Screen, text: String) -> Self {
        self.evidence.push(Proof { screen, text });
        self
    }

    fn first(mut self, what: impl Into<String>, command: Option<String>) -> Self {
        self.first = what.into();
        self.command = command;
        self
    }

    /// Tenths of a point, as they are shown; what looks the same is ranked as the same.
    fn tenths(&self) -> i64 {
        (self.at_most.value * 1000.0).round() as i64
    }

    /// Hundredths of a point a day.
    fn hundredths_a_day(&self) -> i64 {
        self.per_day.map_or(0, |gain| (gain * 10_000.0).round() as i64)
    }
}

/// What can be done, the best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The run whose errors they are.
    pub run: String,
    /// Its errors on dev under the effective labels.
    pub dev: Errors,
    /// The share of errors, with the interval for examples of the same kind.
    pub error: Proportion,
    /// Those whose cost is known by gain a day, then the others by gain.
    pub interventions: Vec<Intervention>,
    /// How many of them have a cost.
    pub with_cost: usize,
    /// What should be known before any of that is believed.
    pub cautions: Vec<String>,
    /// What is not known, and how to learn it.
    pub missing: Vec<Missing>,
    /// Screens whose numbers are still being computed.
    pub pending: Vec<Screen>,
}

/// Why gains are no sum.
pub const OVERLAP: &str =
    "tags, slices and gaps overlap: an error can be in several, so gains don't add up";

/// Days that can be reckoned with.
const DAYS: std::ops::RangeInclusive<f64> = 0.01..=100_000.0;

/// Ranks what the evidence speaks for. Costs in days and experiments come from `journal`. The order of
/// the evidence does not matter.
pub fn plan(evidence: &Evidence, journal: &Journal) -> Plan {
    let mut interventions: Vec<Intervention> = data::interventions(evidence)
        .into_iter()
        .chain(gaps::interventions(evidence))
        .chain(tune::interventions(evidence))
        .collect();
    for intervention in &mut interventions {
        intervention.evidence.extend(goal_of(evidence, intervention));
        intervention.tried = tried::with(&intervention.key, journal);
        let days = journal.costs.iter().find(|(key, _)| same_key(key, &intervention.key));
        intervention.days = days.map(|(_, days)| *days).filter(|days| DAYS.contains(days));
        intervention.per_day = intervention.days.map(|days| intervention.at_most.value / days);
        intervention.reaches_goal = needed(evidence).map(|gain| intervention.at_most.value >= gain);
    }
    rank(&mut interventions);
    Plan {
        run: evidence.run.clone(),
        dev: evidence.dev,
        error: evidence.dev.rate(),
        with_cost: interventions.iter().filter(|i| i.days.is_some()).count(),
        cautions: missing::cautions(evidence, &interventions),
        missing: missing::missing(evidence),
        pending: evidence.pending.clone(),
        interventions,
    }
}

/// The thresholds on the slice that an intervention is about.
fn goal_of(evidence: &Evidence, intervention: &Intervention) -> Vec<Proof> {
    let unmet = evidence.goal.iter().flat_map(|goal| &goal.unmet);
    let here = unmet.filter(|u| u.filter.is_some() && u.filter == intervention.filter);
    here.map(|unmet| Proof { screen: Screen::Goal, text: unmet.text.clone() }).collect()
}

/// Gains that are shown as the same number count as the same: then the order of [`Kind`] decides.
fn rank(interventions: &mut [Intervention]) {
    interventions.sort_by(|a, b| {
        let key = |i: &Intervention| {
            (i.days.is_none(), Reverse(i.hundredths_a_day()), Reverse(i.tenths()), i.kind)
        };
        key(a).cmp(&key(b)).then_with(|| a.key.cmp(&b.key)).then_with(|| a.title.cmp(&b.title))
    });
}

/// The gain that the goal asks for; none if there is no such goal or it is met.
fn needed(evidence: &Evidence) -> Option<f64> {
    let most = evidence.goal.as_ref()?.most_error?;
    Some(error(evidence) - most).filter(|gain| *gain > 0.0)
}

/// The dev error, 0 without examples.
fn error(evidence: &Evidence) -> f64 {
    let Errors { errors, examples } = evidence.dev;
    if examples == 0 { 0.0 } else { (errors as f64 / examples as f64).min(1.0) }
}

/// A bound between 0 and the dev error; none if it is not above 0.
fn bound(evidence: &Evidence, gain: Estimate) -> Option<Estimate> {
    let most = error(evidence);
    // `clamp` keeps NaN, which `max` and `min` don't.
    let within = |x: f64| x.max(0.0).min(most);
    let value = within(gain.value);
    let low = within(gain.low).min(value);
    let high = within(gain.high).max(value);
    (value > 0.0).then_some(Estimate { value, low, high })
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
