//! Planes with their zeros around them, cut so that what each tap of a kernel reads lies in rows.

use super::Layer;

/// What may be read behind the last row.
pub(super) const SLACK: usize = 32;

/// How a plane is cut: into one plane a phase of the strides.
pub(super) struct Phases {
    /// Values of a row.
    pub width: usize,
    height: usize,
    /// Values from one phase to the next.
    plane: usize,
    /// Where each tap of the kernel begins to read.
    pub taps: Vec<usize>,
}

impl Phases {
    pub fn of(layer: &Layer) -> Self {
        let [kernel, strides, output] = [layer.kernel, layer.strides, layer.output];
        let size = |axis: usize| output[axis] + (kernel[axis] - 1) / strides[axis];
        let (height, width) = (size(0), size(1));
        let plane = height * width + SLACK + kernel[1];
        let taps = (0..kernel[0]).flat_map(|row| (0..kernel[1]).map(move |column| [row, column]));
        let begin = |[row, column]: [usize; 2]| {
            let phase = row % strides[0] * strides[1] + column % strides[1];
            phase * plane + row / strides[0] * width + column / strides[1]
        };
        Self { width, height, plane, taps: taps.map(begin).collect() }
    }

    /// Values of all phases of a plane.
    pub fn size(&self, layer: &Layer) -> usize {
        self.plane * layer.strides[0] * layer.strides[1]
    }

    /// Copies a plane of the input into its phases, whose borders are 0 already.
    pub fn scatter(&self, layer: &Layer, from: &[f32], to: &mut [f32]) {
        let [_, across] = layer.strides;
        for (row, values) in from.chunks_exact(layer.input[1]).enumerate() {
            let row = row + layer.before[0];
            let (phase, row) = (row % layer.strides[0], row / layer.strides[0]);
            if row >= self.height {
                break;
            }
            // what no tap reads
            if phase >= layer.kernel[0] {
                continue;
            }
            let start = phase * across * self.plane + row * self.width;
            if across == 1 {
                let count = values.len().min(self.width - layer.before[1]);
                let start = start + layer.before[1];
                to[start..start + count].copy_from_slice(&values[..count]);
                continue;
            }
            for offset in 0..across.min(layer.kernel[1]) {
                // the first column of this phase, in the input and in the phase
                let first = (offset + across - layer.before[1] % across) % across;
                let place = (first + layer.before[1]) / across;
                let start = start + offset * self.plane;
                let line = &mut to[start + place.min(self.width)..start + self.width];
                let values = values.iter().skip(first).step_by(across);
                line.iter_mut().zip(values).for_each(|(to, &from)| *to = from);
            }
        }
    }
}
