//! What the features of slices are in a filter of the review.
//!
//! Invariant: a filter that is written here selects just the rows that meet the conditions.

use crate::analysis::slices::{Condition, Feature, FeatureValue, Features, Holds};
use crate::dataset::Column;
use crate::find::{alike, column, quote};
use std::collections::HashSet;

/// What each feature is in a filter, in the order of the features.
#[derive(Debug, Default)]
pub(crate) struct Terms(Vec<Origin>);

/// What a feature is in a filter.
#[derive(Debug)]
enum Origin {
    /// A column of the metadata, by the name that a filter has for it, and those of its values that a
    /// filter can't tell from others.
    Column(String, HashSet<String>),
    /// A field of classes.
    Field(&'static str),
    /// Nothing.
    Other,
}

impl Terms {
    /// Those of features that were made of these columns.
    pub fn of_columns(features: &Features, metadata: &[Column]) -> Self {
        Self(features.list().iter().map(|feature| origin(feature, metadata)).collect())
    }

    /// Adds one more feature: a field of classes, or what no filter knows.
    pub fn push(&mut self, field: Option<&'static str>) {
        self.0.push(field.map_or(Origin::Other, Origin::Field));
    }

    /// The filter that selects what meets all conditions, if there is one.
    pub fn filter(&self, features: &Features, conditions: &[Condition]) -> Option<String> {
        let one = |condition: &Condition| {
            let feature = features.list().get(condition.feature)?;
            self.0.get(condition.feature)?.filter(feature.values().get(condition.value)?)
        };
        let terms: Option<Vec<String>> = conditions.iter().map(one).collect();
        terms.map(|terms| terms.join(" "))
    }
}

impl Origin {
    fn filter(&self, value: &FeatureValue) -> Option<String> {
        let (name, alike) = match self {
            Self::Column(name, alike) => (name, alike),
            Self::Field(field) => return Some(format!("{field}:{}", quote(&value.label))),
            Self::Other => return None,
        };
        match &value.holds {
            Holds::Exactly if alike.contains(&value.label) => None,
            Holds::Exactly => Some(format!("{name}={}", quote(&value.label))),
            Holds::Number => is_finite(&value.label).then(|| format!("{name}={}", value.label)),
            Holds::Empty => Some(format!("{name}=\"\"")),
            Holds::Range(None, None) => None,
            Holds::Range(from, below) => {
                if !from.iter().chain(below).all(|end| is_finite(end)) {
                    return None;
                }
                let from = from.iter().map(|from| format!("{name}>={from}"));
                let below = below.iter().map(|below| format!("{name}<{below}"));
                Some(from.chain(below).collect::<Vec<_>>().join(" "))
            }
        }
    }
}

/// Whether a filter can name the number.
fn is_finite(number: &str) -> bool {
    number.parse().is_ok_and(f64::is_finite)
}

/// A column is named in a filter unless it holds what is no number but is written, such as `NaN`.
fn origin(feature: &Feature, metadata: &[Column]) -> Origin {
    let mut same = metadata.iter().filter(|column| column.name == feature.name());
    let (Some(found), None) = (same.next(), same.next()) else { return Origin::Other };
    match &found.numbers {
        None => {
            let alike = alike(found.cells.iter()).into_iter().map(str::to_owned).collect();
            Origin::Column(column(&found.name), alike)
        }
        Some(numbers) => {
            let odd = |(cell, x): (&str, &f64)| x.is_nan() && !cell.is_empty();
            if found.cells.iter().zip(numbers).any(odd) {
                return Origin::Other;
            }
            Origin::Column(column(&found.name), HashSet::new())
        }
    }
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
