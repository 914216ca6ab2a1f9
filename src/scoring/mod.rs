//! Scoring: an image classifier in ONNX, run locally over the examples of a split.
//!
//! Invariant: a model that loads has been run. Its plan gave finite values of the right width on two
//! test images, and the optimised plan is only used where it agrees with the plain one.

// Until the model speaks to engines.
#![allow(dead_code, unused_imports, unused_macros)]

mod batch;
mod engine;
mod error;
mod feed;
mod graph;
mod guard;
mod load;
mod measure;
mod memory;
mod model;
mod onnx_file;
mod outputs;
mod plan;
mod prepare;
mod preprocess;
mod reading;
mod settings;
mod tensor;

pub use batch::{Chunk, Extent, Fetch, chunk_rows, cores, score_rows};
pub use engine::Port;
pub use error::{ModelProblem, ScoreError};
pub use feed::{Medium, Sample};
pub(crate) use guard::guarded;
pub use measure::{Limits, Measurement, Memory, Step, Throughput, measure};
pub use memory::memory_in_use;
pub use model::{About, Model, Scorer};
pub use onnx_file::model_bytes;
pub use preprocess::Preprocess;
pub use reading::Prediction;
pub use settings::{Embedding, EngineChoice, Settings};
pub use tensor::{Kind, Tensor};

#[cfg(test)]
mod tests;
