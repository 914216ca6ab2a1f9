//! One line of the journal as JSON.
//!
//! Invariant: what is printed is read back as it was; fields that are not known are no failure.

use super::{ExpectedGain, Fields, Measured};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most days that anything costs or takes.
const MOST_DAYS: f64 = 100_000.0;

/// Fewest days that something costs: about five minutes of eight hours.
const LEAST_DAYS: f64 = 0.01;

/// Sets fields of one experiment; the first line of an id starts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The experiment.
    pub id: String,
    /// When.
    #[serde(with = "time")]
    pub at: Timestamp,
    /// Who.
    #[serde(default)]
    pub who: String,
    /// What is set.
    #[serde(flatten)]
    pub fields: Fields,
}

/// Sets what an intervention costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostLine {
    /// The key of the intervention.
    pub cost: String,
    /// Days; none takes back what was set.
    pub days: Option<f64>,
    /// When.
    #[serde(with = "time")]
    pub at: Timestamp,
    /// Who.
    #[serde(default)]
    pub who: String,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Line {
    /// Of an experiment.
    Experiment(Box<Entry>),
    /// Of a cost.
    Cost(CostLine),
}

impl Line {
    /// When it was written.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Experiment(entry) => entry.at,
            Self::Cost(line) => line.at,
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |e: serde_json::Error| {
            let said = e.to_string();
            // There is one line only: where in it is enough.
            said.replace(" at line 1 column ", " at character ")
        };
        let value: serde_json::Value = serde_json::from_str(text).map_err(wrong)?;
        let line = if value.get("cost").is_some() {
            Self::Cost(serde_json::from_value(value).map_err(wrong)?)
        } else {
            Self::Experiment(serde_json::from_value(value).map_err(wrong)?)
        };
        line.check()?;
        Ok(line)
    }

    /// Whether its values make sense.
    ///
    /// # Errors
    /// The first that does not, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Cost(CostLine { cost, .. }) if cost.trim().is_empty() => {
                Err("the cost is of nothing".to_owned())
            }
            Self::Cost(line) => days("days", line.days, LEAST_DAYS),
            Self::Experiment(entry) if entry.id.trim().is_empty() => {
                Err("the id is empty".to_owned())
            }
            Self::Experiment(entry) => {
                let fields = &entry.fields;
                days("time_box", fields.time_box, LEAST_DAYS)?;
                days("spent", fields.spent, 0.0)?;
                fields.expected.map_or(Ok(()), expected)?;
                fields.measured.map_or(Ok(()), measured)
            }
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

fn days(field: &str, days: Option<f64>, least: f64) -> Result<(), String> {
    match days {
        Some(days) if !(least..=MOST_DAYS).contains(&days) => {
            Err(format!("{field} is {days}, which is not from {least} to {MOST_DAYS} days"))
        }
        _ => Ok(()),
    }
}

fn expected(expected: ExpectedGain) -> Result<(), String> {
    let ExpectedGain { gain, low, high } = expected;
    let (low, high) = (low.unwrap_or(gain), high.unwrap_or(gain));
    if !(-1.0 <= low && low <= gain && gain <= high && high <= 1.0) {
        return Err(format!("expected is {low} to {high} around {gain}, which is no gain"));
    }
    Ok(())
}

fn measured(measured: Measured) -> Result<(), String> {
    let Measured { examples, fixed, broken, still_wrong, changed } = measured;
    let wrong = fixed.checked_add(broken).and_then(|n| n.checked_add(still_wrong));
    let differ = fixed.checked_add(broken);
    if wrong.is_none_or(|n| n > examples) || changed > examples || differ > Some(changed) {
        return Err("the counts in measured don't fit together".to_owned());
    }
    Ok(())
}

/// Times as ISO 8601; a day alone is its first moment, UTC.
mod time {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10);
        let whole = if day.is_some() { format!("{text}T00:00:00Z") } else { text };
        let wrong =
            || D::Error::custom(format!("{whole:?} is no time such as 2026-01-31T12:00:00Z"));
        whole.parse().map_err(|_| wrong())
    }
}
