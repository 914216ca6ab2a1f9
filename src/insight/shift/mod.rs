//! Shift: what moved between two splits or two batches, and the error over batches.
//!
//! Invariant: a split that is not on the desk is read once as long as the project is open.

mod chart;
mod files;
mod moves;
mod parts;
mod sets;

pub use chart::{Chart, ChartAsk};
pub use files::Files;
pub use moves::Moves;
pub use parts::{MOST, Parts};
pub use sets::{Data, Reading, Set, Sets};

use super::{FromProject, Input, Page, Watch};
use crate::dataset::Split;
use anyhow::{Result, anyhow};
use serde::Serialize;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Ask {
    /// Train against what is looked at, if there is a train split; else batch against batch, if a column
    /// looks like times or batches.
    #[default]
    Begin,
    /// Two splits.
    Splits([Split; 2]),
    /// Two parts of the split that is looked at.
    Parts(Parts),
    /// The error over batches of the split that is looked at.
    Chart(ChartAsk),
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    #[serde(flatten)]
    face: Face,
    #[serde(skip)]
    ways: Ways,
}

/// One of the faces of the screen.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Face {
    /// What moved between two sets.
    Moves(Box<Moves>),
    /// The error over batches.
    Chart(Box<Chart>),
    /// Why there is nothing to compare.
    Nothing {
        /// and what to do
        nothing: String,
    },
}

/// What can be asked from here, each list in the order in which a key goes through it. What is asked
/// now is in it, if it is one of them.
#[derive(Debug, Clone, Default)]
struct Ways {
    asked: Ask,
    versus: Vec<Ask>,
    by: Vec<Ask>,
    scale: Vec<Ask>,
}

/// Compares what is asked for.
///
/// # Errors
/// No project, no such column, or data that can't be used.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("a shift is that of a project"))?;
    let asked = if *ask == Ask::Begin { begin(from) } else { ask.clone() };
    let face = face(input, from, &asked, watch)?;
    Ok(Report { face, ways: Ways::from(from, asked) })
}

fn face(input: &Input, from: &FromProject, ask: &Ask, watch: &Watch<'_>) -> Result<Face> {
    let reading = Reading {
        project: &from.project,
        ledger: &from.shared.ledger,
        here: Some(input),
        progress: watch.progress,
    };
    let run = from.shared.run().name.as_str();
    let sets = match ask {
        Ask::Begin => return Ok(Face::Nothing { nothing: NOTHING.to_owned() }),
        Ask::Chart(ask) => return Ok(Face::Chart(Box::new(Chart::of(input, ask)?))),
        Ask::Splits(splits) => {
            let runs = from.project.runs()?;
            let here = runs.iter().find(|other| other.name == run);
            let has = |split| here.is_some_and(|run| run.splits.contains(split));
            let run = splits.iter().all(has).then_some(run);
            reading.splits(*splits, run, [None, None])?
        }
        Ask::Parts(parts) => reading.parts(from.examples().split, Some(run), parts, None)?,
    };
    Ok(Face::Moves(Box::new(Moves::of(&sets, 0, watch.progress))))
}

const NOTHING: &str = "there is nothing to compare: no train split, no column of times or batches\n\
    name the table of the training data as `train` under [splits] in gaffe.toml,\n\
    or give the data a column such as `day` or `batch`; the error over any other column:\n\
    gaffe stats batches --column COLUMN";

/// What there is to compare at first.
fn begin(from: &FromProject) -> Ask {
    let here = from.examples().split;
    let has = |split| from.project.config().splits.contains_key(&split);
    match here {
        Split::Train if has(Split::Dev) => return Ask::Splits([here, Split::Dev]),
        Split::Dev | Split::Test if has(Split::Train) => return Ask::Splits([Split::Train, here]),
        _ => {}
    }
    let columns = parts::columns(from.examples());
    let time = columns.first().filter(|column| parts::is_time(column));
    time.map_or(Ask::Begin, |column| {
        Ask::Parts(Parts { column: column.name.clone(), values: None })
    })
}

