//! What runs a graph: tract, the evaluator of `native`, or ONNX Runtime.
//!
//! Invariant: an engine is shared by all threads, a session belongs to one. Neither knows pictures, texts or
//! classes: tensors in, tensors out, in the order of the graph's inputs and outputs.

mod kernels;
#[cfg(feature = "ort")]
pub(super) mod ort;
pub(super) mod tract;

use super::tensor::{Kind, Tensor};

/// An input or output of a graph, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub kind: Kind,
    /// Its sizes, the batch first; `None` where the file leaves one open.
    pub dims: Vec<Option<usize>>,
}

/// A graph that is ready to run.
pub(super) trait Engine: Send + Sync {
    /// What one thread needs to run it.
    ///
    /// # Errors
    /// No memory, or whatever the engine says.
    fn session(&self) -> Result<Box<dyn Session + '_>, String>;
}

/// One thread's way to an [`Engine`].
pub(super) trait Session {
    /// Runs the graph on one batch: one tensor an input, one an output.
    ///
    /// # Errors
    /// What the engine says, on one line. A session that failed may be used again.
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String>;
}
