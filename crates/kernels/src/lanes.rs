//! Values that are computed side by side, in the vector registers of whatever processor the caller is compiled for.

/// Lanes of a panel: two registers of 256 bits.
pub(super) const LANES: usize = 16;

/// As many values as one step takes.
pub(super) type Lanes = [f32; LANES];

/// Whether the processor adds and multiplies vectors in one step: without, sums would be many times slower.
pub(super) fn able() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// The sums over both slices of weights times values, for some of the rows from `first` on and the first of the lanes.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
pub(super) fn product<const ALL: usize, const ROWS: usize, const WIDE: usize>(
    weights: &[[f32; ALL]],
    first: usize,
    values: &[Lanes],
) -> [[f32; WIDE]; ROWS] {
    let mut sums = [[0.0; WIDE]; ROWS];
    for (weights, values) in weights.iter().zip(values) {
        for row in 0..ROWS {
            let weight = weights[first + row];
            for lane in 0..WIDE {
                sums[row][lane] = weight.mul_add(values[lane], sums[row][lane]);
            }
        }
    }
    sums
}

/// Arranges the rows of a matrix, which are so long, in lots of `WIDE` that lie beside each other: lots × columns × rows.
/// What the last lot is short of is 0.
pub(super) fn arranged<const WIDE: usize>(rows: &[f32], length: usize, lots: &mut Vec<f32>) {
    let lot = WIDE * length;
    lots.clear();
    lots.resize((rows.len() / length).div_ceil(WIDE) * lot, 0.0);
    for (rows, lot) in rows.chunks(lot).zip(lots.chunks_exact_mut(lot)) {
        for (number, row) in rows.chunks_exact(length).enumerate() {
            let (columns, _) = lot.as_chunks_mut::<WIDE>();
            for (column, &value) in columns.iter_mut().zip(row) {
                column[number] = value;
            }
        }
    }
}

/// The lanes from `at` on; zeros where there are not as many.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
pub(super) fn lanes(values: &[f32], at: usize) -> &Lanes {
    values.get(at..).and_then(|values| values.first_chunk()).unwrap_or(&[0.0; LANES])
}

/// Writes lanes from `at` on, if there is room.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
pub(super) fn put(values: &mut [f32], at: usize, lanes: &Lanes) {
    if let Some(to) = values.get_mut(at..).and_then(|values| values.first_chunk_mut()) {
        *to = *lanes;
    }
}
