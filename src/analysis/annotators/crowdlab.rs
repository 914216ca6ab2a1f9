//! CROWDLAB: a consensus of people and a model, and how good each of them is.

use super::{Votes, majority_vote};
use crate::analysis::{AnalysisError, Probability, argmax, parallel::pieces};
use crate::dataset::Matrix;
use serde::Serialize;

/// Smallest weight, and smallest error that others are divided by.
const FLOOR: f64 = 1e-6;
/// Examples that one task works on.
const PIECE: usize = 4096;

/// What the votes and the model say together about one example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Consensus {
    /// The class with the highest probability.
    pub label: u32,
    /// Its probability: the lower, the likelier the label is wrong.
    pub quality: f64,
    /// The share of votes for it.
    pub agreement: f64,
    /// Number of votes on the example.
    pub votes: usize,
}

/// How good one annotator's labels are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AnnotatorQuality {
    /// From 0 to 1; `None` for those who never voted together with others.
    pub quality: Option<f64>,
    /// Share of their votes that are the consensus; `None` without votes.
    pub agreement: Option<f64>,
    /// Of the classes they vote for, that whose votes are least often the consensus.
    pub worst_class: Option<u32>,
    /// Number of their votes.
    pub votes: usize,
    /// How much a vote of theirs counts; 0 without votes.
    pub weight: f64,
}

/// The result of [`crowdlab`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Crowdlab {
    /// By example; `None` without votes.
    pub consensus: Vec<Option<Consensus>>,
    /// The probability of the class of each vote, in the order of [`Votes::all`].
    pub vote_quality: Vec<f64>,
    /// By annotator.
    pub annotators: Vec<AnnotatorQuality>,
    /// How much the model counts beside the annotators' weights.
    pub model_weight: f64,
}

/// Estimates consensus labels and the quality of every label and annotator (Goh, Tkachenko & Mueller
/// 2022, arXiv:2210.06812) as cleanlab 2.9 `multiannotator.get_label_quality_multiannotator` with its
/// defaults: consensus `best_quality`, quality `crowdlab`, no calibration of probabilities.
///
/// `probs` is N×K, from a model that was not trained on these examples. Beyond cleanlab: examples
/// and annotators without votes are left out, and a row that begins with NaN has no say.
///
/// # Errors
/// Another shape than the votes have, or no example with two votes.
pub fn crowdlab<T: Probability>(
    votes: &Votes,
    probs: &Matrix<T>,
) -> Result<Crowdlab, AnalysisError> {
    check(votes, probs)?;
    let majority = majority_vote(votes, Some(probs));
    let agreement = agreement_with_others(votes);
    let first = Weights::estimate(votes, probs, &majority, &agreement);
    let labels = best_classes(votes, probs, &first, &majority);
    let weights = Weights::estimate(votes, probs, &labels, &agreement);
    let (consensus, vote_quality) = qualities(votes, probs, &weights, &labels);
    let annotators = annotators(votes, &weights, &consensus, &vote_quality);
    Ok(Crowdlab { consensus, vote_quality, annotators, model_weight: weights.model })
}

fn check<T: Probability>(votes: &Votes, probs: &Matrix<T>) -> Result<(), AnalysisError> {
    for (what, found, expected) in [
        ("rows of probabilities", probs.rows(), votes.examples()),
        ("columns of probabilities", probs.cols(), votes.classes()),
    ] {
        if found != expected {
            return Err(AnalysisError::Length { what, found, expected });
        }
    }
    if (0..votes.examples()).all(|i| votes.on(i).len() < 2) {
        let text = "no example has votes of two annotators or more";
        return Err(AnalysisError::Argument(text.to_owned()));
    }
    Ok(())
}

/// The probabilities of a row, `None` where the model gave none.
fn prediction<T: Probability>(probs: &Matrix<T>, row: usize) -> Option<&[T]> {
    Some(probs.row(row)).filter(|p| !p[0].wide().is_nan())
}

