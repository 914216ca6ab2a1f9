//! `LinearClassifier`, `LinearRegressor`.
//!
//! Invariant: products are summed in the order of the features, in float32, as a matrix product does.

use super::node::Node;
use super::operators::{Built, Inputs};
use super::post::{Labels, Second, Transform, largest};
use super::values::{floats, matrix, one, volume};

/// Scores of rows: X · Wᵀ + b.
struct Linear {
    /// A row of weights a target.
    weights: Vec<f32>,
    offsets: Vec<f32>,
    targets: usize,
    transform: Transform,
}

impl Linear {
    fn new(node: Node, targets: usize) -> Result<Self, String> {
        let weights = node.floats("coefficients").to_vec();
        let offsets = node.floats("intercepts").to_vec();
        if targets == 0 || weights.is_empty() || !weights.len().is_multiple_of(targets) {
            return Err(format!(
                "{} coefficients can't be shared by {targets} targets",
                weights.len()
            ));
        }
        if !offsets.is_empty() && offsets.len() != targets {
            return Err(format!("has {} intercepts for {targets} targets", offsets.len()));
        }
        Ok(Self { weights, offsets, targets, transform: Transform::of(node)? })
    }

    /// Number of rows, and the scores row by row.
    fn scores(&self, inputs: &Inputs) -> Result<(usize, Vec<f32>), String> {
        let input = inputs.get(0)?;
        let (rows, columns) = matrix(input)?;
        let features = self.weights.len() / self.targets;
        if columns != features {
            return Err(format!("takes {features} features, not {columns}"));
        }
        let values = floats(input)?;
        let mut scores = Vec::with_capacity(volume(&[rows, self.targets])?);
        for row in values.chunks_exact(columns) {
            for (target, weights) in self.weights.chunks_exact(features).enumerate() {
                let product: f32 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
                scores.push(product + self.offsets.get(target).copied().unwrap_or(0.0));
            }
        }
        Ok((rows, scores))
    }
}

/// `LinearClassifier`.
pub(super) fn classifier(node: Node) -> Built {
    let labels = Labels::of(node, "classlabels_ints")?;
    let targets = match node.floats("intercepts").len() {
        0 => labels.len(),
        given => given,
    };
    let linear = Linear::new(node, targets)?;
    let single = targets == 1;
    if !single && labels.len() < targets {
        return Err(format!("has {} classes for {targets} scores", labels.len()));
    }
    let second = match linear.transform {
        _ if !single || labels.len() != 2 => Second::Absent,
        Transform::Logistic => Second::Mirror,
        _ => Second::Complement,
    };
    Ok(Box::new(move |inputs| {
        let (rows, mut scores) = linear.scores(inputs)?;
        let mut top = Vec::with_capacity(rows);
        let mut finished = Vec::with_capacity(scores.len());
        for row in scores.chunks_exact_mut(linear.targets) {
            top.push(if single { usize::from(row[0] > 0.0) } else { largest(row) });
            linear.transform.finish(row, second, &mut finished);
        }
        labels.outputs(&top, finished)
    }))
}

/// `LinearRegressor`.
pub(super) fn regressor(node: Node) -> Built {
    let targets = usize::try_from(node.int("targets", 1)).map_err(|_| "`targets` is negative")?;
    let linear = Linear::new(node, targets)?;
    Ok(Box::new(move |inputs| {
        let (rows, mut scores) = linear.scores(inputs)?;
        let mut finished = Vec::with_capacity(scores.len());
        for row in scores.chunks_exact_mut(linear.targets) {
            linear.transform.finish(row, Second::Absent, &mut finished);
        }
        one(&[rows, linear.targets], finished)
    }))
}
