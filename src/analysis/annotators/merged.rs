//! What every method of merging votes gives, in one shape: a label an example with its quality, and
//! how good everybody is.

use super::crowdlab::worst_class;
use super::{Consensus, Crowdlab, Limits, Votes, crowdlab, dawid_skene, majority_vote};
use crate::analysis::{AnalysisError, Probability};
use crate::dataset::Matrix;
use serde::Serialize;

/// How votes are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Votes and a model, each with a weight of its own: [`crowdlab`].
    Crowdlab,
    /// Votes, with everybody's confusion matrix: [`dawid_skene`].
    DawidSkene,
    /// Every vote counts alike: [`majority_vote`].
    Majority,
}

impl Method {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Crowdlab, Self::DawidSkene, Self::Majority];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crowdlab => "crowdlab",
            Self::DawidSkene => "dawid-skene",
            Self::Majority => "majority",
        }
    }
}

/// How good one annotator's labels are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Voter {
    /// 0 to 1: by CROWDLAB its annotator quality; by Dawid and Skene the mean probability of the
    /// classes voted for, which is the expected share of votes that are right. `None` where it is not
    /// defined, and for majorities.
    pub quality: Option<f64>,
    /// Share of their votes that are the consensus, of which they are a part; `None` without votes.
    pub agreement: Option<f64>,
    /// Of the classes they vote for, that whose votes are least often the consensus.
    pub worst_class: Option<u32>,
    /// Number of their votes.
    pub votes: usize,
    /// How much a vote of theirs counts, by CROWDLAB only.
    pub weight: Option<f64>,
}

/// Votes merged by one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Merged {
    /// By which.
    pub method: Method,
    /// By example; `None` without votes. Its quality is the probability of the label, with majorities
    /// the share of votes for it.
    pub consensus: Vec<Option<Consensus>>,
    /// By annotator.
    pub annotators: Vec<Voter>,
    /// How much the model counts beside the annotators' weights, by CROWDLAB only.
    pub model_weight: Option<f64>,
    /// Whether the fit came to rest, by Dawid and Skene only.
    pub converged: Option<bool>,
}

impl Merged {
    /// By CROWDLAB.
    ///
    /// # Errors
    /// As [`crowdlab`].
    pub fn by_crowdlab<T: Probability>(
        votes: &Votes,
        probs: &Matrix<T>,
    ) -> Result<Self, AnalysisError> {
        let Crowdlab { consensus, annotators, model_weight, .. } = crowdlab(votes, probs)?;
        let of = |a: super::AnnotatorQuality| Voter {
            quality: a.quality,
            agreement: a.agreement,
            worst_class: a.worst_class,
            votes: a.votes,
            weight: Some(a.weight),
        };
        Ok(Self {
            method: Method::Crowdlab,
            consensus,
            annotators: annotators.into_iter().map(of).collect(),
            model_weight: Some(model_weight),
            converged: None,
        })
    }

    /// By the model of Dawid and Skene. Without any vote there is no consensus.
    pub fn by_dawid_skene(votes: &Votes, limits: Limits) -> Self {
        let Some(model) = dawid_skene(votes, limits) else {
            let none = vec![None; votes.examples()];
            return Self::of(votes, Method::DawidSkene, &none, |_, _| None);
        };
        let chance = |example: usize, class: u32| Some(model.posterior(example)[class as usize]);
        let merged = Self::of(votes, Method::DawidSkene, &model.consensus, chance);
        Self { converged: Some(model.converged), ..merged }
    }

    /// By majority; `probs`, N×K, break ties.
    pub fn by_majority<T: Probability>(votes: &Votes, probs: Option<&Matrix<T>>) -> Self {
        Self::of(votes, Method::Majority, &majority_vote(votes, probs), |_, _| None)
    }

    /// `chance`: the probability of a class of an example, if the method has one.
    fn of(
        votes: &Votes,
        method: Method,
        labels: &[Option<u32>],
        chance: impl Fn(usize, u32) -> Option<f64>,
    ) -> Self {
        let rate = |(example, label): (usize, &Option<u32>)| {
            let (label, on) = ((*label)?, votes.on(example));
            let agreed = on.iter().filter(|v| v.class == label).count();
            let agreement = agreed as f64 / on.len() as f64;
            let quality = chance(example, label).unwrap_or(agreement);
            Some(Consensus { label, quality, agreement, votes: on.len() })
        };
        let consensus: Vec<Option<Consensus>> = labels.iter().enumerate().map(rate).collect();
        let by = votes.by_annotator();
        let annotators = by.iter().map(|mine| voter(votes, mine, &consensus, &chance)).collect();
        Self { method, consensus, annotators, model_weight: None, converged: None }
    }
}

