//! How much two vectors belong together, from their distances.

use super::super::neighbours::{Neighbour, Neighbours};
use super::super::parallel::pieces;

/// Rows of a piece of work.
const PIECE: usize = 256;
/// Halvings when the width of a row's Gaussian is searched.
const HALVINGS: usize = 64;

/// A sparse symmetric matrix whose values sum to 1.
#[derive(Debug)]
pub(super) struct Affinities {
    /// row i holds the entries `starts[i]..starts[i + 1]`
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Affinities {
    /// p(j|i) ∝ exp(−βᵢ dᵢⱼ²) over the nearest of i, with βᵢ so that the entropy is ln perplexity, and their mean
    /// both ways, (p(j|i) + p(i|j))/2M (van der Maaten & Hinton 2008, JMLR 9:2579; over the nearest only: van der
    /// Maaten 2014, JMLR 15:3221).
    pub fn new(nearest: &Neighbours, perplexity: f64) -> Self {
        let k = nearest.count();
        let rows = nearest.all().len().checked_div(k).unwrap_or(0);
        let given = pieces(rows, PIECE, |range| {
            let squared = |near: &Neighbour| near.distance.powi(2);
            let squared = |i: usize| nearest.of(i).iter().map(squared).collect::<Vec<f64>>();
            range.flat_map(|i| conditional(&squared(i), perplexity)).collect::<Vec<f64>>()
        });
        let given = given.concat();
        let mut back = vec![Vec::new(); rows];
        for (place, (near, &p)) in nearest.all().iter().zip(&given).enumerate() {
            back[near.id as usize].push(((place / k) as u32, p));
        }
        let merged = pieces(rows, PIECE, |range| {
            let merge = |i: usize| {
                let own = nearest.of(i).iter().map(|near| near.id);
                let own = own.zip(given[i * k..(i + 1) * k].iter().copied());
                both_ways(own.chain(back[i].iter().copied()), rows)
            };
            range.map(merge).collect::<Vec<_>>()
        });
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for row in merged.into_iter().flatten() {
            entries.extend(row);
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    /// The others that row i belongs to, with how much.
    pub fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.entries[self.starts[i]..self.starts[i + 1]]
    }
}

fn both_ways(pairs: impl Iterator<Item = (u32, f64)>, rows: usize) -> Vec<(u32, f32)> {
    let mut pairs: Vec<(u32, f64)> = pairs.collect();
    pairs.sort_by_key(|pair| pair.0);
    let sum = |same: &[(u32, f64)]| same.iter().map(|pair| pair.1).sum::<f64>();
    let share = |same: &[(u32, f64)]| (same[0].0, (sum(same) / (2 * rows) as f64) as f32);
    pairs.chunk_by(|a, b| a.0 == b.0).map(share).collect()
}

/// The weights of a row's neighbours, which sum to 1; alike where no width gives the perplexity.
fn conditional(squared: &[f64], perplexity: f64) -> Vec<f64> {
    let nearest = squared.iter().copied().fold(f64::INFINITY, f64::min);
    let beyond: Vec<f64> = squared.iter().map(|far| far - nearest).collect();
    let spread = beyond.iter().sum::<f64>() / beyond.len().max(1) as f64;
    let weights = |beta: f64| beyond.iter().map(|far| (-beta * far).exp()).collect::<Vec<f64>>();
    if spread <= 0.0 {
        return vec![1.0 / squared.len().max(1) as f64; squared.len()];
    }
    // In units of the spread β lies far within these limits.
    let (mut low, mut high) = (-40.0_f64, 40.0_f64);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let wide = entropy(&weights(middle.exp2() / spread)) > perplexity.ln();
        (low, high) = if wide { (middle, high) } else { (low, middle) };
    }
    let weights = weights(low.exp2() / spread);
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// In nats, of weights of which the largest is 1.
fn entropy(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    let part = |&w: &f64| if w > 0.0 { -(w / sum) * (w / sum).ln() } else { 0.0 };
    weights.iter().map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::neighbours::{Distance, Points, among};
    use proptest::prelude::*;

    #[test]
    fn a_pair_belongs_together_and_no_neighbours_make_nothing() {
        fn near(vectors: &[&[f32]]) -> Neighbours {
            among(&Points::from_slices(vectors, 1, Distance::Euclidean), 1, &mut |_| true).unwrap()
        }
        let both = Affinities::new(&near(&[&[0.0][..], &[2.0]]), 1.0);
        assert_eq!((both.row(0), both.row(1)), (&[(1, 0.5)][..], &[(0, 0.5)][..]));
        assert!(Affinities::new(&near(&[&[0.0]]), 1.0).entries.is_empty());
    }

    proptest! {
        #[test]
        fn rows_have_the_perplexity_asked_for(
            squared in prop::collection::vec(
                prop_oneof![Just(0.0), 0.0..1e-30_f64, 0.0..5.0_f64, 0.0..5.0_f64], 1..40),
            perplexity in 1.0..12.0_f64,
        ) {
            let weights = conditional(&squared, perplexity);
            prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
            let nearest = squared.iter().copied().fold(f64::INFINITY, f64::min);
            let equal = squared.iter().filter(|&&far| far - nearest < 1e-20).count();
            let reachable = perplexity < squared.len() as f64 && perplexity > equal as f64;
            let scaled: Vec<f64> = weights.iter().map(|w| w / weights.iter().copied().fold(0.0, f64::max)).collect();
            prop_assert!(!reachable || (entropy(&scaled).exp() - perplexity).abs() < 1e-3 * perplexity);
        }
    }
}
