//! `gaffe runs`: every run with its error on each split.

use super::decisions;
use super::print::{self, Format, Table, count, interval, percent};
use crate::analysis::ErrorRate;
use crate::dataset::Split;
use crate::project::Project;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Example:\n  gaffe runs --json")]
pub struct RunsArgs {
    #[command(flatten)]
    format: Format,
}

const FIELDS: [&str; 7] =
    ["run", "split", "examples", "errors", "error", "error_low", "error_high"];

#[derive(Serialize)]
struct RunRow {
    run: String,
    split: Split,
    examples: usize,
    errors: usize,
    error: f64,
    error_low: f64,
    error_high: f64,
}

/// Prints the runs, and the error of people if it is known.
pub fn run(project: &Project, args: &RunsArgs, out: &mut dyn Write) -> Result<()> {
    let ledger = decisions(project)?;
    let row = |(run, split, error): (String, Split, ErrorRate)| RunRow {
        run,
        split,
        examples: error.examples,
        errors: error.errors,
        error: error.rate.share,
        error_low: error.rate.low,
        error_high: error.rate.high,
    };
    let rows: Vec<RunRow> = project.error_rates(&ledger)?.into_iter().map(row).collect();
    if args.format.json {
        return print::json(&rows, out);
    }
    if args.format.csv {
        return print::csv(&FIELDS, &rows, out);
    }
    let mut table = Table::new(&["run", "split", "examples", "errors", "error", "95 %"]);
    for row in rows {
        table.row([
            row.run,
            row.split.to_string(),
            count(row.examples),
            count(row.errors),
            percent(row.error),
            interval(row.error_low, row.error_high),
        ]);
    }
    table.print(out)?;
    if let Some(human) = project.config().human_error {
        writeln!(out, "\npeople: {} (human_error in gaffe.toml)", percent(human))?;
    }
    Ok(())
}
