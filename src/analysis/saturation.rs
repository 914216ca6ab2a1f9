//! Whether reviewing more errors still brings new kinds: when to stop.
//!
//! All estimates assume that the errors were reviewed in random order.

use super::Basis;
use crate::dataset::TagId;
use serde::Serialize;
use std::collections::HashMap;

/// Errors in a block, and how many in a row without a new tag mean that it is enough.
pub const BLOCK: usize = 20;

/// Reviewed errors that give a good idea.
const GOOD: usize = 50;

/// Reviewed errors that give a very good idea; fewer are not enough to stop at.
const VERY_GOOD: usize = 100;

/// What the number of reviewed errors is good for (Ng, *Machine Learning Yearning*, ch. 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Idea {
    /// Below 20.
    None,
    /// From 20.
    Rough,
    /// From 50.
    Good,
    /// From 100.
    VeryGood,
}

impl Idea {
    /// What `reviewed` errors are good for.
    pub fn of(reviewed: usize) -> Self {
        match reviewed {
            0..BLOCK => Self::None,
            BLOCK..GOOD => Self::Rough,
            GOOD..VERY_GOOD => Self::Good,
            _ => Self::VeryGood,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Fewer than 20 errors reviewed.
    TooFew,
    /// No reviewed error has a tag.
    Untagged,
    /// New tags may still come, or fewer than 100 errors were reviewed.
    KeepGoing,
    /// No new tag in the last 20 errors, and 100 or more reviewed; or all were.
    Stop,
}

impl Advice {
    /// The advice in one line.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooFew => {
                "too few yet: 20 errors give a rough idea, 50 a good one, 100 a very good one"
            }
            Self::Untagged => "no tags yet: tag the errors to see what kinds there are",
            Self::KeepGoing => "keep going: new kinds of errors may still turn up",
            Self::Stop => "enough: more errors will hardly bring new kinds",
        }
    }
}

/// Up to 20 errors in the order of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Errors in the block; fewer than 20 in the last one only.
    pub reviewed: usize,
    /// Tags that occurred for the first time.
    pub new: usize,
    /// Different tags up to its end.
    pub tags: usize,
}

/// How the tags filled up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saturation {
    /// Errors reviewed, n.
    pub reviewed: usize,
    /// Different tags seen.
    pub tags: usize,
    /// New tags in each 20 errors.
    pub blocks: Vec<Block>,
    /// Errors reviewed after the last that brought a new tag; all if none did.
    pub since_new: usize,
    /// Probability that the next error has a tag not seen before (Good 1953, Biometrika 40:237). An
    /// error may have several tags: this is the share of errors with a tag that no other reviewed
    /// error has, which leave-one-out shows to be the estimate that Good's becomes then. `None`
    /// before the first and after the last error.
    pub unseen: Option<f64>,
    /// About how many tags there are, at least: Chao's estimate for incidences, bias-corrected (Chao
    /// 1984, Scand. J. Statist. 11:265, "Chao1", with (n − 1)/n as in "Chao2", Chao 1987, Biometrics
    /// 43:783): tags + (n − 1)/n · f₁(f₁ − 1) / (2 (f₂ + 1)), where f₁ tags occur once and f₂ twice.
    /// The number seen when all errors were reviewed; `None` without tags.
    pub kinds: Option<f64>,
    /// What the number of reviewed errors is good for.
    pub idea: Idea,
    /// What to do next.
    pub advice: Advice,
}

/// Follows the tags of the reviewed errors, in the order in which they were walked; `errors` is the
/// number there are to review. A tag named twice in one error counts once. Unless they are a random
/// sample, or all, they say nothing of those to come: no estimate, and no advice to stop. O(number of
/// tags given).
pub fn saturation<'a>(
    errors: usize,
    basis: Basis,
    reviewed: impl IntoIterator<Item = &'a [TagId]>,
) -> Saturation {
    let (mut seen, mut blocks) = (HashMap::<TagId, Seen>::new(), Vec::<Block>::new());
    let (mut n, mut since_new) = (0, 0);
    for tags in reviewed {
        let before = seen.len();
        for &tag in tags {
            seen.entry(tag).or_default().at(n);
        }
        let new = seen.len() - before;
        since_new = if new > 0 { 0 } else { since_new + 1 };
        match blocks.last_mut().filter(|block| block.reviewed < BLOCK) {
            Some(block) => {
                *block =
                    Block { reviewed: block.reviewed + 1, new: block.new + new, tags: seen.len() };
            }
            None => blocks.push(Block { reviewed: 1, new, tags: seen.len() }),
        }
        n += 1;
    }
    let all = n >= errors;
    let random = basis != Basis::ReviewedOnly;
    Saturation {
        reviewed: n,
        tags: seen.len(),
        blocks,
        since_new,
        unseen: (n > 0 && !all && random).then(|| unseen(&seen, n)),
        kinds: kinds(&seen, n, all).filter(|_| all || random),
        idea: Idea::of(n),
        advice: match advice(n, seen.len(), since_new, all) {
            Advice::Stop if !all && !random => Advice::KeepGoing,
            advice => advice,
        },
    }
}

/// In how many errors a tag was, and the last of them.
#[derive(Default)]
struct Seen {
    times: usize,
    last: Option<usize>,
}

impl Seen {
    fn at(&mut self, error: usize) {
        self.times += usize::from(self.last != Some(error));
        self.last = Some(error);
    }
}

fn unseen(seen: &HashMap<TagId, Seen>, n: usize) -> f64 {
    let mut alone: Vec<_> = seen.values().filter(|s| s.times == 1).filter_map(|s| s.last).collect();
    alone.sort_unstable();
    alone.dedup();
    alone.len() as f64 / n as f64
}

