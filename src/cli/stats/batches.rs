//! `gaffe stats batches`: the error over batches or time on a control chart.

use super::input::of_run;
use crate::analysis::batches::ChartOptions;
use crate::cli::Selection;
use crate::cli::print::Format;
use crate::insight::Watch;
use crate::insight::shift::{Ask, ChartAsk, answer};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats batches --column day\n  \
    gaffe stats batches --column batch --mix label --reference 5\n\n\
    The moving average leaves its limits when the error changed by more than chance. With --mix the \
    chart is drawn again for what the mix does not explain: the usual error plus the errors that a \
    batch has beyond those that its mix leads to expect. Only where that one leaves its limits \
    too did more change than which examples came. \
    With few expected errors in a batch (below 5) the limits are rough.")]
pub struct BatchesArgs {
    #[command(flatten)]
    selection: Selection,
    /// The metadata column of batches or times: numbers in order of size, other cells of text
    #[arg(long, value_name = "COLUMN")]
    column: String,
    /// Take out changes of the mix of this metadata column, or of `label`
    #[arg(long, value_name = "COLUMN")]
    mix: Option<String>,
    /// At most so many batches; neighbouring values are put together, named by the first of them
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batches: u16,
    /// Weight of the newest batch in the moving average, above 0 to 1
    #[arg(long, default_value_t = ChartOptions::default().lambda)]
    lambda: f64,
    /// Width of the limits in standard errors
    #[arg(long, value_name = "L", default_value_t = ChartOptions::default().width)]
    limit: f64,
    /// Take the first N batches as normal [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    reference: Option<u32>,
    /// Only of the examples that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints the raw chart as a table, then the adjusted one; CSV has both in one.
pub fn run(project: Option<&Path>, args: &BatchesArgs, out: &mut dyn Write) -> Result<()> {
    let input = of_run(&args.selection, args.filter.as_deref(), project)?;
    let reference = args.reference.map(|n| n as usize);
    let ask = Ask::Chart(ChartAsk {
        column: args.column.clone(),
        mix: args.mix.clone(),
        most: usize::from(args.batches),
        options: ChartOptions { lambda: args.lambda, width: args.limit, reference },
    });
    let report = Watch::whole(|watch| answer(&input, &ask, watch))?;
    let page = if args.format.csv { report.everything() } else { report.page() };
    page.print(&report, args.format, out)
}
