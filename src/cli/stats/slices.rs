//! `gaffe stats slices`: where the errors are.

use super::input::Source;
use super::sheet::{Cell, Field, Page, Sheet, field, interval_of};
use super::slice_rows::{Rows, of_source, of_table, of_tag};
use crate::analysis::slices::{
    ByValue, Checked, Counts, Features, Figures, SearchOptions, Skipped, Slice, ValueErrors,
    confirm, min_support, search,
};
use crate::cli::print::{Format, count, percent};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe stats slices\n  gaffe stats slices --properties --conditions 2\n  \
    gaffe stats slices --of blurry\n  gaffe stats slices --table dev.csv --error wrong\n\n\
    Given slices are the values of the columns. Found ones are the worst combinations of values\n\
    (SliceLine), found on one half of the examples and tested on the other: only what is confirmed\n\
    there is a finding. Lift is the error of the slice divided by that of all; p is Holm-corrected."
)]
pub struct SlicesArgs {
    #[command(flatten)]
    source: Source,
    /// Any table, with --error; no project is needed
    #[arg(long, value_name = "T.csv", requires = "error", conflicts_with_all = ["probs", "run", "split", "of", "tags"])]
    table: Option<PathBuf>,
    /// The column of the table that says what is an error (0/1, yes/no), or how large its loss is
    #[arg(long, value_name = "COLUMN", requires = "table")]
    error: Option<String>,
    /// Look for slices of the reviewed errors that have this tag more often than others
    #[arg(long, value_name = "TAG", conflicts_with_all = ["probs", "tags"])]
    of: Option<String>,
    /// Take tags as properties of the examples, too
    #[arg(long, conflicts_with = "probs")]
    tags: bool,
    /// Measure properties of pictures and texts, such as brightness or length, and slice by them
    #[arg(long, conflicts_with_all = ["probs", "table"])]
    properties: bool,
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    format: Format,
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

#[derive(Serialize)]
struct Report<'a> {
    title: String,
    all: Option<Counts>,
    min_support: usize,
    values: Vec<ValueErrors>,
    found: Vec<Checked>,
    /// By loss: not confirmed.
    by_loss: Vec<Slice>,
    skipped: &'a [Skipped],
}

/// Prints given and found slices.
pub fn run(project: Option<&Path>, args: &SlicesArgs, out: &mut dyn Write) -> Result<()> {
    let rows = match (&args.table, &args.error, &args.of) {
        (Some(table), Some(error), _) => of_table(table, error, args.search.seed)?,
        (_, _, Some(tag)) => of_tag(&args.source, project, tag, args.properties, args.search.seed)?,
        _ => of_source(&args.source, project, args.tags, args.properties, args.search.seed)?,
    };
    let report = report(&rows, &args.search)?;
    page(&rows, &report, args.format).print(args.format, out)
}

fn report<'a>(rows: &'a Rows, args: &Search) -> Result<Report<'a>> {
    let &Search { alpha, top, conditions, min_support: least, .. } = args;
    let options = SearchOptions { alpha, top, conditions, min_support: least };
    let features = &rows.features;
    let mut report = Report {
        title: rows.title.clone(),
        all: None,
        min_support: least.unwrap_or_else(|| min_support(features.rows())),
        values: vec![],
        found: vec![],
        by_loss: vec![],
        skipped: features.skipped(),
    };
    match &rows.errors {
        Ok(errors) => {
            let by_value = ByValue::new(features, errors)?;
            report.all = Some(by_value.all());
            report.values = by_value.lines(features);
            let worst = |v: &ValueErrors| v.figures.lift.unwrap_or(0.0);
            report.values.sort_by(|a, b| {
                a.p_holm.total_cmp(&b.p_holm).then_with(|| worst(b).total_cmp(&worst(a)))
            });
            report.found = confirm(features, errors, &rows.half, &options)?;
        }
        Err(losses) => report.by_loss = search(features, losses, &options)?,
    }
    Ok(report)
}

