//! Scoring: an image classifier in ONNX, run locally over the examples of a split.
//!
//! Invariant: a model that loads has been run. Its plan gave finite values of the right width on two
//! test images, and the optimised plan is only used where it agrees with the plain one.

// Until the model speaks to engines.
#![allow(dead_code, unused_imports, unused_macros)]

mod batch;
mod engine;
mod error;
mod graph;
mod input;
mod measure;
mod memory;
mod model;
mod native;
mod onnx_file;
mod plan;
mod prepare;
mod preprocess;
mod tensor;

pub use batch::{Fetch, Scored, score_all};
pub use engine::Port;
pub use error::{ModelProblem, ScoreError};
pub use measure::{Limits, Measurement, Memory, Step, Target, Throughput, measure};
pub use model::{Model, Scorer};
pub use native::{Program, Refusal};
pub use onnx_file::model_bytes;
pub use preprocess::Preprocess;
pub use tensor::{Kind, Tensor};

#[cfg(test)]
mod tests;
