//! What a model must beat to be worth anything: the most frequent class, guessing by the class shares,
//! the nearest neighbour, people.

mod neighbours;

pub use neighbours::{NeighbourOptions, Neighbours, nearest_neighbours};

use super::bottleneck::{BestError, Errors};
use super::significance::{LEVEL, two_proportions};
use super::{AnalysisError, Estimate, Evidence, Proportion, TwoRuns};
use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

/// Marks an example without a label or a prediction.
pub const NO_CLASS: u32 = u32::MAX;

/// What the model is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineKind {
    /// Always the most frequent class.
    Majority,
    /// A random class by the class shares.
    Prior,
    /// The label of the nearest training example in an embedding.
    NearestNeighbour,
    /// People, or the best known system.
    Human,
}

/// Whether the model does better than a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Fewer errors, beyond noise.
    Better,
    /// More errors, beyond noise.
    Worse,
    /// No difference beyond noise was seen.
    NotShown,
}

/// One baseline beside the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Baseline {
    /// Which.
    pub kind: BaselineKind,
    /// Examples that both were compared on; for people those of the model.
    pub examples: usize,
    /// The baseline's error.
    pub error: Proportion,
    /// The model's error on the same examples.
    pub model: Proportion,
    /// The baseline's error less the model's: above 0 if the model does better.
    pub difference: Estimate,
    /// Two-sided p-value of the difference.
    pub p: f64,
    /// Which does better, at 0.05.
    pub standing: Standing,
}

/// The model's labels and predictions, N each; [`NO_CLASS`] where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Predicted<'a> {
    labels: &'a [u32],
    predictions: &'a [u32],
}

impl<'a> Predicted<'a> {
    /// Puts both together.
    ///
    /// # Errors
    /// Another number of predictions than of labels.
    pub fn new(labels: &'a [u32], predictions: &'a [u32]) -> Result<Self, AnalysisError> {
        same_length("predictions", predictions.len(), labels.len())?;
        Ok(Self { labels, predictions })
    }

    /// Labels and predictions of all examples that have both.
    fn known(self) -> impl Iterator<Item = (usize, u32, u32)> + use<'a> {
        let pairs = self.labels.iter().zip(self.predictions).enumerate();
        pairs
            .map(|(row, (&label, &prediction))| (row, label, prediction))
            .filter(|&(_, label, prediction)| label != NO_CLASS && prediction != NO_CLASS)
    }

    /// The model's errors.
    pub fn errors(self) -> Errors {
        self.known().fold(Errors { errors: 0, examples: 0 }, |e, (_, label, prediction)| Errors {
            errors: e.errors + usize::from(label != prediction),
            examples: e.examples + 1,
        })
    }
}

fn same_length(what: &'static str, found: usize, expected: usize) -> Result<(), AnalysisError> {
    if found == expected { Ok(()) } else { Err(AnalysisError::Length { what, found, expected }) }
}

fn standing(difference: f64, p: f64) -> Standing {
    match (p < LEVEL, difference > 0.0) {
        (true, true) => Standing::Better,
        (true, false) => Standing::Worse,
        (false, _) => Standing::NotShown,
    }
}

/// Compares the model with a baseline's predictions, N, on the examples that both predict. The test
/// counts only examples that exactly one of them gets right (McNemar's, [`TwoRuns`]). `None` if there is no
/// common example.
///
/// # Errors
/// Another number of predictions.
pub fn against_predictions(
    kind: BaselineKind,
    model: Predicted,
    baseline: &[u32],
) -> Result<Option<Baseline>, AnalysisError> {
    same_length("baseline predictions", baseline.len(), model.labels.len())?;
    let Predicted { labels, predictions: before } = model;
    let both = TwoRuns { labels, before, after: baseline }.compare();
    if both.examples == 0 {
        return Ok(None);
    }
    let Evidence { error_before, error_after, difference, p_value, .. } = both.evidence();
    Ok(Some(Baseline {
        kind,
        examples: both.examples,
        error: error_after,
        model: error_before,
        difference,
        p: p_value,
        standing: standing(difference.value, p_value),
    }))
}

/// Compares the model with an error that is known exactly, by the one-sample binomial test (twice the
/// smaller tail, at most 1). `None` without examples.
///
/// # Errors
/// An error outside of 0 to 1, or more errors than examples.
pub fn against_rate(
    kind: BaselineKind,
    model: Errors,
    rate: f64,
) -> Result<Option<Baseline>, AnalysisError> {
    if !(0.0..=1.0).contains(&rate) || model.errors > model.examples {
        let Errors { errors, examples } = model;
        let text = format!("{errors} errors in {examples} examples against an error of {rate}");
        return Err(AnalysisError::Argument(text));
    }
    if model.examples == 0 {
        return Ok(None);
    }
    let p = binomial(model, rate);
    let error = Proportion::exact(rate);
    let difference = Estimate::newcombe(error, model.rate());
    Ok(Some(Baseline {
        kind,
        examples: model.examples,
        error,
        model: model.rate(),
        difference,
        p,
        standing: standing(difference.value, p),
    }))
}

