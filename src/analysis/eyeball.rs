//! A dev set in two parts: one that is looked at, and one that only its numbers are read of, so that
//! choices fitted to the seen examples show (Ng, *Machine Learning Yearning*, chapters 17 and 18).

use super::Estimate;
use super::bottleneck::Errors;
use super::significance::{LEVEL, two_proportions};
use crate::dataset::{TextColumn, stable_hash};
use serde::Serialize;

/// Errors in the eyeball part that give a very good sense of what goes wrong (Ng, ch. 18).
const ENOUGH_ERRORS: f64 = 100.0;
/// Examples that the blackbox part should have at least to choose models on (Ng, ch. 18).
const BLACKBOX_LEAST: usize = 1_000;

/// Whether the example with this id is in the eyeball part. Depends on nothing but the id and the
/// share: examples added later move no other, and a larger share keeps what a smaller one had.
pub fn in_eyeball(id: &str, share: f64) -> bool {
    // A prefix of its own, so that the part has nothing to do with other orders made from the id.
    is_below(stable_hash(b"eyeball ".iter().copied().chain(id.bytes())), share)
}

/// Whether a hash falls into the lowest `share` (0 to 1; NaN is 0) of all.
pub(super) fn is_below(hash: u64, share: f64) -> bool {
    // The top 53 bits as a number from 0 to below 1.
    ((hash >> 11) as f64) < share * (1_u64 << 53) as f64
}

/// Rows of the eyeball and of the blackbox part, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// Rows to look at.
    pub eyeball: Vec<u32>,
    /// Rows never to look at.
    pub blackbox: Vec<u32>,
}

/// Splits the examples by their ids; about `share` of them (0 to 1; NaN is 0) go to the eyeball part.
pub fn parts(ids: &TextColumn, share: f64) -> Parts {
    let (eyeball, blackbox) =
        (0..ids.len() as u32).partition(|&row| in_eyeball(ids.get(row as usize), share));
    Parts { eyeball, blackbox }
}

/// Errors among some rows, such as a part; rows without a label or a prediction (`u32::MAX`) are left
/// out.
pub fn part_errors(labels: &[u32], predictions: &[u32], rows: &[u32]) -> Errors {
    let known = |&row: &u32| {
        let (label, prediction) = (labels.get(row as usize)?, predictions.get(row as usize)?);
        (*label != u32::MAX && *prediction != u32::MAX).then_some(label != prediction)
    };
    rows.iter().filter_map(known).fold(Errors { errors: 0, examples: 0 }, |e, wrong| Errors {
        errors: e.errors + usize::from(wrong),
        examples: e.examples + 1,
    })
}

/// How a dev set is best divided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Advice {
    /// The share that should be looked at; 1 if the set is too small for two parts.
    pub share: f64,
    /// Examples in the eyeball part.
    pub eyeball: usize,
    /// Errors to expect there.
    pub errors: f64,
    /// Examples in the blackbox part.
    pub blackbox: usize,
    /// Whether the eyeball part has about 100 errors and the blackbox part 1,000 examples.
    pub enough_for_both: bool,
}

/// Proposes the eyeball share for a dev set on which the model makes these errors: so many examples
/// that 100 errors are among them. If fewer than 1,000 would be left, the blackbox part is not worth
/// having and all are looked at (Ng, ch. 18). Without examples or errors all are eyeball.
pub fn advise(dev: Errors) -> Advice {
    let Errors { errors, examples } = dev;
    let rate = errors as f64 / examples.max(1) as f64;
    let wanted = if errors == 0 { f64::MAX } else { (ENOUGH_ERRORS / rate).ceil() };
    let enough_for_both = wanted + BLACKBOX_LEAST as f64 <= examples as f64;
    let eyeball = if enough_for_both { wanted as usize } else { examples };
    let share = if enough_for_both { eyeball as f64 / examples as f64 } else { 1.0 };
    let blackbox = examples - eyeball;
    Advice { share, eyeball, errors: rate * eyeball as f64, blackbox, enough_for_both }
}

/// Errors on both parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PartsCompared {
    /// The part that is looked at.
    pub eyeball: Errors,
    /// The other.
    pub blackbox: Errors,
    /// Blackbox less eyeball error with its 95 % interval; above 0 if the eyeball part does better.
    pub gap: Estimate,
    /// One-sided p-value that the eyeball part does better (pooled z test).
    pub p: f64,
    /// The eyeball part does better beyond noise, p below 0.05: it has been fitted by what was learnt
    /// from looking, and a fresh one is due. When asked again after every change, now and then that
    /// comes up by chance.
    pub overfit: bool,
}

