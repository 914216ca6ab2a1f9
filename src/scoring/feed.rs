//! From examples to what goes into the engine: one tensor for each input of the graph.
//!
//! Invariant: a group holds the examples that could be prepared, in the order of their rows, and names the
//! others with the reason.

use super::engine::Port;
use super::error::ModelProblem;
use super::input::picture::Preparer as Pictures;
use super::model::Batch;
use super::settings::Settings;
use super::tensor::Tensor;
use fast_image_resize::Resizer;
use image::DynamicImage;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the examples of a project are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Picture files.
    Picture,
    /// Texts.
    Text,
    /// Table rows.
    Row,
}

impl Medium {
    /// What one example of it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Row => "table row",
        }
    }
}

/// One example as it is read.
#[derive(Debug, Clone)]
pub enum Sample<'a> {
    /// A decoded picture.
    Picture(DynamicImage),
    /// A text.
    Text(&'a str),
    /// A table row: the cells of all metadata columns.
    Row(Vec<&'a str>),
}

impl Sample<'_> {
    /// How much memory it holds.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Picture(picture) => picture.as_bytes().len(),
            Self::Text(text) => text.len(),
            Self::Row(cells) => cells.iter().map(|cell| cell.len()).sum(),
        }
    }
}

/// How examples of one medium become tensors.
#[derive(Debug)]
pub(super) enum Feed {
    Picture(Pictures, String),
}

impl Feed {
    /// How examples of the project become the inputs of a graph.
    ///
    /// # Errors
    /// Inputs that examples of this medium can't be made into.
    pub fn new(
        _path: &Path,
        inputs: &[Port],
        settings: &Settings,
        _notes: &mut Vec<String>,
    ) -> Result<Self, ModelProblem> {
        match settings.medium {
            Medium::Picture => {
                let names = || inputs.iter().map(|port| port.name.clone()).collect();
                let [input] = inputs else { return Err(ModelProblem::Inputs(names())) };
                let pictures = Pictures::new(input, &settings.preprocess)?;
                Ok(Self::Picture(pictures, input.name.clone()))
            }
            other => Err(ModelProblem::Engine(format!("can't score a {}", other.name()))),
        }
    }

    /// How many examples go through an engine together that takes any number.
    pub fn group(&self) -> usize {
        match self {
            Self::Picture(..) => 1,
        }
    }

    /// The inputs with the sizes that they will have; a size that differs by example stays open.
    pub fn settled(&self, inputs: &[Port], batch: Batch) -> Vec<Port> {
        let first = match batch {
            Batch::Exactly(count) => Some(count),
            Batch::UpTo(1) => Some(1),
            Batch::UpTo(_) => None,
        };
        let settle = |(port, mut dims): (&Port, Vec<Option<usize>>)| {
            if let Some(size) = dims.first_mut() {
                *size = first;
            }
            Port { dims, ..port.clone() }
        };
        inputs.iter().zip(self.dims(inputs)).map(settle).collect()
    }

    fn dims(&self, _inputs: &[Port]) -> Vec<Vec<Option<usize>>> {
        match self {
            Self::Picture(pictures, _) => vec![pictures.frame().shape().map(Some).to_vec()],
        }
    }

    /// Two inputs to try a model on.
    pub fn tests(&self) -> Option<[Inputs; 2]> {
        match self {
            Self::Picture(pictures, _) => {
                pictures.test_inputs().map(|tests| tests.map(|t| vec![t]))
            }
        }
    }

    /// How the input is made, on one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Picture(pictures, name) => format!("{name}: {}", pictures.describe()),
        }
    }
}

/// One tensor for each input of the graph.
pub(super) type Inputs = Vec<Tensor>;

/// Examples that go through the model together.
#[derive(Debug)]
pub(super) struct Group {
    /// One for each input of the graph, the examples along the first axis.
    pub inputs: Inputs,
    /// The rows of the examples.
    pub rows: Vec<usize>,
    /// The rows that could not be prepared.
    pub failed: Vec<(usize, String)>,
}

/// What one thread needs to prepare examples.
#[derive(Debug)]
pub(super) struct Preparer<'m> {
    feed: &'m Feed,
    resizer: Resizer,
}

impl<'m> Preparer<'m> {
    pub fn new(feed: &'m Feed) -> Self {
        Self { feed, resizer: Resizer::new() }
    }

    /// Prepares the examples of the rows from `first`.
    pub fn group(&mut self, first: usize, samples: Vec<Result<Sample<'_>, String>>) -> Group {
        let (mut rows, mut singles, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (row, sample) in (first..).zip(samples) {
            match sample.and_then(|sample| self.one(&sample)) {
                Ok(inputs) => {
                    rows.push(row);
                    singles.push(inputs);
                }
                Err(reason) => failed.push((row, reason)),
            }
        }
        match stack(singles) {
            Some(inputs) => Group { inputs, rows, failed },
            None => {
                let differ = |row| (row, "its input has another shape than the others'".to_owned());
                failed.extend(rows.into_iter().map(differ));
                Group { inputs: Vec::new(), rows: Vec::new(), failed }
            }
        }
    }

    /// Prepares one example.
    ///
    /// # Errors
    /// An example of another medium, or one that can't be made into the input.
    pub fn one(&mut self, sample: &Sample<'_>) -> Result<Inputs, String> {
        match (self.feed, sample) {
            (Feed::Picture(pictures, _), Sample::Picture(picture)) => {
                Ok(vec![pictures.prepare(picture, &mut self.resizer)?])
            }
            _ => Err("it is not what the model takes".to_owned()),
        }
    }
}

/// The inputs of several examples as one; no examples give no tensors.
fn stack(singles: Vec<Inputs>) -> Option<Inputs> {
    let mut columns: Vec<Vec<Tensor>> = Vec::new();
    columns.resize_with(singles.first().map_or(0, Vec::len), Vec::new);
    for single in singles {
        for (column, tensor) in columns.iter_mut().zip(single) {
            column.push(tensor);
        }
    }
    columns.into_iter().map(Tensor::stack).collect()
}
