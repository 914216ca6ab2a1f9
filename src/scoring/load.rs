//! From a file to a model that is ready to score.
//!
//! Invariant: what is wrong is told before anything is scored, by the first step that can tell.

#[cfg(feature = "ort")]
use super::engine::ort::{Options, OrtEngine};
use super::engine::tract::TractEngine;
use super::engine::{Engine, Port};
use super::error::ModelProblem;
use super::feed::Feed;
use super::model::{About, Batch, Model, Read};
use super::outputs::{self, Wanted};
use super::reading::{self, Classes};
use super::settings::{EngineChoice, Settings};
use super::tensor::Tensor;
use super::{feed, onnx_file, prepare};
use std::path::Path;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// A model's file on its way to an engine.
struct Loading<'a> {
    path: &'a Path,
    settings: &'a Settings,
    proto: ModelProto,
    /// Of its files.
    bytes: u64,
    feed: Feed,
    /// The inputs, with the sizes that they will have.
    inputs: Vec<Port>,
    tests: [Vec<Tensor>; 2],
    batch: Batch,
    notes: Vec<String>,
}

/// An engine that ran the test inputs.
struct Tested {
    engine: Box<dyn Engine>,
    name: String,
    /// For each test input the values of the outputs that were asked for.
    rows: [Vec<Tensor>; 2],
}

pub(super) fn load(path: &Path, settings: &Settings) -> Result<Model, ModelProblem> {
    let proto = onnx_file::read(&onnx(), path)?;
    let weight = onnx_file::weight(&proto, path);
    let ports = prepare::interface(&proto);
    if let Some(name) = ports.foreign.first() {
        return Err(ModelProblem::ForeignInput(name.clone()));
    }
    let mut notes = Vec::new();
    let feed = Feed::new(path, proto.graph.as_ref(), &ports.inputs, settings, &mut notes)?;
    let batch = batch(&ports.inputs, &feed);
    let tests = tests(&feed, batch)?;
    let inputs = feed::settled(&ports.inputs, &tests, matches!(batch, Batch::UpTo(2..)));
    let wanted = outputs::wanted(&proto, &ports.outputs, settings)?;
    let bytes = weight.bytes;
    let mut loading = Loading { path, settings, proto, bytes, feed, inputs, tests, batch, notes };
    let (tested, read, about) = loading.run(&wanted)?;
    let Loading { feed, batch, notes, .. } = loading;
    let about = About { engine: tested.name, notes, ..about };
    let (inputs, outputs) = (ports.inputs, ports.outputs);
    Ok(Model { engine: tested.engine, feed, inputs, outputs, read, batch, weight, about })
}

/// One example at a time, unless the graph or its medium asks for more.
fn batch(inputs: &[Port], feed: &Feed) -> Batch {
    match inputs.first().and_then(|port| port.dims.first()) {
        Some(&Some(fixed)) if fixed > 1 => Batch::Exactly(fixed),
        _ => Batch::UpTo(feed.group()),
    }
}

/// Two test inputs, with as many examples as the graph takes together.
fn tests(feed: &Feed, batch: Batch) -> Result<[Vec<Tensor>; 2], ModelProblem> {
    let tests = feed.tests().map_err(ModelProblem::Engine)?;
    let Batch::Exactly(count) = batch else { return Ok(tests) };
    Ok(tests.map(|inputs| inputs.iter().map(|tensor| tensor.entries(0, count)).collect()))
}

