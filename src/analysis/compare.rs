//! Two runs on the same examples: what got fixed, what broke, and whether it is more than chance.

use super::significance::{LEVEL, binomial_half, holm};
use super::{Estimate, Proportion, wilson};
use crate::dataset::Column;
use serde::Serialize;
use std::collections::HashMap;

/// The predictions of two runs and the labels they are held against, N each. An entry of `u32::MAX`
/// is none: such examples are left out.
#[derive(Debug, Clone, Copy)]
pub struct TwoRuns<'a> {
    /// Effective labels.
    pub labels: &'a [u32],
    /// Predictions of the first run.
    pub before: &'a [u32],
    /// Predictions of the second run.
    pub after: &'a [u32],
}

/// Counts of examples by whether each run gets them right under the effective labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Examples with a label and a prediction in both runs, n.
    pub examples: usize,
    /// Errors of the first run.
    pub errors_before: usize,
    /// Errors of the second run.
    pub errors_after: usize,
    /// Wrong in the first, right in the second.
    pub fixed: usize,
    /// Right in the first, wrong in the second.
    pub broken: usize,
    /// Wrong in both.
    pub still_wrong: usize,
    /// Predicted otherwise by the second run, right or wrong.
    pub changed: usize,
}

/// What became of an example's prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Whether the first run is wrong.
    pub was_wrong: bool,
    /// Whether the second run is wrong.
    pub is_wrong: bool,
    /// Whether they predict other classes.
    pub changed: bool,
}

/// What the counts of a [`Comparison`] say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evidence {
    /// Error of the first run.
    pub error_before: Proportion,
    /// Error of the second run.
    pub error_after: Proportion,
    /// Error of the second less that of the first: below 0 the second is better.
    pub difference: Estimate,
    /// McNemar's exact test: the probability of `fixed` and `broken` lying at least so far apart when
    /// a change is as likely to fix as to break (McNemar 1947, Psychometrika 12:153).
    pub p_value: f64,
    /// Share of examples that the second run predicts otherwise (Fard et al. 2016, NeurIPS: churn).
    pub churn: Proportion,
    /// Share of examples on which both predict the same class: 1 − churn.
    pub agreement: Proportion,
}

impl Evidence {
    /// Whether it is more than chance.
    pub fn is_beyond_chance(&self) -> bool {
        self.p_value < LEVEL
    }
}

impl Comparison {
    fn count(&mut self, label: u32, before: u32, after: u32) {
        let Turn { was_wrong: b, is_wrong: a, changed } = turn(label, before, after);
        self.examples += 1;
        self.errors_before += usize::from(b);
        self.errors_after += usize::from(a);
        self.fixed += usize::from(b && !a);
        self.broken += usize::from(!b && a);
        self.still_wrong += usize::from(b && a);
        self.changed += usize::from(changed);
    }

    /// Intervals and tests. Without examples nothing is claimed: p is 1, intervals are the widest.
    pub fn evidence(&self) -> Evidence {
        let n = self.examples;
        let share = |k| Proportion::sampled(k, n, usize::MAX);
        Evidence {
            error_before: share(self.errors_before),
            error_after: share(self.errors_after),
            difference: self.difference(),
            p_value: binomial_half(self.fixed, self.fixed + self.broken),
            churn: share(self.changed),
            agreement: share(n - self.changed),
        }
    }

    /// Newcombe's hybrid score interval for paired shares (1998, Stat. Med. 17:2635, method 10).
    fn difference(&self) -> Estimate {
        if self.examples == 0 {
            return Estimate { value: 0.0, low: -1.0, high: 1.0 };
        }
        let n = self.examples as f64;
        let (p2, p1) = (self.errors_before as f64 / n, self.errors_after as f64 / n);
        let ((l1, u1), (l2, u2)) = (wilson(p1, n), wilson(p2, n));
        let (phi, value) = (self.correlation(), p1 - p2);
        let reach = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        Estimate {
            value,
            low: (value - reach(p1 - l1, u2 - p2)).max(-1.0),
            high: (value + reach(u1 - p1, p2 - l2)).min(1.0),
        }
    }

