//! The map: examples laid out so that those that are alike lie together.
//!
//! Invariant: the same examples have the same places, whoever asks and however often; an unfinished layout says so.

mod groups;
mod laid;
mod places;

pub use groups::{Colour, Groups};
pub use places::Place;

use super::{Cell, Enter, Field, Input, Insight, Page, Sheet, Watch, field};
use crate::analysis::map::{Plane, Point};
use crate::analysis::neighbours::Recall;
use crate::dataset::Split;
use crate::report::{count, percent};
use anyhow::{Result, anyhow, ensure};
use laid::{Done, Kept, Laid};
use places::Places;
use serde::Serialize;
use std::sync::Arc;

/// How examples are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Along the two axes of the largest variance: distances are true as far as a plane allows.
    Axes,
    /// Neighbours beside each other: distances between groups say little.
    #[default]
    Neighbours,
}

/// Which examples are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Those of the walk: the errors, as a rule.
    #[default]
    Walk,
    /// All of the split, right or wrong.
    All,
}

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// How they are laid out.
    pub layout: Layout,
    /// Which examples.
    pub which: Which,
    /// What is known from the last question; whether it is there makes no other question.
    pub kept: Kept,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    project: String,
    run: String,
    split: Split,
    /// Whose places these are: `errors`, `correct predictions`, `examples`.
    of: &'static str,
    /// What was compared: `embeddings`, `pictures`, `texts`, `columns`.
    vectors: &'static str,
    dimensions: usize,
    /// How many there are; beyond the most that can be laid out a random draw is shown.
    examples: usize,
    drawn: usize,
    /// Those of the draw that have nothing to compare: values that are not finite, unreadable pictures.
    left_out: usize,
    layout: Layout,
    /// Steps of the neighbour layout.
    steps: usize,
    step: usize,
    /// Share of the variance along each principal axis.
    explained: [Option<f64>; 2],
    /// Whether neighbours on the map are neighbours, 0 to 1, for the axes and for the neighbour layout.
    trustworthiness: Trust,
    /// Of the neighbours that the finished layout goes by, if they are approximate.
    #[serde(skip_serializing_if = "Option::is_none")]
    recall: Option<Recall>,
    #[serde(serialize_with = "places::serialize")]
    places: Arc<Places>,
    #[serde(skip)]
    plane: Arc<Plane>,
}

/// Trustworthiness of both layouts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
struct Trust {
    /// How many neighbours of each example are looked at.
    neighbours: usize,
    axes: Option<f64>,
    layout: Option<f64>,
}

/// Lays the examples out.
///
/// # Errors
/// Without a project, and where examples have nothing to compare.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("a map is that of a project"))?;
    let rows = asked(input, ask.which)?;
    let laid = ask.kept.of(from, rows, watch.progress)?;
    let report = Report::new(input, ask.which, &laid)?;
    if ask.layout == Layout::Axes {
        return Ok(report.at(&laid.axes.points, Layout::Axes, 0));
    }
    if let Some(done) = &laid.done {
        return Ok(report.done(done));
    }
    let done = laid.refine(&ask.kept, watch.progress, &mut |step, steps, points| {
        let layout = if step == 0 { Layout::Axes } else { Layout::Neighbours };
        let part = Report { steps, ..report.clone() }.at(points, layout, step);
        (watch.partial)(Insight::Map(Box::new(part)));
    })?;
    Ok(report.done(&done))
}

/// The rows that are asked about, ascending.
fn asked(input: &Input, which: Which) -> Result<Vec<u32>> {
    let shared =
        &input.project.as_ref().ok_or_else(|| anyhow!("a map is that of a project"))?.shared;
    let mut rows = match which {
        Which::Walk => shared.snapshot.rows.to_vec(),
        Which::All => shared.all_rows(),
    };
    rows.retain(|&row| input.labels[row as usize] != u32::MAX);
    rows.sort_unstable();
    ensure!(!rows.is_empty(), "there are no examples to lay out: the filter selects none of them");
    Ok(rows)
}

const FIELDS: [Field; 8] = [
    field("id", "id"),
    field("x", "x"),
    field("y", "y"),
    field("label", "label"),
    field("prediction", "prediction"),
    field("wrong", "wrong"),
    field("review", "review").spare(),
    field("tags", "tags").spare(),
];

