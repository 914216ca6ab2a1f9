//! `gaffe stats label-issues`: labels that are probably wrong.

use super::args::by_name;
use super::input::Source;
use crate::analysis::label_issues::{FilterBy, Options, Score};
use crate::cli::TestGuard;
use crate::cli::print::Format;
use crate::insight::{Watch, label_issues};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats label-issues\n  \
    gaffe stats label-issues --filter-by both --csv\n  \
    gaffe stats label-issues --probs p.npy --labels y.npy --json\n\n\
    Confident learning as in cleanlab 2.9. The probabilities should come from examples that the \
    model was not fitted on: it has learnt wrong labels of the others by heart.")]
pub struct LabelIssuesArgs {
    #[command(flatten)]
    source: Source,
    /// How label issues are chosen
    #[arg(long, value_name = "FILTER", default_value = FilterBy::default().name(),
        value_parser = by_name(&FilterBy::ALL, FilterBy::name))]
    filter_by: FilterBy,
    /// What ranks them, lowest first
    #[arg(long, value_name = "SCORE", default_value = Score::default().name(),
        value_parser = by_name(&Score::ALL, Score::name))]
    rank_by: Score,
    /// Rank by probabilities less the thresholds of the classes
    #[arg(long)]
    adjust: bool,
    /// The share of the estimated issues to return
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    frac_noise: f64,
    /// Leave classes alone that have no more examples than this
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_examples: u32,
    #[command(flatten)]
    guard: TestGuard,
    #[command(flatten)]
    format: Format,
}

/// Prints the issues and how good the labels are.
pub fn run(project: Option<&Path>, args: &LabelIssuesArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let options = Options {
        filter_by: args.filter_by,
        frac_noise: args.frac_noise,
        min_examples_per_class: args.min_examples,
        rank_by: args.rank_by,
        adjust_pred_probs: args.adjust,
    };
    let ask = label_issues::Ask { options, unlock_test: args.guard.unlock_test };
    let report = Watch::whole(|watch| label_issues::answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
