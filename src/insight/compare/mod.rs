//! Two runs: what the second fixed and what it broke, whether that is more than chance, and where.
//!
//! Invariant: counts are of all examples; rows to walk are those of them that may be looked at.

mod groups;
mod page;
mod rows;

pub use page::number;
pub use rows::{Outcome, Rows};

use super::{FromProject, Input, Watch};
use crate::analysis::{Comparison, Evidence, Group, TwoRuns};
use crate::dataset::{Run, Split};
use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use std::sync::Arc;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// The run before and the run after; without them the run that is reviewed and the first other one,
    /// in the order of `gaffe runs`.
    pub runs: Option<(String, String)>,
    /// What is compared apart: each `class`, each `tag`, or each value of a column.
    pub by: Option<String>,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    before: String,
    after: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
    #[serde(flatten)]
    total: Comparison,
    #[serde(flatten)]
    evidence: Evidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    /// Of each group, and of all at the end.
    #[serde(skip)]
    rows: Vec<Rows>,
    #[serde(skip)]
    around: Around,
}

/// What the screen needs to know of the project.
#[derive(Debug, Clone, Default)]
struct Around {
    /// The run that is reviewed.
    here: String,
    /// The other one of the two.
    other: Option<Arc<Run>>,
    /// All runs of the split.
    runs: Vec<String>,
    /// What can be compared apart.
    parts: Vec<String>,
}

/// Compares two runs of a project.
///
/// # Errors
/// No other run, no run of that name, nothing to compare by of that name.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("a comparison is that of two runs"))?;
    let (shared, split) = (&from.shared, from.examples().split);
    let here = shared.run();
    let sources = from.project.runs()?;
    let runs = sources.iter().filter(|run| run.splits.contains(&split));
    let runs: Vec<String> = runs.map(|run| run.name.clone()).collect();
    let (before, after) = match &ask.runs {
        Some(pair) => pair.clone(),
        None => first_pair(&here.name, &runs, split)?,
    };
    let read = |name: &str| -> Result<Option<Arc<Run>>> {
        if name == here.name {
            return Ok(None);
        }
        Ok(Some(Arc::new(from.project.run(name, split, from.examples())?)))
    };
    let others = (read(&before)?, read(&after)?);
    watch.progress.at(1, 2);
    let (first, second) =
        (others.0.as_deref().unwrap_or(here), others.1.as_deref().unwrap_or(here));
    let pair =
        TwoRuns { labels: &input.labels, before: first.predictions(), after: second.predictions() };
    let parting = ask.by.as_deref().map(|by| groups::of(&pair, by, from, input)).transpose()?;
    let rows = rows::of(&pair, (first, second), parting.as_ref(), from);
    let around = Around {
        here: here.name.clone(),
        runs,
        parts: parts(from),
        other: others.1.clone().or_else(|| others.0.clone()),
    };
    let groups = parting.map_or_else(Vec::new, |parting| parting.groups);
    Ok(Report {
        split: Some(split),
        rows,
        around,
        ..Report::new((before, after), &pair, ask.by.clone(), groups)
    })
}

/// Compares probabilities that were given by hand with the same labels.
///
/// # Errors
/// Anything but `class` to compare by.
pub fn of_files(before: &Input, after: &Input, by: Option<&str>) -> Result<Report> {
    let pair =
        TwoRuns { labels: &before.labels, before: &before.predictions, after: &after.predictions };
    let groups = match by {
        None => vec![],
        Some("class") => groups::by_class(&pair, &before.classes),
        Some(other) => bail!("without a project there is no {other:?} to compare by, only class"),
    };
    let names = (before.title.clone(), after.title.clone());
    Ok(Report::new(names, &pair, by.map(str::to_owned), groups))
}

/// The run that is reviewed and the first other one, the earlier of both first: those of the project
/// file come before those that were scored here, each by name.
fn first_pair(here: &str, runs: &[String], split: Split) -> Result<(String, String)> {
    let Some(other) = runs.iter().find(|run| *run != here) else {
        bail!(
            "there is no other run on {split} to compare {here} with\n  \
             score another model: gaffe score --model MODEL.onnx"
        );
    };
    Ok(in_order(here, other, runs))
}

