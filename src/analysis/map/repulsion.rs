//! How all points push each other away.

use super::super::parallel::pieces;
use super::Point;

/// Most points of a leaf; all of a leaf are pushed by the same list of others.
const LEAF: usize = 16;
/// Leaves of a piece of work.
const PIECE: usize = 32;
/// Bits of a coordinate.
const BITS: u32 = 16;
/// Others that are summed side by side.
const LANES: usize = 8;

/// Σ over the others of (1 + d²)⁻² (own − other) for each point, and the sum of (1 + d²)⁻¹ over all ordered
/// pairs.
///
/// Far points are taken as one at their mean: a quadtree's node when it is narrower than `angle` times its
/// distance (Barnes & Hut 1986, Nature 324:446; van der Maaten 2014, JMLR 15:3221), here its distance from the
/// nearest side of a whole leaf, so that the points of a leaf share their list.
pub(super) fn repulsion(points: &[Point], angle: f32) -> (Vec<Point>, f64) {
    let tree = Tree::new(points);
    let parts = pieces(tree.leaves.len(), PIECE, |range| {
        let mut list = List::default();
        let mut pushed = Vec::new();
        let mut sum = 0.0;
        for &leaf in &tree.leaves[range] {
            tree.list(leaf, angle, &mut list);
            let node = &tree.nodes[leaf as usize];
            for i in node.first..node.end {
                let (force, weight) = list.push(tree.points[i as usize]);
                // A point is in its own list, at no distance.
                sum += f64::from(weight) - 1.0;
                pushed.push(force);
            }
        }
        (pushed, sum)
    });
    let sum = parts.iter().map(|part| part.1).sum();
    let mut forces = vec![[0.0; 2]; points.len()];
    for (&i, force) in tree.order.iter().zip(parts.into_iter().flat_map(|part| part.0)) {
        forces[i as usize] = force;
    }
    (forces, sum)
}

/// A part of the plane with its points, `first..end` in the tree's order.
struct Node {
    mean: Point,
    low: Point,
    high: Point,
    first: u32,
    end: u32,
    /// the node that comes after all of its parts
    next: u32,
    leaf: bool,
}

/// A quadtree in preorder.
struct Tree {
    nodes: Vec<Node>,
    leaves: Vec<u32>,
    /// the points along the Z-curve
    order: Vec<u32>,
    points: Vec<Point>,
}

impl Tree {
    fn new(points: &[Point]) -> Self {
        let (low, high) = bounds(points);
        let width = (high[0] - low[0]).max(high[1] - low[1]).max(f32::MIN_POSITIVE);
        let scale = ((1_u32 << BITS) - 1) as f32 / width;
        let key = |p: &Point| {
            let [x, y] = [0, 1].map(|axis| spread(((p[axis] - low[axis]) * scale) as u32));
            x | y << 1
        };
        let mut keyed: Vec<(u32, u32)> =
            points.iter().zip(0..).map(|(point, i)| (key(point), i)).collect();
        keyed.sort_unstable();
        let (keys, order): (Vec<u32>, Vec<u32>) = keyed.into_iter().unzip();
        let points = order.iter().map(|&i| points[i as usize]).collect();
        let mut tree = Self { nodes: Vec::new(), leaves: Vec::new(), order, points };
        if !keys.is_empty() {
            tree.grow(&keys, 0, 2 * BITS);
        }
        tree
    }

    /// Adds the node of the points from `first` on that have `keys`, which differ in the last `bits` only, and
    /// its parts.
    fn grow(&mut self, keys: &[u32], first: usize, bits: u32) {
        let differ = u32::BITS - (keys[0] ^ keys[keys.len() - 1]).leading_zeros();
        // A part that has all the points is no step.
        let bits = bits.min(differ.next_multiple_of(2));
        let leaf = keys.len() <= LEAF || bits == 0;
        let place = self.nodes.len();
        let own = &self.points[first..first + keys.len()];
        let (low, high) = bounds(own);
        let sum = own
            .iter()
            .fold([0.0; 2], |s: [f64; 2], p| [s[0] + f64::from(p[0]), s[1] + f64::from(p[1])]);
        let mean = sum.map(|sum| (sum / own.len() as f64) as f32);
        let end = (first + keys.len()) as u32;
        self.nodes.push(Node { mean, low, high, first: first as u32, end, next: 0, leaf });
        if leaf {
            self.leaves.push(place as u32);
        } else {
            let quarter = |key: &u32| *key >> (bits - 2) & 3;
            let mut start = 0;
            for part in keys.chunk_by(|a, b| quarter(a) == quarter(b)) {
                self.grow(part, first + start, bits - 2);
                start += part.len();
            }
        }
        self.nodes[place].next = self.nodes.len() as u32;
    }

    /// Collects what pushes the points of a leaf.
    fn list(&self, leaf: u32, angle: f32, list: &mut List) {
        let from = &self.nodes[leaf as usize];
        list.clear();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            let width = (node.high[0] - node.low[0]).max(node.high[1] - node.low[1]);
            if width < angle * distance(node.mean, from) {
                list.add(node.mean, (node.end - node.first) as f32);
            } else if node.leaf {
                for &point in &self.points[node.first as usize..node.end as usize] {
                    list.add(point, 1.0);
                }
            } else {
                at += 1;
                continue;
            }
            at = node.next as usize;
        }
        list.fill();
    }
}

