//! From examples to the tensors that a model takes.
//!
//! Invariant: what does not fit the model's inputs is said before the first example is scored.

pub mod row;
