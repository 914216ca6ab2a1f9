//! `gaffe stats classes`: precision, recall and F1 of each class.

use super::input::Source;
use super::metrics::Resampling;
use crate::analysis::{Averages, ClassScores, Confusion, Estimate, Proportion};
use crate::cli::print::{Format, count};
use crate::insight::nothing;
use crate::insight::proportion;
use crate::insight::{Cell, Page, Sheet, field, interval_of};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats classes\n  \
    gaffe stats classes --probs p.npy --labels y.npy --csv\n\n\
    Precision and recall have Wilson's intervals, F1 has bootstrapped ones.")]
pub struct ClassesArgs {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    resampling: Resampling,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Row<'a> {
    class: &'a str,
    #[serde(flatten)]
    scores: ClassScores,
    f1_interval: Option<Estimate>,
}

#[derive(Serialize)]
struct Report<'a> {
    examples: usize,
    accuracy: Option<Proportion>,
    averages: Option<Averages>,
    classes: Vec<Row<'a>>,
}

const FIELDS: [crate::insight::Field; 9] = [
    field("class", "class"),
    field("examples", "support"),
    field("predicted", "predicted"),
    field("precision", "precision"),
    interval_of("precision"),
    field("recall", "recall"),
    interval_of("recall"),
    field("F1", "f1"),
    interval_of("f1"),
];

/// Prints one line a class.
pub fn run(project: Option<&Path>, args: &ClassesArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let confusion = Confusion::count(&input.labels, &input.predictions, input.classes.len())?;
    let intervals = args.resampling.bootstrap(&confusion).f1;
    let row =
        |((k, scores), f1_interval)| Row { class: input.classes.name(k), scores, f1_interval };
    let classes = (0_u32..).zip(confusion.by_class()).zip(intervals).map(row).collect();
    let report = Report {
        examples: confusion.examples(),
        accuracy: confusion.accuracy(),
        averages: confusion.averages(),
        classes,
    };
    let mut sheet = Sheet::new(&FIELDS);
    for row in &report.classes {
        sheet.row(cells(row));
    }
    let head = format!("{}   {} examples", input.title, count(report.examples));
    Page::new(head, sheet).notes(nothing(report.examples)).print(&report, args.format, out)
}

fn cells(row: &Row<'_>) -> Vec<Cell> {
    let ClassScores { support, predicted, precision, recall, f1, .. } = row.scores;
    let ([precision, range], [recall, of_recall]) = (proportion(precision), proportion(recall));
    vec![
        row.class.into(),
        support.into(),
        predicted.into(),
        precision,
        range,
        recall,
        of_recall,
        f1.map_or(Cell::None, Cell::Share),
        row.f1_interval.map_or(Cell::None, |e| Cell::Range(e.low, e.high)),
    ]
}
