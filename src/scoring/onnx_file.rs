//! Opening an ONNX file: is it one at all, and if not, what is it?
//!
//! Invariant: a file that passes has a graph and an operator set; it need not be one tract can run.

use super::error::ModelProblem;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{ModelProto, TensorProto};
use tract_onnx::prelude::*;

const EXPORT: &str = "export the model with torch.onnx.export (or tf2onnx, skl2onnx)";

/// First bytes of files that are given instead of a model, with what to do then.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"version https://git-lfs", "a Git LFS pointer", "run `git lfs pull` to fetch the model"),
    (b"PK\x03\x04", "a zip archive (a PyTorch checkpoint or a Keras model?)", EXPORT),
    (b"\x80\x02", "a pickle", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (b"\x89PNG", "a PNG image", "`model` in gaffe.toml must name an ONNX file"),
    (b"\xff\xd8\xff", "a JPEG image", "`model` in gaffe.toml must name an ONNX file"),
];

/// Reads the file into ONNX's own structure.
///
/// # Errors
/// A file that is missing, can't be read, is something else, or is cut short.
pub(super) fn read(onnx: &tract_onnx::Onnx, path: &Path) -> Result<ModelProto, ModelProblem> {
    let head = head(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => ModelProblem::Missing,
        _ => ModelProblem::Unreadable(e),
    })?;
    if let Some(&(_, what, remedy)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(ModelProblem::Foreign { what, remedy });
    }
    let proto = onnx.proto_model_for_path(path).map_err(|_| ModelProblem::Damaged)?;
    // an empty file is a valid message, and the operator set is written after the graph
    let has_graph = proto.graph.as_ref().is_some_and(|g| !g.node.is_empty());
    if has_graph && !proto.opset_import.is_empty() { Ok(proto) } else { Err(ModelProblem::Damaged) }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(32).read_to_end(&mut head)?;
    Ok(head)
}

/// How heavy a model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weight {
    /// The file and those beside it that it names for its weights.
    pub files: Vec<PathBuf>,
    /// Their bytes.
    pub bytes: u64,
    /// Values of the initialisers that are floats or 8-bit integers: others are shapes and indices.
    pub parameters: u64,
}

/// Bytes of a model's file and of those beside it that hold its weights; `None` if it is no model.
pub fn model_bytes(path: &Path) -> Option<u64> {
    let proto = read(&onnx(), path).ok()?;
    Some(weight(&proto, path).bytes)
}

/// Weighs a model; a file that can't be seen counts nothing.
pub(super) fn weight(proto: &ModelProto, path: &Path) -> Weight {
    let tensors = proto.graph.iter().flat_map(|graph| &graph.initializer);
    let beside: BTreeSet<&str> = tensors.clone().filter_map(location).collect();
    let folder = path.parent().unwrap_or(Path::new("."));
    let size = |path: &Path| fs::metadata(path).map_or(0, |about| about.len());
    let beside = beside.into_iter().map(|name| folder.join(name));
    let files: Vec<PathBuf> = std::iter::once(path.to_owned()).chain(beside).collect();
    Weight {
        bytes: files.iter().map(|file| size(file)).fold(0, u64::saturating_add),
        files,
        parameters: tensors.map(values).fold(0, u64::saturating_add),
    }
}

/// The file that holds a tensor's data, if that is another.
fn location(tensor: &TensorProto) -> Option<&str> {
    let entry = tensor.external_data.iter().find(|entry| entry.key == "location");
    entry.map(|entry| entry.value.as_str())
}

fn values(tensor: &TensorProto) -> u64 {
    use DataType::{Bfloat16, Double, Float, Float16, Int8, Uint8};
    let kinds = [Bfloat16, Double, Float, Float16, Int8, Uint8];
    let counts = kinds.iter().any(|&kind| kind as i32 == tensor.data_type);
    let size = |dim: &i64| u64::try_from(*dim).unwrap_or(0);
    if counts { tensor.dims.iter().map(size).fold(1, u64::saturating_mul) } else { 0 }
}