    /// The correlation of being wrong in both, corrected for continuity as method 10 asks.
    fn correlation(&self) -> f64 {
        let (both, fixed, broken) =
            (self.still_wrong as f64, self.fixed as f64, self.broken as f64);
        let n = self.examples as f64;
        let neither = n - both - fixed - broken;
        let spread = (both + fixed) * (broken + neither) * (both + broken) * (fixed + neither);
        let product = both * neither - fixed * broken;
        let corrected = if product > 0.0 { (product - n / 2.0).max(0.0) } else { product };
        if spread > 0.0 { corrected / spread.sqrt() } else { 0.0 }
    }
}

fn turn(label: u32, before: u32, after: u32) -> Turn {
    Turn { was_wrong: before != label, is_wrong: after != label, changed: before != after }
}

/// The comparison within one group of examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The value, class or tag that they share.
    pub value: String,
    /// Its counts.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// What they say.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// The p-value, corrected for the number of groups (Holm).
    pub p_holm: f64,
}

/// Groups with their evidence, in the order given.
pub fn groups(counts: impl IntoIterator<Item = (String, Comparison)>) -> Vec<Group> {
    let group = |(value, comparison): (String, Comparison)| {
        let evidence = comparison.evidence();
        Group { value, comparison, evidence, p_holm: evidence.p_value }
    };
    let mut groups: Vec<Group> = counts.into_iter().map(group).collect();
    let corrected = holm(&groups.iter().map(|group| group.p_holm).collect::<Vec<_>>());
    for (group, p) in groups.iter_mut().zip(corrected) {
        group.p_holm = p;
    }
    groups
}

