//! Guards against fooling oneself: which examples are judged blind, which are shown again, and what
//! the blind ones say of the others.
//!
//! Invariant: chance comes from ids and numbers of events alone: a session that is replayed meets the same.

use super::eyeball::is_below;
use super::{Estimate, Proportion};
use crate::dataset::{Verdict, stable_hash};
use serde::Serialize;

/// Whether the prediction of the example with this id is hidden, for about `share` (0 to 1) of them.
/// A larger share keeps what a smaller one had.
pub fn is_blind(id: &str, share: f64) -> bool {
    // A prefix of its own, so that it has nothing to do with the random order and the eyeball part.
    is_below(stable_hash(b"blind ".iter().copied().chain(id.bytes())), share)
}

/// Whether the event with this number is followed by a re-test, for about `share` (0 to 1) of them.
pub fn is_retested(seq: u64, share: f64) -> bool {
    is_below(drawn(seq, 0), share)
}

/// The place, of `count`, that attempt number `attempt` at a re-test after event `seq` draws; 0 of none.
pub fn drawn_place(seq: u64, attempt: u64, count: usize) -> usize {
    // Attempt 0 says whether there is a re-test at all.
    (drawn(seq, attempt + 1) % count.max(1) as u64) as usize
}

fn drawn(seq: u64, attempt: u64) -> u64 {
    let bytes = b"retest ".iter().copied().chain(seq.to_le_bytes()).chain(attempt.to_le_bytes());
    stable_hash(bytes)
}

/// What was found of errors that were judged one way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judged {
    /// Errors with a verdict other than "unsure".
    pub judged: usize,
    /// How many of them have the right label, and the model is wrong.
    pub label_right: Proportion,
    /// Of how many of them the prediction is right or acceptable.
    pub prediction_right: Proportion,
}

/// Errors judged with the prediction hidden against those judged with it in sight. Which were hidden
/// is chance, so that the difference is the effect of its sight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BlindAgainstSeen {
    /// With the prediction hidden.
    pub blind: Judged,
    /// With it in sight.
    pub seen: Judged,
    /// How much more often the label was found right with the prediction in sight: seen less blind.
    pub label_right: Estimate,
    /// How much more often the prediction was found right with it in sight: seen less blind.
    pub prediction_right: Estimate,
}

/// What sways the one who judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sway {
    /// In sight, the prediction is found right more often.
    Prediction,
    /// With the prediction in sight, the label is found right more often.
    Label,
    /// No difference that chance does not explain.
    None,
}

impl Sway {
    /// The hint in one line.
    pub fn text(self) -> &'static str {
        match self {
            Self::Prediction => "in sight, the prediction is found right more often: it may lead",
            Self::Label => "blind, the label is found right less often: it may lead",
            Self::None => "no difference that chance does not explain",
        }
    }
}

impl BlindAgainstSeen {
    /// Which difference lies beyond its 95 % interval. Two are looked at, so about 1 in 20 sets
    /// without any effect shows one.
    pub fn sway(&self) -> Sway {
        if self.prediction_right.low > 0.0 {
            Sway::Prediction
        } else if self.label_right.low > 0.0 {
            Sway::Label
        } else {
            Sway::None
        }
    }
}

