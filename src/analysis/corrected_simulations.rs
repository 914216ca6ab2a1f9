//! What simulated data show: the figures in the documentation of the room.

use super::*;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// How the planted noise and the model's errors hang together.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Noise {
    /// Wrong labels and wrong predictions are any other of `K` classes.
    Uniform(u64),
    /// Odd classes have no noise, even ones twice as much, all of it to the next class, where half of
    /// the model's errors go, too. Ten classes.
    Neighbour,
    /// As uniform over ten classes, but the model repeats a third of the wrong labels.
    Copied,
}

/// What a drawn dataset turns out to hold.
#[derive(Default)]
struct Data {
    errors: usize,
    right: usize,
    correct: usize,
    wrong: usize,
}

impl Data {
    /// Labels are wrong in 8 % of the examples; the model is right in about 88 %.
    fn draw(n: usize, noise: Noise, rng: &mut Pcg64Mcg) -> Self {
        let mut data = Self::default();
        for _ in 0..n {
            let (truth, gold, prediction) = example(noise, rng);
            match (prediction == gold, prediction == truth) {
                (false, right) => {
                    data.errors += 1;
                    data.right += usize::from(right);
                }
                (true, right) => {
                    data.correct += 1;
                    data.wrong += usize::from(!right);
                }
            }
        }
        data
    }

    fn truth(&self) -> f64 {
        (self.correct - self.wrong + self.right) as f64 / (self.correct + self.errors) as f64
    }

    fn strata(&self, n: usize, rng: &mut Pcg64Mcg) -> (ErrorStratum, CorrectStratum) {
        let (e, c) = (n.min(self.errors), n.min(self.correct));
        let right = hits(e, self.right, self.errors, rng);
        let wrong = hits(c, self.wrong, self.correct, rng);
        (
            ErrorStratum { examples: self.errors, sampled: e, right, ..ErrorStratum::default() },
            CorrectStratum { examples: self.correct, sampled: c, wrong, fixed: 0 },
        )
    }
}

fn below(n: u64, rng: &mut Pcg64Mcg) -> u64 {
    rng.next_u64() % n
}

fn chance(per_thousand: u64, rng: &mut Pcg64Mcg) -> bool {
    below(1000, rng) < per_thousand
}

/// True class, gold label and prediction.
fn example(noise: Noise, rng: &mut Pcg64Mcg) -> (u64, u64, u64) {
    let classes = if let Noise::Uniform(k) = noise { k } else { 10 };
    let truth = below(classes, rng);
    let other = |rng: &mut Pcg64Mcg| (truth + 1 + below(classes - 1, rng)) % classes;
    let mislabelled = match noise {
        Noise::Neighbour => truth.is_multiple_of(2) && chance(160, rng),
        _ => chance(80, rng),
    };
    let near = (truth + 1) % classes;
    let gold = match noise {
        _ if !mislabelled => truth,
        Noise::Neighbour => near,
        _ => other(rng),
    };
    let prediction = match noise {
        Noise::Copied if mislabelled && chance(333, rng) => gold,
        // 904 ‰ of the rest make 88 % of all.
        Noise::Copied if chance(904, rng) => truth,
        Noise::Copied => other(rng),
        _ if chance(880, rng) => truth,
        Noise::Neighbour if chance(500, rng) => near,
        _ => other(rng),
    };
    (truth, gold, prediction)
}

/// Hits among `n` drawn without replacement.
fn hits(n: usize, hits: usize, population: usize, rng: &mut Pcg64Mcg) -> usize {
    let mut left = hits;
    for drawn in 0..n {
        left -= usize::from(below((population - drawn) as u64, rng) < left as u64);
    }
    hits - left
}

/// Share of samples whose interval holds the truth.
fn coverage(rows: usize, noise: Noise, sample: usize, rng: &mut Pcg64Mcg) -> f64 {
    let (datasets, samples) = (20, 100);
    let mut held = 0;
    for _ in 0..datasets {
        let data = Data::draw(rows, noise, rng);
        for _ in 0..samples {
            let (errors, correct) = data.strata(sample, rng);
            let found = corrected(&errors, &correct).unwrap().estimate.unwrap();
            held += usize::from(found.low <= data.truth() && data.truth() <= found.high);
        }
    }
    f64::from(held as u32) / f64::from(datasets * samples)
}

fn covers(rows: usize, noise: Noise, seed: u64) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    for sample in [100, 200, 400] {
        let share = coverage(rows, noise, sample, &mut rng);
        assert!((0.95..=0.99).contains(&share), "{rows} {noise:?} {sample}: {share}");
    }
}

#[test]
fn intervals_hold_the_truth_under_uniform_noise() {
    covers(5000, Noise::Uniform(10), 1);
    covers(2000, Noise::Uniform(2), 2);
}

#[test]
fn intervals_hold_the_truth_under_class_dependent_noise() {
    covers(5000, Noise::Neighbour, 3);
    covers(2000, Noise::Neighbour, 4);
}

#[test]
fn intervals_hold_the_truth_when_the_model_repeats_wrong_labels() {
    covers(5000, Noise::Copied, 5);
    covers(2000, Noise::Copied, 6);
}

#[test]
fn fixing_errors_alone_flatters_the_model_and_the_estimate_does_not() {
    let mut rng = Pcg64Mcg::seed_from_u64(7);
    for (noise, least, most) in [
        (Noise::Uniform(10), 0.000_5, 0.002),
        (Noise::Uniform(2), 0.008, 0.011),
        (Noise::Neighbour, 0.004, 0.006),
        (Noise::Copied, 0.024, 0.030),
    ] {
        let (mut fixed, mut estimated, runs) = (0.0, 0.0, 50);
        for _ in 0..runs {
            let data = Data::draw(2000, noise, &mut rng);
            let (mut errors, correct) = data.strata(200, &mut rng);
            let found = corrected(&errors, &correct).unwrap().estimate.unwrap();
            estimated += (found.share - data.truth()) / f64::from(runs);
            errors.fixed = data.right;
            let found = corrected(&errors, &correct).unwrap();
            fixed += (found.after_fixes.unwrap() - data.truth()) / f64::from(runs);
        }
        assert!((least..most).contains(&fixed), "{noise:?}: {fixed}");
        assert!(estimated.abs() < 0.003, "{noise:?}: {estimated}");
    }
}
