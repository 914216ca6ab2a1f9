//! The names of a classifier's classes, and its probabilities as one matrix.
//!
//! Invariant: the names are in the order of the probability columns, and there is a name for each column that the
//! graph says it has.

use std::collections::HashSet;
use tract_onnx::pb::type_proto::Value;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorShapeProto, TypeProto, ValueInfoProto,
};
use tract_onnx::pb::{tensor_proto::DataType, tensor_shape_proto::Dimension, type_proto};

/// Classes in the order of the probability columns, and where in the graph that order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassList {
    /// A name a class; integers are written in full.
    pub names: Vec<String>,
    /// The operator that has them.
    pub operator: String,
}

/// The classes of a graph: those of its `ZipMap`, else of the last step before its labels, else of its only classifier.
/// `None` if it has none, or several that differ.
pub fn classes(graph: &GraphProto) -> Option<ClassList> {
    let listed = |operators: &[&str]| {
        let nodes = graph.node.iter().filter(|node| operators.contains(&node.op_type.as_str()));
        let mut lists: Vec<ClassList> = nodes.filter_map(class_list).collect();
        lists.dedup_by(|a, b| a.names == b.names);
        lists
    };
    if let [zip] = listed(&["ZipMap"]).as_slice() {
        return Some(zip.clone());
    }
    if let Some(list) = graph.output.iter().find_map(|output| of_labels(graph, &output.name)) {
        return Some(list);
    }
    let classifiers = ["LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"];
    match listed(&classifiers).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The classes that the labels in `value` are taken from.
fn of_labels(graph: &GraphProto, value: &str) -> Option<ClassList> {
    let mut value = value;
    // the length bounds the walk, should the graph have a cycle
    for _ in &graph.node {
        let node = maker(graph, value)?;
        match node.op_type.as_str() {
            // the label is the first output of a classifier; the second is its scores
            "LinearClassifier" | "SVMClassifier" | "TreeEnsembleClassifier" => {
                return class_list(node)
                    .filter(|_| node.output.first().is_some_and(|o| o == value));
            }
            "LabelEncoder" | "CategoryMapper" => return class_list(node),
            // labels by index: skl2onnx keeps the classes in an initialiser
            "ArrayFeatureExtractor" | "Gather" => return of_initializer(graph, node),
            "Identity" | "Cast" | "Reshape" | "Squeeze" | "Flatten" => {
                value = node.input.first()?;
            }
            _ => return None,
        }
    }
    None
}

fn maker<'a>(graph: &'a GraphProto, value: &str) -> Option<&'a NodeProto> {
    graph.node.iter().find(|node| node.output.iter().any(|output| output == value))
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

/// The classes in a node's attributes.
fn class_list(node: &NodeProto) -> Option<ClassList> {
    let texts = ["classlabels_strings", "values_strings", "classes_strings", "cats_strings"];
    let strings = texts.iter().find_map(|name| attribute(node, name)).map(|a| a.strings.as_slice());
    if let Some(strings) = strings.filter(|strings| !strings.is_empty()) {
        let names = strings.iter().map(|name| String::from_utf8(name.clone()));
        return list(node, names.collect::<Result<_, _>>().ok()?);
    }
    let ints = ["classlabels_int64s", "classlabels_ints", "values_int64s", "cats_int64s"];
    let ints = ints.iter().find_map(|name| attribute(node, name).map(|a| a.ints.as_slice()))?;
    list(node, ints.iter().map(ToString::to_string).collect())
}

fn list(node: &NodeProto, names: Vec<String>) -> Option<ClassList> {
    let distinct = names.iter().collect::<HashSet<_>>().len() == names.len();
    let operator = node.op_type.clone();
    (distinct && !names.is_empty()).then_some(ClassList { names, operator })
}

