//! From files and data to what a terminal can show, a model take or a statistic measure: decoded
//! pictures and sounds, half-block cells, waveforms, safe text.
//!
//! Invariant: nothing that comes from data reaches a terminal but through [`text`].

mod cells;
mod change;
mod decode;
mod examine;
pub mod idx;
mod inline;
mod kinds;
pub(crate) mod parquet_row;
mod sound;
mod source;
pub mod text;
mod wave;

pub use cells::{Cells, fit, shrunk};
pub use change::PictureChange;
pub use decode::{MediaError, decode, decode_upright};
pub use examine::{examine, read};
pub use inline::print_inline;
pub use kinds::{ending_of, is_media};
pub use sound::{Sound, decode_sound, is_sound};
pub use source::{Locator, Part, find};
pub use wave::{caption, cells_of, waveform};
