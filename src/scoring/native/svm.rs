//! `SVMClassifier`, `SVMRegressor`.
//!
//! Invariant: the arithmetic of ONNX Runtime's kernels, which is that of libsvm (Chang and Lin, 2011): one against one
//! with votes, Platt's sigmoid, and the pairwise coupling of Wu, Lin and Weng (2004), second method.

use super::node::Node;
use super::operators::Built;
use super::post::{Labels, Second, Transform, largest, logistic};
use super::values::{floats, matrix, one, volume};
use crate::scoring::tensor::Tensor;

#[derive(Debug, Clone, Copy)]
enum Shape {
    Linear,
    Poly,
    Rbf,
    Sigmoid,
}

/// A kernel function with its parameters.
#[derive(Debug, Clone, Copy)]
struct Function {
    shape: Shape,
    gamma: f32,
    coef0: f32,
    degree: f32,
}

impl Function {
    fn of(node: Node) -> Result<Self, String> {
        let name = node.text("kernel_type", "LINEAR")?;
        let shape = match name.as_str() {
            "LINEAR" => Shape::Linear,
            "POLY" => Shape::Poly,
            "RBF" => Shape::Rbf,
            "SIGMOID" => Shape::Sigmoid,
            _ => return Err(format!("kernel_type {name} is not known")),
        };
        match *node.floats("kernel_params") {
            [] => Ok(Self { shape, gamma: 0.0, coef0: 0.0, degree: 0.0 }),
            [gamma, coef0, degree, ..] => Ok(Self { shape, gamma, coef0, degree }),
            _ => Err("needs three `kernel_params`".to_owned()),
        }
    }

    fn value(&self, a: &[f32], b: &[f32]) -> f32 {
        let dot = || a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        match self.shape {
            Shape::Linear => dot(),
            Shape::Poly => (self.gamma * dot() + self.coef0).powf(self.degree),
            Shape::Sigmoid => (self.gamma * dot() + self.coef0).tanh(),
            Shape::Rbf => {
                let distance: f32 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
                (-self.gamma * distance).exp()
            }
        }
    }
}

/// The support vectors, or the weights of a linear machine: rows of one length.
struct Vectors {
    values: Vec<f32>,
    width: usize,
}

impl Vectors {
    fn new(values: Vec<f32>, count: usize) -> Result<Self, String> {
        if count == 0 || values.is_empty() || !values.len().is_multiple_of(count) {
            return Err(format!("{} values can't be shared by {count} vectors", values.len()));
        }
        let width = values.len() / count;
        Ok(Self { values, width })
    }

    /// The kernel of one row with each vector.
    fn kernels(&self, row: &[f32], function: Function, into: &mut Vec<f32>) {
        into.clear();
        into.extend(self.values.chunks_exact(self.width).map(|vector| function.value(row, vector)));
    }

    fn rows<'a>(&self, input: &'a Tensor) -> Result<(usize, std::borrow::Cow<'a, [f32]>), String> {
        let (rows, columns) = matrix(input)?;
        if columns != self.width {
            return Err(format!("takes {} features, not {columns}", self.width));
        }
        Ok((rows, floats(input)?))
    }
}

fn counts(values: &[i64]) -> Result<Vec<usize>, String> {
    let counts = values.iter().map(|&v| usize::try_from(v));
    counts.collect::<Result<_, _>>().map_err(|_| "a number of vectors is negative".to_owned())
}

/// A classifier with support vectors.
struct Machine {
    vectors: Vectors,
    function: Function,
    /// Where the vectors of each class begin, and how many there are.
    classes: Vec<(usize, usize)>,
    /// (classes − 1) × vectors.
    coefficients: Vec<f32>,
    rho: Vec<f32>,
    /// Platt's A and B of each pair of classes; empty without probabilities.
    platt: Vec<(f32, f32)>,
}

