//! `TreeEnsembleClassifier`, `TreeEnsembleRegressor` and `TreeEnsemble`.
//!
//! Invariant: sums and comparisons are in the type that ONNX Runtime takes for the input: float64 for float64, else
//! float32. The last steps follow `tree_ensemble_aggregator.h`, binary cases included.

mod forest;
mod grow;
mod v5;

use super::node::Node;
use super::operators::{Built, Inputs};
use super::post::{Labels, Second, Transform};
use super::values::{Element, Outcome, flat, floats, matrix, one, volume};
use crate::scoring::tensor::Tensor;
use forest::{Aggregate, Forest, Real};
use grow::Nodes;
use std::sync::OnceLock;
pub(super) use v5::ensemble;

/// A forest in both of the types that it can be asked in; each is built when it is first needed.
struct Ensemble {
    nodes: Nodes,
    aggregate: Aggregate,
    base: Vec<f64>,
    single: OnceLock<Result<Forest<f32>, String>>,
    double: OnceLock<Result<Forest<f64>, String>>,
}

/// Sums of each row and target in the order of the rows, and which of them got a value at all.
struct Sums<T> {
    rows: usize,
    values: Vec<T>,
    given: Vec<bool>,
}

impl Ensemble {
    fn new(nodes: Nodes, aggregate: Aggregate, base: Vec<f64>) -> Result<Self, String> {
        let ensemble =
            Self { nodes, aggregate, base, single: OnceLock::new(), double: OnceLock::new() };
        // a damaged forest is refused before it is asked
        ensemble.single()?;
        Ok(ensemble)
    }

    fn single(&self) -> Result<&Forest<f32>, String> {
        let built = self.single.get_or_init(|| Forest::grow(&self.nodes, self.aggregate));
        built.as_ref().map_err(Clone::clone)
    }

    fn double(&self) -> Result<&Forest<f64>, String> {
        let built = self.double.get_or_init(|| Forest::grow(&self.nodes, self.aggregate));
        built.as_ref().map_err(Clone::clone)
    }

    fn targets(&self) -> usize {
        self.nodes.targets
    }
}

fn sums<T: Real>(forest: &Forest<T>, input: &Tensor, values: &[T]) -> Result<Sums<T>, String> {
    let (rows, columns) = matrix(input)?;
    volume(&[rows, forest.targets()])?;
    let (values, given) = forest.ask(values, rows, columns)?;
    Ok(Sums { rows, values, given })
}

/// `TreeEnsembleRegressor`.
pub(super) fn regressor(node: Node) -> Built {
    let targets =
        usize::try_from(node.int("n_targets", 1)).map_err(|_| "`n_targets` is negative")?;
    let name = node.text("aggregate_function", "SUM")?;
    let aggregate =
        Aggregate::of(&name).ok_or_else(|| format!("aggregate_function {name} is not known"))?;
    let nodes = Nodes::of(node, "target", targets)?;
    let ensemble = Ensemble::new(nodes, aggregate, node.doubles("base_values")?)?;
    let transform = Transform::of(node)?;
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let (rows, targets) = (matrix(input)?.0, ensemble.targets());
        let mut finished = Vec::with_capacity(volume(&[rows, targets])?);
        for mut row in predictions(&ensemble, input)? {
            transform.finish(&mut row, Second::Absent, &mut finished);
        }
        one(&[rows, targets], finished)
    }))
}

/// The aggregated values of each row with the base values, as float32.
fn predictions(ensemble: &Ensemble, input: &Tensor) -> Result<Vec<Vec<f32>>, String> {
    fn rows<T: Real>(ensemble: &Ensemble, sums: &Sums<T>) -> Vec<Vec<f32>> {
        let targets = ensemble.targets();
        let rows = sums.values.chunks_exact(targets).zip(sums.given.chunks_exact(targets));
        rows.map(|(row, given)| with_base(ensemble, row, given).map(T::single).collect()).collect()
    }
    Ok(match input {
        Tensor::F64(array) => rows(ensemble, &sums(ensemble.double()?, input, &flat(array))?),
        _ => rows(ensemble, &sums(ensemble.single()?, input, &floats(input)?)?),
    })
}

/// One base value is for the only target, as many as targets are for each; any other number counts for nothing. Of
/// several targets one that no leaf spoke of is 0, whatever its base value.
fn with_base<'a, T: Real>(
    ensemble: &'a Ensemble,
    row: &'a [T],
    given: &'a [bool],
) -> impl Iterator<Item = T> + 'a {
    let base = &ensemble.base;
    let used = base.len() == ensemble.targets();
    row.iter().enumerate().map(move |(i, &sum)| {
        let counts = used && (row.len() == 1 || given[i]);
        if counts { sum + T::of(base[i]) } else { sum }
    })
}

