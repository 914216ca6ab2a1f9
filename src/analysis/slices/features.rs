//! Categorical features of the examples, and conditions on them.

use crate::analysis::AnalysisError;
use serde::Serialize;

/// Code of a row that has none of a feature's values.
const NO_VALUE: u16 = u16::MAX;

/// One value of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureValue {
    /// `blurry`, or a range such as `≥ 0.31 < 0.52`.
    pub label: String,
    /// What has this value.
    pub holds: Holds,
}

/// What has a value of a feature. Numbers are written so that reading them gives them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// What is written as the label is.
    Exactly,
    /// The number that the label is.
    Number,
    /// Numbers from the first on and below the second; `None` is no limit.
    Range(Option<String>, Option<String>),
    /// Empty cells.
    Empty,
}

impl FeatureValue {
    /// A value that stands for itself.
    pub fn exactly(label: impl Into<String>) -> Self {
        Self { label: label.into(), holds: Holds::Exactly }
    }

    /// A number.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), holds: Holds::Number }
    }

    /// That of empty cells.
    pub fn empty() -> Self {
        Self { label: "(empty)".to_owned(), holds: Holds::Empty }
    }

    /// Numbers from one on and below another.
    pub fn range(from: Option<String>, below: Option<String>) -> Self {
        let ends =
            [from.as_ref().map(|x| format!("≥ {x}")), below.as_ref().map(|x| format!("< {x}"))];
        let ends: Vec<String> = ends.into_iter().flatten().collect();
        let label = if ends.is_empty() { "(any number)".to_owned() } else { ends.join(" ") };
        Self { label, holds: Holds::Range(from, below) }
    }
}

/// A categorical feature: each row has at most one of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    name: String,
    values: Vec<FeatureValue>,
    codes: Vec<u16>,
}

/// Why something is no feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No example has a value.
    #[error("it has no values")]
    Empty,
    /// All examples have the same value.
    #[error("all examples have the same value")]
    Constant,
    /// More than half of the examples have a value of their own.
    #[error("almost every value is unique")]
    Unique,
    /// No value has the least number of examples.
    #[error("every value is rare")]
    Rare,
    /// More than 65,535 values have the least number of examples.
    #[error("it has too many values")]
    TooMany,
}

/// A column that is no feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

impl Feature {
    /// A feature from the index of each row's value; rows whose index is outside of `values` have none.
    /// Values with fewer than `least` rows are left out.
    ///
    /// # Errors
    /// What is left says nothing: see [`Reason`].
    pub fn new(
        name: impl Into<String>,
        values: Vec<FeatureValue>,
        rows: &[u32],
        least: usize,
    ) -> Result<Self, Skipped> {
        let name = name.into();
        let mut counts = vec![0_usize; values.len()];
        for &value in rows {
            if let Some(count) = counts.get_mut(value as usize) {
                *count += 1;
            }
        }
        let kept = counts.iter().filter(|&&c| c >= least.max(1)).count();
        if let Some(reason) = reason(&counts, rows.len(), kept) {
            return Err(Skipped { name, reason });
        }
        let mut next = 0_u16;
        let number = |&count: &usize| {
            let keep = count >= least.max(1);
            let code = if keep { next } else { NO_VALUE };
            next += u16::from(keep);
            code
        };
        let new: Vec<u16> = counts.iter().map(number).collect();
        let codes = rows.iter().map(|&v| new.get(v as usize).copied().unwrap_or(NO_VALUE));
        let codes = codes.collect();
        let values =
            values.into_iter().zip(&new).filter(|(_, code)| **code != NO_VALUE).map(|(v, _)| v);
        Ok(Self { name, values: values.collect(), codes })
    }

    /// A feature of classes, such as `label` or `predicted`; a row whose class has no name has no value.
    ///
    /// # Errors
    /// As [`Feature::new`].
    pub fn of_classes(
        name: impl Into<String>,
        classes: &[&str],
        rows: &[u32],
        least: usize,
    ) -> Result<Self, Skipped> {
        let values = classes.iter().map(|&c| FeatureValue::exactly(c)).collect();
        Self::new(name, values, rows, least)
    }

    /// A feature with one value, held by the given ones of `rows` rows: a tag, say. A tag that only
    /// errors are given makes each of its examples an error; its lift then says nothing of the model.
    ///
    /// # Errors
    /// As [`Feature::new`].
    pub fn of_set(
        name: impl Into<String>,
        value: impl Into<String>,
        held_by: &[u32],
        rows: usize,
        least: usize,
    ) -> Result<Self, Skipped> {
        let mut codes = vec![u32::MAX; rows];
        for &row in held_by {
            if let Some(code) = codes.get_mut(row as usize) {
                *code = 0;
            }
        }
        Self::new(name, vec![FeatureValue::exactly(value)], &codes, least)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its values.
    pub fn values(&self) -> &[FeatureValue] {
        &self.values
    }

    /// Index of the row's value; `None` if it was left out.
    pub fn value_of(&self, row: usize) -> Option<usize> {
        self.codes.get(row).filter(|&&code| code != NO_VALUE).map(|&code| usize::from(code))
    }
}

fn reason(counts: &[usize], rows: usize, kept: usize) -> Option<Reason> {
    let distinct = counts.iter().filter(|&&c| c > 0).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    if most == 0 {
        Some(Reason::Empty)
    } else if most == rows {
        Some(Reason::Constant)
    } else if kept == 0 {
        Some(if distinct * 2 > rows { Reason::Unique } else { Reason::Rare })
    } else {
        (kept > usize::from(NO_VALUE)).then_some(Reason::TooMany)
    }
}

/// That a feature has a value. Ordered by feature, then by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Condition {
    /// Index of the feature.
    pub feature: usize,
    /// Index of its value.
    pub value: usize,
}

