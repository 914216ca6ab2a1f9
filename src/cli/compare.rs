//! `gaffe compare A B`: what B fixed and what it broke.

use super::print::{self, Table, count, percent};
use super::{SplitArg, decisions};
use crate::analysis::{self, Comparison, Group};
use crate::dataset::{Examples, Split};
use crate::project::Project;
use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe compare v1 v2\n  gaffe compare v1 v2 --by capture")]
pub struct CompareArgs {
    /// The run before
    before: String,
    /// The run after
    after: String,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Compare within each value of a metadata column
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// More values than this are no groups.
const MOST_GROUPS: usize = 50;

#[derive(Serialize)]
struct Report<'a> {
    before: &'a str,
    after: &'a str,
    split: Split,
    #[serde(flatten)]
    total: Comparison,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
}

/// Prints the comparison under the labels as corrected so far.
pub fn run(project: &Project, args: &CompareArgs, out: &mut dyn Write) -> Result<()> {
    let split = Split::from(args.split);
    let examples = project.examples(split)?;
    let before = project.run(&args.before, split, &examples)?;
    let after = project.run(&args.after, split, &examples)?;
    let relabels = project.relabels(&examples, &decisions(project)?);
    let column = args.by.as_deref().map(|name| find_column(&examples, name)).transpose()?;
    let by = |column| analysis::compare_by(&examples.gold, &relabels, (&before, &after), column);
    let report = Report {
        before: &args.before,
        after: &args.after,
        split,
        total: analysis::compare(&examples.gold, &relabels, &before, &after),
        by: args.by.as_deref(),
        groups: column.map(by).unwrap_or_default(),
    };
    if let (Some(by), true) = (report.by, report.groups.len() > MOST_GROUPS) {
        bail!(
            "column {by:?} has {} values, more than {MOST_GROUPS}\n  \
             choose one with few values, such as where or how the data was taken",
            report.groups.len()
        );
    }
    if args.json { print::json(&report, out) } else { print_report(&report, out) }
}

fn find_column<'a>(examples: &'a Examples, name: &str) -> Result<&'a crate::dataset::Column> {
    examples.metadata.iter().find(|column| column.name == name).ok_or_else(|| {
        let there: Vec<&str> = examples.metadata.iter().map(|c| c.name.as_str()).collect();
        anyhow!("no metadata column {name:?}\n  there is: {}", there.join(", "))
    })
}

fn print_report(report: &Report<'_>, out: &mut dyn Write) -> Result<()> {
    let Comparison { fixed, broken, still_wrong, .. } = report.total;
    let (before, after) = (report.before, report.after);
    let first = report.by.unwrap_or("");
    let headers =
        [first, "examples", &format!("{before} error"), &format!("{after} error"), "fixed", "new"];
    let mut table = Table::new(&headers);
    for group in &report.groups {
        table.row(cells(&group.value, &group.comparison));
    }
    table.row(cells(report.split.name(), &report.total));
    table.print(out)?;
    writeln!(
        out,
        "\n{after} fixes {} errors of {before}, makes {} new ones; {} are wrong in both.",
        count(fixed),
        count(broken),
        count(still_wrong)
    )?;
    Ok(())
}

fn cells(name: &str, c: &Comparison) -> [String; 6] {
    let rate = |errors: usize| percent(errors as f64 / c.examples.max(1) as f64);
    [
        name.to_owned(),
        count(c.examples),
        rate(c.errors_before),
        rate(c.errors_after),
        count(c.fixed),
        count(c.broken),
    ]
}
