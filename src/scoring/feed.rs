//! From examples to what goes into the engine: one tensor for each input of the graph.
//!
//! Invariant: a group holds the examples that could be prepared, in the order of their rows, and names the
//! others with the reason.

use super::engine::Port;
use super::error::ModelProblem;
use super::input::picture::Preparer as Pictures;
use super::input::{self, Rows, Sounds, Texts};
use super::settings::Settings;
use super::tensor::{Kind, Tensor};
use crate::media::Sound;
use fast_image_resize::Resizer;
use image::DynamicImage;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::Path;
use tract_onnx::pb::GraphProto;

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
    /// Sound files.
    Sound,
}

impl Medium {
    /// What one example of it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Row => "table row",
            Self::Sound => "sound",
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
    /// A decoded sound.
    Sound(Sound),
}

impl Sample<'_> {
    /// How much memory it holds.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Picture(picture) => picture.as_bytes().len(),
            Self::Text(text) => text.len(),
            Self::Row(cells) => cells.iter().map(|cell| cell.len()).sum(),
            Self::Sound(sound) => size_of_val(sound.samples.as_slice()),
        }
    }
}

/// How examples of one medium become tensors.
#[derive(Debug)]
pub(super) enum Feed {
    /// With the name of the input.
    Picture(Box<Pictures>, String),
    Text(Box<Texts>),
    Sound(Box<Sounds>),
    /// With rows to try a model on.
    Row(Box<Rows>, Option<[Vec<String>; 2]>),
    /// A text as it is, for models that cut it into words themselves; the shape of one.
    Words(Vec<usize>),
}

impl Feed {
    /// How examples of the project become the inputs of a graph.
    ///
    /// # Errors
    /// Inputs that examples of this medium can't be made into.
    pub fn new(
        path: &Path,
        graph: Option<&GraphProto>,
        inputs: &[Port],
        settings: &Settings,
        notes: &mut Vec<String>,
    ) -> Result<Self, ModelProblem> {
        let preprocess = &settings.preprocess;
        match settings.medium {
            Medium::Picture => {
                let names = || inputs.iter().map(|port| port.name.clone()).collect();
                let [input] = inputs else { return Err(ModelProblem::Inputs(names())) };
                let pictures = Box::new(Pictures::new(input, preprocess)?);
                Ok(Self::Picture(pictures, input.name.clone()))
            }
            Medium::Text if matches!(inputs, [port] if port.kind == Kind::Text) => {
                Ok(Self::Words(vec![1; inputs[0].dims.len().max(1)]))
            }
            Medium::Text => {
                let positions = graph.and_then(input::positions);
                let texts = Texts::load(path, inputs, preprocess.max_length, positions)?;
                notes.extend_from_slice(texts.notes());
                Ok(Self::Text(Box::new(texts)))
            }
            Medium::Sound => {
                let sounds = Sounds::new(inputs, &preprocess.sound)?;
                notes.extend_from_slice(sounds.notes());
                Ok(Self::Sound(Box::new(sounds)))
            }
            Medium::Row => {
                let columns: Vec<&str> = settings.columns.iter().map(String::as_str).collect();
                let rows = Rows::new(inputs, &columns, preprocess.columns.as_deref())?;
                let (first, last) = (settings.trial.first(), settings.trial.last());
                let trial = first.cloned().zip(last.cloned()).map(<[Vec<String>; 2]>::from);
                Ok(Self::Row(Box::new(rows), trial))
            }
        }
    }

    /// How many examples go through an engine together that is faster so: texts and sounds have lengths of their
    /// own, and pictures are large.
    pub fn group(&self) -> usize {
        match self {
            Self::Row(rows, _) => (CELLS / rows.width().max(1)).clamp(ROWS.start, ROWS.end),
            Self::Words(_) => ROWS.start,
            _ => 1,
        }
    }

    /// Two inputs to try a model on.
    ///
    /// # Errors
    /// A tokenizer that fails on any text.
    pub fn tests(&self) -> Result<[Inputs; 2], String> {
        match self {
            Self::Picture(pictures, _) => {
                let tests = pictures.test_inputs().ok_or("an input without a size")?;
                Ok(tests.map(|tensor| vec![tensor]))
            }
            Self::Text(texts) => texts.test_inputs(),
            Self::Sound(sounds) => sounds.test_inputs(),
            Self::Row(rows, Some([first, last])) => Ok([row(rows, first)?, row(rows, last)?]),
            Self::Row(rows, None) => rows.test_inputs(),
            Self::Words(shape) => {
                Ok(["a test", "of two texts"].map(|text| vec![words(shape, text)]))
            }
        }
    }

