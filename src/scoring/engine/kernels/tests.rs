use super::*;
use proptest::prelude::*;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, onnx};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{KernelFormat, PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_core::ops::nn::DataFormat;

/// The sizes of a convolution.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    shape: [usize; 4],
    outputs: usize,
    group: usize,
    kernel: [usize; 2],
    strides: [usize; 2],
    pads: [usize; 4],
    end: End,
}

/// What a convolution is added to before its limits.
#[derive(Debug, Clone, Copy)]
enum End {
    Nothing,
    /// Its input.
    Input,
    /// Another convolution.
    Branch,
}

/// One convolution, and limits behind it.
fn model(sizes: Sizes) -> TypedModel {
    let Sizes { shape, outputs, group, kernel, strides, pads, end } = sizes;
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
    let mut y = model.wire_node("conv", conv.clone(), &[x, weights, bias]).unwrap();
    let other = match end {
        End::Nothing => None,
        End::Input => Some(x),
        End::Branch => Some(model.wire_node("branch", conv, &[x, weights, bias]).unwrap()[0]),
    };
    if let Some(other) = other {
        y = model.wire_node("add", math::add(), &[y[0], other]).unwrap();
    }
    let limit = |v: f32| Tensor::from_shape(&[1, 1, 1, 1], &[v]).unwrap();
    let low = model.add_const("low", limit(0.0)).unwrap();
    let high = model.add_const("high", limit(1.5)).unwrap();
    let y = model.wire_node("max", math::max(), &[y[0], low]).unwrap();
    let y = model.wire_node("min", math::min(), &[y[0], high]).unwrap();
    model.select_output_outlets(&y).unwrap();
    model
}

fn run(model: TypedModel, shape: &[usize]) -> Vec<f32> {
    let values: Vec<f32> =
        (0..shape.iter().product()).map(|i| ((i * 29 + 5) % 31) as f32 / 15.0 - 1.0).collect();
    let input = Tensor::from_shape(shape, &values).unwrap();
    let outputs = model.into_runnable().unwrap().run(tvec!(input.into())).unwrap();
    outputs[0].to_plain_array_view::<f32>().unwrap().iter().copied().collect()
}

fn is(node: &TypedNode, name: &str) -> bool {
    node.op_as::<Replacement>().is_some_and(|op| op.name() == name)
}

/// Whether an operator of ours, called so, takes the place of tract's, with the limits, and gives the same.
fn gives_what_tract_gives(sizes: Sizes, name: &str) -> Result<(), TestCaseError> {
    let plain = model(sizes);
    let mut ours = plain.clone();
    replace(&mut ours).unwrap();
    prop_assert!(ours.nodes().iter().any(|node| is(node, name)));
    prop_assert!(!ours.nodes().iter().any(TypedNode::op_is::<TypedBinOp>));
    let (ours, theirs) = (run(ours, &sizes.shape), run(plain, &sizes.shape));
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
        let sizes = Sizes { shape, outputs: channels, group: channels, kernel, strides, pads, end: End::Nothing };
        gives_what_tract_gives(sizes, "Depthwise")?;
    }

    #[test]
    fn convolutions_by_winograd_are_tracts(
        batch in 1_usize..3, channels in 4_usize..40, outputs in 1_usize..20,
        size in prop::array::uniform2(1_usize..40), pads in prop::array::uniform4(0_usize..4),
        end in prop::sample::select([End::Nothing, End::Branch].as_slice()),
    ) {
        let [height, width] = size;
        prop_assume!(height + pads[0] + pads[2] >= 3 && width + pads[1] + pads[3] >= 3);
        let shape = [batch, channels, height, width];
        let sizes = Sizes { shape, outputs, group: 1, kernel: [3, 3], strides: [1, 1], pads, end };
        gives_what_tract_gives(sizes, "Winograd")?;
    }

    #[test]
    fn convolutions_by_a_product_are_tracts(
        batch in 1_usize..3, channels in 1_usize..40, outputs in 1_usize..20,
        size in prop::array::uniform2(1_usize..40), kernel in prop::array::uniform2(1_usize..6),
        strides in prop::array::uniform2(1_usize..4), pads in prop::array::uniform4(0_usize..4),
        end in prop::sample::select([End::Nothing, End::Branch].as_slice()),
    ) {
        let [tall, wide] = [size[0] + pads[0] + pads[2], size[1] + pads[1] + pads[3]];
        prop_assume!(tall >= kernel[0] && wide >= kernel[1]);
        let values = ((tall - kernel[0]) / strides[0] + 1) * ((wide - kernel[1]) / strides[1] + 1);
        prop_assume!(values >= 16 && (kernel, strides) != ([3, 3], [1, 1]));
        prop_assume!(channels > 1 || outputs > 1);
        let shape = [batch, channels, size[0], size[1]];
        let sizes = Sizes { shape, outputs, group: 1, kernel, strides, pads, end };
        gives_what_tract_gives(sizes, "Patches")?;
    }
}

