//! How far people agree: percent agreement, Cohen's kappa, Krippendorff's alpha and Gwet's AC1.

use super::{Votes, gwet::ac1};
use crate::analysis::{Proportion, parallel::pieces, spread::quantile, wilson};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;
use std::collections::HashMap;

/// Below this number of shared items agreement is flagged as uncertain.
pub const FEW_ITEMS: usize = 100;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// What differs by less differs by rounding only.
pub(super) const NO_SPREAD: f64 = 1e-12;
/// Resamples of a bootstrap, fewer when there are so many items that the interval is narrow anyway.
const RESAMPLES: std::ops::RangeInclusive<usize> = 200..=1000;
/// Items drawn in all resamples together, about.
const DRAWS: usize = 100_000_000;

/// A coefficient of agreement with its 95 % interval: 1 is full agreement, 0 what chance gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coefficient {
    /// The point estimate.
    pub value: f64,
    /// Lower end, at least −1.
    pub low: f64,
    /// Upper end, at most 1.
    pub high: f64,
}

impl Coefficient {
    /// Ends are kept within −1 to 1 and never leave out the value.
    fn new(value: f64, low: f64, high: f64) -> Self {
        Self { value, low: low.clamp(-1.0, value.max(-1.0)), high: high.clamp(value.min(1.0), 1.0) }
    }

    /// From Wilson's interval for the share of agreement on `n` items, held against the share that
    /// `chance` would give. For votes without any spread (full agreement, or one annotator who knows
    /// one class only): standard errors and resamples show none then, however few items there are.
    pub(super) fn from_share(value: f64, share: f64, n: usize, chance: f64) -> Self {
        let (low, high) = wilson(share, n as f64);
        let beyond_chance = |share: f64| (share - chance) / (1.0 - chance);
        Self::new(value, beyond_chance(low), beyond_chance(high))
    }

    /// From a large-sample standard error.
    pub(super) fn from_error(value: f64, error: f64) -> Self {
        Self::new(value, value - Z * error, value + Z * error)
    }
}

/// Agreement of two annotators on the examples that both labelled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairAgreement {
    /// The annotator with the lower index.
    pub first: u32,
    /// The other one.
    pub second: u32,
    /// Number of examples that both labelled.
    pub shared: usize,
    /// On how many of them they agree.
    pub agreed: usize,
    /// The share on which they agree, with Wilson's interval.
    pub percent: Proportion,
    /// Cohen's kappa; `None` when both use one and the same class only.
    pub kappa: Option<Coefficient>,
    /// Whether there are fewer than [`FEW_ITEMS`] shared examples.
    pub few: bool,
}

/// Agreement of all annotators.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Number of examples with two votes or more.
    pub items: usize,
    /// Whether these are fewer than [`FEW_ITEMS`].
    pub few: bool,
    /// The mean over items of the share of pairs of votes that agree; `None` without items. Wilson's
    /// interval on the number of items is cautious here: shares vary less than yes and no.
    pub percent: Option<Proportion>,
    /// Krippendorff's alpha for nominal data; `None` when all votes are for one class.
    pub alpha: Option<Coefficient>,
    /// Gwet's AC1; `None` without items or with one class.
    pub ac1: Option<Coefficient>,
    /// Every two annotators who share an example, in order.
    pub pairs: Vec<PairAgreement>,
}

/// Computes agreement per pair and over all. The unit is the example: examples are resampled for the
/// interval of alpha (bootstrap percentiles, drawn from `seed`).
///
/// Percent agreement over all is that of Fleiss (1971, Psychological Bulletin 76:378), also for
/// unequal numbers of votes. Kappa: Cohen (1960), its interval from the large-sample standard error of
/// Fleiss, Cohen & Everitt (1969, Psychological Bulletin 72:323). Alpha: Krippendorff (2011),
/// *Computing Krippendorff's Alpha-Reliability*. AC1, which stays sensible when nearly all votes are
/// for one class: Gwet (2008, Br. J. Math. Stat. Psychol. 61:29), with chance shared out over all K
/// classes and the interval from his large-sample standard error.
pub fn agreement(votes: &Votes, seed: u64) -> Agreement {
    let items = Items::new(votes);
    let count = items.pattern.len();
    let percent = (count > 0).then(|| {
        let share = items.agreeing() / count as f64;
        let (low, high) = wilson(share, count as f64);
        Proportion { share, low, high }
    });
    Agreement {
        items: count,
        few: count < FEW_ITEMS,
        percent,
        alpha: items.alpha(seed),
        ac1: ac1(votes),
        pairs: pair_agreements(votes),
    }
}

