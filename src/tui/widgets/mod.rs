//! Small pieces that screens are made of.

mod bars;
mod document;
mod picture;
mod tally;

pub use bars::bar;
pub use document::{draw_document, scroll_limit};
pub use picture::{draw_faded, draw_heated, draw_picture, draw_sound};
pub use tally::{draw_tally, tally_line};
