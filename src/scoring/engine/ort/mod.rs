//! ONNX Runtime: the user's own shared library, loaded when this engine is asked for.
//!
//! Invariant: a session runs one batch at a time. There are as many sessions as threads, but no more than
//! [`MOST_WEIGHTS`] allows: then each has more threads, and those who run wait for one.

mod library;
mod log;
mod pool;
mod values;

use super::{Engine, Session};
use crate::scoring::error::{ModelProblem, first_line};
use crate::scoring::guard::guarded;
use crate::scoring::tensor::{Kind, Tensor};
use library::{Places, Runtime};
use log::words;
use ort::ep::{CUDA, ExecutionProvider};
use ort::session::Session as OrtSession;
use ort::value::{Outlet, ValueRef};
use pool::{Pool, Slot};
use prost::Message;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tract_onnx::pb::ModelProto;

/// Most bytes of weights that sessions hold together, unless one alone holds more.
const MOST_WEIGHTS: u64 = 1 << 30;
/// How many examples keep a graphics card busy.
const ON_CARD: usize = 32;
/// Where weights beside a model lie that is given in memory: ONNX Runtime's
/// `kOrtSessionOptionsModelExternalInitializersFileFolderPath`.
const WEIGHTS_FOLDER: &str = "session.model_external_initializers_file_folder_path";

/// How a model is run.
#[derive(Debug, Clone, Copy)]
pub(in crate::scoring) struct Options {
    /// Threads in all.
    pub threads: usize,
    /// Bytes of the model's weights.
    pub bytes: u64,
    /// Not on a graphics card, even if the library can.
    pub cpu_only: bool,
}

/// A model in ONNX Runtime.
pub(in crate::scoring) struct OrtEngine {
    runtime: Arc<Runtime>,
    source: Source,
    plan: Plan,
    inputs: Vec<(String, Kind)>,
    /// Whether it takes any number of examples.
    open: bool,
    outputs: Vec<String>,
    pool: Pool,
}

/// How sessions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    cuda: bool,
    /// Most sessions.
    sessions: usize,
    /// Threads of each.
    threads: usize,
}

impl Plan {
    fn on_cpu(options: Options) -> Self {
        let threads = options.threads.max(1);
        let fit = usize::try_from(MOST_WEIGHTS / options.bytes.max(1)).unwrap_or(usize::MAX);
        let sessions = fit.clamp(1, threads);
        Self { cuda: false, sessions, threads: threads / sessions }
    }

    /// A card runs one batch after the other.
    fn on_card(options: Options) -> Self {
        Self { cuda: true, sessions: 1, threads: options.threads.max(1) }
    }
}

/// Where sessions take the model from.
#[derive(Debug)]
enum Source {
    File(PathBuf),
    Memory { bytes: Vec<u8>, folder: PathBuf },
}

impl Source {
    fn new(path: &Path, changed: Option<ModelProto>) -> Self {
        let Some(proto) = changed else { return Self::File(path.to_owned()) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Self::Memory { bytes: proto.encode_to_vec(), folder }
    }
}

impl OrtEngine {
    /// Loads the library if it is not yet, and the model: from the file `path`, or as it was `changed` after it was
    /// read from there (weights beside the file are found all the same). `outputs` are those of the graph that a
    /// run gives, in this order. Also gives what the user should know.
    ///
    /// # Errors
    /// [`ModelProblem::NoRuntime`] without a library, [`ModelProblem::Runtime`] if it refuses the model.
    pub fn new(
        path: &Path,
        changed: Option<ModelProto>,
        outputs: &[String],
        options: Options,
    ) -> Result<(Self, Vec<String>), ModelProblem> {
        let runtime = library::runtime(&Places::of_process()).map_err(ModelProblem::NoRuntime)?;
        let source = Source::new(path, changed);
        guarded(|| Self::load(runtime, source, outputs, options))
            .flatten()
            .map_err(ModelProblem::Runtime)
    }

