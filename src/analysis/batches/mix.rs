//! How much of a change of the error is a change of the mix.

use serde::Serialize;

/// One slice's part in the change of the error between two sets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SliceEffect {
    /// The slice's index.
    pub slice: usize,
    /// (second rate − first rate) × mean share.
    pub rate_effect: f64,
    /// (second share − first share) × mean rate.
    pub mix_effect: f64,
}

/// The change of the error between two sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decomposition {
    /// Second less first error.
    pub change: f64,
    /// What the change of the error within slices makes of it: the model or the data got harder.
    pub rate_effect: f64,
    /// What the change of the mix of slices makes of it.
    pub mix_effect: f64,
    /// The parts of every slice that either set has; they sum to the effects.
    pub slices: Vec<SliceEffect>,
}

/// Splits the change of the error from `first` to `second`, (errors, examples) by slice, into a rate
/// and a mix effect that sum to it (Kitagawa 1955, JASA 50:1168). A slice that one set lacks has no
/// rate there: that of the other is taken, so that all of its effect is mix. `None` if a set is empty.
pub fn decompose(first: &[(usize, usize)], second: &[(usize, usize)]) -> Option<Decomposition> {
    let ((k1, n1), (k2, n2)) = (sum(first), sum(second));
    if n1 == 0 || n2 == 0 {
        return None;
    }
    let effect = |slice: usize| {
        let (a, b) = (cell(first, slice), cell(second, slice));
        let rate = |own: (usize, usize), other: (usize, usize)| {
            let (k, n) = if own.1 > 0 { own } else { other };
            k as f64 / n as f64
        };
        let (r1, r2) = (rate(a, b), rate(b, a));
        let (w1, w2) = (a.1 as f64 / n1 as f64, b.1 as f64 / n2 as f64);
        SliceEffect {
            slice,
            rate_effect: (r2 - r1) * f64::midpoint(w1, w2),
            mix_effect: (w2 - w1) * f64::midpoint(r1, r2),
        }
    };
    let present = |&slice: &usize| cell(first, slice).1 + cell(second, slice).1 > 0;
    let slices: Vec<SliceEffect> =
        (0..first.len().max(second.len())).filter(present).map(effect).collect();
    Some(Decomposition {
        change: k2 as f64 / n2 as f64 - k1 as f64 / n1 as f64,
        rate_effect: slices.iter().map(|s| s.rate_effect).sum(),
        mix_effect: slices.iter().map(|s| s.mix_effect).sum(),
        slices,
    })
}

fn cell(cells: &[(usize, usize)], slice: usize) -> (usize, usize) {
    cells.get(slice).copied().unwrap_or((0, 0))
}

/// (errors, examples) by slice of some rows, for [`decompose`]; the last is that of no slice.
pub fn count_slices(
    rows: impl IntoIterator<Item = u32>,
    wrong: &[bool],
    slices: usize,
    slice: &[u32],
) -> Vec<(usize, usize)> {
    let mut cells = vec![(0, 0); slices + 1];
    for row in rows {
        let row = row as usize;
        if let (Some(&wrong), Some(&slice)) = (wrong.get(row), slice.get(row)) {
            let cell = &mut cells[(slice as usize).min(slices)];
            *cell = (cell.0 + usize::from(wrong), cell.1 + 1);
        }
    }
    cells
}

/// (errors, examples) of all cells together.
pub(super) fn sum(cells: &[(usize, usize)]) -> (usize, usize) {
    cells.iter().fold((0, 0), |(k, n), cell| (k + cell.0, n + cell.1))
}
