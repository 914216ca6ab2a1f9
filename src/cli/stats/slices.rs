//! `gaffe stats slices`: where the errors are.

use super::input::Source;
use super::slice_rows::{Rows, Wrong, of_source, of_table, of_tag};
use crate::analysis::slices::{
    ByValue, Checked, Counts, Features, Figures, SearchOptions, Skipped, Slice, ValueErrors,
    confirm, min_support, search,
};
use crate::cli::print::{Format, count, percent};
use crate::insight::nothing;
use crate::insight::proportion;
use crate::insight::{Cell, Field, Page, Sheet, field, interval_of};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe stats slices\n  gaffe stats slices --properties --conditions 2\n  \
    gaffe stats slices --of blurry\n  gaffe stats slices --table dev.csv --error wrong\n\n\
    Given slices are the values of the columns. Found ones are the worst combinations of values \
    (SliceLine), found on one half of the examples and tested on the other: only what is confirmed \
    there is a finding. Lift is the error of the slice divided by that of all; p is Holm-corrected."
)]
pub struct SlicesArgs {
    #[command(flatten)]
    source: Source,
    /// Any table, with --error; no project is needed
    #[arg(long, value_name = "T.csv", requires = "error", conflicts_with_all = ["probs", "labels", "run", "split", "of"])]
    table: Option<PathBuf>,
    /// The column of the table that says what is an error (0/1, yes/no), or how large its loss is
    #[arg(long, value_name = "COLUMN", requires = "table")]
    error: Option<String>,
    /// Look for slices of the reviewed errors that have this tag more often than others
    #[arg(long, value_name = "TAG", conflicts_with = "probs")]
    of: Option<String>,
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
    /// Of all examples; half of it is needed on the half that is searched.
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
        _ => of_source(&args.source, project, args.properties, args.search.seed)?,
    };
    let report = report(&rows, &args.search)?;
    page(&rows, &report, args.format).print(&report, args.format, out)
}

fn report<'a>(rows: &'a Rows, args: &Search) -> Result<Report<'a>> {
    let &Search { alpha, top, conditions, min_support: least, .. } = args;
    let options = SearchOptions { alpha, top, conditions, min_support: least };
    let features = &rows.features;
    let mut report = Report {
        title: rows.title.clone(),
        all: None,
        min_support: least.unwrap_or_else(|| min_support(rows.wrong.counted())),
        values: vec![],
        found: vec![],
        by_loss: vec![],
        skipped: features.skipped(),
    };
    match &rows.wrong {
        Wrong::Flags(errors) => {
            let by_value = ByValue::new(features, errors)?;
            report.all = Some(by_value.all());
            report.values = by_value.lines(features);
            let worst = |v: &ValueErrors| v.figures.lift.unwrap_or(0.0);
            report.values.sort_by(|a, b| {
                a.p_holm.total_cmp(&b.p_holm).then_with(|| worst(b).total_cmp(&worst(a)))
            });
            report.found = confirm(features, errors, &rows.half, &options)?;
        }
        Wrong::Losses(losses) => report.by_loss = search(features, losses, &options)?,
    }
    Ok(report)
}

fn page<'a>(rows: &Rows, report: &'a Report<'a>, format: Format) -> Page {
    let head = match report.all {
        Some(all) => {
            let (some, n) = (count(all.errors), count(all.examples));
            match &rows.tag {
                Some(tag) => format!("{}   {some} with tag {tag} of {n} errors", report.title),
                None => format!("{}   {some} errors of {n} examples", report.title),
            }
        }
        None => format!("{}   {} examples", report.title, count(rows.features.rows())),
    };
    if format.csv {
        return Page::new(head, everything(rows, report));
    }
    let mut page = Page::new(head, Sheet::new(&[]));
    page.sheets = match report.all {
        Some(_) => vec![
            ("given slices, surest first".to_owned(), value_sheet(rows, &report.values)),
            (
                "found slices, on the half that tested them".to_owned(),
                found_sheet(rows, &report.found),
            ),
        ],
        None => vec![(String::new(), loss_sheet(&rows.features, &report.by_loss))],
    };
    page.notes(notes(rows, report))
}