/// Whose other summand is the input, which somebody else still reads.
#[test]
fn residual_blocks_are_tracts() {
    for (kernel, pads, name) in [([3, 3], [1; 4], "Winograd"), ([1, 1], [0; 4], "Patches")] {
        let (shape, strides) = ([2, 12, 9, 11], [1, 1]);
        let sizes = Sizes { shape, outputs: 12, group: 1, kernel, strides, pads, end: End::Input };
        gives_what_tract_gives(sizes, name).unwrap();
    }
}

/// A sum of products with constant weights, the axes of which have these sizes, then all that can follow it.
fn product(letters: &str, size: &dyn Fn(char) -> usize, weights_first: bool) -> TypedModel {
    let (inputs, output) = letters.split_once("->").unwrap();
    let (input, weights) = inputs.split_once(',').unwrap();
    let shape = |axes: &str| axes.chars().map(size).collect::<Vec<usize>>();
    let array = |dims: &[usize]| {
        let values = (0..dims.iter().product()).map(|i| ((i * 37 + 11) % 23) as f32 / 22.0 - 0.5);
        Tensor::from_shape(dims, &values.collect::<Vec<f32>>()).unwrap()
    };
    let mut model = TypedModel::default();
    let x = model.add_source("x", f32::fact(shape(input))).unwrap();
    let constant = model.add_const("weights", array(&shape(weights))).unwrap();
    let (axes, ends) = if weights_first {
        (format!("{weights},{input}->{output}"), [constant, x])
    } else {
        (letters.to_owned(), [x, constant])
    };
    let sum = || EinSum::new(axes.parse().unwrap(), f32::datum_type());
    let y = model.wire_node("sum", sum(), &ends).unwrap();
    let is_column = |axis: char| weights.contains(axis) && !input.contains(axis);
    let bias = output.chars().map(|axis| if is_column(axis) { size(axis) } else { 1 });
    let bias = model.add_const("bias", array(&bias.collect::<Vec<usize>>())).unwrap();
    let y = model.wire_node("biased", math::add(), &[y[0], bias]).unwrap();
    let branch = model.wire_node("branch", sum(), &ends).unwrap();
    let y = model.wire_node("add", math::add(), &[branch[0], y[0]]).unwrap();
    let low = Tensor::from_shape(&vec![1; output.len()], &[-0.25_f32]).unwrap();
    let low = model.add_const("low", low).unwrap();
    let y = model.wire_node("max", math::max(), &[low, y[0]]).unwrap();
    model.select_output_outlets(&y).unwrap();
    model
}

/// How 1 × 1 convolutions and fully connected layers look once tract has read them, and some that are left to tract.
#[test]
fn products_with_constant_weights_are_tracts() {
    for (letters, name) in [
        ("NIHW,OI->NOHW", Some("Patches")),
        ("bIHW,IO->bOHW", Some("Patches")),
        ("IHW,OI->NOHW", Some("Patches")),
        ("amk,kn->mn", Some("Linear")),
        ("mbk,bkn->amn", Some("Linear")),
        ("bmk,npk->bmnp", Some("Linear")),
        ("mbk,kbn->mn", Some("Linear")),
        ("kHW,kn->HWn", None),
        ("bmk,bkn->bmn", None),
        ("mbk,kn->bmn", None),
    ] {
        let size = |axis: char| match axis {
            'N' | 'a' => 1,
            'b' => 2,
            'p' => 3,
            'm' => 9,
            'k' | 'I' => 20,
            'n' | 'O' => 21,
            _ => 5,
        };
        for weights_first in [false, true] {
            let plain = product(letters, &size, weights_first);
            let mut ours = plain.clone();
            replace(&mut ours).unwrap();
            let count =
                |model: &TypedModel, name| model.nodes().iter().filter(|n| is(n, name)).count();
            let sums = ours.nodes().iter().filter(|node| node.op_is::<TypedBinOp>()).count();
            match name {
                Some(name) => assert_eq!((count(&ours, name), sums), (2, 0), "{letters}"),
                None => assert!(!ours.nodes().iter().any(TypedNode::op_is::<Replacement>)),
            }
            let shape = letters.split(',').next().unwrap().chars().map(size).collect::<Vec<_>>();
            let (ours, theirs) = (run(ours, &shape), run(plain, &shape));
            assert_eq!(ours.len(), theirs.len());
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((a - b).abs() <= 1e-5, "{letters}: {a} is not {b}");
            }
        }
    }
}

/// A plane that is transformed in several blocks of rows, and one whose tiles are packed.
#[test]
fn large_layers_are_tracts() {
    for (shape, outputs) in [([1, 200, 30, 41], 9), ([1, 300, 7, 7], 16)] {
        let (kernel, strides, pads, end) = ([3, 3], [1, 1], [1; 4], End::Nothing);
        let sizes = Sizes { shape, outputs, group: 1, kernel, strides, pads, end };
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
