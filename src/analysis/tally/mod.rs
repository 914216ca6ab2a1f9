//! The tally: how often each kind of error occurs, and the ceiling of solving it.
//!
//! After Ng, *Machine Learning Yearning* (ch. 14–19): count categories over reviewed errors; the
//! ceiling of a category is the dev error that would be left if all of its errors were solved. An
//! error whose label turned out to be wrong is no error of the model: it leaves the error count and
//! is counted as "label wrong" alone, whatever its tags.

mod counts;

pub use counts::{Reviewed, TallyCounts};

use super::{Estimate, Proportion};
use crate::dataset::{Ledger, TagId, Verdict};
use serde::Serialize;

/// The errors that the tally is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Population {
    /// Examples of the split that have a prediction, N.
    pub examples: usize,
    /// Errors to review, E.
    pub errors: usize,
    /// Errors left when the label fixes made so far are counted in.
    pub errors_after_fixes: usize,
}

/// What the reviewed errors can be taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Every error was reviewed: shares are exact.
    AllErrors,
    /// All were come upon in a random walk through the errors of this run: shares estimate those of all errors.
    RandomSample,
    /// Some were: shares estimate those of all errors from these alone; the others are counted, no more.
    PartlyRandom,
    /// None was: shares describe the reviewed errors only.
    ReviewedOnly,
}

/// A kind of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// A tag of the taxonomy.
    Tag(TagId),
    /// A verdict other than "model wrong".
    Verdict(Verdict),
}

impl Category {
    /// How it is called on screens, in reports and exports.
    pub fn name(self, ledger: &Ledger) -> String {
        match self {
            Self::Tag(id) => {
                ledger.tag(id).map_or_else(|| "a deleted tag".to_owned(), |tag| tag.name.clone())
            }
            Self::Verdict(verdict) => verdict.name().to_owned(),
        }
    }

    /// Nobody can solve what nobody can tell.
    fn is_solvable(self) -> bool {
        !matches!(self, Self::Verdict(Verdict::Neither | Verdict::Unsure))
    }
}

/// One line of the tally.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyRow {
    /// The kind of error.
    pub category: Category,
    /// Reviewed errors of this kind.
    pub count: usize,
    /// Those of them that are of no other kind; the rest is shared.
    pub exclusive: usize,
    /// Its share of the reviewed errors, or of those drawn at random if only some were. On
    /// [`Basis::ReviewedOnly`] the interval is the point.
    pub share: Proportion,
    /// How many there are among all errors; none where nothing is known of those not reviewed.
    pub estimated: Option<Estimate>,
    /// Dev error if every error of this kind were solved; none for "neither" and "unsure", which
    /// nobody can solve.
    pub ceiling: Option<Proportion>,
}

/// What solving several kinds of error together would bring. Kinds overlap, so it is no sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Reviewed errors of at least one of the kinds.
    pub count: usize,
    /// Reviewed errors that have other kinds beside, so that solving the set may not be enough.
    pub shared: usize,
    /// Their share of the reviewed errors.
    pub share: Proportion,
    /// How many there are among all errors, where that can be said.
    pub estimated: Option<Estimate>,
    /// Dev error if all of them were solved.
    pub ceiling: Proportion,
}

/// Counts of categories over the reviewed errors. An error may have several tags, so shares may
/// sum to more than 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The errors it is about.
    pub population: Population,
    /// Errors reviewed, n.
    pub reviewed: usize,
    /// Those of them that a random walk came upon: what estimates are made from.
    pub drawn: usize,
    /// Reviewed errors with no tag whose label is right: the unexplained rest.
    pub unexplained: usize,
    /// What the shares mean.
    pub basis: Basis,
    /// Most frequent first; ties in the order of the tags, then of the verdicts.
    pub rows: Vec<TallyRow>,
    /// How many reviewed errors have exactly these kinds, ascending.
    sets: Vec<(Vec<Category>, Seen)>,
}

/// Reviewed errors, and those of them that a random walk came upon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    all: usize,
    drawn: usize,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.drawn += other.drawn;
    }
}

impl Tally {
    /// The dev error before anything is solved.
    pub fn dev_error(&self) -> f64 {
        ratio(self.population.errors, self.population.examples)
    }

    /// The dev error under the label fixes made so far: the one that ceilings start from.
    pub fn dev_error_after_fixes(&self) -> f64 {
        ratio(self.population.errors_after_fixes, self.population.examples)
    }

    /// What solving all of `kinds` together would bring.
    pub fn joint(&self, kinds: &[Category]) -> Joint {
        let (mut count, mut shared, mut label_errors) = (Seen::default(), 0, 0);
        for (set, errors) in &self.sets {
            if set.iter().any(|kind| kinds.contains(kind)) {
                count.add(*errors);
                shared += if set.iter().all(|kind| kinds.contains(kind)) { 0 } else { errors.all };
                label_errors += if is_label_error(set) { errors.all } else { 0 };
            }
        }
        let share = self.share(count);
        let estimated = self.estimate(share);
        let ceiling = self.ceiling(count, label_errors);
        Joint { count: count.all, shared, share, estimated, ceiling }
    }

    fn share(&self, count: Seen) -> Proportion {
        match self.basis {
            Basis::ReviewedOnly | Basis::AllErrors => {
                Proportion::exact(ratio(count.all, self.reviewed))
            }
            _ => Proportion::sampled(count.drawn, self.drawn, self.population.errors),
        }
    }

    fn estimate(&self, share: Proportion) -> Option<Estimate> {
        let number = |share: f64| share * self.population.errors as f64;
        (self.basis != Basis::ReviewedOnly).then(|| Estimate {
            value: number(share.share),
            low: number(share.low),
            high: number(share.high),
        })
    }

    /// The dev error less what `count` reviewed errors stand for, of which `label_errors` have left
    /// the count already. Where nothing can be said of the errors not reviewed, only the known ones
    /// are taken away.
    fn ceiling(&self, count: Seen, label_errors: usize) -> Proportion {
        let Population { examples, errors_after_fixes, .. } = self.population;
        let left = |solved: f64| {
            let left = errors_after_fixes as f64 + label_errors as f64 - solved;
            if examples == 0 { 0.0 } else { left.max(0.0) / examples as f64 }
        };
        match self.estimate(self.share(count)) {
            None => Proportion::exact(left(count.all as f64)),
            Some(solved) => Proportion {
                share: left(solved.value),
                low: left(solved.high),
                high: left(solved.low).min(self.dev_error_after_fixes()),
            },
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn is_label_error(set: &[Category]) -> bool {
    set.contains(&Category::Verdict(Verdict::LabelWrong))
}

/// Tallies the reviewed errors: O(reviewed). For one more error use [`TallyCounts`].
pub fn tally<'a>(
    population: Population,
    reviewed: impl IntoIterator<Item = Reviewed<'a>>,
) -> Tally {
    let mut counts = TallyCounts::default();
    for error in reviewed {
        counts.add(&error);
    }
    counts.tally(population)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
