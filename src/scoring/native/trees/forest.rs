//! Trees packed for speed: 16 bytes a node in float32, both children side by side.
//!
//! Invariant: a child stands behind its parent and a leaf leads to itself, so a walk ends; that is checked when the
//! forest grows, along with every index but the features, which depend on the row.

use super::grow::{Branch, Mode, Nodes};
use ndarray::NdFloat;

/// What a forest makes of the values that its trees give to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Average,
    Min,
    Max,
}

impl Aggregate {
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "SUM" => Self::Sum,
            "AVERAGE" => Self::Average,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            _ => return None,
        })
    }
}

/// float32 or float64.
pub(super) trait Real: NdFloat {
    fn of(value: f64) -> Self;
    fn single(self) -> f32;
    /// The next smaller number.
    fn below(self) -> Self;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }
    fn single(self) -> f32 {
        self
    }
    fn below(self) -> Self {
        self.next_down()
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn single(self) -> f32 {
        self as f32
    }
    fn below(self) -> Self {
        self.next_down()
    }
}

/// A node. The next one is `next` if x ≤ `threshold`, else the one behind it. A leaf has NaN for a threshold and `next`
/// one before itself.
#[derive(Debug, Clone, Copy)]
struct Packed<T> {
    threshold: T,
    feature: u32,
    next: u32,
    /// Of a leaf: the number of its span. Of another: how it compares, 0 for x ≤ threshold and NaN to the right.
    extra: u32,
}

const NAN_LEFT: u32 = 1;
const EQUAL: u32 = 2;
const MEMBER: u32 = 4;

/// Rows that are walked through a tree side by side, so that their loads from memory overlap.
const LANES: usize = 8;
/// Rows that go through all trees before the next ones: they and a tree stay in the fastest cache.
const BLOCK: usize = 64;

/// A packed ensemble.
pub(super) struct Forest<T> {
    nodes: Vec<Packed<T>>,
    roots: Vec<u32>,
    /// Each leaf's weights: where they begin and how many there are.
    spans: Vec<(u32, u32)>,
    targets_of: Vec<u32>,
    weights: Vec<T>,
    sets: Vec<Vec<T>>,
    targets: usize,
    /// One more than the last feature that is asked for.
    features: usize,
    aggregate: Aggregate,
    /// All nodes compare x ≤ threshold and send NaN to the right.
    plain: bool,
    /// All nodes compare x ≤ threshold, wherever they send NaN.
    ordered: bool,
    /// Each leaf has a weight for each target, in order.
    dense: bool,
}

impl<T: Real> Forest<T> {
    /// Packs an ensemble.
    ///
    /// # Errors
    /// Nodes that are reached twice, or more than 2³² of them.
    pub fn grow(nodes: &Nodes, aggregate: Aggregate) -> Result<Self, String> {
        let mut forest = Self {
            nodes: Vec::with_capacity(nodes.branches.len()),
            roots: Vec::with_capacity(nodes.roots.len()),
            spans: Vec::new(),
            targets_of: Vec::with_capacity(nodes.leaves.len()),
            weights: Vec::with_capacity(nodes.leaves.len()),
            sets: nodes.sets.iter().map(|set| set.iter().map(|&v| T::of(v)).collect()).collect(),
            targets: nodes.targets,
            features: 0,
            aggregate,
            plain: true,
            ordered: true,
            dense: false,
        };
        if u32::try_from(nodes.branches.len().saturating_mul(2)).is_err() {
            return Err("has too many nodes".to_owned());
        }
        let span_of = forest.take_leaves(nodes);
        let mut seen = vec![false; nodes.branches.len()];
        for &root in &nodes.roots {
            forest.grow_tree(nodes, root, &span_of, &mut seen)?;
        }
        let every = forest.spans.iter().all(|&(_, len)| len as usize == forest.targets);
        let in_order =
            (0..forest.targets as u32).cycle().zip(&forest.targets_of).all(|(a, &b)| a == b);
        let sums = matches!(aggregate, Aggregate::Sum | Aggregate::Average);
        forest.dense = every && in_order && sums && !forest.roots.is_empty();
        Ok(forest)
    }

