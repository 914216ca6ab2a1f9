//! A graph that is being rewritten.
//!
//! Invariant: names stay unique. A rewrite gives new tensors names of their own and keeps those of the
//! node it replaces, so that whatever reads them still finds them.

use std::collections::{HashMap, HashSet};
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};

/// The domain of the operators that ONNX Runtime adds to ONNX.
pub(super) const MICROSOFT: &str = "com.microsoft";

/// A model's graph under rewriting.
pub(super) struct Draft {
    /// The graph as it is by now.
    pub graph: GraphProto,
    /// The version of the standard operators.
    pub opset: i64,
    /// Where an initialiser is in the graph.
    index: HashMap<String, usize>,
    /// Integer tensors that are held as floats by now, with their type in ONNX's numbers.
    pub carried: HashMap<String, i32>,
    ranks: HashMap<String, usize>,
    asked: HashSet<String>,
    names: HashSet<String>,
    count: usize,
}

impl Draft {
    pub fn new(graph: GraphProto, opset: i64) -> Self {
        let index = graph.initializer.iter().enumerate().map(|(i, t)| (t.name.clone(), i));
        let names = graph.node.iter().flat_map(|node| node.input.iter().chain(&node.output));
        let names = names.chain(graph.initializer.iter().map(|t| &t.name)).cloned().collect();
        let asked = graph.output.iter().map(|info| info.name.clone()).collect();
        let (carried, ranks, index) = (HashMap::new(), HashMap::new(), index.collect());
        Self { index, carried, ranks, asked, names, opset, graph, count: 0 }
    }

    /// Finds out how many axes the tensors have.
    pub fn learn_ranks(&mut self) {
        self.ranks = super::ranks::ranks(&self.graph);
    }

    /// How many axes a tensor has, if that was to be found out.
    pub fn rank(&self, name: &str) -> Option<usize> {
        self.constant(name)
            .map(|tensor| tensor.dims.len())
            .or_else(|| self.ranks.get(name).copied())
    }

    /// Whether the caller asked for a tensor.
    pub fn is_asked(&self, name: &str) -> bool {
        self.asked.contains(name)
    }

    /// A tensor's name that nothing has yet.
    pub fn fresh(&mut self, stem: &str) -> String {
        loop {
            self.count += 1;
            let name = format!("{stem}/{}", self.count);
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }

    /// The constant of that name.
    pub fn constant(&self, name: &str) -> Option<&TensorProto> {
        self.graph.initializer.get(*self.index.get(name)?)
    }

    /// Keeps a constant; gives its name.
    pub fn keep(&mut self, stem: &str, mut tensor: TensorProto) -> String {
        let name = self.fresh(stem);
        name.clone_into(&mut tensor.name);
        self.index.insert(name.clone(), self.graph.initializer.len());
        self.graph.initializer.push(tensor);
        name
    }

    /// A constant of one value.
    pub fn scalar(&mut self, stem: &str, value: f32) -> String {
        self.keep(stem, floats(&[], &[value]))
    }

    /// A constant vector of whole numbers.
    pub fn vector(&mut self, stem: &str, values: &[i64]) -> String {
        self.keep(stem, whole(&[signed(values.len())], values))
    }

    /// Puts the nodes that `rewrite` gives in the place of each node; `None` leaves it as it is.
    pub fn replace(&mut self, rewrite: fn(&mut Self, &NodeProto) -> Option<Vec<NodeProto>>) {
        let nodes = std::mem::take(&mut self.graph.node);
        let mut kept = Vec::with_capacity(nodes.len());
        for node in nodes {
            match rewrite(self, &node) {
                Some(nodes) => kept.extend(nodes),
                None => kept.push(node),
            }
        }
        self.graph.node = kept;
    }

    /// Reads `new` wherever `old` was read, and gives it for an output of that name.
    pub fn redirect(&mut self, renamed: &HashMap<String, String>) {
        let last = |name: &String| {
            let mut name = name;
            // the count bounds the walk, should the names go round in a circle
            for _ in 0..renamed.len() {
                match renamed.get(name) {
                    Some(next) => name = next,
                    None => break,
                }
            }
            name.clone()
        };
        for name in self.graph.node.iter_mut().flat_map(|node| node.input.iter_mut()) {
            if renamed.contains_key(name) {
                *name = last(name);
            }
        }
    }
}

/// The nodes that one node becomes, in order.
pub(super) struct Chain<'d> {
    draft: &'d mut Draft,
    stem: String,
    nodes: Vec<NodeProto>,
}

impl<'d> Chain<'d> {
    /// Begins to rewrite `node`.
    pub fn new(draft: &'d mut Draft, node: &NodeProto) -> Self {
        let stem = if node.name.is_empty() { node.output.first() } else { Some(&node.name) };
        Self { draft, stem: stem.cloned().unwrap_or_default(), nodes: Vec::new() }
    }

    /// The constant of that name.
    pub fn known(&self, name: &str) -> Option<&TensorProto> {
        self.draft.constant(name)
    }

    pub fn scalar(&mut self, value: f32) -> String {
        self.draft.scalar(&self.stem, value)
    }

    pub fn vector(&mut self, values: &[i64]) -> String {
        self.draft.vector(&self.stem, values)
    }

    pub fn keep(&mut self, tensor: TensorProto) -> String {
        self.draft.keep(&self.stem, tensor)
    }

    /// The version of the standard operators.
    pub fn opset(&self) -> i64 {
        self.draft.opset
    }