    fn load(
        runtime: Arc<Runtime>,
        source: Source,
        outputs: &[String],
        options: Options,
    ) -> Result<(Self, Vec<String>), String> {
        let mut notes = runtime.passed_over.clone();
        let (session, plan) = first(&runtime, &source, options, &mut notes)?;
        let mut inputs = Vec::new();
        for input in session.inputs() {
            let (name, held) = (input.name(), input.dtype());
            let kind = values::kind(held).ok_or_else(|| format!("input `{name}` is {held}"))?;
            inputs.push((name.to_owned(), kind));
        }
        let size = |input: &Outlet| input.dtype().tensor_shape()?.first().copied();
        let open = session.inputs().first().and_then(size).is_some_and(|size| size < 0);
        let has = |name: &String| session.outputs().iter().any(|output| output.name() == name);
        if let Some(missing) = outputs.iter().find(|name| !has(name)) {
            return Err(format!("it has no output `{missing}`"));
        }
        let outputs = outputs.to_vec();
        let slot = Slot::new(session, &outputs).map_err(|e| words(&e))?;
        let pool = Pool::new(slot, plan.sessions);
        Ok((Self { runtime, source, plan, inputs, open, outputs, pool }, notes))
    }

    /// What runs the model: `ONNX Runtime 1.31.1 (CPU)`.
    pub fn describe(&self) -> String {
        let device = if self.plan.cuda { "CUDA" } else { "CPU" };
        format!("ONNX Runtime {} ({device})", self.runtime.version)
    }

    /// How many examples of one shape are best given together.
    pub fn batch(&self) -> usize {
        if self.plan.cuda && self.open { ON_CARD } else { 1 }
    }

    fn make(&self) -> Result<Slot, String> {
        let session = commit(&self.runtime, &self.source, self.plan);
        session.and_then(|session| Slot::new(session, &self.outputs)).map_err(|e| words(&e))
    }

    fn run(&self, tensors: &[Tensor]) -> Result<Vec<Tensor>, String> {
        if tensors.len() != self.inputs.len() {
            let (given, takes) = (tensors.len(), self.inputs.len());
            return Err(format!("{given} inputs are given, the model takes {takes}"));
        }
        let mut given = Vec::with_capacity(tensors.len());
        for (tensor, (name, kind)) in tensors.iter().zip(&self.inputs) {
            let value = values::input(tensor, *kind);
            given.push(value.map_err(|e| format!("input `{name}` is {e}"))?);
        }
        self.pool.with(&|| self.make(), |Slot { session, asked }| {
            let results = session.run_with_options(given.as_slice(), asked);
            let results = results.map_err(|e| words(&e))?;
            let read = |(name, value): (&String, ValueRef<'_>)| {
                values::output(&value).map_err(|e| format!("output `{name}` {e}"))
            };
            self.outputs.iter().zip(results.values()).map(read).collect()
        })
    }
}

impl Engine for OrtEngine {
    fn session(&self) -> Result<Box<dyn Session + '_>, String> {
        Ok(Box::new(Way(self)))
    }
}

/// A thread's way to the sessions.
struct Way<'e>(&'e OrtEngine);

impl Session for Way<'_> {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        guarded(|| self.0.run(inputs)).flatten()
    }
}

/// The first session: on a graphics card if there is one that the library can use, else on the processor.
fn first(
    runtime: &Runtime,
    source: &Source,
    options: Options,
    notes: &mut Vec<String>,
) -> Result<(OrtSession, Plan), String> {
    if !options.cpu_only && CUDA::is_available().unwrap_or(false) {
        let plan = Plan::on_card(options);
        log::take();
        match commit(runtime, source, plan) {
            Ok(session) => return Ok((session, plan)),
            Err(error) => {
                let reason = log::take().pop().unwrap_or_else(|| error.to_string());
                notes.push(format!("CUDA can't be used: {}", first_line(&reason)));
            }
        }
    }
    let plan = Plan::on_cpu(options);
    Ok((commit(runtime, source, plan).map_err(|e| words(&e))?, plan))
}

fn commit(runtime: &Runtime, source: &Source, plan: Plan) -> ort::Result<OrtSession> {
    let builder = OrtSession::builder(&runtime.environment)?;
    let builder = builder.with_intra_threads(plan.threads)?.with_inter_threads(1)?;
    // threads that spin while they wait take the cores from those that read and prepare
    let mut builder = builder.with_intra_op_spinning(false)?;
    if plan.cuda {
        CUDA::default().register(&mut builder)?;
    }
    match source {
        Source::File(path) => builder.commit_from_file(path),
        Source::Memory { bytes, folder } => {
            let mut builder =
                builder.with_config_entry(WEIGHTS_FOLDER, folder.to_string_lossy())?;
            builder.commit_from_memory(bytes)
        }
    }
}

#[cfg(test)]
mod tests;
