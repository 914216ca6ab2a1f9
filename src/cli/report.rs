//! `gaffe report`: the state of the error analysis as Markdown, to paste or to commit.

use super::export::to;
use super::{Selection, desk};
use crate::analysis;
use crate::dataset::Order;
use crate::project::Project;
use crate::report::Report;
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe report\n  gaffe report --run v2 -o errors-v2.md")]
pub struct ReportArgs {
    #[command(flatten)]
    selection: Selection,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the report.
pub fn run(project: &Project, args: &ReportArgs, out: &mut dyn Write) -> Result<()> {
    let mut desk = desk(project, &args.selection, Order::default())?;
    let tally = desk.tally();
    let (figures, (errors, correct)) = (desk.figures()?, desk.strata());
    let corrected = analysis::corrected(&errors, &correct)?;
    let rates = project.error_rates(desk.ledger())?;
    let report = Report {
        project: desk.project(),
        split: desk.examples().split,
        run: &desk.run().name,
        tally: &tally,
        ledger: desk.ledger(),
        classes: desk.classes(),
        figures: &figures,
        corrected: &corrected,
        rates: &rates,
        human_error: project.config().human_error,
    };
    to(args.output.as_deref(), project, out, |out| Ok(report.write_markdown(out)?))
}
