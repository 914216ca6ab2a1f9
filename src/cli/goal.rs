//! `gaffe goal`: which runs keep the thresholds of the project, for people and for CI.
//!
//! Invariant: the exit code is 0 when the goal is met, 1 when it is not, and 2 when that can't be told.

use super::Selection;
use super::print::Format;
use super::stats::input::of_run;
use crate::insight::goal::{Ask, Report, answer, verdict};
use crate::insight::{Measure, Progress, Watch};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Parts of the bar.
const PARTS: u64 = 1000;
/// How often it is drawn.
const GLANCE: Duration = Duration::from_millis(50);

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe goal\n  gaffe goal --run v2 --strict\n  \
    gaffe goal --measure --json\n\n\
    The goal stands in gaffe.toml:\n\n  \
    [goal]\n  optimise = \"accuracy\"\n  latency_ms = \"<= 5\"\n  \
    [goal.slices]\n  \"capture=blurry\" = \"<= 0.3\"\n\n\
    Exit code: 0 if the run meets all thresholds (without --run: if some run does), 1 if not, 2 if that \
    can't be told. The value decides; with --strict the whole 95 % interval has to keep the bound, \
    where there is one.")]
pub struct GoalArgs {
    #[command(flatten)]
    selection: Selection,
    /// Ask for thresholds that are kept by the whole interval, not only by the value
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    measuring: Measuring,
    #[command(flatten)]
    format: Format,
}

/// Which models are measured first.
#[derive(Args, Clone, Copy)]
pub struct Measuring {
    /// Measure the models that were not measured on this machine; takes some 10 s a model
    #[arg(long)]
    measure: bool,
    /// Measure all models, those that were measured before too
    #[arg(long)]
    again: bool,
}

impl Measuring {
    /// What is asked for.
    pub fn which(self) -> Measure {
        match self {
            Self { again: true, .. } => Measure::Again,
            Self { measure: true, .. } => Measure::Missing,
            _ => Measure::No,
        }
    }

    /// Waits for an answer; if models are measured for it, with a bar. Ctrl+c ends their processes too, which
    /// belong to the same group.
    pub fn wait<T: Send>(self, work: impl FnOnce(&mut Watch<'_>) -> Result<T> + Send) -> Result<T> {
        if self.which() == Measure::No {
            return Watch::whole(work);
        }
        let style = "measuring {wide_bar} {percent} % · ctrl+c cancels";
        let bar = ProgressBar::new(PARTS).with_style(ProgressStyle::with_template(style)?);
        let progress = Progress::default();
        thread::scope(|scope| {
            let work = || work(&mut Watch { progress: &progress, partial: &mut |_| {} });
            let worker = scope.spawn(work);
            while !worker.is_finished() {
                bar.set_position((progress.part().unwrap_or(0.0) * PARTS as f64) as u64);
                thread::sleep(GLANCE);
            }
            bar.finish_and_clear();
            worker.join().map_err(|_| anyhow!("measuring broke off"))?
        })
    }
}

/// The goal is not met.
#[derive(Debug, thiserror::Error)]
#[error("the goal is not met: {0}")]
pub struct NotMet(String);

/// Prints how the runs stand.
///
/// # Errors
/// [`NotMet`], or whatever keeps it from being told.
pub fn run(project: Option<&Path>, args: &GoalArgs, out: &mut dyn Write) -> Result<()> {
    let input = of_run(&args.selection, None, project)?;
    let ask = Ask { only: args.selection.run.clone(), measure: args.measuring.which() };
    let report = args.measuring.wait(|watch| answer(&input, &ask, watch))?;
    if report.standings().is_none() {
        bail!("gaffe.toml has no [goal]\n  gaffe goal --help shows one");
    }
    report.page().print(&report, args.format, out)?;
    out.flush()?;
    judge(&report, args.strict)
}

fn judge(report: &Report, strict: bool) -> Result<()> {
    let runs = report.standings().map_or(&[][..], |standings| &standings.runs);
    if runs.iter().any(|run| if strict { run.meets_surely } else { run.meets }) {
        return Ok(());
    }
    let why = |run: &crate::analysis::goal::Standing| {
        let sure =
            if run.meets { "meets all, but is not sure to".to_owned() } else { verdict(run) };
        format!("{}: {sure}", run.run)
    };
    let all: Vec<String> = runs.iter().map(why).collect();
    Err(NotMet(if all.is_empty() { "there is no run".to_owned() } else { all.join("; ") }).into())
}
