//! From a file to a model that is ready to score.
//!
//! Invariant: what is wrong is told before anything is scored, by the first step that can tell.

#[cfg(feature = "ort")]
use super::engine::ort::{Options, OrtEngine};
use super::engine::tract::TractEngine;
use super::engine::{Engine, Port};
use super::error::ModelProblem;
use super::feed::{Feed, Medium};
use super::model::{About, Batch, Model, Read};
use super::native::{self, Program, Refusal};
use super::outputs::{self, Wanted};
use super::reading::{self, Classes};
use super::settings::{EngineChoice, Settings};
use super::tensor::Tensor;
use super::{digest, feed, found, onnx_file, prepare};
use std::path::Path;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// A model's file on its way to an engine.
struct Loading<'a> {
    path: &'a Path,
    settings: &'a Settings,
    proto: ModelProto,
    /// For the evaluator of tables.
    program: Option<Program>,
    /// Of its files.
    #[cfg_attr(not(feature = "ort"), expect(dead_code, reason = "for ONNX Runtime"))]
    bytes: u64,
    /// The outputs that the file has as they are wanted.
    #[cfg_attr(not(feature = "ort"), expect(dead_code, reason = "for ONNX Runtime"))]
    given: Vec<Port>,
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
    macs: Option<u64>,
    /// For each test input the values of the outputs that were asked for.
    rows: [Vec<Tensor>; 2],
}

pub(super) fn load(path: &Path, settings: &Settings) -> Result<Model, ModelProblem> {
    let mut proto = onnx_file::read(&onnx(), path)?;
    let weight = onnx_file::weight(&proto, path);
    // beside what follows, which has one core busy for most of the time
    let sha256 = digest::begin(weight.files.clone());
    let classes = proto.graph.as_ref().and_then(prepare::classes);
    let cut = !prepare::cut_zipmap(&mut proto).is_empty();
    let ports = prepare::interface(&proto);
    if let Some(name) = ports.foreign.first() {
        return Err(ModelProblem::ForeignInput(name.clone()));
    }
    let found = found::find(path, &proto, &ports.inputs, &settings.preprocess)?;
    let mut notes = found.notes.clone();
    let settings = &Settings { preprocess: found.preprocess.clone(), ..settings.clone() };
    let feed = Feed::new(path, proto.graph.as_ref(), &ports.inputs, settings, &mut notes)?;
    let wanted = outputs::wanted(&proto, &ports.outputs, settings, &found, classes)?;
    let program = program(&proto, settings, &wanted)?;
    let grouped = program.is_some() || settings.engine == EngineChoice::OnnxRuntime;
    let batch = batch(&ports.inputs, if grouped { feed.group() } else { 1 });
    let tests = tests(&feed, batch)?;
    let inputs = feed::settled(&ports.inputs, &tests, matches!(batch, Batch::UpTo(2..)));
    let (bytes, given) = (weight.bytes, if cut { Vec::new() } else { ports.outputs.clone() });
    let mut loading =
        Loading { path, settings, proto, program, bytes, given, feed, inputs, tests, batch, notes };
    let (tested, read, about) = loading.run(&wanted)?;
    let Loading { feed, batch, notes, .. } = loading;
    let about =
        About { engine: tested.name, macs: tested.macs, notes, sources: found.sources, ..about };
    let sha256 = sha256().map_err(ModelProblem::Unreadable)?;
    Ok(Model {
        engine: tested.engine,
        feed,
        preprocess: found.preprocess,
        inputs: ports.inputs,
        outputs: ports.outputs,
        read,
        batch,
        weight,
        sha256,
        about,
    })
}

/// One example at a time, unless the graph asks for more or `group` is faster.
fn batch(inputs: &[Port], group: usize) -> Batch {
    match inputs.first().and_then(|port| port.dims.first()) {
        Some(&Some(fixed)) if fixed > 1 => Batch::Exactly(fixed),
        Some(&Some(_)) => Batch::UpTo(1),
        _ => Batch::UpTo(group),
    }
}

