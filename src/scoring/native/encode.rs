//! From values to codes and back: `LabelEncoder`, `OneHotEncoder`, `CategoryMapper`.
//!
//! Invariant: a value that is not in the table becomes the declared default; only `OneHotEncoder` may refuse it.

use super::node::Node;
use super::operators::Built;
use super::values::{Element, Outcome, doubles, flat, foreign, one, texts, volume};
use crate::scoring::tensor::Tensor;
use ndarray::ArrayD;
use std::collections::HashMap;

/// A value as a key: numbers by their bits, so that NaN finds NaN and 0 finds −0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Number(u64),
    Text(String),
}

fn number(value: f64) -> Key {
    let canonical = if value.is_nan() { f64::NAN } else { value + 0.0 };
    Key::Number(canonical.to_bits())
}

/// Integers keep all their digits.
fn keys(tensor: &Tensor) -> Result<Vec<Key>, String> {
    Ok(match tensor {
        Tensor::Text(array) => array.iter().cloned().map(Key::Text).collect(),
        Tensor::I64(array) => array.iter().map(|&v| Key::Number(v as u64)).collect(),
        other => doubles(other)?.iter().map(|&v| number(v)).collect(),
    })
}

/// Where each key stands; the first of equals.
fn places(keys: Vec<Key>) -> HashMap<Key, usize> {
    let mut places = HashMap::with_capacity(keys.len());
    for (i, key) in keys.into_iter().enumerate() {
        places.entry(key).or_insert(i);
    }
    places
}

/// One list of a `LabelEncoder`: strings, integers, floats or a tensor.
fn list(node: Node, name: &str) -> Result<Option<Tensor>, String> {
    if let Some(tensor) = node.tensor(&format!("{name}_tensor"))? {
        return Ok(Some(tensor));
    }
    let strings = node.texts(&format!("{name}_strings"))?;
    let (ints, floats) =
        (node.ints(&format!("{name}_int64s")), node.floats(&format!("{name}_floats")));
    let list = if !strings.is_empty() {
        super::values::tensor(&[strings.len()], strings)
    } else if !ints.is_empty() {
        super::values::tensor(&[ints.len()], ints.to_vec())
    } else if floats.is_empty() {
        return Ok(None);
    } else {
        super::values::tensor(&[floats.len()], floats.to_vec())
    };
    list.map(Some)
}

/// What a missing key becomes, as ONNX declares the defaults of each kind.
fn default(node: Node, values: &Tensor) -> Result<Tensor, String> {
    if let Some(tensor) = node.tensor("default_tensor")? {
        return Ok(tensor);
    }
    match values {
        Tensor::Text(_) => {
            super::values::tensor(&[1], vec![node.text("default_string", "_Unused")?])
        }
        Tensor::F32(_) => super::values::tensor(&[1], vec![node.float("default_float", -0.0)]),
        Tensor::F64(_) => {
            super::values::tensor(&[1], vec![f64::from(node.float("default_float", -0.0))])
        }
        _ => super::values::tensor(&[1], vec![node.int("default_int64", -1)]),
    }
}

/// `LabelEncoder`, all versions.
pub(super) fn label_encoder(node: Node) -> Built {
    let classes = node.texts("classes_strings")?;
    if !classes.is_empty() {
        return both_ways(node, classes);
    }
    let keys_of = list(node, "keys")?.ok_or("has no keys")?;
    let values = list(node, "values")?.ok_or("has no values")?;
    let default = default(node, &values)?;
    let kind = keys_of.kind();
    let keys_of = keys(&keys_of)?;
    if values.shape() != [keys_of.len()] {
        return Err(format!("has {} keys for the values {:?}", keys_of.len(), values.shape()));
    }
    let places = places(keys_of);
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        if input.kind() != kind {
            return Err(foreign(input.kind()));
        }
        let found: Vec<Option<usize>> =
            keys(input)?.iter().map(|key| places.get(key).copied()).collect();
        match (&values, &default) {
            (Tensor::Text(values), Tensor::Text(default)) => {
                look_up(input, &found, values, default)
            }
            (Tensor::I64(values), Tensor::I64(default)) => look_up(input, &found, values, default),
            (Tensor::F32(values), Tensor::F32(default)) => look_up(input, &found, values, default),
            (Tensor::F64(values), Tensor::F64(default)) => look_up(input, &found, values, default),
            (Tensor::I32(values), Tensor::I32(default)) => look_up(input, &found, values, default),
            _ => Err("has a default of another type than its values".to_owned()),
        }
    }))
}

