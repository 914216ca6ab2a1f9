//! Where the errors are: slices of the examples, given by metadata, class or tag.
//!
//! [`Features`] turns columns into values; [`ByValue`] counts errors by value; [`search()`] finds the
//! worst combinations of values; [`confirm()`] finds them on one half of the examples and tests them
//! on the other, because the worst of many slices looks bad by chance too.

mod bits;
mod by_value;
mod confirm;
mod encode;
mod features;
mod lattice;
mod search;
mod sets;
mod versus_rest;

pub use by_value::{ByValue, ValueErrors};
pub use confirm::{Checked, confirm, confirm_while, halves};
pub use encode::Encoding;
pub use features::{Condition, Feature, FeatureValue, Features, Holds, Reason, Skipped};
pub use search::{SearchOptions, Slice, min_support, search, search_while};
pub use sets::{SetErrors, count_rows, of_sets};
pub use versus_rest::{fisher_exact, versus_rest};

use super::Proportion;
use serde::Serialize;

/// Examples, and those of them that are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Examples with a prediction.
    pub examples: usize,
    /// Those whose prediction is wrong.
    pub errors: usize,
}

impl Counts {
    /// Counts one more example.
    pub fn add(&mut self, error: bool) {
        self.examples += 1;
        self.errors += usize::from(error);
    }

    /// What is left without `part`.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self {
            examples: self.examples.saturating_sub(part.examples),
            errors: self.errors.saturating_sub(part.errors),
        }
    }

    /// Errors an example; `None` without examples.
    pub fn rate(self) -> Option<f64> {
        (self.examples > 0).then(|| self.errors as f64 / self.examples as f64)
    }
}

/// The errors of a slice, held against those of all examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Examples of the slice that have a prediction.
    pub examples: usize,
    /// Those of them that are errors.
    pub errors: usize,
    /// Share of errors in the slice, with Wilson's 95 % interval for examples of the same kind.
    pub error: Proportion,
    /// That share divided by the one of all examples; `None` if either has no examples or there are no
    /// errors at all.
    pub lift: Option<f64>,
    /// Error of all examples if every error of the slice were solved; 0 without examples.
    pub ceiling: f64,
}

impl Figures {
    /// The figures of the `slice` among `all` examples.
    pub fn new(slice: Counts, all: Counts) -> Self {
        let lift = match (slice.rate(), all.rate()) {
            (Some(part), Some(whole)) if whole > 0.0 => Some(part / whole),
            _ => None,
        };
        Self {
            examples: slice.examples,
            errors: slice.errors,
            error: Proportion::sampled(slice.errors, slice.examples, usize::MAX),
            lift,
            ceiling: all.errors.saturating_sub(slice.errors) as f64 / all.examples.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_defined_without_examples_and_without_errors() {
        let none = Figures::new(Counts::default(), Counts::default());
        assert_eq!((none.lift, none.ceiling, none.error.high), (None, 0.0, 1.0));
        let right = Counts { examples: 10, errors: 0 };
        assert_eq!(Figures::new(right, right).lift, None);
        let (slice, all) = (Counts { examples: 10, errors: 4 }, Counts { examples: 40, errors: 8 });
        let some = Figures::new(slice, all);
        assert_eq!((some.lift, some.ceiling, some.error.share), (Some(2.0), 0.1, 0.4));
    }
}
