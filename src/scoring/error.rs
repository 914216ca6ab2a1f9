//! Why a model can't be used, or an example can't be scored.
//!
//! Invariant: a message is one line that names the file and what is wrong, and at most one more that
//! says what to do.

use super::input::RowProblem;
use std::path::PathBuf;

/// What scoring can fail with.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The model can't be used.
    #[error("{}: {problem}", path.display())]
    Model {
        /// The ONNX file.
        path: PathBuf,
        /// What is wrong with it.
        problem: ModelProblem,
    },
    /// One example can't be scored; others can.
    #[error("{0}")]
    Example(String),
    /// The engine can't be used on another thread.
    #[error("the engine failed: {0}\n  close other programs, or use fewer --threads")]
    Engine(String),
    /// Scoring was stopped by its caller.
    #[error("scoring was cancelled")]
    Cancelled,
}

/// What is wrong with a model. Shapes are as the file has them, `?` where it leaves them open.
#[derive(Debug, thiserror::Error)]
pub enum ModelProblem {
    /// No such file.
    #[error("no such file\n  `model` in gaffe.toml says where the ONNX file is")]
    Missing,
    /// The file is there but can't be read.
    #[error("can't be read: {0}\n  give the path of the ONNX file")]
    Unreadable(std::io::Error),
    /// The file is something else that is easily taken for a model.
    #[error("is {what}, not an ONNX model\n  {remedy}")]
    Foreign {
        /// What it is, with its article.
        what: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// No ONNX, or only a part of one.
    #[error("is no ONNX model, or is cut short\n  export or copy it again")]
    Damaged,
    /// Inputs that are no tensors of numbers or strings.
    #[error("input `{0}` is no tensor\n  export the model with plain tensors as its inputs")]
    ForeignInput(String),
    /// The output that was asked for is not there.
    #[error("it has no output `{wanted}`\n  there is: {}", .there.join(", "))]
    NoOutput {
        /// The name asked for.
        wanted: String,
        /// The outputs that can be read.
        there: Vec<String>,
    },
    /// No vector can be read as an embedding.
    #[error("no hidden layer before `{0}` can be told\n  name the tensor with --embedding NAME")]
    NoHidden(String),
    /// Another number of inputs than one.
    #[error(
        "takes {} inputs ({}); an image classifier takes one\n  \
         export the model with the image as its only input",
        .0.len(), .0.join(", ")
    )]
    Inputs(Vec<String>),
    /// Inputs that can't be made of the project's texts or sounds.
    #[error("{what}\n  {remedy}")]
    Input {
        /// What is wrong.
        what: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Table rows that do not fit the inputs.
    #[error(transparent)]
    Rows(#[from] RowProblem),
    /// The evaluator of graphs of tables refused the model.
    #[error(
        "can't be evaluated: {0}\n  \
         export it again with skl2onnx or onnxmltools, or score with `--engine ort`"
    )]
    Table(String),
    /// An input that is not float32.
    #[error("input `{input}` is {kind}, not float32\n  export the model with a float32 input")]
    InputType {
        /// The name of the input.
        input: String,
        /// Its type.
        kind: String,
    },
    /// An input that is no image.
    #[error(
        "input `{input}` has the shape {shape}\n  \
         an image input is [N, C, H, W] or [N, H, W, C] with 1 or 3 channels"
    )]
    InputShape {
        /// The name of the input.
        input: String,
        /// Its shape.
        shape: String,
    },
    /// Neither the model nor the project says how many channels an image has.
    #[error("leaves the number of channels open\n  set `channels` to 1 or 3 in [preprocess]")]
    ChannelsOpen,
    /// Neither the model nor the project says how large an image is.
    #[error("leaves the image size open\n  set `size = [height, width]` in [preprocess]")]
    SizeOpen,
    /// The model and the project contradict each other.
    #[error(
        "the model has {key} = {model}, [preprocess] says {key} = {project}\n  \
         correct that line of gaffe.toml, or drop it"
    )]
    Contradiction {
        /// The key of `[preprocess]`.
        key: &'static str,
        /// The model's value.
        model: String,
        /// The project's value.
        project: String,
    },
    /// A model whose metadata says that it does something else.
    #[error(
        "is made for the task `{0}`, says its metadata\n  \
         gaffe scores classifiers: export one (Ultralytics: a -cls model)"
    )]
    Task(String),
    /// A value in `[preprocess]` that can't be used.
    #[error("[preprocess] in gaffe.toml: {0}")]
    Preprocess(String),
    /// Another number of classes than the project has.
    #[error(
        "the model gives {found} classes, the project has {project} (output `{output}`)\n  \
         correct `classes` in gaffe.toml, or take another model"
    )]
    Classes {
        /// The output that was read.
        output: String,
        /// Its number of values for one image.
        found: usize,
        /// The project's number of classes, K.
        project: usize,
    },
    /// Several outputs, none of which is known by name or by its width.
    #[error(
        "none of its outputs ({0}) has a value for each class\n  \
         correct `classes` in gaffe.toml, or name the output `logits`"
    )]
    Outputs(String),
    /// Weights in a file that is not there.
    #[error(
        "keeps its weights in `{0}`, which is not in its folder\n  put that file beside the model"
    )]
    ExternalData(String),
    /// Weights in a file that is shorter than the model says.
    #[error("keeps its weights in `{0}`, which is cut short\n  export or copy it again")]
    ExternalShort(String),
    /// A tensor that is asked for or read, and that nothing makes.
    #[error("has no tensor `{0}`\n  `gaffe model` prints its inputs and outputs")]
    NoTensor(String),
    /// An operator that is not built in.
    #[error(
        "node `{node}` needs the operator {operator}, which is not built in\n  \
         export with another opset, simplify it (onnx-simplifier), or score with `--engine ort`"
    )]
    Operator {
        /// The node of the graph.
        node: String,
        /// Its operator.
        operator: String,
    },
    /// tract refused the model in another way.
    #[error(
        "tract can't run it: {0}\n  export it again (opset 13 to 18), or import predictions instead"
    )]
    Engine(String),
    /// ONNX Runtime refused the model.
    #[error("ONNX Runtime can't run it: {0}\n  without `--engine ort` tract runs it, if it can")]
    Runtime(String),
    /// ONNX Runtime's library can't be loaded: each place that was tried.
    #[error(
        "ONNX Runtime was not found: {0}\n  `pip install onnxruntime`, or set ORT_DYLIB_PATH to its library"
    )]
    NoRuntime(String),
    /// Infinite values or NaN on plain test images.
    #[error(
        "gives values that are not finite on a test image\n  check the export, `mean` and `std`"
    )]
    NotFinite,
}

impl ModelProblem {
    /// Words for an error of tract: its outermost and innermost message, without the dumps of nodes
    /// and tensors that they can carry.
    pub(super) fn engine(error: &anyhow::Error) -> Self {
        Self::Engine(Self::engine_text(error))
    }

    /// The outermost and innermost message of an error of tract, on one line.
    pub(super) fn engine_text(error: &anyhow::Error) -> String {
        let outer = first_line(&error.to_string());
        let inner = first_line(&error.root_cause().to_string());
        if outer == inner { outer } else { format!("{outer}: {inner}") }
    }
}

/// The message of a panic, on one line.
pub(super) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    first_line(text.unwrap_or("it panicked"))
}

const LINE: usize = 120;

/// The first line of a text, cut where it is very long.
pub(super) fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
