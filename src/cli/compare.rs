//! `gaffe compare A B`: what B fixed and what it broke, and whether that is more than chance.

use super::print::Format;
use super::stats::input::{LabelFiles, from_files, of_run};
use super::{Selection, SplitArg};
use crate::insight::{Watch, compare};
use anyhow::{Result, bail};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe compare v1 v2\n  gaffe compare v1 v2 --by capture\n  \
    gaffe compare v1 v2 --by class --csv\n  \
    gaffe stats compare --probs a.npy --probs b.npy --labels y.npy\n\n\
    p is McNemar's exact test: how likely so uneven a split of fixed and new errors is by chance.")]
pub struct CompareArgs {
    /// The run before
    #[arg(required_unless_present = "probs", conflicts_with = "probs")]
    before: Option<String>,
    /// The run after
    #[arg(required_unless_present = "probs")]
    after: Option<String>,
    /// Class probabilities of both, without a project: give it twice
    #[arg(long, value_name = "P.npy", requires = "labels", conflicts_with = "split")]
    probs: Vec<PathBuf>,
    #[command(flatten)]
    labels: LabelFiles,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Compare within each value of a metadata column, each `class`, or each `tag`
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Only on the examples that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER", conflicts_with = "probs")]
    filter: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints the comparison under the labels as corrected so far.
pub fn run(project: Option<&Path>, args: &CompareArgs, out: &mut dyn Write) -> Result<()> {
    let report = match args.probs.as_slice() {
        [] => of_project(project, args)?,
        [before, after] => {
            let read = |path| from_files(path, &args.labels);
            compare::of_files(&read(before)?, &read(after)?, args.by.as_deref())?
        }
        _ => bail!("a comparison needs two runs: give --probs twice"),
    };
    report.page().print(&report, args.format, out)
}

fn of_project(project: Option<&Path>, args: &CompareArgs) -> Result<compare::Report> {
    let runs = args.before.clone().zip(args.after.clone());
    let selection = Selection { run: args.before.clone(), split: Some(args.split) };
    let input = of_run(&selection, args.filter.as_deref(), project)?;
    let ask = compare::Ask { runs, by: args.by.clone() };
    Watch::whole(|watch| compare::answer(&input, &ask, watch))
}
