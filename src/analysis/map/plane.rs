//! Which points lie in a part of the plane, without looking at all of them.

use super::Point;

/// Points of a bucket, about.
const BUCKET: usize = 8;
/// Most buckets along a side.
const MOST_BUCKETS: usize = 1024;

/// A part of the plane, its sides included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// left, bottom
    pub low: [f64; 2],
    /// right, top
    pub high: [f64; 2],
}

impl Rect {
    /// The smallest that holds both places.
    pub fn around(a: [f64; 2], b: [f64; 2]) -> Self {
        Self { low: [a[0].min(b[0]), a[1].min(b[1])], high: [a[0].max(b[0]), a[1].max(b[1])] }
    }

    fn holds(&self, [x, y]: [f64; 2]) -> bool {
        (self.low[0]..=self.high[0]).contains(&x) && (self.low[1]..=self.high[1]).contains(&y)
    }
}

/// Points in a grid of buckets.
#[derive(Debug, Clone)]
pub struct Plane {
    bounds: Rect,
    /// buckets along a side
    side: usize,
    /// bucket b, row by row from below, holds `starts[b]..starts[b + 1]` of the next two
    starts: Vec<u32>,
    numbers: Vec<u32>,
    points: Vec<Point>,
}

impl Plane {
    /// Sorts points, known by their place in the list, into buckets, in O(N); those that are not finite lie
    /// nowhere.
    pub fn new(points: &[Point]) -> Self {
        let finite = || (0_u32..).zip(points).filter(|(_, p)| p.iter().all(|x| x.is_finite()));
        let first = finite().next().map_or([0.0; 2], |(_, p)| p.map(f64::from));
        let bounds = finite().fold(Rect::around(first, first), |all, (_, p)| {
            let [x, y] = p.map(f64::from);
            Rect {
                low: [all.low[0].min(x), all.low[1].min(y)],
                high: [all.high[0].max(x), all.high[1].max(y)],
            }
        });
        let side = ((points.len() / BUCKET) as f64).sqrt() as usize;
        let side = side.clamp(1, MOST_BUCKETS);
        let mut plane = Self {
            bounds,
            side,
            starts: vec![0; side * side + 1],
            numbers: vec![],
            points: vec![],
        };
        let bucket = |plane: &Self, point: &Point| {
            let [column, line] = plane.bucket(point.map(f64::from));
            line * side + column
        };
        for (_, point) in finite() {
            let bucket = bucket(&plane, point);
            plane.starts[bucket + 1] += 1;
        }
        for bucket in 0..side * side {
            plane.starts[bucket + 1] += plane.starts[bucket];
        }
        let mut next = plane.starts.clone();
        plane.numbers = vec![0; plane.len()];
        plane.points = vec![[0.0; 2]; plane.len()];
        for (number, point) in finite() {
            let free = &mut next[bucket(&plane, point)];
            plane.numbers[*free as usize] = number;
            plane.points[*free as usize] = *point;
            *free += 1;
        }
        plane
    }

    /// Points that lie somewhere.
    pub fn len(&self) -> usize {
        self.starts.last().map_or(0, |&end| end as usize)
    }

    /// Whether no point lies anywhere.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The smallest part that holds all points.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The points within, ascending. Takes as many steps as points lie near.
    pub fn in_rect(&self, rect: &Rect) -> Vec<u32> {
        self.chosen(rect, |place| rect.holds(place))
    }

    /// The points within a polygon of these corners, ascending; where it crosses itself, those that an odd number
    /// of its turns encloses (Shimrat 1962, Commun. ACM 5:434).
    pub fn in_polygon(&self, corners: &[[f64; 2]]) -> Vec<u32> {
        let Some(&first) = corners.first() else { return Vec::new() };
        let around = corners.iter().fold(Rect::around(first, first), |all, &corner| {
            let (with_low, with_high) =
                (Rect::around(all.low, corner), Rect::around(all.high, corner));
            Rect { low: with_low.low, high: with_high.high }
        });
        self.chosen(&around, |place| encloses(corners, place))
    }