/// For each annotator: how often a vote agrees with another one on the same example. The mean of the
/// others for those who share no example, `None` without votes.
fn agreement_with_others(votes: &Votes) -> Vec<Option<f64>> {
    let mut counts = vec![(0_usize, 0_usize, false); votes.annotators()];
    for example in 0..votes.examples() {
        let on = votes.on(example);
        for vote in on {
            let (same, all, active) = &mut counts[vote.annotator as usize];
            *same += on.iter().filter(|v| v.class == vote.class).count() - 1;
            *all += on.len() - 1;
            *active = true;
        }
    }
    let share = |&(same, all, _): &(usize, usize, bool)| same as f64 / all as f64;
    let known: Vec<f64> = counts.iter().filter(|c| c.1 > 0).map(share).collect();
    let usual = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let of = |c: &(usize, usize, bool)| c.2.then(|| if c.1 > 0 { share(c) } else { usual });
    counts.iter().map(of).collect()
}

struct Weights {
    model: f64,
    /// By annotator; 0 without votes.
    annotators: Vec<f64>,
    /// The probability that a vote lends its own class.
    own: f64,
    /// The probability that it lends each other class.
    other: f64,
}

impl Weights {
    /// Holds everybody against `labels`, over the examples with several votes; what counts is how
    /// much better one is than always naming the most frequent class.
    fn estimate<T: Probability>(
        votes: &Votes,
        probs: &Matrix<T>,
        labels: &[Option<u32>],
        agreement: &[Option<f64>],
    ) -> Self {
        let mut frequency = vec![0_usize; votes.classes()];
        let (mut several, mut agreed) = (0_usize, 0.0);
        let (mut wrong, mut predicted) = (0_usize, 0_usize);
        for (example, label) in several_votes(votes, labels) {
            let on = votes.on(example);
            agreed += on.iter().filter(|v| v.class == label).count() as f64 / on.len() as f64;
            several += 1;
            frequency[label as usize] += 1;
            if let Some(p) = prediction(probs, example) {
                wrong += usize::from(argmax(p) != label);
                predicted += 1;
            }
        }
        let most = frequency.iter().max().copied().unwrap_or(0);
        let baseline = ((several - most) as f64 / several as f64).max(FLOOR);
        let weight = |error: f64| (1.0 - error / baseline).max(FLOOR);
        let own = agreed / several as f64;
        let other = (1.0 - own) / (votes.classes() - 1).max(1) as f64;
        let model = if predicted > 0 { weight(wrong as f64 / predicted as f64) } else { FLOOR };
        let annotators = agreement.iter().map(|a| a.map_or(0.0, |a| weight(1.0 - a))).collect();
        Self { model: model * mean_votes(votes).sqrt(), annotators, own, other }
    }

    /// Writes the probability of each class of an example with votes into `out`, K.
    fn posterior<T: Probability>(
        &self,
        votes: &Votes,
        probs: &Matrix<T>,
        example: usize,
        out: &mut [f64],
    ) {
        let mut total = 0.0;
        let prediction = prediction(probs, example);
        match prediction {
            Some(p) => out.iter_mut().zip(p).for_each(|(o, p)| *o = p.wide() * self.model),
            None => out.fill(0.0),
        }
        for vote in votes.on(example) {
            let weight = self.annotators[vote.annotator as usize];
            let (own, other) = (weight * self.own, weight * self.other);
            let (class, mine) = (vote.class as usize, out[vote.class as usize] + own);
            for o in &mut *out {
                *o += other;
            }
            out[class] = mine;
            total += weight;
        }
        total += if prediction.is_some() { self.model } else { 0.0 };
        for o in out {
            *o /= total;
        }
    }
}

/// The examples with several votes, and their labels.
fn several_votes<'a>(
    votes: &'a Votes,
    labels: &'a [Option<u32>],
) -> impl Iterator<Item = (usize, u32)> + 'a {
    let labelled = labels.iter().enumerate().filter_map(|(i, label)| Some((i, (*label)?)));
    labelled.filter(|&(i, _)| votes.on(i).len() > 1)
}

/// Mean number of votes on an example that has any.
fn mean_votes(votes: &Votes) -> f64 {
    votes.all().len() as f64 / votes.labelled().max(1) as f64
}

