//! `gaffe stats calibration`: how far confidence can be believed.

use super::input::Source;
use crate::analysis::calibration::BINS;
use crate::cli::print::Format;
use crate::insight::Watch;
use crate::insight::calibration::{self, Cut};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats calibration\n  \
    gaffe stats calibration --equal-mass --csv\n  \
    gaffe stats calibration --probs p.npy --labels y.npy --json\n\n\
    ECE is the mean gap between confidence and accuracy over the bins, MCE the largest. \
    Dividing the logits by the temperature makes the log loss smallest.")]
pub struct CalibrationArgs {
    #[command(flatten)]
    source: Source,
    /// Number of bins of the confidence
    #[arg(long, value_name = "N", default_value_t = BINS as u16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    bins: u16,
    /// Show bins that hold equally many examples, in place of equally wide ones
    #[arg(long)]
    equal_mass: bool,
    #[command(flatten)]
    format: Format,
}

/// Prints errors, reliability curve, temperature and classes.
pub fn run(project: Option<&Path>, args: &CalibrationArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let cut = if args.equal_mass { Cut::Mass } else { Cut::Width };
    let ask = calibration::Ask { bins: usize::from(args.bins), cut };
    let report = Watch::whole(|watch| calibration::answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
