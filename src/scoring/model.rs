//! A model that is ready to score: loaded, prepared, tested.
//!
//! Invariant: a model that loads has been run on two test inputs, and what it gave was finite and as wide as the
//! project has classes. It is shared by all threads; what changes while scoring is in each thread's [`Scorer`].

use super::engine::{Engine, Port, Session};
use super::error::{ModelProblem, ScoreError};
use super::feed::{Feed, Group, Preparer, Sample};
use super::found::Source;
use super::guard::guarded;
use super::input::Preprocess;
use super::onnx_file::Weight;
use super::reading::{self, Classes, Prediction};
use super::tensor::Tensor;
use super::{load, settings::Settings};
use crate::analysis::{Timing, timing};
use std::path::Path;
use std::time::{Duration, Instant};

/// A model that is ready to score.
pub struct Model {
    pub(super) engine: Box<dyn Engine>,
    pub(super) feed: Feed,
    /// With what was found about the model.
    pub(super) preprocess: Preprocess,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    pub(super) read: Read,
    pub(super) batch: Batch,
    pub(super) weight: Weight,
    pub(super) sha256: String,
    pub(super) about: About,
}

/// Which of the engine's outputs are read, by place.
#[derive(Debug, Clone, Default)]
pub(super) struct Read {
    pub classes: Option<(usize, Classes)>,
    /// With its width, D.
    pub embedding: Option<(usize, usize)>,
    /// The input that tells which tokens are no padding.
    pub mask: Option<usize>,
}

/// How many examples go through the engine together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batch {
    /// At most so many.
    UpTo(usize),
    /// Always so many: the last one is repeated where there are fewer.
    Exactly(usize),
}

/// What the user should know of a model.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// What runs it, with its version.
    pub engine: String,
    /// How the input is made, on one line.
    pub input: String,
    /// Which output is read and how, on one line.
    pub output: String,
    /// Which tensor is the embedding.
    pub embedding: Option<String>,
    /// Multiplications with an addition for one example, or for the batch that the graph takes; if the engine tells.
    pub macs: Option<u64>,
    /// Each setting of the input and where it was found.
    pub sources: Vec<Source>,
    /// What may surprise, in sentences.
    pub notes: Vec<String>,
}

impl Model {
    /// Loads an ONNX model and runs it on two test inputs.
    ///
    /// # Errors
    /// [`ScoreError::Model`]: a file or a model that can't be used, with what to do about it.
    pub fn load(path: &Path, settings: &Settings) -> Result<Self, ScoreError> {
        guarded(|| load::load(path, settings))
            .unwrap_or_else(|panic| Err(ModelProblem::Engine(panic)))
            .map_err(|problem| ScoreError::Model { path: path.to_owned(), problem })
    }

    /// What the user should know of it.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Number of classes, K; 0 if none are read.
    pub fn classes(&self) -> usize {
        self.read.classes.as_ref().map_or(0, |(_, classes)| classes.count)
    }

    /// D; 0 if no embeddings are made.
    pub fn embedding_width(&self) -> usize {
        self.read.embedding.map_or(0, |(_, width)| width)
    }

    /// How many examples go through it together.
    pub fn batch(&self) -> usize {
        match self.batch {
            Batch::UpTo(count) | Batch::Exactly(count) => count.max(1),
        }
    }

    /// The SHA-256 of its file, or of its file and those beside it that hold weights, one after the other.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Bytes of its file and of those beside it that hold weights.
    pub fn bytes(&self) -> u64 {
        self.weight.bytes
    }

    /// How many weights it has.
    pub fn parameters(&self) -> u64 {
        self.weight.parameters
    }

    /// Whether it takes pictures turned as their camera says.
    pub fn upright(&self) -> bool {
        self.feed.upright()
    }

    /// Its inputs and outputs, as the file has them.
    pub fn ports(&self) -> (&[Port], &[Port]) {
        (&self.inputs, &self.outputs)
    }

    /// Times of the model alone on a test input, on this thread, in ms for one example; at most `seconds` long.
    ///
    /// # Errors
    /// As [`Model::scorer`], and an engine that fails.
    pub fn time_alone(&self, seconds: f64) -> Result<Option<Timing>, ScoreError> {
        const MOST: usize = 200;
        let [_, test] = self.feed.tests().map_err(ScoreError::Example)?;
        let count = self.batch();
        let inputs: Vec<Tensor> = test.iter().map(|tensor| tensor.entries(0, count)).collect();
        let mut session = self.engine.session().map_err(ScoreError::Engine)?;
        let (started, mut times) = (Instant::now(), Vec::new());
        while times.len() < MOST && started.elapsed().as_secs_f64() < seconds {
            let begun = Instant::now();
            guarded(|| session.run(&inputs)).and_then(|run| run).map_err(ScoreError::Engine)?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0 / count as f64);
        }
        Ok(timing(&times))
    }

    /// Input, output and what is done to them, on one line.
    pub fn describe(&self) -> String {
        format!("{} → {}", self.about.input, self.about.output)
    }

    pub(super) fn preparer(&self) -> Preparer<'_> {
        Preparer::new(&self.feed)
    }

    /// What one thread needs to score with this model.
    ///
    /// # Errors
    /// An engine without memory for another session.
    pub fn scorer(&self) -> Result<Scorer<'_>, ScoreError> {
        let session = self.engine.session().map_err(ScoreError::Engine)?;
        Ok(Scorer { model: self, session, preparer: self.preparer() })
    }

    /// What the model says of one example. For many keep a [`Model::scorer`].
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn score(&self, sample: &Sample<'_>) -> Result<Prediction, ScoreError> {
        self.scorer()?.score(sample)
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("about", &self.about).finish_non_exhaustive()
    }
}