    /// Sorts the weights by leaf; gives the span of each node.
    fn take_leaves(&mut self, nodes: &Nodes) -> Vec<Option<u32>> {
        let mut leaves = nodes.leaves.clone();
        leaves.sort_by_key(|leaf| leaf.node);
        let mut span_of = vec![None; nodes.branches.len()];
        for group in leaves.chunk_by(|a, b| a.node == b.node) {
            span_of[group[0].node] = Some(self.spans.len() as u32);
            // ONNX Runtime reads no more than the first weight where there is one target
            let group = if nodes.targets == 1 { &group[..1] } else { group };
            self.spans.push((self.weights.len() as u32, group.len() as u32));
            self.weights.extend(group.iter().map(|leaf| T::of(leaf.weight)));
            self.targets_of.extend(group.iter().map(|leaf| leaf.target));
        }
        span_of
    }

    fn grow_tree(
        &mut self,
        nodes: &Nodes,
        root: usize,
        span_of: &[Option<u32>],
        seen: &mut [bool],
    ) -> Result<(), String> {
        let first = self.nodes.len() as u32;
        self.roots.push(first);
        self.nodes.push(Self::leaf(first, 0));
        let mut open = vec![(root, first)];
        while let Some((from, to)) = open.pop() {
            let branch = &nodes.branches[from];
            if branch.mode == Mode::Leaf {
                let span = span_of[from].unwrap_or_else(|| {
                    self.spans.push((0, 0));
                    self.spans.len() as u32 - 1
                });
                self.nodes[to as usize] = Self::leaf(to, span);
                continue;
            }
            if std::mem::replace(&mut seen[from], true) {
                return Err("reaches a node twice".to_owned());
            }
            let next = self.nodes.len() as u32;
            let (packed, swapped) = pack(branch, next);
            self.plain &= packed.extra == 0;
            self.ordered &= packed.extra & (EQUAL | MEMBER) == 0;
            self.features = self.features.max(branch.feature as usize + 1);
            self.nodes[to as usize] = packed;
            self.nodes.extend([Self::leaf(next, 0), Self::leaf(next + 1, 0)]);
            let (left, right) =
                if swapped { (branch.no, branch.yes) } else { (branch.yes, branch.no) };
            open.extend([(right, next + 1), (left, next)]);
        }
        Ok(())
    }

    fn leaf(at: u32, span: u32) -> Packed<T> {
        Packed { threshold: T::nan(), feature: 0, next: at.wrapping_sub(1), extra: span }
    }

    /// Number of targets.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// The aggregated values of each row and target, and which of them any tree gave a value to.
    ///
    /// # Errors
    /// Rows that lack a feature.
    pub fn ask(
        &self,
        values: &[T],
        rows: usize,
        columns: usize,
    ) -> Result<(Vec<T>, Vec<bool>), String> {
        if columns < self.features.max(1) || values.len() != rows * columns {
            return Err(format!("takes {} features, not {columns}", self.features));
        }
        let mut sums = vec![T::zero(); rows * self.targets];
        let mut given = vec![self.dense; rows * self.targets];
        let block = BLOCK * self.targets;
        let blocks =
            values.chunks(BLOCK * columns).zip(sums.chunks_mut(block).zip(given.chunks_mut(block)));
        for (values, (sums, given)) in blocks {
            let plain = self.plain || (self.ordered && !values.iter().any(|x| x.is_nan()));
            let rows: Vec<&[T]> = values.chunks_exact(columns).collect();
            for &root in &self.roots {
                self.ask_tree(root, &rows, plain, sums, given);
            }
        }
        if self.aggregate == Aggregate::Average {
            let trees = T::of(self.roots.len() as f64);
            for sum in &mut sums {
                *sum /= trees;
            }
        }
        Ok((sums, given))
    }

