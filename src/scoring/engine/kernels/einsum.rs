//! tract's sums of products, where one side is constant, as ours: what became of a convolution of 1 × 1, of a
//! `MatMul` and of a `Gemm`.

use super::{Found, Side, Work};
use gaffe_kernels::{End, Kernels, Layer, Linear};
use ndarray::ArrayViewD;
use tract_onnx::prelude::{DatumType, ShapeFact, TypedModel, TypedNode};
use tract_onnx::tract_core::ops::einsum::EinSum;

/// Fewest rows, where their number is known, for which it is worth to arrange them.
const ROWS: usize = 4;

/// A sum of products of something with constant weights; its axes have a letter each.
struct Product<'m> {
    shape: &'m ShapeFact,
    weights: ArrayViewD<'m, f32>,
    /// Of what is not constant, of the weights, and of the output.
    axes: [Vec<char>; 3],
}

/// How the axes lie: the contracted ones, those behind them, and the columns that take the place of the contracted ones
/// in the output.
struct Order {
    contracted: Vec<char>,
    behind: Vec<char>,
    columns: Vec<char>,
}

/// `None` where no side is constant, or where something would have to be reordered.
pub(super) fn found(sum: &EinSum, model: &TypedModel, node: &TypedNode) -> Option<Found> {
    let facts = model.node_input_facts(node.id).ok()?;
    let floats = facts.len() == 2 && facts.iter().all(|fact| fact.datum_type == DatumType::F32);
    if !floats || sum.q_params.is_some() || sum.operating_dt != DatumType::F32 {
        return None;
    }
    let input = usize::from(facts[0].konst.is_some());
    let weights = facts[1 - input].konst.as_ref()?.to_plain_array_view::<f32>().ok()?;
    let (inputs, outputs) = sum.axes.to_strs();
    let axes = [&inputs[input], &inputs[1 - input], outputs.first()?];
    let axes = axes.map(|letters| letters.chars().collect());
    let product = Product { shape: &facts[input].shape, weights, axes };
    let order = product.order()?;
    let columns = product.axes[2].iter().enumerate();
    let columns = columns.filter(|(_, axis)| order.columns.contains(axis)).map(|(at, _)| at);
    let columns = columns.collect();
    Some(Found { work: product.work(&order)?, input, shape: product.sides(), columns })
}

impl Product<'_> {
    fn at(&self, of: usize, axis: char) -> Option<usize> {
        self.axes[of].iter().position(|&own| own == axis)
    }

    /// The axes that have more than one value: the others change no order.
    fn long(&self, of: usize) -> Vec<char> {
        let is_one = |axis: &char| {
            self.at(0, *axis).is_none_or(|at| self.shape[at] == 1.into())
                && self.at(1, *axis).is_none_or(|at| self.weights.shape()[at] == 1)
        };
        self.axes[of].iter().copied().filter(|axis| !is_one(axis)).collect()
    }

    fn order(&self) -> Option<Order> {
        let [input, weights, output] = [0, 1, 2].map(|of| self.long(of));
        let summed = |axis: &char| weights.contains(axis) && !output.contains(axis);
        let first = input.iter().position(summed)?;
        let count = input[first..].iter().take_while(|axis| summed(axis)).count();
        let (before, rest) = input.split_at(first);
        let (contracted, behind) = rest.split_at(count);
        let middle = output.strip_prefix(before)?;
        let columns = middle.get(..middle.len().checked_sub(behind.len())?)?;
        let in_place = middle.ends_with(behind)
            && columns.iter().all(|axis| weights.contains(axis) && !input.contains(axis))
            && !before.iter().chain(behind).any(|axis| weights.contains(axis))
            && weights.len() == contracted.len() + columns.len()
            && contracted.iter().all(|&axis| self.is_alike(axis));
        let [contracted, behind, columns] = [contracted, behind, columns].map(<[char]>::to_vec);
        in_place.then_some(Order { contracted, behind, columns })
    }

    /// Whether neither side is broadcast along an axis.
    fn is_alike(&self, axis: char) -> bool {
        let sizes = self.at(0, axis).zip(self.at(1, axis));
        sizes.is_some_and(|(own, other)| self.shape[own] == self.weights.shape()[other].into())
    }

    fn work(&self, order: &Order) -> Option<Work> {
        let weights = self.arranged(order)?;
        let outputs = self.size(&order.columns);
        let inputs = weights.len().checked_div(outputs)?;
        let end = End::new(vec![0.0; outputs].into());
        let known = self.shape.as_concrete();
        if order.behind.is_empty() {
            let few = known.is_some_and(|sizes| sizes.iter().product::<usize>() < ROWS * inputs);
            return if few { None } else { Linear::new(&weights, end).map(Work::Linear) };
        }
        let size = |&axis: &char| Some(known?[self.at(0, axis)?]);
        let plane = order.behind.iter().map(size).product::<Option<usize>>()?;
        let layer = Layer {
            channels: [inputs, outputs],
            input: [plane, 1],
            output: [plane, 1],
            kernel: [1; 2],
            strides: [1; 2],
            before: [0; 2],
            end,
        };
        let kernels = Kernels::matrix(&layer, &weights)?;
        Some(Work::Convolution(layer, kernels))
    }

    /// The weights, columns × what is contracted.
    fn arranged(&self, order: &Order) -> Option<Vec<f32>> {
        let axes = order.columns.iter().chain(&order.contracted);
        let mut axes: Vec<usize> = axes.map(|&axis| self.at(1, axis)).collect::<Option<_>>()?;
        let single = (0..self.weights.ndim()).filter(|at| !axes.contains(at));
        axes.extend(single.collect::<Vec<usize>>());
        let weights = self.weights.view().permuted_axes(axes);
        Some(weights.as_slice().map_or_else(|| weights.iter().copied().collect(), <[f32]>::to_vec))
    }

    /// How many values axes of the weights have together.
    fn size(&self, axes: &[char]) -> usize {
        axes.iter()
            .filter_map(|&axis| self.at(1, axis))
            .map(|at| self.weights.shape()[at])
            .product()
    }

    fn sides(&self) -> Vec<Side> {
        let side = |&axis: &char| match (self.at(0, axis), self.at(1, axis)) {
            (Some(at), _) => Side::Same(at),
            (None, Some(at)) => Side::Of(self.weights.shape()[at]),
            (None, None) => Side::Of(1),
        };
        self.axes[2].iter().map(side).collect()
    }
}
