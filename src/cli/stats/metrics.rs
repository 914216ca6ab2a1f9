//! `gaffe stats metrics`: scores of a run in one table.

use super::input::Source;
use crate::analysis::{Averages, Bootstrap, Confusion, Estimate, ScoreSums, Scores, bootstrap};
use crate::cli::print::{Format, count};
use crate::insight::proportion;
use crate::insight::{Cell, Page, Sheet, field, interval_of};
use crate::insight::{Input, labelled, nothing};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats metrics --run v2\n  \
    gaffe stats metrics --probs p.npy --labels y.npy --json")]
pub struct MetricsArgs {
    #[command(flatten)]
    source: Source,
    /// The k of the top-k accuracies; give it once for each
    #[arg(long, value_name = "K", default_values_t = [3, 5], value_parser = clap::value_parser!(u16).range(1..))]
    top: Vec<u16>,
    #[command(flatten)]
    resampling: Resampling,
    #[command(flatten)]
    format: Format,
}

/// How intervals are bootstrapped.
#[derive(Args, Clone, Copy)]
pub struct Resampling {
    /// How often examples are drawn anew for the intervals of F1 and kappa
    #[arg(long, value_name = "N", default_value_t = crate::analysis::REPLICATES)]
    replicates: usize,
    /// The same seed draws the same
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Resampling {
    /// Draws.
    pub fn bootstrap(self, confusion: &Confusion) -> Bootstrap {
        bootstrap(confusion, self.replicates, self.seed)
    }
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    scores: Scores,
    kappa: Option<f64>,
    averages: Option<Averages>,
    intervals: Bootstrap,
}

/// Prints the scores.
pub fn run(project: Option<&Path>, args: &MetricsArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let report = report(&input, args)?;
    let Report { scores, averages, intervals, kappa } = &report;
    let fields = [field("", "metric"), field("value", "value"), interval_of("value")];
    let mut sheet = Sheet::new(&fields);
    let mut row = |name: String, [value, range]: [Cell; 2]| sheet.row([name.into(), value, range]);
    row("accuracy".into(), proportion(scores.accuracy));
    for top in &scores.top_k {
        row(format!("top-{} accuracy", top.k), proportion(top.accuracy));
    }
    let f1 = averages.map(|a| (a.macro_average.f1, a.weighted.f1));
    row("macro F1".into(), resampled(f1.map(|f| f.0), intervals.macro_f1));
    row("weighted F1".into(), resampled(f1.map(|f| f.1), intervals.weighted_f1));
    row("macro precision".into(), bare(averages.map(|a| a.macro_average.precision)));
    row("macro recall".into(), bare(averages.map(|a| a.macro_average.recall)));
    row("Cohen's kappa".into(), resampled(*kappa, intervals.kappa));
    row("log loss".into(), bare(scores.log_loss));
    row("Brier score".into(), bare(scores.brier));
    let head = format!("{}   {} examples", input.title, count(scores.examples));
    Page::new(head, sheet).notes(nothing(scores.examples)).print(&report, args.format, out)
}

fn report(input: &Input, args: &MetricsArgs) -> Result<Report> {
    let confusion = Confusion::count(&input.labels, &input.predictions, input.classes.len())?;
    let top: Vec<usize> = args.top.iter().map(|&k| usize::from(k)).collect();
    let scores = labelled!(input, data => ScoreSums::of(data, &top)).scores();
    Ok(Report {
        scores,
        kappa: confusion.kappa(),
        averages: confusion.averages(),
        intervals: args.resampling.bootstrap(&confusion),
    })
}

fn resampled(value: Option<f64>, interval: Option<Estimate>) -> [Cell; 2] {
    let [value, none] = bare(value);
    [value, interval.map_or(none, |e| Cell::Span(e.low, e.high))]
}

fn bare(value: Option<f64>) -> [Cell; 2] {
    [value.map_or(Cell::None, Cell::Number), Cell::None]
}
