//! Eigenvectors of small symmetric matrices.

/// Sweeps allowed; ten are enough for every matrix met.
const SWEEPS: usize = 60;

/// Eigenvalues of the symmetric n×n matrix `a`, largest first, each with its vector of length 1: the cyclic
/// Jacobi method (Golub & Van Loan 2013, *Matrix Computations*, 4th ed., sec. 8.5).
pub(super) fn eigen(mut a: Vec<f64>, n: usize) -> Vec<(f64, Vec<f64>)> {
    let mut vectors = vec![0.0; n * n];
    for i in 0..n {
        vectors[i * n + i] = 1.0;
    }
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * n + j].powi(2))
            .sum();
        let on: f64 = (0..n).map(|i| a[i * n + i].powi(2)).sum();
        if off <= 1e-30 * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, n, (p, q));
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let vector = |i: usize| vectors[i * n..(i + 1) * n].to_vec();
    order.into_iter().map(|i| (a[i * n + i], vector(i))).collect()
}

/// Turns the plane of two dimensions so that their product in `matrix` becomes 0. `vectors` are kept as rows.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], n: usize, (p, q): (usize, usize)) {
    let off = matrix[p * n + q];
    if off == 0.0 {
        return;
    }
    let theta = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * off);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cos = 1.0 / tangent.hypot(1.0);
    let sin = tangent * cos;
    let turn = |values: &mut [f64], i: usize, j: usize| {
        let (first, second) = (values[i], values[j]);
        values[i] = cos * first - sin * second;
        values[j] = sin * first + cos * second;
    };
    for k in 0..n {
        turn(matrix, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn(matrix, p * n + k, q * n + k);
        turn(vectors, p * n + k, q * n + k);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_give_the_matrix_back(
            values in prop::collection::vec(prop_oneof![Just(0.0), -3.0..3.0_f64], 36), n in 0_usize..7,
        ) {
            let at = |i: usize, j: usize| values[i.max(j) * 6 + i.min(j)];
            let a: Vec<f64> = (0..n * n).map(|k| at(k / n, k % n)).collect();
            let found = eigen(a.clone(), n);
            prop_assert!(found.is_sorted_by(|x, y| x.0 >= y.0));
            for (i, x) in found.iter().enumerate() {
                for (j, y) in found.iter().enumerate() {
                    let product: f64 = x.1.iter().zip(&y.1).map(|(a, b)| a * b).sum();
                    prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12);
                }
            }
            for i in 0..n * n {
                let back: f64 = found.iter().map(|(l, v)| l * v[i / n] * v[i % n]).sum();
                prop_assert!((back - a[i]).abs() < 1e-11);
            }
        }
    }
}