/// Compares the first verdicts on errors, each with whether it was given blind: shares with Wilson's
/// intervals, differences with Newcombe's. "Unsure" says nothing of who is right and is left out;
/// `None` unless there are verdicts of both kinds. Each error must be named once.
pub fn blind_against_seen(
    verdicts: impl IntoIterator<Item = (bool, Verdict)>,
) -> Option<BlindAgainstSeen> {
    let mut counts = [[0_usize; 3]; 2];
    for (blind, verdict) in verdicts.into_iter().filter(|(_, v)| *v != Verdict::Unsure) {
        let [judged, label, prediction] = &mut counts[usize::from(blind)];
        *judged += 1;
        *label += usize::from(verdict == Verdict::ModelWrong);
        *prediction +=
            usize::from(matches!(verdict, Verdict::LabelWrong | Verdict::BothAcceptable));
    }
    let judged = |[judged, label, prediction]: [usize; 3]| Judged {
        judged,
        // Of all that ever could be judged: no population that is used up.
        label_right: Proportion::sampled(label, judged, usize::MAX),
        prediction_right: Proportion::sampled(prediction, judged, usize::MAX),
    };
    let [seen, blind] = counts.map(judged);
    (seen.judged > 0 && blind.judged > 0).then(|| BlindAgainstSeen {
        blind,
        seen,
        label_right: Estimate::newcombe(seen.label_right, blind.label_right),
        prediction_right: Estimate::newcombe(seen.prediction_right, blind.prediction_right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::wilson;
    use proptest::prelude::*;
    use std::iter::repeat_n;

    fn verdicts(blind: bool, counts: [usize; 3]) -> impl Iterator<Item = (bool, Verdict)> {
        let kinds = [Verdict::ModelWrong, Verdict::LabelWrong, Verdict::Unsure];
        kinds.into_iter().zip(counts).flat_map(move |(v, n)| repeat_n((blind, v), n))
    }

    #[test]
    fn a_prediction_that_is_taken_over_when_seen_stands_out() {
        let all = verdicts(true, [40, 10, 3]).chain(verdicts(false, [200, 250, 30]));
        let found = blind_against_seen(all).unwrap();
        assert_eq!((found.blind.judged, found.seen.judged), (50, 450));
        let (low, high) = wilson(0.8, 50.0);
        let label = found.blind.label_right;
        assert!((label.share - 0.8).abs() < 1e-12);
        assert!((label.low - low).abs() < 1e-9 && (label.high - high).abs() < 1e-9);
        assert!((found.prediction_right.value - (250.0 / 450.0 - 0.2)).abs() < 1e-12);
        assert_eq!(found.sway(), Sway::Prediction);
        let all = verdicts(true, [10, 40, 0]).chain(verdicts(false, [250, 200, 0]));
        assert_eq!(blind_against_seen(all).unwrap().sway(), Sway::Label);
        let all = verdicts(true, [4, 3, 0]).chain(verdicts(false, [40, 60, 0]));
        assert_eq!(blind_against_seen(all).unwrap().sway(), Sway::None);
    }

    #[test]
    fn both_acceptable_agrees_with_the_prediction_and_neither_with_nobody() {
        let all = [Verdict::BothAcceptable, Verdict::Neither];
        let all = all.map(|v| (true, v)).into_iter().chain([(false, Verdict::ModelWrong)]);
        let found = blind_against_seen(all).unwrap();
        assert_eq!((found.blind.prediction_right.share, found.blind.label_right.share), (0.5, 0.0));
    }

    #[test]
    fn without_both_kinds_there_is_nothing_to_compare() {
        assert_eq!(blind_against_seen([]), None);
        assert_eq!(blind_against_seen(verdicts(true, [3, 3, 3])), None);
        assert_eq!(
            blind_against_seen(verdicts(true, [0, 0, 5]).chain(verdicts(false, [5, 5, 5]))),
            None,
            "unsure is no verdict on who is right"
        );
    }

    #[test]
    fn chance_has_its_share_and_its_own_seed() {
        let ids: Vec<String> = (0..20_000).map(|i| format!("dev-{i:05}")).collect();
        let share =
            |f: &dyn Fn(&String) -> bool| ids.iter().filter(|id| f(id)).count() as f64 / 2e4;
        assert!((share(&|id| is_blind(id, 0.1)) - 0.1).abs() < 0.01);
        let both = share(&|id| is_blind(id, 0.1) && crate::analysis::eyeball::in_eyeball(id, 0.1));
        assert!((both - 0.01).abs() < 0.004, "independent of the eyeball part: {both}");
        let retests = (0..20_000).filter(|&seq| is_retested(seq, 0.03)).count();
        assert!((500..700).contains(&retests), "{retests}");
        assert!((0..100).all(|seq| is_retested(seq, 1.0) && !is_retested(seq, 0.0)));
    }

    proptest! {
        #[test]
        fn a_place_is_one_of_them_and_every_number_is_one(
            seq in any::<u64>(), attempt in 0_u64..100, count in 1_usize..1000,
            counts in proptest::array::uniform6(0_usize..40),
        ) {
            prop_assert!(drawn_place(seq, attempt, count) < count);
            prop_assert_eq!(drawn_place(seq, attempt, 0), 0);
            let [a, b, c, d, e, f] = counts;
            if let Some(found) = blind_against_seen(verdicts(true, [a, b, c]).chain(verdicts(false, [d, e, f]))) {
                for p in [found.blind, found.seen].iter().flat_map(|j| [j.label_right, j.prediction_right]) {
                    prop_assert!(0.0 <= p.low && p.low <= p.share && p.share <= p.high && p.high <= 1.0);
                }
                for e in [found.label_right, found.prediction_right] {
                    prop_assert!(-1.0 <= e.low && e.low <= e.value && e.value <= e.high && e.high <= 1.0);
                }
            }
        }
    }
}
