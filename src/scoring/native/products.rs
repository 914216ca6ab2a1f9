//! `MatMul`, `Gemm`, `CDist`.
//!
//! Invariant: matrices whose inner sizes differ are refused before they are multiplied.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{Element, Outcome, broadcast, flat, one, stretch, volume};
use crate::scoring::tensor::Tensor;
use ndarray::{ArrayD, ArrayView2, NdFloat};

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    match node.proto.op_type.as_str() {
        "MatMul" => Some(Ok(Box::new(matmul))),
        "Gemm" => Some(Ok(gemm(node))),
        _ => None,
    }
}

fn pair(inputs: &Inputs) -> String {
    let kind = |i: usize| inputs.optional(i).map_or("nothing", |t| t.kind().name());
    format!("does not take {} and {}", kind(0), kind(1))
}

fn matmul(inputs: &Inputs) -> Outcome {
    match (inputs.get(0)?, inputs.get(1)?) {
        (Tensor::F32(a), Tensor::F32(b)) => product(a, b),
        (Tensor::F64(a), Tensor::F64(b)) => product(a, b),
        (Tensor::I64(a), Tensor::I64(b)) => whole(a, b, |v| v as f64, |v| v as i64),
        (Tensor::I32(a), Tensor::I32(b)) => whole(a, b, f64::from, |v| v as i32),
        _ => Err(pair(inputs)),
    }
}

/// Integers are multiplied as float64: exact below 2⁵³.
fn whole<T: Element + Copy>(
    a: &ArrayD<T>,
    b: &ArrayD<T>,
    to: impl Fn(T) -> f64,
    from: impl Fn(f64) -> T,
) -> Outcome {
    match product(&a.mapv(&to), &b.mapv(to))?.first() {
        Some(Tensor::F64(made)) => Ok(vec![T::wrap(made.mapv(from))]),
        _ => Err("gives nothing".to_owned()),
    }
}

/// `numpy.matmul`: a vector is a row on the left and a column on the right, axes before the last two are batches.
fn product<T: NdFloat + Element>(left: &ArrayD<T>, right: &ArrayD<T>) -> Outcome {
    let (vector_a, vector_b) = (left.ndim() == 1, right.ndim() == 1);
    let shape_a = if vector_a { vec![1, left.len()] } else { left.shape().to_vec() };
    let shape_b = if vector_b { vec![right.len(), 1] } else { right.shape().to_vec() };
    let ([batch_a @ .., m, k], [batch_b @ .., k_b, n]) = (&*shape_a, &*shape_b) else {
        return Err("multiplies a scalar".to_owned());
    };
    let (m, k, n) = (*m, *k, *n);
    if k != *k_b {
        return Err(format!("can't multiply {:?} by {:?}", left.shape(), right.shape()));
    }
    let batch = broadcast(batch_a, batch_b)?;
    let full = |m: usize, n: usize| [&*batch, &[m, n]].concat();
    let mut shape = full(m, n);
    let mut values = Vec::with_capacity(volume(&shape)?);
    let error = |e: ndarray::ShapeError| e.to_string();
    let left =
        left.as_standard_layout().into_owned().into_shape_with_order(shape_a).map_err(error)?;
    let right =
        right.as_standard_layout().into_owned().into_shape_with_order(shape_b).map_err(error)?;
    let (left, right) = (stretch(&left, &full(m, k))?, stretch(&right, &full(k, n))?);
    for i in 0..volume(&batch)? {
        let rows = ArrayView2::from_shape((m, k), &left[i * m * k..(i + 1) * m * k]);
        let columns = ArrayView2::from_shape((k, n), &right[i * k * n..(i + 1) * k * n]);
        values.extend(rows.map_err(error)?.dot(&columns.map_err(error)?).iter().copied());
    }
    if vector_b {
        shape.pop();
    }
    if vector_a {
        shape.remove(shape.len() - if vector_b { 1 } else { 2 });
    }
    one(&shape, values)
}

fn gemm(node: Node) -> Kernel {
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    let turned = (node.int("transA", 0) != 0, node.int("transB", 0) != 0);
    Box::new(move |inputs| match (inputs.get(0)?, inputs.get(1)?, inputs.optional(2)) {
        (Tensor::F32(a), Tensor::F32(b), None) => scaled((a, b, None), turned, alpha, beta),
        (Tensor::F32(a), Tensor::F32(b), Some(Tensor::F32(c))) => {
            scaled((a, b, Some(c)), turned, alpha, beta)
        }
        (Tensor::F64(a), Tensor::F64(b), None) => {
            scaled((a, b, None), turned, f64::from(alpha), f64::from(beta))
        }
        (Tensor::F64(a), Tensor::F64(b), Some(Tensor::F64(c))) => {
            scaled((a, b, Some(c)), turned, f64::from(alpha), f64::from(beta))
        }
        _ => Err(pair(inputs)),
    })
}

fn scaled<T: NdFloat + Element>(
    (a, b, c): (&ArrayD<T>, &ArrayD<T>, Option<&ArrayD<T>>),
    (turn_a, turn_b): (bool, bool),
    alpha: T,
    beta: T,
) -> Outcome {
    let flat_view = |array: &ArrayD<T>| {
        array.view().into_dimensionality::<ndarray::Ix2>().map(|v| v.to_owned())
    };
    let (Ok(a), Ok(b)) = (flat_view(a), flat_view(b)) else {
        return Err("takes matrices".to_owned());
    };
    let a = if turn_a { a.t() } else { a.view() };
    let b = if turn_b { b.t() } else { b.view() };
    if a.ncols() != b.nrows() {
        return Err(format!("can't multiply {:?} by {:?}", a.dim(), b.dim()));
    }
    let shape = [a.nrows(), b.ncols()];
    volume(&shape)?;
    let mut values: Vec<T> = a.dot(&b).iter().map(|&v| v * alpha).collect();
    if let Some(c) = c {
        let c = stretch(c, &shape)?;
        values.iter_mut().zip(c.iter()).for_each(|(v, &c)| *v += beta * c);
    }
    one(&shape, values)
}

/// `CDist`: distances between the rows of two matrices.
pub(super) fn cdist(node: Node) -> Built {
    let root = match node.text("metric", "sqeuclidean")?.as_str() {
        "euclidean" => true,
        "sqeuclidean" => false,
        other => return Err(format!("metric {other} is not known")),
    };
    Ok(Box::new(move |inputs| match (inputs.get(0)?, inputs.get(1)?) {
        (Tensor::F32(a), Tensor::F32(b)) => distances(a, b, root),
        (Tensor::F64(a), Tensor::F64(b)) => distances(a, b, root),
        _ => Err(pair(inputs)),
    }))
}

fn distances<T: NdFloat + Element>(a: &ArrayD<T>, b: &ArrayD<T>, root: bool) -> Outcome {
    let (&[n, width], &[m, width_b]) = (a.shape(), b.shape()) else {
        return Err("takes matrices".to_owned());
    };
    if width != width_b || width == 0 {
        return Err(format!("compares rows of {width} and {width_b}"));
    }
    let mut found = Vec::with_capacity(volume(&[n, m])?);
    let (a, b) = (flat(a), flat(b));
    for row in a.chunks_exact(width) {
        for other in b.chunks_exact(width) {
            let squares = row.iter().zip(other).map(|(&x, &y)| (x - y) * (x - y));
            let sum = squares.fold(T::zero(), |sum, square| sum + square);
            found.push(if root { sum.sqrt() } else { sum });
        }
    }
    one(&[n, m], found)
}