/// From a place to the nearest side of a node.
fn distance(place: Point, node: &Node) -> f32 {
    let [x, y] = [0, 1]
        .map(|axis| (node.low[axis] - place[axis]).max(place[axis] - node.high[axis]).max(0.0));
    (x * x + y * y).sqrt()
}

fn bounds(points: &[Point]) -> (Point, Point) {
    let first = points.first().copied().unwrap_or_default();
    points.iter().fold((first, first), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    })
}

/// Puts a zero before each of the lower 16 bits (Morton 1966).
fn spread(x: u32) -> u32 {
    let x = (x | x << 8) & 0x00ff_00ff;
    let x = (x | x << 4) & 0x0f0f_0f0f;
    let x = (x | x << 2) & 0x3333_3333;
    (x | x << 1) & 0x5555_5555
}

/// What pushes: places and how many points each stands for.
#[derive(Default)]
struct List {
    xs: Vec<f32>,
    ys: Vec<f32>,
    weights: Vec<f32>,
}

impl List {
    fn clear(&mut self) {
        self.xs.clear();
        self.ys.clear();
        self.weights.clear();
    }

    fn add(&mut self, place: Point, weight: f32) {
        self.xs.push(place[0]);
        self.ys.push(place[1]);
        self.weights.push(weight);
    }

    /// Fills up the last lanes with what weighs nothing.
    fn fill(&mut self) {
        while !self.xs.len().is_multiple_of(LANES) {
            self.add([0.0; 2], 0.0);
        }
    }

    /// The force on a point and the sum of (1 + d²)⁻¹.
    fn push(&self, [x, y]: Point) -> (Point, f32) {
        let mut sums = [[0.0_f32; LANES]; 3];
        let xs = self.xs.chunks_exact(LANES);
        let ys = self.ys.chunks_exact(LANES);
        for ((xs, ys), weights) in xs.zip(ys).zip(self.weights.chunks_exact(LANES)) {
            for lane in 0..LANES {
                let (dx, dy) = (x - xs[lane], y - ys[lane]);
                let near = 1.0 / (1.0 + dx * dx + dy * dy);
                let weight = weights[lane] * near;
                sums[0][lane] += weight;
                sums[1][lane] += weight * near * dx;
                sums[2][lane] += weight * near * dy;
            }
        }
        let [weight, x, y] = sums.map(|lanes| lanes.iter().sum());
        ([x, y], weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_hand(points: &[Point]) -> (Vec<[f64; 2]>, f64) {
        let (mut forces, mut sum) = (vec![[0.0; 2]; points.len()], 0.0);
        for (i, a) in points.iter().enumerate() {
            for (j, b) in points.iter().enumerate().filter(|(j, _)| *j != i) {
                let [dx, dy] = [0, 1].map(|axis| f64::from(a[axis]) - f64::from(b[axis]));
                let near = 1.0 / (1.0 + dx * dx + dy * dy);
                sum += near;
                forces[i][0] += near * near * dx;
                forces[i][1] += near * near * dy;
                debug_assert_ne!(i, j);
            }
        }
        (forces, sum)
    }

    fn error(points: &[Point], angle: f32) -> f64 {
        let ((forces, _), (expected, _)) = (repulsion(points, angle), by_hand(points));
        let wrong = forces.iter().zip(&expected);
        let wrong: f64 = wrong
            .map(|(own, hand)| (f64::from(own[0]) - hand[0]).hypot(f64::from(own[1]) - hand[1]))
            .sum();
        wrong / expected.iter().map(|force| force[0].hypot(force[1])).sum::<f64>()
    }

    #[test]
    fn many_points_are_pushed_nearly_as_by_all_pairs() {
        let spiral = |i: u16| {
            let turn = f32::from(i) * 2.4;
            [turn.cos(), turn.sin()].map(|axis| axis * f32::from(i).sqrt() * 2.0)
        };
        let points: Vec<Point> = (0..600).map(spiral).collect();
        let error = error(&points, 0.5);
        assert!(error < 0.02, "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_is_near_the_sum_over_all_pairs(
            points in prop::collection::vec([-60.0..60.0_f32, -60.0..60.0_f32], 0..300),
            twins in 0_usize..60, wide in prop_oneof![Just(1.0_f32), Just(0.01), Just(1e-5)],
        ) {
            let mut points: Vec<Point> = points.into_iter().map(|p| p.map(|x| x * wide)).collect();
            points.extend(points.first().copied().into_iter().cycle().take(twins));
            let (expected, whole) = by_hand(&points);
            // What a mean leaves out is, for a node at the limit, up to 12/32 of a force that falls with
            // the cube of the distance, and 6/32 of a weight that falls with its square.
            for (angle, bound, of_sum) in [(0.0, 1e-4, 1e-4), (0.5, 0.4, 0.2)] {
                let (forces, sum) = repulsion(&points, angle);
                prop_assert!((sum - whole).abs() <= of_sum * whole + 1e-3, "{sum} {whole}");
                let wrong = forces.iter().zip(&expected).map(|(own, hand)| {
                    (f64::from(own[0]) - hand[0]).hypot(f64::from(own[1]) - hand[1])
                });
                let length: f64 = expected.iter().map(|force| force[0].hypot(force[1])).sum();
                prop_assert!(wrong.sum::<f64>() <= bound * length + 1e-3);
            }
        }
    }
}
