use super::*;
use crate::analysis::annotators::{NO_VOTE, Vote};
use proptest::prelude::*;

/// Annotator 0 is right, 1 mostly, 2 always says the next class.
fn table(examples: usize) -> (Vec<u32>, Vec<u32>) {
    let truth: Vec<u32> = (0..examples as u32).map(|i| i % 3).collect();
    let votes = truth.iter().enumerate().flat_map(|(i, &t)| {
        let second = if i % 7 == 0 { (t + 1) % 3 } else { t };
        [t, second, (t + 1) % 3]
    });
    (votes.collect(), truth)
}

#[test]
fn learns_that_one_annotator_confuses_classes() {
    let (cells, truth) = table(210);
    let votes = Votes::from_table(&cells, 3, 3).unwrap();
    let fit = dawid_skene(&votes, Limits::default()).unwrap();
    assert!(fit.converged);
    assert_eq!(fit.consensus, truth.iter().map(|&t| Some(t)).collect::<Vec<_>>());
    assert!(fit.confusion[2].chance(0, 1) > 0.99 && fit.confusion[2].chance(0, 0) < 0.01);
    assert!((fit.confusion[1].chance(1, 1) - 6.0 / 7.0).abs() < 0.02);
}

#[test]
fn examples_without_votes_get_the_priors() {
    let cells = [0, 0, NO_VOTE, NO_VOTE, 1, 1, 0, NO_VOTE];
    let votes = Votes::from_table(&cells, 2, 4).unwrap();
    let fit = dawid_skene(&votes, Limits::default()).unwrap();
    assert_eq!(fit.consensus, [Some(0), None, Some(1), Some(0)]);
    assert_eq!(fit.posterior(1), fit.priors);
    assert_eq!(fit.priors[2..], [0.0, 0.0]);
    let none = Votes::from_table(&[NO_VOTE; 4], 2, 2).unwrap();
    assert_eq!(dawid_skene(&none, Limits::default()), None);
}

#[test]
fn hundreds_of_votes_on_one_example_do_not_underflow() {
    let vote = |example, annotator, class| Vote { example, annotator, class };
    let all = (0..2000).flat_map(|a| [vote(0, a, 0), vote(1, a, 1), vote(2, a, a % 2)]).collect();
    let votes = Votes::new(3, 2000, 2, all).unwrap();
    let fit = dawid_skene(&votes, Limits::default()).unwrap();
    assert_eq!(fit.consensus[..2], [Some(0), Some(1)]);
    assert!((fit.posterior(2).iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn no_iteration_gives_the_shares_of_votes() {
    let votes = Votes::from_table(&[0, 1, 1, NO_VOTE], 4, 2).unwrap();
    let fit = dawid_skene(&votes, Limits { iterations: 0, tolerance: 0.0 }).unwrap();
    assert!((fit.posterior(0)[1] - 2.0 / 3.0).abs() < 1e-15);
    assert!(!fit.converged && fit.iterations == 0);
}

proptest! {
    #[test]
    fn posteriors_priors_and_chances_are_distributions(
        cells in prop::collection::vec(prop_oneof![0_u32..4, Just(NO_VOTE)], 0..40), annotators in 1_usize..5,
    ) {
        let cells = &cells[..cells.len() / annotators * annotators];
        let votes = Votes::from_table(cells, annotators, 4).unwrap();
        let Some(fit) = dawid_skene(&votes, Limits::default()) else {
            prop_assert!(cells.iter().all(|&c| c == NO_VOTE));
            return Ok(());
        };
        let sums_to_one = |row: &[f64]| {
            row.iter().all(|p| (0.0..=1.0 + 1e-12).contains(p)) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-9
        };
        prop_assert!(sums_to_one(&fit.priors));
        for example in 0..votes.examples() {
            prop_assert!(sums_to_one(fit.posterior(example)));
        }
        for confusion in fit.confusion.iter().filter(|c| !c.used.is_empty()) {
            for truth in 0..4 {
                let row: Vec<f64> = (0..4).map(|vote| confusion.chance(truth, vote)).collect();
                prop_assert!(sums_to_one(&row), "{row:?}");
            }
        }
    }
}