    /// How the input is made, on one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Picture(pictures, name) => format!("{name}: {}", pictures.describe()),
            Self::Text(texts) => texts.describe(),
            Self::Sound(sounds) => sounds.describe(),
            Self::Row(rows, _) => rows.describe(),
            Self::Words(_) => "the text as it is".to_owned(),
        }
    }

    /// Whether pictures are to be turned as their camera says.
    pub fn upright(&self) -> bool {
        matches!(self, Self::Picture(pictures, _) if pictures.exif())
    }
}

/// Fewest and most table rows that go through an engine together.
const ROWS: Range<usize> = 512..4096;
/// Cells of table rows that stay in a core's cache.
const CELLS: usize = 1 << 16;

fn row(rows: &Rows, cells: &[impl AsRef<str>]) -> Result<Inputs, String> {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    rows.tensors(&[&cells]).map_err(|(_, reason)| reason)
}

fn words(shape: &[usize], text: &str) -> Tensor {
    Tensor::Text(ndarray::ArrayD::from_elem(shape, text.to_owned()))
}

/// The inputs with the sizes that `tests` have; one that differs between them stays open.
pub(super) fn settled(inputs: &[Port], tests: &[Inputs; 2], any_batch: bool) -> Vec<Port> {
    let settle = |(at, port): (usize, &Port)| {
        let shape = |test: &Inputs| test.get(at).map_or(Vec::new(), |t| t.shape().to_vec());
        let [first, second] = [shape(&tests[0]), shape(&tests[1])];
        let size = |(a, b): (&usize, &usize)| (a == b).then_some(*a);
        let mut dims: Vec<Option<usize>> = first.iter().zip(&second).map(size).collect();
        if let Some(batch) = dims.first_mut().filter(|_| any_batch) {
            *batch = None;
        }
        Port { dims, ..port.clone() }
    };
    inputs.iter().enumerate().map(settle).collect()
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

impl Group {
    /// How much memory its inputs hold.
    pub fn bytes(&self) -> usize {
        self.inputs.iter().map(Tensor::bytes).sum()
    }
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
        if let Feed::Row(rows, _) = self.feed {
            return table(rows, first, samples);
        }
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
        if let Some(inputs) = stack(singles) {
            return Group { inputs, rows, failed };
        }
        let differ = |row| (row, "its input has another shape than the others'".to_owned());
        failed.extend(rows.into_iter().map(differ));
        Group { inputs: Vec::new(), rows: Vec::new(), failed }
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
            (Feed::Text(texts), Sample::Text(text)) => texts.tensors(text),
            (Feed::Sound(sounds), Sample::Sound(sound)) => sounds.tensors(sound),
            (Feed::Row(rows, _), Sample::Row(cells)) => row(rows, cells),
            (Feed::Words(shape), Sample::Text(text)) => Ok(vec![words(shape, text)]),
            _ => Err("it is not what the model takes".to_owned()),
        }
    }
}

/// Table rows, all in one; those with a cell that can't be used are left out.
fn table(rows: &Rows, first: usize, samples: Vec<Result<Sample<'_>, String>>) -> Group {
    let (mut places, mut cells, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (row, sample) in (first..).zip(samples) {
        match sample {
            Ok(Sample::Row(values)) => {
                places.push(row);
                cells.push(values);
            }
            Ok(_) => failed.push((row, "it is no table row".to_owned())),
            Err(reason) => failed.push((row, reason)),
        }
    }
    loop {
        let lines: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
        match rows.tensors(&lines) {
            Ok(inputs) => return Group { inputs, rows: places, failed },
            Err((at, reason)) if at < places.len() => {
                failed.push((places.remove(at), reason));
                cells.remove(at);
            }
            Err((_, reason)) => {
                failed.extend(places.drain(..).map(|row| (row, reason.clone())));
                return Group { inputs: Vec::new(), rows: places, failed };
            }
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
