use super::*;

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
        let mut sum = f64::from(f32::from_bits(layer.bias[output]));
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
        all.push(sum.clamp(-2.0, 2.0));
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
        bias: values(channels[1], 5).into_iter().map(f32::to_bits).collect(),
        limits: [-2.0_f32, 2.0].map(f32::to_bits),
    }
}

fn check(layer: &Layer, group: usize, make: fn(&Layer, &[u32]) -> Option<Kernels>) {
    let [inputs, outputs] = layer.channels;
    let weights = values(outputs * inputs / group * layer.taps(), 37);
    let bits: Vec<u32> = weights.iter().map(|w| w.to_bits()).collect();
    let input = values(inputs * layer.input[0] * layer.input[1], 29);
    let mut output = vec![f32::NAN; outputs * layer.output[0] * layer.output[1]];
    make(layer, &bits).unwrap().run(layer, &input, &mut output);
    for (ours, plain) in output.iter().zip(plain(layer, group, &weights, &input)) {
        assert!((f64::from(*ours) - plain).abs() < 1e-4, "{layer:?}: {ours} is not {plain}");
    }
    assert!(make(layer, &bits[1..]).is_none());
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
