//! `gaffe check`: what is wrong or strange in the data.

use super::print::{count, json};
use super::score::{Bar, on_interrupt};
use super::{SplitArg, reading};
use crate::dataset::Split;
use crate::insight::{Cell, Page, Sheet, field, interval_of, proportion};
use crate::project::{Check, Finding, Project, RunCheck, Scoring, Watch};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::io::Write;
use std::sync::Mutex;

/// Cases of a finding that people are shown.
const SHOWN: usize = 3;
/// Rows of a table that people are shown.
const MOST_ROWS: usize = 50;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe check\n  gaffe check --no-files\n  \
    gaffe check --split dev --json\n  gaffe check --strict          in CI\n\n\
    Serious, and an exit code of 1 with --strict: rows that can't be read, have no id, the id of\n\
    another or a label that is no class; files that are missing or can't be decoded; the same content\n\
    in two splits or under two labels; runs that can't be used; classes in another order than the\n\
    predictions; a damaged journal. Not serious: rows without a label or split, empty texts, the same content\n\
    again in a split, examples without a prediction, decisions on examples that are gone.")]
pub struct CheckArgs {
    /// Only this split: it is not compared with others then [default: all]
    #[arg(long, value_enum)]
    split: Option<SplitArg>,
    /// Look for the files only: none is read, so their content is not compared
    #[arg(long)]
    no_files: bool,
    /// Fail when anything serious is found
    #[arg(long)]
    strict: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints what is found.
pub fn run(project: &Project, args: &CheckArgs, out: &mut dyn Write) -> Result<()> {
    // all of it is in the report
    project.set_tell(None);
    let splits: Vec<Split> = match args.split {
        Some(split) => vec![split.into()],
        None => project.config().splits.keys().copied().collect(),
    };
    let report = check(project, &splits, !args.no_files)?;
    if args.json {
        json(&report, out)?;
    } else {
        for line in page(&report).lines(MOST_ROWS, usize::MAX) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    let serious = report.serious();
    let are = if serious == 1 { "finding is" } else { "findings are" };
    ensure!(!args.strict || serious == 0, "{serious} {are} serious");
    Ok(())
}

/// Checks, with a bar of progress that Ctrl-C stops.
fn check(project: &Project, splits: &[Split], decode: bool) -> Result<Check> {
    // tables are read before Ctrl-C is taken, so that it ends that at once
    for &split in splits {
        project.examples(split)?;
    }
    // from now on the line is the bar's
    reading::hide();
    let cancel = on_interrupt()?;
    let bar = Mutex::new(None);
    let tick = |at: Scoring| {
        let Ok(mut bar) = bar.lock() else { return };
        if bar.is_none() {
            *bar = Bar::new("checking", at.of).ok();
        }
        if let Some(bar) = &*bar {
            bar.show(at);
        }
    };
    let checked = project.check(splits, decode, &Watch { tick: &tick, cancel: &cancel });
    if let Ok(Some(bar)) = bar.into_inner() {
        bar.clear();
    }
    checked?.context("stopped; nothing was checked to the end")
}

fn page(report: &Check) -> Page {
    let serious = match (report.findings.len(), report.serious()) {
        (0, _) => "nothing wrong was found".to_owned(),
        (1, serious) => {
            format!("1 finding, {}", if serious == 1 { "serious" } else { "not serious" })
        }
        (all, serious) => format!("{all} findings, {serious} of them serious"),
    };
    let head = format!("{}   {serious}", report.project);
    let mut page = Page::new(head, splits(report));
    page = page.with("examples per class", classes(report)).with("runs", runs(&report.runs));
    let note = |run: &RunCheck| {
        let (name, split) = (run.run.clone(), run.split);
        run.notes.clone().into_iter().map(move |note| format!("{name} on {split}: {note}"))
    };
    page = page.notes(report.runs.iter().flat_map(note));
    for finding in &report.findings {
        page = page.notes(lines(finding));
    }
    if report.decoded { page } else { page.note("files were looked for, not read (--no-files)") }
}

fn lines(finding: &Finding) -> Vec<String> {
    let mark = if finding.serious { "!" } else { "·" };
    let mut lines = vec![format!("{mark} {}", finding.what)];
    for case in finding.first.iter().take(SHOWN) {
        lines.extend(case.describe().lines().map(|line| format!("    {}", line.trim_start())));
    }
    let more = finding.count.saturating_sub(SHOWN);
    if more > 0 && !finding.first.is_empty() {
        lines.push(format!("    and {} more", count(more)));
    }
    lines
}

fn splits(report: &Check) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("split", "split"),
        field("table", "table"),
        field("shows", "shows"),
        field("examples", "examples"),
        field("left out", "left_out"),
    ]);
    for split in &report.splits {
        let table = split.table.display().to_string();
        let counts = [split.examples, split.left_out].map(Cell::from);
        let names: [Cell; 3] = [split.split.name().into(), table.into(), split.shows.into()];
        sheet.row([&names[..], &counts].concat());
    }
    sheet
}

fn classes(report: &Check) -> Sheet {
    let splits = report.splits.iter().map(|split| field(split.split.name(), split.split.name()));
    let fields: Vec<_> = std::iter::once(field("class", "class")).chain(splits).collect();
    let mut sheet = Sheet::new(&fields);
    for (k, class) in report.classes.iter().enumerate() {
        let counts = report.splits.iter().map(|split| Cell::from(split.per_class.get(k).copied()));
        sheet.row(std::iter::once(Cell::from(class.as_str())).chain(counts).collect::<Vec<_>>());
    }
    sheet
}

fn runs(runs: &[RunCheck]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("run", "run"),
        field("split", "split"),
        field("predicted", "predicted"),
        field("without", "without"),
        field("accuracy", "accuracy"),
        interval_of("accuracy"),
    ]);
    for run in runs {
        let names: [Cell; 2] = [run.run.as_str().into(), run.split.name().into()];
        let counts = [run.predicted, run.without].map(Cell::from);
        sheet.row([&names[..], &counts, &proportion(run.accuracy)].concat());
    }
    sheet
}
