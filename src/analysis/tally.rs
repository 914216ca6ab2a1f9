//! The tally: how often each kind of error occurs, and the ceiling of solving it.
//!
//! After Ng, *Machine Learning Yearning* (ch. 14–19): count categories over reviewed errors; the
//! ceiling of a category is the dev error that would be left if all of its errors were solved.

use super::Proportion;
use crate::dataset::{Ledger, TagId, Verdict};
use serde::Serialize;
use std::collections::HashMap;

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

/// What the tally needs of one reviewed error.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed<'a> {
    /// Who is right.
    pub verdict: Option<Verdict>,
    /// Its tags.
    pub tags: &'a [TagId],
    /// Whether it was come upon in a random walk through these errors.
    pub random: bool,
}

/// What the reviewed errors can be taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Every error was reviewed: shares are exact.
    AllErrors,
    /// All were come upon in a random walk through the errors of this run: shares estimate those of all errors.
    RandomSample,
    /// Some were picked by confidence or place: shares describe the reviewed errors only.
    ReviewedOnly,
}

/// A kind of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// One line of the tally.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyRow {
    /// The kind of error.
    pub category: Category,
    /// Reviewed errors of this kind.
    pub count: usize,
    /// Its share of the reviewed errors. On [`Basis::ReviewedOnly`] the interval is the point.
    pub share: Proportion,
    /// Dev error if every error of this kind were solved; none for "neither" and "unsure", which
    /// nobody can solve.
    pub ceiling: Option<Proportion>,
}

/// Counts of categories over the reviewed errors. An error may have several tags, so shares may
/// sum to more than 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The errors it is about.
    pub population: Population,
    /// Errors reviewed, n.
    pub reviewed: usize,
    /// Reviewed errors with no tag whose label is right: the unexplained rest.
    pub unexplained: usize,
    /// What the shares mean.
    pub basis: Basis,
    /// Most frequent first; ties in the order of the tags, then of the verdicts.
    pub rows: Vec<TallyRow>,
}

impl Tally {
    /// The dev error before anything is solved.
    pub fn dev_error(&self) -> f64 {
        ratio(self.population.errors, self.population.examples)
    }

    /// The dev error under the label fixes made so far.
    pub fn dev_error_after_fixes(&self) -> f64 {
        ratio(self.population.errors_after_fixes, self.population.examples)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Tallies the reviewed errors: O(reviewed).
pub fn tally<'a>(
    population: Population,
    reviewed: impl IntoIterator<Item = Reviewed<'a>>,
) -> Tally {
    let mut counts: HashMap<Category, usize> = HashMap::new();
    let (mut n, mut unexplained, mut random) = (0, 0, true);
    for error in reviewed {
        n += 1;
        random &= error.random;
        for &tag in error.tags {
            *counts.entry(Category::Tag(tag)).or_default() += 1;
        }
        match error.verdict {
            None | Some(Verdict::ModelWrong) => unexplained += usize::from(error.tags.is_empty()),
            Some(other) => *counts.entry(Category::Verdict(other)).or_default() += 1,
        }
    }
    let basis = match (n >= population.errors, random) {
        (true, _) => Basis::AllErrors,
        (false, true) => Basis::RandomSample,
        (false, false) => Basis::ReviewedOnly,
    };
    let rows = rows(counts, n, population, basis);
    Tally { population, reviewed: n, unexplained, basis, rows }
}

fn rows(
    counts: HashMap<Category, usize>,
    n: usize,
    population: Population,
    basis: Basis,
) -> Vec<TallyRow> {
    let mut rows: Vec<TallyRow> = counts
        .into_iter()
        .map(|(category, count)| {
            let share = match basis {
                Basis::ReviewedOnly => Proportion::exact(ratio(count, n)),
                _ => Proportion::sampled(count, n, population.errors),
            };
            let solvable =
                !matches!(category, Category::Verdict(Verdict::Neither | Verdict::Unsure));
            let ceiling = solvable.then(|| ceiling(count, share, population, basis));
            TallyRow { category, count, share, ceiling }
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.count), rank(row.category)));
    rows
}

