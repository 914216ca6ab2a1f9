use super::*;
use proptest::prelude::*;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, onnx};
use tract_onnx::tract_core::ops::cnn::{PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::math;

/// One convolution, and limits behind it.
fn model(
    shape: [usize; 4],
    kernel: [usize; 2],
    strides: [usize; 2],
    pads: [usize; 4],
) -> TypedModel {
    let [_, channels, ..] = shape;
    let value = |i: usize| ((i * 37 + 11) % 23) as f32 / 11.0 - 1.0;
    let array = |dims: &[usize]| {
        let count = dims.iter().product();
        Tensor::from_shape(dims, &(0..count).map(value).collect::<Vec<f32>>()).unwrap()
    };
    let spec = PoolSpec {
        data_format: DataFormat::NCHW,
        kernel_shape: kernel.as_slice().into(),
        padding: PaddingSpec::Explicit(pads[..2].into(), pads[2..].into()),
        dilations: None,
        strides: Some(strides.as_slice().into()),
        input_channels: channels,
        output_channels: channels,
    };
    let conv =
        Conv { pool_spec: spec, kernel_fmt: KernelFormat::OIHW, group: channels, q_params: None };
    let mut model = TypedModel::default();
    let x = model.add_source("x", f32::fact(shape)).unwrap();
    let weights = model.add_const("weights", array(&[channels, 1, kernel[0], kernel[1]])).unwrap();
    let bias = model.add_const("bias", array(&[channels])).unwrap();
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

proptest! {
    #[test]
    fn it_gives_what_tract_gives(
        batch in 1_usize..3, channels in 2_usize..5, height in 1_usize..40, width in 1_usize..40,
        kernel in prop::array::uniform2(1_usize..6), strides in prop::array::uniform2(1_usize..4),
        pads in prop::array::uniform4(0_usize..4),
    ) {
        let [tall, wide] = [height + pads[0] + pads[2], width + pads[1] + pads[3]];
        prop_assume!(tall >= kernel[0] && wide >= kernel[1]);
        let shape = [batch, channels, height, width];
        let plain = model(shape, kernel, strides, pads);
        let mut ours = plain.clone();
        replace(&mut ours).unwrap();
        prop_assert!(ours.nodes().iter().any(TypedNode::op_is::<Depthwise>));
        prop_assert!(!ours.nodes().iter().any(TypedNode::op_is::<TypedBinOp>));
        let (ours, theirs) = (run(ours, shape), run(plain, shape));
        prop_assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(&theirs) {
            prop_assert!((a - b).abs() <= 1e-5, "{} is not {}", a, b);
        }
    }
}

#[test]
fn a_real_graph_has_its_depthwise_convolutions_replaced() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/graphs/mobilenet.onnx");
    let mut model = onnx().model_for_path(path).unwrap();
    model.set_input_fact(0, f32::fact([1, 3, 37, 29]).into()).unwrap();
    let mut model = model.into_typed().unwrap().into_decluttered().unwrap();
    replace(&mut model).unwrap();
    assert_eq!(model.nodes().iter().filter(|node| node.op_is::<Depthwise>()).count(), 3);
}
