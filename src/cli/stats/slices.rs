//! `gaffe stats slices`: where the errors are.

use super::args::by_name;
use super::input::Source;
use super::properties::measure;
use crate::analysis::slices::SearchOptions;
use crate::cli::print::Format;
use crate::dataset::Column;
use crate::insight::slices::{Ask, Order, Report, Show, answer_with, of_table};
use crate::insight::{FromProject, Watch};
use crate::store::load_filters;
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe stats slices\n  gaffe stats slices --properties --conditions 2\n  \
    gaffe stats slices --pinned --versus v2\n  gaffe stats slices --of blurry\n  \
    gaffe stats slices --table dev.csv --error wrong\n\n\
    Pinned slices are the filters that have names: W in the review keeps one. Given slices are the \
    values of the columns. Found ones are the worst combinations of values \
    (SliceLine), found on one half of the examples and tested on the other: only what is confirmed \
    there is a finding. Lift is the error of the slice divided by that of all; p is Holm-corrected; \
    the ceiling is the error of all if the slice were solved."
)]
pub struct SlicesArgs {
    #[command(flatten)]
    source: Source,
    /// Any table, with --error; no project is needed
    #[arg(long, value_name = "T.csv", requires = "error", conflicts_with_all = ["probs", "labels", "run", "split", "of", "filter"])]
    table: Option<PathBuf>,
    /// The column of the table that says what is an error (0/1, yes/no), or how large its loss is
    #[arg(long, value_name = "COLUMN", requires = "table")]
    error: Option<String>,
    /// Look for slices of the reviewed errors that have this tag more often than others
    #[arg(long, value_name = "TAG", conflicts_with = "probs")]
    of: Option<String>,
    /// What another run does on each slice
    #[arg(long, value_name = "RUN", conflicts_with_all = ["probs", "table", "of"])]
    versus: Option<String>,
    #[command(flatten)]
    kinds: Kinds,
    /// The order of the slices in the tables
    #[arg(long, value_name = "HOW", default_value = Order::Surety.name(), value_parser = by_name(&Order::ALL, Order::name))]
    sort: Order,
    /// Measure properties of pictures and texts, such as brightness or length, and slice by them
    #[arg(long, conflicts_with_all = ["probs", "table"])]
    properties: bool,
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    format: Format,
}

/// Which slices are wanted.
#[derive(Args)]
#[group(multiple = false)]
struct Kinds {
    /// Only the pinned slices
    #[arg(long, conflicts_with_all = ["probs", "table"])]
    pinned: bool,
    /// Only the given slices: nothing is searched
    #[arg(long)]
    given: bool,
    /// Only the found slices
    #[arg(long)]
    found: bool,
}

/// How slices are searched.
#[derive(Args)]
struct Search {
    /// Weight of a slice's error against its size, above 0 and at most 1
    #[arg(long, value_name = "A", default_value_t = SearchOptions::default().alpha)]
    alpha: f64,
    /// No more than so many found slices
    #[arg(long, value_name = "N", default_value_t = SearchOptions::default().top)]
    top: usize,
    /// No more than so many conditions a slice
    #[arg(long, value_name = "N", default_value_t = SearchOptions::default().conditions)]
    conditions: usize,
    /// No fewer than so many examples a slice [default: 1 % of them, at least 32]
    #[arg(long, value_name = "N")]
    min_support: Option<usize>,
    /// Which examples are searched and which test what was found
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Prints pinned, given and found slices.
pub fn run(project: Option<&Path>, args: &SlicesArgs, out: &mut dyn Write) -> Result<()> {
    let report = match (&args.table, &args.error) {
        (Some(table), Some(error)) => {
            Watch::whole(|watch| of_table(table, error, &args.ask(), watch))?
        }
        _ => of_source(project, args)?,
    };
    let page = if args.format.csv { report.everything() } else { report.page() };
    page.print(&report, args.format, out)
}

fn of_source(project: Option<&Path>, args: &SlicesArgs) -> Result<Report> {
    let input = args.source.read(project)?;
    let mut ask = args.ask();
    let mut measured = vec![];
    if let Some(from) = &input.project {
        ask.pins = load_filters(&from.project.data_dir())?;
        measured = if args.properties { properties(from)? } else { vec![] };
    }
    Watch::whole(|watch| answer_with(&input, measured, &ask, watch))
}

/// What is measured and not there already.
fn properties(from: &FromProject) -> Result<Vec<Column>> {
    let measured = measure(&from.project, from.examples())?.columns;
    Ok(measured.into_iter().filter(|column| !column.name.ends_with(" (measured)")).collect())
}

impl SlicesArgs {
    fn ask(&self) -> Ask {
        let &Search { alpha, top, conditions, min_support, seed } = &self.search;
        let show = match self.kinds {
            Kinds { pinned: true, .. } => Show::Pinned,
            Kinds { given: true, .. } => Show::Given,
            Kinds { found: true, .. } => Show::Found,
            Kinds { .. } => Show::All,
        };
        Ask {
            of: self.of.clone(),
            versus: self.versus.clone(),
            show,
            order: self.sort,
            options: SearchOptions { alpha, top, conditions, min_support },
            seed,
            ..Ask::default()
        }
    }
}
