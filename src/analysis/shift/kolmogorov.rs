//! The distribution of the one-sample Kolmogorov–Smirnov statistic Dₙ, which the two-sample
//! statistic of large samples follows with n = round(n₁n₂ / (n₁ + n₂)).
//!
//! The choice of method is that of Simard & L'Ecuyer (2011, J. Stat. Softw. 39:11), as in scipy 1.17
//! `stats.kstwo.sf`; their Pomeranz recursion is replaced by the matrix of the same exact value.

use std::f64::consts::{LN_2, PI};

/// P(Dₙ ≥ d), two-sided.
pub(super) fn upper(n: usize, d: f64) -> f64 {
    let nf = n as f64;
    let t = nf * d;
    if n == 0 || t <= 0.5 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let nd2 = t * d;
    let tail = if n <= 140 { 4.0 } else { 2.2 };
    let p = if t >= nf - 1.0 {
        2.0 * (1.0 - d).powf(nf)
    } else if d >= 0.5 || nd2 > tail {
        if nd2 >= 370.0 { 0.0 } else { 2.0 * one_sided(n, d) }
    } else if n <= 140 || (n <= 100_000 && nf * d.powf(1.5) <= 1.4) {
        1.0 - durbin(n, d)
    } else {
        1.0 - pelz_good(nf, d)
    };
    p.clamp(0.0, 1.0)
}

/// P(Dₙ⁺ ≥ d) by the sum of Birnbaum & Tingey (1951, Ann. Math. Statist. 22:592); the two one-sided
/// events can hardly both happen in the tail. Above 10⁶ the asymptotic form of `scipy.special.smirnov`.
fn one_sided(n: usize, d: f64) -> f64 {
    let nf = n as f64;
    if n > 1_000_000 {
        return (-(6.0 * nf * d + 1.0).powi(2) / 18.0 / nf).exp();
    }
    let last = (nf * (1.0 - d)).floor() as usize;
    let mut sum = (nf * (-d).ln_1p()).exp();
    for j in 1..=last.min(n - 1) {
        let (jf, rest) = (j as f64, (n - j) as f64);
        if rest <= nf * d {
            break;
        }
        // The binomial coefficient in Stirling's form (Loader 2000), so that large terms cancel first.
        let ln =
            0.5 * (nf / (2.0 * PI * jf * rest)).ln() + stirling(n) - stirling(j) - stirling(n - j)
                + jf * (nf * d / jf).ln_1p()
                + rest * (-nf * d / rest).ln_1p();
        sum += ln.exp() * d / (d + jf / nf);
    }
    sum
}

/// ln n! less Stirling's ln(√(2πn) (n/e)ⁿ), n > 0.
fn stirling(n: usize) -> f64 {
    let x = n as f64;
    if n < 16 {
        let ln_factorial = (2..=n).map(|i| (i as f64).ln()).sum::<f64>();
        return ln_factorial - 0.5 * (2.0 * PI * x).ln() - x * x.ln() + x;
    }
    let x2 = x * x;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / x2) / x2) / x2) / x2)
        / x
}

/// P(Dₙ < d) by the power of a matrix of order 2⌈nd⌉ − 1 (Durbin 1968; Marsaglia, Tsang & Wang
/// 2003, J. Stat. Softw. 8:18). Exact.
fn durbin(n: usize, d: f64) -> f64 {
    let nd = n as f64 * d;
    let half = nd.ceil() as usize;
    let excess = half as f64 - nd;
    let order = 2 * half - 1;
    let mut matrix = vec![0.0; order * order];
    let mut inverse_factorial = vec![1.0; order + 1];
    for i in 1..=order {
        inverse_factorial[i] = inverse_factorial[i - 1] / i as f64;
    }
    for i in 0..order {
        for j in 1..=(i + 1).min(order - 1) {
            matrix[i * order + j] = inverse_factorial[i + 1 - j];
        }
    }
    for i in 0..order {
        let edge = (1.0 - excess.powf((i + 1) as f64)) * inverse_factorial[i + 1];
        matrix[i * order] = edge;
        matrix[(order - 1) * order + (order - 1 - i)] = edge;
    }
    let power = |x: f64| x.powf(order as f64);
    let corner = 1.0 - 2.0 * power(excess) + power((2.0 * excess - 1.0).max(0.0));
    matrix[(order - 1) * order] = corner * inverse_factorial[order];
    let (mut value, mut exponent) = central_of_power(matrix, order, n);
    for i in 1..=n {
        value *= i as f64 / n as f64;
        if value < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
    }
    value * 10_f64.powi(exponent)
}

