//! From a graph of the file to steps with numbered values.
//!
//! Invariant: a step reads only what stands before it, so running the steps in order ends.

use super::node::{Node, declared, decode};
use super::operators::{self, Inputs, Kernel};
use super::{Program, Refusal, Source, Step};
use crate::scoring::engine::Port;
use crate::scoring::tensor::{Kind, Tensor};
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{GraphProto, NodeProto, ValueInfoProto};

/// What is known of the names so far.
struct Names<'a> {
    sources: HashMap<&'a str, Source>,
    constants: Vec<Tensor>,
    slots: usize,
}

/// Compiles `graph`, which was written in version `opset` of the standard operators.
pub(super) fn compile(graph: &GraphProto, opset: i64) -> Result<Program, Refusal> {
    let mut names = Names { sources: HashMap::new(), constants: Vec::new(), slots: 0 };
    let live = live(graph);
    for initializer in graph.initializer.iter().filter(|i| live.values.contains(i.name.as_str())) {
        let value = decode(initializer).map_err(Refusal::Damaged)?;
        names.constant(&initializer.name, value);
    }
    // before version 4 of the format an initialiser was listed as an input too
    let fixed: HashSet<&str> = graph.initializer.iter().map(|i| i.name.as_str()).collect();
    let given: Vec<&ValueInfoProto> =
        graph.input.iter().filter(|i| !fixed.contains(i.name.as_str())).collect();
    for (i, input) in given.iter().enumerate() {
        names.sources.insert(&input.name, Source::Input(i));
    }
    let mut steps = Vec::new();
    for (_, node) in graph.node.iter().enumerate().filter(|(i, _)| live.nodes.contains(i)) {
        if let Some(step) = names.step(Node { proto: node, opset }, &live)? {
            steps.push(step);
        }
    }
    let results: Result<Vec<Source>, Refusal> =
        graph.output.iter().map(|output| names.source(&output.name)).collect();
    let results = results?;
    mark_last_uses(&mut steps, &results, names.slots);
    Ok(Program {
        inputs: given.iter().map(|info| port(info)).collect(),
        outputs: graph.output.iter().map(port).collect(),
        results: apart(results, &mut steps, &mut names.slots),
        constants: names.constants,
        steps,
        slots: names.slots,
    })
}

fn port(info: &ValueInfoProto) -> Port {
    let (kind, dims) = declared(info).unwrap_or((Kind::F32, Vec::new()));
    Port { name: info.name.clone(), kind, dims }
}

/// The nodes that the outputs need.
pub(super) fn needed(graph: &GraphProto) -> Vec<&NodeProto> {
    let live = live(graph);
    graph
        .node
        .iter()
        .enumerate()
        .filter(|(i, _)| live.nodes.contains(i))
        .map(|(_, node)| node)
        .collect()
}

/// Nodes and values that the outputs need.
struct Live<'a> {
    nodes: HashSet<usize>,
    values: HashSet<&'a str>,
}

fn live(graph: &GraphProto) -> Live<'_> {
    let makers: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .flat_map(|(i, node)| node.output.iter().map(move |name| (name.as_str(), i)))
        .collect();
    let mut live = Live { nodes: HashSet::new(), values: HashSet::new() };
    let mut open: Vec<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    while let Some(name) = open.pop() {
        if live.values.insert(name)
            && let Some(&maker) = makers.get(name)
            && live.nodes.insert(maker)
        {
            open.extend(graph.node[maker].input.iter().map(String::as_str));
        }
    }
    live
}

impl<'a> Names<'a> {
    fn constant(&mut self, name: &'a str, value: Tensor) {
        self.sources.insert(name, Source::Constant(self.constants.len()));
        self.constants.push(value);
    }

    fn source(&self, name: &str) -> Result<Source, Refusal> {
        if name.is_empty() {
            return Ok(Source::Nothing);
        }
        let unmade = || Refusal::Damaged(format!("`{name}` is read before it is made"));
        self.sources.get(name).copied().ok_or_else(unmade)
    }

    /// `None` for a node whose value is known already.
    fn step(&mut self, node: Node<'a>, live: &Live) -> Result<Option<Step>, Refusal> {
        let proto = node.proto;
        let name = label(proto);
        let kernel = kernel(node, &name)?;
        let inputs: Result<Vec<Source>, Refusal> =
            proto.input.iter().map(|input| self.source(input)).collect();
        if let Some(taken) = proto.output.iter().find(|o| self.sources.contains_key(o.as_str())) {
            return Err(Refusal::Damaged(format!("`{taken}` is made twice")));
        }
        if proto.op_type == "Constant" && proto.output.len() == 1 {
            let made =
                kernel(&Inputs(&[])).map_err(|why| Refusal::Damaged(format!("{name}: {why}")))?;
            if let Some(value) = made.into_iter().next() {
                self.constant(&proto.output[0], value);
                return Ok(None);
            }
        }
        let mut outputs = Vec::with_capacity(proto.output.len());
        for output in &proto.output {
            let needed = live.values.contains(output.as_str()) && !output.is_empty();
            outputs.push(needed.then_some(self.slots));
            if needed {
                self.sources.insert(output, Source::Slot(self.slots));
                self.slots += 1;
            }
        }
        Ok(Some(Step { name, kernel, inputs: inputs?, outputs, last_use: Vec::new() }))
    }
}

/// The node's name, else that of its first output.
fn own_name(node: &NodeProto) -> &str {
    let own = [&node.name].into_iter().chain(&node.output).find(|name| !name.is_empty());
    own.map_or("", String::as_str)
}

fn label(node: &NodeProto) -> String {
    format!("node `{}` ({})", own_name(node), node.op_type)
}

fn kernel(node: Node, name: &str) -> Result<Kernel, Refusal> {
    if let Some(built) = operators::kernel(node) {
        return built.map_err(|why| Refusal::Damaged(format!("{name}: {why}")));
    }
    let NodeProto { domain, op_type, .. } = node.proto;
    let prefix = if operators::is_standard(domain) { String::new() } else { format!("{domain}.") };
    let operator = format!("{prefix}{op_type}");
    Err(Refusal::Missing { node: own_name(node.proto).to_owned(), operator })
}

fn mark_last_uses(steps: &mut [Step], results: &[Source], slots: usize) {
    let mut seen = vec![false; slots];
    for source in results {
        if let Source::Slot(slot) = *source {
            seen[slot] = true;
        }
    }
    for step in steps.iter_mut().rev() {
        for source in &step.inputs {
            if let Source::Slot(slot) = *source
                && !std::mem::replace(&mut seen[slot], true)
            {
                step.last_use.push(slot);
            }
        }
    }
}

/// Gives each output a slot of its own where two outputs are one value: a result is moved out of its slot.
fn apart(results: Vec<Source>, steps: &mut Vec<Step>, slots: &mut usize) -> Vec<Source> {
    let mut taken = HashSet::new();
    let mut own = |source| match source {
        Source::Slot(slot) if !taken.insert(slot) => {
            let copy = *slots;
            *slots += 1;
            steps.push(Step {
                name: "output".to_owned(),
                kernel: operators::identity(),
                inputs: vec![source],
                outputs: vec![Some(copy)],
                last_use: Vec::new(),
            });
            Source::Slot(copy)
        }
        other => other,
    };
    results.into_iter().map(&mut own).collect()
}
