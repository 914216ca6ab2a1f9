//! Work on all cores whose result does not depend on their number: rows are cut into pieces of a
//! fixed size and the results come back in order.

use rayon::prelude::*;
use std::ops::Range;

/// Applies `work` to consecutive ranges of `size` rows that cover `rows`; results in order.
pub(crate) fn pieces<R: Send>(
    rows: usize,
    size: usize,
    work: impl Fn(Range<usize>) -> R + Send + Sync,
) -> Vec<R> {
    let size = size.max(1);
    (0..rows.div_ceil(size))
        .into_par_iter()
        .map(|piece| work(piece * size..rows.min((piece + 1) * size)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_every_row_once_in_order() {
        for (rows, size) in [(0, 3), (1, 3), (10, 3), (9, 3), (5, 0)] {
            let all: Vec<usize> = pieces(rows, size, Iterator::collect::<Vec<_>>).concat();
            assert_eq!(all, (0..rows).collect::<Vec<_>>());
        }
    }
}
