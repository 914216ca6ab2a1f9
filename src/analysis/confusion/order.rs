//! The orders in which the classes of a confusion matrix stand.
//!
//! Invariant: an order has every class once, and is the same for the same counts.

use super::Confusion;
use kodama::{Method, linkage};
use serde::Serialize;
use std::cmp::{Ordering, Reverse};

/// In which order the classes stand, as rows and as columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassOrder {
    /// As the project lists them.
    #[default]
    Given,
    /// Most errors first; ties as given.
    Errors,
    /// Largest share of errors first; ties by their number. Classes without examples stand last.
    ErrorShare,
    /// Classes that are taken for each other stand together, the group with most errors first.
    Clustered,
}

impl ClassOrder {
    /// All, as the key cycles through them.
    pub const ALL: [Self; 4] = [Self::Given, Self::Errors, Self::ErrorShare, Self::Clustered];

    /// How it is called on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "classes as given",
            Self::Errors => "most errors first",
            Self::ErrorShare => "highest error first",
            Self::Clustered => "alike together",
        }
    }

    /// How it is called on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Errors => "errors",
            Self::ErrorShare => "error-share",
            Self::Clustered => "clustered",
        }
    }

    /// The next one in [`ClassOrder::ALL`].
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Given => Self::Errors,
            Self::Errors => Self::ErrorShare,
            Self::ErrorShare => Self::Clustered,
            Self::Clustered => Self::Given,
        }
    }
}

impl Confusion {
    /// The classes in an order, K. [`ClassOrder::Clustered`] takes O(K²) time and 2·K² bytes, the
    /// others O(K log K).
    pub fn arranged(&self, order: ClassOrder) -> Vec<u32> {
        let mut classes: Vec<u32> = (0..self.classes as u32).collect();
        match order {
            ClassOrder::Given => {}
            ClassOrder::Errors => classes.sort_by_key(|&k| Reverse(self.errors_of(k))),
            ClassOrder::ErrorShare => classes.sort_by(|&a, &b| self.by_error_share(a, b)),
            ClassOrder::Clustered => return clustered(self),
        }
        classes
    }

    fn by_error_share(&self, a: u32, b: u32) -> Ordering {
        let (errors, examples) = (|k| self.errors_of(k), |k| self.labelled[k as usize]);
        // a/b > c/d without division; a class without examples comes last
        let crossed = |k, other| errors(k) as u128 * examples(other) as u128;
        (examples(a) == 0)
            .cmp(&(examples(b) == 0))
            .then_with(|| crossed(b, a).cmp(&crossed(a, b)))
            .then_with(|| errors(b).cmp(&errors(a)))
    }

    /// How often two classes are taken for each other: the mean of the share of either's examples
    /// that are predicted as the other, 0 to 1. A class without examples adds 0. (Bengio, Weston,
    /// Grangier 2010, NeurIPS, "Label embedding trees", from counts; with shares, frequent classes
    /// are not alike for being frequent.)
    fn likeness(&self, a: u32, b: u32) -> f64 {
        let taken = |k: u32, other: u32| {
            let count = f64::from(self.counts[k as usize * self.classes + other as usize]);
            count / self.labelled[k as usize].max(1) as f64
        };
        f64::midpoint(taken(a, b), taken(b, a))
    }
}

/// Two classes or groups that are never taken for each other are this far apart.
const UNRELATED: f32 = 1.0;

/// Agglomerative clustering with average linkage on 1 − likeness. Groups of which none is ever taken
/// for one of another are not joined: they stand by their number of errors.
fn clustered(confusion: &Confusion) -> Vec<u32> {
    let k = confusion.classes as u32;
    let mut distances: Vec<f32> = (0..k)
        .flat_map(|a| (a + 1..k).map(move |b| UNRELATED - confusion.likeness(a, b) as f32))
        .collect();
    let mut groups: Vec<Vec<u32>> = (0..k).map(|class| vec![class]).collect();
    for step in linkage(&mut distances, k as usize, Method::Average).steps() {
        if step.dissimilarity >= UNRELATED {
            break;
        }
        let first = std::mem::take(&mut groups[step.cluster1]);
        let second = std::mem::take(&mut groups[step.cluster2]);
        groups.push(joined(confusion, first, second));
    }
    groups.retain(|group| !group.is_empty());
    for group in &mut groups {
        if group.first() > group.last() {
            group.reverse();
        }
    }
    let errors = |group: &[u32]| group.iter().map(|&k| confusion.errors_of(k)).sum::<usize>();
    groups.sort_by_cached_key(|group| (Reverse(errors(group)), group.iter().min().copied()));
    groups.concat()
}

