//! `[goal]` and `[cost]` of `gaffe.toml`: what is wanted of a run, and what predictions cost.
//!
//! Invariant: what is written is read back the same; a key that is not known, a bound that can't be kept
//! and a price that is none are refused with their line.

use crate::analysis::AnalysisError;
use crate::analysis::cost::is_amount;
use crate::analysis::goal::{Bound, Goal, Metric};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The table within `[goal]` that bounds the error of slices.
const SLICES: &str = "slices";
/// The key of the metric to optimise.
const OPTIMISE: &str = "optimise";

/// `[cost]`: prices and volumes. Money is in `currency`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CostConfig {
    /// Price of a machine like this one, an hour.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount")]
    pub machine_per_hour: Option<f64>,
    /// What is paid a month whatever the volume.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount")]
    pub fixed_per_month: Option<f64>,
    /// Price of 1,000 calls of an API that does the same.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount")]
    pub api_per_1000: Option<f64>,
    /// What prices are in, as it is to be shown: `USD` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Predictions a day.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount")]
    pub volume_per_day: Option<f64>,
    /// Volume at the peak over the average, 1 or more.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "factor")]
    pub peak_factor: Option<f64>,
    /// The share of a machine that is used at the peak.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "share")]
    pub utilisation: Option<f64>,
}

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    number(deserializer, is_amount, "a number that is 0 or more")
}

fn factor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    number(deserializer, |x| (1.0..=1e6).contains(&x), "1 or more, such as 3")
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    number(deserializer, |x| (1e-3..=1.0).contains(&x), "a share from 0.001 to 1, such as 0.7")
}

fn number<'de, D: Deserializer<'de>>(
    deserializer: D,
    fits: impl Fn(f64) -> bool,
    what: &str,
) -> Result<Option<f64>, D::Error> {
    let x = f64::deserialize(deserializer)?;
    if fits(x) { Ok(Some(x)) } else { Err(D::Error::custom(format!("{x} is not {what}"))) }
}

/// A key of `[goal]`.
enum Key {
    Optimise,
    Slices,
    Threshold(Metric),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            OPTIMISE => Ok(Self::Optimise),
            SLICES => Ok(Self::Slices),
            name => name.parse().map(Self::Threshold).map_err(|_| {
                let keys = [OPTIMISE, SLICES].into_iter().chain(Metric::names());
                let keys = keys.collect::<Vec<_>>().join(", ");
                D::Error::custom(format!("unknown key `{name}` in [goal]; there is: {keys}"))
            }),
        }
    }
}

/// Reads a text that `check` accepts, so that what it refuses is refused at its own line.
struct Text<F>(F);

impl<'de, T, F: FnOnce(&str) -> Result<T, AnalysisError>> DeserializeSeed<'de> for Text<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T, F: FnOnce(&str) -> Result<T, AnalysisError>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotes, such as \">= 0.9\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// `[goal.slices]`: a filter and the bound of its error.
#[derive(Default)]
struct Slices(BTreeMap<String, Bound>);

impl<'de> Deserialize<'de> for Slices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Slices {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("filters with bounds, such as \"capture=blurry\" = \"<= 0.15\"")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        let filter = |text: &str| match text.trim() {
            "" => Err(AnalysisError::Argument("a slice needs a filter".to_owned())),
            text => Ok(text.to_owned()),
        };
        while let Some(slice) = map.next_key_seed(Text(filter))? {
            let bound = |text: &str| text.parse::<Bound>().and_then(Bound::of_slice);
            let bound = map.next_value_seed(Text(bound))?;
            if self.0.insert(slice.clone(), bound).is_some() {
                return Err(A::Error::custom(format!("the slice {slice:?} has two bounds")));
            }
        }
        Ok(self)
    }
}

/// Collects `[goal]`.
struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Goal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of thresholds, such as accuracy = \">= 0.9\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Goal, A::Error> {
        let mut goal = Goal::default();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Optimise => goal.optimise = map.next_value_seed(Text(str::parse))?,
                Key::Slices => goal.slices = map.next_value::<Slices>()?.0,
                Key::Threshold(metric) => {
                    let bound = |text: &str| {
                        let bound: Bound = text.parse()?;
                        metric.accept(bound).map(|()| bound)
                    };
                    let bound = map.next_value_seed(Text(bound))?;
                    if goal.thresholds.insert(metric, bound).is_some() {
                        return Err(A::Error::custom(format!("{metric} has two bounds")));
                    }
                }
            }
        }
        Ok(goal)
    }
}

impl<'de> Deserialize<'de> for Goal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

impl Serialize for Goal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(OPTIMISE, &self.optimise)?;
        for (metric, bound) in &self.thresholds {
            map.serialize_entry(&metric.to_string(), &bound.to_string())?;
        }
        if !self.slices.is_empty() {
            let slices = self.slices.iter().map(|(slice, bound)| (slice, bound.to_string()));
            map.serialize_entry(SLICES, &slices.collect::<BTreeMap<_, _>>())?;
        }
        map.end()
    }
}

#[cfg(test)]
#[path = "goal_tests.rs"]
mod tests;
