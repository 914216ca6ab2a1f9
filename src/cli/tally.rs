//! `gaffe tally`: the kinds of error, most frequent first, and the ceiling of each.

use super::Selection;
use super::print::Format;
use super::stats::input::of_run;
use crate::insight::{Watch, tally};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe tally\n  gaffe tally --run v2 --json\n  \
    gaffe tally --by class
  gaffe tally --solve blurry --solve 'bad crop'\n\n\
    The ceiling is the dev error that would be left if every error of that kind were solved. \
    \"alone\" counts the errors that are of no other kind.")]
pub struct TallyArgs {
    #[command(flatten)]
    selection: Selection,
    /// Say what solving these kinds together would bring; give it once for each kind
    #[arg(long, value_name = "KIND")]
    solve: Vec<String>,
    /// Part the errors by `class`, `run`, or a column of few values
    #[arg(long, value_name = "WHAT")]
    by: Option<String>,
    /// Only of the errors that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints the tally.
pub fn run(project: Option<&Path>, args: &TallyArgs, out: &mut dyn Write) -> Result<()> {
    let input = of_run(&args.selection, args.filter.as_deref(), project)?;
    let ask = tally::Ask { solve: args.solve.clone(), by: args.by.clone() };
    let report = Watch::whole(|watch| tally::answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