impl Ways {
    fn from(from: &FromProject, asked: Ask) -> Self {
        let examples = from.examples();
        let columns = parts::columns(examples);
        let chart = |name: &str| Ask::Chart(ChartAsk::of(name));
        let charts = columns.iter().map(|column| chart(&column.name));
        let by: Vec<Ask> = [begin(from)].into_iter().chain(charts).collect();
        let mut scale = vec![];
        let versus = match &asked {
            Ask::Begin | Ask::Splits(_) => pairs(from),
            Ask::Chart(ask) => {
                scale.push(Ask::Chart(ChartAsk { mix: None, ..ask.clone() }));
                scale.extend(
                    chart::mixes(examples, &ask.column)
                        .into_iter()
                        .map(|mix| Ask::Chart(ChartAsk { mix: Some(mix), ..ask.clone() })),
                );
                vec![Ask::Parts(Parts { column: ask.column.clone(), values: None })]
            }
            Ask::Parts(parts) => {
                let part = |values| Ask::Parts(Parts { values, ..parts.clone() });
                let found = columns.iter().find(|column| column.name == parts.column);
                let neighbours = found.map(|c| parts::neighbours(c)).unwrap_or_default();
                [part(None)].into_iter().chain(neighbours.into_iter().map(Some).map(part)).collect()
            }
        };
        Self { asked, versus, by, scale }
    }

    /// The place of what is asked among the columns.
    fn by(&self) -> Option<usize> {
        let same = |ask: &Ask| match (&self.asked, ask) {
            (Ask::Chart(asked), Ask::Chart(chart)) => chart.column == asked.column,
            (Ask::Parts(asked), Ask::Chart(chart)) => chart.column == asked.column,
            _ => false,
        };
        let exact = self.by.iter().position(|ask| *ask == self.asked);
        exact.or_else(|| self.by.iter().position(same))
    }
}

/// All pairs of splits, earlier ones first.
fn pairs(from: &FromProject) -> Vec<Ask> {
    let splits: Vec<Split> = from.project.config().splits.keys().copied().collect();
    let later = |at: usize| splits[at + 1..].iter().map(move |&to| (at, to));
    (0..splits.len()).flat_map(later).map(|(at, to)| Ask::Splits([splits[at], to])).collect()
}

/// What stands behind a place of a list, the first behind the last.
fn after(list: &[Ask], at: Option<usize>) -> Option<Ask> {
    let next = list.get(at.map_or(0, |at| at + 1)).or_else(|| list.first());
    next.cloned()
}

impl Report {
    /// What moved between two sets, under a title of its own.
    pub fn of_moves(moves: Moves) -> Self {
        Self { face: Face::Moves(Box::new(moves)), ways: Ways::default() }
    }

    /// The face that is shown.
    pub fn face(&self) -> &Face {
        &self.face
    }

    /// The next pair of sets.
    pub fn next_versus(&self) -> Option<Ask> {
        let Ways { asked, versus, .. } = &self.ways;
        after(versus, versus.iter().position(|ask| ask == asked))
    }

    /// The next column that batches are made by; behind the last one what there was at first.
    pub fn next_by(&self) -> Option<Ask> {
        after(&self.ways.by, self.ways.by())
    }

    /// The next mix that is taken out of the chart.
    pub fn next_scale(&self) -> Option<Ask> {
        let Ways { asked, scale, .. } = &self.ways;
        after(scale, scale.iter().position(|ask| ask == asked))
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        match &self.face {
            Face::Moves(moves) => moves.page(),
            Face::Chart(chart) => chart.page(),
            Face::Nothing { nothing } => Page::default().note(nothing.clone()),
        }
    }

    /// The page whose first table has everything.
    pub fn everything(&self) -> Page {
        match &self.face {
            Face::Chart(chart) => chart.everything(),
            _ => self.page(),
        }
    }
}