/// Compares the errors on both parts; `None` if a part has no examples or fewer than its errors.
pub fn compare_parts(eyeball: Errors, blackbox: Errors) -> Option<PartsCompared> {
    if [eyeball, blackbox].iter().any(|part| part.examples == 0 || part.errors > part.examples) {
        return None;
    }
    let gap = Estimate::newcombe(blackbox.rate(), eyeball.rate());
    let two_sided =
        two_proportions(eyeball.errors, eyeball.examples, blackbox.errors, blackbox.examples);
    let p = if gap.value > 0.0 { two_sided / 2.0 } else { 1.0 - two_sided / 2.0 };
    Some(PartsCompared { eyeball, blackbox, gap, p, overfit: p < LEVEL })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(n: usize) -> TextColumn {
        let mut ids = TextColumn::default();
        for i in 0..n {
            ids.push(&format!("dev-{i:05}")).unwrap();
        }
        ids
    }

    #[test]
    fn the_share_is_met_and_does_not_follow_the_random_order() {
        let ids = ids(20_000);
        let split = parts(&ids, 0.3);
        // 0.3 · 20,000 ± 4 standard errors
        assert!((5740..=6260).contains(&split.eyeball.len()), "{}", split.eyeball.len());
        let early = |row: &&u32| stable_hash(ids.get(**row as usize).bytes()) < u64::MAX / 2;
        let share = split.eyeball.iter().filter(early).count() as f64 / split.eyeball.len() as f64;
        assert!((share - 0.5).abs() < 0.026, "{share}");
    }

    #[test]
    fn never_changes() {
        // Decisions on disk were made on this part.
        assert_eq!(parts(&ids(20), 0.5).eyeball, [0, 1, 2, 3, 5, 9, 13, 14, 15]);
    }

    #[test]
    fn a_part_has_the_errors_of_its_rows() {
        let (labels, predictions) = ([0, 1, 2, u32::MAX, 1], [0, 2, u32::MAX, 1, 0]);
        let of = |rows: &[u32]| part_errors(&labels, &predictions, rows);
        assert_eq!(of(&[0, 1, 2, 3]), Errors { errors: 1, examples: 2 });
        assert_eq!(of(&[4, 9]), Errors { errors: 1, examples: 1 });
    }

    #[test]
    fn advice_is_that_of_the_book() {
        // 5 % error: 2,000 examples to look at
        let advice = advise(Errors { errors: 250, examples: 5_000 });
        assert_eq!((advice.eyeball, advice.blackbox, advice.enough_for_both), (2_000, 3_000, true));
        assert!((advice.share - 0.4).abs() < 1e-12 && (advice.errors - 100.0).abs() < 1e-9);
        let small = advise(Errors { errors: 50, examples: 1_000 });
        assert_eq!((small.eyeball, small.blackbox, small.enough_for_both), (1_000, 0, false));
        for none in [Errors { errors: 0, examples: 0 }, Errors { errors: 0, examples: 9_000 }] {
            assert!(!advise(none).enough_for_both && (advise(none).share - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn warns_only_if_the_eyeball_part_does_better_beyond_noise() {
        let errors = |errors| Errors { errors, examples: 1_000 };
        let flag = |a, b| compare_parts(errors(a), errors(b)).unwrap().overfit;
        assert_eq!([flag(50, 90), flag(90, 50), flag(85, 90)], [true, false, false]);
        assert!(compare_parts(errors(1), Errors { errors: 0, examples: 0 }).is_none());
    }

    proptest! {
        #[test]
        fn a_larger_share_keeps_what_a_smaller_one_had(id in ".{0,20}", a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
            prop_assert!(!in_eyeball(&id, a.min(b)) || in_eyeball(&id, a.max(b)));
            prop_assert!(in_eyeball(&id, 1.0) && !in_eyeball(&id, 0.0) && !in_eyeball(&id, f64::NAN));
        }

        #[test]
        fn odd_counts_have_defined_answers(k1 in 0_usize..50, m1 in 0_usize..50, k2 in 0_usize..50, m2 in 0_usize..50) {
            let (a, b) = (Errors { errors: k1, examples: k1 + m1 }, Errors { errors: k2, examples: k2 + m2 });
            let advice = advise(a);
            prop_assert!((0.0..=1.0).contains(&advice.share) && advice.errors.is_finite());
            prop_assert_eq!(advice.eyeball + advice.blackbox, a.examples);
            if let Some(both) = compare_parts(a, b) {
                prop_assert!((0.0..=1.0).contains(&both.p));
            }
        }
    }
}
