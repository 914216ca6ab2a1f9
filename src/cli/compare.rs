//! `gaffe compare A B`: what B fixed and what it broke, and whether that is more than chance.

use super::print::{Format, count, percent};
use super::stats::input::{LabelFiles, from_files};
use super::{SplitArg, decisions, locate};
use crate::analysis::{Comparison, Evidence, Group, TwoRuns, effective_labels, groups};
use crate::dataset::{ClassNames, Examples, Ledger, Split, Tag};
use crate::insight::{Cell, Field, Page, Sheet, field, in_csv, interval_of, p_value};
use crate::project::Project;
use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe compare v1 v2\n  gaffe compare v1 v2 --by capture\n  \
    gaffe compare v1 v2 --by class --csv\n  \
    gaffe stats compare --probs a.npy --probs b.npy --labels y.npy\n\n\
    p is McNemar's exact test: how likely so uneven a split of fixed and new errors is by chance.")]
pub struct CompareArgs {
    /// The run before
    #[arg(required_unless_present = "probs", conflicts_with = "probs")]
    before: Option<String>,
    /// The run after
    #[arg(required_unless_present = "probs")]
    after: Option<String>,
    /// Class probabilities of both, without a project: give it twice
    #[arg(long, value_name = "P.npy", requires = "labels", conflicts_with = "split")]
    probs: Vec<PathBuf>,
    #[command(flatten)]
    labels: LabelFiles,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Compare within each value of a metadata column, each `class`, or each `tag`
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// More values than this are no groups.
const MOST_GROUPS: usize = 50;

#[derive(Serialize)]
struct Report {
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
}

/// Prints the comparison under the labels as corrected so far.
pub fn run(project: Option<&Path>, args: &CompareArgs, out: &mut dyn Write) -> Result<()> {
    let report = match args.probs.as_slice() {
        [] => of_project(&locate(project, None)?, args)?,
        [before, after] => of_files(before, after, args)?,
        _ => bail!("a comparison needs two runs: give --probs twice"),
    };
    print_report(&report, args.format, out)
}

fn of_project(project: &Project, args: &CompareArgs) -> Result<Report> {
    let (before, after) = args.before.clone().zip(args.after.clone()).unwrap_or_default();
    let split = Split::from(args.split);
    let examples = project.examples(split)?;
    let runs = (project.run(&before, split, &examples)?, project.run(&after, split, &examples)?);
    let ledger = decisions(project)?;
    let labels = effective_labels(&examples.gold, &project.relabels(&examples, &ledger));
    let pair =
        TwoRuns { labels: &labels, before: runs.0.predictions(), after: runs.1.predictions() };
    let groups = match args.by.as_deref() {
        Some(by) => groups_by(&pair, by, &examples, project.classes(), &ledger)?,
        None => vec![],
    };
    let total = pair.compare();
    let by = args.by.clone();
    Ok(Report { before, after, split: Some(split), total, evidence: total.evidence(), by, groups })
}

fn of_files(before: &Path, after: &Path, args: &CompareArgs) -> Result<Report> {
    let (a, b) = (from_files(before, &args.labels)?, from_files(after, &args.labels)?);
    let pair = TwoRuns { labels: &a.labels, before: &a.predictions, after: &b.predictions };
    let total = pair.compare();
    let groups = match args.by.as_deref() {
        None => vec![],
        Some("class") => by_class(&pair, &a.classes),
        Some(other) => bail!("without a project there is no {other:?} to compare by, only class"),
    };
    let name = |path: &Path| path.display().to_string();
    Ok(Report {
        before: name(before),
        after: name(after),
        split: None,
        total,
        evidence: total.evidence(),
        by: args.by.clone(),
        groups,
    })
}

/// A column of the data goes before `class` and `tag`.
fn groups_by(
    pair: &TwoRuns<'_>,
    by: &str,
    examples: &Examples,
    classes: &ClassNames,
    ledger: &Ledger,
) -> Result<Vec<Group>> {
    if let Some(column) = examples.metadata.iter().find(|column| column.name == by) {
        let groups = pair.by_column(column);
        ensure!(
            groups.len() <= MOST_GROUPS,
            "column {by:?} has {} values, more than {MOST_GROUPS}\n  \
             choose one with few values, such as where or how the data was taken",
            groups.len()
        );
        return Ok(groups);
    }
    match by {
        "class" => Ok(by_class(pair, classes)),
        "tag" => Ok(by_tag(pair, examples, ledger)),
        _ => {
            let there = examples.metadata.iter().map(|c| c.name.as_str()).chain(["class", "tag"]);
            let there = there.collect::<Vec<_>>().join(", ");
            Err(anyhow!("no metadata column {by:?}\n  there is: {there}"))
        }
    }
}

fn by_class(pair: &TwoRuns<'_>, classes: &ClassNames) -> Vec<Group> {
    let named = |(k, counts)| (classes.name(k).to_owned(), counts);
    groups((0_u32..).zip(pair.by_class(classes.len())).map(named))
}

fn by_tag(pair: &TwoRuns<'_>, examples: &Examples, ledger: &Ledger) -> Vec<Group> {
    let counts = |tag: &Tag| {
        let rows = tagged(examples, ledger, tag).into_iter().map(|row| row as usize);
        (tag.name.clone(), pair.compare_rows(rows))
    };
    groups(ledger.tags().iter().map(counts))
}

const FIELDS: [Field; 10] = [
    field("", "value"),
    field("examples", "examples"),
    field("before", "error_before"),
    field("after", "error_after"),
    field("change", "difference"),
    interval_of("difference"),
    field("fixed", "fixed"),
    field("new", "broken"),
    in_csv("still_wrong"),
    field("p", "p_value"),
];

fn print_report(report: &Report, format: Format, out: &mut dyn Write) -> Result<()> {
    let all = report.split.map_or("all", Split::name);
    let mut sheet = Sheet::new(&FIELDS);
    for group in &report.groups {
        sheet.row(cells(&group.value, &group.comparison, &group.evidence, group.p_holm));
    }
    sheet.row(cells(all, &report.total, &report.evidence, report.evidence.p_value));
    let head = format!("error of {} → {}", report.before, report.after);
    let mut page = Page::new(head, sheet).note(verdict(report)).note(churn(report));
    if !report.groups.is_empty() {
        page = page.note("p of groups is corrected for their number (Holm).");
    }
    page.print(report, format, out)
}

fn verdict(report: &Report) -> String {
    let Comparison { fixed, broken, still_wrong, .. } = report.total;
    let p = p_value(report.evidence.p_value);
    let chance = if report.evidence.is_beyond_chance() {
        format!("more than chance (p {p})")
    } else {
        format!("which chance alone could do (p {p})")
    };
    format!(
        "{} fixes {} errors of {} and makes {} new ones,\n{chance}; {} are wrong in both.",
        report.after,
        count(fixed),
        report.before,
        count(broken),
        count(still_wrong)
    )
}

fn churn(report: &Report) -> String {
    let share = percent(report.evidence.churn.share);
    format!("{share} of the predictions changed, right or wrong.")
}

fn cells(name: &str, c: &Comparison, evidence: &Evidence, p: f64) -> Vec<Cell> {
    let Evidence { error_before, error_after, difference, .. } = evidence;
    let known = |cell| if c.examples > 0 { cell } else { Cell::None };
    vec![
        name.into(),
        c.examples.into(),
        known(Cell::Share(error_before.share)),
        known(Cell::Share(error_after.share)),
        known(Cell::Difference(difference.value)),
        known(Cell::Differences(difference.low, difference.high)),
        c.fixed.into(),
        c.broken.into(),
        c.still_wrong.into(),
        Cell::P(p),
    ]
}

/// The rows with a tag, ascending.
fn tagged(examples: &Examples, ledger: &Ledger, tag: &Tag) -> Vec<u32> {
    let has = |id: &str| {
        ledger.review(examples.split, id).is_some_and(|review| review.tags.contains(&tag.id))
    };
    (0_u32..).zip(examples.ids.iter()).filter(|(_, id)| has(id)).map(|(row, _)| row).collect()
}
