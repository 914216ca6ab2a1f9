use super::*;
use proptest::prelude::*;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, onnx};
use tract_onnx::tract_core::ops::cnn::{PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::math;

/// The sizes of a convolution.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    shape: [usize; 4],
    outputs: usize,
    group: usize,
    kernel: [usize; 2],
    strides: [usize; 2],
    pads: [usize; 4],
}

/// One convolution, and limits behind it.
fn model(sizes: Sizes) -> TypedModel {
    let Sizes { shape, outputs, group, kernel, strides, pads } = sizes;
    let [_, channels, ..] = shape;
    let value = |i: usize| ((i * 37 + 11) % 23) as f32 / 11.0 - 1.0;
    let array = |dims: &[usize], scale: f32| {
        let values = (0..dims.iter().product()).map(|i| scale * value(i));
        Tensor::from_shape(dims, &values.collect::<Vec<f32>>()).unwrap()
    };
    let spec = PoolSpec {
        data_format: DataFormat::NCHW,
        kernel_shape: kernel.as_slice().into(),
        padding: PaddingSpec::Explicit(pads[..2].into(), pads[2..].into()),
        dilations: None,
        strides: Some(strides.as_slice().into()),
        input_channels: channels,
        output_channels: outputs,
    };
    let conv = Conv { pool_spec: spec, kernel_fmt: KernelFormat::OIHW, group, q_params: None };
    let mut model = TypedModel::default();
    let x = model.add_source("x", f32::fact(shape)).unwrap();
    let dims = [outputs, channels / group, kernel[0], kernel[1]];
    // so that the sums are about as large as the limits
    let terms = dims[1..].iter().product::<usize>() as f32;
    let weights = array(&dims, terms.sqrt().recip());
    let weights = model.add_const("weights", weights).unwrap();
    let bias = model.add_const("bias", array(&[outputs], 1.0)).unwrap();
    let y = model.wire_node("conv", conv, &[x, weights, bias]).unwrap();
    let limit = |v: f32| Tensor::from_shape(&[1, 1, 1, 1], &[v]).unwrap();
    let low = model.add_const("low", limit(0.0)).unwrap();
    let high = model.add_const("high", limit(1.5)).unwrap();
    let y = model.wire_node("max", math::max(), &[y[0], low]).unwrap();
    let y = model.wire_node("min", math::min(), &[y[0], high]).unwrap();
    model.select_output_outlets(&y).unwrap();
    model
}

fn run(model: TypedModel, shape: [usize; 4]) -> Vec<f32> {
    let values: Vec<f32> =
        (0..shape.iter().product()).map(|i| ((i * 29 + 5) % 31) as f32 / 15.0 - 1.0).collect();
    let input = Tensor::from_shape(&shape, &values).unwrap();
    let outputs = model.into_runnable().unwrap().run(tvec!(input.into())).unwrap();
    outputs[0].to_plain_array_view::<f32>().unwrap().iter().copied().collect()
}

fn is(node: &TypedNode, name: &str) -> bool {
    node.op_as::<Convolution>().is_some_and(|op| op.name() == name)
}

/// Whether an operator of ours, called so, takes the place of tract's, with the limits, and gives the same.
fn gives_what_tract_gives(sizes: Sizes, name: &str) -> Result<(), TestCaseError> {
    let plain = model(sizes);
    let mut ours = plain.clone();
    replace(&mut ours).unwrap();
    prop_assert!(ours.nodes().iter().any(|node| is(node, name)));
    prop_assert!(!ours.nodes().iter().any(TypedNode::op_is::<TypedBinOp>));
    let (ours, theirs) = (run(ours, sizes.shape), run(plain, sizes.shape));
    prop_assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(&theirs) {
        prop_assert!((a - b).abs() <= 1e-5, "{} is not {}", a, b);
    }
    Ok(())
}

proptest! {
    #[test]
    fn depthwise_convolutions_are_tracts(
        batch in 1_usize..3, channels in 2_usize..5, height in 1_usize..40, width in 1_usize..40,
        kernel in prop::array::uniform2(1_usize..6), strides in prop::array::uniform2(1_usize..4),
        pads in prop::array::uniform4(0_usize..4),
    ) {
        let [tall, wide] = [height + pads[0] + pads[2], width + pads[1] + pads[3]];
        prop_assume!(tall >= kernel[0] && wide >= kernel[1]);
        let shape = [batch, channels, height, width];
        let sizes = Sizes { shape, outputs: channels, group: channels, kernel, strides, pads };
        gives_what_tract_gives(sizes, "Depthwise")?;
    }

    #[test]
    fn convolutions_by_winograd_are_tracts(
        batch in 1_usize..3, channels in 4_usize..40, outputs in 1_usize..20,
        size in prop::array::uniform2(1_usize..40), pads in prop::array::uniform4(0_usize..4),
    ) {
        let [height, width] = size;
        prop_assume!(height + pads[0] + pads[2] >= 3 && width + pads[1] + pads[3] >= 3);
        let shape = [batch, channels, height, width];
        let sizes = Sizes { shape, outputs, group: 1, kernel: [3, 3], strides: [1, 1], pads };
        gives_what_tract_gives(sizes, "Winograd")?;
    }
}

/// A plane that is transformed in several blocks of rows, and one whose tiles are packed.
#[test]
fn large_layers_are_tracts() {
    for (shape, outputs) in [([1, 200, 30, 41], 9), ([1, 300, 7, 7], 16)] {
        let sizes =
            Sizes { shape, outputs, group: 1, kernel: [3, 3], strides: [1, 1], pads: [1; 4] };
        gives_what_tract_gives(sizes, "Winograd").unwrap();
    }
}

#[test]
fn a_real_graph_has_its_convolutions_replaced() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/graphs/mobilenet.onnx");
    let mut model = onnx().model_for_path(path).unwrap();
    model.set_input_fact(0, f32::fact([1, 3, 37, 29]).into()).unwrap();
    let mut model = model.into_typed().unwrap().into_decluttered().unwrap();
    replace(&mut model).unwrap();
    assert_eq!(model.nodes().iter().filter(|node| is(node, "Depthwise")).count(), 3);
}