    /// Adds what one tree gives to a block of rows; `plain` says that x ≤ threshold is all that is asked.
    fn ask_tree(&self, root: u32, rows: &[&[T]], plain: bool, sums: &mut [T], given: &mut [bool]) {
        let wide = rows.chunks_exact(LANES).flat_map(|rows| {
            let rows: [&[T]; LANES] = std::array::from_fn(|lane| rows[lane]);
            self.walk(root, rows, plain)
        });
        let rest = rows.chunks_exact(LANES).remainder();
        let rest = rest.iter().map(|row| self.walk(root, [row], plain)[0]);
        let leaves = wide.chain(rest).map(|node| self.nodes[node as usize].extra as usize);
        let places = sums.chunks_exact_mut(self.targets).zip(given.chunks_exact_mut(self.targets));
        for (leaf, (sums, given)) in leaves.zip(places) {
            let (start, len) = self.spans[leaf];
            let weights = &self.weights[start as usize..][..len as usize];
            if self.dense {
                sums.iter_mut().zip(weights).for_each(|(sum, &w)| *sum += w);
            } else {
                let targets = &self.targets_of[start as usize..][..len as usize];
                for (&target, &weight) in targets.iter().zip(weights) {
                    let target = target as usize;
                    sums[target] = self.joined(sums[target], given[target], weight);
                    given[target] = true;
                }
            }
        }
    }

    fn joined(&self, sum: T, given: bool, weight: T) -> T {
        match self.aggregate {
            Aggregate::Sum | Aggregate::Average => sum + weight,
            Aggregate::Min if given && sum <= weight => sum,
            Aggregate::Max if given && sum >= weight => sum,
            Aggregate::Min | Aggregate::Max => weight,
        }
    }

    /// The leaves that rows end in.
    fn walk<const N: usize>(&self, root: u32, rows: [&[T]; N], plain: bool) -> [u32; N] {
        if plain {
            return self.descend(root, rows, |node, x| x <= node.threshold);
        }
        self.descend(root, rows, |node, x| {
            let leaf = node.threshold.is_nan();
            !leaf && self.holds(node, x)
        })
    }

    #[inline]
    fn descend<const N: usize>(
        &self,
        root: u32,
        rows: [&[T]; N],
        left: impl Fn(&Packed<T>, T) -> bool,
    ) -> [u32; N] {
        let mut at = [root; N];
        loop {
            let mut moved = 0;
            for (at, row) in at.iter_mut().zip(&rows) {
                let node = &self.nodes[*at as usize];
                let right = !left(node, row[node.feature as usize]);
                let next = node.next.wrapping_add(u32::from(right));
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at;
            }
        }
    }

    fn holds(&self, node: &Packed<T>, x: T) -> bool {
        let holds = match node.extra & (EQUAL | MEMBER) {
            0 => x <= node.threshold,
            EQUAL => x == node.threshold,
            _ => {
                let set = node.threshold.to_usize().and_then(|number| self.sets.get(number));
                set.is_some_and(|set| set.contains(&x))
            }
        };
        holds || (node.extra & NAN_LEFT != 0 && x.is_nan())
    }
}

/// A node with its children at `next`, and whether they have changed places: all comparisons are made of ≤ and =.
fn pack<T: Real>(branch: &Branch, next: u32) -> (Packed<T>, bool) {
    let t = T::of(branch.threshold);
    // nothing is below −∞
    let below = if t == T::neg_infinity() { T::nan() } else { t.below() };
    let yes = branch.missing_yes;
    let (threshold, kind, swapped) = match branch.mode {
        Mode::Leq | Mode::Leaf => (t, 0, false),
        Mode::Lt => (below, 0, false),
        Mode::Gt => (t, 0, true),
        Mode::Gte => (below, 0, true),
        Mode::Eq => (t, EQUAL, false),
        Mode::Neq => (t, EQUAL, true),
        Mode::Member => (t, MEMBER, false),
    };
    // NaN fails every comparison but ≠, wherever the child then stands
    let nan_left = if branch.mode == Mode::Neq { false } else { yes != swapped };
    let extra = kind | if nan_left { NAN_LEFT } else { 0 };
    (Packed { threshold, feature: branch.feature, next, extra }, swapped)
}
