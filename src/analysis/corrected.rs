//! Accuracy under the true labels, from random samples of the errors and of the correct predictions.
//!
//! Fixing labels only where the model disagrees flatters it: every wrong label found among the errors
//! raises its accuracy, while wrong labels that it agrees with stay unseen. An honest estimate needs a
//! random sample of the correct predictions, too. Nothing here is guessed where a sample is missing.
//!
//! What simulation showed (2000 and 5000 examples, a model of 88 % true accuracy, 8 % of the labels
//! wrong, 100, 200 and 400 judged in each stratum; see the tests). When all wrong labels among the
//! errors are fixed and no others, accuracy comes out too high by the share of the data where model and
//! label agree on a wrong class: 0.1 percentage points under uniform noise over ten classes, 0.5 under
//! noise between neighbouring classes, 0.9 over two classes, 2.7 where the model repeats a third of the
//! wrong labels. The estimate is not biased, and its interval held the truth in 96 to 98 % of 2000
//! samples in each of 18 settings. Enumerated exactly over 180 settings with few or many wrong labels,
//! coverage never falls below 95 %; with Wilson's intervals for the strata it falls to 84 % where only a
//! handful of correct predictions have a wrong label, which is why the limits are exact.

use super::{AnalysisError, Proportion};
use serde::Serialize;
use statrs::function::gamma::ln_gamma;

/// Half of the probability left outside of a 95 % interval.
const TAIL: f64 = 0.025;

/// Review of the errors: the prediction is not the gold label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ErrorStratum {
    /// Errors under the gold labels, E.
    pub examples: usize,
    /// Of these, drawn at random and judged ("unsure" is not judged).
    pub sampled: usize,
    /// Of the sample, those whose prediction is right ("label wrong", "both acceptable").
    pub right: usize,
    /// Of the sample, those whose gold label is wrong ("label wrong", "neither").
    pub label_wrong: usize,
    /// Of all E, those whose label was fixed to the prediction, however they were found.
    pub fixed: usize,
}

/// Review of the correct predictions: the prediction is the gold label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CorrectStratum {
    /// Correct predictions under the gold labels, C.
    pub examples: usize,
    /// Of these, drawn at random and judged.
    pub sampled: usize,
    /// Of the sample, those whose label, and so the prediction, is wrong.
    pub wrong: usize,
    /// Of all C, those whose label was fixed to another class, however they were found.
    pub fixed: usize,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No example has a prediction.
    Examples,
    /// No random sample of the errors was judged.
    ErrorSample,
    /// No random sample of the correct predictions was judged.
    CorrectSample,
}

/// Accuracies and label noise. `None` where nothing can be said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Corrected {
    /// Accuracy under the gold labels.
    pub gold: Option<f64>,
    /// Accuracy under the effective labels, that is, after the fixes alone. Too high when labels
    /// were fixed among the errors only.
    pub after_fixes: Option<f64>,
    /// Accuracy under the true labels, with a 95 % interval.
    pub estimate: Option<Proportion>,
    /// Share of the errors whose gold label is wrong.
    pub noise_in_errors: Option<Proportion>,
    /// Share of the correct predictions whose gold label is wrong.
    pub noise_in_correct: Option<Proportion>,
    /// Share of all examples whose gold label is wrong.
    pub noise: Option<Proportion>,
    /// What the estimate lacks.
    pub missing: Vec<Missing>,
}

