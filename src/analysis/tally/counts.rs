//! The counts behind a tally, kept up to date error by error.

use super::{Basis, Category, Population, Tally, TallyRow, is_label_error};
use crate::dataset::{TagId, Verdict};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// What the tally needs of one reviewed error.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed<'a> {
    /// Who is right.
    pub verdict: Option<Verdict>,
    /// Its tags.
    pub tags: &'a [TagId],
    /// Whether it was come upon in a random walk through these errors.
    pub random: bool,
}

impl Reviewed<'_> {
    /// Its kinds, ascending. A label error is nothing else.
    fn kinds(&self) -> Vec<Category> {
        let verdict = self.verdict.filter(|&v| v != Verdict::ModelWrong);
        if verdict == Some(Verdict::LabelWrong) {
            return vec![Category::Verdict(Verdict::LabelWrong)];
        }
        let tags = self.tags.iter().map(|&tag| Category::Tag(tag));
        tags.chain(verdict.map(Category::Verdict)).collect()
    }
}

/// How many reviewed errors have which kinds. Adding or removing one error costs its kinds; making
/// the tally costs the number of different sets of kinds, whatever the number of errors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TallyCounts {
    reviewed: usize,
    not_random: usize,
    sets: BTreeMap<Vec<Category>, usize>,
}

impl TallyCounts {
    /// Errors counted.
    pub fn reviewed(&self) -> usize {
        self.reviewed
    }

    /// Counts an error.
    pub fn add(&mut self, error: &Reviewed<'_>) {
        self.reviewed += 1;
        self.not_random += usize::from(!error.random);
        *self.sets.entry(error.kinds()).or_default() += 1;
    }

    /// Takes back an error that was counted as it is given here.
    pub fn remove(&mut self, error: &Reviewed<'_>) {
        let kinds = error.kinds();
        let Some(count) = self.sets.get_mut(&kinds) else { return };
        *count -= 1;
        if *count == 0 {
            self.sets.remove(&kinds);
        }
        self.reviewed -= 1;
        self.not_random -= usize::from(!error.random);
    }

    /// The tally for the errors they are part of.
    pub fn tally(&self, population: Population) -> Tally {
        let basis = match (self.reviewed >= population.errors, self.not_random == 0) {
            (true, _) => Basis::AllErrors,
            (false, true) => Basis::RandomSample,
            (false, false) => Basis::ReviewedOnly,
        };
        let mut tally = Tally {
            population,
            reviewed: self.reviewed,
            unexplained: self.sets.get([].as_slice()).copied().unwrap_or(0),
            basis,
            rows: vec![],
            sets: self.sets.iter().map(|(set, &count)| (set.clone(), count)).collect(),
        };
        tally.rows = rows(&tally);
        tally
    }
}

fn rows(tally: &Tally) -> Vec<TallyRow> {
    let mut counts: HashMap<Category, (usize, usize)> = HashMap::new();
    for (set, errors) in &tally.sets {
        for &kind in set {
            let (count, exclusive) = counts.entry(kind).or_default();
            *count += errors;
            *exclusive += if set.len() == 1 { *errors } else { 0 };
        }
    }
    let row = |(category, (count, exclusive)): (Category, (usize, usize))| {
        let share = tally.share(count);
        let label_errors = if is_label_error(&[category]) { count } else { 0 };
        let ceiling = category.is_solvable().then(|| tally.ceiling(count, label_errors));
        let estimated = tally.estimate(share);
        TallyRow { category, count, exclusive, share, estimated, ceiling }
    };
    let mut rows: Vec<TallyRow> = counts.into_iter().map(row).collect();
    rows.sort_by_key(|row| (Reverse(row.count), row.category));
    rows
}