    fn chosen(&self, rect: &Rect, within: impl Fn([f64; 2]) -> bool) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .near(*rect)
            .filter(|(_, point)| within(point.map(f64::from)))
            .map(|(number, _)| number)
            .collect();
        found.sort_unstable();
        found
    }

    /// The points of all buckets that the part touches.
    pub(super) fn near(&self, rect: Rect) -> impl Iterator<Item = (u32, Point)> {
        let ([left, low], [right, high]) = (self.bucket(rect.low), self.bucket(rect.high));
        let line = move |line: usize| {
            let (start, end) = (line * self.side + left, line * self.side + right + 1);
            let range = match self.starts.get(start).zip(self.starts.get(end)) {
                Some((&start, &end)) if start < end => start as usize..end as usize,
                _ => 0..0,
            };
            self.numbers[range.clone()].iter().copied().zip(self.points[range].iter().copied())
        };
        (low..=high).flat_map(line)
    }

    /// Column and line of the bucket of a place, or of the nearest bucket.
    fn bucket(&self, place: [f64; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let width = self.bounds.high[axis] - self.bounds.low[axis];
            let share = (place[axis] - self.bounds.low[axis]) / width;
            // Without a width there is one column: NaN and what is negative become 0.
            ((share * self.side as f64) as usize).min(self.side - 1)
        })
    }
}

fn encloses(corners: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let ends = corners.iter().zip(corners.iter().cycle().skip(1));
    let crosses = |(a, b): (&[f64; 2], &[f64; 2])| {
        (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
    };
    ends.filter(|&ends| crosses(ends)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lasso_holds_what_it_goes_around() {
        let points: Vec<Point> = (0..100).map(|i| [(i % 10) as f32, (i / 10) as f32]).collect();
        let plane = Plane::new(&points);
        let triangle = [[-0.5, -0.5], [3.5, -0.5], [-0.5, 3.5]];
        assert_eq!(plane.in_polygon(&triangle), [0, 1, 2, 10, 11, 20]);
        assert_eq!(plane.in_polygon(&triangle[..2]), [0; 0]);
        assert_eq!(plane.in_polygon(&[]), [0; 0]);
        assert_eq!(plane.in_rect(&Rect::around([2.0, 1.0], [1.0, 0.0])), [1, 2, 11, 12]);
    }

    fn coordinate() -> impl Strategy<Value = f32> {
        let odd = prop::sample::select(vec![f32::MAX, f32::MIN, f32::NAN, f32::INFINITY, 1.0]);
        prop_oneof![1 => odd, 9 => -3.0..3.0_f32]
    }

    proptest! {
        #[test]
        fn a_rectangle_holds_its_points(
            points in prop::collection::vec(prop::array::uniform2(coordinate()), 0..300),
            a in [-4.0..4.0_f64, -4.0..4.0_f64], b in [-4.0..4.0_f64, -4.0..4.0_f64],
        ) {
            let plane = Plane::new(&points);
            let rect = Rect::around(a, b);
            let holds = |p: &Point| p.iter().all(|x| x.is_finite()) && rect.holds(p.map(f64::from));
            let expected: Vec<u32> =
                (0..).zip(&points).filter(|(_, p)| holds(p)).map(|(number, _)| number).collect();
            prop_assert_eq!(plane.in_rect(&rect), expected.clone());
            // Points on a side may be taken or not.
            let corners = [rect.low, [rect.high[0], rect.low[1]], rect.high, [rect.low[0], rect.high[1]]];
            let within: Vec<u32> = plane.in_polygon(&corners);
            let inner = |&number: &u32| {
                let [x, y] = points[number as usize].map(f64::from);
                let between = |axis: usize, at| rect.low[axis] < at && at < rect.high[axis];
                between(0, x) && between(1, y)
            };
            prop_assert!(expected.iter().filter(|n| inner(n)).all(|n| within.contains(n)));
            prop_assert!(within.iter().all(|n| expected.contains(n)));
        }
    }
}
