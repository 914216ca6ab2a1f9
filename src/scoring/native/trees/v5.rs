//! `TreeEnsemble` of ai.onnx.ml 5: leaves in arrays of their own, modes as numbers, sets of values.
//!
//! Invariant: it becomes the same [`Nodes`] as the older operators.

use super::forest::{Aggregate, Real};
use super::grow::{Branch, Leaf, Mode, Nodes, check_targets, feature};
use super::{Ensemble, sums};
use crate::scoring::native::node::Node;
use crate::scoring::native::operators::Built;
use crate::scoring::native::post::{Second, Transform};
use crate::scoring::native::values::{doubles, flat, floats, one};
use crate::scoring::tensor::Tensor;

/// `TreeEnsemble`.
pub(in crate::scoring::native) fn ensemble(node: Node) -> Built {
    let aggregate = match node.int("aggregate_function", 1) {
        0 => Aggregate::Average,
        1 => Aggregate::Sum,
        2 => Aggregate::Min,
        3 => Aggregate::Max,
        other => return Err(format!("aggregate_function {other} is not known")),
    };
    let transform = match node.int("post_transform", 0) {
        0 => Transform::Identity,
        // ONNX has these two the other way round; a model is used as ONNX Runtime runs it
        1 => Transform::Logistic,
        2 => Transform::Softmax,
        3 => Transform::SoftmaxZero,
        4 => Transform::Probit,
        other => return Err(format!("post_transform {other} is not known")),
    };
    let ensemble = Ensemble::new(nodes(node)?, aggregate, Vec::new())?;
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let targets = ensemble.targets();
        if let Tensor::F64(array) = input {
            let mut sums = sums(ensemble.double()?, input, &flat(array))?;
            finish(transform, targets, &mut sums.values);
            return one(&[sums.rows, targets], sums.values);
        }
        let mut sums = sums(ensemble.single()?, input, &floats(input)?)?;
        finish(transform, targets, &mut sums.values);
        one(&[sums.rows, targets], sums.values)
    }))
}

fn finish<T: Real>(transform: Transform, targets: usize, sums: &mut [T]) {
    if transform == Transform::Identity {
        return;
    }
    let mut finished = Vec::with_capacity(targets);
    for row in sums.chunks_exact_mut(targets) {
        let mut scores: Vec<f32> = row.iter().map(|v| v.single()).collect();
        finished.clear();
        transform.finish(&mut scores, Second::Absent, &mut finished);
        for (value, &score) in row.iter_mut().zip(&finished) {
            *value = T::of(f64::from(score));
        }
    }
}

/// Numbers of a tensor attribute; none if it is left out.
fn numbers(node: Node, name: &str) -> Result<Vec<f64>, String> {
    let tensor = node.tensor(name)?;
    tensor.map_or_else(|| Ok(Vec::new()), |tensor| Ok(doubles(&tensor)?.into_owned()))
}

fn nodes(node: Node) -> Result<Nodes, String> {
    let targets =
        usize::try_from(node.int("n_targets", 1)).map_err(|_| "`n_targets` is negative")?;
    check_targets(targets)?;
    let weights = numbers(node, "leaf_weights")?;
    let of = node.ints("leaf_targetids");
    if weights.is_empty() || weights.len() != of.len() {
        return Err("has leaves and targets of different numbers".to_owned());
    }
    let mut ensemble = branches(node, weights.len())?;
    let inner = ensemble.branches.len() - weights.len();
    for (i, &weight) in weights.iter().enumerate() {
        let target = u32::try_from(of[i]).ok().filter(|&t| (t as usize) < targets);
        let target = target.ok_or_else(|| format!("has a leaf for target {}", of[i]))?;
        ensemble.leaves.push(Leaf { node: inner + i, target, weight });
    }
    ensemble.targets = targets;
    Ok(ensemble)
}

/// The inner nodes, then a node a leaf.
fn branches(node: Node, leaves: usize) -> Result<Nodes, String> {
    let modes = numbers(node, "nodes_modes")?;
    let splits = numbers(node, "nodes_splits")?;
    let count = modes.len();
    let [features, yes, no, yes_leaf, no_leaf] = columns(node, count)?;
    if splits.len() != count {
        return Err(UNEQUAL.to_owned());
    }
    let place = |number: i64, leaf: i64| {
        let (size, start) = if leaf == 0 { (count, 0) } else { (leaves, count) };
        let number = usize::try_from(number).ok().filter(|&n| n < size);
        number.map(|n| start + n).ok_or_else(|| "names a node that is not there".to_owned())
    };
    let missing = node.ints("nodes_missing_value_tracks_true");
    let sets = sets(&numbers(node, "membership_values")?);
    let mut members = 0;
    let mut branches = Vec::with_capacity(count.saturating_add(leaves));
    for i in 0..count {
        let mode = mode(modes[i])?;
        let mut threshold = splits[i];
        if mode == Mode::Member {
            threshold = f64::from(members);
            members += 1;
        }
        branches.push(Branch {
            mode,
            feature: feature(features[i])?,
            threshold,
            missing_yes: missing.get(i) == Some(&1),
            yes: place(yes[i], yes_leaf[i])?,
            no: place(no[i], no_leaf[i])?,
        });
    }
    branches.extend(std::iter::repeat_n(LEAF, leaves));
    let roots = node.ints("tree_roots").iter().map(|&root| place(root, 0));
    let roots = roots.collect::<Result<_, _>>()?;
    Ok(Nodes { targets: 0, branches, roots, leaves: Vec::new(), sets })
}

const LEAF: Branch =
    Branch { mode: Mode::Leaf, feature: 0, threshold: 0.0, missing_yes: false, yes: 0, no: 0 };

const UNEQUAL: &str = "has node arrays of different lengths";

/// Features, then the followers and whether these are leaves, of `count` nodes.
fn columns(node: Node<'_>, count: usize) -> Result<[&[i64]; 5], String> {
    let lists = [
        "nodes_featureids",
        "nodes_truenodeids",
        "nodes_falsenodeids",
        "nodes_trueleafs",
        "nodes_falseleafs",
    ];
    let lists = lists.map(|name| node.ints(name));
    let fit = lists.iter().all(|list| list.len() == count);
    fit.then_some(lists).ok_or_else(|| UNEQUAL.to_owned())
}

fn mode(number: f64) -> Result<Mode, String> {
    use Mode::{Eq, Gt, Gte, Leq, Lt, Member, Neq};
    let modes = [Leq, Lt, Gte, Gt, Eq, Neq, Member];
    let mode = number.to_string().parse().ok().and_then(|i: usize| modes.get(i).copied());
    mode.ok_or_else(|| format!("has the mode {number}"))
}

/// The sets of the nodes that ask for membership: NaN ends one.
fn sets(values: &[f64]) -> Vec<Vec<f64>> {
    let mut sets: Vec<Vec<f64>> = values.split(|v| v.is_nan()).map(<[f64]>::to_vec).collect();
    if sets.last().is_some_and(Vec::is_empty) {
        sets.pop();
    }
    sets
}
