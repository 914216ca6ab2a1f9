//! `gaffe tally`: the kinds of error, most frequent first, and the ceiling of each.

use super::print::{self, Format, Table, interval, percent};
use super::{Selection, desk};
use crate::analysis::{Basis, Category, Proportion, Tally, TallyRow};
use crate::dataset::{Ledger, Order, Split};
use crate::media::text;
use crate::project::{Desk, Project};
use crate::report::meaning;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe tally\n  gaffe tally --run v2 --json\n\n\
    The ceiling is the dev error that would be left if every error of that kind were solved.")]
pub struct TallyArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    project: &'a str,
    run: &'a str,
    split: Split,
    examples: usize,
    errors: usize,
    errors_after_fixes: usize,
    error: f64,
    error_after_fixes: f64,
    reviewed: usize,
    /// Passed by in random order.
    skipped: usize,
    unexplained: usize,
    basis: Basis,
    categories: &'a [CategoryRow],
}

const FIELDS: [&str; 9] = [
    "category",
    "kind",
    "count",
    "share",
    "share_low",
    "share_high",
    "ceiling",
    "ceiling_low",
    "ceiling_high",
];

#[derive(Serialize)]
struct CategoryRow {
    category: String,
    kind: &'static str,
    count: usize,
    share: f64,
    share_low: Option<f64>,
    share_high: Option<f64>,
    ceiling: Option<f64>,
    ceiling_low: Option<f64>,
    ceiling_high: Option<f64>,
}

impl CategoryRow {
    fn new(row: &TallyRow, basis: Basis, ledger: &Ledger) -> Self {
        // What describes only the reviewed errors has no interval.
        let known = |p: Proportion| (basis != Basis::ReviewedOnly).then_some(p);
        let (share, ceiling) = (known(row.share), row.ceiling.and_then(known));
        Self {
            category: row.category.name(ledger),
            kind: match row.category {
                Category::Tag(_) => "tag",
                Category::Verdict(_) => "verdict",
            },
            count: row.count,
            share: row.share.share,
            share_low: share.map(|s| s.low),
            share_high: share.map(|s| s.high),
            ceiling: row.ceiling.map(|c| c.share),
            ceiling_low: ceiling.map(|c| c.low),
            ceiling_high: ceiling.map(|c| c.high),
        }
    }
}

/// Prints the tally.
pub fn run(project: &Project, args: &TallyArgs, out: &mut dyn Write) -> Result<()> {
    let desk = desk(project, &args.selection, Order::default())?;
    let (split, run) = (desk.examples().split, &desk.run().name);
    let tally = desk.tally();
    let rows: Vec<CategoryRow> =
        tally.rows.iter().map(|row| CategoryRow::new(row, tally.basis, desk.ledger())).collect();
    if args.format.csv {
        return print::csv(&FIELDS, &rows, out);
    }
    if args.format.json {
        let report = Report {
            project: desk.project(),
            run,
            split,
            examples: tally.population.examples,
            errors: tally.population.errors,
            errors_after_fixes: tally.population.errors_after_fixes,
            error: tally.dev_error(),
            error_after_fixes: tally.dev_error_after_fixes(),
            reviewed: tally.reviewed,
            skipped: desk.skipped(),
            unexplained: tally.unexplained,
            basis: tally.basis,
            categories: &rows,
        };
        return print::json(&report, out);
    }
    let title = format!("{} · {split} · {run}", desk.project());
    print_table(&title, &desk, &tally, &rows, out)
}

fn print_table(
    title: &str,
    desk: &Desk,
    tally: &Tally,
    rows: &[CategoryRow],
    out: &mut dyn Write,
) -> Result<()> {
    let (errors, split) = (tally.population.errors, desk.examples().split);
    let skipped = desk.skipped();
    let (before, after) = (percent(tally.dev_error()), percent(tally.dev_error_after_fixes()));
    writeln!(out, "{}   {} of {errors} errors reviewed", text::line(title), tally.reviewed)?;
    let fixes = if before == after {
        String::new()
    } else {
        format!(", {after} with the labels fixed so far")
    };
    writeln!(out, "{split} error {before}{fixes}")?;
    if rows.is_empty() {
        writeln!(out, "\nnothing tagged yet: review errors with `gaffe review`, letters are tags")?;
        return Ok(());
    }
    writeln!(out)?;
    let estimated = tally.basis == Basis::RandomSample;
    let if_solved = format!("{split} error if solved");
    let mut table = Table::new(&["", "count", "share", "95 %", &if_solved, "95 %"]);
    for row in rows {
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        let range = |ends: Option<(f64, f64)>| {
            or_none(ends.filter(|_| estimated).map(|(low, high)| interval(low, high)))
        };
        table.row([
            row.category.clone(),
            row.count.to_string(),
            percent(row.share),
            range(row.share_low.zip(row.share_high)),
            or_none(row.ceiling.map(percent)),
            range(row.ceiling_low.zip(row.ceiling_high)),
        ]);
    }
    table.print(out)?;
    writeln!(out, "\n{}", explain(tally, skipped))?;
    Ok(())
}

fn explain(tally: &Tally, skipped: usize) -> String {
    let basis = meaning(tally.basis);
    let unexplained = match tally.unexplained {
        1 => "1 reviewed error has no tag and a right label.".to_owned(),
        n => format!("{n} reviewed errors have no tag and a right label."),
    };
    let bias = if tally.basis == Basis::RandomSample && skipped > 0 {
        format!("\n{skipped} were skipped on the way: if they are of one kind, the shares are off.")
    } else {
        String::new()
    };
    format!("{basis}{bias}\n{unexplained}")
}
