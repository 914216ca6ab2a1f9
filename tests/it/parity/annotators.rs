//! Agreement, CROWDLAB and Dawid–Skene against krippendorff, scikit-learn, cleanlab and crowd-kit;
//! `tests/fixtures/stats/annotators.py` says which versions.

use super::cases::{Draw, labels, probabilities};
use gaffe::analysis::annotators::{
    Limits, NO_VOTE, Votes, agreement, crowdlab, dawid_skene, majority_vote,
};
use gaffe::dataset::Matrix;
use serde_json::Value;

/// Votes and probabilities with what the other tools make of them.
pub struct Case {
    pub votes: Votes,
    pub probs: Matrix<f64>,
    pub expected: Value,
}

/// The twin of `votes` in the Python script.
fn votes(
    draw: &mut Draw,
    truth: &[u32],
    annotators: usize,
    classes: usize,
    [missing, only]: [u64; 2],
) -> Votes {
    let mut cells = Vec::new();
    for (i, &label) in truth.iter().enumerate() {
        let mut row = vec![NO_VOTE; annotators];
        for (a, cell) in row.iter_mut().enumerate() {
            if draw.below(8) >= missing {
                let right = draw.below(8) < 4 + a as u64 % 4;
                *cell = if right { label } else { draw.below(classes as u64) as u32 };
            }
        }
        let one = draw.below(annotators as u64) as usize;
        if i as u64 % only == only - 1 {
            row.fill(NO_VOTE);
        }
        if row.iter().all(|&cell| cell == NO_VOTE) {
            row[one] = label;
        }
        cells.extend(row);
    }
    Votes::from_table(&cells, annotators, classes).unwrap()
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string("tests/fixtures/stats/annotators.json").unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(all.len(), 30);
    all.into_iter().map(draw).collect()
}

fn draw(expected: Value) -> Case {
    let seed = expected["seed"].as_u64().unwrap();
    let mut shape = Draw::new(seed * 1000 + 7);
    let rows = 20 + shape.below(30) as usize;
    let classes = [2, 3, 4, 5, 10, 20][seed as usize % 6];
    let annotators = 2 + shape.below(7) as usize;
    let gaps = [shape.below(4), 4 + shape.below(4)];
    let (levels, boost) = ([3, 50][seed as usize % 2], 1 + shape.below(3));
    assert_eq!(
        [rows as u64, classes as u64, annotators as u64],
        ["rows", "classes", "annotators"].map(|key| expected[key].as_u64().unwrap())
    );
    let mut draw = Draw::new(seed);
    let truth = labels(&mut draw, rows, classes, seed.is_multiple_of(3));
    let votes = votes(&mut draw, &truth, annotators, classes, gaps);
    let probs = probabilities(&mut draw, &truth, classes, levels, boost);
    Case { votes, probs, expected }
}

/// Both undefined, or equal within `tolerance`.
fn close(found: Option<f64>, expected: &Value, tolerance: f64) -> bool {
    match (found, expected.as_f64()) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * b.abs().max(1.0),
        _ => false,
    }
}

fn all_close(found: impl IntoIterator<Item = Option<f64>>, expected: &Value, tolerance: f64) {
    let (found, expected) = (found.into_iter().collect::<Vec<_>>(), expected.as_array().unwrap());
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.into_iter().zip(expected).enumerate() {
        assert!(close(a, b, tolerance), "{i}: {a:?} {b}");
    }
}

fn classes(value: &Value) -> Vec<Option<u32>> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().map(|k| k as u32)).collect()
}

#[test]
fn coefficients_agree_with_krippendorff_scikit_learn_statsmodels_and_irrcac() {
    let mut intervals = 0;
    for case in cases() {
        let (found, expected) = (agreement(&case.votes, 0), &case.expected["agreement"]);
        assert!(close(found.alpha.map(|a| a.value), &expected["alpha"], 1e-12));
        let ac1 = found.ac1.unwrap();
        assert!(close(Some(ac1.value), &expected["ac1"][0], 1e-12));
        let low = ac1.value - 1.959_963_984_540_054 * expected["ac1"][1].as_f64().unwrap();
        assert!((ac1.low - low.max(-1.0)).abs() < 1e-12, "{ac1:?}");
        let pairs = expected["pairs"].as_array().unwrap();
        assert_eq!(found.pairs.len(), pairs.len());
        for (pair, expected) in found.pairs.iter().zip(pairs) {
            let counts = [pair.first as usize, pair.second as usize, pair.shared, pair.agreed];
            assert_eq!(counts, [0, 1, 2, 3].map(|i| expected[i].as_u64().unwrap() as usize));
            assert!(close(pair.kappa.map(|k| k.value), &expected[4], 1e-12), "{pair:?} {expected}");
            // without spread the interval is another
            let error = expected[5].as_f64().filter(|error| *error > 1e-6);
            let (Some(kappa), Some(error)) = (pair.kappa, error) else { continue };
            let half = 1.959_963_984_540_054 * error;
            assert!((kappa.low - (kappa.value - half).max(-1.0)).abs() < 1e-11, "{pair:?}");
            assert!((kappa.high - (kappa.value + half).min(1.0)).abs() < 1e-11, "{pair:?}");
            intervals += 1;
        }
    }
    assert!(intervals > 200, "{intervals}");
}