/// Both, each turned so that the classes that meet are as alike as can be (Gruvaeus & Wainer 1972,
/// Br. J. Math. Stat. Psychol. 25:200).
fn joined(confusion: &Confusion, mut first: Vec<u32>, mut second: Vec<u32>) -> Vec<u32> {
    let (Some((&a, &b)), Some((&c, &d))) =
        (first.first().zip(first.last()), second.first().zip(second.last()))
    else {
        return [first, second].concat();
    };
    let turns =
        [(b, c, false, false), (b, d, false, true), (a, c, true, false), (a, d, true, true)];
    let mut best = (f64::NEG_INFINITY, false, false);
    for (end, start, turn_first, turn_second) in turns {
        let likeness = confusion.likeness(end, start);
        if likeness > best.0 {
            best = (likeness, turn_first, turn_second);
        }
    }
    if best.1 {
        first.reverse();
    }
    if best.2 {
        second.reverse();
    }
    first.append(&mut second);
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn confusion(pairs: &[(u32, u32, usize)], classes: usize) -> Confusion {
        let all = pairs.iter().flat_map(|&(l, p, n)| std::iter::repeat_n((l, p), n));
        let (labels, predictions): (Vec<u32>, Vec<u32>) = all.unzip();
        Confusion::count(&labels, &predictions, classes).unwrap()
    }

    #[test]
    fn errors_and_their_share_order_otherwise() {
        // errors: 2 of 4, 3 of 30, none of 5, no examples, 1 of 2
        let c = confusion(
            &[(0, 0, 2), (0, 1, 2), (1, 1, 27), (1, 0, 3), (2, 2, 5), (4, 4, 1), (4, 0, 1)],
            5,
        );
        assert_eq!(c.arranged(ClassOrder::Given), [0, 1, 2, 3, 4]);
        assert_eq!(c.arranged(ClassOrder::Errors), [1, 0, 4, 2, 3]);
        assert_eq!(c.arranged(ClassOrder::ErrorShare), [0, 4, 1, 2, 3]);
    }

    #[test]
    fn groups_that_are_taken_for_each_other_stand_together() {
        // classes k, k + 4, k + 8 … are a group; those of 12 classes beyond are always right
        let mut pairs = Vec::new();
        for k in 0..20_u32 {
            pairs.push((k, k, 50));
            let members = (0..5).map(|i| k % 4 + 4 * i).filter(|&other| other != k);
            pairs.extend(members.map(|other| (k, other, 2 + (k + other) as usize % 3)));
        }
        pairs.extend((20..32).map(|k| (k, k, 9)));
        let order = confusion(&pairs, 32).arranged(ClassOrder::Clustered);
        for group in order[..20].chunks(5) {
            assert!(group.iter().all(|k| k % 4 == group[0] % 4), "{order:?}");
        }
        assert_eq!(order[20..], (20..32).collect::<Vec<_>>(), "never confused: as given, last");
    }

    #[test]
    fn a_chain_of_neighbours_is_laid_out_as_a_chain() {
        // 0–3–1–4–2: each is taken for its neighbours, the nearer ends more often
        let chain = [0, 3, 1, 4, 2_u32];
        let mut pairs: Vec<(u32, u32, usize)> = (0..5).map(|k| (k, k, 100)).collect();
        for (at, ends) in chain.windows(2).enumerate() {
            pairs.push((ends[0], ends[1], 10 + at));
        }
        assert_eq!(confusion(&pairs, 5).arranged(ClassOrder::Clustered), chain);
    }

    #[test]
    fn the_group_with_most_errors_comes_first() {
        let c = confusion(&[(0, 1, 2), (1, 1, 9), (3, 2, 5), (4, 4, 7)], 5);
        assert_eq!(c.arranged(ClassOrder::Clustered), [2, 3, 0, 1, 4]);
    }

    #[test]
    fn the_key_goes_through_all_and_comes_round() {
        for (order, next) in ClassOrder::ALL.iter().zip(ClassOrder::ALL.iter().cycle().skip(1)) {
            assert_eq!(order.next(), *next);
        }
    }

    proptest! {
        #[test]
        fn every_order_has_every_class_once(
            rows in prop::collection::vec((0_u32..9, 0_u32..9), 0..120), classes in 0_usize..9,
        ) {
            let (labels, predictions): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let c = Confusion::count(&labels, &predictions, classes).unwrap();
            for order in ClassOrder::ALL {
                let mut found = c.arranged(order);
                prop_assert_eq!(&found, &c.arranged(order));
                if order == ClassOrder::Errors {
                    prop_assert!(found.is_sorted_by_key(|&k| Reverse(c.errors_of(k))));
                }
                found.sort_unstable();
                prop_assert_eq!(found, (0..classes as u32).collect::<Vec<_>>());
            }
        }
    }
}