impl Report {
    fn new(input: &Input, which: Which, laid: &Laid) -> Result<Self> {
        let from = input.project.as_ref().ok_or_else(|| anyhow!("a map is that of a project"))?;
        let shared = &from.shared;
        let of = if which == Which::Walk { shared.subset.name() } else { "examples" };
        Ok(Self {
            project: shared.project.clone(),
            run: shared.run().name.clone(),
            split: shared.examples().split,
            of,
            vectors: laid.vectors,
            dimensions: laid.dims,
            examples: laid.asked.len(),
            drawn: laid.drawn,
            left_out: laid.drawn - laid.rows.len(),
            layout: Layout::Axes,
            steps: 0,
            step: 0,
            explained: laid.axes.explained,
            trustworthiness: laid.trust,
            recall: None,
            places: Arc::new(Places::new(input, shared, &laid.rows)),
            plane: Arc::new(Plane::new(&[])),
        })
    }

    /// With these places.
    fn at(mut self, points: &[Point], layout: Layout, step: usize) -> Self {
        (self.layout, self.step, self.steps) = (layout, step, self.steps.max(step));
        self.plane = Arc::new(Plane::new(points));
        self.places = Arc::new(self.places.at(points));
        self
    }

    /// With the finished neighbour layout.
    fn done(self, done: &Done) -> Self {
        let made = self.at(&done.points, Layout::Neighbours, done.steps);
        Self { trustworthiness: done.trust, recall: done.recall, ..made }
    }

    /// How many examples have a place.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The examples with their places, by number.
    pub fn place(&self, number: u32) -> Option<Place<'_>> {
        self.places.get(number as usize)
    }

    /// The row of an example of the map.
    pub fn row(&self, number: u32) -> Option<u32> {
        self.places.row(number as usize)
    }

    /// The number of a row that is on the map.
    pub fn number(&self, row: u32) -> Option<u32> {
        self.places.number(row)
    }

    /// Where an example lies.
    pub fn point(&self, number: u32) -> Option<Point> {
        self.places.point(number as usize)
    }

    /// The points in buckets.
    pub fn plane(&self) -> &Plane {
        &self.plane
    }

    /// The groups that a colour tells apart.
    pub fn groups(&self, colour: Colour) -> &Groups {
        self.places.groups(colour)
    }

    /// How it was laid out, and what that is worth, in one line.
    pub fn method(&self) -> String {
        let trust = |trust: Option<f64>| {
            trust.map_or_else(String::new, |trust| format!("; trustworthiness {trust:.3}"))
        };
        match (self.layout, self.explained) {
            (Layout::Neighbours, _) if self.step < self.steps => {
                format!("neighbours together, step {} of {}", self.step, self.steps)
            }
            (Layout::Neighbours, _) => {
                let recall = self.recall.map(|recall| format!("; {}", super::approximate(recall)));
                let trust = trust(self.trustworthiness.layout);
                format!("neighbours together{trust}{}", recall.unwrap_or_default())
            }
            (Layout::Axes, [Some(first), Some(second)]) => {
                let (first, second) = (percent(first), percent(second));
                let trust = trust(self.trustworthiness.axes);
                format!("principal axes: {first} and {second} of the variance{trust}")
            }
            (Layout::Axes, _) => "all are alike".to_owned(),
        }
    }

    /// Which examples these are, in one line.
    pub fn what(&self) -> String {
        let shown = format!("{} {} by their {}", count(self.len()), self.of, self.vectors);
        let drawn = (self.drawn < self.examples)
            .then(|| format!("a random draw of {}", count(self.examples)));
        let without = (self.left_out > 0).then(|| format!("{} have none", count(self.left_out)));
        [Some(shown), drawn, without].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        // Places that are still moving are not worth a table.
        let is_done = self.layout == Layout::Axes || self.step == self.steps;
        for place in self.places.iter().filter(|_| is_done) {
            let rows = vec![place.row];
            let cells = [
                place.id.into(),
                Cell::Number(place.x.into()),
                Cell::Number(place.y.into()),
                place.label.into(),
                place.prediction.into(),
                place.wrong.into(),
                place.review.into(),
                place.tags.join(", ").into(),
            ];
            sheet.row_into(cells, Enter::Rows { name: place.id.to_owned(), rows });
        }
        let mut page = Page::new(super::title(&self.project, self.split, &self.run), sheet);
        page.head.extend([self.what(), self.method()]);
        page
    }
}
