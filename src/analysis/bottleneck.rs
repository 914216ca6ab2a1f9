//! What stands between a model and the best error there could be: avoidable bias, variance, data
//! mismatch, or a dev set that was fitted (Ng, *Machine Learning Yearning*, chapters 20–43).

use super::{AnalysisError, Estimate, Proportion, wilson};
use serde::Serialize;

/// The 80 % point of the standard normal distribution.
const Z_POWER: f64 = 0.841_621_233_572_914_3;

/// Errors among examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Errors {
    /// How many were wrong.
    pub errors: usize,
    /// Of how many.
    pub examples: usize,
}

impl Errors {
    /// The share of errors with its 95 % interval; (0, 1) without examples.
    pub fn rate(self) -> Proportion {
        Proportion::sampled(self.errors, self.examples, usize::MAX)
    }
}

/// The error that people, or the best known system, make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum BestError {
    /// Taken as exact, 0 to 1.
    Known(f64),
    /// Counted on a sample.
    Counted(Errors),
}

/// What is known of a model. A set without examples counts as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ErrorLevels {
    /// Human-level or best-known error; taken as 0 if unknown.
    pub best: Option<BestError>,
    /// On the data that it was fitted on.
    pub train: Option<Errors>,
    /// On data like the training data that it was not fitted on.
    pub train_dev: Option<Errors>,
    /// On the dev set.
    pub dev: Option<Errors>,
    /// On the test set.
    pub test: Option<Errors>,
}

/// A gap between two error levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// Train less the best error (ch. 22).
    AvoidableBias,
    /// Train-dev less train, or dev less train without a train-dev set (ch. 20, 40).
    Variance,
    /// Dev less train-dev (ch. 40, 41).
    Mismatch,
    /// Test less dev: the dev set was fitted by choosing on it (ch. 6, 12).
    DevOverfit,
}

impl GapKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AvoidableBias => "avoidable bias",
            Self::Variance => "variance",
            Self::Mismatch => "data mismatch",
            Self::DevOverfit => "overfit to dev",
        }
    }

    /// What usually makes the gap smaller, the first thing to try first (Ng, ch. 6, 12, 17, 25–27, 42, 43).
    pub fn remedies(self) -> &'static [&'static str] {
        match self {
            Self::AvoidableBias => &[
                "use a larger model, with regularisation if that makes the variance worse",
                "look at errors on training examples and add what the input lacks",
                "use less regularisation; expect more variance",
                "try an architecture that suits the task better",
                "do not expect more training data to help: it seldom moves the bias",
            ],
            Self::Variance => &[
                "add training data: the simplest way, if there is more and it can be afforded",
                "regularise more, or stop early; expect more bias",
                "use fewer input features, mainly when there is little training data",
                "look at errors on dev examples and change the input features accordingly",
                "try an architecture that suits the task better",
                "use a smaller model only for speed: regularisation usually gives less error",
            ],
            Self::Mismatch => &[
                "find by error analysis what sets dev examples apart from training examples",
                "find training data that is more like the dev examples the model gets wrong",
                "make such data artificially, varied enough that the model can't learn the artefact",
            ],
            Self::DevOverfit => &[
                "get fresh dev examples; the old ones have been chosen on too often",
                "use a larger dev set, or keep part of it for numbers only (blackbox)",
                "check that dev and test come from the same source",
                "keep the test set out of all decisions",
            ],
        }
    }
}

/// One gap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gap {
    /// Which.
    pub kind: GapKind,
    /// How large, above 0 if the later level is the worse one.
    pub size: Estimate,
    /// Examples that each of its sets needs, at least, to show a gap of this size with a chance of
    /// 80 %; a set that has more keeps its size. `None` if the gap is not above 0 or can't be shown.
    pub examples_needed: Option<usize>,
}

/// Where the error comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bottleneck {
    /// The error that the bias is held against.
    pub best: Proportion,
    /// Whether it was taken as 0 because none was given.
    pub best_assumed: bool,
    /// All gaps that both levels are known of, from the best error to test.
    pub gaps: Vec<Gap>,
    /// The largest gap that stands out from noise; `None` if none does.
    pub binding: Option<GapKind>,
}

