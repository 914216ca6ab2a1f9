//! Another run, held against the one that is reviewed on every slice.

use super::lines::{Found, Given, Pinned};
use super::rows::Rows;
use crate::analysis::{Comparison, Evidence, Group, TwoRuns, groups};
use crate::dataset::Run;
use crate::insight::{FromProject, Input};
use anyhow::{Result, ensure};
use serde::Serialize;

/// Another run over all examples.
#[derive(Debug, Clone, Serialize)]
pub struct Versus {
    /// Its name.
    pub(super) run: String,
    /// The run that it is held against.
    pub(super) before: String,
    #[serde(flatten)]
    pub(super) total: Comparison,
    #[serde(flatten)]
    pub(super) evidence: Evidence,
}

/// Another run on the same examples.
pub(super) struct Other<'a> {
    run: Run,
    before: &'a str,
    input: &'a Input,
}

impl<'a> Other<'a> {
    /// Reads it.
    pub fn read(from: &'a FromProject, input: &'a Input, name: &str) -> Result<Self> {
        let before = from.shared.run().name.as_str();
        ensure!(
            before != name,
            "{name} is the run that is looked at\n  give another one; they are listed by: gaffe runs"
        );
        let run = from.project.run(name, from.examples().split, from.examples())?;
        Ok(Self { run, before, input })
    }
}

/// What the other run does on each line, in the order of the lines.
pub(super) struct Beside<'a> {
    other: &'a Other<'a>,
    runs: TwoRuns<'a>,
    counted: Vec<(String, Comparison)>,
}

impl<'a> Beside<'a> {
    /// Nothing is counted yet.
    pub fn new(other: &'a Other<'a>) -> Self {
        let runs = TwoRuns {
            labels: &other.input.labels,
            before: &other.input.predictions,
            after: other.run.predictions(),
        };
        Self { other, runs, counted: vec![] }
    }

    /// Counts a line a slice with a name; `held` are its rows.
    pub fn pinned(&mut self, pinned: &[Pinned], held: &[Vec<u32>]) {
        for (line, rows) in pinned.iter().zip(held) {
            let counted = self.runs.compare_rows(rows.iter().map(|&row| row as usize));
            self.counted.push((line.name.clone(), counted));
        }
    }

    /// Counts a line a value.
    pub fn values(&mut self, rows: &Rows<'_>, values: &[Given]) {
        let features = rows.features.list().iter();
        let by_feature: Vec<Vec<Comparison>> = features
            .map(|feature| self.runs.by_part(feature.values().len(), |row| feature.value_of(row)))
            .collect();
        self.counted.extend(values.iter().map(|line| {
            let condition = line.value.condition;
            let counts = by_feature.get(condition.feature).and_then(|of| of.get(condition.value));
            (line.value.name.clone(), counts.copied().unwrap_or_default())
        }));
    }

    /// Counts a line a slice that was found.
    pub fn found(&mut self, rows: &Rows<'_>, found: &[Found]) {
        for line in found {
            let holds = |row: &usize| rows.features.holds(&line.slice.conditions, *row);
            let counted = self.runs.compare_rows((0..rows.features.rows()).filter(holds));
            self.counted.push((line.slice.name.clone(), counted));
        }
    }

    /// All lines, their p-values corrected together.
    pub fn groups(&self) -> Vec<Group> {
        groups(self.counted.iter().cloned())
    }

    /// Over all examples.
    pub fn total(&self) -> Versus {
        let total = self.runs.compare();
        let (run, before) = (self.other.run.name.clone(), self.other.before.to_owned());
        Versus { run, before, total, evidence: total.evidence() }
    }
}
