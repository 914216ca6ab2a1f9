//! Slices given by their rows, such as those that a person named.

use super::{Counts, Figures, versus_rest};
use crate::analysis::significance::holm;
use serde::Serialize;

/// The errors of a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SetErrors {
    /// Its errors, against those of all examples.
    pub figures: Figures,
    /// Two-sided p-value against the rest of the examples: [`versus_rest`].
    pub p: f64,
    /// The same, corrected by Holm for the number of sets.
    pub p_holm: f64,
}

/// Counts some rows. `errors` says of each row whether it is an error; `None` is left out, as is a row
/// that there is not.
pub fn count_rows(rows: &[u32], errors: &[Option<bool>]) -> Counts {
    let mut counts = Counts::default();
    for error in rows.iter().filter_map(|&row| *errors.get(row as usize)?) {
        counts.add(error);
    }
    counts
}

/// Sets of rows, each held against the rest of `all` examples.
pub fn of_sets(sets: &[Counts], all: Counts) -> Vec<SetErrors> {
    let p: Vec<f64> = sets.iter().map(|&set| versus_rest(set, all.without(set))).collect();
    let corrected = holm(&p);
    let one = |((&set, &p), &p_holm): ((&Counts, &f64), &f64)| SetErrors {
        figures: Figures::new(set, all),
        p,
        p_holm,
    };
    sets.iter().zip(&p).zip(&corrected).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sets_are_held_against_the_rest_and_corrected_for_their_number() {
        let errors: Vec<Option<bool>> =
            (0..200).map(|row| (row != 7).then_some(row < 40)).collect();
        let low: Vec<u32> = (0..50).collect();
        let bad = count_rows(&low, &errors);
        assert_eq!(bad, Counts { examples: 49, errors: 39 });
        let all = count_rows(&(0..200).collect::<Vec<_>>(), &errors);
        let none = count_rows(&[7, 900], &errors);
        let found = of_sets(&[bad, none], all);
        assert!(found[0].p < 1e-12 && (found[0].p_holm - 2.0 * found[0].p).abs() < 1e-15);
        assert!((found[0].figures.ceiling).abs() < 1e-12);
        assert!((found[1].p - 1.0).abs() < 1e-12 && found[1].figures.lift.is_none());
    }

    proptest! {
        #[test]
        fn nothing_is_without_a_number(
            errors in prop::collection::vec(prop::option::of(any::<bool>()), 0..60),
            sets in prop::collection::vec(prop::collection::btree_set(0..70_u32, 0..40), 0..5),
        ) {
            let rows: Vec<u32> = (0..errors.len() as u32).collect();
            let all = count_rows(&rows, &errors);
            let counts: Vec<Counts> = sets
                .iter()
                .map(|set| count_rows(&set.iter().copied().collect::<Vec<_>>(), &errors))
                .collect();
            for line in of_sets(&counts, all) {
                prop_assert!((0.0..=1.0).contains(&line.p) && line.p <= line.p_holm);
                prop_assert!(line.p_holm <= 1.0 && line.figures.ceiling.is_finite());
            }
        }
    }
}
