//! Every number that the program shows. Pure: arrays in, structs out.
//!
//! Invariant: nothing here reads a file, a store, a terminal or a clock, and no result is NaN.

mod compare;
mod errors;
mod interval;
mod rank;
mod tally;

pub use compare::{Comparison, Group, compare, compare_by};
pub use errors::{ErrorRate, Relabels, error_rate, review_list};
pub use interval::{Proportion, wilson};
pub use rank::{in_order, top_classes};
pub use tally::{Basis, Category, Population, Reviewed, Tally, TallyRow, tally};