/// The classes that an index chooses from.
fn of_initializer(graph: &GraphProto, node: &NodeProto) -> Option<ClassList> {
    let name = node.input.first()?;
    let tensor = graph.initializer.iter().find(|tensor| tensor.name == *name)?;
    let kind = DataType::try_from(tensor.data_type).ok()?;
    match kind {
        DataType::String => {
            let names = tensor.string_data.iter().map(|name| String::from_utf8(name.clone()));
            list(node, names.collect::<Result<_, _>>().ok()?)
        }
        DataType::Int64 => {
            let (pieces, _) = tensor.raw_data.as_chunks::<8>();
            let raw = pieces.iter().map(|&bytes| i64::from_le_bytes(bytes));
            list(
                node,
                tensor.int64_data.iter().copied().chain(raw).map(|v| v.to_string()).collect(),
            )
        }
        DataType::Int32 => {
            let (pieces, _) = tensor.raw_data.as_chunks::<4>();
            let raw = pieces.iter().map(|&bytes| i32::from_le_bytes(bytes));
            list(
                node,
                tensor.int32_data.iter().copied().chain(raw).map(|v| v.to_string()).collect(),
            )
        }
        _ => None,
    }
}

/// Puts the matrix of probabilities in the place of what was made from it for the reader's comfort: the sequence of
/// maps of `ZipMap`, or the output a class that skl2onnx writes for its option `zipmap="columns"`. The output keeps
/// the name of the maps, or gets the name of the matrix. Gives the name of each new output.
///
/// A graph without either is left as it is.
pub fn cut_zipmap(model: &mut ModelProto) -> Vec<String> {
    let Some(graph) = &mut model.graph else { return Vec::new() };
    let mut new = Vec::new();
    let zips: Vec<NodeProto> =
        graph.node.iter().filter(|node| node.op_type == "ZipMap").cloned().collect();
    for zip in zips {
        let (Some(from), Some(to)) = (zip.input.first(), zip.output.first()) else { continue };
        let Some(place) = graph.output.iter().position(|output| output.name == *to) else {
            continue;
        };
        let width = class_list(&zip).map(|list| list.names.len());
        // the name stays, as a project may ask for it
        graph.node.retain(|node| node.output.first() != Some(to));
        graph.node.push(identity(from, to));
        graph.output[place] = matrix(to, width);
        new.push(to.clone());
    }
    new.extend(cut_columns(graph));
    new
}

fn identity(from: &str, to: &str) -> NodeProto {
    NodeProto {
        name: format!("{to} before ZipMap"),
        op_type: "Identity".to_owned(),
        input: vec![from.to_owned()],
        output: vec![to.to_owned()],
        ..NodeProto::default()
    }
}

/// An output of float32 with open rows.
fn matrix(name: &str, width: Option<usize>) -> ValueInfoProto {
    use tract_onnx::pb::tensor_shape_proto::dimension::Value as Size;
    let width = width.and_then(|width| i64::try_from(width).ok()).map(Size::DimValue);
    let rows = Dimension { value: Some(Size::DimParam("N".to_owned())), ..Dimension::default() };
    let columns = Dimension { value: width, ..Dimension::default() };
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: vec![rows, columns] }),
    };
    let kind = TypeProto { value: Some(Value::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: name.to_owned(), r#type: Some(kind), ..ValueInfoProto::default() }
}

/// Outputs that are single columns of one matrix become that matrix.
fn cut_columns(graph: &mut GraphProto) -> Option<String> {
    let sources: Vec<Option<String>> =
        graph.output.iter().map(|output| column_of(graph, &output.name)).collect();
    let source = sources.iter().flatten().next()?.clone();
    let columns = sources.iter().filter(|s| s.as_ref() == Some(&source)).count();
    let place = sources.iter().position(|s| s.as_ref() == Some(&source))?;
    if columns < 2 {
        return None;
    }
    let mut kept = sources.iter().map(|s| s.as_ref() != Some(&source));
    let at = place.min(graph.output.len());
    graph.output.retain(|_| kept.next().unwrap_or(true));
    graph.output.insert(at.min(graph.output.len()), matrix(&source, Some(columns)));
    Some(source)
}

/// The matrix that `value` is one column of.
fn column_of(graph: &GraphProto, value: &str) -> Option<String> {
    let mut value = value;
    for _ in &graph.node {
        let node = maker(graph, value)?;
        let first = node.input.first()?;
        match node.op_type.as_str() {
            "Identity" | "Reshape" | "Squeeze" | "Flatten" | "Cast" => value = first,
            "Slice" | "ArrayFeatureExtractor" | "Gather" => {
                // labels are picked from a list in the file, columns from what a step gave
                return maker(graph, first).map(|_| first.clone());
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
#[path = "classes_tests.rs"]
mod tests;
