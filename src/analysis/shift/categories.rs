//! The χ² test of homogeneity for values that have no order.

use super::super::significance::chi_squared_upper;
use serde::Serialize;
use std::collections::HashMap;

/// A cell of the table must expect at least this many examples (Cochran 1954, Biometrics 10:417).
const LEAST_EXPECTED: f64 = 5.0;
/// How many values are listed at most.
const LISTED: usize = 10;

/// One value and how often it stands in each set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueCount {
    /// The value; empty for a missing one.
    pub value: String,
    /// Examples of the first set that have it.
    pub first: usize,
    /// Examples of the second set that have it.
    pub second: usize,
}

/// How two sets differ in a column of categories.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryShift {
    /// Values that differ most in their share, the largest difference first; at most 10.
    pub moves: Vec<ValueCount>,
    /// Values of the second set that the first has not, the most frequent first; at most 10.
    pub unseen: Vec<ValueCount>,
    /// How many values the first set has not.
    pub unseen_values: usize,
    /// How many examples of the second set have such a value.
    pub unseen_examples: usize,
    /// How many values were too rare for the test and were taken as one.
    pub lumped: usize,
}

/// A χ² test of homogeneity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Homogeneity {
    /// χ².
    pub statistic: f64,
    /// Degrees of freedom.
    pub freedom: usize,
    /// Its p-value.
    pub p: f64,
    /// Total variation distance of the shares, 0 to 1: half the sum of their absolute differences.
    pub distance: f64,
    /// The distance that samples of these sizes have on average when nothing moved: half the sum of
    /// √(2/π) standard errors of the differences (the mean of a folded normal variable).
    pub by_chance: f64,
}

/// Pearson's χ² for counts of the same values in two sets, as scipy 1.17
/// `stats.chi2_contingency(correction=False)`; values that neither has are skipped. `None` when a set
/// is empty or fewer than two values are left.
pub fn homogeneity(counts: &[[usize; 2]]) -> Option<Homogeneity> {
    let seen = || counts.iter().filter(|[a, b]| a + b > 0);
    let [n1, n2] = totals(counts).map(|n| n as f64);
    let freedom = seen().count().saturating_sub(1);
    if n1 == 0.0 || n2 == 0.0 || freedom == 0 {
        return None;
    }
    let (mut statistic, mut distance, mut by_chance) = (0.0, 0.0, 0.0);
    for &[a, b] in seen() {
        let share = (a + b) as f64 / (n1 + n2);
        for (count, n) in [(a, n1), (b, n2)] {
            statistic += (count as f64 - share * n).powi(2) / (share * n);
        }
        distance += (a as f64 / n1 - b as f64 / n2).abs() / 2.0;
        let variance = share * (1.0 - share) * (1.0 / n1 + 1.0 / n2);
        by_chance += (variance / std::f64::consts::TAU).sqrt();
    }
    let p = chi_squared_upper(statistic, freedom);
    Some(Homogeneity { statistic, freedom, p, distance: distance.min(1.0), by_chance })
}

fn totals(counts: &[[usize; 2]]) -> [usize; 2] {
    counts.iter().fold([0; 2], |[a, b], [x, y]| [a + x, b + y])
}

/// Takes rare values as one, so that every cell expects at least 5; if that one is still too rare
/// the least frequent other value joins it. Also gives the number of values taken together.
fn lump(counts: &[[usize; 2]]) -> (Vec<[usize; 2]>, usize) {
    let [n1, n2] = totals(counts);
    let least = n1.min(n2) as f64 / (n1 + n2).max(1) as f64;
    let rare = |[a, b]: &[usize; 2]| (a + b) as f64 * least < LEAST_EXPECTED;
    let mut kept: Vec<[usize; 2]> = counts.iter().copied().filter(|c| !rare(c)).collect();
    kept.sort_by_key(|[a, b]| std::cmp::Reverse(a + b));
    let mut lumped = counts.len() - kept.len();
    let mut rest = totals(&counts.iter().copied().filter(rare).collect::<Vec<_>>());
    if lumped > 0
        && rare(&rest)
        && let Some([a, b]) = kept.pop()
    {
        rest = [rest[0] + a, rest[1] + b];
        lumped += 1;
    }
    if lumped > 0 {
        kept.push(rest);
    }
    (kept, lumped)
}

