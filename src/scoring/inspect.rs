//! What can be told of a model without a project.
//!
//! Invariant: what is guessed here serves for looking at a model, never for keeping a run.

use super::engine::Port;
use super::error::{ModelProblem, ScoreError};
use super::feed::Medium;
use super::guard::guarded;
use super::input::Preprocess;
use super::settings::Settings;
use super::tensor::Kind;
use super::{found, onnx_file, outputs, prepare};
use std::path::Path;
use tract_onnx::prelude::onnx;

/// Names of inputs that hear.
const SOUNDS: [&str; 5] = ["input_values", "input_features", "audio", "waveform", "wave"];
/// The most columns that are made up for a matrix.
const MOST_COLUMNS: usize = 1 << 16;

impl Settings {
    /// Settings to look at a model with: what its inputs look like, and the classes that it names.
    ///
    /// # Errors
    /// A file that is no model.
    pub fn guessed(path: &Path) -> Result<Self, ScoreError> {
        guarded(|| guessed(path))
            .unwrap_or_else(|panic| Err(ModelProblem::Engine(panic)))
            .map_err(|problem| ScoreError::Model { path: path.to_owned(), problem })
    }
}

fn guessed(path: &Path) -> Result<Settings, ModelProblem> {
    let proto = onnx_file::read(&onnx(), path)?;
    let ports = prepare::interface(&proto);
    let inputs = &ports.inputs;
    let found = found::find(path, &proto, inputs, &Preprocess::default())?;
    let named = proto.graph.as_ref().and_then(prepare::classes).map(|list| list.names);
    let numbered =
        || outputs::width(&ports.outputs).map(|k| (0..k).map(|k| k.to_string()).collect());
    let classes = named.or(found.classes.map(|(names, _)| names)).or_else(numbered);
    let columns = columns(inputs);
    let settings = Settings::new(medium(inputs), Preprocess::default(), Vec::new());
    Ok(Settings { columns, classes, ..settings })
}

fn medium(inputs: &[Port]) -> Medium {
    let named = |names: &[&str]| inputs.iter().any(|port| names.contains(&port.name.as_str()));
    let rank = inputs.first().map_or(0, |port| port.dims.len());
    let whole = |port: &Port| matches!(port.kind, Kind::I32 | Kind::I64) && port.dims.len() == 2;
    match rank {
        _ if named(&["input_ids"]) => Medium::Text,
        _ if named(&SOUNDS) => Medium::Sound,
        4 => Medium::Picture,
        3 => Medium::Sound,
        2 if inputs.len() > 1 && inputs.iter().all(whole) => Medium::Text,
        _ => Medium::Row,
    }
}

/// Names for the columns of one matrix, or those of the inputs.
fn columns(inputs: &[Port]) -> Vec<String> {
    match inputs {
        [Port { dims, .. }] if dims.len() == 2 => {
            let count = dims[1].unwrap_or(1).min(MOST_COLUMNS);
            (1..=count).map(|number| number.to_string()).collect()
        }
        _ => inputs.iter().map(|port| port.name.clone()).collect(),
    }
}