/// All features of the examples of a split.
#[derive(Debug, Clone, Default)]
pub struct Features {
    rows: usize,
    list: Vec<Feature>,
    skipped: Vec<Skipped>,
}

impl Features {
    /// No features yet, of so many rows.
    pub fn new(rows: usize) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Appends a feature, or notes what was skipped.
    ///
    /// # Errors
    /// The feature has another number of rows.
    pub fn push(&mut self, feature: Result<Feature, Skipped>) -> Result<(), AnalysisError> {
        match feature {
            Ok(f) if f.codes.len() != self.rows => {
                let (found, expected) = (f.codes.len(), self.rows);
                return Err(AnalysisError::Length { what: "rows of a feature", found, expected });
            }
            Ok(feature) => self.list.push(feature),
            Err(skipped) => self.skipped.push(skipped),
        }
        Ok(())
    }

    /// Number of rows, N.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The features.
    pub fn list(&self) -> &[Feature] {
        &self.list
    }

    /// What is no feature, and why.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// `capture=blurry ∧ label=Shirt`; "all examples" without conditions.
    pub fn name_of(&self, conditions: &[Condition]) -> String {
        if conditions.is_empty() {
            return "all examples".to_owned();
        }
        let one = |c: &Condition| {
            let feature = self.list.get(c.feature)?;
            let value = feature.values.get(c.value)?;
            let sign = match &value.holds {
                Holds::Range(Some(_), _) | Holds::Range(_, Some(_)) => ' ',
                _ => '=',
            };
            Some(format!("{}{sign}{}", feature.name, value.label))
        };
        let names = conditions.iter().map(|c| one(c).unwrap_or_else(|| "?".to_owned()));
        names.collect::<Vec<_>>().join(" ∧ ")
    }

    /// Whether a row meets all conditions.
    pub fn holds(&self, conditions: &[Condition], row: usize) -> bool {
        let one = |c: &Condition| self.list.get(c.feature)?.value_of(row);
        row < self.rows && conditions.iter().all(|c| one(c) == Some(c.value))
    }

    /// The rows that meet all conditions, ascending.
    #[cfg(test)]
    pub(super) fn rows_of(&self, conditions: &[Condition]) -> Vec<u32> {
        (0..self.rows as u32).filter(|&row| self.holds(conditions, row as usize)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features() -> Features {
        let mut all = Features::new(4);
        all.push(Feature::of_classes("label", &["Coat", "Shirt"], &[0, 1, 1, 7], 1)).unwrap();
        all.push(Feature::of_set("tag", "blurry", &[1, 3], 4, 1)).unwrap();
        all
    }

    #[test]
    fn a_slice_has_a_name_and_rows() {
        let all = features();
        let shirt = Condition { feature: 0, value: 1 };
        let blurry = Condition { feature: 1, value: 0 };
        assert_eq!(all.name_of(&[shirt, blurry]), "label=Shirt ∧ tag=blurry");
        assert_eq!(all.rows_of(&[shirt]), [1, 2]);
        assert_eq!(all.rows_of(&[shirt, blurry]), [1]);
        assert_eq!(all.rows_of(&[]), [0, 1, 2, 3]);
    }

    #[test]
    fn unknown_conditions_hold_nowhere() {
        let all = features();
        let none = Condition { feature: 9, value: 0 };
        assert_eq!((all.name_of(&[none]), all.rows_of(&[none])), ("?".to_owned(), vec![]));
        assert_eq!(all.name_of(&[]), "all examples");
    }

    #[test]
    fn what_says_nothing_is_no_feature() {
        let classes = ["a", "b", "c", "d"];
        let why = |rows: &[u32], least| {
            Feature::of_classes("x", &classes, rows, least).err().map(|s| s.reason)
        };
        assert_eq!(why(&[], 1), Some(Reason::Empty));
        assert_eq!(why(&[9, 9], 1), Some(Reason::Empty));
        assert_eq!(why(&[2, 2], 1), Some(Reason::Constant));
        assert_eq!(why(&[0, 1, 2, 3], 2), Some(Reason::Unique));
        assert_eq!(why(&[0, 0, 0, 1, 1, 1], 4), Some(Reason::Rare));
        assert_eq!(why(&[0, 0, 0, 1, 1, 1], 3), None);
    }

    #[test]
    fn rare_values_are_left_out() {
        let some = Feature::of_classes("x", &["a", "b", "c"], &[2, 0, 2, 1, 1], 2).unwrap();
        assert_eq!(some.values(), ["b", "c"].map(FeatureValue::exactly));
        let codes: Vec<_> = (0..6).map(|row| some.value_of(row)).collect();
        assert_eq!(codes, [Some(1), None, Some(1), Some(0), Some(0), None]);
    }

    #[test]
    fn another_number_of_rows_is_refused() {
        let mut all = Features::new(4);
        assert!(all.push(Feature::of_set("tag", "x", &[0], 3, 1)).is_err());
        assert!(all.list().is_empty());
    }
}
