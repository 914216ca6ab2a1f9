//! What is asked of a model: how its input is made, which outputs are read, what runs it.

use super::feed::Medium;
use super::input::Preprocess;
use serde::{Deserialize, Serialize};

/// What is to run a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// What is always there: tract, or the evaluator of `native` for graphs of scikit-learn.
    #[default]
    BuiltIn,
    /// The ONNX Runtime that the user has installed.
    OnnxRuntime,
}

/// Which tensor is kept as the embedding of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Embedding {
    /// The last hidden layer, found by walking the graph back from the classes.
    LastHidden,
    /// The tensor of that name.
    Named(String),
}

/// What is asked of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What the examples are.
    pub medium: Medium,
    /// The metadata columns of the examples, in the order of the table.
    pub columns: Vec<String>,
    /// The cells of a few table rows, to try a model on.
    #[serde(default)]
    pub trial: Vec<Vec<String>>,
    /// `[preprocess]` of the project.
    pub preprocess: Preprocess,
    /// The project's classes, K; `None` if only embeddings are wanted.
    pub classes: Option<Vec<String>>,
    /// What runs it.
    pub engine: EngineChoice,
    /// By how many threads.
    pub threads: usize,
    /// The output with the class scores; `None`: the one that looks like it.
    pub output: Option<String>,
    /// Whether embeddings are made, and of which tensor.
    pub embedding: Option<Embedding>,
}

impl Settings {
    /// The class probabilities of examples, by what is always there.
    pub fn new(medium: Medium, preprocess: Preprocess, classes: Vec<String>) -> Self {
        Self {
            medium,
            columns: Vec::new(),
            trial: Vec::new(),
            preprocess,
            classes: Some(classes),
            engine: EngineChoice::default(),
            threads: super::cores(),
            output: None,
            embedding: None,
        }
    }
}