/// `mine`: the annotator's votes among all.
fn voter(
    votes: &Votes,
    mine: &[usize],
    consensus: &[Option<Consensus>],
    chance: impl Fn(usize, u32) -> Option<f64>,
) -> Voter {
    let all = || mine.iter().map(|&i| votes.all()[i]);
    let mean = |sum: f64| (!mine.is_empty()).then(|| sum / mine.len() as f64);
    let right = |v: &super::Vote| {
        consensus[v.example as usize].is_some_and(|consensus| consensus.label == v.class)
    };
    let chances: Option<f64> = all().map(|v| chance(v.example as usize, v.class)).sum();
    Voter {
        quality: chances.and_then(mean),
        agreement: mean(all().filter(right).count() as f64),
        worst_class: worst_class(votes, mine, consensus),
        votes: mine.len(),
        weight: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::NO_VOTE;
    use super::*;

    const NONE: Option<&Matrix<f32>> = None;

    /// Three who agree on four examples, but for the last one's votes on the last two.
    fn votes() -> Votes {
        let table = [0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, NO_VOTE, NO_VOTE, NO_VOTE];
        Votes::from_table(&table, 3, 2).unwrap()
    }

    #[test]
    fn a_majority_has_the_share_of_votes_as_quality() {
        let merged = Merged::by_majority(&votes(), NONE);
        let labels: Vec<_> = merged.consensus.iter().map(|c| c.map(|c| c.label)).collect();
        assert_eq!(labels, [Some(0), Some(1), Some(0), Some(1), None]);
        let third = merged.consensus[2].unwrap();
        assert!((third.quality - 2.0 / 3.0).abs() < 1e-15 && third.votes == 3);
        let agreement: Vec<_> = merged.annotators.iter().map(|a| a.agreement).collect();
        assert_eq!(agreement, [Some(1.0), Some(1.0), Some(0.5)]);
        assert!(merged.annotators.iter().all(|a| a.quality.is_none()));
        assert_eq!(merged.annotators[2].votes, 4);
    }

    #[test]
    fn dawid_and_skene_rate_by_the_probability_of_what_was_voted_for() {
        let votes = votes();
        let limits = Limits::default();
        let model = dawid_skene(&votes, limits).unwrap();
        let merged = Merged::by_dawid_skene(&votes, limits);
        let cells = [(0, 0), (1, 1), (2, 1), (3, 0)];
        let expected =
            cells.iter().map(|&(i, k): &(usize, usize)| model.posterior(i)[k]).sum::<f64>() / 4.0;
        assert!((merged.annotators[2].quality.unwrap() - expected).abs() < 1e-15);
        assert!(merged.annotators[0].quality > merged.annotators[2].quality);
        assert_eq!(
            merged.consensus[3].map(|c| (c.label, c.quality)),
            Some((1, model.posterior(3)[1]))
        );
        assert_eq!(merged.converged, Some(true));
    }

    #[test]
    fn crowdlab_is_passed_on_whole() {
        let votes = votes();
        let probs = vec![0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7, 0.5, 0.5];
        let probs = Matrix::new(probs, 5, 2).unwrap();
        let (merged, whole) =
            (Merged::by_crowdlab(&votes, &probs).unwrap(), crowdlab(&votes, &probs).unwrap());
        assert_eq!(merged.consensus, whole.consensus);
        assert_eq!(merged.model_weight, Some(whole.model_weight));
        let weights: Vec<_> = whole.annotators.iter().map(|a| Some(a.weight)).collect();
        assert_eq!(merged.annotators.iter().map(|a| a.weight).collect::<Vec<_>>(), weights);
    }

    #[test]
    fn nobody_who_never_voted_is_rated() {
        let votes = Votes::from_table(&[0, NO_VOTE, 1, NO_VOTE], 2, 2).unwrap();
        for merged in
            [Merged::by_majority(&votes, NONE), Merged::by_dawid_skene(&votes, Limits::default())]
        {
            let idle = merged.annotators[1];
            assert_eq!((idle.quality, idle.agreement, idle.worst_class), (None, None, None));
        }
        let empty = Votes::from_table(&[NO_VOTE; 4], 2, 2).unwrap();
        assert_eq!(Merged::by_dawid_skene(&empty, Limits::default()).consensus, [None, None]);
    }
}
