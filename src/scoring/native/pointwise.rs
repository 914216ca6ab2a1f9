//! Operators that take values one by one, broadcast as `NumPy` does: arithmetic, functions, comparisons, `Where`.
//!
//! Invariant: integers wrap, and a division of integers by zero is an error.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{Element, Outcome, broadcast, doubles, flat, foreign, one, stretch};
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::ArrayD;

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    let name = node.proto.op_type.as_str();
    if let Some(op) = Binary::of(name) {
        return Some(Ok(Box::new(move |inputs| fold(inputs, op))));
    }
    if let Some(function) = function(node, name) {
        return Some(Ok(function));
    }
    Some(match name {
        "Clip" => Ok(clip(node)),
        "Where" => Ok(Box::new(choose)),
        "Not" => Ok(Box::new(|inputs| match inputs.get(0)? {
            Tensor::Bool(values) => Ok(vec![Tensor::Bool(values.mapv(|v| !v))]),
            other => Err(foreign(other.kind())),
        })),
        "IsNaN" => Ok(Box::new(|inputs| match inputs.get(0)? {
            Tensor::F32(values) => Ok(vec![Tensor::Bool(values.mapv(f32::is_nan))]),
            Tensor::F64(values) => Ok(vec![Tensor::Bool(values.mapv(f64::is_nan))]),
            other => Err(foreign(other.kind())),
        })),
        "And" => Ok(logical(|a, b| a & b)),
        "Or" => Ok(logical(|a, b| a | b)),
        "Xor" => Ok(logical(|a, b| a ^ b)),
        "Equal" => Ok(Box::new(equal)),
        "Less" => Ok(compare(|a, b| a < b)),
        "LessOrEqual" => Ok(compare(|a, b| a <= b)),
        "Greater" => Ok(compare(|a, b| a > b)),
        "GreaterOrEqual" => Ok(compare(|a, b| a >= b)),
        _ => return None,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    Mean,
}

impl Binary {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "Add" | "Sum" => Self::Add,
            "Sub" => Self::Sub,
            "Mul" => Self::Mul,
            "Div" => Self::Div,
            "Pow" => Self::Pow,
            "Min" => Self::Min,
            "Max" => Self::Max,
            "Mean" => Self::Mean,
            _ => return None,
        })
    }
}

/// A type that can be calculated with.
trait Number: Element + Copy {
    fn calculate(op: Binary, a: Self, b: Self) -> Self;
    /// Whether `b` can't be the right side of `op`.
    fn refuses(op: Binary, b: Self) -> bool;
}

macro_rules! reals {
    ($($type:ty),*) => { $(impl Number for $type {
        fn calculate(op: Binary, a: Self, b: Self) -> Self {
            match op {
                Binary::Add | Binary::Mean => a + b,
                Binary::Sub => a - b,
                Binary::Mul => a * b,
                Binary::Div => a / b,
                Binary::Pow => a.powf(b),
                // NaN on either side stays
                Binary::Min => if a < b || a.is_nan() { a } else { b },
                Binary::Max => if a > b || a.is_nan() { a } else { b },
            }
        }
        fn refuses(_: Binary, _: Self) -> bool { false }
    })* };
}
reals!(f32, f64);

macro_rules! wholes {
    ($($type:ty),*) => { $(impl Number for $type {
        fn calculate(op: Binary, a: Self, b: Self) -> Self {
            match op {
                Binary::Add | Binary::Mean => a.wrapping_add(b),
                Binary::Sub => a.wrapping_sub(b),
                Binary::Mul => a.wrapping_mul(b),
                Binary::Div => if b == 0 { 0 } else { a.wrapping_div(b) },
                Binary::Pow => a.wrapping_pow(u32::try_from(b).unwrap_or(0)),
                Binary::Min => a.min(b),
                Binary::Max => a.max(b),
            }
        }
        fn refuses(op: Binary, b: Self) -> bool {
            (op == Binary::Div && b == 0) || (op == Binary::Pow && b < 0)
        }
    })* };
}
wholes!(i32, i64);

fn fold(inputs: &Inputs, op: Binary) -> Outcome {
    let mut parts = inputs.all();
    let mut sum = parts.next().ok_or("has no inputs")?.clone();
    let mut count = 1_u16;
    for part in parts {
        sum = pair(&sum, part, op)?;
        count = count.saturating_add(1);
    }
    match (op, sum) {
        (Binary::Mean, Tensor::F32(sum)) => Ok(vec![Tensor::F32(sum / f32::from(count))]),
        (Binary::Mean, Tensor::F64(sum)) => Ok(vec![Tensor::F64(sum / f64::from(count))]),
        (_, sum) => Ok(vec![sum]),
    }
}

