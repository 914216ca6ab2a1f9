//! From an example to the tensors that a model takes.
//!
//! Invariant: what is made here is what the model's own Python pipeline makes, within the limits that the tests name.

mod beside;
mod mel;
mod ports;
mod resample;
mod sound;
mod sound_settings;
mod text;

pub use beside::positions;
pub use ports::takes_text;
pub use sound::Sounds;
pub use sound_settings::{Features, Log, MelAxes, MelNorm, MelScale, Pad, SoundSettings};
pub use text::Texts;