/// One side of a gap.
#[derive(Clone, Copy)]
struct Level {
    rate: Proportion,
    /// `None` if the share is known exactly.
    examples: Option<usize>,
}

/// Splits the error into gaps with 95 % intervals. The intervals assume that no two sets share
/// examples, and each stands for itself.
///
/// # Errors
/// More errors than examples, or a known error outside of 0 to 1.
pub fn bottleneck(levels: &ErrorLevels) -> Result<Bottleneck, AnalysisError> {
    let (best, best_assumed) = best_level(levels.best)?;
    let [train, train_dev, dev, test] = [
        counted(levels.train)?,
        counted(levels.train_dev)?,
        counted(levels.dev)?,
        counted(levels.test)?,
    ];
    let pairs = [
        (GapKind::AvoidableBias, train, Some(best)),
        (GapKind::Variance, train_dev.or(dev), train),
        (GapKind::Mismatch, dev, train_dev),
        (GapKind::DevOverfit, test, dev),
    ];
    let gaps: Vec<Gap> = pairs
        .into_iter()
        .filter_map(|(kind, after, before)| Some(gap(kind, after?, before?)))
        .collect();
    let binding = gaps
        .iter()
        .filter(|gap| gap.size.low > 0.0)
        .reduce(|a, b| if b.size.value > a.size.value { b } else { a })
        .map(|gap| gap.kind);
    Ok(Bottleneck { best: best.rate, best_assumed, gaps, binding })
}

fn best_level(best: Option<BestError>) -> Result<(Level, bool), AnalysisError> {
    let exact = |share| Level { rate: Proportion::exact(share), examples: None };
    match best {
        Some(BestError::Known(share)) if (0.0..=1.0).contains(&share) => Ok((exact(share), false)),
        Some(BestError::Known(share)) => {
            Err(AnalysisError::Argument(format!("the best error is {share}, which is no share")))
        }
        Some(BestError::Counted(errors)) => {
            let level = counted(Some(errors))?;
            Ok((level.unwrap_or(exact(0.0)), level.is_none()))
        }
        None => Ok((exact(0.0), true)),
    }
}

fn counted(errors: Option<Errors>) -> Result<Option<Level>, AnalysisError> {
    let Some(errors) = errors else { return Ok(None) };
    if errors.errors > errors.examples {
        let Errors { errors, examples } = errors;
        return Err(AnalysisError::Argument(format!("{errors} errors in {examples} examples")));
    }
    let level = Level { rate: errors.rate(), examples: Some(errors.examples) };
    Ok(Some(level).filter(|_| errors.examples > 0))
}

fn gap(kind: GapKind, after: Level, before: Level) -> Gap {
    let size = Estimate::newcombe(after.rate, before.rate);
    Gap { kind, size, examples_needed: examples_needed(after, before) }
}

/// The least n such that with max(n, present) examples on each side the interval of a gap like this
/// one excludes 0 with a chance of 80 %: 0 must lie z₀.₈ standard errors further out than the end of
/// Newcombe's interval (the reasoning of Fleiss, Levin & Paik, *Statistical Methods for Rates and
/// Proportions*, 3rd ed., ch. 4).
fn examples_needed(after: Level, before: Level) -> Option<usize> {
    let shown = |n: usize| {
        let at = |level: Level| match level.examples {
            Some(present) => {
                let size = present.max(n) as f64;
                let (low, high) = wilson(level.rate.share, size);
                let share = level.rate.share;
                (Proportion { share, low, high }, share * (1.0 - share) / size)
            }
            None => (level.rate, 0.0),
        };
        let ((after, v1), (before, v2)) = (at(after), at(before));
        Estimate::newcombe(after, before).low > Z_POWER * (v1 + v2).sqrt()
    };
    let gap = after.rate.share - before.rate.share;
    if gap <= 0.0 {
        return None;
    }
    let mut high = 1_usize;
    while !shown(high) {
        // Gaps that small are rounding, not error.
        high = high.checked_mul(2).filter(|&n| n <= 1 << 50)?;
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low.midpoint(high);
        if shown(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
#[path = "bottleneck_tests.rs"]
mod tests;