/// The corrected accuracy: the stratified estimate (Cochran, *Sampling Techniques*, 3rd ed., ch. 5)
/// (C (1 − q) + E r) / N, with r the share of the errors that are right in truth and q the share of
/// the correct predictions that are wrong in truth.
///
/// Each stratum has exact limits for sampling without replacement ([`exact_limits`]), narrowed by the
/// fixes, which are known to be at least that many. They are combined by MOVER (Zou & Donner 2008,
/// Stat. Med. 27:1693; Donner & Zou 2012, Stat. Methods Med. Res. 21:347), which keeps an asymmetric
/// interval asymmetric. A stratum judged completely adds no uncertainty, nor does an empty one.
///
/// # Errors
/// A part that is larger than its whole.
pub fn corrected(
    errors: &ErrorStratum,
    correct: &CorrectStratum,
) -> Result<Corrected, AnalysisError> {
    check(errors, correct)?;
    let n = errors.examples as f64 + correct.examples as f64;
    let share = |count: f64| (n > 0.0).then(|| count / n);
    let (e, c) = (share(errors.examples as f64), share(correct.examples as f64));
    let right = stratum(errors.examples, errors.sampled, errors.right, errors.fixed);
    let wrong = stratum(correct.examples, correct.sampled, correct.wrong, correct.fixed);
    let label_wrong = stratum(errors.examples, errors.sampled, errors.label_wrong, 0);
    let combine = |constant: Option<f64>, errors: Option<Proportion>, sign: f64| {
        Some(mover(constant?, [(e?, errors?), (sign * c?, wrong?)]))
    };
    let seen = |stratum: Option<Proportion>, examples: usize| stratum.filter(|_| examples > 0);
    Ok(Corrected {
        gold: c,
        after_fixes: share((correct.examples - correct.fixed) as f64 + errors.fixed as f64),
        estimate: combine(c, right, -1.0),
        noise_in_errors: seen(label_wrong, errors.examples),
        noise_in_correct: seen(wrong, correct.examples),
        noise: combine(Some(0.0), label_wrong, 1.0),
        missing: if n > 0.0 { missing(right, wrong) } else { vec![Missing::Examples] },
    })
}

fn check(errors: &ErrorStratum, correct: &CorrectStratum) -> Result<(), AnalysisError> {
    let parts = [
        (errors.sampled, errors.examples, "judged errors", "errors"),
        (errors.right, errors.sampled, "errors found right", "judged errors"),
        (errors.label_wrong, errors.sampled, "errors with a wrong label", "judged errors"),
        (errors.fixed, errors.examples, "fixed errors", "errors"),
        (correct.sampled, correct.examples, "judged correct predictions", "correct predictions"),
        (correct.wrong, correct.sampled, "found wrong", "judged correct predictions"),
        (correct.fixed, correct.examples, "fixed correct predictions", "correct predictions"),
    ];
    match parts.iter().find(|(part, whole, ..)| part > whole) {
        Some((part, whole, what, of)) => {
            Err(AnalysisError::Argument(format!("{part} {what} of {whole} {of}")))
        }
        None => Ok(()),
    }
}

fn missing(errors: Option<Proportion>, correct: Option<Proportion>) -> Vec<Missing> {
    let lacks = [(errors, Missing::ErrorSample), (correct, Missing::CorrectSample)];
    lacks.into_iter().filter(|(known, _)| known.is_none()).map(|(_, lack)| lack).collect()
}

/// The share of a stratum that `k` of `n` judged examples stand for, when `known` are certain. An
/// empty stratum has a share of 0; one that was not judged has none.
fn stratum(examples: usize, n: usize, k: usize, known: usize) -> Option<Proportion> {
    if examples == 0 {
        return Some(Proportion::exact(0.0));
    }
    if n == 0 {
        return None;
    }
    let (low, high) = exact_limits(k, n, examples);
    // A fix that contradicts the sample doesn't count.
    let known = known.min(examples - (n - k));
    let [low, high] = [low, high].map(|count| count.max(known) as f64 / examples as f64);
    // With few left to judge, the limits can close in on one whole number beside the estimate.
    Some(Proportion { share: (k as f64 / n as f64).clamp(low, high), low, high })
}

/// `constant` + Σ weight × share, with the interval by MOVER; within 0 to 1.
fn mover(constant: f64, parts: [(f64, Proportion); 2]) -> Proportion {
    let value = constant + parts.iter().map(|(w, p)| w * p.share).sum::<f64>();
    let (mut below, mut above) = (0.0, 0.0);
    for (weight, p) in parts {
        let (down, up) = (weight * (p.share - p.low), weight * (p.high - p.share));
        let (down, up) = if weight < 0.0 { (up, down) } else { (down, up) };
        below += down * down;
        above += up * up;
    }
    let share = value.clamp(0.0, 1.0);
    let (low, high) = (value - below.sqrt(), value + above.sqrt());
    Proportion { share, low: low.clamp(0.0, share), high: high.clamp(share, 1.0) }
}

