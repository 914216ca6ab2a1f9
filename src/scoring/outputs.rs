//! Which outputs of a graph are read.
//!
//! Invariant: an output with class scores is of floating-point numbers; a predicted label is never taken for one.

use super::engine::Port;
use super::error::ModelProblem;
use super::found::{self, ClassOrder, Found};
use super::prepare::{self, ClassList};
use super::settings::{Embedding, Settings};
use super::tensor::Kind;
use tract_onnx::pb::{GraphProto, ModelProto};

/// Names under which exporters write class scores, the surest first.
const CLASSES: [&str; 6] =
    ["logits", "probabilities", "output_probability", "probs", "scores", "output"];
/// Names under which exporters write an embedding, the surest first.
const EMBEDDINGS: [&str; 6] = [
    "sentence_embedding",
    "embedding",
    "embeddings",
    "features",
    "pooler_output",
    "last_hidden_state",
];

/// The tensors that are asked of the engine, in this order.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// The output with the class scores, and K.
    pub classes: Option<(String, usize)>,
    /// The operator that makes them.
    pub last: Option<String>,
    /// Whether something else says that they are probabilities.
    pub probabilities: bool,
    /// The column of each class of the project, if they stand in another order.
    pub order: Option<Vec<usize>>,
    /// The tensor with the embedding.
    pub embedding: Option<String>,
    /// All outputs with numbers, should neither be asked for.
    pub any: Vec<String>,
    /// What may surprise, in sentences.
    pub notes: Vec<String>,
}

impl Wanted {
    /// Brings the model's classes, which `source` names, into the project's order.
    fn take_order(&mut self, names: &[String], source: &str, project: &[String]) {
        match found::order(names, project) {
            ClassOrder::Same => {}
            ClassOrder::Other(order) => {
                let text = format!(
                    "classes are in another order than the project's: mapped by name ({source})"
                );
                self.notes.push(text);
                self.order = Some(order);
            }
            ClassOrder::Unlike(why) => self.notes.push(format!("{source}: {why}")),
        }
    }

    /// Brings the classes in the graph of a table's model into the project's order.
    fn take_labels(&mut self, list: &ClassList, project: &[String]) {
        // labels 0 to K − 1 are places in the list of classes, whatever they are called
        let numbered = list.names.iter().enumerate().all(|(i, name)| *name == i.to_string());
        let unlike = matches!(found::order(&list.names, project), ClassOrder::Unlike(_));
        if !(numbered && unlike && list.names.len() == project.len()) {
            self.take_order(&list.names, &format!("the model's {}", list.operator), project);
        }
    }

    /// The names, each once.
    pub fn names(&self) -> Vec<String> {
        let classes = self.classes.iter().map(|(name, _)| name.clone());
        classes.chain(self.embedding.clone()).chain(self.any.iter().cloned()).collect()
    }
}

/// Chooses the outputs of a model by name, then by their width.
///
/// # Errors
/// An output that was asked for by name and is not there; several and none that fits.
pub(super) fn wanted(
    proto: &ModelProto,
    outputs: &[Port],
    settings: &Settings,
    found: &Found,
    graph: Option<ClassList>,
) -> Result<Wanted, ModelProblem> {
    let probabilities = found.probabilities.unwrap_or(false);
    let mut wanted = Wanted { probabilities, ..Wanted::default() };
    if let Some(classes) = &settings.classes {
        let (name, others) = class_output(outputs, settings, classes.len())?;
        let last = proto.graph.as_ref().and_then(|graph| last_operator(graph, &name));
        wanted.last = last.map(str::to_owned);
        if !others.is_empty() {
            let others = others.join(", ");
            wanted.notes.push(format!("output `{name}` is read; {others} would fit as well"));
        }
        wanted.classes = Some((name, classes.len()));
        match (graph, &found.classes) {
            (Some(labels), _) => wanted.take_labels(&labels, classes),
            (None, Some((names, source))) => wanted.take_order(names, source, classes),
            (None, None) => {}
        }
    }
    wanted.embedding = match &settings.embedding {
        None => None,
        Some(Embedding::Named(name)) => Some(name.clone()),
        Some(Embedding::LastHidden) => Some(embedding(proto, outputs, settings, &wanted)?),
    };
    if wanted.classes.is_none() && wanted.embedding.is_none() {
        wanted.any =
            outputs.iter().filter(|port| is_float(port)).map(|port| port.name.clone()).collect();
    }
    Ok(wanted)
}