fn pair(a: &Tensor, b: &Tensor, op: Binary) -> Result<Tensor, String> {
    match (a, b) {
        (Tensor::F32(a), Tensor::F32(b)) => calculate(a, b, op),
        (Tensor::F64(a), Tensor::F64(b)) => calculate(a, b, op),
        (Tensor::I64(a), Tensor::I64(b)) => calculate(a, b, op),
        (Tensor::I32(a), Tensor::I32(b)) => calculate(a, b, op),
        // the exponent may have a type of its own
        (Tensor::F32(a), b) if op == Binary::Pow => calculate(a, &numbers(b, |v| v as f32)?, op),
        (Tensor::F64(a), b) if op == Binary::Pow => calculate(a, &numbers(b, |v| v)?, op),
        _ => Err(format!("does not take {} and {}", a.kind().name(), b.kind().name())),
    }
}

pub(super) fn numbers<T: Clone>(
    tensor: &Tensor,
    make: impl Fn(f64) -> T,
) -> Result<ArrayD<T>, String> {
    let values: Vec<T> = doubles(tensor)?.iter().map(|&v| make(v)).collect();
    ArrayD::from_shape_vec(tensor.shape(), values).map_err(|e| e.to_string())
}

fn calculate<T: Number>(a: &ArrayD<T>, b: &ArrayD<T>, op: Binary) -> Result<Tensor, String> {
    if b.iter().any(|&b| T::refuses(op, b)) {
        return Err("divides by zero, or takes a root of integers".to_owned());
    }
    if let (Some(a_values), 1) = (a.as_slice(), b.len())
        && b.ndim() <= a.ndim()
        && let Some(&b) = b.first()
    {
        let values = a_values.iter().map(|&a| T::calculate(op, a, b)).collect();
        return super::values::tensor(a.shape(), values);
    }
    let (shape, values) = zip(a, b, |&a, &b| T::calculate(op, a, b))?;
    super::values::tensor(&shape, values)
}

/// Both arrays broadcast, value by value.
fn zip<T: Clone, U: Clone, V>(
    a: &ArrayD<T>,
    b: &ArrayD<U>,
    make: impl Fn(&T, &U) -> V,
) -> Result<(Vec<usize>, Vec<V>), String> {
    let shape = broadcast(a.shape(), b.shape())?;
    let (a, b) = (stretch(a, &shape)?, stretch(b, &shape)?);
    Ok((shape, a.iter().zip(b.iter()).map(|(a, b)| make(a, b)).collect()))
}

fn logical(op: fn(bool, bool) -> bool) -> Kernel {
    Box::new(move |inputs| match (inputs.get(0)?, inputs.get(1)?) {
        (Tensor::Bool(a), Tensor::Bool(b)) => {
            let (shape, values) = zip(a, b, |&a, &b| op(a, b))?;
            one(&shape, values)
        }
        (a, b) => Err(format!("does not take {} and {}", a.kind().name(), b.kind().name())),
    })
}

/// Integers beyond 2⁵³ are not told apart: labels and indices are smaller.
fn compare(op: fn(f64, f64) -> bool) -> Kernel {
    Box::new(move |inputs| {
        let [a, b] = [inputs.get(0)?, inputs.get(1)?];
        if a.kind() != b.kind() {
            return Err(format!("does not take {} and {}", a.kind().name(), b.kind().name()));
        }
        let (shape, values) = zip(&numbers(a, |v| v)?, &numbers(b, |v| v)?, |&a, &b| op(a, b))?;
        one(&shape, values)
    })
}

fn equal(inputs: &Inputs) -> Outcome {
    fn same<T: Element>(a: &ArrayD<T>, b: &ArrayD<T>) -> Outcome {
        let (shape, values) = zip(a, b, |a, b| a == b)?;
        one(&shape, values)
    }
    match (inputs.get(0)?, inputs.get(1)?) {
        (Tensor::F32(a), Tensor::F32(b)) => same(a, b),
        (Tensor::F64(a), Tensor::F64(b)) => same(a, b),
        (Tensor::I64(a), Tensor::I64(b)) => same(a, b),
        (Tensor::I32(a), Tensor::I32(b)) => same(a, b),
        (Tensor::U8(a), Tensor::U8(b)) => same(a, b),
        (Tensor::I8(a), Tensor::I8(b)) => same(a, b),
        (Tensor::Bool(a), Tensor::Bool(b)) => same(a, b),
        (Tensor::Text(a), Tensor::Text(b)) => same(a, b),
        (a, b) => Err(format!("does not take {} and {}", a.kind().name(), b.kind().name())),
    }
}

fn choose(inputs: &Inputs) -> Outcome {
    fn pick<T: Element>(condition: &ArrayD<bool>, a: &ArrayD<T>, b: &ArrayD<T>) -> Outcome {
        let shape = broadcast(&broadcast(condition.shape(), a.shape())?, b.shape())?;
        let (a, b) = (stretch(a, &shape)?, stretch(b, &shape)?);
        let condition = stretch(condition, &shape)?;
        let both = condition.iter().zip(a.iter().zip(b.iter()));
        one(&shape, both.map(|(&c, (a, b))| if c { a.clone() } else { b.clone() }).collect())
    }
    let Tensor::Bool(condition) = inputs.get(0)? else {
        return Err("takes a condition of bool".to_owned());
    };
    match (inputs.get(1)?, inputs.get(2)?) {
        (Tensor::F32(a), Tensor::F32(b)) => pick(condition, a, b),
        (Tensor::F64(a), Tensor::F64(b)) => pick(condition, a, b),
        (Tensor::I64(a), Tensor::I64(b)) => pick(condition, a, b),
        (Tensor::I32(a), Tensor::I32(b)) => pick(condition, a, b),
        (Tensor::Bool(a), Tensor::Bool(b)) => pick(condition, a, b),
        (Tensor::Text(a), Tensor::Text(b)) => pick(condition, a, b),
        (a, b) => Err(format!("does not take {} and {}", a.kind().name(), b.kind().name())),
    }
}