/// One thread's way to a [`Model`].
pub struct Scorer<'m> {
    model: &'m Model,
    session: Box<dyn Session + 'm>,
    preparer: Preparer<'m>,
}

impl Scorer<'_> {
    /// What the model says of one example.
    ///
    /// # Errors
    /// [`ScoreError::Example`]: an example that can't be made into the input, or one on which the model fails.
    pub fn score(&mut self, sample: &Sample<'_>) -> Result<Prediction, ScoreError> {
        self.timed(sample).map(|(prediction, ..)| prediction)
    }

    /// The same with the time to prepare the example, and that in the model.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn timed(
        &mut self,
        sample: &Sample<'_>,
    ) -> Result<(Prediction, Duration, Duration), ScoreError> {
        let started = Instant::now();
        let inputs = self.preparer.one(sample).map_err(ScoreError::Example)?;
        let prepared = started.elapsed();
        let mut predictions = self.run(&inputs, 1).map_err(ScoreError::Example)?;
        let prediction = predictions.pop().unwrap_or_else(|| Err(NOTHING.to_owned()));
        let inferred = started.elapsed().saturating_sub(prepared);
        Ok((prediction.map_err(ScoreError::Example)?, prepared, inferred))
    }

    /// The class probabilities of one example whose inputs are made already.
    ///
    /// # Errors
    /// What the model fails with.
    pub(super) fn prepared(&mut self, inputs: &[Tensor]) -> Result<Vec<f32>, String> {
        let prediction = self.run(inputs, 1)?.pop().unwrap_or_else(|| Err(NOTHING.to_owned()));
        Ok(prediction?.probs)
    }

    /// What the model says of the examples of a group, by row. Where it fails on the group, each is tried alone.
    pub(super) fn group(&mut self, group: Group) -> Vec<(usize, Result<Prediction, String>)> {
        let count = group.rows.len();
        let done = match self.run(&group.inputs, count) {
            Ok(predictions) => predictions,
            Err(reason) if count == 1 => vec![Err(reason)],
            Err(_) => (0..count).map(|at| self.alone(&group, at)).collect(),
        };
        let failed = group.failed.into_iter().map(|(row, reason)| (row, Err(reason)));
        group.rows.into_iter().zip(done).chain(failed).collect()
    }

    fn alone(&mut self, group: &Group, at: usize) -> Result<Prediction, String> {
        let inputs: Vec<Tensor> = group.inputs.iter().map(|t| t.entries(at, 1)).collect();
        self.run(&inputs, 1)?.pop().unwrap_or_else(|| Err(NOTHING.to_owned()))
    }

    fn run(
        &mut self,
        inputs: &[Tensor],
        count: usize,
    ) -> Result<Vec<Result<Prediction, String>>, String> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let outputs = match self.model.batch {
            Batch::Exactly(batch) if batch != count => {
                let padded: Vec<Tensor> = inputs.iter().map(|t| t.entries(0, batch)).collect();
                let outputs = guarded(|| self.session.run(&padded))??;
                outputs.iter().map(|t| t.entries(0, count)).collect()
            }
            _ => guarded(|| self.session.run(inputs))??,
        };
        self.model.read.predictions(inputs, &outputs, count)
    }
}

const NOTHING: &str = "the model gave nothing";

impl Read {
    /// The predictions of `count` examples.
    pub fn predictions(
        &self,
        inputs: &[Tensor],
        outputs: &[Tensor],
        count: usize,
    ) -> Result<Vec<Result<Prediction, String>>, String> {
        let nothing = || NOTHING.to_owned();
        let mut predictions = vec![Ok(Prediction::default()); count];
        if let Some((place, classes)) = &self.classes {
            let rows = outputs.get(*place).and_then(|output| reading::rows(output, count));
            for (prediction, row) in predictions.iter_mut().zip(rows.ok_or_else(nothing)?) {
                *prediction = classes
                    .probabilities(&row)
                    .map(|probs| Prediction { probs, ..Prediction::default() });
            }
        }
        if let Some((place, width)) = self.embedding {
            let mask = self.mask.and_then(|place| inputs.get(place));
            let vectors =
                outputs.get(place).and_then(|output| reading::embeddings(output, count, mask));
            for (prediction, vector) in predictions.iter_mut().zip(vectors.ok_or_else(nothing)?) {
                if let Ok(known) = prediction {
                    if vector.len() == width && vector.iter().all(|v| v.is_finite()) {
                        known.embedding = vector;
                    } else {
                        *prediction = Err("its embedding is not finite".to_owned());
                    }
                }
            }
        }
        Ok(predictions)
    }
}