fn is_float(port: &Port) -> bool {
    matches!(port.kind, Kind::F16 | Kind::F32 | Kind::F64)
}

/// How many classes the output has that looks like class scores; `None` if the file does not say.
pub(super) fn width(outputs: &[Port]) -> Option<usize> {
    const MOST: usize = 1 << 20;
    let scores: Vec<&Port> = outputs.iter().filter(|port| is_float(port)).collect();
    let name = named(&scores, &CLASSES)?;
    let port = scores.iter().find(|port| port.name == name)?;
    port.dims.last().copied().flatten().filter(|width| (2..=MOST).contains(width))
}

/// The output with the class scores, and others that would fit as well.
fn class_output(
    outputs: &[Port],
    settings: &Settings,
    classes: usize,
) -> Result<(String, Vec<String>), ModelProblem> {
    let scores: Vec<&Port> = outputs.iter().filter(|port| is_float(port)).collect();
    let names = || scores.iter().map(|port| port.name.clone()).collect::<Vec<_>>();
    if let Some(name) = &settings.output {
        let is_there = scores.iter().any(|port| port.name == *name);
        let missing = || ModelProblem::NoOutput { wanted: name.clone(), there: names() };
        return is_there.then(|| (name.clone(), Vec::new())).ok_or_else(missing);
    }
    if let [only] = scores.as_slice() {
        return Ok((only.name.clone(), Vec::new()));
    }
    if let Some(named) = named(&scores, &CLASSES) {
        return Ok((named, Vec::new()));
    }
    let wide = |port: &&&Port| port.dims.last() == Some(&Some(classes));
    let mut wide = scores.iter().filter(wide).map(|port| port.name.clone());
    let first = wide.next().ok_or_else(|| ModelProblem::Outputs(names().join(", ")))?;
    Ok((first, wide.collect()))
}

fn named(ports: &[&Port], usual: &[&str]) -> Option<String> {
    let find = |name: &&str| ports.iter().find(|port| port.name.eq_ignore_ascii_case(name));
    usual.iter().find_map(find).map(|port| port.name.clone())
}

/// The tensor with the embedding: what the classes are made of, else an output that is called one. Where no classes
/// are asked for it is the other way round: a graph may have none.
fn embedding(
    proto: &ModelProto,
    outputs: &[Port],
    settings: &Settings,
    wanted: &Wanted,
) -> Result<String, ModelProblem> {
    let all: Vec<&Port> = outputs.iter().collect();
    let told = || named(&all, &EMBEDDINGS);
    let hidden = |name: &str| prepare::hidden(proto.graph.as_ref()?, name);
    if let Some((classes, _)) = &wanted.classes {
        let unknown = || ModelProblem::NoHidden(classes.clone());
        return hidden(classes).or_else(told).ok_or_else(unknown);
    }
    let classes = || class_output(outputs, settings, usize::MAX).ok().map(|(name, _)| name);
    let only = || if let [only] = outputs { Some(only.name.clone()) } else { None };
    let found = told().or_else(|| hidden(&classes()?)).or_else(only);
    found.ok_or_else(|| ModelProblem::NoHidden("its outputs".to_owned()))
}

/// Operators that probabilities keep their meaning through, roundings aside.
const CARRIERS: [&str; 7] =
    ["QuantizeLinear", "DequantizeLinear", "Cast", "Identity", "Flatten", "Reshape", "Squeeze"];

/// The operator that makes the named output, before it is quantised or reshaped.
fn last_operator<'g>(graph: &'g GraphProto, output: &'g str) -> Option<&'g str> {
    let mut value = output;
    // the length bounds the walk, should the graph have a cycle
    for _ in &graph.node {
        let makes = |output: &String| output == value;
        let node = graph.node.iter().find(|node| node.output.iter().any(makes))?;
        if !CARRIERS.contains(&node.op_type.as_str()) {
            return Some(&node.op_type);
        }
        value = node.input.first()?;
    }
    None
}
