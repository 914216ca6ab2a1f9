//! The counts behind a tally, kept up to date error by error.

use super::{Basis, Category, Population, Seen, Tally, TallyRow, is_label_error};
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
    fn seen(&self) -> Seen {
        Seen { all: 1, drawn: usize::from(self.random) }
    }

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
    reviewed: Seen,
    sets: BTreeMap<Vec<Category>, Seen>,
}

impl TallyCounts {
    /// Errors counted.
    pub fn reviewed(&self) -> usize {
        self.reviewed.all
    }

    /// Counts an error.
    pub fn add(&mut self, error: &Reviewed<'_>) {
        self.reviewed.add(error.seen());
        self.sets.entry(error.kinds()).or_default().add(error.seen());
    }

    /// Takes back an error that was counted as it is given here.
    pub fn remove(&mut self, error: &Reviewed<'_>) {
        let kinds = error.kinds();
        let Some(count) = self.sets.get_mut(&kinds) else { return };
        let one = error.seen();
        for seen in [&mut *count, &mut self.reviewed] {
            seen.all -= one.all;
            seen.drawn -= one.drawn;
        }
        if count.all == 0 {
            self.sets.remove(&kinds);
        }
    }

    /// The tally for the errors they are part of.
    pub fn tally(&self, population: Population) -> Tally {
        let Seen { all: reviewed, drawn } = self.reviewed;
        let basis = match drawn {
            _ if reviewed >= population.errors => Basis::AllErrors,
            drawn if drawn == reviewed => Basis::RandomSample,
            0 => Basis::ReviewedOnly,
            _ => Basis::PartlyRandom,
        };
        let mut tally = Tally {
            population,
            reviewed,
            drawn,
            unexplained: self.sets.get([].as_slice()).map_or(0, |seen| seen.all),
            basis,
            rows: vec![],
            sets: self.sets.iter().map(|(set, &count)| (set.clone(), count)).collect(),
        };
        tally.rows = rows(&tally);
        tally
    }
}

fn rows(tally: &Tally) -> Vec<TallyRow> {
    let mut counts: HashMap<Category, (Seen, usize)> = HashMap::new();
    for (set, errors) in &tally.sets {
        for &kind in set {
            let (count, exclusive) = counts.entry(kind).or_default();
            count.add(*errors);
            *exclusive += if set.len() == 1 { errors.all } else { 0 };
        }
    }
    let row = |(category, (count, exclusive)): (Category, (Seen, usize))| {
        let share = tally.share(count);
        let label_errors = if is_label_error(&[category]) { count.all } else { 0 };
        let ceiling = category.is_solvable().then(|| tally.ceiling(count, label_errors));
        let estimated = tally.estimate(share);
        TallyRow { category, count: count.all, exclusive, share, estimated, ceiling }
    };
    let mut rows: Vec<TallyRow> = counts.into_iter().map(row).collect();
    rows.sort_by_key(|row| (Reverse(row.count), row.category));
    rows
}
