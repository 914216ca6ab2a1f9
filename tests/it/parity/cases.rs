//! Random cases that Python and Rust draw alike: the twin of `tests/fixtures/stats/cases.py`.

use gaffe::dataset::Matrix;

/// `SplitMix64` (Steele, Lea, Flood 2014, OOPSLA).
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// Class indices; with `skew` the smaller of two draws, so that low classes are frequent.
pub fn labels(draw: &mut Draw, rows: usize, classes: usize, skew: bool) -> Vec<u32> {
    let k = classes as u64;
    let one = |_| {
        let a = draw.below(k);
        (if skew { a.min(draw.below(k)) } else { a }) as u32
    };
    (0..rows).map(one).collect()
}

/// N×K: integer weights below `levels` (few levels make ties), and `boost` times the levels more for a
/// class that is the label seven times in eight.
pub fn probabilities(
    draw: &mut Draw,
    labels: &[u32],
    classes: usize,
    levels: u64,
    boost: u64,
) -> Matrix<f64> {
    let mut values = Vec::with_capacity(labels.len() * classes);
    for &label in labels {
        let mut weights: Vec<u64> = (0..classes).map(|_| 1 + draw.below(levels)).collect();
        let top =
            if draw.below(8) > 0 { label as usize } else { draw.below(classes as u64) as usize };
        weights[top] += boost * levels;
        let total: u64 = weights.iter().sum();
        values.extend(weights.iter().map(|&w| w as f64 / total as f64));
    }
    Matrix::new(values, labels.len(), classes).unwrap()
}