    /// Adds an operator; gives the name of what it makes.
    pub fn push(&mut self, op: &str, inputs: &[&str]) -> String {
        self.push_with(op, inputs, Vec::new())
    }

    /// Adds an operator with attributes.
    pub fn push_with(
        &mut self,
        op: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        let output = self.draft.fresh(&self.stem);
        self.nodes.push(node(op, inputs, &[&output], attributes));
        output
    }

    /// Adds a node with outputs of its own.
    pub fn push_node(&mut self, node: NodeProto) {
        self.nodes.push(node);
    }

    /// The integer type of a tensor that is held as floats.
    pub fn carried(&self, name: &str) -> Option<i32> {
        self.draft.carried.get(name).copied()
    }

    /// Notes that a tensor of an integer type is held as floats.
    pub fn carry(&mut self, name: &str, kind: i32) {
        self.draft.carried.insert(name.to_owned(), kind);
    }

    /// Whether the caller asked for a tensor.
    pub fn is_asked(&self, name: &str) -> bool {
        self.draft.is_asked(name)
    }

    /// How many axes a tensor has, if that is known.
    pub fn rank(&self, name: &str) -> Option<usize> {
        self.draft.rank(name)
    }

    /// Gives what `made` is the name `output` as well.
    pub fn alias(&mut self, made: &str, output: &str) {
        self.push_node(node("Identity", &[made], &[output], Vec::new()));
    }

    /// Ends the chain with the nodes as they are.
    pub fn done(self) -> Vec<NodeProto> {
        self.nodes
    }

    /// Ends the chain: `name` is what `output` was. Never `None`: that is what a rewrite gives for no match.
    #[expect(clippy::unnecessary_wraps, reason = "it is the last call of every rewrite")]
    pub fn end(mut self, name: &str, output: &str) -> Option<Vec<NodeProto>> {
        let made = self.nodes.iter_mut().flat_map(|node| node.output.iter_mut());
        let mut renamed = false;
        for made in made.filter(|made| *made == name) {
            output.clone_into(made);
            renamed = true;
        }
        if !renamed {
            self.nodes.push(node("Identity", &[name], &[output], Vec::new()));
            return Some(self.nodes);
        }
        for input in self.nodes.iter_mut().flat_map(|node| node.input.iter_mut()) {
            if input == name {
                output.clone_into(input);
            }
        }
        Some(self.nodes)
    }
}

/// A node of the standard domain; tract names it after its output.
pub(super) fn node(
    op: &str,
    inputs: &[&str],
    outputs: &[&str],
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    NodeProto {
        input: owned(inputs),
        output: owned(outputs),
        op_type: op.to_owned(),
        attribute,
        ..NodeProto::default()
    }
}

/// The node's input of that number; `None` where it is left out.
pub(super) fn input(node: &NodeProto, number: usize) -> Option<&str> {
    node.input.get(number).map(String::as_str).filter(|name| !name.is_empty())
}

/// Whether the node's operator is of ONNX's own domain.
pub(super) fn is_standard(node: &NodeProto) -> bool {
    node.domain.is_empty() || node.domain == "ai.onnx"
}

pub(super) fn attribute<'n>(node: &'n NodeProto, name: &str) -> Option<&'n AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

pub(super) fn int(node: &NodeProto, name: &str) -> Option<i64> {
    attribute(node, name).map(|attribute| attribute.i)
}

pub(super) fn float(node: &NodeProto, name: &str) -> Option<f32> {
    attribute(node, name).map(|attribute| attribute.f)
}

pub(super) fn ints<'n>(node: &'n NodeProto, name: &str) -> Option<&'n [i64]> {
    attribute(node, name).map(|attribute| attribute.ints.as_slice())
}

pub(super) fn text<'n>(node: &'n NodeProto, name: &str) -> Option<&'n str> {
    attribute(node, name).and_then(|attribute| std::str::from_utf8(&attribute.s).ok())
}

pub(super) fn with_int(name: &str, i: i64) -> AttributeProto {
    let r#type = AttributeType::Int as i32;
    AttributeProto { name: name.to_owned(), i, r#type, ..AttributeProto::default() }
}

pub(super) fn with_float(name: &str, f: f32) -> AttributeProto {
    let r#type = AttributeType::Float as i32;
    AttributeProto { name: name.to_owned(), f, r#type, ..AttributeProto::default() }
}

pub(super) fn with_ints(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = AttributeType::Ints as i32;
    AttributeProto { name: name.to_owned(), ints: ints.to_vec(), r#type, ..Default::default() }
}

/// A size as ONNX writes it.
pub(super) fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A float32 constant.
pub(super) fn floats(dims: &[i64], values: &[f32]) -> TensorProto {
    let raw_data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let data_type = DataType::Float as i32;
    TensorProto { dims: dims.to_vec(), data_type, raw_data, ..TensorProto::default() }
}

/// An int64 constant.
pub(super) fn whole(dims: &[i64], values: &[i64]) -> TensorProto {
    let raw_data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let data_type = DataType::Int64 as i32;
    TensorProto { dims: dims.to_vec(), data_type, raw_data, ..TensorProto::default() }
}

/// The version of the standard operators that a model is written in; 0 if it does not say.
pub(super) fn opset(model: &ModelProto) -> i64 {
    let standard = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    let import = model.opset_import.iter().find(|import| standard(&import.domain));
    import.map_or(0, |import| import.version)
}
