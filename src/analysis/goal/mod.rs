//! A goal: one metric to optimise, and thresholds that the others have to keep (optimising and
//! satisficing metrics: Ng, *Machine Learning Yearning*, ch. 9).
//!
//! Invariant: what is written as text is read back as the same bound and metric, and no bound lies
//! where no value of its metric can.

mod check;
mod readings;

pub use check::{Check, Reading, Standing, Standings, State, Subject, check, standings};
pub use readings::{readings, slice_error};

use super::AnalysisError;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What a threshold can be put on, or what is optimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Share of right predictions.
    Accuracy,
    /// Share of errors, 1 − accuracy.
    Error,
    /// Share of examples whose label is among the k most probable classes; k is 1 or more.
    TopK(u16),
    /// Mean F1 of the classes that occur.
    MacroF1,
    /// Mean F1 by support.
    WeightedF1,
    /// Cohen's kappa.
    Kappa,
    /// Mean of −ln p of the label, in nats.
    LogLoss,
    /// Brier score, 0 to 2.
    Brier,
    /// Expected calibration error, 15 bins.
    Ece,
    /// Median time of one example, in ms: preprocessing and inference on one thread.
    Latency,
    /// The time that one example of ten takes longer than, in ms.
    LatencyP90,
    /// Examples a second on all cores.
    Throughput,
    /// Peak memory of the model while it is loaded and run, in MB (10⁶ bytes).
    Memory,
    /// Size of the model's files, in MB (10⁶ bytes).
    ModelSize,
}

/// What the values of a metric are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of 1, shown in percent.
    Share,
    /// No unit.
    Number,
    /// ms.
    Milliseconds,
    /// 1/s.
    PerSecond,
    /// 10⁶ bytes.
    Megabytes,
}

/// Every metric but top-k, by the name that it has in `gaffe.toml`.
const NAMES: [(&str, Metric); 13] = [
    ("accuracy", Metric::Accuracy),
    ("error", Metric::Error),
    ("macro_f1", Metric::MacroF1),
    ("weighted_f1", Metric::WeightedF1),
    ("kappa", Metric::Kappa),
    ("log_loss", Metric::LogLoss),
    ("brier", Metric::Brier),
    ("ece", Metric::Ece),
    ("latency_ms", Metric::Latency),
    ("latency_p90_ms", Metric::LatencyP90),
    ("throughput_per_s", Metric::Throughput),
    ("memory_mb", Metric::Memory),
    ("model_size_mb", Metric::ModelSize),
];

/// What top-k is called, before its k.
const TOP: &str = "top_";