impl Machine {
    fn new(node: Node, classes: usize) -> Result<Self, String> {
        let sizes = counts(node.ints("vectors_per_class"))?;
        let mut starts = Vec::with_capacity(sizes.len());
        let mut total = 0_usize;
        for &size in &sizes {
            starts.push((total, size));
            total = total.checked_add(size).ok_or("has too many vectors")?;
        }
        let coefficients = node.floats("coefficients").to_vec();
        let rho = node.floats("rho").to_vec();
        let pairs = classes * classes.saturating_sub(1) / 2;
        let enough = classes.saturating_sub(1).checked_mul(total);
        if sizes.len() != classes
            || enough.is_none_or(|n| coefficients.len() < n)
            || rho.len() < pairs
        {
            return Err(format!("has too few values for {classes} classes"));
        }
        let (a, b) = (node.floats("prob_a"), node.floats("prob_b"));
        if a.len() != b.len() || (!a.is_empty() && a.len() < pairs) {
            return Err(format!("has too few probabilities for {classes} classes"));
        }
        let platt = a.iter().copied().zip(b.iter().copied()).collect();
        let vectors = Vectors::new(node.floats("support_vectors").to_vec(), total)?;
        Ok(Self {
            vectors,
            function: Function::of(node)?,
            classes: starts,
            coefficients,
            rho,
            platt,
        })
    }

    /// The decision of each pair of classes, and the votes of each class.
    fn decide(&self, kernels: &[f32]) -> (Vec<f32>, Vec<u32>) {
        let classes = self.classes.len();
        let mut votes = vec![0; classes];
        let mut decisions = Vec::with_capacity(self.rho.len());
        let part = |row: usize, (start, len): (usize, usize)| -> f64 {
            let coefficients = self.coefficients.iter().skip(row * kernels.len() + start);
            let products = coefficients.zip(&kernels[start..start + len]).take(len);
            products.map(|(c, k)| f64::from(c * k)).sum()
        };
        for i in 0..classes {
            for j in i + 1..classes {
                let mut sum = part(j - 1, self.classes[i]) + part(i, self.classes[j]);
                sum += f64::from(self.rho[decisions.len()]);
                decisions.push(sum as f32);
                votes[if sum > 0.0 { i } else { j }] += 1;
            }
        }
        (decisions, votes)
    }

    fn probabilities(&self, decisions: &[f32]) -> Vec<f32> {
        let n = self.classes.len();
        let mut pairwise = vec![0.0; n * n];
        let mut pair = decisions.iter().zip(&self.platt);
        for i in 0..n {
            for j in i + 1..n {
                if let Some((decision, (a, b))) = pair.next() {
                    let value = (1.0 - logistic(decision * a + b)).clamp(1e-7, 1.0 - 1e-7);
                    pairwise[i * n + j] = value;
                    pairwise[j * n + i] = 1.0 - value;
                }
            }
        }
        couple(n, &pairwise)
    }
}

/// Class probabilities from those of pairs, by fixed-point iteration: Wu, Lin and Weng (2004), algorithm 2.
fn couple(n: usize, pairwise: &[f32]) -> Vec<f32> {
    let mut q = vec![0.0_f32; n * n];
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            q[i * n + i] += pairwise[j * n + i] * pairwise[j * n + i];
            q[i * n + j] = -pairwise[j * n + i] * pairwise[i * n + j];
        }
    }
    let mut p = vec![1.0 / n as f32; n];
    for _ in 0..100 {
        let mut qp: Vec<f32> =
            q.chunks_exact(n).map(|row| row.iter().zip(&p).map(|(a, b)| a * b).sum()).collect();
        let mut pqp: f32 = p.iter().zip(&qp).map(|(a, b)| a * b).sum();
        if qp.iter().all(|v| (v - pqp).abs() < 0.005 / n as f32) {
            break;
        }
        for i in 0..n {
            let diff = (pqp - qp[i]) / q[i * n + i];
            p[i] += diff;
            pqp = (pqp + diff * (diff * q[i * n + i] + 2.0 * qp[i])) / (1.0 + diff) / (1.0 + diff);
            for j in 0..n {
                qp[j] = (qp[j] + diff * q[i * n + j]) / (1.0 + diff);
                p[j] /= 1.0 + diff;
            }
        }
    }
    p
}

