//! Every number that the program shows. Pure: arrays in, structs out.
//!
//! Invariant: nothing here reads a file, a store, a terminal or a clock, and no result is NaN.

mod compare;
mod errors;
mod interval;
mod labelled;
mod parallel;
mod rank;
pub mod significance;
mod tally;

pub use crate::dataset::Probability;
pub use compare::{Comparison, Difference, Evidence, Group, TwoRuns};
pub use errors::{ErrorRate, Relabels, effective_labels, error_rate, review_list};
pub use interval::{Proportion, wilson};
pub use labelled::{AnalysisError, Labelled, argmax};
pub use rank::{in_order, top_classes};
pub use tally::{
    Basis, Category, Estimate, Joint, Population, Reviewed, Tally, TallyCounts, TallyRow, tally,
};
