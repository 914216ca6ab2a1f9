//! Examples with the same content: within a split, in two splits, under two labels.
//!
//! Invariant: content is equal where its digest is; whoever makes digests takes ones that do not collide.

use crate::dataset::Split;
use rayon::slice::ParallelSliceMut;
use serde::Serialize;

/// What is known of an example's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    /// Names the content.
    pub digest: u128,
    /// The split of the example.
    pub split: Split,
    /// Its row there.
    pub row: u32,
    /// The class of its label.
    pub label: u32,
}

/// A row of a split, with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spot {
    /// The split.
    pub split: Split,
    /// The row.
    pub row: u32,
    /// The class.
    pub label: u32,
}

/// Examples that are there again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Repeats {
    /// How many.
    pub count: usize,
    /// The first of them, each behind the one that it repeats.
    pub first: Vec<[Spot; 2]>,
}

impl Repeats {
    fn add(&mut self, of: &Content, again: &Content) {
        let spot = |c: &Content| Spot { split: c.split, row: c.row, label: c.label };
        self.count += 1;
        self.first.push([spot(of), spot(again)]);
    }

    /// In the order of the data, no more than so many.
    fn cut(mut self, most: usize) -> Self {
        self.first.sort_unstable();
        self.first.truncate(most);
        self.first.shrink_to_fit();
        self
    }
}

/// What is there more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Within a split: every example but the first of its content.
    pub within: Vec<(Split, Repeats)>,
    /// In two splits: every example of the second whose content is in the first too.
    pub across: Vec<([Split; 2], Repeats)>,
    /// Whatever the split: every example whose label is not that of the first of its content.
    pub labels: Repeats,
}

/// Pairs of splits, the one that is learned from first.
const PAIRS: [[Split; 2]; 3] =
    [[Split::Train, Split::Dev], [Split::Train, Split::Test], [Split::Dev, Split::Test]];

/// Finds what is there more than once, and names the first `most` of each kind. O(n log n) time, no more than 96
/// bytes a repeat beside `contents`, which are sorted.
pub fn duplicates(contents: &mut [Content], most: usize) -> Duplicates {
    contents.par_sort_unstable();
    let mut within = Split::ALL.map(|split| (split, Repeats::default()));
    let mut across = PAIRS.map(|pair| (pair, Repeats::default()));
    let mut labels = Repeats::default();
    for group in contents.chunk_by(|a, b| a.digest == b.digest).filter(|group| group.len() > 1) {
        let of = |split: Split| group.iter().filter(move |c| c.split == split);
        for (split, repeats) in &mut within {
            let mut members = of(*split);
            if let Some(first) = members.next() {
                members.for_each(|again| repeats.add(first, again));
            }
        }
        for ([a, b], repeats) in &mut across {
            if let Some(first) = of(*a).next() {
                of(*b).for_each(|again| repeats.add(first, again));
            }
        }
        let others = group.iter().filter(|c| c.label != group[0].label);
        others.for_each(|other| labels.add(&group[0], other));
    }
    let some = |repeats: Repeats| (repeats.count > 0).then(|| repeats.cut(most));
    Duplicates {
        within: within.into_iter().filter_map(|(s, r)| Some((s, some(r)?))).collect(),
        across: across.into_iter().filter_map(|(s, r)| Some((s, some(r)?))).collect(),
        labels: labels.cut(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content((digest, split, label): (u8, usize, u32), row: usize) -> Content {
        Content { digest: digest.into(), split: Split::ALL[split], row: row as u32, label }
    }

    #[test]
    fn each_kind_is_counted_and_the_first_are_named_in_the_order_of_the_data() {
        // digest, split, label
        let rows = [(9, 1, 0), (9, 1, 0), (9, 0, 0), (3, 1, 1), (3, 1, 2), (5, 1, 0), (9, 1, 0)];
        let mut contents: Vec<Content> =
            rows.into_iter().zip(0..).map(|(c, row)| content(c, row)).collect();
        let found = duplicates(&mut contents, 2);
        let rows = |repeats: &Repeats| -> Vec<[u32; 2]> {
            repeats.first.iter().map(|pair| pair.map(|spot| spot.row)).collect()
        };
        let [(Split::Dev, within)] = &found.within[..] else { panic!("{:?}", found.within) };
        assert_eq!((within.count, rows(within)), (3, vec![[0, 1], [0, 6]]));
        let [([Split::Train, Split::Dev], across)] = &found.across[..] else { panic!() };
        assert_eq!((across.count, rows(across)), (3, vec![[2, 0], [2, 1]]));
        assert_eq!((found.labels.count, rows(&found.labels)), (1, vec![[3, 4]]));
        assert_eq!(duplicates(&mut [], 5), Duplicates::default());
    }

    proptest! {
        #[test]
        fn counts_are_those_of_comparing_all_pairs(rows in prop::collection::vec((0..6_u8, 0..3_usize, 0..2_u32), 0..40)) {
            let mut contents: Vec<Content> = rows.into_iter().enumerate().map(|(row, c)| content(c, row)).collect();
            let all = contents.clone();
            let found = duplicates(&mut contents, 3);
            for split in Split::ALL {
                let own: Vec<_> = all.iter().filter(|c| c.split == split).collect();
                let again = |at: &usize| own[..*at].iter().any(|before| before.digest == own[*at].digest);
                let expected = (0..own.len()).filter(again).count();
                let count = found.within.iter().find(|(s, _)| *s == split).map_or(0, |(_, r)| r.count);
                prop_assert_eq!(count, expected);
            }
            for pair in PAIRS {
                let is_in = |c: &&Content| all.iter().any(|o| o.split == pair[0] && o.digest == c.digest);
                let expected = all.iter().filter(|c| c.split == pair[1]).filter(is_in).count();
                let count = found.across.iter().find(|(p, _)| *p == pair).map_or(0, |(_, r)| r.count);
                prop_assert_eq!(count, expected);
            }
            let clash = all.iter().any(|a| all.iter().any(|b| a.digest == b.digest && a.label != b.label));
            prop_assert_eq!(found.labels.count > 0, clash);
        }
    }
}
