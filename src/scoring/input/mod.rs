//! From an example to the tensors a model takes.
//!
//! Invariant: what is prepared equals what the reference tools prepare from the same file and settings.

pub(super) mod picture;
mod preprocess;

pub use preprocess::{Alpha, Crop, Filter, Layout, Order, Preprocess, Resize};
