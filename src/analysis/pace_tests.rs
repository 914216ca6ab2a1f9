use super::*;
use Verdict::{LabelWrong, ModelWrong, Neither, Unsure};
use proptest::prelude::*;

/// One example each, at these seconds.
fn at(seconds: &[u64]) -> Vec<Timed> {
    seconds.iter().map(|s| Timed { at: 1_700_000_000_000 + s * 1000, examples: 1 }).collect()
}

fn seconds(s: u64) -> u64 {
    1_700_000_000_000 + s * 1000
}

#[test]
fn a_steady_pace_is_found_exactly() {
    let session = at(&[0, 3, 6, 9, 12, 15]);
    let found = pace(&session, 40, seconds(15)).unwrap();
    assert_eq!((found.decisions, found.examples), (6, 6));
    assert!((found.per_minute - 20.0).abs() < 1e-12);
    assert_eq!(found.median_seconds, Some(3.0));
    assert!((found.minutes_left.unwrap() - 2.0).abs() < 1e-12);
    // Five seconds of thought belong to the rate, an hour away does not.
    assert!((pace(&session, 40, seconds(20)).unwrap().per_minute - 15.0).abs() < 1e-12);
    assert_eq!(pace(&session, 40, seconds(3615)), Some(found));
}

#[test]
fn breaks_bulk_decisions_and_a_clock_set_back_have_no_time() {
    let mut session = at(&[0, 4, 1000, 1002, 500, 506, 512]);
    session[3].examples = 50;
    let found = pace(&session, 0, seconds(512)).unwrap();
    // 4 s, then 50 examples in 2 s, 6 s and 6 s
    assert!((found.per_minute - 53.0 / (18.0 / 60.0)).abs() < 1e-9);
    assert_eq!((found.decisions, found.examples), (7, 56));
    assert_eq!((found.median_seconds, found.minutes_left), (Some(6.0), None));
}

#[test]
fn the_rate_is_that_of_the_last_ten_minutes_of_work() {
    let slow = (0..20).map(|i| i * 60);
    let fast = (1..=120).map(|i| 1140 + i * 5);
    let session = at(&slow.chain(fast).collect::<Vec<_>>());
    let found = pace(&session, 1, seconds(1740)).unwrap();
    assert!((found.per_minute - 12.0).abs() < 1e-12);
    assert_eq!(found.median_seconds, Some(5.0));
}

#[test]
fn one_decision_says_nothing() {
    assert_eq!(pace(&[], 3, 5), None);
    assert_eq!(pace(&at(&[0]), 3, seconds(9)), None);
    assert_eq!(pace(&at(&[0, 500]), 3, seconds(500)), None);
    // Two in the same millisecond have no rate.
    assert_eq!(pace(&at(&[7, 7]), 3, seconds(7)), None);
}

#[test]
fn ten_hasty_ones_of_twenty_warn() {
    let mut times: Vec<u64> = (0..11).map(|i| i * 1000).collect();
    assert_eq!(hasty(&times, 20), None);
    times.extend((1..=9).map(|i| 10_000 + i * 299));
    assert_eq!(hasty(&times, 20), None);
    times.push(times[19] + 300);
    let found = hasty(&times, 20).unwrap();
    assert_eq!((found, found.warns()), (Hasty { fast: 9, of: 20 }, false));
    times.push(times[20] + 1);
    let found = hasty(&times, 20).unwrap();
    assert_eq!((found, found.warns()), (Hasty { fast: 10, of: 20 }, true));
    assert_eq!((hasty(&times, 0), hasty(&times, usize::MAX)), (None, None));
}

#[test]
fn agreement_with_oneself_is_cohens_kappa() {
    // 0.7 observed, 0.5 × 0.6 + 0.5 × 0.4 by chance
    let mut pairs = vec![(ModelWrong, ModelWrong); 20];
    pairs.extend([(LabelWrong, LabelWrong); 15]);
    pairs.extend([(ModelWrong, LabelWrong); 5]);
    pairs.extend([(LabelWrong, ModelWrong); 10]);
    let found = self_agreement(&pairs).unwrap();
    assert_eq!((found.n, found.agreed, found.few), (50, 35, true));
    assert!((found.agreement.share - 0.7).abs() < 1e-12);
    let kappa = found.kappa.unwrap();
    assert!((kappa.value - 0.4).abs() < 1e-12 && kappa.low > 0.1 && kappa.high < 0.7);
    assert_eq!(self_agreement(&[]), None);
    assert_eq!(self_agreement(&[(Unsure, Unsure)]).unwrap().kappa, None);
    assert_eq!(self_agreement(&[(Neither, Unsure)]).unwrap().agreed, 0);
}

proptest! {
    #[test]
    fn every_number_is_finite(
        times in prop::collection::vec((any::<u64>(), any::<usize>()), 0..30),
        step in 0_u64..200_000, left in any::<usize>(), now in any::<u64>(), window in 0_usize..40,
    ) {
        let random: Vec<Timed> =
            times.iter().map(|&(at, examples)| Timed { at, examples }).collect();
        let steady: Vec<Timed> =
            (0..9).map(|i| Timed { at: (now >> 2) + i * step, examples: 1 }).collect();
        for session in [random, steady] {
            if let Some(found) = pace(&session, left, now) {
                prop_assert!(found.per_minute.is_finite() && found.per_minute > 0.0);
                prop_assert!(found.median_seconds.is_none_or(|s| (0.0..=120.0).contains(&s)));
                prop_assert!(found.minutes_left.is_none_or(|m| m.is_finite() && m >= 0.0));
            }
            let times: Vec<u64> = session.iter().map(|t| t.at).collect();
            if let Some(found) = hasty(&times, window) {
                prop_assert!(found.fast <= found.of && found.of == window);
            }
        }
    }
}
