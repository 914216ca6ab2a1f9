//! Vectors that have neighbours, and how blocks of them are brought into products.

use super::super::parallel::pieces;
use super::super::vectors::{Distance, Vector};
use super::best::Real;
use crate::dataset::Matrix;
use ndarray::{Array2, Axis};

/// Points of a piece of work.
const PIECE: usize = 1024;

/// Vectors of D dimensions that have a place: finite ones, and for the cosine such as have a direction. Borrowed,
/// 32 bytes a point.
#[derive(Debug)]
pub struct Points<'a> {
    ids: Vec<u32>,
    vectors: Vec<Vector<'a>>,
    dims: usize,
    distance: Distance,
}

impl<'a> Points<'a> {
    /// The rows of a table (N×D) that are in it and have a place, in the order given; their numbers are the ids.
    pub fn of(table: &'a Matrix, rows: &[u32], distance: Distance) -> Self {
        let values = |i: usize| {
            let row = rows[i] as usize;
            Some((rows[i], (row < table.rows()).then(|| table.row(row))?))
        };
        Self::made(rows.len(), table.cols(), distance, values)
    }

    /// Those of the vectors that have `dims` dimensions and a place; their indices are the ids.
    pub fn from_slices(vectors: &[&'a [f32]], dims: usize, distance: Distance) -> Self {
        let values = |i: usize| Some((i as u32, vectors[i])).filter(|one| one.1.len() == dims);
        Self::made(vectors.len(), dims, distance, values)
    }

    fn made(
        count: usize,
        dims: usize,
        distance: Distance,
        values: impl Fn(usize) -> Option<(u32, &'a [f32])> + Sync,
    ) -> Self {
        let place = |i: usize| {
            let (id, values) = values(i)?;
            Some((id, Vector::new(values, distance)?))
        };
        let found = pieces(count, PIECE, |range| range.filter_map(place).collect::<Vec<_>>());
        let (ids, vectors) = found.into_iter().flatten().unzip();
        Self { ids, vectors, dims, distance }
    }

    /// N.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no vector has a place.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id of each point.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Those of the rows that the points were made of which have no place, in their order.
    pub fn without_place(&self, rows: &[u32]) -> Vec<u32> {
        let mut known = self.ids.iter().peekable();
        rows.iter().copied().filter(|row| known.next_if_eq(&row).is_none()).collect()
    }

    /// D.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The distance of a point to one of `others`, which are measured alike, as it is told: computed directly
    /// in f64.
    pub(super) fn distance(&self, place: usize, others: &Points<'_>, other: usize) -> f64 {
        let (a, b) = (self.vectors[place], others.vectors[other]);
        match self.distance {
            Distance::Cosine => 1.0 - a.cosine(b),
            Distance::Euclidean => a.apart(b).sqrt(),
        }
    }

    /// How points are compared.
    pub fn measure(&self) -> Distance {
        self.distance
    }

    /// ½‖x‖² in a frame.
    pub(super) fn half_length(&self, place: usize, frame: &Frame) -> f64 {
        self.framed(place, frame).map(|x| x * x).sum::<f64>() / 2.0
    }

    /// ½d² in a frame, of a distance that is told.
    pub(super) fn half_square(&self, told: f64, frame: &Frame) -> f64 {
        match self.distance {
            Distance::Cosine => told * frame.per * frame.per,
            Distance::Euclidean => (told * frame.per).powi(2) / 2.0,
        }
    }

    /// D values around the frame's origin, in its unit.
    pub(super) fn framed(&self, place: usize, frame: &Frame) -> impl Iterator<Item = f64> {
        let Vector { values, scale } = self.vectors[place];
        let framed = move |(&x, &origin): (&f32, &f64)| (f64::from(x) * scale - origin) * frame.per;
        values.iter().zip(&frame.origin).map(framed)
    }
}

/// Where values are measured from and in which unit, so that products of them neither overflow nor lose more
/// than they must: around the mean of the points, and none larger than 1. By the cosine vectors have a length
/// of 1 first; then 1 − cos is half the square of the straight line, and one product serves both distances.
pub(super) struct Frame {
    origin: Vec<f64>,
    /// 1/unit
    per: f64,
}

impl Frame {
    /// A frame for points and what is asked about them.
    pub fn new(asked: &Points<'_>, points: &Points<'_>) -> Self {
        let mut frame = Self { origin: vec![0.0; points.dims], per: 1.0 };
        let sums = pieces(points.len(), PIECE, |range| {
            let mut sums = vec![0.0; points.dims];
            for place in range {
                let values = points.framed(place, &frame);
                sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
            }
            sums
        });
        let mut origin = vec![0.0; points.dims];
        for sums in sums {
            let parts = origin.iter_mut().zip(sums);
            parts.for_each(|(mean, sum)| *mean += sum / points.len() as f64);
        }
        frame.origin = origin;
        let largest = [asked, points].map(|points| {
            let top = |place| points.framed(place, &frame).fold(0.0_f64, |top, x| top.max(x.abs()));
            let tops = pieces(points.len(), PIECE, |range| range.map(top).fold(0.0, f64::max));
            tops.into_iter().fold(0.0, f64::max)
        });
        let largest = largest[0].max(largest[1]);
        frame.per = if largest > 0.0 { 1.0 / largest } else { 1.0 };
        frame
    }
}

/// A block of points in a frame.
pub(super) struct Tile<T> {
    /// B×D
    pub values: Array2<T>,
    /// ½‖x‖²
    pub halves: Vec<T>,
}

impl<T: Real> Tile<T> {
    pub fn new(
        points: &Points<'_>,
        places: impl ExactSizeIterator<Item = usize>,
        frame: &Frame,
    ) -> Self {
        let mut values = Array2::zeros((places.len(), points.dims));
        let mut halves = Vec::with_capacity(places.len());
        for (place, mut row) in places.zip(values.outer_iter_mut()) {
            let to = row.as_slice_mut().unwrap_or_default();
            halves.push(T::of(fill(to, points.vectors[place], frame) / 2.0));
        }
        Self { values, halves }
    }

    /// Of rows in a frame.
    pub fn made(
        rows: impl ExactSizeIterator<Item = impl Iterator<Item = f64>>,
        dims: usize,
    ) -> Self {
        let mut values = Array2::zeros((rows.len(), dims));
        let mut halves = Vec::with_capacity(rows.len());
        for (from, mut row) in rows.zip(values.outer_iter_mut()) {
            let mut square = 0.0;
            for (to, x) in row.iter_mut().zip(from) {
                square += x * x;
                *to = T::of(x);
            }
            halves.push(T::of(square / 2.0));
        }
        Self { values, halves }
    }

    /// Its rows at these indices.
    pub fn some(&self, rows: &[usize]) -> Self {
        let halves = rows.iter().map(|&row| self.halves[row]).collect();
        Self { values: self.values.select(Axis(0), rows), halves }
    }

    pub fn len(&self) -> usize {
        self.halves.len()
    }
}

/// Brings a vector into a frame and sums its squares, in lanes so that it runs at the speed of vector instructions.
fn fill<T: Real>(to: &mut [T], Vector { values, scale }: Vector<'_>, frame: &Frame) -> f64 {
    const LANES: usize = 8;
    let one = |to: &mut T, x: f32, origin: f64| {
        let x = (f64::from(x) * scale - origin) * frame.per;
        *to = T::of(x);
        x * x
    };
    let mut lanes = [0.0; LANES];
    let (values, rest) = values.as_chunks::<LANES>();
    let (origins, origins_rest) = frame.origin.as_chunks::<LANES>();
    let (to, to_rest) = to.as_chunks_mut::<LANES>();
    for ((to, values), origins) in to.iter_mut().zip(values).zip(origins) {
        for i in 0..LANES {
            lanes[i] += one(&mut to[i], values[i], origins[i]);
        }
    }
    let rest = to_rest.iter_mut().zip(rest).zip(origins_rest);
    lanes.iter().sum::<f64>() + rest.map(|((to, &x), &origin)| one(to, x, origin)).sum::<f64>()
}