/// A function of one real number; that of float32 is computed in float32.
fn real(
    single: impl Fn(f32) -> f32 + Send + Sync + 'static,
    double: impl Fn(f64) -> f64 + Send + Sync + 'static,
) -> Kernel {
    Box::new(move |inputs| match inputs.get(0)? {
        Tensor::F32(values) => {
            one(values.shape(), flat(values).iter().map(|&v| single(v)).collect())
        }
        Tensor::F64(values) => {
            one(values.shape(), flat(values).iter().map(|&v| double(v)).collect())
        }
        other => Err(foreign(other.kind())),
    })
}

/// A function that integers have too.
fn also_whole(real: Kernel, whole: fn(i64) -> i64) -> Kernel {
    Box::new(move |inputs| match inputs.get(0)? {
        Tensor::I64(values) => Ok(vec![Tensor::I64(values.mapv(whole))]),
        Tensor::I32(values) => Ok(vec![Tensor::I32(values.mapv(|v| whole(i64::from(v)) as i32))]),
        _ => real(inputs),
    })
}

fn function(node: Node, name: &str) -> Option<Kernel> {
    let alpha = node.float("alpha", if name == "LeakyRelu" { 0.01 } else { 1.0 });
    Some(match name {
        "Relu" | "Neg" | "Abs" | "Sign" => return signs(name),
        "Exp" => real(f32::exp, f64::exp),
        "Log" => real(f32::ln, f64::ln),
        "Sqrt" => real(f32::sqrt, f64::sqrt),
        "Reciprocal" => real(f32::recip, f64::recip),
        "Floor" => real(f32::floor, f64::floor),
        "Ceil" => real(f32::ceil, f64::ceil),
        "Round" => real(f32::round_ties_even, f64::round_ties_even),
        "Tanh" => real(f32::tanh, f64::tanh),
        "Sin" => real(f32::sin, f64::sin),
        "Cos" => real(f32::cos, f64::cos),
        "Softplus" => real(
            |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        ),
        "LeakyRelu" => real(
            move |x| if x < 0.0 { alpha * x } else { x },
            move |x| if x < 0.0 { f64::from(alpha) * x } else { x },
        ),
        "Elu" => real(
            move |x| if x < 0.0 { alpha * x.exp_m1() } else { x },
            move |x| if x < 0.0 { f64::from(alpha) * x.exp_m1() } else { x },
        ),
        "Sigmoid" => real(super::post::logistic, |x| 1.0 / (1.0 + (-x).exp())),
        "Erf" => {
            real(|x| statrs::function::erf::erf(f64::from(x)) as f32, statrs::function::erf::erf)
        }
        _ => return None,
    })
}

/// Functions of a number's sign, which whole numbers have too.
fn signs(name: &str) -> Option<Kernel> {
    Some(match name {
        "Relu" => also_whole(
            real(|x| if x < 0.0 { 0.0 } else { x }, |x| if x < 0.0 { 0.0 } else { x }),
            |x| x.max(0),
        ),
        "Neg" => also_whole(real(|x| -x, |x| -x), i64::wrapping_neg),
        "Abs" => also_whole(real(f32::abs, f64::abs), i64::wrapping_abs),
        "Sign" => also_whole(
            real(
                |x| if x == 0.0 { 0.0 } else { x.signum() },
                |x| if x == 0.0 { 0.0 } else { x.signum() },
            ),
            i64::signum,
        ),
        _ => return None,
    })
}

/// `Clip`, with its limits as attributes (before version 11) or inputs.
fn clip(node: Node) -> Kernel {
    let limit = |name: &str| node.has(name).then(|| f64::from(node.float(name, 0.0)));
    let limits = [limit("min"), limit("max")];
    Box::new(move |inputs| {
        let mut value = inputs.get(0)?.clone();
        for (i, op) in [Binary::Max, Binary::Min].into_iter().enumerate() {
            let fixed = limits[i].map(|limit| match value.kind() {
                Kind::F64 => Tensor::F64(ArrayD::from_elem(vec![], limit)),
                _ => Tensor::F32(ArrayD::from_elem(vec![], limit as f32)),
            });
            if let Some(limit) = fixed.as_ref().or(inputs.optional(i + 1)) {
                value = pair(&value, limit, op)?;
            }
        }
        Ok(vec![value])
    })
}