fn kinds(seen: &HashMap<TagId, Seen>, n: usize, all: bool) -> Option<f64> {
    let tags = seen.len() as f64;
    if seen.is_empty() || all {
        return (!seen.is_empty()).then_some(tags);
    }
    let times = |t: usize| seen.values().filter(|s| s.times == t).count() as f64;
    let (once, twice, n) = (times(1), times(2), n as f64);
    Some(tags + (n - 1.0) / n * once * (once - 1.0) / (2.0 * (twice + 1.0)))
}

fn advice(n: usize, tags: usize, since_new: usize, all: bool) -> Advice {
    if all {
        Advice::Stop
    } else if n < BLOCK {
        Advice::TooFew
    } else if tags == 0 {
        Advice::Untagged
    } else if n >= VERY_GOOD && since_new >= BLOCK {
        Advice::Stop
    } else {
        Advice::KeepGoing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(errors: usize, reviewed: &[Vec<u16>]) -> Saturation {
        let tags: Vec<Vec<TagId>> =
            reviewed.iter().map(|tags| tags.iter().map(|&t| TagId(t)).collect()).collect();
        saturation(errors, Basis::RandomSample, tags.iter().map(Vec::as_slice))
    }

    #[test]
    fn blocks_count_first_sights() {
        let mut reviewed = vec![vec![]; 45];
        reviewed[0] = vec![0, 1];
        reviewed[19] = vec![1, 2, 2];
        reviewed[20] = vec![0];
        reviewed[41] = vec![3];
        let found = run(300, &reviewed);
        let blocks: Vec<_> = found.blocks.iter().map(|b| (b.reviewed, b.new, b.tags)).collect();
        assert_eq!(blocks, [(20, 3, 3), (20, 0, 3), (5, 1, 4)]);
        assert_eq!((found.since_new, found.tags, found.idea), (3, 4, Idea::Rough));
        // Tags 2 and 3 occur once, 0 and 1 twice.
        assert!((found.unseen.unwrap() - 2.0 / 45.0).abs() < 1e-12);
        let kinds = 4.0 + 44.0 / 45.0 * 2.0 / (2.0 * 3.0);
        assert!((found.kinds.unwrap() - kinds).abs() < 1e-12);
        assert_eq!(found.advice, Advice::KeepGoing);
    }

    #[test]
    fn an_error_with_two_new_tags_counts_once() {
        let found = run(10, &[vec![0, 1], vec![2], vec![2], vec![]]);
        assert!((found.unseen.unwrap() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn advice_follows_the_number_reviewed_and_the_last_new_tag() {
        let tagged = |n: usize| vec![vec![0]; n];
        let late = [tagged(90), vec![vec![1]], tagged(19)].concat();
        for (errors, reviewed, advice) in [
            (300, tagged(19), Advice::TooFew),
            (300, tagged(99), Advice::KeepGoing),
            (300, tagged(100), Advice::Stop),
            (300, late.clone(), Advice::KeepGoing),
            (300, [late, tagged(1)].concat(), Advice::Stop),
            (300, vec![vec![]; 200], Advice::Untagged),
            (5, tagged(5), Advice::Stop),
            (0, vec![], Advice::Stop),
        ] {
            assert_eq!(run(errors, &reviewed).advice, advice, "{} of {errors}", reviewed.len());
        }
    }

    #[test]
    fn the_ends_are_defined() {
        let none = run(10, &[]);
        assert_eq!((none.unseen, none.kinds, none.since_new), (None, None, 0));
        let all = run(2, &[vec![0], vec![1]]);
        assert_eq!((all.unseen, all.kinds), (None, Some(2.0)));
    }

    #[test]
    fn good_turing_is_right_on_average() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(1);
        // Tag t with probability 2^−(t + 1), two independent ones an error.
        let mut draw = || -> Vec<u16> {
            (0..2).map(|_| rng.random::<u64>().trailing_zeros() as u16).collect()
        };
        let (mut estimated, mut came) = (0.0, 0.0);
        for _ in 0..2000 {
            let reviewed: Vec<Vec<u16>> = (0..30).map(|_| draw()).collect();
            estimated += run(1000, &reviewed).unseen.unwrap() / 2000.0;
            let next = draw();
            came += f64::from(next.iter().any(|t| !reviewed.concat().contains(t))) / 2000.0;
        }
        assert!((estimated - came).abs() < 0.015 && came > 0.03, "{estimated} {came}");
    }

    proptest! {
        #[test]
        fn counts_agree_and_the_order_matters_only_for_the_curve(
            sets in prop::collection::vec(prop::collection::vec(0..12_u16, 0..4), 0..150), more in 0_usize..9,
        ) {
            let found = run(sets.len() + more, &sets);
            let mut tags: Vec<u16> = sets.concat();
            tags.sort_unstable();
            tags.dedup();
            prop_assert_eq!(found.tags, tags.len());
            prop_assert_eq!(found.blocks.iter().map(|b| b.new).sum::<usize>(), tags.len());
            prop_assert_eq!(found.blocks.iter().map(|b| b.reviewed).sum::<usize>(), sets.len());
            prop_assert_eq!(found.blocks.len(), sets.len().div_ceil(BLOCK));
            prop_assert!(found.since_new <= sets.len());
            prop_assert!(found.unseen.is_none_or(|p| (0.0..=1.0).contains(&p)));
            prop_assert!(found.kinds.is_none_or(|k| k.is_finite() && k >= tags.len() as f64));
            let backwards: Vec<_> = sets.iter().rev().cloned().collect();
            let other = run(sets.len() + more, &backwards);
            prop_assert_eq!((found.unseen, found.kinds), (other.unseen, other.kinds));
        }
    }
}
