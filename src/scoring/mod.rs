//! Scoring: a classifier in ONNX, run locally over the examples of a split.
//!
//! Invariant: a model that loads has been run. What it gave on two test inputs was finite and of the right width,
//! and an optimised plan is only used where it agrees with the plain one.

mod batch;
mod digest;
mod engine;
mod error;
mod feed;
mod found;
mod gate;
mod guard;
mod input;
mod inspect;
mod load;
mod measure;
mod memory;
mod model;
mod native;
mod onnx_file;
mod outputs;
mod prepare;
mod reading;
mod settings;
mod tensor;

pub use batch::{Chunk, Extent, Fetch, chunk_rows, cores, score_rows};
pub use engine::Port;
pub use error::{ModelProblem, ScoreError};
pub use feed::{Medium, Sample};
pub use found::Source;
pub use gate::{Agreement, Reason};
pub(crate) use guard::guarded;
pub use input::{Alpha, Crop, Filter, Layout, Order, Preprocess, Resize};
pub use measure::{Limits, Measurement, Memory, Step, Throughput, measure};
pub use memory::memory_in_use;
pub use model::{About, Model, Scorer};
pub use native::{Program, Refusal};
pub use onnx_file::model_bytes;
pub use reading::Prediction;
pub use settings::{Embedding, EngineChoice, Settings};
pub use tensor::{Kind, Tensor};

#[cfg(test)]
mod tests;
