//! `gaffe errors`: the errors of a run as a list.

use super::print::{self, Format, Table};
use super::{OrderArgs, Selection, TestGuard, desk, filter};
use crate::dataset::Verdict;
use crate::project::{Desk, Project};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe errors --order confident --limit 20\n  gaffe errors --run v2 --json\n  gaffe errors --similar-to dev-00421 --limit 10\n  gaffe errors --filter 'gold:Shirt pred:Coat conf>0.9'"
)]
pub struct ErrorsArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    order: OrderArgs,
    /// List only what a filter selects: gold:Shirt conf>0.9 tag:blurry -reviewed
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// List predictions that agree with the label, in place of the errors
    #[arg(long)]
    correct: bool,
    /// No more than so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    guard: TestGuard,
    #[command(flatten)]
    format: Format,
}

const FIELDS: [&str; 6] = ["id", "gold", "label", "prediction", "confidence", "verdict"];

#[derive(Serialize)]
struct ErrorRow {
    id: String,
    gold: String,
    label: String,
    prediction: String,
    confidence: Option<f32>,
    verdict: Option<&'static str>,
}

/// Prints the list.
pub fn run(project: &Project, args: &ErrorsArgs, out: &mut dyn Write) -> Result<()> {
    args.guard.check(args.selection.split())?;
    let desk = desk(project, &args.selection, args.order.order().unwrap_or_default())?;
    let (split, run) = (desk.examples().split, &desk.run().name);
    let likeness = args.order.likeness(project, split, run, desk.examples())?;
    let desk = desk.with_likeness(likeness);
    let desk = if args.correct { desk.with_correct() } else { desk };
    let listed = match &args.filter {
        Some(text) => filter::select(project, &desk, desk.list(), text)?,
        None => desk.list().to_vec(),
    };
    let rows = listed.iter().take(args.limit.unwrap_or(usize::MAX));
    let rows: Vec<ErrorRow> = rows.map(|&row| error_row(&desk, row)).collect();
    if args.format.json {
        return print::json(&rows, out);
    }
    if args.format.csv {
        return print::csv(&FIELDS, &rows, out);
    }
    let mut table = Table::new(&["id", "gold", "prediction", "confidence", "verdict", "label"]);
    for row in rows {
        let corrected = if row.label == row.gold { String::new() } else { row.label };
        table.row([
            row.id,
            row.gold,
            row.prediction,
            row.confidence.map_or_else(String::new, |p| format!("{p:.2}")),
            row.verdict.unwrap_or("").to_owned(),
            corrected,
        ]);
    }
    Ok(table.print(out)?)
}

fn error_row(desk: &Desk, row: u32) -> ErrorRow {
    let classes = desk.classes();
    let prediction = desk.run().prediction(row as usize);
    ErrorRow {
        id: desk.id(row).to_owned(),
        gold: classes.name(desk.gold(row)).to_owned(),
        label: classes.name(desk.effective(row).class).to_owned(),
        prediction: prediction.map_or_else(String::new, |class| classes.name(class).to_owned()),
        confidence: desk.run().known_confidence(row as usize),
        verdict: desk.verdict(row).map(Verdict::name),
    }
}