/// The most probable class of each example; the majority's where several are equally probable.
fn best_classes<T: Probability>(
    votes: &Votes,
    probs: &Matrix<T>,
    weights: &Weights,
    majority: &[Option<u32>],
) -> Vec<Option<u32>> {
    let best = pieces(votes.examples(), PIECE, |rows| {
        let mut out = vec![0.0; votes.classes()];
        let best = rows.map(|example| {
            let majority = majority[example]?;
            weights.posterior(votes, probs, example, &mut out);
            let top = argmax(&out);
            let best = out.iter().filter(|p| **p >= out[top as usize]).count();
            Some(if best == 1 { top } else { majority })
        });
        best.collect::<Vec<_>>()
    });
    best.concat()
}

/// The consensus of each example, and the quality of each vote.
fn qualities<T: Probability>(
    votes: &Votes,
    probs: &Matrix<T>,
    weights: &Weights,
    labels: &[Option<u32>],
) -> (Vec<Option<Consensus>>, Vec<f64>) {
    let parts = pieces(votes.examples(), PIECE, |rows| {
        let (mut consensus, mut vote_quality) = (Vec::with_capacity(rows.len()), Vec::new());
        let mut out = vec![0.0; votes.classes()];
        for example in rows {
            let on = votes.on(example);
            let rate = |label: u32| {
                weights.posterior(votes, probs, example, &mut out);
                vote_quality.extend(on.iter().map(|v| out[v.class as usize]));
                let agreed = on.iter().filter(|v| v.class == label).count();
                let agreement = agreed as f64 / on.len() as f64;
                Consensus { label, quality: out[label as usize], agreement, votes: on.len() }
            };
            consensus.push(labels[example].map(rate));
        }
        (consensus, vote_quality)
    });
    let (consensus, vote_quality): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (consensus.concat(), vote_quality.concat())
}

fn annotators(
    votes: &Votes,
    weights: &Weights,
    consensus: &[Option<Consensus>],
    vote_quality: &[f64],
) -> Vec<AnnotatorQuality> {
    let by = votes.by_annotator();
    let active = by.iter().filter(|mine| !mine.is_empty()).count().max(1);
    let crowd = weights.annotators.iter().sum::<f64>() * (mean_votes(votes) / active as f64);
    let model_share = weights.model / (weights.model + crowd);
    let rate = |(annotator, mine): (usize, &Vec<usize>)| {
        let (mut right, mut shared, mut shared_right, mut quality) = (0, 0, 0, 0.0);
        for &i in mine {
            let vote = votes.all()[i];
            let Some(c) = consensus[vote.example as usize] else { continue };
            let same = usize::from(c.label == vote.class);
            right += same;
            quality += vote_quality[i];
            shared += usize::from(c.votes > 1);
            shared_right += if c.votes > 1 { same } else { 0 };
        }
        let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
        let mean = quality / mine.len().max(1) as f64;
        AnnotatorQuality {
            quality: share(shared_right, shared)
                .map(|agreed| model_share * mean + (1.0 - model_share) * agreed),
            agreement: share(right, mine.len()),
            worst_class: worst_class(votes, mine, consensus),
            votes: mine.len(),
            weight: weights.annotators[annotator],
        }
    };
    by.iter().enumerate().map(rate).collect()
}

/// The class of an annotator's votes that are least often the consensus; of equal ones that with more
/// votes, then that on examples of higher quality, then the lower index.
pub(super) fn worst_class(
    votes: &Votes,
    mine: &[usize],
    consensus: &[Option<Consensus>],
) -> Option<u32> {
    let mut given: Vec<(u32, bool, f64)> = Vec::with_capacity(mine.len());
    for &i in mine {
        let vote = votes.all()[i];
        let c = consensus[vote.example as usize]?;
        given.push((vote.class, c.label == vote.class, c.quality));
    }
    given.sort_by_key(|g| g.0);
    let classes = given.chunk_by(|a, b| a.0 == b.0).map(|group| {
        let count = group.len() as f64;
        let right = group.iter().filter(|g| g.1).count() as f64 / count;
        (group[0].0, right, count, group.iter().map(|g| g.2).sum::<f64>() / count)
    });
    let worse = |a: &(u32, f64, f64, f64), b: &(u32, f64, f64, f64)| {
        let by_right = a.1.total_cmp(&b.1);
        by_right.then(b.2.total_cmp(&a.2)).then(b.3.total_cmp(&a.3)).then(a.0.cmp(&b.0))
    };
    classes.min_by(worse).map(|class| class.0)
}

#[cfg(test)]
#[path = "crowdlab_tests.rs"]
mod tests;