/// The middle entry of `matrix`ⁿ as value × 10^exponent.
fn central_of_power(mut matrix: Vec<f64>, m: usize, mut n: usize) -> (f64, i32) {
    let middle = (m / 2) * m + m / 2;
    let mut power = vec![0.0; m * m];
    (0..m).for_each(|i| power[i * m + i] = 1.0);
    let (mut exponent, mut matrix_exponent) = (0, 0);
    while n > 0 {
        if n % 2 == 1 {
            power = product(&power, &matrix, m);
            exponent += matrix_exponent;
            exponent += shrink(&mut power, middle);
        }
        matrix = product(&matrix, &matrix, m);
        matrix_exponent = 2 * matrix_exponent + shrink(&mut matrix, middle);
        n /= 2;
    }
    (power[middle], exponent)
}

fn shrink(matrix: &mut [f64], middle: usize) -> i32 {
    if matrix[middle] <= 1e140 {
        return 0;
    }
    for x in matrix {
        *x *= 1e-140;
    }
    140
}

fn product(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut out = vec![0.0; m * m];
    for (row, target) in a.chunks_exact(m).zip(out.chunks_exact_mut(m)) {
        for (&x, line) in row.iter().zip(b.chunks_exact(m)) {
            target.iter_mut().zip(line).for_each(|(t, y)| *t += x * y);
        }
    }
    out
}

/// P(Dₙ < d) by the expansion of Pelz & Good (1976, J. R. Stat. Soc. B 38:152) to n^(−3/2).
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, z4, z6) = (z.powi(2), z.powi(4), z.powi(6));
    let (pi2, pi4, pi6) = (PI.powi(2), PI.powi(4), PI.powi(6));
    let ln_q = -pi2 / 8.0 / z2;
    if ln_q < -1000.0 * LN_2 {
        return 0.0;
    }
    let mut sums = [0.0; 4];
    let mut extra = [0.0; 2];
    for k in 1..=(16.0 * z / PI).ceil() as i32 {
        let m2 = f64::from((2 * k - 1).pow(2));
        let weight = (ln_q * m2).exp();
        let terms = [
            1.0,
            -z2 + pi2 / 4.0 * m2,
            6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * m2
                + pi4 * (1.0 - 2.0 * z2) / 16.0 * m2 * m2,
            -30.0 * z6 - 90.0 * z4 * z4
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + pi4 * (-60.0 * z2 + 212.0 * z4) / 16.0 * m2 * m2
                + pi6 * (5.0 - 30.0 * z2) / 64.0 * m2 * m2 * m2,
        ];
        sums.iter_mut().zip(terms).for_each(|(s, t)| *s += weight * t);
        let k2 = f64::from(k * k);
        let weight = (-pi2 / 2.0 / z2 * k2).exp() * k2;
        extra[0] += weight;
        extra[1] += weight * (3.0 * z2 - pi2 * k2);
    }
    let root = (2.0 * PI).sqrt();
    let k = [
        root * sums[0] / z,
        root * sums[1] / (6.0 * z4),
        root * (sums[2] / (72.0 * z6 * z) - pi2 * extra[0] / (36.0 * z2 * z)),
        root * (sums[3] / (6480.0 * z6 * z4) + pi2 * extra[1] / (216.0 * z6)),
    ];
    k[0] + k[1] / n.sqrt() + k[2] / n + k[3] / n.powf(1.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1 stats.kstwo.sf(d, n)
        for (n, d, p) in [
            (1, 0.7, 0.600_000_000_000_000_1),
            (2, 0.4, 0.82),
            (5, 0.18, 0.987_417_088),
            (10, 0.3, 0.270_535_574_799_999_46),
            (10, 0.6, 0.000_568_167_200_000_000_3),
            (60, 0.1, 0.552_196_125_928_928_7),
            (140, 0.15, 0.003_249_560_441_510_170_3),
            (140, 0.2, 2.198_156_330_220_022_2e-05),
            (141, 0.02, 0.999_999_974_456_128_8),
            (500, 0.03, 0.747_316_670_045_702_1),
            (500, 0.05, 0.158_662_602_238_153_87),
            (5000, 0.012, 0.463_991_216_669_019_2),
            (5000, 0.03, 0.000_241_592_344_226_668_17),
            (200_000, 0.0015, 0.758_498_392_324_318),
            (200_000, 0.003, 0.054_536_978_661_130_5),
            (3_000_000, 0.0009, 0.015_491_669_704_337_492),
            (3_000_000, 0.0004, 0.722_992_752_157_670_3),
            (120_001, 0.001, 0.999_745_107_266_828_9),
        ] {
            let own = upper(n, d);
            assert!((own - p).abs() < 1e-11, "{n} {d}: {own} {p}");
        }
    }

    proptest! {
        #[test]
        fn is_a_probability_that_falls_with_the_distance(
            n in 1_usize..3000, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64,
        ) {
            let (near, far) = (upper(n, a.min(b)), upper(n, a.max(b)));
            prop_assert!((0.0..=1.0).contains(&near) && far <= near + 1e-6, "{near} {far}");
        }
    }
}
