//! The journal of experiments: what was tried, what was expected of it, and what came of it.
//!
//! It is made of lines, each of which sets some fields of one experiment, or the cost of something that
//! could be tried. Invariant: the journal is the same in whatever order its lines come and however often
//! each does, so that version control can merge the lines of several people.

mod line;

pub use line::{CostLine, Entry, Line};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Fewer errors.
    Worked,
    /// No fewer errors.
    DidNothing,
    /// More errors.
    MadeItWorse,
    /// The numbers don't tell.
    Undecided,
}

impl Outcome {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Worked, Self::DidNothing, Self::MadeItWorse, Self::Undecided];

    /// How it is called on screens and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::DidNothing => "did nothing",
            Self::MadeItWorse => "made it worse",
            Self::Undecided => "undecided",
        }
    }
}

/// The gain that was expected, as a share of the examples: 0.025 is 2.5 points of error fewer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExpectedGain {
    /// The gain.
    pub gain: f64,
    /// The least that was thought likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The most that was thought likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// Counts of the examples that both runs of an experiment predict, under the labels of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Examples with a label and a prediction in both runs.
    pub examples: usize,
    /// Wrong before, right after.
    pub fixed: usize,
    /// Right before, wrong after.
    pub broken: usize,
    /// Wrong in both.
    pub still_wrong: usize,
    /// Predicted otherwise after, right or wrong.
    pub changed: usize,
}

/// What is known of an experiment; every field may be missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fields {
    /// Why it should help, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypothesis: Option<String>,
    /// What is done, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What it is about: keys of interventions, such as `tag:blurry`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<String>>,
    /// The gain that is expected of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedGain>,
    /// The run it starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The run it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What the runs say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// What a person says came of it, whatever the numbers propose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Days that it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_box: Option<f64>,
    /// Days that it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<f64>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<bool>,
}

impl Fields {
    /// Takes over the fields that `later` sets.
    fn update(&mut self, later: Self) {
        fn put<T>(field: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *field = later;
            }
        }
        put(&mut self.hypothesis, later.hypothesis);
        put(&mut self.change, later.change);
        put(&mut self.targets, later.targets);
        put(&mut self.expected, later.expected);
        put(&mut self.before, later.before);
        put(&mut self.after, later.after);
        put(&mut self.measured, later.measured);
        put(&mut self.outcome, later.outcome);
        put(&mut self.time_box, later.time_box);
        put(&mut self.spent, later.spent);
        put(&mut self.note, later.note);
        put(&mut self.finished, later.finished);
    }
}

/// One experiment, as its lines leave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Names it for good: date and a short hash.
    pub id: String,
    /// When it was started.
    pub started: Timestamp,
    /// When its last line was written.
    pub touched: Timestamp,
    /// Who started it.
    pub who: String,
    /// What is known of it.
    pub fields: Fields,
}

impl Experiment {
    /// What it is about.
    pub fn targets(&self) -> &[String] {
        self.fields.targets.as_deref().unwrap_or_default()
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.fields.finished == Some(true)
    }
}

/// All that the lines say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// By start, the oldest first.
    pub experiments: Vec<Experiment>,
    /// What each intervention costs in days, by its key.
    pub costs: BTreeMap<String, f64>,
}

impl Journal {
    /// Puts the lines together: for each field the latest line wins; of lines of the same moment the one
    /// whose text is greater.
    pub fn of(lines: impl IntoIterator<Item = Line>) -> Self {
        let mut lines: Vec<(Timestamp, String, Line)> =
            lines.into_iter().map(|line| (line.at(), line.to_string(), line)).collect();
        lines.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut experiments = BTreeMap::<String, Experiment>::new();
        let mut costs = BTreeMap::new();
        for (_, _, line) in lines {
            match line {
                Line::Cost(CostLine { cost, days: Some(days), .. }) => {
                    costs.insert(cost, days);
                }
                Line::Cost(CostLine { cost, days: None, .. }) => {
                    costs.remove(&cost);
                }
                Line::Experiment(entry) => {
                    let Entry { id, at, who, fields } = *entry;
                    let start = || Experiment {
                        id: id.clone(),
                        started: at,
                        touched: at,
                        who,
                        fields: Fields::default(),
                    };
                    let experiment = experiments.entry(id.clone()).or_insert_with(start);
                    experiment.touched = at;
                    experiment.fields.update(fields);
                }
            }
        }
        let mut experiments: Vec<Experiment> = experiments.into_values().collect();
        experiments.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
        Self { experiments, costs }
    }

    /// The experiment with this id, or the only one whose id ends or begins with `part`.
    ///
    /// # Errors
    /// How many there are, if not one.
    pub fn find(&self, part: &str) -> Result<&Experiment, usize> {
        if let Some(exact) = self.experiments.iter().find(|e| e.id == part) {
            return Ok(exact);
        }
        let fits = |e: &&Experiment| e.id.ends_with(part) || e.id.starts_with(part);
        let found: Vec<&Experiment> =
            self.experiments.iter().filter(|e| !part.is_empty() && fits(e)).collect();
        match found.as_slice() {
            [only] => Ok(only),
            several => Err(several.len()),
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
