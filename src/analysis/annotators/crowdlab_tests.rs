use super::*;
use crate::analysis::annotators::NO_VOTE;
use proptest::prelude::*;

const NO: u32 = NO_VOTE;

#[test]
fn a_good_model_settles_a_tie_of_two() {
    let cells = [0, 0, 1, 1, 0, 0, 1, 1, 0, 1];
    let votes = Votes::from_table(&cells, 2, 2).unwrap();
    let probs = vec![0.9_f32, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1, 0.9, 0.2, 0.8];
    let found = crowdlab(&votes, &Matrix::new(probs, 5, 2).unwrap()).unwrap();
    let last = found.consensus[4].unwrap();
    assert_eq!((last.label, last.votes), (1, 2));
    assert!(last.quality < found.consensus[0].unwrap().quality);
    assert!(found.annotators[1].quality > found.annotators[0].quality);
}

#[test]
fn examples_and_annotators_without_votes_are_left_out() {
    let cells = [0, 0, NO, 1, 1, NO, NO, NO, NO, 1, NO, NO];
    let votes = Votes::from_table(&cells, 3, 2).unwrap();
    let probs = vec![0.9_f64, 0.1, f64::NAN, f64::NAN, 0.5, 0.5, 0.3, 0.7];
    let found = crowdlab(&votes, &Matrix::new(probs, 4, 2).unwrap()).unwrap();
    let labels: Vec<Option<u32>> = found.consensus.iter().map(|c| c.map(|c| c.label)).collect();
    assert_eq!(labels, [Some(0), Some(1), None, Some(1)]);
    assert_eq!(found.vote_quality.len(), 5);
    let idle = found.annotators[2];
    assert_eq!((idle.quality, idle.agreement, idle.worst_class, idle.votes), (None, None, None, 0));
    assert_eq!(found.annotators[0].votes, 3);
}

#[test]
fn needs_an_example_with_two_votes_and_the_shape_of_the_votes() {
    let single = Votes::from_table(&[0, NO, NO, 1], 2, 2).unwrap();
    let probs = Matrix::new(vec![0.5_f32; 4], 2, 2).unwrap();
    assert!(crowdlab(&single, &probs).is_err());
    let votes = Votes::from_table(&[0, 1, 1, 1], 2, 3).unwrap();
    assert!(crowdlab(&votes, &probs).is_err());
    assert!(crowdlab(&Votes::from_table(&[], 2, 2).unwrap(), &probs).is_err());
}

#[test]
fn one_class_is_certain() {
    let votes = Votes::from_table(&[0, 0], 2, 1).unwrap();
    let found = crowdlab(&votes, &Matrix::new(vec![1.0_f32], 1, 1).unwrap()).unwrap();
    let all = Consensus { label: 0, quality: 1.0, agreement: 1.0, votes: 2 };
    assert_eq!(found.consensus, [Some(all)]);
}

proptest! {
    #[test]
    fn qualities_are_probabilities_whatever_is_given(
        cells in prop::collection::vec(prop_oneof![0_u32..3, Just(NO)], 4..40), annotators in 1_usize..5,
        weights in prop::collection::vec(0_u32..5, 120), gap in 0_usize..12,
    ) {
        let examples = cells.len() / annotators;
        let votes = Votes::from_table(&cells[..examples * annotators], annotators, 3).unwrap();
        let mut probs = Vec::new();
        for row in weights.chunks(3).take(examples) {
            let total = f64::from(row.iter().sum::<u32>().max(1));
            let missing = probs.len() / 3 == gap;
            probs.extend(row.iter().map(|&w| if missing { f64::NAN } else { f64::from(w) / total }));
        }
        let probs = Matrix::new(probs, examples, 3).unwrap();
        let Ok(found) = crowdlab(&votes, &probs) else {
            prop_assert!((0..examples).all(|i| votes.on(i).len() < 2));
            return Ok(());
        };
        let share = |x: f64| (0.0..=1.0 + 1e-12).contains(&x);
        for (example, c) in found.consensus.iter().enumerate() {
            prop_assert_eq!(c.is_some(), !votes.on(example).is_empty());
            prop_assert!(c.is_none_or(|c| share(c.quality) && share(c.agreement) && c.label < 3));
        }
        prop_assert!(found.vote_quality.iter().all(|&q| share(q)));
        prop_assert!(found.annotators.iter().all(|a| a.quality.is_none_or(share)));
        prop_assert!(found.model_weight > 0.0 && found.model_weight.is_finite());
    }
}
