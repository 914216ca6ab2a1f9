//! What is done to a model's graph before an engine takes it.
//!
//! Invariant: the outputs that are left mean what they meant before.

pub mod classes;
