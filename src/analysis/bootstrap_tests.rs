use super::*;
use proptest::prelude::*;

fn confusion(rows: &[(u32, u32)], classes: usize) -> Confusion {
    let (labels, predictions): (Vec<u32>, Vec<u32>) = rows.iter().copied().unzip();
    Confusion::count(&labels, &predictions, classes).unwrap()
}

fn repeated(cells: &[(u32, u32, usize)], classes: usize) -> Confusion {
    let rows: Vec<(u32, u32)> =
        cells.iter().flat_map(|&(l, p, n)| std::iter::repeat_n((l, p), n)).collect();
    confusion(&rows, classes)
}

#[test]
fn cells_are_multinomial_whether_heavy_or_light() {
    // two heavy cells, three light ones
    let counts = [300, 60, 20, 15, 5];
    let cells = [(0, 0), (1, 1), (0, 1), (1, 0), (2, 2)];
    let rows: Vec<_> = cells.iter().zip(counts).map(|(&(l, p), n)| (l, p, n)).collect();
    let urn = Urn::new(&repeated(&rows, 3));
    assert_eq!((urn.heavy.len(), urn.light.len()), (2, 40));
    let (n, times) = (400.0, 20_000);
    let mut random = Pcg64Mcg::seed_from_u64(1);
    // cells (0, 0), (1, 1), (2, 2) are the diagonal; (0, 1) and (1, 0) follow from the margins
    let (mut sums, mut squares, mut product) = ([0.0; 5], [0.0; 5], 0.0);
    for _ in 0..times {
        let m = urn.draw(&mut random);
        assert_eq!(m.labelled.iter().sum::<usize>(), 400);
        let drawn = [
            m.right[0],
            m.right[1],
            m.labelled[0] - m.right[0],
            m.labelled[1] - m.right[1],
            m.right[2],
        ];
        for (i, x) in drawn.iter().map(|&x| x as f64).enumerate() {
            sums[i] += x;
            squares[i] += x * x;
        }
        product += (drawn[0] * drawn[2]) as f64;
    }
    let times = f64::from(times);
    for (i, &count) in counts.iter().enumerate() {
        let p = count as f64 / n;
        let (mean, variance) = (sums[i] / times, n * p * (1.0 - p));
        // five standard errors of the mean, and of the variance
        assert!((mean - n * p).abs() < 5.0 * (variance / times).sqrt(), "mean of {count}: {mean}");
        let sampled = squares[i] / times - mean * mean;
        assert!(
            (sampled / variance - 1.0).abs() < 5.0 * (2.2 / times).sqrt(),
            "{count}: {sampled}"
        );
    }
    let covariance = product / times - sums[0] * sums[2] / times / times;
    assert!((covariance + n * 0.75 * 0.05).abs() < 2.0, "{covariance}");
}

#[test]
fn the_interval_is_that_of_drawing_examples_one_by_one() {
    let cells = [(0, 0, 80), (0, 1, 20), (1, 1, 30), (1, 0, 10), (2, 2, 6), (2, 0, 4)];
    let c = repeated(&cells, 3);
    let rows: Vec<(u32, u32)> =
        cells.iter().flat_map(|&(l, p, n)| std::iter::repeat_n((l, p), n)).collect();
    let mut random = Pcg64Mcg::seed_from_u64(9);
    let naive: Vec<Confusion> = (0..4000)
        .map(|_| {
            let drawn: Vec<_> =
                rows.iter().map(|_| rows[random.random_range(0..rows.len())]).collect();
            confusion(&drawn, 3)
        })
        .collect();
    let ours = bootstrap(&c, 4000, 5);
    let near = |a: Estimate, values: Vec<f64>| {
        let b = percentiles(a.value, values).unwrap();
        assert!((a.low - b.low).abs() < 0.015 && (a.high - b.high).abs() < 0.015, "{a:?} {b:?}");
    };
    let mean = |c: &Confusion| c.averages().unwrap();
    near(ours.macro_f1.unwrap(), naive.iter().map(|c| mean(c).macro_average.f1).collect());
    near(ours.weighted_f1.unwrap(), naive.iter().map(|c| mean(c).weighted.f1).collect());
    near(ours.kappa.unwrap(), naive.iter().filter_map(Confusion::kappa).collect());
    near(ours.f1[1].unwrap(), naive.iter().filter_map(|c| c.by_class()[1].f1).collect());
}

#[test]
fn percentiles_are_those_of_numpy() {
    // numpy.percentile(range(11), [2.5, 97.5])
    let e = percentiles(5.0, (0..11).rev().map(f64::from).collect()).unwrap();
    assert!((e.low - 0.25).abs() < 1e-12 && (e.high - 9.75).abs() < 1e-12);
    assert_eq!((percentiles(0.5, vec![]), percentiles(0.5, vec![0.5; 9])), (None, None));
}

#[test]
fn a_seed_gives_the_same_numbers_on_any_number_of_threads() {
    let c = repeated(&[(0, 0, 50), (0, 1, 9), (1, 1, 40), (2, 1, 3)], 3);
    let of = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bootstrap(&c, 100, seed))
    };
    assert_eq!(of(1, 7), of(3, 7));
    assert_ne!(of(1, 7), of(1, 8));
}

#[test]
fn undefined_scores_have_no_interval() {
    let none = bootstrap(&repeated(&[], 2), 10, 0);
    assert_eq!((none.macro_f1, none.weighted_f1, none.kappa), (None, None, None));
    assert_eq!(none.f1, [None, None]);
    let one = bootstrap(&repeated(&[(0, 0, 9)], 1), 10, 0);
    // all right: resampling has nothing to vary
    assert_eq!((one.kappa, one.f1[0], one.macro_f1), (None, None, None));
}

proptest! {
    #[test]
    fn intervals_are_ordered_and_in_range(rows in prop::collection::vec((0_u32..4, 0_u32..4), 0..60), seed: u64) {
        let result = bootstrap(&confusion(&rows, 4), 40, seed);
        for e in [result.macro_f1, result.weighted_f1].into_iter().chain(result.f1).flatten() {
            prop_assert!(0.0 <= e.low && e.low <= e.high && e.high <= 1.0 + 1e-12, "{:?}", e);
        }
        prop_assert!(result.kappa.is_none_or(|e| -1.0 <= e.low && e.high <= 1.0 + 1e-12));
    }
}
