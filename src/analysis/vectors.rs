//! Vectors in a space of embeddings: what has a direction, and how near two of them are.
//!
//! Invariant: a [`Vector`] is finite, so that every distance is.

use serde::Serialize;

/// What "near" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// 1 − cosine of the angle; an embedding of zeros is near nothing.
    Cosine,
    /// Length of the straight line.
    Euclidean,
}

/// Values that have a distance to others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vector<'a> {
    pub values: &'a [f32],
    /// 1/length for the cosine, else 1.
    pub scale: f64,
}

impl<'a> Vector<'a> {
    /// `None` for what is not finite, and for zeros, which have no direction, by [`Distance::Cosine`].
    pub fn new(values: &'a [f32], distance: Distance) -> Option<Self> {
        let length = sum(values, values, |a, b| a * b).sqrt();
        let scale = match distance {
            Distance::Cosine => 1.0 / length,
            Distance::Euclidean => 1.0,
        };
        (length.is_finite() && scale.is_finite()).then_some(Self { values, scale })
    }

    /// The cosine of the angle between two vectors made by [`Distance::Cosine`], −1 to 1.
    pub fn cosine(self, other: Vector<'_>) -> f64 {
        let product = sum(self.values, other.values, |a, b| a * b);
        (product * self.scale * other.scale).clamp(-1.0, 1.0)
    }

    /// The square of the straight line between both.
    pub fn apart(self, other: Vector<'_>) -> f64 {
        squared_distance(self.values, other.values)
    }
}

/// Σ(a − b)².
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    sum(a, b, |a, b| (a - b) * (a - b))
}

/// Σ f(a, b) in f64, in eight lanes so that it runs at the speed of vector instructions.
fn sum(a: &[f32], b: &[f32], f: impl Fn(f64, f64) -> f64) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f64 = rest.map(|(&a, &b)| f(f64::from(a), f64::from(b))).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for i in 0..LANES {
            lanes[i] += f(f64::from(a[i]), f64::from(b[i]));
        }
    }
    lanes.iter().sum::<f64>() + rest
}