/// What a classifier knows beside its trees.
struct Voters {
    ensemble: Ensemble,
    labels: Labels,
    transform: Transform,
    /// Two classes, but weights for one of them only.
    binary: bool,
    positive: bool,
}

/// `TreeEnsembleClassifier`.
pub(super) fn classifier(node: Node) -> Built {
    let labels = Labels::of(node, "classlabels_int64s")?;
    let nodes = Nodes::of(node, "class", labels.len())?;
    let one_class = nodes.leaves.iter().all(|leaf| leaf.target == nodes.leaves[0].target);
    let voters = Voters {
        binary: labels.len() == 2 && one_class,
        positive: nodes.leaves.iter().all(|leaf| leaf.weight >= 0.0),
        ensemble: Ensemble::new(nodes, Aggregate::Sum, node.doubles("base_values")?)?,
        transform: Transform::of(node)?,
        labels,
    };
    if voters.ensemble.base.len() > voters.labels.len() {
        return Err("has more base values than classes".to_owned());
    }
    Ok(Box::new(move |inputs| voters.run(inputs)))
}

impl Voters {
    fn run(&self, inputs: &Inputs) -> Outcome {
        let input = inputs.get(0)?;
        match input {
            Tensor::F64(array) => self.answer(&sums(self.ensemble.double()?, input, &flat(array))?),
            _ => self.answer(&sums(self.ensemble.single()?, input, &floats(input)?)?),
        }
    }

    fn answer<T: Real + Element>(&self, sums: &Sums<T>) -> Outcome {
        let classes = self.labels.len();
        let mut top = Vec::with_capacity(sums.rows);
        let mut finished = Vec::with_capacity(sums.values.len());
        let mut row = Vec::with_capacity(classes);
        for (values, given) in
            sums.values.chunks_exact(classes).zip(sums.given.chunks_exact(classes))
        {
            row.clear();
            row.extend_from_slice(values);
            let (class, second) = match classes {
                1 | 2 => self.few(&mut row, given),
                _ => (self.many(&mut row, given), Second::Absent),
            };
            top.push(class);
            let mut scores: Vec<f32> = row.iter().map(|&v| v.single()).collect();
            let before = finished.len();
            self.transform.finish(&mut scores, second, &mut finished);
            finished.resize(before + classes, 0.0);
        }
        self.labels.outputs(&top, finished)
    }

    /// The class of a row with more than two, its base values added.
    fn many<T: Real>(&self, row: &mut [T], given: &[bool]) -> usize {
        for (score, &base) in row.iter_mut().zip(&self.ensemble.base) {
            *score += T::of(base);
        }
        let mut best: Option<usize> = None;
        for i in 0..row.len() {
            let counts = given[i] || i < self.ensemble.base.len();
            if counts && best.is_none_or(|best| row[i] > row[best]) {
                best = Some(i);
            }
        }
        best.unwrap_or(0)
    }

    /// The class of a row with one or two, and how its score becomes two where it is alone.
    fn few<T: Real>(&self, row: &mut Vec<T>, given: &[bool]) -> (usize, Second) {
        let base = |i: usize| T::of(self.ensemble.base.get(i).copied().unwrap_or(0.0));
        let mut both = row.len() == 2 && given[1];
        match self.ensemble.base.len() {
            2 if both => {
                row[1] = base(1) + row[0];
                row[0] = T::of(0.0) - row[1];
            }
            2 if row.len() == 2 => {
                row[1] += base(1);
                row[0] += base(0);
            }
            count => {
                if count == 1 {
                    row[0] += base(0);
                }
                if !both {
                    row.truncate(1);
                }
            }
        }
        both = both && row.len() == 2;
        if row.len() == 2 {
            // a class that no leaf spoke of is 0, whatever its base value
            row.iter_mut()
                .zip(given)
                .filter(|(_, given)| !**given)
                .for_each(|(s, _)| *s = T::zero());
        }
        let weight = if both { row[1] } else { row[0] };
        let half = T::of(if self.positive { 0.5 } else { 0.0 });
        match (self.binary, self.positive) {
            (true, true) => (usize::from(weight > half), Second::Complement),
            (true, false) => (usize::from(weight > half), Second::Mirror),
            (false, _) => {
                let class = usize::from(weight > T::of(0.0)).min(self.labels.len() - 1);
                let second =
                    if self.ensemble.base.is_empty() { Second::Mirror } else { Second::Absent };
                (class, second)
            }
        }
    }
}
