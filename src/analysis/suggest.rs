//! Tags and labels to suggest for an example, from decided ones that are like it.
//!
//! Invariant: what is suggested is more frequent among the neighbours than chance would make it.

use super::neighbours::{Distance, Points, nearest};
use super::significance::LEVEL;
use crate::dataset::TagId;
use serde::Serialize;
use statrs::distribution::{DiscreteCDF, Hypergeometric};
use std::collections::BTreeMap;

/// Neighbours to ask.
pub const NEIGHBOURS: usize = 10;
/// Fewest decided examples for any suggestion.
const FEWEST: usize = 8;
/// Fewest neighbours that have what is suggested.
const SUPPORT: usize = 3;
/// Smallest weighted share of them.
const SHARE: f64 = 0.5;

/// An example that a person decided.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// Its vector.
    pub vector: &'a [f32],
    /// Its tags, each once.
    pub tags: &'a [TagId],
    /// The class that the person confirmed or set.
    pub label: Option<u32>,
}

/// What can be suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// To give this tag.
    Tag(TagId),
    /// That this class is right.
    Label(u32),
}

/// A suggestion and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// What.
    pub what: What,
    /// How many neighbours have it.
    pub support: usize,
    /// Of so many.
    pub of: usize,
    /// Their share, weighted by likeness, 0.5 to 1.
    pub score: f64,
    /// Those that have it, as indices into the decided examples, nearest first.
    pub because: Vec<usize>,
}

/// Suggestions for an example with this vector, the best first: a vote of the `k` decided examples nearest by
/// cosine (Cover & Hart 1967, IEEE Trans. Inf. Theory 13:21), but of no more than a third of all, so that there
/// are others to compare with. Each weighs by how much nearer it is than the first one not asked,
/// (s − s₀)/(s₁ − s₀) with s₁ the nearest (Dudani 1976, IEEE Trans. SMC 6:325). A neighbour without a tag votes
/// against it.
///
/// Suggested is what at least three neighbours and half of the weight have, and more than chance would give:
/// the hypergeometric probability that as many of those asked have it, were it dealt out at random among all
/// decided examples (Fisher's exact test, one-sided), is below 0.05. A tag that most examples have is therefore
/// suggested only where nearly all neighbours have it, and one that all have never.
///
/// Nothing is suggested from fewer than eight decided examples. Those without direction or of another number of
/// dimensions do not count. Takes |decided| × D steps.
pub fn suggest(vector: &[f32], decided: &[Decided<'_>], k: usize) -> Vec<Suggestion> {
    let target = Points::from_slices(&[vector], vector.len(), Distance::Cosine);
    let vectors: Vec<&[f32]> = decided.iter().map(|decided| decided.vector).collect();
    let points = Points::from_slices(&vectors, vector.len(), Distance::Cosine);
    let (all, asked) = (points.len(), k.min((points.len() / 3).max(SUPPORT)));
    if all < FEWEST || asked < SUPPORT {
        return Vec::new();
    }
    let mut frequency: BTreeMap<What, usize> = BTreeMap::new();
    for &i in points.ids() {
        decided[i as usize].each(|what| *frequency.entry(what).or_default() += 1);
    }
    let near = nearest(&target, &points, asked + 1, &mut |_| true);
    let near = near.iter().flat_map(|near| near.of(0));
    let near: Vec<(f64, usize)> =
        near.map(|near| (1.0 - near.distance, near.id as usize)).collect();
    let mut found: Vec<Suggestion> = votes(&near, decided);
    found.retain(|s| {
        let by_chance = || at_least(s.support, all, frequency.get(&s.what).copied(), s.of);
        s.support >= SUPPORT && s.score >= SHARE && by_chance() < LEVEL
    });
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.what.cmp(&b.what)));
    found
}

impl Decided<'_> {
    fn each(&self, mut with: impl FnMut(What)) {
        self.tags.iter().for_each(|&tag| with(What::Tag(tag)));
        self.label.into_iter().for_each(|label| with(What::Label(label)));
    }
}

/// What all but the last of `near` have, which are sorted.
fn votes(near: &[(f64, usize)], decided: &[Decided<'_>]) -> Vec<Suggestion> {
    let Some((&(farthest, _), near)) = near.split_last() else { return Vec::new() };
    let spread = near.first().map_or(0.0, |nearest| nearest.0 - farthest);
    // Equally near ones weigh the same.
    let weight = |cosine: f64| if spread > 0.0 { (cosine - farthest) / spread } else { 1.0 };
    let total: f64 = near.iter().map(|near| weight(near.0)).sum();
    let mut votes: BTreeMap<What, (f64, Vec<usize>)> = BTreeMap::new();
    for &(cosine, i) in near {
        decided[i].each(|what| {
            let vote = votes.entry(what).or_default();
            vote.0 += weight(cosine) / total;
            vote.1.push(i);
        });
    }
    let suggestion = |(what, (score, because)): (What, (f64, Vec<usize>))| Suggestion {
        what,
        support: because.len(),
        of: near.len(),
        score: score.min(1.0),
        because,
    };
    votes.into_iter().map(suggestion).collect()
}

/// Probability that at least `support` of `drawn` have what `with` of `all` have.
fn at_least(support: usize, all: usize, with: Option<usize>, drawn: usize) -> f64 {
    let [all, with, drawn] = [all, with.unwrap_or(0), drawn].map(|n| n as u64);
    match (Hypergeometric::new(all, with, drawn), support.checked_sub(1)) {
        (Ok(distribution), Some(fewer)) => distribution.sf(fewer as u64),
        _ => 1.0,
    }
}

#[cfg(test)]
#[path = "suggest_tests.rs"]
mod tests;