fn binomial(model: Errors, rate: f64) -> f64 {
    let (k, n) = (model.errors as u64, model.examples as u64);
    let Ok(distribution) = Binomial::new(rate, n) else { return 1.0 };
    let at_most = distribution.cdf(k);
    let at_least = if k == 0 { 1.0 } else { distribution.sf(k - 1) };
    (2.0 * at_most.min(at_least)).clamp(0.0, 1.0)
}

/// Compares the model with people: by [`against_rate`] if their error is known exactly, else, when it
/// was counted on other examples, by the pooled z test, better or worse only if Newcombe's interval
/// agrees. `None` without examples.
///
/// # Errors
/// As [`against_rate`].
pub fn against_human(model: Errors, human: BestError) -> Result<Option<Baseline>, AnalysisError> {
    let counted = match human {
        BestError::Known(rate) => return against_rate(BaselineKind::Human, model, rate),
        BestError::Counted(errors) => errors,
    };
    for Errors { errors, examples } in [model, counted] {
        if errors > examples {
            return Err(AnalysisError::Argument(format!("{errors} errors in {examples} examples")));
        }
    }
    if model.examples == 0 || counted.examples == 0 {
        return Ok(None);
    }
    let difference = Estimate::newcombe(counted.rate(), model.rate());
    let p = two_proportions(counted.errors, counted.examples, model.errors, model.examples);
    let agreed = if difference.stands_out() { p } else { 1.0 };
    Ok(Some(Baseline {
        kind: BaselineKind::Human,
        examples: model.examples,
        error: counted.rate(),
        model: model.rate(),
        difference,
        p,
        standing: standing(difference.value, agreed),
    }))
}

/// How often each class stands in `labels`; longer than `classes` never, indices beyond it are left
/// out.
pub fn class_counts(labels: &[u32], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &label in labels {
        if let Some(count) = counts.get_mut(label as usize) {
            *count += 1;
        }
    }
    counts
}

/// The most frequent class, the first of equal ones; `None` without any.
pub fn majority(counts: &[usize]) -> Option<u32> {
    let most = counts.iter().max().filter(|&&most| most > 0)?;
    counts.iter().position(|count| count == most).map(|k| k as u32)
}

/// Expected error of a guess by the class shares of `train` on examples with those of `dev`:
/// 1 − Σ pₖqₖ, which is 1 − Σ pₖ² when both have the same shares. `None` if either is empty.
pub fn prior_error(train: &[usize], dev: &[usize]) -> Option<f64> {
    let (n, m) = (train.iter().sum::<usize>() as f64, dev.iter().sum::<usize>() as f64);
    let agree: f64 = train.iter().zip(dev).map(|(&a, &b)| a as f64 / n * (b as f64 / m)).sum();
    (n > 0.0 && m > 0.0).then(|| (1.0 - agree).clamp(0.0, 1.0))
}

/// Error of a guess that takes every class equally often: 1 − 1/K; 0 without classes.
pub fn uniform_error(classes: usize) -> f64 {
    1.0 - 1.0 / classes.max(1) as f64
}

/// Whether the model is wrong more often than [`uniform_error`], which hints at classes in another
/// order than the columns. Not a test: a small sample can do so by chance.
pub fn worse_than_guessing(model: Errors, classes: usize) -> bool {
    model.rate().share > uniform_error(classes)
}

/// The baselines that need nothing but labels: [`BaselineKind::Majority`] by predictions and
/// [`BaselineKind::Prior`] by its expected error, with the class shares of `train`, or of the model's
/// own labels if there are none.
///
/// # Errors
/// Never for a `model` made by [`Predicted::new`].
pub fn label_baselines(
    model: Predicted,
    train: Option<&[u32]>,
    classes: usize,
) -> Result<Vec<Baseline>, AnalysisError> {
    let mut dev = vec![0; classes];
    for (_, label, _) in model.known() {
        if let Some(count) = dev.get_mut(label as usize) {
            *count += 1;
        }
    }
    let counts = train
        .map(|labels| class_counts(labels, classes))
        .filter(|counts| majority(counts).is_some())
        .unwrap_or_else(|| dev.clone());
    let mut all = Vec::new();
    if let Some(class) = majority(&counts) {
        let guesses = vec![class; model.labels.len()];
        all.extend(against_predictions(BaselineKind::Majority, model, &guesses)?);
    }
    if let Some(rate) = prior_error(&counts, &dev) {
        all.extend(against_rate(BaselineKind::Prior, model.errors(), rate)?);
    }
    Ok(all)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