impl Loading<'_> {
    /// Builds the engine and reads what the test inputs gave.
    fn run(&mut self, wanted: &Wanted) -> Result<(Tested, Read, About), ModelProblem> {
        let tested = self.engine(&wanted.names())?;
        let mask = self.inputs.iter().position(|port| port.name == "attention_mask");
        let mut read = Read { classes: None, embedding: None, mask };
        let mut about = About { input: self.feed.describe(), ..About::default() };
        if let Some((name, count)) = &wanted.classes {
            let classes = self.classes(&tested, name, *count, wanted)?;
            about.output = format!("{name}: {}", classes.form.describe());
            read.classes = Some((0, classes));
        }
        if let Some(name) = &wanted.embedding {
            let place = usize::from(read.classes.is_some());
            let width = self.width(&tested, place, read.mask);
            let width = width.ok_or_else(|| ModelProblem::NoHidden(name.clone()))?;
            about.embedding = Some(format!("{name}: {width} values"));
            read.embedding = Some((place, width));
        }
        Ok((tested, read, about))
    }

    fn classes(
        &mut self,
        tested: &Tested,
        output: &str,
        count: usize,
        wanted: &Wanted,
    ) -> Result<Classes, ModelProblem> {
        let rows = tested.rows.iter().filter_map(|outputs| {
            let rows = reading::rows(outputs.first()?, self.examples())?;
            rows.into_iter().next()
        });
        let rows: Vec<Vec<f32>> = rows.collect();
        if rows.iter().flatten().any(|v| !v.is_finite()) {
            return Err(ModelProblem::NotFinite);
        }
        let found = rows.first().map_or(0, Vec::len);
        let output = output.to_owned();
        let problem = ModelProblem::Classes { output: output.clone(), found, project: count };
        let normalised = match wanted.last.as_deref() {
            Some("Softmax") => found > 1,
            Some("Sigmoid") => found == 1,
            _ => false,
        };
        let classes = Classes::of(&rows, count, normalised, wanted.order.clone());
        let classes = classes.ok_or(problem)?;
        self.notes.extend(wanted.notes.iter().cloned());
        self.notes.extend(classes.remark(&output, &rows));
        Ok(classes)
    }

    fn width(&self, tested: &Tested, place: usize, mask: Option<usize>) -> Option<usize> {
        let mask = mask.and_then(|place| self.tests[1].get(place));
        let vectors = reading::embeddings(tested.rows[1].get(place)?, self.examples(), mask)?;
        vectors.first().map(Vec::len).filter(|&width| width > 0)
    }

    /// How many examples a test input holds.
    fn examples(&self) -> usize {
        match self.batch {
            Batch::Exactly(count) => count,
            Batch::UpTo(_) => 1,
        }
    }

    fn engine(&mut self, outputs: &[String]) -> Result<Tested, ModelProblem> {
        match self.settings.engine {
            EngineChoice::OnnxRuntime => self.onnx_runtime(outputs),
            EngineChoice::BuiltIn => self.tract(outputs),
        }
    }

    fn tract(&mut self, outputs: &[String]) -> Result<Tested, ModelProblem> {
        let folder = self.path.parent().and_then(Path::to_str);
        let made = TractEngine::load(&self.proto, folder, &self.inputs, outputs, &self.tests)?;
        self.notes.extend(made.notes);
        let name = "tract 0.23.9".to_owned();
        Ok(Tested { engine: Box::new(made.engine), name, rows: made.given })
    }

    #[cfg(feature = "ort")]
    fn onnx_runtime(&mut self, outputs: &[String]) -> Result<Tested, ModelProblem> {
        let options =
            Options { threads: self.settings.threads, bytes: self.bytes, cpu_only: false };
        // the library reads the weights itself: nothing else is to hold them then
        let proto = std::mem::take(&mut self.proto);
        let (engine, notes) = OrtEngine::new(self.path, proto, outputs, options)?;
        self.notes.extend(notes);
        if let (Feed::Picture(..), Batch::UpTo(count)) = (&self.feed, &mut self.batch) {
            *count = engine.batch().max(*count);
        }
        let rows = run(&engine, &self.tests)?;
        let name = engine.describe();
        Ok(Tested { engine: Box::new(engine), name, rows })
    }

    #[cfg(not(feature = "ort"))]
    fn onnx_runtime(&mut self, _: &[String]) -> Result<Tested, ModelProblem> {
        let built = "this program was built without the feature `ort`";
        Err(ModelProblem::NoRuntime(built.to_owned()))
    }
}

/// What the engine gives for the test inputs.
#[cfg(feature = "ort")]
fn run(engine: &dyn Engine, tests: &[Vec<Tensor>; 2]) -> Result<[Vec<Tensor>; 2], ModelProblem> {
    let mut session = engine.session().map_err(ModelProblem::Runtime)?;
    let mut run = |inputs: &[Tensor]| session.run(inputs).map_err(ModelProblem::Runtime);
    Ok([run(&tests[0])?, run(&tests[1])?])
}
