//! Another run's matrix, and what this run's has more.
//!
//! Invariant: the other run is the one before, this run the one after.

use super::{Report, of, two_runs};
use crate::analysis::{ChangedPair, ConfusionChange, Normalise, Place, Shades, Trend};
use crate::insight::{Cell, Field, Input, Sheet, field, interval_of};
use anyhow::{Result, anyhow};
use std::sync::Arc;

/// Another run held against this one.
#[derive(Debug, Clone)]
pub struct Versus {
    run: String,
    change: Arc<ConfusionChange>,
    /// Of the difference, for each of [`Normalise::ALL`].
    shades: [Shades; 4],
    /// Of the other run's matrix.
    shades_before: [Shades; 4],
    worse: Arc<Vec<ChangedPair>>,
    better: Arc<Vec<ChangedPair>>,
}

/// The names of the other runs over the same split; none without a project.
pub(super) fn others(input: &Input) -> Result<Vec<String>> {
    let Some(from) = &input.project else { return Ok(vec![]) };
    let (split, this) = (from.examples().split, &from.shared.run().name);
    let runs = from.project.runs()?.into_iter();
    let others = runs.filter(|run| run.splits.contains(&split) && run.name != *this);
    Ok(others.map(|run| run.name).collect())
}

impl Versus {
    /// Reads and counts the other run.
    pub(super) fn of(input: &Input, name: &str, pairs: usize) -> Result<Self> {
        let from = input.project.as_ref().ok_or_else(|| {
            anyhow!("there is no project to take the run {name:?} from\n  `gaffe stats compare` compares files")
        })?;
        let other = from.project.run(name, from.examples().split, from.examples())?;
        let runs = two_runs(input, other.predictions());
        let change = ConfusionChange::count(runs, input.classes.len())?;
        Ok(Self {
            run: name.to_owned(),
            shades: Normalise::ALL.map(|by| change.shades(by)),
            shades_before: Normalise::ALL.map(|by| change.before().shades(by)),
            worse: Arc::new(change.changed_pairs(pairs, Trend::Worse)),
            better: Arc::new(change.changed_pairs(pairs, Trend::Better)),
            change: Arc::new(change),
        })
    }

    /// The name of the other run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Both matrices, on the examples that both runs have a prediction for.
    pub fn change(&self) -> &ConfusionChange {
        &self.change
    }

    /// Pairs that are confused more often by this run, or less often.
    pub fn pairs(&self, trend: Trend) -> &[ChangedPair] {
        match trend {
            Trend::Worse => &self.worse,
            Trend::Better => &self.better,
        }
    }

    /// How dark the change of a cell off the diagonal is.
    pub fn shade(&self, at: Place, by: Normalise) -> u8 {
        of(&self.shades, by).of_value(self.change.value(at, by))
    }

    /// How dark a cell off the diagonal of the other run's matrix is.
    pub fn shade_before(&self, at: Place, by: Normalise) -> u8 {
        of(&self.shades_before, by).of_value(self.change.before().value(at, by))
    }

    /// The pairs as tables with titles.
    pub(super) fn sheets(&self, report: &Report) -> [(String, Sheet); 2] {
        let sheet = |trend| {
            let mut sheet = Sheet::new(&FIELDS);
            for pair in self.pairs(trend) {
                let at = Place::cell(pair.cell.label, pair.cell.prediction);
                sheet.row_into(cells(report, pair), report.enter(at));
            }
            sheet
        };
        [
            (format!("confused more often than by {}", self.run), sheet(Trend::Worse)),
            (format!("confused less often than by {}", self.run), sheet(Trend::Better)),
        ]
    }
}

const FIELDS: [Field; 8] = [
    field("label", "label"),
    field("taken for", "prediction"),
    field("before", "before"),
    field("after", "after"),
    field("of the label", "difference"),
    interval_of("difference").spare(),
    field("p", "p_value").spare(),
    field("p (Holm)", "p_holm"),
];

fn cells(report: &Report, pair: &ChangedPair) -> [Cell; 8] {
    let cell = &pair.cell;
    let difference = cell.difference;
    [
        report.name(cell.label).into(),
        report.name(cell.prediction).into(),
        cell.before.into(),
        cell.after.into(),
        difference.map_or(Cell::None, |d| Cell::Difference(d.value)),
        difference.map_or(Cell::None, |d| Cell::Differences(d.low, d.high)),
        Cell::P(cell.p_value),
        Cell::P(pair.p_holm),
    ]
}
