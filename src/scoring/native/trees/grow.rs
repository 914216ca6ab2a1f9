//! The nodes of a tree ensemble as the file has them.
//!
//! Invariant: every index in [`Nodes`] points into its arrays. Whether they form trees is seen when a forest grows.

use crate::scoring::native::node::Node;
use std::collections::{HashMap, HashSet};

/// How a node compares its feature x with its threshold t.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Leq,
    Lt,
    Gte,
    Gt,
    Eq,
    Neq,
    /// x is one of the values of the set whose number is the threshold.
    Member,
    Leaf,
}

impl Mode {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "BRANCH_LEQ" => Self::Leq,
            "BRANCH_LT" => Self::Lt,
            "BRANCH_GTE" => Self::Gte,
            "BRANCH_GT" => Self::Gt,
            "BRANCH_EQ" => Self::Eq,
            "BRANCH_NEQ" => Self::Neq,
            "LEAF" => Self::Leaf,
            _ => return None,
        })
    }
}

/// A node: where to go if its comparison holds, and if not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    pub mode: Mode,
    pub feature: u32,
    pub threshold: f64,
    /// Whether NaN goes to `yes` whatever the comparison says.
    pub missing_yes: bool,
    pub yes: usize,
    pub no: usize,
}

/// A weight that a leaf gives to a target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    /// Its node.
    pub node: usize,
    pub target: u32,
    pub weight: f64,
}

/// A tree ensemble before it is packed.
pub(super) struct Nodes {
    pub targets: usize,
    pub branches: Vec<Branch>,
    pub roots: Vec<usize>,
    pub leaves: Vec<Leaf>,
    /// Sets of values, for [`Mode::Member`].
    pub sets: Vec<Vec<f64>>,
}

/// More targets than any model has; it bounds what a row costs.
const TARGETS: usize = 1 << 16;

impl Nodes {
    /// The nodes of `TreeEnsembleClassifier` (`prefix` is `class`) or `TreeEnsembleRegressor` (`target`).
    ///
    /// # Errors
    /// Arrays of different lengths, nodes that are named but not there, or there twice.
    pub fn of(node: Node, prefix: &str, targets: usize) -> Result<Self, String> {
        check_targets(targets)?;
        let (trees, ids) = (node.ints("nodes_treeids"), node.ints("nodes_nodeids"));
        let mut numbers = HashMap::with_capacity(trees.len());
        for (i, key) in trees.iter().copied().zip(ids.iter().copied()).enumerate() {
            if numbers.insert(key, i).is_some() {
                return Err(format!("has node {} of tree {} twice", key.1, key.0));
            }
        }
        let find = |tree: i64, id: i64| {
            let found = numbers.get(&(tree, id)).copied();
            found.ok_or_else(|| format!("names node {id} of tree {tree}, which is not there"))
        };
        let branches = branches(node, trees, ids.len(), &find)?;
        let mut seen = HashSet::new();
        let roots = (0..trees.len()).filter(|&i| seen.insert(trees[i])).collect();
        let weights = node.doubles(&format!("{prefix}_weights"))?;
        let list = |name: &str| node.ints(&format!("{prefix}_{name}"));
        let (owners, nodes, classes) = (list("treeids"), list("nodeids"), list("ids"));
        if [owners.len(), nodes.len(), classes.len()].iter().any(|&n| n != weights.len()) {
            return Err("has weights, targets and nodes of different numbers".to_owned());
        }
        let mut leaves = Vec::with_capacity(weights.len());
        for (i, &weight) in weights.iter().enumerate() {
            let target = u32::try_from(classes[i]).ok().filter(|&t| (t as usize) < targets);
            let target = target.ok_or_else(|| format!("has a weight for target {}", classes[i]))?;
            leaves.push(Leaf { node: find(owners[i], nodes[i])?, target, weight });
        }
        Ok(Self { targets, branches, roots, leaves, sets: Vec::new() })
    }
}

/// # Errors
/// None, or more than any model has.
pub(super) fn check_targets(targets: usize) -> Result<(), String> {
    if targets == 0 || targets > TARGETS {
        return Err(format!("has {targets} targets"));
    }
    Ok(())
}

fn branches(
    node: Node,
    trees: &[i64],
    count: usize,
    find: &impl Fn(i64, i64) -> Result<usize, String>,
) -> Result<Vec<Branch>, String> {
    let (modes, features) = (node.texts("nodes_modes")?, node.ints("nodes_featureids"));
    let (yes, no) = (node.ints("nodes_truenodeids"), node.ints("nodes_falsenodeids"));
    let thresholds = node.doubles("nodes_values")?;
    let lengths = [trees.len(), modes.len(), features.len(), yes.len(), no.len(), thresholds.len()];
    if lengths.iter().any(|&n| n != count) {
        return Err("has node arrays of different lengths".to_owned());
    }
    let missing = node.ints("nodes_missing_value_tracks_true");
    let mut branches = Vec::with_capacity(count);
    for i in 0..count {
        let mode = Mode::of(&modes[i]).ok_or_else(|| format!("has the mode {}", modes[i]))?;
        let inner = mode != Mode::Leaf;
        branches.push(Branch {
            mode,
            feature: if inner { feature(features[i])? } else { 0 },
            threshold: thresholds[i],
            missing_yes: missing.get(i) == Some(&1),
            yes: if inner { find(trees[i], yes[i])? } else { i },
            no: if inner { find(trees[i], no[i])? } else { i },
        });
    }
    Ok(branches)
}

/// # Errors
/// A feature that no row can have.
pub(super) fn feature(number: i64) -> Result<u32, String> {
    let number = u32::try_from(number).ok().filter(|&n| n < 1 << 28);
    number.ok_or_else(|| "has a feature that no row can have".to_owned())
}
