//! `gaffe stats bottleneck`: which gap between error levels holds the model back.

use super::args;
use super::input::of_run;
use crate::analysis::bottleneck::{BestError, ErrorLevels, Errors};
use crate::cli::Selection;
use crate::cli::print::Format;
use crate::insight::{Watch, bottleneck};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats bottleneck --run v2\n  \
    gaffe stats bottleneck --train-dev 52/1000\n  \
    gaffe stats bottleneck --train 20/1000 --dev 63/1000 --human-error 0.01 --json\n\n\
    A gap stands out if its 95 % interval lies above 0. Train-dev examples are like those of train, \
    but the model was not fitted on them: they tell variance from data mismatch.")]
pub struct BottleneckArgs {
    /// The run [default: the first one with predictions for dev]
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// The error of people, a share or counted as K/N [default: `human_error` of gaffe.toml]
    #[arg(long, value_name = "X", value_parser = args::best_error)]
    human_error: Option<BestError>,
    /// Errors among examples that are like train but were not fitted on
    #[arg(long, value_name = "K/N", value_parser = args::errors)]
    train_dev: Option<Errors>,
    /// Without a project: errors among train examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    train: Option<Errors>,
    /// Without a project: errors among dev examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    dev: Option<Errors>,
    /// Without a project: errors among test examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    test: Option<Errors>,
    #[command(flatten)]
    format: Format,
}

/// Prints the error levels, their gaps and what helps.
pub fn run(project: Option<&Path>, args: &BottleneckArgs, out: &mut dyn Write) -> Result<()> {
    let given = [args.train, args.dev, args.test].iter().any(Option::is_some);
    let report = if given { of_counts(args)? } else { of_project(project, args)? };
    report.page().print(&report, args.format, out)
}

fn of_counts(args: &BottleneckArgs) -> Result<bottleneck::Report> {
    let &BottleneckArgs { human_error: best, train_dev, train, dev, test, .. } = args;
    let levels = ErrorLevels { best, train, train_dev, dev, test };
    let mut notes = Vec::new();
    if train.is_none() {
        notes.push("bias and variance need the error on train: --train K/N".to_owned());
    }
    Ok(bottleneck::of_levels("errors given by hand".to_owned(), None, levels, notes)?)
}

fn of_project(project: Option<&Path>, args: &BottleneckArgs) -> Result<bottleneck::Report> {
    let selection = Selection { run: args.run.clone(), split: None };
    let input = of_run(&selection, None, project)?;
    let ask = bottleneck::Ask { best: args.human_error, train_dev: args.train_dev };
    Watch::whole(|watch| bottleneck::answer(&input, &ask, watch))
}
