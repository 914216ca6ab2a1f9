//! What is done to a graph before an engine takes it.

mod interface;

pub(super) use interface::interface;

/// interim
pub(super) fn hidden(_: &tract_onnx::pb::GraphProto, _: &str) -> Option<String> {
    None
}