/// The figures of errors; the last one is the ceiling.
const FIGURES: [Field; 7] = [
    field("slice", "slice"),
    field("examples", "examples"),
    field("error", "error"),
    interval_of("error"),
    field("lift", "lift"),
    field("p (Holm)", "p_holm"),
    field("if solved", "ceiling"),
];

/// The same of a tag, where there is nothing to solve.
const OF_TAG: [Field; 6] = [
    field("slice", "slice"),
    field("errors", "errors"),
    field("with tag", "share"),
    interval_of("share"),
    field("lift", "lift"),
    field("p (Holm)", "p_holm"),
];

fn empty_sheet(rows: &Rows, more: &[Field]) -> Sheet {
    let figures: &[Field] = if rows.tag.is_some() { &OF_TAG } else { &FIGURES };
    Sheet::new(&[figures, more].concat())
}

fn figures(rows: &Rows, name: &str, f: &Figures, p: f64, ceiling: f64) -> Vec<Cell> {
    let [error, range] = proportion(Some(f.error).filter(|_| f.examples > 0));
    let lift = f.lift.map_or(Cell::None, Cell::Number);
    let mut cells = vec![name.into(), f.examples.into(), error, range, lift, Cell::P(p)];
    if rows.tag.is_none() {
        cells.push(Cell::Share(ceiling));
    }
    cells
}

fn value_cells(rows: &Rows, value: &ValueErrors) -> Vec<Cell> {
    figures(rows, &value.name, &value.figures, value.p_holm, value.figures.ceiling)
}

/// The figures of the other half, and the ceiling of the whole: what there is to solve.
fn found_cells(rows: &Rows, slice: &Checked) -> Vec<Cell> {
    figures(rows, &slice.name, &slice.other, slice.p_holm, slice.whole.ceiling)
}

fn value_sheet(rows: &Rows, values: &[ValueErrors]) -> Sheet {
    let mut sheet = empty_sheet(rows, &[]);
    for value in values {
        sheet.row(value_cells(rows, value));
    }
    sheet
}

/// Narrower versions of better slices are left to `--csv` and `--json`.
fn found_sheet(rows: &Rows, found: &[Checked]) -> Sheet {
    let mut sheet = empty_sheet(rows, &[field("confirmed", "confirmed")]);
    for slice in found.iter().filter(|slice| slice.narrows.is_none()) {
        sheet.row([found_cells(rows, slice), vec![slice.confirmed.into()]].concat());
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
fn everything(rows: &Rows, report: &Report<'_>) -> Sheet {
    if report.all.is_none() {
        return loss_sheet(&rows.features, &report.by_loss);
    }
    let mut sheet = empty_sheet(rows, &[field("kind", "kind")]);
    for value in &report.values {
        sheet.row([value_cells(rows, value), vec!["given".into()]].concat());
    }
    for slice in &report.found {
        let kind = if slice.confirmed { "confirmed" } else { "not confirmed" };
        sheet.row([found_cells(rows, slice), vec![kind.into()]].concat());
    }
    sheet
}

fn notes(rows: &Rows, report: &Report<'_>) -> Vec<String> {
    let mut notes: Vec<String> = nothing(rows.features.rows()).into_iter().collect();
    if report.values.is_empty() && report.by_loss.is_empty() {
        notes.push("there are no columns to slice by".to_owned());
    }
    if report.all.is_none() {
        notes.push(
            "neither 0/1 nor yes/no, so taken as losses: slices by loss are not tested".to_owned(),
        );
    }
    let confirmed = |slice: &&Checked| slice.confirmed;
    let narrower = report.found.iter().filter(|slice| slice.narrows.is_some()).count();
    if !report.found.is_empty() {
        let (all, sure) = (report.found.len(), report.found.iter().filter(confirmed).count());
        let more = match narrower {
            0 => String::new(),
            n => format!("; {n} only narrow a better one: --csv and --json have them"),
        };
        notes.push(format!("{sure} of {all} found slices are confirmed{more}"));
    }
    if let (Some(best), None) = (report.found.iter().find(confirmed), &rows.tag) {
        let ceiling = percent(best.whole.ceiling);
        notes.push(format!("with {} solved the error would be {ceiling}", best.name));
    }
    for skipped in report.skipped {
        notes.push(format!("{} is no slice: {}", skipped.name, skipped.reason));
    }
    notes
}
