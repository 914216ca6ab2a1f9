//! What is being looked at: examples in columns, class names, runs, and the decisions made on them.
//!
//! Invariant: plain data in memory. Nothing here knows a file, a store, a terminal or a clock.

mod choice;
mod classes;
mod decision;
mod examples;
pub mod experiment;
mod hash;
mod ledger;
mod order;
mod paths;
mod reviews;
mod run;
mod tags;

pub use choice::{Answer, Choice};
pub(crate) use classes::fold;
pub use classes::{ClassError, ClassNames};
pub use decision::{
    Action, Change, Difficulty, Event, Found, Relabel, Retest, Review, Stamp, TagChange, Verdict,
};
pub use examples::{Column, Examples, LeftOut, Media, Origin, Split, TextColumn};
pub use hash::stable_hash;
pub use ledger::{DecideError, Ledger, Offers, TagEdit, Touched};
pub use order::Order;
pub use paths::same_files;
pub use reviews::Reviews;
pub use run::{Known, Matrix, Probability, Run, RunError, Values};
pub use tags::{NewTag, Tag, TagExample, TagId, free_key, same_tag_name, tag_name};
