//! Values that operators are made of, and what they do to each sum.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// How many values decide the hash.
const HASHED: usize = 64;

/// Constants of an operator. Equal where their bits are: NaN is itself, and the zeros are two.
#[derive(Debug, Clone)]
pub struct Values(Arc<[f32]>);

impl Values {
    fn bits(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|value| value.to_bits())
    }
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self(values.into())
    }
}

impl From<&[f32]> for Values {
    fn from(values: &[f32]) -> Self {
        Self(values.into())
    }
}

impl Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.bits().eq(other.bits())
    }
}

impl Eq for Values {}

impl Hash for Values {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        // weights of millions are told apart by a few of them
        self.bits().take(HASHED).for_each(|bits| bits.hash(state));
    }
}

/// What becomes of each sum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct End {
    /// A bias for each channel, or each column, of the output.
    pub bias: Values,
    /// Whether the values are added to those that the output holds already, before the limits.
    pub onto: bool,
    /// The least and the largest value of the output, as the bits of f32.
    pub limits: [u32; 2],
}

impl End {
    /// A bias, and no limits.
    pub fn new(bias: Values) -> Self {
        Self { bias, onto: false, limits: [f32::NEG_INFINITY, f32::INFINITY].map(f32::to_bits) }
    }

    /// Whether values are limited so far.
    pub fn has_limits(&self) -> bool {
        self.limits != [f32::NEG_INFINITY, f32::INFINITY].map(f32::to_bits)
    }

    /// Gives values to the output, which holds what they are added to.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    pub(super) fn give(&self, output: &mut [f32], values: &[f32]) {
        let [low, high] = self.limits.map(f32::from_bits);
        for (output, &value) in output.iter_mut().zip(values) {
            let sum = if self.onto { *output + value } else { value };
            // `clamp` would refuse limits that are NaN
            let raised = if sum < low { low } else { sum };
            *output = if raised > high { high } else { raised };
        }
    }
}
