//! From files and data to what a terminal can show: decoded pictures, half-block cells, safe text.
//!
//! Invariant: nothing that comes from data reaches a terminal but through [`text`].

mod cells;
mod decode;
mod inline;
pub mod text;

pub use cells::{Cells, fit};
pub use decode::{MediaError, decode, decode_upright};
pub use inline::print_inline;