/// `SVMClassifier`.
pub(super) fn classifier(node: Node) -> Built {
    let labels = Labels::of(node, "classlabels_ints")?;
    if labels.len() > 1 << 10 {
        return Err("has too many classes".to_owned());
    }
    if node.ints("vectors_per_class").iter().all(|&n| n == 0) {
        return linear_classifier(node, labels);
    }
    let machine = Machine::new(node, labels.len())?;
    let transform = Transform::of(node)?;
    let second = match (labels.len(), transform) {
        (2, Transform::Identity) => Second::Mirror,
        (2, _) => Second::Complement,
        _ => Second::Absent,
    };
    Ok(Box::new(move |inputs| {
        let (rows, values) = machine.vectors.rows(inputs.get(0)?)?;
        let (mut top, mut scores) = (Vec::with_capacity(rows), Vec::new());
        let mut kernels = Vec::new();
        for row in values.chunks_exact(machine.vectors.width) {
            machine.vectors.kernels(row, machine.function, &mut kernels);
            let (mut decisions, votes) = machine.decide(&kernels);
            let votes: Vec<f32> = votes.iter().map(|&v| v as f32).collect();
            top.push(largest(&votes));
            if machine.platt.is_empty() {
                transform.finish(&mut decisions, second, &mut scores);
            } else {
                transform.finish(
                    &mut machine.probabilities(&decisions),
                    Second::Absent,
                    &mut scores,
                );
            }
        }
        labels.outputs(&top, scores)
    }))
}

/// A classifier that has weights instead of support vectors.
fn linear_classifier(node: Node, labels: Labels) -> Built {
    let coefficients = node.floats("coefficients").to_vec();
    let positive = coefficients.iter().all(|&c| c >= 0.0);
    let weights = Vectors::new(coefficients, labels.len())?;
    let bias = *node.floats("rho").first().ok_or("has no `rho`")?;
    let function = Function { shape: Shape::Linear, ..Function::of(node)? };
    let transform = Transform::of(node)?;
    let binary = labels.len() == 2 && node.floats("prob_a").is_empty();
    Ok(Box::new(move |inputs| {
        let (rows, values) = weights.rows(inputs.get(0)?)?;
        let (mut top, mut scores) = (Vec::with_capacity(rows), Vec::new());
        let mut row_scores = Vec::new();
        for row in values.chunks_exact(weights.width) {
            weights.kernels(row, function, &mut row_scores);
            for score in &mut row_scores {
                *score += bias;
            }
            let best = largest(&row_scores);
            let weight = row_scores[best];
            let second = binary && if positive { weight >= 0.5 } else { weight > 0.0 };
            top.push(if second { 1 } else { best });
            transform.finish(&mut row_scores, Second::Absent, &mut scores);
        }
        labels.outputs(&top, scores)
    }))
}

/// `SVMRegressor`.
pub(super) fn regressor(node: Node) -> Built {
    let count =
        usize::try_from(node.int("n_supports", 0)).map_err(|_| "`n_supports` is negative")?;
    let coefficients = node.floats("coefficients").to_vec();
    let bias = *node.floats("rho").first().ok_or("has no `rho`")?;
    let one_class = node.int("one_class", 0) != 0;
    let transform = Transform::of(node)?;
    let function = Function::of(node)?;
    let (vectors, function) = if count == 0 {
        (Vectors::new(coefficients.clone(), 1)?, Function { shape: Shape::Linear, ..function })
    } else if coefficients.len() < count {
        return Err(format!("has {} coefficients for {count} vectors", coefficients.len()));
    } else {
        (Vectors::new(node.floats("support_vectors").to_vec(), count)?, function)
    };
    Ok(Box::new(move |inputs| {
        let (rows, values) = vectors.rows(inputs.get(0)?)?;
        let mut scores = Vec::with_capacity(volume(&[rows])?);
        let mut kernels = Vec::new();
        for row in values.chunks_exact(vectors.width) {
            vectors.kernels(row, function, &mut kernels);
            let sum: f32 = match count {
                0 => kernels[0],
                _ => kernels.iter().zip(&coefficients).map(|(k, c)| k * c).sum(),
            };
            let mut score = [sum + bias];
            if one_class {
                scores.push(if score[0] > 0.0 { 1.0 } else { -1.0 });
            } else {
                transform.finish(&mut score, Second::Absent, &mut scores);
            }
        }
        one(&[rows, 1], scores)
    }))
}
