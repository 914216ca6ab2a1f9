//! Products of rows of values with a matrix of weights, as fully connected layers have them.
//!
//! Invariant: a row's values do not depend on the rows beside it.

use super::lanes::{LANES, able, arranged, product};
use super::values::{End, Values};
use std::cell::RefCell;

/// Rows that are computed together: with their sums, a panel of weights and a value they fit in 16 registers of 256
/// bits.
const ROWS: usize = 6;

thread_local! {
    /// Rows of the input, arranged, so that memory need not be asked of the system for each product.
    static SCRATCH: RefCell<Vec<f32>> = RefCell::default();
}

/// A layer that gives weighted sums of each row of its input.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Linear {
    /// Values of a row of the input and of the output.
    sizes: [usize; 2],
    /// Panels × inputs × lanes.
    weights: Values,
    /// With a bias for each column of the output.
    pub end: End,
}

impl Linear {
    /// From weights of columns of the output × columns of the input; `None` where these are not whole, or where this
    /// processor has no faster way than the plain one.
    pub fn new(weights: &[f32], end: End) -> Option<Self> {
        let outputs = end.bias.len();
        let inputs = weights.len().checked_div(outputs)?;
        (inputs > 0 && inputs * outputs == weights.len() && able()).then(|| {
            let mut lots = Vec::new();
            arranged::<LANES>(weights, inputs, &mut lots);
            Self { sizes: [inputs, outputs], weights: lots.into(), end }
        })
    }

    /// Multiplies rows, one after the other, into such of `output`.
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        SCRATCH.with_borrow_mut(|rows| {
            arranged::<ROWS>(input, self.sizes[0], rows);
            self.multiply(rows, output);
        });
    }

    fn multiply(&self, rows: &[f32], output: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if able() {
            // SAFETY: the processor has what the function is compiled for.
            #[expect(unsafe_code, reason = "the compiler can't see which processor it will be")]
            return unsafe { self.multiply_avx2(rows, output) };
        }
        self.multiply_any(rows, output);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn multiply_avx2(&self, rows: &[f32], output: &mut [f32]) {
        self.multiply_any(rows, output);
    }

    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn multiply_any(&self, rows: &[f32], output: &mut [f32]) {
        let [inputs, outputs] = self.sizes;
        let (rows, _) = rows.as_chunks::<ROWS>();
        let (weights, _) = self.weights.as_chunks::<LANES>();
        for (panel, weights) in weights.chunks_exact(inputs).enumerate() {
            let lots = rows.chunks_exact(inputs).zip(output.chunks_mut(ROWS * outputs));
            for (rows, output) in lots {
                match output.len() / outputs {
                    1 => self.put(panel, &product::<ROWS, 1, LANES>(rows, 0, weights), output),
                    2 => self.put(panel, &product::<ROWS, 2, LANES>(rows, 0, weights), output),
                    3 => self.put(panel, &product::<ROWS, 3, LANES>(rows, 0, weights), output),
                    4 => self.put(panel, &product::<ROWS, 4, LANES>(rows, 0, weights), output),
                    _ => self.put(panel, &product::<ROWS, ROWS, LANES>(rows, 0, weights), output),
                }
            }
        }
    }

    /// Gives a panel of some rows to the output.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn put<const SOME: usize>(
        &self,
        panel: usize,
        sums: &[[f32; LANES]; SOME],
        output: &mut [f32],
    ) {
        let bias = self.end.bias.chunks(LANES).nth(panel).unwrap_or_default();
        for (output, sums) in output.chunks_exact_mut(self.sizes[1]).zip(sums) {
            let output = &mut output[panel * LANES..];
            let mut values = *sums;
            // the same twice: with lengths that the compiler knows it becomes a few vector operations
            if let (Some(output), Some(bias)) =
                (output.first_chunk_mut::<LANES>(), bias.first_chunk::<LANES>())
            {
                values.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
                self.end.give(output, &values);
            } else {
                values.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
                self.end.give(output, &values);
            }
        }
    }
}