/// Where nothing can be said of the errors not reviewed, only the known ones are taken away.
fn ceiling(count: usize, share: Proportion, of: Population, basis: Basis) -> Proportion {
    let left = |solved: f64| ratio(of.errors, of.examples) * (1.0 - solved);
    match basis {
        Basis::ReviewedOnly => Proportion::exact(left(ratio(count, of.errors))),
        _ => Proportion { share: left(share.share), low: left(share.high), high: left(share.low) },
    }
}

fn rank(category: Category) -> (u8, u16) {
    match category {
        Category::Tag(tag) => (0, tag.0),
        Category::Verdict(verdict) => (1, verdict as u16),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BLURRY: TagId = TagId(0);
    const BENT: TagId = TagId(1);

    fn population(errors: usize) -> Population {
        Population { examples: 2000, errors, errors_after_fixes: errors }
    }

    fn error(verdict: Verdict, tags: &[TagId], random: bool) -> Reviewed<'_> {
        Reviewed { verdict: Some(verdict), tags, random }
    }

    #[test]
    fn the_ceiling_is_the_dev_error_less_the_share() {
        let reviewed = (0..100)
            .map(|i| error(Verdict::ModelWrong, if i < 41 { &[BLURRY] } else { &[] }, true));
        let tally = tally(population(291), reviewed);
        let row = &tally.rows[0];
        assert_eq!((tally.basis, row.count, tally.unexplained), (Basis::RandomSample, 41, 59));
        let ceiling = row.ceiling.unwrap();
        assert!((ceiling.share - 0.1455 * 0.59).abs() < 1e-12);
        assert!(ceiling.low < ceiling.share && ceiling.share < ceiling.high);
    }

    #[test]
    fn a_sorted_review_describes_only_what_was_reviewed() {
        let reviewed = (0..10).map(|_| error(Verdict::ModelWrong, &[BLURRY], false));
        let tally = tally(population(200), reviewed);
        assert_eq!(tally.basis, Basis::ReviewedOnly);
        assert_eq!(tally.rows[0].share, Proportion::exact(1.0));
        assert!((tally.rows[0].ceiling.unwrap().share - 190.0 / 2000.0).abs() < 1e-12);
    }

    #[test]
    fn tags_overlap_and_verdicts_other_than_model_wrong_have_their_line() {
        let both = [BLURRY, BENT];
        let reviewed = [
            error(Verdict::ModelWrong, &both, true),
            error(Verdict::LabelWrong, &both[..1], true),
            error(Verdict::Unsure, &[], true),
        ];
        let tally = tally(population(3), reviewed);
        let lines: Vec<_> = tally.rows.iter().map(|r| (r.category, r.count)).collect();
        assert_eq!(
            lines,
            [
                (Category::Tag(BLURRY), 2),
                (Category::Tag(BENT), 1),
                (Category::Verdict(Verdict::LabelWrong), 1),
                (Category::Verdict(Verdict::Unsure), 1),
            ]
        );
        assert_eq!(tally.basis, Basis::AllErrors);
        assert_eq!(tally.rows[0].share, Proportion::exact(2.0 / 3.0));
        assert!(tally.rows[3].ceiling.is_none());
    }

    #[test]
    fn nothing_reviewed_and_nothing_wrong_are_defined() {
        let none = tally(population(5), []);
        assert!(none.rows.is_empty() && none.reviewed == 0);
        let perfect = tally(Population { examples: 0, errors: 0, errors_after_fixes: 0 }, []);
        assert!(perfect.dev_error().abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn counts_add_up_and_no_number_is_nan(
            tagged in prop::collection::vec(prop::collection::btree_set(0..5_u16, 0..4), 0..60),
            more in 0_usize..100,
        ) {
            let tags: Vec<Vec<TagId>> =
                tagged.iter().map(|s| s.iter().map(|&t| TagId(t)).collect()).collect();
            let reviewed = tags.iter().map(|t| error(Verdict::ModelWrong, t, true));
            let result = tally(population(tags.len() + more), reviewed);
            let sum: usize = result.rows.iter().map(|r| r.count).sum();
            prop_assert_eq!(sum, tags.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(result.unexplained, tags.iter().filter(|t| t.is_empty()).count());
            for row in &result.rows {
                let c = row.ceiling.unwrap();
                prop_assert!(0.0 <= c.low && c.low <= c.share && c.share <= c.high);
                prop_assert!(c.high <= result.dev_error());
                prop_assert!(row.share.low <= row.share.share && row.share.share <= row.share.high);
            }
        }
    }
}
