use super::*;

const LIMITS: [u32; 2] = [(-2.0_f32).to_bits(), 2.0_f32.to_bits()];

fn values(count: usize, step: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * step + 11) % 23) as f32 / 11.0 - 1.0).collect()
}

/// The plain sum over all kernels, in f64.
fn plain(layer: &Layer, group: usize, weights: &[f32], input: &[f32]) -> Vec<f64> {
    let [inputs, outputs] = layer.channels;
    let ([height, width], [tall, wide]) = (layer.input, layer.kernel);
    let [rows, columns] = layer.output;
    let mut all = Vec::new();
    for (output, y, x) in (0..outputs * rows * columns)
        .map(|at| (at / rows / columns, at / columns % rows, at % columns))
    {
        let mut sum = f64::from(layer.end.bias[output]);
        let of_group = inputs / group;
        for (input_, i, j) in
            (0..of_group * tall * wide).map(|at| (at / tall / wide, at / wide % tall, at % wide))
        {
            let channel = output / (outputs / group) * of_group + input_;
            let row = (y * layer.strides[0] + i).checked_sub(layer.before[0]);
            let column = (x * layer.strides[1] + j).checked_sub(layer.before[1]);
            let (Some(row), Some(column)) = (row, column) else { continue };
            if row < height && column < width {
                let weight = weights[((output * of_group + input_) * tall + i) * wide + j];
                sum +=
                    f64::from(weight) * f64::from(input[(channel * height + row) * width + column]);
            }
        }
        all.push(sum);
    }
    all
}

fn layer(channels: [usize; 2], input: [usize; 2], kernel: [usize; 2], step: usize) -> Layer {
    Layer {
        channels,
        input,
        output: [0, 1].map(|axis| (input[axis] + 2 - kernel[axis]) / step + 1),
        kernel,
        strides: [step; 2],
        before: [1; 2],
        end: End { limits: LIMITS, ..End::new(values(channels[1], 5).into()) },
    }
}

fn check(layer: &Layer, group: usize, make: fn(&Layer, &[f32]) -> Option<Kernels>) {
    let [inputs, outputs] = layer.channels;
    let weights = values(outputs * inputs / group * layer.taps(), 37);
    let input = values(inputs * layer.input[0] * layer.input[1], 29);
    let plain = plain(layer, group, &weights, &input);
    let kernels = make(layer, &weights).unwrap();
    for onto in [false, true] {
        let held = if onto { values(plain.len(), 17) } else { vec![f32::NAN; plain.len()] };
        let mut output = held.clone();
        let end = End { onto, ..layer.end.clone() };
        kernels.run(&Layer { end, ..layer.clone() }, &input, &mut output);
        for ((ours, plain), held) in output.iter().zip(&plain).zip(held) {
            let sum = if onto { plain + f64::from(held) } else { *plain };
            let limited = sum.clamp(-2.0, 2.0);
            assert!((f64::from(*ours) - limited).abs() < 1e-4, "{layer:?}: {ours}, not {limited}");
        }
    }
    assert!(make(layer, &weights[1..]).is_none());
}

#[test]
fn depthwise_is_the_plain_sum() {
    for (input, kernel, step) in [([9, 12], [3, 3], 1), ([14, 7], [5, 2], 2), ([6, 6], [1, 4], 3)] {
        check(&layer([5, 5], input, kernel, step), 5, Kernels::depthwise);
    }
}

/// Planes of one tile, of packed tiles, of odd sides and of several blocks of rows.
#[test]
fn winograd_is_the_plain_sum() {
    for (channels, input) in
        [([4, 1], [2, 2]), ([5, 9], [7, 7]), ([6, 17], [13, 30]), ([300, 8], [30, 41])]
    {
        check(&layer(channels, input, [3, 3], 1), 1, Kernels::winograd);
    }
}

/// Planes that are read as they are, whole and in strips, and others by each kind of kernel and step.
#[test]
fn a_product_of_matrices_is_the_plain_sum() {
    for (channels, side) in [([5, 7], 4), ([9, 6], 5), ([3, 13], 11), ([700, 8], 19)] {
        let mut whole = layer(channels, [side; 2], [1, 1], 1);
        (whole.output, whole.before) = (whole.input, [0; 2]);
        check(&whole, 1, Kernels::matrix);
    }
    for (channels, input, kernel, step) in [
        ([3, 8], [31, 40], [7, 7], 2),
        ([40, 13], [56, 57], [3, 3], 2),
        ([6, 5], [12, 9], [1, 1], 2),
        ([6, 5], [12, 9], [1, 1], 1),
        ([2, 1], [12, 14], [5, 2], 3),
        ([4, 6], [8, 8], [2, 5], 1),
    ] {
        check(&layer(channels, input, kernel, step), 1, Kernels::matrix);
    }
    assert!(Kernels::matrix(&layer([4, 4], [1, 1], [1, 1], 1), &[0.0; 16]).is_none());
}

/// A row of patches is gathered whole, so that one of any length would take any memory.
#[test]
fn rows_of_patches_have_a_longest() {
    let long = |width| layer([2048, 1], [1, width], [1, 3], 1);
    let weights = vec![0.0; 2048 * 3];
    assert!(Kernels::matrix(&long(300), &weights).is_some());
    assert!(Kernels::matrix(&long(400), &weights).is_none());
}

#[test]
fn a_linear_layer_is_the_plain_sum_of_each_row() {
    for (rows, inputs, outputs) in [(1, 1, 1), (4, 19, 16), (7, 3, 40), (17, 64, 33), (5, 8, 5)] {
        let (weights, bias) = (values(inputs * outputs, 37), values(outputs, 5));
        let (input, held) = (values(rows * inputs, 29), values(rows * outputs, 17));
        let end = End { limits: LIMITS, ..End::new(bias.clone().into()) };
        assert!(Linear::new(&weights, End::new(vec![0.0; inputs * outputs + 1].into())).is_none());
        for onto in [false, true] {
            let mut output = held.clone();
            let layer = Linear::new(&weights, End { onto, ..end.clone() }).unwrap();
            layer.run(&input, &mut output);
            for (at, ours) in output.iter().enumerate() {
                let (row, column) = (at / outputs, at % outputs);
                let terms = (0..inputs).map(|i| {
                    f64::from(input[row * inputs + i]) * f64::from(weights[column * inputs + i])
                });
                let held = if onto { f64::from(held[at]) } else { 0.0 };
                let sum = terms.sum::<f64>() + f64::from(bias[column]) + held;
                assert!(
                    (f64::from(*ours) - sum.clamp(-2.0, 2.0)).abs() < 1e-4,
                    "{ours}, not {sum}"
                );
            }
        }
    }
}
