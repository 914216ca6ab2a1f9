//! Variants of operators that tract takes for the usual ones, and computes wrongly without a word.
//!
//! Invariant: such a node gets a name that no engine knows, so that the model is refused by it.

use super::draft::{Draft, int, is_standard, text};
use tract_onnx::pb::NodeProto;

/// What tract reads of an `Attention` node.
const ATTENTION: [&str; 7] = [
    "is_causal",
    "kv_num_heads",
    "q_num_heads",
    "qk_matmul_output_mode",
    "scale",
    "softcap",
    "softmax_precision",
];

/// Renames a node whose variant tract would not notice.
pub(super) fn refuse(_: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let variant = match node.op_type.as_str() {
        "Attention" if is_standard(node) => {
            let unknown = |name: &str| !ATTENTION.contains(&name) && int(node, name) != Some(-1);
            node.attribute.iter().map(|a| a.name.as_str()).find(|&name| unknown(name))?
        }
        "SpaceToDepth" => text(node, "mode").filter(|&mode| mode != "DCR")?,
        _ => return None,
    };
    let op_type = format!("{} with {variant}", node.op_type);
    Some(vec![NodeProto { op_type, ..node.clone() }])
}