impl Metric {
    /// The names of all metrics, `top_5` as the one that stands for every k.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name).chain(["top_5"])
    }

    /// Whether a larger value is the better one.
    pub fn is_better_higher(self) -> bool {
        use Metric::{Accuracy, Kappa, MacroF1, Throughput, TopK, WeightedF1};
        matches!(self, Accuracy | TopK(_) | MacroF1 | WeightedF1 | Kappa | Throughput)
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::Accuracy | Self::Error | Self::TopK(_) => Unit::Share,
            Self::Latency | Self::LatencyP90 => Unit::Milliseconds,
            Self::Throughput => Unit::PerSecond,
            Self::Memory | Self::ModelSize => Unit::Megabytes,
            _ => Unit::Number,
        }
    }

    /// Whether its value comes from measuring the model, not from the run's probabilities.
    pub fn is_measured(self) -> bool {
        matches!(self.unit(), Unit::Milliseconds | Unit::PerSecond | Unit::Megabytes)
    }

    /// The value of a perfect model; `None` where there is no best one.
    fn perfect(self) -> Option<f64> {
        match self {
            Self::Throughput => None,
            _ if self.is_better_higher() => Some(1.0),
            _ => Some(0.0),
        }
    }

    /// The least and the largest value that it can have.
    fn range(self) -> (f64, f64) {
        match self {
            Self::Kappa => (-1.0, 1.0),
            Self::Brier => (0.0, 2.0),
            Self::MacroF1 | Self::WeightedF1 | Self::Ece => (0.0, 1.0),
            _ if self.unit() == Unit::Share => (0.0, 1.0),
            _ => (0.0, f64::MAX),
        }
    }

    /// Whether `bound` can be a threshold on it.
    ///
    /// # Errors
    /// A bound on the wrong side, or where no value lies.
    pub fn accept(self, bound: Bound) -> Result<(), AnalysisError> {
        let (low, high) = self.range();
        let refuse = |text: String| Err(AnalysisError::Argument(text));
        if bound.relation.is_lower() != self.is_better_higher() {
            let (better, sign) =
                if self.is_better_higher() { ("higher", ">=") } else { ("lower", "<=") };
            let value = bound.value;
            return refuse(format!("{self} is better {better}: write \"{sign} {value}\""));
        }
        if !(low..=high).contains(&bound.value) {
            let end = if high < f64::MAX { format!("to {high}") } else { "up".to_owned() };
            return refuse(format!("{} is no value of {self}, which is {low} {end}", bound.value));
        }
        Ok(())
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::TopK(k) = self {
            return write!(f, "{TOP}{k}");
        }
        f.write_str(NAMES.iter().find(|(_, metric)| metric == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for Metric {
    type Err = AnalysisError;

    /// Reads a name; `-` and `_` are the same.
    fn from_str(text: &str) -> Result<Self, AnalysisError> {
        let name = text.trim().to_ascii_lowercase().replace('-', "_");
        let digits = name.strip_prefix(TOP).filter(|k| k.bytes().all(|b| b.is_ascii_digit()));
        let top = digits.and_then(|k| k.parse().ok()).filter(|&k| k > 0).map(Self::TopK);
        let named = || NAMES.iter().find(|(known, _)| *known == name).map(|(_, metric)| *metric);
        top.or_else(named).ok_or_else(|| {
            let all = Self::names().collect::<Vec<_>>().join(", ");
            AnalysisError::Argument(format!("unknown metric `{text}`; there is: {all}"))
        })
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// On which side of a bound a value has to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Relation {
    /// At the bound or above.
    #[serde(rename = ">=")]
    AtLeast,
    /// Above the bound.
    #[serde(rename = ">")]
    Above,
    /// At the bound or below.
    #[serde(rename = "<=")]
    AtMost,
    /// Below the bound.
    #[serde(rename = "<")]
    Below,
}

/// The signs, longer ones before those that they begin with.
const SIGNS: [(&str, Relation); 6] = [
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    (">", Relation::Above),
    ("<", Relation::Below),
    ("≥", Relation::AtLeast),
    ("≤", Relation::AtMost),
];

impl Relation {
    fn is_lower(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }
}

/// A bound: `>= 0.9`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bound {
    /// Where values have to lie.
    pub relation: Relation,
    /// The bound itself; finite.
    pub value: f64,
}

impl Bound {
    /// Whether `value` keeps it.
    pub fn holds(self, value: f64) -> bool {
        match self.relation {
            Relation::AtLeast => value >= self.value,
            Relation::Above => value > self.value,
            Relation::AtMost => value <= self.value,
            Relation::Below => value < self.value,
        }
    }

    /// How far `value` lies on the good side; below 0 where it does not.
    pub fn margin(self, value: f64) -> f64 {
        if self.relation.is_lower() { value - self.value } else { self.value - value }
    }

    /// Whether it can bound the error of a slice.
    ///
    /// # Errors
    /// As [`Metric::accept`].
    pub fn of_slice(self) -> Result<Self, AnalysisError> {
        Metric::Error.accept(self).map(|()| self)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, relation)| *relation == self.relation);
        write!(f, "{} {}", sign.map_or("", |(sign, _)| sign), self.value)
    }
}

impl FromStr for Bound {
    type Err = AnalysisError;

    fn from_str(text: &str) -> Result<Self, AnalysisError> {
        let wrong = || AnalysisError::Argument(format!("{text:?} is no bound, such as \">= 0.9\""));
        let text = text.trim();
        let (relation, number) = SIGNS
            .iter()
            .find_map(|(sign, relation)| Some((*relation, text.strip_prefix(sign)?)))
            .ok_or_else(wrong)?;
        let value: f64 = number.trim().parse().map_err(|_| wrong())?;
        if value.is_finite() { Ok(Self { relation, value }) } else { Err(wrong()) }
    }
}

/// What is wanted of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// What decides between runs that keep all thresholds.
    pub optimise: Metric,
    /// What the others have to keep.
    pub thresholds: BTreeMap<Metric, Bound>,
    /// Bounds on the error of slices, by the filter that makes the slice.
    pub slices: BTreeMap<String, Bound>,
}

impl Default for Goal {
    fn default() -> Self {
        Self { optimise: Metric::Accuracy, thresholds: BTreeMap::new(), slices: BTreeMap::new() }
    }
}

impl Goal {
    /// All thresholds: those on metrics, then those on slices.
    pub fn all(&self) -> impl Iterator<Item = (Subject, Bound)> {
        let metrics = self.thresholds.iter().map(|(m, b)| (Subject::Metric(*m), *b));
        let slices = self.slices.iter().map(|(s, b)| (Subject::Slice(s.clone()), *b));
        metrics.chain(slices)
    }

    /// The metrics that it speaks of, the one to optimise among them.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        let rest = self.thresholds.keys().filter(|m| **m != self.optimise);
        std::iter::once(self.optimise).chain(rest.copied())
    }
}

#[cfg(test)]
#[path = "goal_tests.rs"]
mod tests;
