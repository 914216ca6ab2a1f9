//! What the tally and the corrected accuracy are made of, kept up to date decision by decision.

use crate::analysis::{Reviewed, TallyCounts};
use crate::dataset::{Order, Review, Verdict};

/// What the tally is made of, kept up to date decision by decision.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub tally: TallyCounts,
    /// Rows that only a corrected label made an error, and that are in the errors' walk.
    pub joined: usize,
    /// The same that a walk through the correct predictions came upon: no draw from the errors, so
    /// the tally leaves them out.
    pub outside: usize,
    /// Listed rows whose effective label is the prediction.
    pub fixed: usize,
    /// Errors and correct predictions by the gold label.
    pub errors: StratumCounts,
    pub correct: StratumCounts,
}

/// What is known of a row beside its review.
pub(super) struct About<'a> {
    pub gold: u32,
    pub prediction: u32,
    /// The effective label under the review.
    pub label: u32,
    /// The name of the predicted class.
    pub predicted: &'a str,
    pub run: &'a str,
}

impl Counts {
    /// Counts what `review` says of a row, or takes it back.
    pub fn count(&mut self, about: &About<'_>, review: &Review, add: bool) {
        let &About { gold, prediction, label, predicted, run } = about;
        let (is_reviewed, verdict) = (review.is_reviewed(predicted), review.verdict_on(predicted));
        let found = review.found.as_ref();
        let random = found.is_some_and(|f| f.order == Order::Random && f.run == run);
        let in_correct = found.is_some_and(|f| f.correct && f.run == run);
        let agrees = prediction == gold;
        let drawn = random && in_correct == agrees;
        let sampled = is_reviewed && drawn && verdict != Some(Verdict::Unsure);
        let judged = Judged {
            right: prediction == label && verdict != Some(Verdict::Neither)
                || verdict == Some(Verdict::BothAcceptable),
            label_wrong: label != gold || verdict == Some(Verdict::Neither),
            fixed: (prediction == label) != agrees,
        };
        let stratum = if agrees { &mut self.correct } else { &mut self.errors };
        stratum.count(add, is_reviewed, sampled, &judged);
        if agrees && prediction == label {
            return;
        }
        step(&mut self.joined, add, agrees && !in_correct);
        step(&mut self.outside, add, agrees && in_correct);
        step(&mut self.fixed, add, prediction == label);
        if is_reviewed && !in_correct {
            let reviewed = Reviewed { verdict, tags: &review.tags, random };
            if add { self.tally.add(&reviewed) } else { self.tally.remove(&reviewed) }
        }
    }
}

/// What was learnt of one example's label.
struct Judged {
    /// The prediction is right in truth.
    right: bool,
    label_wrong: bool,
    /// Its fixed label moves it to the other stratum.
    fixed: bool,
}

/// What was learnt of the labels in one stratum: the errors, or the correct predictions.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct StratumCounts {
    pub reviewed: usize,
    /// Come upon in a random walk, and not unsure.
    pub sampled: usize,
    pub right: usize,
    pub label_wrong: usize,
    /// However they were found.
    pub fixed: usize,
}

impl StratumCounts {
    fn count(&mut self, add: bool, is_reviewed: bool, sampled: bool, judged: &Judged) {
        let Judged { right, label_wrong, fixed } = *judged;
        step(&mut self.reviewed, add, is_reviewed);
        step(&mut self.sampled, add, sampled);
        step(&mut self.right, add, sampled && right);
        step(&mut self.label_wrong, add, sampled && label_wrong);
        step(&mut self.fixed, add, fixed);
    }
}

fn step(n: &mut usize, up: bool, one: bool) {
    *n = if up { *n + usize::from(one) } else { *n - usize::from(one) };
}
