//! The nearest of a stream of candidates.

use ndarray::LinalgScalar;
use std::cmp::Ordering;

/// What products are made in.
pub(super) trait Real: LinalgScalar + PartialOrd + Send + Sync {
    /// Half the distance from 1 to the next larger number.
    const ROUNDING: f64;
    const INFINITE: Self;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    fn order(&self, other: &Self) -> Ordering;
}

impl Real for f32 {
    const ROUNDING: f64 = f32::EPSILON as f64 / 2.0;
    const INFINITE: Self = Self::INFINITY;

    fn of(x: f64) -> Self {
        x as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}

impl Real for f64 {
    const ROUNDING: f64 = f64::EPSILON / 2.0;
    const INFINITE: Self = Self::INFINITY;

    fn of(x: f64) -> Self {
        x
    }

    fn wide(self) -> f64 {
        self
    }

    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}

/// Lanes of a comparison.
const LANES: usize = 16;

/// The `count` nearest candidates of each point of a block, equal ones by place, in whatever order they come.
pub(super) struct Best<T> {
    count: usize,
    /// what is farther is not among them
    limits: Vec<T>,
    taken: Vec<Vec<(T, u32)>>,
}

impl<T: Real> Best<T> {
    pub fn new(points: usize, count: usize) -> Self {
        let taken = (0..points).map(|_| Vec::with_capacity(2 * count)).collect();
        Self { count, limits: vec![T::INFINITE; points], taken }
    }

    /// Offers candidates from place `first` on to point `i`: `halves` less `products` is how far they are.
    pub fn row(&mut self, i: usize, first: usize, halves: &[T], products: &[T], own: usize) {
        let mut limit = self.limits[i];
        let blocks = halves.chunks(LANES).zip(products.chunks(LANES)).enumerate();
        for (block, (halves, products)) in blocks {
            if !any(halves, products, |half, product| half - product <= limit) {
                continue;
            }
            for (j, (&half, &product)) in halves.iter().zip(products).enumerate() {
                let (far, place) = (half - product, first + block * LANES + j);
                if far <= limit && place != own {
                    self.take(i, far, place as u32);
                    limit = self.limits[i];
                }
            }
        }
    }

    /// Offers the candidate at `place` to every point of the block.
    pub fn column(&mut self, place: usize, half: T, products: &[T]) {
        for start in (0..products.len()).step_by(LANES) {
            let end = products.len().min(start + LANES);
            let near = |limit, product| half - product <= limit;
            if !any(&self.limits[start..end], &products[start..end], near) {
                continue;
            }
            for (i, &product) in (start..end).zip(&products[start..end]) {
                if half - product <= self.limits[i] {
                    self.take(i, half - product, place as u32);
                }
            }
        }
    }

    fn take(&mut self, i: usize, far: T, place: u32) {
        self.taken[i].push((far, place));
        if self.taken[i].len() >= 2 * self.count {
            self.cut(i);
        }
    }

    fn cut(&mut self, i: usize) {
        let taken = &mut self.taken[i];
        if taken.len() >= self.count {
            let order = |a: &(T, u32), b: &(T, u32)| a.0.order(&b.0).then(a.1.cmp(&b.1));
            self.limits[i] = taken.select_nth_unstable_by(self.count - 1, order).1.0;
            taken.truncate(self.count);
        }
    }

    /// The places of those nearest to each point, in no order, and how far one that is not among them is at
    /// least.
    pub fn finish(mut self) -> Vec<(Vec<u32>, f64)> {
        (0..self.taken.len()).for_each(|i| self.cut(i));
        let places = |taken: Vec<(T, u32)>| taken.into_iter().map(|(_, place)| place).collect();
        self.taken.into_iter().map(places).zip(self.limits.into_iter().map(Real::wide)).collect()
    }
}

/// Whether it is so in any lane: no early exit, so that the compiler can take them all at once.
fn any<T: Copy>(a: &[T], b: &[T], is: impl Fn(T, T) -> bool) -> bool {
    a.iter().zip(b).fold(false, |any, (&a, &b)| any | is(a, b))
}