fn in_order(here: &str, other: &str, runs: &[String]) -> (String, String) {
    let place = |name: &str| runs.iter().position(|run| run == name);
    let (here, other) = (here.to_owned(), other.to_owned());
    if place(&here) < place(&other) { (here, other) } else { (other, here) }
}

/// What can be compared apart: columns of few values go before classes and tags.
fn parts(from: &FromProject) -> Vec<String> {
    let columns = &from.examples().metadata;
    let is_named = |name: &str| columns.iter().any(|column| column.name == name);
    let own = ["class", "tag"].into_iter().filter(|name| !is_named(name)).map(str::to_owned);
    let few = columns.iter().filter(|column| groups::has_few_values(column));
    own.chain(few.map(|column| column.name.clone())).collect()
}

impl Report {
    fn new(
        (before, after): (String, String),
        pair: &TwoRuns<'_>,
        by: Option<String>,
        groups: Vec<Group>,
    ) -> Self {
        let total = pair.compare();
        let (rows, around) = (vec![], Around::default());
        let evidence = total.evidence();
        Self { before, after, split: None, total, evidence, by, groups, rows, around }
    }

    /// The run beside the reviewed one.
    pub fn other(&self) -> Option<&Arc<Run>> {
        self.around.other.as_ref()
    }

    /// All counts.
    pub fn total(&self) -> &Comparison {
        &self.total
    }

    /// The counts in a line of the first table, and the rows behind them: a group, or all.
    pub fn line(&self, at: usize) -> Option<(&Comparison, &Rows)> {
        let rows = self.rows.get(at)?;
        Some((self.groups.get(at).map_or(&self.total, |group| &group.comparison), rows))
    }

    /// The run that is wrong alone in an outcome.
    pub fn wrong(&self, outcome: Outcome) -> Option<&str> {
        match outcome {
            Outcome::Broken => Some(&self.after),
            Outcome::Fixed => Some(&self.before),
            Outcome::StillWrong | Outcome::Changed => None,
        }
    }

    /// The runs in their order.
    pub fn runs(&self) -> (&str, &str) {
        (&self.before, &self.after)
    }

    /// What the rows of a line are called: `broken by v2, capture=blurry`.
    pub fn name(&self, at: usize, outcome: Outcome) -> String {
        let what = outcome.said(&self.before, &self.after);
        match (self.groups.get(at), &self.by) {
            (Some(group), Some(by)) => format!("{what}, {by}={}", group.value),
            _ => what,
        }
    }

    /// The question with the next other run.
    #[must_use]
    pub fn with_next_run(&self, ask: &Ask) -> Option<Ask> {
        let Around { here, other, runs, .. } = &self.around;
        let others: Vec<&String> = runs.iter().filter(|run| *run != here).collect();
        let now = other.as_ref().map(|run| &run.name);
        let at = others.iter().position(|run| Some(*run) == now);
        let next = others.get(at.map_or(0, |at| at + 1) % others.len().max(1))?;
        Some(Ask { runs: Some(in_order(here, next, runs)), ..ask.clone() })
    }

    /// The question the other way round.
    #[must_use]
    pub fn turned(&self, ask: &Ask) -> Ask {
        Ask { runs: Some((self.after.clone(), self.before.clone())), ..ask.clone() }
    }

    /// The question by the next thing to compare apart.
    #[must_use]
    pub fn by_next_part(&self, ask: &Ask) -> Ask {
        let parts = &self.around.parts;
        let at = ask.by.as_ref().and_then(|by| parts.iter().position(|part| part == by));
        let by = match (&ask.by, at) {
            (Some(_), None) => None,
            (_, at) => parts.get(at.map_or(0, |at| at + 1)).cloned(),
        };
        Ask { by, ..ask.clone() }
    }
}
