//! Slices found on one half of the examples, confirmed on the other.
//!
//! The worst of thousands of slices is bad by chance. The half that a slice was not found on knows
//! nothing of that choice, so its error there is an honest estimate, and a test on it an honest test
//! (sample splitting: Cox 1975, Biometrika 62:441).

use super::search::min_support;
use super::{Condition, Counts, Features, Figures, SearchOptions, search_while, versus_rest};
use crate::analysis::AnalysisError;
use crate::analysis::significance::{LEVEL, holm};
use crate::dataset::{TextColumn, stable_hash};
use serde::Serialize;

/// A slice that was found on one half, with what the other half says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// What its rows have in common.
    pub conditions: Vec<Condition>,
    /// `capture=blurry ∧ label=Shirt`.
    pub name: String,
    /// Score on the half it was found on; see [`Slice::score`](super::Slice::score).
    pub score: f64,
    /// On the half it was found on: too bad, as it was picked for it.
    pub found: Figures,
    /// On the other half: the honest estimate.
    pub other: Figures,
    /// On all examples: what there is to solve. Its error is between both.
    pub whole: Figures,
    /// Two-sided p-value against the rest of the other half: [`versus_rest`].
    pub p: f64,
    /// The same, corrected by Holm for all slices that were found.
    pub p_holm: f64,
    /// The place of a better slice in the list that this one only narrows, by more conditions.
    pub narrows: Option<usize>,
    /// Whether the other half errs more in the slice than elsewhere, with a corrected p-value below
    /// [`LEVEL`]: only then is the slice a finding.
    pub confirmed: bool,
}

/// Which half each example belongs to, by a hash of its id: it keeps its half when examples come or go.
pub fn halves(ids: &TextColumn, seed: u64) -> Vec<bool> {
    let half = |id: &str| stable_hash(seed.to_le_bytes().into_iter().chain(id.bytes())) >> 63 == 1;
    ids.iter().map(half).collect()
}

/// Searches the rows whose `half` is true, and tests each slice that is found on the others. In the
/// order of the search, confirmed or not. If no slice were worse than the rest, one would be confirmed in
/// at most 5 % of cases.
///
/// `errors` says of each row whether it is an error; `None` is a row without a prediction, which is left
/// out. The least size of a slice, given or not, is of all examples: half of it is needed to be found.
///
/// # Errors
/// Another number of rows than the features have; see [`search()`] for the options.
pub fn confirm(
    features: &Features,
    errors: &[Option<bool>],
    half: &[bool],
    options: &SearchOptions,
) -> Result<Vec<Checked>, AnalysisError> {
    confirm_while(features, errors, half, options, &|_| true).map(Option::unwrap_or_default)
}

/// [`confirm()`] as long as `goes_on`, which is told the part that is done, from 0 to 1; `None` once it
/// does not.
///
/// # Errors
/// As [`confirm()`].
pub fn confirm_while(
    features: &Features,
    errors: &[Option<bool>],
    half: &[bool],
    options: &SearchOptions,
    goes_on: &dyn Fn(f64) -> bool,
) -> Result<Option<Vec<Checked>>, AnalysisError> {
    let expected = features.rows();
    for (what, found) in [("errors", errors.len()), ("halves", half.len())] {
        if found != expected {
            return Err(AnalysisError::Length { what, found, expected });
        }
    }
    let loss = |(error, half): (&Option<bool>, &bool)| {
        error.filter(|_| *half).map_or(f64::NAN, |error| f64::from(u8::from(error)))
    };
    let losses: Vec<f64> = errors.iter().zip(half).map(loss).collect();
    let least = options.min_support.unwrap_or_else(|| min_support(errors.iter().flatten().count()));
    let options = SearchOptions { min_support: Some(least.div_ceil(2)), ..*options };
    let Some(found) = search_while(features, &losses, &options, goes_on)? else { return Ok(None) };
    let all = Halves::count(errors, half, |_| true);
    let mut slices: Vec<Checked> = found
        .into_iter()
        .map(|slice| {
            let part = Halves::count(errors, half, |row| features.holds(&slice.conditions, row));
            checked(features.name_of(&slice.conditions), slice.conditions, slice.score, part, all)
        })
        .collect();
    judge(&mut slices);
    Ok(Some(slices))
}

/// Corrects the p-values, and says what is confirmed and what only narrows another.
fn judge(slices: &mut [Checked]) {
    let corrected = holm(&slices.iter().map(|slice| slice.p).collect::<Vec<_>>());
    for (slice, p) in slices.iter_mut().zip(corrected) {
        slice.p_holm = p;
        slice.confirmed = p < LEVEL && slice.other.lift.is_some_and(|lift| lift > 1.0);
    }
    for at in 0..slices.len() {
        let (better, rest) = slices.split_at_mut(at);
        let within =
            |wide: &Checked| wide.conditions.iter().all(|c| rest[0].conditions.contains(c));
        rest[0].narrows = better.iter().position(within);
    }
}

/// Counts on the half that is searched and on the other.
#[derive(Debug, Clone, Copy, Default)]
struct Halves {
    searched: Counts,
    other: Counts,
}

impl Halves {
    fn count(errors: &[Option<bool>], half: &[bool], holds: impl Fn(usize) -> bool) -> Self {
        let mut counts = Self::default();
        for (row, (error, half)) in errors.iter().zip(half).enumerate() {
            if let Some(error) = error.filter(|_| holds(row)) {
                (if *half { &mut counts.searched } else { &mut counts.other }).add(error);
            }
        }
        counts
    }

    fn both(self) -> Counts {
        Counts {
            examples: self.searched.examples + self.other.examples,
            errors: self.searched.errors + self.other.errors,
        }
    }
}

fn checked(
    name: String,
    conditions: Vec<Condition>,
    score: f64,
    part: Halves,
    all: Halves,
) -> Checked {
    Checked {
        conditions,
        name,
        score,
        found: Figures::new(part.searched, all.searched),
        other: Figures::new(part.other, all.other),
        whole: Figures::new(part.both(), all.both()),
        p: versus_rest(part.other, all.other.without(part.other)),
        p_holm: 1.0,
        narrows: None,
        confirmed: false,
    }
}

#[cfg(test)]
#[path = "confirm_tests.rs"]
mod tests;