impl TwoRuns<'_> {
    /// Counts over all examples.
    pub fn compare(&self) -> Comparison {
        self.compare_rows(0..self.labels.len())
    }

    /// Counts over some rows.
    pub fn compare_rows(&self, rows: impl IntoIterator<Item = usize>) -> Comparison {
        let mut total = Comparison::default();
        for (label, before, after) in rows.into_iter().filter_map(|row| self.get(row)) {
            total.count(label, before, after);
        }
        total
    }

    /// Counts by effective label, K entries.
    pub fn by_class(&self, classes: usize) -> Vec<Comparison> {
        self.by_part(classes, |row| Some(self.labels[row] as usize))
    }

    /// Counts by the part that `part` says a row is of; rows of no part below `parts` are left out.
    pub fn by_part(&self, parts: usize, part: impl Fn(usize) -> Option<usize>) -> Vec<Comparison> {
        let mut groups = vec![Comparison::default(); parts];
        for row in 0..self.labels.len() {
            let Some((label, before, after)) = self.get(row) else { continue };
            if let Some(group) = part(row).and_then(|part| groups.get_mut(part)) {
                group.count(label, before, after);
            }
        }
        groups
    }

    /// Counts within each value of a metadata column, in order of the values.
    pub fn by_column(&self, column: &Column) -> Vec<Group> {
        let mut counted: HashMap<&str, (Comparison, f64)> = HashMap::new();
        for row in 0..self.labels.len() {
            let Some((label, before, after)) = self.get(row) else { continue };
            let number = column.numbers.as_ref().map_or(0.0, |numbers| numbers[row]);
            let new = || (Comparison::default(), number);
            let group = counted.entry(column.cells.get(row)).or_insert_with(new);
            group.0.count(label, before, after);
        }
        let mut counted: Vec<_> = counted.into_iter().collect();
        counted.sort_by(|(a, (_, x)), (b, (_, y))| x.total_cmp(y).then_with(|| a.cmp(b)));
        groups(counted.into_iter().map(|(value, (counts, _))| (value.to_owned(), counts)))
    }

    /// What became of an example; `None` if it is left out.
    pub fn turn(&self, row: usize) -> Option<Turn> {
        self.get(row).map(|(label, before, after)| turn(label, before, after))
    }

    fn get(&self, row: usize) -> Option<(u32, u32, u32)> {
        let of = |column: &[u32]| column.get(row).copied().filter(|&k| k != u32::MAX);
        Some((of(self.labels)?, of(self.before)?, of(self.after)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::TextColumn;
    use proptest::prelude::*;

    const NONE: u32 = u32::MAX;

    #[test]
    fn counts_fixed_broken_and_still_wrong() {
        let (before, after) = ([0, 0, 1, 1, 2, NONE], [0, 1, 0, 0, 1, 0]);
        let runs = TwoRuns { labels: &[0; 6], before: &before, after: &after };
        let expected = Comparison {
            examples: 5,
            errors_before: 3,
            errors_after: 2,
            fixed: 2,
            broken: 1,
            still_wrong: 1,
            changed: 4,
        };
        assert_eq!(runs.compare(), expected);
        // with the label fixed to what `before` said, its error is none
        let fixed = TwoRuns { labels: &[0, 0, 0, 0, 2, 0], ..runs }.compare();
        assert_eq!((fixed.errors_before, fixed.still_wrong), (2, 0));
        assert_eq!(runs.by_class(2)[0], expected);
    }

    #[test]
    fn groups_sum_to_the_whole() {
        let mut values = TextColumn::default();
        for v in ["sharp", "blurry", "blurry"] {
            values.push(v).unwrap();
        }
        let column = Column::new("capture".into(), values);
        let runs = TwoRuns { labels: &[0; 3], before: &[1, 0, 1], after: &[0, 0, 1] };
        let groups = runs.by_column(&column);
        let names: Vec<_> = groups.iter().map(|g| g.value.as_str()).collect();
        assert_eq!(names, ["blurry", "sharp"]);
        assert_eq!(groups.iter().map(|g| g.comparison.examples).sum::<usize>(), 3);
        assert_eq!(groups[1].comparison.fixed, 1);
    }

    #[test]
    fn the_interval_of_the_difference_covers_it_as_often_as_it_says() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(7);
        let (n, both, fixed, broken) = (400, 0.08, 0.06, 0.03);
        let (mut covered, times) = (0, 2000);
        for _ in 0..times {
            let mut c = Comparison { examples: n, ..Comparison::default() };
            for _ in 0..n {
                let u: f64 = rng.random();
                c.still_wrong += usize::from(u < both);
                c.fixed += usize::from((both..both + fixed).contains(&u));
                c.broken += usize::from((both + fixed..both + fixed + broken).contains(&u));
            }
            c.errors_before = c.still_wrong + c.fixed;
            c.errors_after = c.still_wrong + c.broken;
            let Estimate { low, high, .. } = c.evidence().difference;
            covered += usize::from(low <= broken - fixed && broken - fixed <= high);
        }
        // five standard deviations around 95 %
        assert!((1851..=1949).contains(&covered), "{covered} of {times}");
    }

    #[test]
    fn without_examples_nothing_is_claimed() {
        let evidence = Comparison::default().evidence();
        assert_eq!((evidence.difference.low, evidence.difference.high), (-1.0, 1.0));
        assert!(evidence.p_value >= 1.0);
    }

    proptest! {
        #[test]
        fn swapping_the_runs_turns_the_evidence_round(
            rows in prop::collection::vec((0..3_u32, 0..3_u32, 0..3_u32), 0..80),
        ) {
            let column = |f: fn(&(u32, u32, u32)) -> u32| rows.iter().map(f).collect::<Vec<_>>();
            let (labels, before, after) = (column(|r| r.0), column(|r| r.1), column(|r| r.2));
            let there = TwoRuns { labels: &labels, before: &before, after: &after }.compare();
            let back = TwoRuns { labels: &labels, before: &after, after: &before }.compare();
            let (a, b) = (there.evidence(), back.evidence());
            prop_assert!((a.p_value - b.p_value).abs() < 1e-12);
            prop_assert!((a.difference.low + b.difference.high).abs() < 1e-12);
            prop_assert!(a.difference.low <= a.difference.value && a.difference.value <= a.difference.high);
            prop_assert!((a.churn.share + a.agreement.share - 1.0).abs() < 1e-12 || rows.is_empty());
        }
    }
}
