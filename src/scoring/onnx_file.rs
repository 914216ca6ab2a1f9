//! Opening an ONNX file: is it one at all, and if not, what is it?
//!
//! Invariant: a file that passes has a graph and an operator set; it need not be one tract can run.

use super::error::ModelProblem;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use tract_onnx::pb::ModelProto;
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
