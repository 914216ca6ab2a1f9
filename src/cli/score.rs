//! `gaffe score`: predict a split with an ONNX model, keep the result as a run.

use super::print::{self, count, interval, percent};
use super::{SplitArg, decisions, say};
use crate::analysis::{self, ErrorRate};
use crate::dataset::{Matrix, Media, Run, Split, TextColumn};
use crate::media;
use crate::project::{Project, ProjectError, ScoredRun, now};
use crate::scoring::{Model, Scored, score_all};
use anyhow::{Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe score --model models/v2.onnx\n  \
    gaffe score --model models/v2.onnx --name v2-fp32 --split train")]
pub struct ScoreArgs {
    /// The model, an ONNX file
    #[arg(long)]
    model: PathBuf,
    /// The name of the run [default: the model's file name]
    #[arg(long)]
    name: Option<String>,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Leave out pictures that can't be read, instead of keeping nothing
    #[arg(long)]
    skip_unreadable: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ScoreArgs {
    /// The model file, beside which the project may be found.
    pub fn model(&self) -> &Path {
        &self.model
    }

    fn run_name(&self) -> String {
        let stem = self.model.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.name.clone().or(stem).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Report<'a> {
    run: &'a str,
    split: Split,
    unreadable: usize,
    seconds: f64,
    #[serde(flatten)]
    error: ErrorRate,
}

/// Scores, keeps the run and says how it does.
pub fn run(project: &Project, args: &ScoreArgs, out: &mut dyn Write) -> Result<()> {
    let (name, split) = (args.run_name(), Split::from(args.split));
    let examples = project.examples(split)?;
    let Media::Picture(files) = &examples.media else {
        return Err(ProjectError::NothingToScore(split).into());
    };
    let reserved = project.reserve_run(&name)?;
    let classes = project.classes().len();
    let model = Model::load(&args.model, &project.config().preprocess, classes)?;
    for note in model.notes() {
        say(&format!("note: {note}"));
    }
    let scored = score(&project.media_root(split)?, files, &model)?;
    check_failed(&scored, examples.len(), args.skip_unreadable)?;
    let about = ScoredRun {
        model: args.model.canonicalize().unwrap_or_else(|_| args.model.clone()),
        at: now(),
        data: project.data_mark(&examples),
        examples: examples.len(),
        unreadable: scored.failed.len(),
        seconds: scored.seconds,
    };
    let run = Run::new(name.as_str(), Matrix::new(scored.probs, examples.len(), classes)?)?;
    project.save_run(&name, split, &run.probs, &about)?;
    drop(reserved);
    let relabels = project.relabels(&examples, &decisions(project)?);
    let error = analysis::error_rate(&examples.gold, &relabels, &run);
    let (unreadable, seconds) = (about.unreadable, about.seconds);
    let report = Report { run: &name, split, unreadable, seconds, error };
    say(&model.describe());
    if args.json { print::json(&report, out) } else { print_report(project, &report, out) }
}

fn score(root: &Path, files: &TextColumn, model: &Model) -> Result<Scored> {
    let fetch = |row: usize| media::decode(&root.join(files.get(row))).map_err(|e| e.to_string());
    let cancel = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::{consts::SIGINT, flag};
        // A second one ends the program at once.
        flag::register_conditional_shutdown(SIGINT, 130, cancel.clone())?;
        flag::register(SIGINT, cancel.clone())?;
    }
    let style = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta} left · ctrl+c cancels";
    let bar = ProgressBar::new(files.len() as u64)
        .with_style(ProgressStyle::with_template(style)?)
        .with_message("scoring");
    let progress = |done: usize| bar.set_position(done as u64);
    let scored = score_all(model, files.len(), &fetch, &progress, &cancel);
    bar.finish_and_clear();
    Ok(scored?)
}

fn check_failed(scored: &Scored, examples: usize, skip: bool) -> Result<()> {
    const SHOWN: usize = 5;
    if scored.failed.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> =
        scored.failed.iter().take(SHOWN).map(|(_, reason)| format!("  {reason}")).collect();
    let more = scored.failed.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let list = format!("{}{more}", lines.join("\n"));
    let (failed, all) = (count(scored.failed.len()), count(examples));
    if skip && scored.failed.len() < examples {
        say(&format!("{failed} of {all} pictures have no prediction:\n{list}"));
        return Ok(());
    }
    bail!(
        "{failed} of {all} pictures can't be read; nothing was kept\n{list}\n  \
         mend them, or leave them out with --skip-unreadable"
    );
}

fn print_report(project: &Project, report: &Report<'_>, out: &mut dyn Write) -> Result<()> {
    let ErrorRate { examples, errors, rate } = report.error;
    writeln!(
        out,
        "{} on {}: error {} (95 % {}), {} of {} wrong",
        report.run,
        report.split,
        percent(rate.share),
        interval(rate.low, rate.high),
        count(errors),
        count(examples),
    )?;
    let per_second = examples as f64 / report.seconds.max(1e-9);
    writeln!(out, "{:.1} s, {} examples a second", report.seconds, count(per_second as usize))?;
    out.flush()?;
    let runs = project.runs()?;
    let other = runs.iter().find(|r| r.name != report.run && r.splits.contains(&report.split));
    if let Some(other) = other {
        let (name, split) = (report.run, report.split);
        let split = if split == Split::Dev { String::new() } else { format!(" --split {split}") };
        let compare = format!("compare {} {name}{split}", other.name);
        say(&format!("next: {}", project.command(&compare)));
    }
    Ok(())
}
