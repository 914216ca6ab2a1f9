//! Every number that the program shows. Pure: arrays in, structs out.
//!
//! Invariant: nothing here reads a file, a store, a terminal or a clock, and no result is NaN.

pub mod annotators;
pub mod baselines;
pub mod batches;
mod bootstrap;
pub mod bottleneck;
pub mod calibration;
pub mod class_lists;
mod compare;
mod confusion;
mod corrected;
pub mod cost;
mod dashboard;
pub mod duplicates;
mod errors;
pub mod eyeball;
pub mod goal;
pub mod guards;
mod interval;
pub mod label_issues;
mod labelled;
pub mod likeness;
pub mod map;
pub mod names;
pub mod neighbours;
pub mod next;
pub mod occlusion;
pub mod orders;
pub mod pace;
mod parallel;
pub mod properties;
mod rank;
mod saturation;
mod scores;
pub mod shift;
pub mod significance;
pub mod slices;
mod spread;
pub mod suggest;
mod tally;
mod timing;
pub mod typeahead;
mod vectors;

pub use crate::dataset::Probability;
pub use bootstrap::{Bootstrap, REPLICATES, bootstrap};
pub use compare::{Comparison, Evidence, Group, Turn, TwoRuns, groups};
pub use confusion::{
    Average, Averages, CellChange, ChangedPair, ClassOrder, ClassScores, ConfusedPair, Confusion,
    ConfusionChange, DARKEST, MOST_CLASSES, Normalise, Place, Shades, Trend,
};
pub use corrected::{
    CorrectStratum, Corrected, ErrorStratum, Missing, correct_sample_for, corrected, exact_limits,
};
pub use dashboard::{Dashboard, Figures};
pub use errors::{ErrorRate, Relabels, correct_list, effective_labels, error_rate, review_list};
pub use interval::{Estimate, Proportion, wilson};
pub use labelled::{AnalysisError, Labelled, argmax};
pub use rank::top_classes;
pub use saturation::{Advice, Block, Idea, Saturation, saturation};
pub use scores::{ScoreSums, Scores, TopK, loss, losses};
pub use spread::{Spread, spread};
pub use tally::{
    Basis, Category, Joint, Population, Reviewed, Tally, TallyCounts, TallyRow, tally,
};
pub use timing::{Timing, between, mean_estimate, timing};