fn look_up<T: Element>(
    input: &Tensor,
    found: &[Option<usize>],
    values: &ArrayD<T>,
    default: &ArrayD<T>,
) -> Outcome {
    let values = flat(values);
    let default = default.first().ok_or("has an empty default")?;
    let value =
        |place: &Option<usize>| place.and_then(|i| values.get(i)).unwrap_or(default).clone();
    one(input.shape(), found.iter().map(value).collect())
}

/// Strings to integers and integers to strings, by one table.
fn both_ways(node: Node, names: Vec<String>) -> Built {
    let codes: Vec<i64> = (0..).take(names.len()).collect();
    table(names, codes, node.text("default_string", "_Unused")?, node.int("default_int64", -1))
}

fn table(names: Vec<String>, codes: Vec<i64>, text: String, int: i64) -> Built {
    if names.len() != codes.len() {
        return Err(format!("has {} strings for {} integers", names.len(), codes.len()));
    }
    let to_code = places(names.iter().cloned().map(Key::Text).collect());
    let to_name = places(codes.iter().map(|&v| Key::Number(v as u64)).collect());
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let find = |places: &HashMap<Key, usize>| -> Result<Vec<Option<usize>>, String> {
            Ok(keys(input)?.iter().map(|key| places.get(key).copied()).collect())
        };
        match input {
            Tensor::Text(_) => {
                let code = |i: Option<usize>| i.map_or(int, |i| codes[i]);
                one(input.shape(), find(&to_code)?.into_iter().map(code).collect())
            }
            Tensor::I64(_) => {
                let name = |i: Option<usize>| i.map_or_else(|| text.clone(), |i| names[i].clone());
                one(input.shape(), find(&to_name)?.into_iter().map(name).collect())
            }
            other => Err(foreign(other.kind())),
        }
    }))
}

/// `CategoryMapper`.
pub(super) fn category_mapper(node: Node) -> Built {
    let (names, codes) = (node.texts("cats_strings")?, node.ints("cats_int64s").to_vec());
    table(names, codes, node.text("default_string", "_Unused")?, node.int("default_int64", -1))
}

/// `OneHotEncoder`: a new last axis with a place a category.
pub(super) fn one_hot(node: Node) -> Built {
    let names = node.texts("cats_strings")?;
    let codes = node.ints("cats_int64s");
    let (width, text) = (names.len().max(codes.len()), !names.is_empty());
    let categories = if text {
        places(names.into_iter().map(Key::Text).collect())
    } else {
        places(codes.iter().map(|&v| Key::Number(v as u64)).collect())
    };
    let zeros = node.int("zeros", 1) != 0;
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let keys: Vec<Key> = if text {
            texts(input)?.iter().cloned().map(Key::Text).collect()
        } else {
            // numbers are cut to integers, as ONNX Runtime does
            match input {
                Tensor::I64(array) => array.iter().map(|&v| Key::Number(v as u64)).collect(),
                other => doubles(other)?.iter().map(|&v| Key::Number(v as i64 as u64)).collect(),
            }
        };
        let shape = [input.shape(), &[width]].concat();
        let mut hot = vec![0.0_f32; volume(&shape)?];
        for (row, key) in keys.iter().enumerate() {
            match categories.get(key) {
                Some(&place) => hot[row * width + place] = 1.0,
                None if zeros => (),
                None => return Err(format!("meets a category that it does not have: {key:?}")),
            }
        }
        one(&shape, hot)
    }))
}
