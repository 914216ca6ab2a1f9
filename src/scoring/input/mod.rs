//! From an example to the tensors that a model takes.
//!
//! Invariant: what is prepared equals what the reference tools prepare from the same example and settings, within
//! the limits that the tests name.

mod beside;
mod mel;
pub(super) mod picture;
mod ports;
mod preprocess;
mod resample;
mod row;
mod sound;
mod sound_settings;
mod spectrogram;
mod text;

pub use beside::positions;
pub use preprocess::{Alpha, Crop, Filter, Layout, Order, Preprocess, Resize};
pub use row::{RowProblem, Rows};
pub use sound::Sounds;
pub use sound_settings::SoundSettings;
pub use text::Texts;
