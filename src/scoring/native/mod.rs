//! Models of tables: whole graphs of ai.onnx.ml and the standard operators that skl2onnx and onnxmltools write,
//! evaluated batch by batch with ONNX Runtime's own arithmetic.
//!
//! Invariant: a graph that compiled gives values or an error for any input, never a panic: nodes run once each, in
//! the order of the file, every index is checked, and no tensor is larger than [`values::volume`] allows.

mod cast;
mod compile;
mod encode;
mod features;
mod gather;
mod layout;
mod linear;
mod node;
mod operators;
mod pointwise;
mod post;
mod products;
mod ranks;
mod reduce;
mod scan;
mod svm;
mod text;
mod trees;
mod values;

use super::engine::{Engine, Port, Session};
use super::tensor::Tensor;
use operators::{Inputs, Kernel};
use tract_onnx::pb::{GraphProto, OperatorSetIdProto};

/// Why a graph can't be evaluated here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An operator that the evaluator does not have.
    #[error("node `{node}` needs the operator {operator}")]
    Missing {
        /// The node of the graph.
        node: String,
        /// Its operator, with its domain if it has one.
        operator: String,
    },
    /// A graph or a node that makes no sense.
    #[error("{0}")]
    Damaged(String),
}

/// Where a step finds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A value of the file.
    Constant(usize),
    /// An input of the graph.
    Input(usize),
    /// What an earlier step gave.
    Slot(usize),
    /// Left out.
    Nothing,
}

/// A node that is needed for the outputs.
struct Step {
    name: String,
    kernel: Kernel,
    inputs: Vec<Source>,
    /// The slot of each of its outputs; `None` for one that nobody reads.
    outputs: Vec<Option<usize>>,
    /// Slots that no later step reads.
    last_use: Vec<usize>,
}

/// A compiled graph.
pub struct Program {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    results: Vec<Source>,
    constants: Vec<Tensor>,
    steps: Vec<Step>,
    slots: usize,
}

impl Program {
    /// Compiles a graph: values of the file decoded, attributes checked, nodes that no output needs left out.
    ///
    /// # Errors
    /// An operator that is not known, or a graph that makes no sense.
    pub fn new(graph: &GraphProto, opsets: &[OperatorSetIdProto]) -> Result<Self, Refusal> {
        let standard = opsets.iter().find(|set| operators::is_standard(&set.domain));
        compile::compile(graph, standard.map_or(1, |set| set.version))
    }

    /// What it takes, in the order of [`run`](Self::run).
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// What it gives. A port whose kind the file does not say, such as the maps of `ZipMap`, is given as float32.
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// Runs one batch of any number of rows: one tensor an input, one an output.
    ///
    /// # Errors
    /// Inputs that do not fit, named by the node that found it.
    pub fn run(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        if inputs.len() != self.inputs.len() {
            return Err(format!("takes {} inputs, not {}", self.inputs.len(), inputs.len()));
        }
        let mut slots: Vec<Option<Tensor>> = vec![None; self.slots];
        for step in &self.steps {
            let given: Vec<_> = step.inputs.iter().map(|&s| self.find(s, inputs, &slots)).collect();
            let made =
                (step.kernel)(&Inputs(&given)).map_err(|why| format!("{}: {why}", step.name))?;
            if made.len() < step.outputs.iter().rposition(Option::is_some).map_or(0, |i| i + 1) {
                return Err(format!("{}: has too many outputs", step.name));
            }
            for (slot, value) in step.outputs.iter().zip(made) {
                if let Some(place) = slot.and_then(|i| slots.get_mut(i)) {
                    *place = Some(value);
                }
            }
            for &slot in &step.last_use {
                slots[slot] = None;
            }
        }
        let result = |&source| {
            let value = match source {
                Source::Slot(slot) => slots[slot].take(),
                _ => self.find(source, inputs, &[]).cloned(),
            };
            value.ok_or_else(|| "an output is not made".to_owned())
        };
        self.results.iter().map(result).collect()
    }

    fn find<'a>(
        &'a self,
        source: Source,
        inputs: &'a [Tensor],
        slots: &'a [Option<Tensor>],
    ) -> Option<&'a Tensor> {
        match source {
            Source::Constant(i) => self.constants.get(i),
            Source::Input(i) => inputs.get(i),
            Source::Slot(i) => slots.get(i).and_then(Option::as_ref),
            Source::Nothing => None,
        }
    }
}

/// Whether the outputs of a graph need operators of ai.onnx.ml, or of strings, that no other engine here has.
pub(super) fn is_for(graph: &GraphProto) -> bool {
    const TEXT: [&str; 4] = ["StringNormalizer", "TfIdfVectorizer", "Tokenizer", "CDist"];
    let nodes = compile::needed(graph);
    nodes.iter().any(|node| node.domain == "ai.onnx.ml" || TEXT.contains(&node.op_type.as_str()))
}

impl Engine for Program {
    fn session(&self) -> Result<Box<dyn Session + '_>, String> {
        Ok(Box::new(self))
    }
}

impl Session for &Program {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        Program::run(self, inputs)
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod mangle_tests;
