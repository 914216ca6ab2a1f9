//! The class with the most votes.

use super::Votes;
use crate::analysis::{Probability, parallel::pieces};
use crate::dataset::Matrix;

/// The class with the most votes on each example; `None` where nobody voted or the table has
/// another shape than the votes. Ties are broken as by cleanlab 2.9
/// `multiannotator.get_majority_vote_label`: by the model's probability, then for the class with fewer
/// votes overall, then for the class whose voters agree more often with undisputed majorities, and
/// last (there at random) for the lower class index. `probs` is N×K.
pub fn majority_vote<T: Probability>(votes: &Votes, probs: Option<&Matrix<T>>) -> Vec<Option<u32>> {
    let probs = probs.filter(|p| p.rows() == votes.examples() && p.cols() == votes.classes());
    let modes =
        pieces(votes.examples(), 4096, |rows| rows.map(|i| modes(votes, i)).collect::<Vec<_>>());
    let modes = modes.concat();
    let only = |classes: &Vec<u32>| match classes[..] {
        [class] => Some(class),
        _ => None,
    };
    let undisputed: Vec<Option<u32>> = modes.iter().map(only).collect();
    let mut tied: Vec<(usize, Vec<u32>)> =
        modes.into_iter().enumerate().filter(|(_, classes)| classes.len() > 1).collect();
    if let Some(probs) = probs {
        for (example, classes) in &mut tied {
            keep_best(classes, |k| probs.row(*example)[k as usize].wide());
        }
    }
    let mut frequency = vec![0.0; votes.classes()];
    votes.all().iter().for_each(|v| frequency[v.class as usize] += 1.0);
    for (_, classes) in &mut tied {
        keep_best(classes, |k| -frequency[k as usize]);
    }
    if tied.iter().any(|(_, classes)| classes.len() > 1) {
        by_voters(votes, &undisputed, &mut tied);
    }
    let mut labels = undisputed;
    for (example, classes) in tied {
        labels[example] = classes.first().copied();
    }
    labels
}

/// The classes with the most votes on an example, ascending.
fn modes(votes: &Votes, example: usize) -> Vec<u32> {
    let mut classes: Vec<u32> = votes.on(example).iter().map(|v| v.class).collect();
    classes.sort_unstable();
    let most = classes.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
    classes.chunk_by(|a, b| a == b).filter(|run| run.len() == most).map(|run| run[0]).collect()
}

/// Keeps the classes with the highest score; all of them if a score is NaN.
fn keep_best(classes: &mut Vec<u32>, score: impl Fn(u32) -> f64) {
    let scores: Vec<f64> = classes.iter().map(|&k| score(k)).collect();
    if scores.iter().any(|s| s.is_nan()) {
        return;
    }
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut scores = scores.into_iter();
    classes.retain(|_| scores.next() == Some(best));
}

/// Breaks ties by how often the voters agree with the undisputed majorities.
fn by_voters(votes: &Votes, undisputed: &[Option<u32>], tied: &mut [(usize, Vec<u32>)]) {
    let mut right = vec![(0_usize, 0_usize); votes.annotators()];
    for v in votes.all() {
        if let Some(label) = undisputed[v.example as usize] {
            let (agreed, all) = &mut right[v.annotator as usize];
            *agreed += usize::from(v.class == label);
            *all += 1;
        }
    }
    let share = |&(agreed, all): &(usize, usize)| (all > 0).then(|| agreed as f64 / all as f64);
    let shares: Vec<Option<f64>> = right.iter().map(share).collect();
    // Who never met an undisputed majority counts as the average annotator.
    let usual = mean(shares.iter().copied().flatten());
    for (example, classes) in tied {
        let on = votes.on(*example);
        keep_best(classes, |k| {
            let for_it = on.iter().filter(|v| v.class == k);
            mean(for_it.map(|v| shares[v.annotator as usize].unwrap_or(usual)))
        });
    }
}

/// The mean; NaN of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), v| (sum + v, count + 1));
    sum / count as f64
}

#[cfg(test)]
mod tests {
    use super::super::NO_VOTE;
    use super::*;

    const NONE: Option<&Matrix<f32>> = None;

    fn votes(table: &[u32], annotators: usize) -> Votes {
        Votes::from_table(table, annotators, 3).unwrap()
    }

    #[test]
    fn most_votes_win_and_no_vote_gives_no_label() {
        let votes = votes(&[1, 1, 0, NO_VOTE, NO_VOTE, NO_VOTE, 2, NO_VOTE, NO_VOTE], 3);
        assert_eq!(majority_vote(&votes, NONE), [Some(1), None, Some(2)]);
    }

    #[test]
    fn the_model_breaks_ties_then_the_rarer_class() {
        let votes = votes(&[0, 1, 0, 1, 1, 1], 2);
        let probs = vec![0.5, 0.25, 0.25, 0.5, 0.5, 0.0, 0.0, 0.0, 1.0_f32];
        let probs = Matrix::new(probs, 3, 3).unwrap();
        // class 1 has four votes and class 0 two
        assert_eq!(majority_vote(&votes, Some(&probs)), [Some(0), Some(0), Some(1)]);
        let other = Matrix::new(vec![0.1, 0.9, 0.0_f32], 1, 3).unwrap();
        assert_eq!(majority_vote(&votes, Some(&other))[0], Some(0));
    }

    #[test]
    fn better_voters_break_a_tie_between_equally_frequent_classes() {
        // classes 0 and 1 have seven votes each, and annotator 0 is outvoted wherever there are three
        let table = [0, 1, 1, 1, 0, 0, 0, 1, NO_VOTE, 0, 0, 1, 1, 1, 0];
        let all = votes(&table, 3);
        assert_eq!(all.all().iter().filter(|v| v.class == 0).count(), 7);
        assert_eq!(majority_vote(&all, NONE)[2], Some(1));
        let table = [0, 1, 1, 1, 0, 0, 1, 0, NO_VOTE, 0, 0, 1, 1, 1, 0];
        assert_eq!(majority_vote(&votes(&table, 3), NONE)[2], Some(0));
    }

    #[test]
    fn a_tie_that_nothing_breaks_goes_to_the_lower_class() {
        assert_eq!(majority_vote(&votes(&[2, 1], 2), NONE), [Some(1)]);
    }
}
