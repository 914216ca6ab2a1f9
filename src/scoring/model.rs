//! A model that is ready to score: loaded, optimised, tested.
//!
//! Invariant: one plan for all threads and one image at a time, which is tract's fastest way; what
//! changes while scoring is in the [`Scorer`] of each thread.

use super::error::{ModelProblem, ScoreError, panic_text};
use super::graph;
use super::input::Preprocess;
use super::input::picture::Preparer;
use super::onnx_file::{self, Weight};
use super::plan::{self, Plan};
use fast_image_resize::Resizer;
use image::DynamicImage;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};
use tract_onnx::prelude::*;

/// How far a row may be from summing to 1 where only its values tell that it holds probabilities.
const ROW_SUM: f64 = 1e-3;
/// How far the output of a softmax may be from it, quantised to 8 bits.
const SOFTMAX_SUM: f64 = 0.1;

/// An image classifier, shared by all threads.
#[derive(Debug)]
pub struct Model {
    plan: Plan,
    preparer: Preparer,
    input: String,
    output: String,
    classes: usize,
    softmax: bool,
    notes: Vec<String>,
    weight: Weight,
}

impl Model {
    /// Loads an ONNX image classifier for a project of `classes` classes, and runs it on two test
    /// images, both optimised and as it is.
    ///
    /// # Errors
    /// [`ScoreError::Model`]: a file or a model that can't be used, with what to do about it.
    pub fn load(path: &Path, preprocess: &Preprocess, classes: usize) -> Result<Self, ScoreError> {
        // tract panics on some malformed graphs
        catch_unwind(AssertUnwindSafe(|| load(path, preprocess, classes)))
            .unwrap_or_else(|payload| Err(ModelProblem::panicked(&*payload)))
            .map_err(|problem| ScoreError::Model { path: path.to_owned(), problem })
    }

    /// What the user should know about how the model is run; empty when there is nothing.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Number of classes, K.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Bytes of its file and of those beside it that hold weights.
    pub fn bytes(&self) -> u64 {
        self.weight.bytes
    }

    /// How many weights it has.
    pub fn parameters(&self) -> u64 {
        self.weight.parameters
    }

    /// Input, output and what is done to it, on one line.
    pub fn describe(&self) -> String {
        let end = if self.softmax { "softmax applied" } else { "taken as probabilities" };
        let (input, output) = (&self.input, &self.output);
        format!("{input}: {} → {output}: {end}", self.preparer.describe())
    }

    /// What one thread needs to score with this model; cheap to make.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer { model: self, state: None, resizer: Resizer::new() }
    }

    /// The K class probabilities of one image. For many images keep a [`Model::scorer`].
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn score(&self, image: &DynamicImage) -> Result<Vec<f32>, ScoreError> {
        self.scorer().score(image)
    }

    fn probabilities(&self, raw: &[f32]) -> Result<Vec<f32>, String> {
        if raw.iter().any(|v| !v.is_finite()) {
            return Err("the model gave values that are not finite".to_owned());
        }
        if self.softmax {
            return Ok(softmax(raw));
        }
        if !is_distribution(raw, SOFTMAX_SUM) {
            return Err("the model gave values that are no probabilities".to_owned());
        }
        let sum: f64 = raw.iter().copied().map(f64::from).sum();
        Ok(raw.iter().map(|&p| (f64::from(p) / sum) as f32).collect())
    }
}

/// One thread's way to a [`Model`].
#[derive(Debug)]
pub struct Scorer<'m> {
    model: &'m Model,
    /// Made when first needed, and again after a panic inside tract.
    state: Option<TypedSimpleState>,
    resizer: Resizer,
}

