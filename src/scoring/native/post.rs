//! What classifiers of ai.onnx.ml do to their scores, and the names of their classes.
//!
//! Invariant: the same cases as ONNX Runtime's `ml_common.h`, from which the formulas are taken.

use super::node::Node;
use super::values::{one, tensor};
use crate::scoring::tensor::Tensor;

/// `post_transform`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transform {
    Identity,
    Logistic,
    Softmax,
    SoftmaxZero,
    Probit,
}

/// How a single score becomes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Second {
    /// It stays alone.
    Absent,
    /// 1 − s and s.
    Complement,
    /// −s and s, or their logistic values.
    Mirror,
}

impl Transform {
    /// # Errors
    /// A name that ONNX does not have.
    pub fn of(node: Node) -> Result<Self, String> {
        let name = node.text("post_transform", "NONE")?;
        Ok(match name.as_str() {
            "NONE" => Self::Identity,
            "LOGISTIC" => Self::Logistic,
            "SOFTMAX" => Self::Softmax,
            "SOFTMAX_ZERO" => Self::SoftmaxZero,
            "PROBIT" => Self::Probit,
            _ => return Err(format!("post_transform {name} is not known")),
        })
    }

    /// Transforms the scores of one row where they are; two or more of them.
    pub fn apply(self, scores: &mut [f32]) {
        match self {
            Self::Identity => (),
            Self::Logistic => scores.iter_mut().for_each(|s| *s = logistic(*s)),
            Self::Probit => scores.iter_mut().for_each(|s| *s = probit(*s)),
            Self::Softmax => softmax(scores),
            Self::SoftmaxZero => softmax_zero(scores),
        }
    }

    /// Appends the final scores of one row.
    pub fn finish(self, scores: &mut [f32], second: Second, out: &mut Vec<f32>) {
        match (&mut *scores, self, second) {
            (&mut [s], Self::Probit, _) => out.push(probit(s)),
            (&mut [s], _, Second::Absent) => out.push(s),
            (&mut [s], _, Second::Complement) => out.extend([1.0 - s, s]),
            (&mut [s], Self::Logistic, Second::Mirror) => out.extend([logistic(-s), logistic(s)]),
            (&mut [s], _, Second::Mirror) => out.extend([-s, s]),
            (many, ..) => {
                self.apply(many);
                out.extend_from_slice(many);
            }
        }
    }
}

/// 1 / (1 + e⁻ˣ), without overflow.
pub(super) fn logistic(x: f32) -> f32 {
    let positive = 1.0 / (1.0 + (-x.abs()).exp());
    if x < 0.0 { 1.0 - positive } else { positive }
}

/// √2 · erf⁻¹(2x − 1), with Winitzki's approximation of erf⁻¹ ("A handy approximation for the error function and its
/// inverse", 2008), as ONNX Runtime has it.
fn probit(x: f32) -> f32 {
    let x = 2.0 * x - 1.0;
    let log = ((1.0 - x) * (1.0 + x)).ln();
    #[allow(clippy::approx_constant, reason = "ONNX Runtime's digits of π")]
    let v = 2.0 / (3.141_59 * 0.147) + 0.5 * log;
    let root = (v * v - log / 0.147).sqrt() - v;
    std::f32::consts::SQRT_2 * if x < 0.0 { -root.sqrt() } else { root.sqrt() }
}

fn softmax(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - max).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

/// A softmax that leaves zeros alone.
fn softmax_zero(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let small = (-max).exp();
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        if score.abs() > 1e-7 {
            *score = (*score - max).exp();
            sum += *score;
        } else {
            *score *= small;
        }
    }
    for score in scores {
        *score /= sum;
    }
}

/// The classes of a classifier.
#[derive(Debug, Clone)]
pub(super) enum Labels {
    Ints(Vec<i64>),
    Names(Vec<String>),
}

impl Labels {
    /// The classes of a node; integers stand in the attribute `ints`.
    ///
    /// # Errors
    /// No classes.
    pub fn of(node: Node, ints: &str) -> Result<Self, String> {
        let names = node.texts("classlabels_strings")?;
        if !names.is_empty() {
            return Ok(Self::Names(names));
        }
        match node.ints(ints) {
            [] => Err("has no classes".to_owned()),
            ints => Ok(Self::Ints(ints.to_vec())),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Ints(ints) => ints.len(),
            Self::Names(names) => names.len(),
        }
    }

    /// The label and score outputs of a classifier, for the class index of each row.
    ///
    /// # Errors
    /// An index without a class, or scores that do not fill their rows.
    pub fn outputs(&self, top: &[usize], scores: Vec<f32>) -> Result<Vec<Tensor>, String> {
        let width = scores.len().checked_div(top.len()).unwrap_or(self.len());
        let labels = match self {
            Self::Ints(ints) => one(&[top.len()], chosen(ints, top)?),
            Self::Names(names) => one(&[top.len()], chosen(names, top)?),
        };
        let scores = tensor(&[top.len(), width], scores)?;
        labels.map(|mut outputs| {
            outputs.push(scores);
            outputs
        })
    }
}

fn chosen<T: Clone>(labels: &[T], top: &[usize]) -> Result<Vec<T>, String> {
    let chosen = top.iter().map(|&i| labels.get(i).cloned());
    chosen.collect::<Option<_>>().ok_or_else(|| "gives a class without a label".to_owned())
}

/// The index of the largest score; the first of equals.
pub(super) fn largest(scores: &[f32]) -> usize {
    let mut best = 0;
    for (i, &score) in scores.iter().enumerate() {
        if score > scores[best] {
            best = i;
        }
    }
    best
}
