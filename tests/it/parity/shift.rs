//! Data shifts against scipy, and the interval of a difference against statsmodels; the expected values
//! are made by `tests/fixtures/stats/shift.py`.

use super::cases::{Draw, labels};
use gaffe::analysis::Estimate;
use gaffe::analysis::bottleneck::Errors;
use gaffe::analysis::shift::{homogeneity, kolmogorov_smirnov};
use serde_json::Value;

fn cases(name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string("tests/fixtures/stats/shift.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let row = |row: &Value| row.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let rows: Vec<Vec<f64>> = all[name].as_array().unwrap().iter().map(row).collect();
    assert!(rows.len() >= 8, "{name}");
    rows
}

fn sample(draw: &mut Draw, rows: usize, levels: u64, moved: u64) -> Vec<f64> {
    let mut values: Vec<f64> = (0..rows).map(|_| (draw.below(levels) + moved) as f64).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn close(own: f64, other: f64, tolerance: f64) -> bool {
    (own - other).abs() <= tolerance
}

#[test]
fn kolmogorov_smirnov_is_that_of_scipy() {
    for case in cases("ks") {
        let [seed, n1, n2, levels, moved, statistic, p] = case[..] else { panic!("{case:?}") };
        let mut draw = Draw::new(seed as u64);
        let first = sample(&mut draw, n1 as usize, levels as u64, 0);
        let second = sample(&mut draw, n2 as usize, levels as u64, moved as u64);
        let own = kolmogorov_smirnov(&first, &second).unwrap();
        assert!(close(own.statistic, statistic, 1e-12), "{own:?} {case:?}");
        assert!(close(own.p, p, 1e-9), "{own:?} {case:?}");
    }
}

#[test]
fn homogeneity_is_that_of_scipy() {
    for case in cases("chi2") {
        let [seed, n1, n2, classes, skew, statistic, freedom, p] = case[..] else {
            panic!("{case:?}")
        };
        let mut draw = Draw::new(seed as u64);
        let classes = classes as usize;
        let first = labels(&mut draw, n1 as usize, classes, false);
        let second = labels(&mut draw, n2 as usize, classes, skew > 0.0);
        let mut counts = vec![[0; 2]; classes];
        for (side, labels) in [first, second].iter().enumerate() {
            for &label in labels {
                counts[label as usize][side] += 1;
            }
        }
        let own = homogeneity(&counts).unwrap();
        assert!(close(own.statistic, statistic, 1e-9 * statistic.max(1.0)), "{own:?} {case:?}");
        assert!(close(own.p, p, 1e-9) && own.freedom == freedom as usize, "{own:?} {case:?}");
    }
}

#[test]
fn the_interval_of_a_difference_is_that_of_statsmodels() {
    for case in cases("newcombe") {
        let [k1, n1, k2, n2, low, high] = case[..] else { panic!("{case:?}") };
        let rate = |k, n| Errors { errors: k as usize, examples: n as usize }.rate();
        let own = Estimate::newcombe(rate(k1, n1), rate(k2, n2));
        assert!(close(own.low, low, 1e-12) && close(own.high, high, 1e-12), "{own:?} {case:?}");
    }
}