impl Scorer<'_> {
    /// The K class probabilities of one image of any size.
    ///
    /// # Errors
    /// [`ScoreError::Example`]: an image without pixels, or one on which the model fails.
    pub fn score(&mut self, image: &DynamicImage) -> Result<Vec<f32>, ScoreError> {
        let values = self.model.preparer.prepare(image, &mut self.resizer);
        let raw = values.and_then(|values| self.run(&values.to_f32().unwrap_or_default()));
        raw.and_then(|raw| self.model.probabilities(&raw)).map_err(ScoreError::Example)
    }

    /// How long one image takes: to be made into the model's input, and in the model.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn timed(&mut self, image: &DynamicImage) -> Result<(Duration, Duration), ScoreError> {
        let started = Instant::now();
        let values = self.model.preparer.prepare(image, &mut self.resizer);
        let values = values.map_err(ScoreError::Example)?;
        let prepared = started.elapsed();
        let raw = self.run(&values.to_f32().unwrap_or_default());
        raw.and_then(|raw| self.model.probabilities(&raw)).map_err(ScoreError::Example)?;
        Ok((prepared, started.elapsed().saturating_sub(prepared)))
    }

    fn run(&mut self, values: &[f32]) -> Result<Vec<f32>, String> {
        let state = self.state.take();
        let Model { plan: shared, preparer, .. } = self.model;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let mut state = state.map_or_else(|| shared.spawn(), Ok)?;
            let raw = plan::run(&mut state, preparer.frame(), values)?;
            Ok::<_, TractError>((state, raw))
        }));
        match attempt {
            Ok(Ok((state, raw))) => {
                self.state = Some(state);
                Ok(raw)
            }
            Ok(Err(error)) => Err(ModelProblem::engine(&error).to_string()),
            Err(payload) => Err(format!("tract failed: {}", panic_text(&*payload))),
        }
    }
}

fn load(path: &Path, preprocess: &Preprocess, classes: usize) -> Result<Model, ModelProblem> {
    // declared shapes are often wrong or symbolic, and tract won't unify them with a batch of 1
    let reader = onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_output_types(true)
        .with_ignore_value_info(true);
    let proto = onnx_file::read(&reader, path)?;
    let weight = onnx_file::weight(&proto, path);
    let folder = path.parent().and_then(Path::to_str);
    let parsed = reader.parse(&proto, folder).map_err(|e| ModelProblem::engine(&e))?;
    let mut model = parsed.model;
    let input = graph::input(&model)?;
    let preparer = Preparer::new(&input, preprocess)?;
    let frame = *preparer.frame();
    let fact = InferenceFact::dt_shape(f32::datum_type(), frame.shape());
    model.set_input_fact(0, fact).map_err(|e| ModelProblem::engine(&e))?;
    let (output, others) = graph::output(&model, classes)?;
    model.select_output_outlets(&[output.outlet]).map_err(|e| ModelProblem::engine(&e))?;
    graph::check_operators(&model)?;

    let tested = plan::make(model, &frame, &preparer).map_err(|problem| match input.dims[0] {
        Some(batch @ 2..) if matches!(problem, ModelProblem::Engine(_)) => {
            ModelProblem::FixedBatch(batch)
        }
        _ => problem,
    })?;
    if let Some(row) = tested.rows.iter().find(|row| row.len() != classes) {
        let (output, found) = (output.name, row.len());
        return Err(ModelProblem::Classes { output, found, project: classes });
    }
    let softmax = !proto.graph.as_ref().is_some_and(|g| graph::is_softmax(g, &output.name))
        && !tested.rows.iter().all(|row| is_distribution(row, ROW_SUM));
    let mut notes = remarks(&output.name, &others, softmax, &tested.rows);
    notes.extend(tested.note);
    let (plan, input, output) = (tested.plan, input.name, output.name);
    Ok(Model { plan, preparer, input, output, classes, softmax, notes, weight })
}

/// What may surprise in the way an output is read.
fn remarks(output: &str, others: &[String], softmax: bool, rows: &[Vec<f32>; 2]) -> Vec<String> {
    let mut remarks = Vec::new();
    if !others.is_empty() {
        let others = others.join(", ");
        remarks.push(format!("output `{output}` is read; {others} would fit as well"));
    }
    let named = output.eq_ignore_ascii_case("logits");
    if softmax && !named && rows.iter().flatten().all(|v| (0.0..=1.0).contains(v)) {
        remarks.push(format!(
            "`{output}` gives values from 0 to 1 that don't sum to 1: if they are independent \
             probabilities (sigmoid), the softmax applied to them is wrong"
        ));
    }
    remarks
}

/// Whether the values are class probabilities already.
fn is_distribution(row: &[f32], tolerance: f64) -> bool {
    let sum: f64 = row.iter().copied().map(f64::from).sum();
    row.iter().all(|&p| p >= 0.0) && (sum - 1.0).abs() <= tolerance
}

/// In f64, and from the largest value down, so that no exponent overflows.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&v| (f64::from(v) - f64::from(top)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|p| (p / sum) as f32).collect()
}
