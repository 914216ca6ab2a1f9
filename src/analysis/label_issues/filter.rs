//! Which examples each filter chooses.

use super::pairwise::pairwise_sum;
use super::{ConfidentLearning, FilterBy, Options, Score, TOLERANCE, best::Best, clipped};
use crate::analysis::{Probability, parallel::pieces};

/// How many examples of one given class are wrong.
struct Pruning {
    /// in all
    wrong: usize,
    /// of each other class, where there are any
    by_class: Vec<(usize, usize)>,
}

impl<T: Probability> ConfidentLearning<'_, T> {
    /// Rows in ascending order.
    pub(super) fn chosen(&self, options: &Options) -> Vec<u32> {
        let mut rows = match options.filter_by {
            FilterBy::PruneByClass => self.per_class(|class| self.lowest_of_class(class, options)),
            FilterBy::PruneByNoiseRate => {
                self.per_class(|class| self.by_noise_rate(class, options))
            }
            FilterBy::Both => self.per_class(|class| {
                let mut rows = self.lowest_of_class(class, options);
                let others = self.by_noise_rate(class, options);
                rows.retain(|row| others.binary_search(row).is_ok());
                rows
            }),
            FilterBy::ConfidentLearning => self.off_diagonal.clone(),
            FilterBy::PredictedNeqGiven => {
                self.per_class(|class| self.disputed.rows(class).to_vec())
            }
            FilterBy::LowSelfConfidence => return self.lowest(Score::SelfConfidence),
            FilterBy::LowNormalizedMargin => return self.lowest(Score::NormalizedMargin),
        };
        rows.retain(|&row| self.is_disputed(row));
        rows
    }

    fn per_class(&self, rows: impl Fn(usize) -> Vec<u32> + Send + Sync) -> Vec<u32> {
        let classes = |classes: std::ops::Range<usize>| classes.flat_map(&rows).collect::<Vec<_>>();
        let mut rows = pieces(self.by_class.classes(), 1, classes).concat();
        rows.sort_unstable();
        rows
    }

    /// As `filter._prune_by_class`.
    fn lowest_of_class(&self, class: usize, options: &Options) -> Vec<u32> {
        let Some(pruning) = self.pruning(class, options) else { return Vec::new() };
        let mut lowest = Best::new(pruning.wrong);
        for &row in self.by_class.rows(class) {
            lowest.offer(-clipped(self.data.probs().row(row as usize)[class]), row);
        }
        lowest.rows().collect()
    }

    /// As `filter._prune_by_count`; ascending.
    fn by_noise_rate(&self, class: usize, options: &Options) -> Vec<u32> {
        let Some(pruning) = self.pruning(class, options) else { return Vec::new() };
        // Rows above this margin are disputed. If there are enough of them, the others, most of
        // all rows, need not be looked at.
        let sure = 2.0 * TOLERANCE;
        let few = self.largest_margins(class, self.disputed.rows(class), pruning.by_class);
        let (enough, short): (Vec<_>, Vec<_>) =
            few.into_iter().partition(|(_, best)| best.is_full_above(sure));
        let again = short.iter().map(|(other, best)| (*other, best.keep())).collect();
        let again = self.largest_margins(class, self.by_class.rows(class), again);
        let both = enough.into_iter().chain(again);
        let mut rows: Vec<u32> = both.flat_map(|(_, best)| best.rows()).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Of some rows of a class, those with the largest p(j) − p(class): as many as given for each j.
    fn largest_margins(
        &self,
        class: usize,
        rows: &[u32],
        counts: Vec<(usize, usize)>,
    ) -> Vec<(usize, Best)> {
        let mut largest: Vec<(usize, Best)> =
            counts.into_iter().map(|(other, count)| (other, Best::new(count))).collect();
        if largest.is_empty() {
            return largest;
        }
        for &row in rows {
            let probs = self.data.probs().row(row as usize);
            let own = clipped(probs[class]);
            for (other, best) in &mut largest {
                best.offer(clipped(probs[*other]) - own, row);
            }
        }
        largest
    }

    /// As a column of `filter._keep_at_least_n_per_class`; `None` if the class is too small.
    fn pruning(&self, class: usize, options: &Options) -> Option<Pruning> {
        let examples = self.by_class.rows(class).len();
        if examples <= options.min_examples_per_class.max(1) as usize {
            return None;
        }
        let counts = self.calibrated.row(class);
        let diagonal = f64::from(counts[class]);
        let raised = diagonal.max(f64::from(options.min_examples_per_class));
        let nonzero = counts.iter().filter(|&&count| count > 0).count() as f64;
        // what the diagonal gains is taken from the others in equal parts
        let less = (raised - diagonal) / (nonzero - 1.0).max(1.0);
        let share = options.frac_noise;
        let left = |other: usize| match counts[other] {
            0 => 0.0,
            _ if other == class => 0.0,
            count => (f64::from(count) - less).max(0.0),
        };
        let kept = match share {
            1.0 => 0.0,
            _ => {
                pairwise_sum(counts.len(), &mut (0..counts.len()).map(left).map(|n| n - n * share))
            }
        };
        let by_class = (0..counts.len())
            .map(|other| (other, (left(other) * share) as usize))
            .filter(|&(_, count)| count > 0)
            .collect();
        Some(Pruning { wrong: examples.saturating_sub((raised + kept) as usize), by_class })
    }

    /// The [`ConfidentLearning::num_label_issues`] lowest scores; ascending rows.
    fn lowest(&self, score: Score) -> Vec<u32> {
        let mut lowest = Best::new(self.num_label_issues());
        for (row, given, probs) in self.data.iter() {
            lowest.offer(-score.of(given as usize, probs), row as u32);
        }
        let mut rows: Vec<u32> = lowest.rows().collect();
        rows.sort_unstable();
        rows
    }
}