fn page<'a>(rows: &Rows, report: &'a Report<'a>, format: Format) -> Page<'a, Report<'a>> {
    let head = match report.all {
        Some(all) => format!(
            "{}   {} {} of {} examples",
            report.title,
            count(all.errors),
            rows.what,
            count(all.examples)
        ),
        None => format!("{}   {} examples", report.title, count(rows.features.rows())),
    };
    if format.csv {
        return Page::new(report, head, everything(&rows.features, report));
    }
    let mut page = Page::new(report, head, Sheet::new(&[]));
    page.sheets = match report.all {
        Some(_) => vec![
            ("given slices, surest first".to_owned(), value_sheet(&report.values)),
            ("found slices, on the half that tested them".to_owned(), found_sheet(&report.found)),
        ],
        None => vec![(String::new(), loss_sheet(&rows.features, &report.by_loss))],
    };
    page.notes(notes(report))
}

const FIGURES: [Field; 7] = [
    field("slice", "slice"),
    field("examples", "examples"),
    field("error", "error"),
    interval_of("error"),
    field("lift", "lift"),
    field("if solved", "ceiling"),
    field("p", "p_holm"),
];

fn figures(name: &str, f: &Figures, p: f64) -> Vec<Cell> {
    vec![
        name.into(),
        f.examples.into(),
        Cell::Share(f.error.share),
        Cell::Range(f.error.low, f.error.high),
        f.lift.map_or(Cell::None, Cell::Number),
        Cell::Share(f.ceiling),
        Cell::Number(p),
    ]
}

fn value_sheet(values: &[ValueErrors]) -> Sheet {
    let mut sheet = Sheet::new(&FIGURES);
    for value in values {
        sheet.row(figures(&value.name, &value.figures, value.p_holm));
    }
    sheet
}

/// The figures of the other half, and the ceiling of the whole: what there is to solve. Narrower
/// versions of better slices are left to `--csv` and `--json`.
fn found_sheet(found: &[Checked]) -> Sheet {
    let mut sheet = Sheet::new(&[FIGURES.as_slice(), &[field("confirmed", "confirmed")]].concat());
    for slice in found.iter().filter(|slice| slice.narrows.is_none()) {
        let mut cells = figures(&slice.name, &slice.other, slice.p_holm);
        cells[5] = Cell::Share(slice.whole.ceiling);
        cells.push(slice.confirmed.into());
        sheet.row(cells);
    }
    sheet
}

fn loss_sheet(features: &Features, found: &[Slice]) -> Sheet {
    let fields =
        [field("slice", "slice"), field("examples", "examples"), field("mean loss", "mean_loss")];
    let mut sheet = Sheet::new(&[fields.as_slice(), &[field("score", "score")]].concat());
    for slice in found {
        let name = features.name_of(&slice.conditions);
        let mean = Cell::Number(slice.mean_loss);
        sheet.row([name.into(), slice.size.into(), mean, Cell::Number(slice.score)]);
    }
    sheet
}

/// All slices under one header.
fn everything(features: &Features, report: &Report<'_>) -> Sheet {
    if report.all.is_none() {
        return loss_sheet(features, &report.by_loss);
    }
    let mut sheet = Sheet::new(&[FIGURES.as_slice(), &[field("kind", "kind")]].concat());
    for value in &report.values {
        sheet.row(
            [figures(&value.name, &value.figures, value.p_holm), vec!["given".into()]].concat(),
        );
    }
    for slice in &report.found {
        let kind = if slice.confirmed { "confirmed" } else { "not confirmed" };
        sheet.row([figures(&slice.name, &slice.other, slice.p_holm), vec![kind.into()]].concat());
    }
    sheet
}

fn notes(report: &Report<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if report.values.is_empty() && report.by_loss.is_empty() {
        notes.push("there are no columns to slice by".to_owned());
    }
    let confirmed = report.found.iter().filter(|slice| slice.confirmed).count();
    if !report.found.is_empty() {
        notes.push(format!("{confirmed} of {} found slices are confirmed", report.found.len()));
    }
    let narrower = report.found.iter().filter(|slice| slice.narrows.is_some()).count();
    if narrower > 0 {
        notes
            .push(format!("{narrower} that only narrow a better one are left to --csv and --json"));
    }
    if let Some(best) = report.found.iter().find(|slice| slice.confirmed) {
        let ceiling = percent(best.whole.ceiling);
        notes.push(format!("with {} solved the error would be {ceiling}", best.name));
    }
    for skipped in report.skipped {
        notes.push(format!("{} is no slice: {}", skipped.name, skipped.reason));
    }
    notes
}
