//! Taking out of a graph what changes nothing, and what nobody asked for.
//!
//! Invariant: the tensors that are asked for have the values they had.

use super::draft::{Draft, attribute, input, is_standard, signed};
use super::values;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto};

/// Keeps the nodes, constants and inputs that `outputs` come from, and makes those the graph's outputs.
/// An output that no node makes is left out.
pub(super) fn prune(graph: &mut GraphProto, outputs: &[String]) {
    let mut makers: HashMap<&str, usize> = HashMap::new();
    for (number, node) in graph.node.iter().enumerate() {
        makers.extend(node.output.iter().map(|name| (name.as_str(), number)));
    }
    let mut needed: HashSet<String> = HashSet::new();
    let mut kept = vec![false; graph.node.len()];
    let mut open: Vec<String> = outputs.to_vec();
    while let Some(name) = open.pop() {
        if name.is_empty() || !needed.insert(name.clone()) {
            continue;
        }
        if let Some(&number) = makers.get(name.as_str())
            && !std::mem::replace(&mut kept[number], true)
        {
            reads(&graph.node[number], &mut open);
        }
    }
    let mut kept = kept.into_iter();
    graph.node.retain(|_| kept.next() == Some(true));
    graph.initializer.retain(|tensor| needed.contains(&tensor.name));
    graph.input.retain(|info| needed.contains(&info.name));
    let named = |name: &String| ValueInfoProto { name: name.clone(), ..ValueInfoProto::default() };
    graph.output = outputs.iter().map(named).collect();
}

/// What a node reads, the graphs inside it included.
fn reads(node: &NodeProto, names: &mut Vec<String>) {
    names.extend(node.input.iter().cloned());
    let graphs = node.attribute.iter().flat_map(|a| a.g.iter().chain(&a.graphs));
    for graph in graphs {
        names.extend(graph.output.iter().map(|info| info.name.clone()));
        graph.node.iter().for_each(|node| reads(node, names));
    }
}

/// Turns `Constant` nodes into initialisers, so that rewrites find all constants in one place.
pub(super) fn lift_constants(draft: &mut Draft) {
    let mut renamed = HashMap::new();
    let nodes = std::mem::take(&mut draft.graph.node);
    for mut node in nodes {
        let tensor = if is_constant(&node) { value(&mut node) } else { None };
        match tensor {
            Some(tensor) => {
                let name = draft.keep(&node.output[0], tensor);
                renamed.insert(node.output[0].clone(), name);
            }
            None => draft.graph.node.push(node),
        }
    }
    // what is asked for keeps its maker
    for output in draft.graph.output.iter().map(|info| &info.name) {
        if let Some(constant) = renamed.get(output) {
            let node = super::draft::node("Identity", &[constant], &[output], Vec::new());
            draft.graph.node.push(node);
        }
    }
    draft.redirect(&renamed);
    lift_inside(&mut draft.graph, &renamed);
}

/// The graphs inside nodes read the names of the graph around them.
fn lift_inside(graph: &mut GraphProto, renamed: &HashMap<String, String>) {
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    for inner in attributes.flat_map(|a| a.g.iter_mut().chain(&mut a.graphs)) {
        let names = inner.node.iter_mut().flat_map(|node| &mut node.input);
        for name in names {
            if let Some(new) = renamed.get(name) {
                new.clone_into(name);
            }
        }
        lift_inside(inner, renamed);
    }
}

fn is_constant(node: &NodeProto) -> bool {
    is_standard(node) && node.op_type == "Constant" && node.output.len() == 1
}

fn value(node: &mut NodeProto) -> Option<TensorProto> {
    let [attribute] = node.attribute.as_mut_slice() else { return None };
    let floats = DataType::Float as i32;
    let whole = DataType::Int64 as i32;
    let tensor = |dims: Vec<i64>, data_type| TensorProto { dims, data_type, ..Default::default() };
    match attribute.name.as_str() {
        "value" => attribute.t.take(),
        "value_float" => {
            Some(TensorProto { float_data: vec![attribute.f], ..tensor(vec![], floats) })
        }
        "value_int" => Some(TensorProto { int64_data: vec![attribute.i], ..tensor(vec![], whole) }),
        "value_floats" => {
            let float_data = std::mem::take(&mut attribute.floats);
            Some(TensorProto {
                dims: vec![signed(float_data.len())],
                float_data,
                ..tensor(vec![], floats)
            })
        }
        "value_ints" => {
            let int64_data = std::mem::take(&mut attribute.ints);
            Some(TensorProto {
                dims: vec![signed(int64_data.len())],
                int64_data,
                ..tensor(vec![], whole)
            })
        }
        _ => None,
    }
}

/// Takes out `Identity` and `Dropout`, whose mask nobody reads when a model is used.
pub(super) fn drop_idle(draft: &mut Draft) {
    let asked: HashSet<String> = draft.graph.output.iter().map(|info| info.name.clone()).collect();
    let read: HashSet<String> =
        draft.graph.node.iter().flat_map(|node| node.input.iter().cloned()).collect();
    let mut renamed = HashMap::new();
    let is_idle = |node: &NodeProto| {
        let second = node.output.get(1);
        let idle = match node.op_type.as_str() {
            "Identity" => true,
            // the third input says that the model is being trained
            "Dropout" => {
                input(node, 2).is_none()
                    && second.is_none_or(|mask| !read.contains(mask) && !asked.contains(mask))
            }
            _ => false,
        };
        let first = node.output.first();
        idle && is_standard(node) && first.is_some_and(|name| !asked.contains(name))
    };
    draft.graph.node.retain(|node| match (is_idle(node), input(node, 0)) {
        (true, Some(source)) => {
            renamed.insert(node.output[0].clone(), source.to_owned());
            false
        }
        _ => true,
    });
    draft.redirect(&renamed);
    lift_inside(&mut draft.graph, &renamed);
}

/// Puts the branch that is always taken in the place of an `If` with a constant condition.
pub(super) fn inline_branches(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    if node.op_type != "If" || !is_standard(node) {
        return None;
    }
    let condition = values::as_whole(draft.constant(input(node, 0)?)?)?;
    let name = if *condition.first()? == 0 { "else_branch" } else { "then_branch" };
    let branch = attribute(node, name)?.g.clone()?;
    if branch.output.len() != node.output.len() {
        return None;
    }
    let mut renamed: HashMap<String, String> = HashMap::new();
    for tensor in branch.initializer {
        let old = tensor.name.clone();
        let new = draft.keep(&old, tensor);
        renamed.insert(old, new);
    }
    for made in branch.node.iter().flat_map(|node| &node.output).filter(|name| !name.is_empty()) {
        let new = draft.fresh(made);
        renamed.insert(made.clone(), new);
    }
    let rename = |name: &mut String| {
        if let Some(new) = renamed.get(name) {
            new.clone_into(name);
        }
    };
    let mut nodes = branch.node;
    for node in &mut nodes {
        node.input.iter_mut().chain(&mut node.output).for_each(rename);
    }
    for (inner, outer) in branch.output.iter().zip(&node.output) {
        let made = renamed.get(&inner.name).unwrap_or(&inner.name);
        nodes.push(super::draft::node("Identity", &[made], &[outer], Vec::new()));
    }
    Some(nodes)
}