/// Exact 95 % limits of the number of hits in a population of `population`, when `k` hits came up
/// among `n` drawn at random without replacement: the numbers that neither one-sided hypergeometric
/// test rejects at 2.5 % (Buonaccorsi 1987, Am. Stat. 41:215). They hold the truth at least
/// 95 % of the time. O(n log population); expects k ≤ n ≤ population.
pub fn exact_limits(k: usize, n: usize, population: usize) -> (usize, usize) {
    let (least, most) = (k, population.saturating_sub(n.saturating_sub(k)));
    if most <= least {
        return (least, least);
    }
    let at_most = |k: usize, hits: usize| hypergeometric_cdf(k, n, hits, population);
    let low = match k {
        0 => 0,
        _ => first(least, most, |hits| 1.0 - at_most(k - 1, hits) > TAIL),
    };
    let high = first(least, most.saturating_add(1), |hits| at_most(k, hits) <= TAIL) - 1;
    (low, high.max(least))
}

/// The first number in `low..high` from which on `holds` is true; `high` if it never is.
fn first(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Probability of at most `k` hits among `n` drawn from `population`, of which `hits` are hits.
fn hypergeometric_cdf(k: usize, n: usize, hits: usize, population: usize) -> f64 {
    let [k, n, hits, population] = [k, n, hits, population].map(|x| x as f64);
    let others = population - hits;
    if k >= n.min(hits) {
        return 1.0;
    }
    if k < n - others {
        return 0.0;
    }
    let choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    let mass = |i: f64| (choose(hits, i) + choose(others, n - i) - choose(population, n)).exp();
    let up = |i: f64| (hits - i) * (n - i) / ((i + 1.0) * (others - n + i + 1.0));
    // Summed from the larger terms on, away from the mode: what underflows is not needed.
    let mode = ((n + 1.0) * (hits + 1.0) / (population + 2.0)).floor();
    if k < mode {
        tail(mass(k), k, |i| 1.0 / up(i - 1.0), -1.0)
    } else {
        1.0 - tail(mass(k + 1.0), k + 1.0, up, 1.0)
    }
    .clamp(0.0, 1.0)
}

/// Sum of the terms from `term` at `i` on, each `ratio` times the one before it.
fn tail(mut term: f64, mut i: f64, ratio: impl Fn(f64) -> f64, step: f64) -> f64 {
    let mut sum = 0.0;
    while term > sum * 1e-17 {
        sum += term;
        // Zero or infinite past the end of the support, where nothing is left to add.
        let factor = ratio(i);
        term *= if factor.is_finite() { factor } else { 0.0 };
        i += step;
    }
    sum
}

/// How many correct predictions to judge, in all, for an accuracy of about ± `half_width` at 95 %,
/// given the errors judged so far. The share of wrong ones is taken from the sample so far, weighed as
/// 20 more of which 1 is wrong, so that 5 % are expected before any was seen. `None` if even judging
/// all would not do because too few errors were judged, if there are no correct predictions, or if a
/// part is larger than its whole.
pub fn correct_sample_for(
    errors: &ErrorStratum,
    correct: &CorrectStratum,
    half_width: f64,
) -> Option<usize> {
    check(errors, correct).ok()?;
    let expected = (correct.wrong + 1) as f64 / (correct.sampled + 20) as f64;
    let reaches = |n: usize| {
        let wrong = (expected * n as f64).round() as usize;
        let planned = CorrectStratum { sampled: n, wrong: wrong.min(n), fixed: 0, ..*correct };
        let estimate = corrected(errors, &planned).ok().and_then(|c| c.estimate);
        estimate.is_some_and(|p| (p.high - p.low) / 2.0 <= half_width)
    };
    let n = first(1, correct.examples.max(1), reaches);
    (correct.examples > 0 && reaches(n)).then_some(n)
}

#[cfg(test)]
#[path = "corrected_simulations.rs"]
mod simulations;
#[cfg(test)]
#[path = "corrected_tests.rs"]
mod tests;
