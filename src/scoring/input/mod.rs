//! From an example to the tensors that a model takes.
//!
//! Invariant: what is made here is what the model's own Python pipeline makes, within the limits that the tests name.

mod beside;
mod ports;
mod text;

pub use beside::positions;
pub use ports::takes_text;
pub use text::Texts;