/// The graph for the evaluator of tables: if it has operators that tract does not have, or takes table rows and all
/// of its operators are known there.
fn program(
    proto: &ModelProto,
    settings: &Settings,
    wanted: &Wanted,
) -> Result<Option<Program>, ModelProblem> {
    if settings.engine != EngineChoice::BuiltIn {
        return Ok(None);
    }
    // before anything large is copied
    let may_need = proto.graph.as_ref().is_some_and(native::is_for);
    if !may_need && settings.medium != Medium::Row {
        return Ok(None);
    }
    let proto = prepare::with_outputs(proto, &wanted.names());
    let graph = proto.graph.as_ref().ok_or(ModelProblem::Damaged)?;
    let needed = native::is_for(graph);
    if !needed && settings.medium != Medium::Row {
        return Ok(None);
    }
    match Program::new(graph, &proto.opset_import) {
        Ok(program) => Ok(Some(program)),
        Err(_) if !needed => Ok(None),
        Err(Refusal::Missing { node, operator }) => Err(ModelProblem::Operator { node, operator }),
        Err(Refusal::Damaged(why)) => Err(ModelProblem::Table(why)),
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
            _ => wanted.probabilities,
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
            EngineChoice::BuiltIn => match self.program.take() {
                Some(program) => of_tables(program, &self.tests),
                None => self.tract(outputs),
            },
        }
    }

    fn tract(&mut self, outputs: &[String]) -> Result<Tested, ModelProblem> {
        let folder = self.path.parent().and_then(Path::to_str);
        let made = TractEngine::load(
            std::mem::take(&mut self.proto),
            folder,
            &self.inputs,
            outputs,
            &self.tests,
        )?;
        self.notes.extend(made.notes);
        let (name, macs) = (TRACT.to_owned(), made.engine.macs());
        Ok(Tested { engine: Box::new(made.engine), name, macs, rows: made.given })
    }

    #[cfg(feature = "ort")]
    fn onnx_runtime(&mut self, outputs: &[String]) -> Result<Tested, ModelProblem> {
        let options =
            Options { threads: self.settings.threads, bytes: self.bytes, cpu_only: false };
        let inner = outputs.iter().any(|name| self.given.iter().all(|port| port.name != *name));
        // the library reads the weights itself: nothing else is to hold them then
        let proto = std::mem::take(&mut self.proto);
        let changed = if inner { Some(prepare::with_outputs(&proto, outputs)) } else { None };
        drop(proto);
        let (engine, notes) = OrtEngine::new(self.path, changed, outputs, options)?;
        self.notes.extend(notes);
        if let (Feed::Picture(..), Batch::UpTo(count)) = (&self.feed, &mut self.batch) {
            *count = engine.batch().max(*count);
        }
        let rows = run(&engine, &self.tests).map_err(ModelProblem::Runtime)?;
        let name = engine.describe();
        Ok(Tested { engine: Box::new(engine), name, macs: None, rows })
    }

    #[cfg(not(feature = "ort"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn onnx_runtime(&mut self, _: &[String]) -> Result<Tested, ModelProblem> {
        let built = "this program was built without the feature `ort`";
        Err(ModelProblem::NoRuntime(built.to_owned()))
    }
}

fn of_tables(program: Program, tests: &[Vec<Tensor>; 2]) -> Result<Tested, ModelProblem> {
    let rows = run(&program, tests).map_err(ModelProblem::Table)?;
    Ok(Tested { engine: Box::new(program), name: NATIVE.to_owned(), macs: None, rows })
}

/// What tract is called; `Cargo.toml` pins its version.
const TRACT: &str = "tract 0.23.9";
/// What the evaluator of tables is called.
const NATIVE: &str = concat!("gaffe ", env!("CARGO_PKG_VERSION"));

/// What the engine gives for the test inputs.
fn run(engine: &dyn Engine, tests: &[Vec<Tensor>; 2]) -> Result<[Vec<Tensor>; 2], String> {
    let mut session = engine.session()?;
    Ok([session.run(&tests[0])?, session.run(&tests[1])?])
}

#[cfg(test)]
mod tests {
    #[test]
    fn tract_is_called_by_its_version() {
        let version = super::TRACT.trim_start_matches("tract ");
        let pinned = format!("tract-onnx = \"={version}\"");
        assert!(include_str!("../../Cargo.toml").contains(&pinned), "{pinned}");
    }
}