/// Compares two sets of values.
pub(super) fn compare<'a>(
    first: impl Iterator<Item = &'a str>,
    second: impl Iterator<Item = &'a str>,
) -> (CategoryShift, Option<Homogeneity>) {
    let mut table: HashMap<&str, [usize; 2]> = HashMap::new();
    first.for_each(|value| table.entry(value).or_default()[0] += 1);
    second.for_each(|value| table.entry(value).or_default()[1] += 1);
    let mut values: Vec<(&str, [usize; 2])> = table.into_iter().collect();
    values.sort_unstable();
    let counts: Vec<[usize; 2]> = values.iter().map(|v| v.1).collect();
    let (tested, lumped) = lump(&counts);
    let [n1, n2] = totals(&counts).map(|n| n.max(1) as u128);
    // Difference of the shares times n₁n₂: whole, so that equal moves stay in order of the values.
    let difference = |[a, b]: [usize; 2]| (a as u128 * n2).abs_diff(b as u128 * n1);
    let mut unseen: Vec<_> = values.iter().copied().filter(|v| v.1[0] == 0).collect();
    unseen.sort_by_key(|v| std::cmp::Reverse(v.1[1]));
    let unseen_examples = unseen.iter().map(|v| v.1[1]).sum();
    values.retain(|v| difference(v.1) > 0);
    values.sort_by_key(|v| std::cmp::Reverse(difference(v.1)));
    let shift = CategoryShift {
        moves: listed(&values),
        unseen_values: unseen.len(),
        unseen: listed(&unseen),
        unseen_examples,
        lumped,
    };
    (shift, homogeneity(&tested))
}

fn listed(values: &[(&str, [usize; 2])]) -> Vec<ValueCount> {
    let count = |&(value, [first, second]): &(&str, [usize; 2])| ValueCount {
        value: value.to_owned(),
        first,
        second,
    };
    values.iter().take(LISTED).map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1 chi2_contingency([[10, 20, 30], [6, 9, 17]], correction=False)
        let test = homogeneity(&[[10, 6], [20, 9], [30, 17]]).unwrap();
        assert!((test.statistic - 0.271_574_651_504_035_04).abs() < 1e-12, "{}", test.statistic);
        assert!((test.p - 0.873_028_283_380_073).abs() < 1e-12, "{}", test.p);
        assert_eq!(test.freedom, 2);
    }

    #[test]
    fn rare_values_are_taken_as_one() {
        let counts = [[500, 400], [480, 390], [3, 4], [5, 0], [2, 1], [0, 2]];
        let (tested, lumped) = lump(&counts);
        assert_eq!((tested, lumped), (vec![[500, 400], [480, 390], [10, 7]], 4));
        // one rare value alone joins the next
        assert_eq!(lump(&[[50, 40], [30, 20], [1, 0]]), (vec![[50, 40], [31, 20]], 2));
        // nothing but rare values can't be tested
        let ids: Vec<String> = (0..200).map(|i| i.to_string()).collect();
        let (shift, test) =
            compare(ids[..100].iter().map(|s| &**s), ids[100..].iter().map(|s| &**s));
        assert!(test.is_none());
        assert_eq!(
            (shift.unseen_values, shift.unseen_examples, shift.unseen.len()),
            (100, 100, 10)
        );
    }

    #[test]
    fn names_what_is_new_and_what_moved() {
        let first = ["a"; 60].into_iter().chain(["b"; 40]);
        let second = ["a"; 20].into_iter().chain(["b"; 40]).chain(["c"; 40]);
        let (shift, test) = compare(first, second);
        assert!(test.unwrap().p < 1e-9);
        assert!((test.unwrap().distance - 0.4).abs() < 1e-12);
        let new = ValueCount { value: "c".into(), first: 0, second: 40 };
        assert_eq!((&shift.unseen[..], shift.unseen_examples), (&[new.clone()][..], 40));
        assert_eq!(shift.moves.iter().map(|m| &*m.value).collect::<Vec<_>>(), ["a", "c"]);
    }

    proptest! {
        #[test]
        fn every_tested_cell_expects_five(
            counts in prop::collection::vec((0_usize..30, 0_usize..30), 0..12),
        ) {
            let counts: Vec<[usize; 2]> =
                counts.into_iter().map(|(a, b)| [a, b]).filter(|[a, b]| a + b > 0).collect();
            let (tested, _) = lump(&counts);
            prop_assert_eq!(totals(&tested), totals(&counts));
            let [n1, n2] = totals(&counts);
            if let Some(test) = homogeneity(&tested) {
                prop_assert!((0.0..=1.0).contains(&test.p) && (0.0..=1.0).contains(&test.distance));
                prop_assert!(test.by_chance.is_finite());
                for [a, b] in tested {
                    prop_assert!((a + b) as f64 * n1.min(n2) as f64 / (n1 + n2) as f64 >= 5.0);
                }
            }
        }
    }
}