/// Which classes the votes on an item are for.
struct Pattern {
    /// Number of votes.
    votes: usize,
    /// Classes and their numbers of votes.
    counts: Vec<(u32, usize)>,
    /// Σ n(m − n)/(m − 1) over classes with n of m votes.
    disagreement: f64,
}

impl Pattern {
    fn new(classes: &[u32]) -> Self {
        let votes = classes.len();
        let counts: Vec<(u32, usize)> =
            classes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
        let apart: usize = counts.iter().map(|(_, n)| n * (votes - n)).sum();
        Self { votes, counts, disagreement: apart as f64 / (votes - 1) as f64 }
    }
}

/// The examples with two votes or more; many share a pattern.
struct Items {
    patterns: Vec<Pattern>,
    /// The pattern of each item.
    pattern: Vec<u32>,
    classes: usize,
}

impl Items {
    fn new(votes: &Votes) -> Self {
        let (mut patterns, mut pattern) = (Vec::new(), Vec::new());
        let mut known: HashMap<Box<[u32]>, u32> = HashMap::new();
        let mut classes = Vec::new();
        for example in (0..votes.examples()).filter(|&i| votes.on(i).len() > 1) {
            classes.clear();
            classes.extend(votes.on(example).iter().map(|v| v.class));
            classes.sort_unstable();
            if let Some(&at) = known.get(&classes[..]) {
                pattern.push(at);
                continue;
            }
            let at = patterns.len() as u32;
            known.insert(classes.clone().into_boxed_slice(), at);
            patterns.push(Pattern::new(&classes));
            pattern.push(at);
        }
        Self { patterns, pattern, classes: votes.classes() }
    }

    /// How many items there are of each pattern.
    fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.patterns.len()];
        self.pattern.iter().for_each(|&p| counts[p as usize] += 1);
        counts
    }

    /// The sum over items of the share of pairs of votes that agree.
    fn agreeing(&self) -> f64 {
        let of = |(p, count): (&Pattern, u32)| {
            f64::from(count) * (1.0 - p.disagreement / p.votes as f64)
        };
        self.patterns.iter().zip(self.counts()).map(of).sum()
    }

    /// Observed and expected disagreement, as shares, with `counts` items of each pattern; `None`
    /// when none is expected.
    fn disagreement(&self, counts: &[u32]) -> Option<(f64, f64)> {
        let mut of_class = vec![0_usize; self.classes];
        let (mut total, mut observed) = (0, 0.0);
        for (pattern, &count) in self.patterns.iter().zip(counts).filter(|(_, count)| **count > 0) {
            let count = count as usize;
            observed += count as f64 * pattern.disagreement;
            total += count * pattern.votes;
            pattern.counts.iter().for_each(|&(k, n)| of_class[k as usize] += count * n);
        }
        let same: f64 = of_class.iter().map(|&n| (n as f64).powi(2)).sum();
        let total = total as f64;
        let expected = (total * total - same) / (total - 1.0);
        (expected > 0.0).then(|| (observed / total, expected / total))
    }

    fn alpha(&self, seed: u64) -> Option<Coefficient> {
        let items = self.pattern.len();
        let (observed, expected) = self.disagreement(&self.counts())?;
        let value = 1.0 - observed / expected;
        let resamples = (DRAWS / items).clamp(*RESAMPLES.start(), *RESAMPLES.end());
        let drawn = pieces(resamples, 8, |range| {
            range.filter_map(|i| self.resampled(seed.wrapping_add(i as u64))).collect::<Vec<f64>>()
        });
        let mut drawn = drawn.concat();
        drawn.sort_unstable_by(f64::total_cmp);
        Some(match (quantile(&drawn, 0.025), quantile(&drawn, 0.975)) {
            (Some(low), Some(high)) if high - low > NO_SPREAD => Coefficient::new(value, low, high),
            _ => Coefficient::from_share(value, 1.0 - observed, items, 1.0 - expected),
        })
    }

    /// Alpha of as many items, drawn with replacement; `None` when they show one class only.
    fn resampled(&self, seed: u64) -> Option<f64> {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut counts = vec![0; self.patterns.len()];
        for _ in 0..self.pattern.len() {
            counts[self.pattern[random.random_range(0..self.pattern.len())] as usize] += 1;
        }
        self.disagreement(&counts).map(|(observed, expected)| 1.0 - observed / expected)
    }
}

