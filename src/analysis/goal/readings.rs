//! The values of a run that a goal asks for.
//!
//! Invariant: each comes from the function that the other statistics have it from.

use super::{Goal, Metric, Reading};
use crate::analysis::calibration::{BINS, Bins, tops};
use crate::analysis::{
    AnalysisError, Bootstrap, Confusion, Estimate, Labelled, Probability, Proportion, REPLICATES,
    ScoreSums, bootstrap, losses, mean_estimate,
};
use std::collections::BTreeMap;

/// The same draws for every run.
const SEED: u64 = 0;

/// Those metrics of the goal that follow from probabilities (N×K) and labels (N); `predictions` are
/// the run's, N. A metric that is not defined for this data is left out. Accuracy, error and top-k
/// have Wilson's interval, F1 and kappa one by bootstrap, log loss that of a mean; Brier score and
/// calibration error have none. One pass over the probabilities for each of scores, loss and ECE, and
/// only for those that are asked for.
///
/// # Errors
/// Columns of different lengths, or too many classes for a matrix.
pub fn readings<T: Probability>(
    goal: &Goal,
    data: Labelled<'_, T>,
    predictions: &[u32],
) -> Result<BTreeMap<Metric, Reading>, AnalysisError> {
    let wanted: Vec<Metric> = goal.metrics().filter(|m| !m.is_measured()).collect();
    let wants = |metrics: &[Metric]| wanted.iter().any(|m| metrics.contains(m));
    let cutoffs: Vec<usize> = wanted.iter().filter_map(|m| top_k(*m)).collect();
    let confusion = Confusion::count(data.labels(), predictions, data.classes())?;
    let n = confusion.examples();
    let scores = (!cutoffs.is_empty() || wants(&[Metric::Brier, Metric::LogLoss]))
        .then(|| ScoreSums::of(data, &cutoffs).scores());
    let resampled = wants(&[Metric::MacroF1, Metric::WeightedF1, Metric::Kappa])
        .then(|| bootstrap(&confusion, REPLICATES, SEED));
    let value = |metric: Metric| match metric {
        Metric::Accuracy => Reading::share(confusion.accuracy(), n),
        Metric::Error => Reading::share(confusion.error(), n),
        Metric::TopK(_) => {
            let scores = scores.as_ref()?;
            let top = scores.top_k.iter().find(|top| Some(top.k) == top_k(metric))?;
            Reading::share(top.accuracy, scores.examples)
        }
        Metric::MacroF1 | Metric::WeightedF1 | Metric::Kappa => {
            of_matrix(metric, &confusion, resampled.as_ref()?)
        }
        Metric::LogLoss => of_losses(scores.as_ref()?.log_loss?, data),
        Metric::Brier => Reading::exact(scores.as_ref()?.brier?),
        Metric::Ece => Reading::exact(Bins::equal_width(&tops(data), BINS).error()?.ece),
        _ => None,
    };
    Ok(wanted.iter().filter_map(|&metric| Some((metric, value(metric)?))).collect())
}

/// The mean loss as the other statistics have it, with the interval of a mean.
fn of_losses<T: Probability>(mean: f64, data: Labelled<'_, T>) -> Option<Reading> {
    let losses: Vec<f64> = losses(data).into_iter().flatten().collect();
    let around =
        |e: Estimate| Estimate { value: mean, low: e.low.min(mean), high: e.high.max(mean) };
    let estimate = mean_estimate(&losses).map(around);
    estimate.and_then(|e| Reading::estimate(e, losses.len())).or_else(|| Reading::exact(mean))
}

fn top_k(metric: Metric) -> Option<usize> {
    if let Metric::TopK(k) = metric { Some(usize::from(k)) } else { None }
}

fn of_matrix(metric: Metric, confusion: &Confusion, resampled: &Bootstrap) -> Option<Reading> {
    let averages = confusion.averages();
    let (value, interval) = match metric {
        Metric::MacroF1 => (averages?.macro_average.f1, resampled.macro_f1),
        Metric::WeightedF1 => (averages?.weighted.f1, resampled.weighted_f1),
        _ => (confusion.kappa()?, resampled.kappa),
    };
    let n = confusion.examples();
    // The value as the other statistics have it: the bootstrap's differs by roundings.
    let estimate = interval.map(|e| Estimate { value, ..e });
    estimate.and_then(|e| Reading::estimate(e, n)).or_else(|| Reading::exact(value))
}

/// The error of the examples in `rows` that have a label and a prediction; `None` if none has.
pub fn slice_error(labels: &[u32], predictions: &[u32], rows: &[u32]) -> Option<Reading> {
    let (mut examples, mut errors) = (0, 0);
    for &row in rows {
        let pair = labels.get(row as usize).zip(predictions.get(row as usize));
        if let Some((&label, &prediction)) =
            pair.filter(|(l, p)| **l != u32::MAX && **p != u32::MAX)
        {
            examples += 1;
            errors += usize::from(label != prediction);
        }
    }
    Reading::share(Some(Proportion::sampled(errors, examples, usize::MAX)), examples)
}
