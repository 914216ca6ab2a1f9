//! `Cast`: numbers to other numbers, to text and from it.
//!
//! Invariant: text that is no number is an error, never a number.

use super::node::{self, Node};
use super::operators::Built;
use super::pointwise::numbers;
use super::values::{flat, foreign, tensor};
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::ArrayD;

/// `Cast`.
pub(super) fn cast(node: Node) -> Built {
    let to = i32::try_from(node.int("to", 0)).ok().and_then(node::kind);
    let to = to.ok_or("casts to a type that is not known")?;
    Ok(Box::new(move |inputs| cast_to(inputs.get(0)?, to).map(|made| vec![made])))
}

/// The values as another type: floats are cut to integers, text is read and written.
fn cast_to(input: &Tensor, to: Kind) -> Result<Tensor, String> {
    if input.kind() == to {
        return Ok(input.clone());
    }
    if let Tensor::Text(texts) = input {
        return read(texts, to);
    }
    if to == Kind::Text {
        return Ok(Tensor::Text(written(input)));
    }
    Ok(match (input, to) {
        (Tensor::I64(values), Kind::I32) => Tensor::I32(values.mapv(|v| v as i32)),
        (Tensor::F32(values), Kind::F32 | Kind::F16) => {
            Tensor::F32(values.mapv(|v| half::f16::from_f32(v).to_f32()))
        }
        (_, Kind::F32) => Tensor::F32(numbers(input, |v| v as f32)?),
        (_, Kind::F16) => Tensor::F32(numbers(input, |v| half::f16::from_f64(v).to_f32())?),
        (_, Kind::F64) => Tensor::F64(numbers(input, |v| v)?),
        (_, Kind::I64) => Tensor::I64(numbers(input, |v| v as i64)?),
        (_, Kind::I32) => Tensor::I32(numbers(input, |v| v as i64 as i32)?),
        (_, Kind::U8) => Tensor::U8(numbers(input, |v| v as i64 as u8)?),
        (_, Kind::I8) => Tensor::I8(numbers(input, |v| v as i64 as i8)?),
        (_, Kind::Bool) => Tensor::Bool(numbers(input, |v| v != 0.0)?),
        (_, Kind::Text) => return Err(foreign(input.kind())),
    })
}

fn read(texts: &ArrayD<String>, to: Kind) -> Result<Tensor, String> {
    let number = |text: &String| {
        text.trim().parse::<f64>().map_err(|_| format!("can't read `{}` as a number", shown(text)))
    };
    let whole = |text: &String| {
        let text = text.trim();
        text.parse::<i64>().map_err(|_| format!("can't read `{}` as an integer", shown(text)))
    };
    let values = flat(texts);
    let shape = texts.shape();
    match to {
        Kind::I64 | Kind::I32 => {
            let values: Vec<i64> = values.iter().map(whole).collect::<Result<_, _>>()?;
            cast_to(&tensor(shape, values)?, to)
        }
        _ => {
            let values: Vec<f64> = values.iter().map(number).collect::<Result<_, _>>()?;
            cast_to(&tensor(shape, values)?, to)
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

/// Numbers as ONNX Runtime writes them: up to 8 digits (17 for float64), `NaN`, `INF`.
fn written(input: &Tensor) -> ArrayD<String> {
    match input {
        Tensor::F32(values) => values.map(|&v| real_text(f64::from(v), 8)),
        Tensor::F64(values) => values.map(|&v| real_text(v, 17)),
        Tensor::Bool(values) => values.map(|&v| u8::from(v).to_string()),
        Tensor::I64(values) => values.map(ToString::to_string),
        Tensor::I32(values) => values.map(ToString::to_string),
        Tensor::U8(values) => values.map(ToString::to_string),
        Tensor::I8(values) => values.map(ToString::to_string),
        Tensor::Text(values) => values.clone(),
    }
}

/// C's `%.{digits}g`.
fn real_text(value: f64, digits: i32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "INF" } else { "-INF" }.to_owned();
    }
    let scientific = format!("{value:.*e}", digits.unsigned_abs() as usize - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        let whole = if text.contains('.') { text.trim_end_matches('0') } else { text };
        whole.trim_end_matches('.').to_owned()
    };
    if exponent < -4 || exponent >= digits {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(mantissa), exponent.abs());
    }
    trim(&format!("{value:.*}", (digits - 1 - exponent).unsigned_abs() as usize))
}
