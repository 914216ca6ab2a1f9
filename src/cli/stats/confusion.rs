//! `gaffe stats confusion`: which class is taken for which.

use super::args::by_name;
use super::input::Source;
use crate::analysis::{ClassOrder, Normalise};
use crate::cli::print::Format;
use crate::insight::{Watch, confusion};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats confusion\n  \
    gaffe stats confusion --order clustered --normalise row\n  \
    gaffe stats confusion --run v2 --versus v1 --json\n  \
    gaffe stats confusion --probs p.npy --labels y.npy --json\n\n\
    Rows are labels, columns predictions. --json has the whole matrix, --csv the pairs.")]
pub struct ConfusionArgs {
    #[command(flatten)]
    source: Source,
    /// How the classes stand: by the number or the share of their errors, or alike together
    #[arg(long, default_value = "given", value_parser = by_name(&ClassOrder::ALL, ClassOrder::key))]
    order: ClassOrder,
    /// Divide counts by the sum of the row (recall), of the column (precision), or of all
    #[arg(long, default_value = "counts", value_parser = by_name(&Normalise::ALL, Normalise::key))]
    normalise: Normalise,
    /// What is more than by this other run, and the pairs that changed
    #[arg(long, value_name = "RUN", conflicts_with = "probs")]
    versus: Option<String>,
    /// How many of the most confused pairs [default: 10; all with --csv and --json]
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,
    #[command(flatten)]
    format: Format,
}

/// Pairs that people are shown.
const PAIRS: usize = 10;

/// Prints the matrix and the worst pairs.
pub fn run(project: Option<&Path>, args: &ConfusionArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let most = if args.format.csv || args.format.json { usize::MAX } else { PAIRS };
    let ask = confusion::Ask {
        order: args.order,
        normalise: args.normalise,
        versus: args.versus.clone(),
        pairs: args.pairs.unwrap_or(most),
    };
    let report = Watch::whole(|watch| confusion::answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
