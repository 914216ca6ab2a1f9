//! `gaffe stats confusion`: which class is taken for which.

use super::input::Source;
use crate::analysis::{ConfusedPair, Confusion, Proportion};
use crate::cli::print::{Format, Table, count};
use crate::insight::{Cell, Page, Sheet, field, interval_of};
use crate::insight::{Input, nothing};
use crate::media::text;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats confusion\n  \
    gaffe stats confusion --pairs 50 --csv\n  \
    gaffe stats confusion --probs p.npy --labels y.npy --json\n\n\
    Rows are labels, columns predictions. --json has the whole matrix, --csv the pairs.")]
pub struct ConfusionArgs {
    #[command(flatten)]
    source: Source,
    /// How many of the most confused pairs [default: 10; all with --csv and --json]
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Pair<'a> {
    label: &'a str,
    prediction: &'a str,
    count: usize,
    /// Of the examples with this label.
    share: Proportion,
}

#[derive(Serialize)]
struct Report<'a> {
    classes: &'a [String],
    examples: usize,
    right: usize,
    kappa: Option<f64>,
    /// Row: label; column: prediction.
    matrix: Vec<&'a [u32]>,
    pairs: Vec<Pair<'a>>,
}

/// Pairs that people are shown.
const PAIRS: usize = 10;

/// More classes than this are too wide for a screen.
const WIDEST: usize = 12;

/// Prints the matrix and the worst pairs.
pub fn run(project: Option<&Path>, args: &ConfusionArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let confusion = Confusion::count(&input.labels, &input.predictions, input.classes.len())?;
    let name = |k: u32| input.classes.name(k);
    let most = if args.format.csv || args.format.json { usize::MAX } else { PAIRS };
    let pairs = args.pairs.unwrap_or(most);
    let pair = |p: ConfusedPair| Pair {
        label: name(p.label),
        prediction: name(p.prediction),
        count: p.count,
        share: p.share,
    };
    let report = Report {
        classes: input.classes.names(),
        examples: confusion.examples(),
        right: confusion.right(),
        kappa: confusion.kappa(),
        matrix: (0..confusion.classes() as u32).map(|k| confusion.row(k)).collect(),
        pairs: confusion.worst_pairs(pairs).into_iter().map(pair).collect(),
    };
    let (errors, examples) = (report.examples - report.right, count(report.examples));
    let mut head =
        vec![format!("{}   {} errors of {examples} examples", input.title, count(errors))];
    if confusion.classes() <= WIDEST {
        head.push(String::new());
        head.extend(matrix(&input, &confusion).lines());
    }
    Page { head, ..Page::new(String::new(), pair_sheet(&report.pairs)) }
        .notes(nothing(report.examples))
        .print(&report, args.format, out)
}

fn pair_sheet(pairs: &[Pair<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("label", "label"),
        field("taken for", "prediction"),
        field("count", "count"),
        field("of the label", "share"),
        interval_of("share"),
    ]);
    for pair in pairs {
        let Proportion { share, low, high } = pair.share;
        let cells = [pair.label.into(), pair.prediction.into(), pair.count.into()];
        sheet.row([cells.as_slice(), &[Cell::Share(share), Cell::Range(low, high)]].concat());
    }
    sheet
}

fn matrix(input: &Input, confusion: &Confusion) -> Table {
    let short = |name: &String| text::fit(name, 10);
    let names: Vec<String> = input.classes.names().iter().map(short).collect();
    let headers: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(&headers);
    for (k, name) in (0_u32..).zip(input.classes.names()) {
        let counts = confusion.row(k).iter().map(|&n| match n {
            0 => "–".to_owned(),
            n => count(n as usize),
        });
        table.row(std::iter::once(name.clone()).chain(counts).collect::<Vec<_>>());
    }
    table
}
