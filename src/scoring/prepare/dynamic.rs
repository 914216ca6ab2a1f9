//! Quantisation that is settled while the model runs: `DynamicQuantizeLinear`, and the products of integers
//! that follow it.
//!
//! Invariant: as in `quantised`: integers carried as floats.

use super::draft::{Chain, Draft, input, with_int};
use super::quantised::{as_float, finish, to_integer};
use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;

const UINT8: i32 = DataType::Uint8 as i32;
const INT32: i32 = DataType::Int32 as i32;

/// y, its scale and its zero point, from the least and largest value of x.
pub(super) fn quantise(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let x = input(node, 0)?;
    let [y, scale_name, zero_name] = node.output.as_slice() else { return None };
    if [y, scale_name, zero_name].iter().any(|name| draft.is_asked(name)) {
        return None;
    }
    let mut chain = Chain::new(draft, node);
    let (scale, zero) = range(&mut chain, x);
    let made = to_integer(&mut chain, x, &scale, Some(&zero), UINT8, None)?;
    chain.carry(zero_name, UINT8);
    chain.alias(&scale, scale_name);
    chain.alias(&zero, zero_name);
    finish(chain, &made, UINT8, y)
}

/// Scale and zero point that span 0 and all values of x; both scalars, the zero point carried.
fn range(chain: &mut Chain<'_>, x: &str) -> (String, String) {
    let (none, least) = (chain.scalar(0.0), chain.scalar(f32::MIN_POSITIVE));
    let levels = chain.scalar(255.0);
    let whole = || vec![with_int("keepdims", 0)];
    let high = chain.push_with("ReduceMax", &[x], whole());
    let low = chain.push_with("ReduceMin", &[x], whole());
    let high = chain.push("Max", &[&high, &none]);
    let low = chain.push("Min", &[&low, &none]);
    let span = chain.push("Sub", &[&high, &low]);
    let scale = chain.push("Div", &[&span, &levels]);
    // a tensor of zeros has no range
    let scale = chain.push("Max", &[&scale, &least]);
    let zero = chain.push("Div", &[&low, &scale]);
    let zero = chain.push("Neg", &[&zero]);
    let zero = chain.push("Round", &[&zero]);
    let zero = chain.push("Max", &[&zero, &none]);
    let zero = chain.push("Min", &[&zero, &levels]);
    chain.carry(&zero, UINT8);
    (scale, zero)
}

/// `MatMulInteger` and `ConvInteger`: the product of what is left after the zero points.
pub(super) fn product(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let (a, b) = (input(node, 0)?, input(node, 1)?);
    let mut chain = Chain::new(draft, node);
    let a = centred(&mut chain, a, input(node, 2));
    let b = centred(&mut chain, b, input(node, 3));
    let op = if node.op_type == "ConvInteger" { "Conv" } else { "MatMul" };
    let made = chain.push_with(op, &[&a, &b], node.attribute.clone());
    finish(chain, &made, INT32, node.output.first()?)
}

fn centred(chain: &mut Chain<'_>, x: &str, zero: Option<&str>) -> String {
    let x = as_float(chain, x);
    let Some(zero) = zero else { return x };
    let zero = as_float(chain, zero);
    chain.push("Sub", &[&x, &zero])
}

/// ONNX Runtime's products that give floats: `MatMulIntegerToFloat` and `DynamicQuantizeMatMul`.
pub(super) fn matmul(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let (a, b) = (input(node, 0)?, input(node, 1)?);
    let mut chain = Chain::new(draft, node);
    let (a, a_scale, b_scale, b_zero, bias) = if node.op_type == "DynamicQuantizeMatMul" {
        let (scale, zero) = range(&mut chain, a);
        let made = to_integer(&mut chain, a, &scale, Some(&zero), UINT8, None)?;
        let a = chain.push("Sub", &[&made, &zero]);
        (a, scale, input(node, 2)?, input(node, 3), input(node, 4))
    } else {
        let a = centred(&mut chain, a, input(node, 4));
        (a, input(node, 2)?.to_owned(), input(node, 3)?, input(node, 5), input(node, 6))
    };
    let b = centred(&mut chain, b, b_zero);
    let b = chain.push("Mul", &[&b, b_scale]);
    let made = chain.push("MatMul", &[&a, &b]);
    let mut made = chain.push("Mul", &[&made, &a_scale]);
    if let Some(bias) = bias {
        made = chain.push("Add", &[&made, bias]);
    }
    chain.end(&made, node.output.first()?)
}
