//! Sums in the order in which `NumPy` adds, so that rounding errors, and the ties that hang on them,
//! come out as in cleanlab.

/// Sum of the next `count` values, as `NumPy`'s `pairwise_sum` in `loops_utils.h.src`: halves of a multiple of
/// eight, blocks of up to 128 in eight running sums. Missing values are 0.
pub(super) fn pairwise_sum(count: usize, values: &mut impl Iterator<Item = f64>) -> f64 {
    let mut next = || values.next().unwrap_or(0.0);
    if count < 8 {
        return (0..count).fold(0.0, |sum, _| sum + next());
    }
    if count > 128 {
        let half = count / 2;
        let left = half - half % 8;
        let sum = pairwise_sum(left, values);
        return sum + pairwise_sum(count - left, values);
    }
    let mut sums = [0.0; 8];
    for i in 0..count - count % 8 {
        sums[i % 8] += next();
    }
    let [low, high] = [0, 4].map(|i| (sums[i] + sums[i + 1]) + (sums[i + 2] + sums[i + 3]));
    let whole = low + high;
    (0..count % 8).fold(whole, |sum, _| sum + next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the last digit is what this is about")]
    fn adds_as_numpy() {
        // np.sum(1 / np.arange(1, n + 1)) of NumPy 2.4
        let harmonic = |n: u32| pairwise_sum(n as usize, &mut (1..=n).map(|i| 1.0 / f64::from(i)));
        let expected = [
            (0, 0.0),
            (7, 2.592_857_142_857_142_5),
            (100, 5.187_377_517_639_621),
            (200, 5.878_030_948_121_444),
            (12_345, 9.998_262_568_361_625),
        ];
        for (count, sum) in expected {
            assert_eq!(harmonic(count), sum, "{count}");
        }
        // one by one it comes out otherwise
        assert_ne!((1..=200).map(|i| 1.0 / f64::from(i)).sum::<f64>(), expected[3].1);
    }
}