#[test]
fn majorities_agree_with_cleanlab() {
    for case in cases() {
        let expected = &case.expected["crowdlab"];
        let alone = majority_vote(&case.votes, None::<&Matrix<f64>>);
        assert_eq!(alone, classes(&expected["majority"]));
        assert_eq!(
            majority_vote(&case.votes, Some(&case.probs)),
            classes(&expected["majority_probs"])
        );
    }
}

#[test]
fn crowdlab_agrees_with_cleanlab() {
    const TOLERANCE: f64 = 1e-12;
    for case in cases() {
        let expected = &case.expected["crowdlab"];
        let found = crowdlab(&case.votes, &case.probs).unwrap();
        let consensus = || found.consensus.iter();
        let labels: Vec<Option<u32>> = consensus().map(|c| c.map(|c| c.label)).collect();
        assert_eq!(labels, classes(&expected["label"]), "seed {}", case.expected["seed"]);
        all_close(consensus().map(|c| c.map(|c| c.quality)), &expected["quality"], TOLERANCE);
        all_close(consensus().map(|c| c.map(|c| c.agreement)), &expected["agreement"], TOLERANCE);
        all_close(found.vote_quality.iter().copied().map(Some), &expected["votes"], TOLERANCE);
        let people = || found.annotators.iter();
        all_close(people().map(|a| a.quality), &expected["annotator_quality"], TOLERANCE);
        all_close(people().map(|a| a.agreement), &expected["annotator_agreement"], TOLERANCE);
        all_close(people().map(|a| Some(a.weight)), &expected["weights"], TOLERANCE);
        let worst: Vec<Option<u32>> = people().map(|a| a.worst_class).collect();
        assert_eq!(worst, classes(&expected["worst_class"]));
        assert!(close(Some(found.model_weight), &expected["model_weight"], TOLERANCE));
    }
}

#[test]
fn dawid_skene_agrees_with_crowd_kit() {
    for case in cases() {
        // Seed 4 starts near a saddle that magnifies rounding: crowd-kit moves by 3e-10 there itself
        // when its votes come in another order.
        let tolerance = if case.expected["seed"] == 4 { 1e-8 } else { 1e-9 };
        let expected = &case.expected["dawid_skene"];
        let found = dawid_skene(&case.votes, Limits::default()).unwrap();
        assert_eq!(found.iterations as u64, expected["iterations"].as_u64().unwrap());
        let weights: Vec<f64> =
            (0..case.votes.classes()).map(|k| ((k + 1) as f64).sqrt()).collect();
        let mix = |row: &[f64]| row.iter().zip(&weights).map(|(p, w)| p * w).sum::<f64>();
        let rows = || (0..case.votes.examples()).map(|i| found.posterior(i));
        let top = rows().map(|row| row.iter().copied().fold(0.0, f64::max));
        all_close(top.map(Some), &expected["top"], tolerance);
        // crowd-kit raises the posteriors of classes with votes to 1e-10 at the end
        let raised = |row: &[f64]| {
            let raise = |(p, prior): (&f64, &f64)| if *prior > 0.0 { p.max(1e-10) } else { 0.0 };
            row.iter().zip(&found.priors).map(raise).collect::<Vec<f64>>()
        };
        all_close(rows().map(|row| Some(mix(&raised(row)))), &expected["mixed"], tolerance);
        all_close(found.priors.iter().copied().map(Some), &expected["priors"], tolerance);
        for (i, label) in classes(&expected["label"]).into_iter().enumerate() {
            let row = found.posterior(i);
            let ahead = |k: u32| row[label.unwrap() as usize] - row[k as usize];
            assert!(found.consensus[i] == label || ahead(found.consensus[i].unwrap()).abs() < 1e-9);
        }
        for line in expected["errors"].as_array().unwrap() {
            let (who, vote) = (line[0].as_u64().unwrap() as usize, line[1].as_u64().unwrap());
            let chances: Vec<f64> = (0..case.votes.classes() as u32)
                .map(|truth| found.confusion[who].chance(truth, vote as u32))
                .zip(&found.priors)
                .map(|(chance, prior)| if *prior > 0.0 { chance } else { 0.0 })
                .collect();
            assert!(close(Some(mix(&chances)), &line[2], tolerance), "{} {line}", mix(&chances));
        }
    }
}