/// Every two annotators who share an example, in order.
///
/// One annotator after the other, so that memory stays in proportion to one's votes.
pub(in crate::analysis) fn pair_agreements(votes: &Votes) -> Vec<PairAgreement> {
    let by = votes.by_annotator();
    let all = votes.all();
    let found = pieces(votes.annotators(), 1, |annotators| {
        let mut shared: Vec<(u32, u32, u32)> = Vec::new();
        let mut used = vec![(0, 0); votes.classes()];
        for &i in annotators.clone().flat_map(|a| &by[a]) {
            let others = votes.on(all[i].example as usize).iter();
            let later = others.filter(|o| o.annotator > all[i].annotator);
            shared.extend(later.map(|o| (o.annotator, all[i].class, o.class)));
        }
        shared.sort_unstable();
        let first = annotators.start as u32;
        let of = |items: &[(u32, u32, u32)]| pair(first, items, &mut used);
        shared.chunk_by(|a, b| a.0 == b.0).map(of).collect::<Vec<_>>()
    });
    found.concat()
}

/// `items`: the second annotator, the class of the first and that of the second. `used`: zeros, K.
fn pair(first: u32, items: &[(u32, u32, u32)], used: &mut [(usize, usize)]) -> PairAgreement {
    for &(_, a, b) in items {
        used[a as usize].0 += 1;
        used[b as usize].1 += 1;
    }
    let shared = items.len();
    let agreed = items.iter().filter(|(_, a, b)| a == b).count();
    let kappa = kappa(items, agreed, used);
    for &(_, a, b) in items {
        used[a as usize].0 = 0;
        used[b as usize].1 = 0;
    }
    PairAgreement {
        first,
        second: items[0].0,
        shared,
        agreed,
        percent: Proportion::sampled(agreed, shared, usize::MAX),
        kappa,
        few: shared < FEW_ITEMS,
    }
}

/// `used`: how often each of both uses each class.
fn kappa(items: &[(u32, u32, u32)], agreed: usize, used: &[(usize, usize)]) -> Option<Coefficient> {
    let n = items.len() as f64;
    // Each class's product is counted at the first of its items: K may be far larger than n.
    let by_class = items.chunk_by(|x, y| x.1 == y.1).map(|run| used[run[0].1 as usize]);
    let chance = by_class.map(|(a, b)| a as f64 * b as f64).sum::<f64>();
    if chance >= n * n {
        return None;
    }
    let value = (n * agreed as f64 - chance) / (n * n - chance);
    let chance = chance / (n * n);
    let variance = items.iter().map(|&(_, a, b)| {
        let (mine, theirs) = (used[a as usize], used[b as usize]);
        if a == b {
            (1.0 - (mine.0 + mine.1) as f64 / n * (1.0 - value)).powi(2)
        } else {
            ((1.0 - value) * (mine.1 + theirs.0) as f64 / n).powi(2)
        }
    });
    let variance = variance.sum::<f64>() / n - (value - chance * (1.0 - value)).powi(2);
    if variance < NO_SPREAD {
        return Some(Coefficient::from_share(value, agreed as f64 / n, items.len(), chance));
    }
    Some(Coefficient::from_error(value, (variance / n).sqrt() / (1.0 - chance)))
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod tests;
