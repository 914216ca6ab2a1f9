//! `gaffe score`: predict a split with an ONNX model, keep the result as a run.

use super::print::{self, count, interval, percent};
use super::{SplitArg, decisions, say};
use crate::analysis::{self, ErrorRate};
use crate::dataset::{Examples, Split};
use crate::ingest::Precision;
use crate::project::{Project, ScoreJob, ScoreNews, ScoredRun, Scoring};
use crate::scoring::{Embedding, EngineChoice, Settings};
use anyhow::Result;
use clap::{Args, ValueEnum};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde::Serialize;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum EngineArg {
    /// What is built in
    #[default]
    Tract,
    /// ONNX Runtime, if it is installed
    Ort,
}

/// Which model, and how it is read and run.
#[derive(Args)]
pub struct ModelArgs {
    /// The model, an ONNX file
    #[arg(value_name = "MODEL", required_unless_present = "model")]
    file: Option<PathBuf>,
    /// The same as an option
    #[arg(long, conflicts_with = "file")]
    model: Option<PathBuf>,
    /// The output with the class scores [default: the one that looks like it]
    #[arg(long, value_name = "NAME")]
    output: Option<String>,
    /// What runs the model
    #[arg(long, value_enum, default_value_t = EngineArg::Tract)]
    engine: EngineArg,
    /// Threads that run the model [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl ModelArgs {
    /// The model file, beside which the project may be found.
    pub fn path(&self) -> &Path {
        self.file.as_deref().or(self.model.as_deref()).unwrap_or(Path::new(""))
    }

    /// The settings of the project with what was asked for.
    pub fn settings(&self, settings: Settings) -> Settings {
        let engine = match self.engine {
            EngineArg::Tract => EngineChoice::BuiltIn,
            EngineArg::Ort => EngineChoice::OnnxRuntime,
        };
        let threads = self.threads.unwrap_or(settings.threads).max(1);
        Settings { engine, output: self.output.clone(), threads, ..settings }
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe score --model models/v2.onnx\n  \
    gaffe score --model models/v2.onnx --name v2-fp32 --split train\n\n\
    What is done is kept: after ctrl+c the same command goes on where it stopped.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ScoreArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// The name of the run [default: the model's file name]
    #[arg(long)]
    name: Option<String>,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Keep embeddings too: the last hidden layer, or the tensor of that name
    #[arg(long, value_name = "TENSOR", num_args = 0..=1, default_missing_value = "")]
    embedding: Option<String>,
    /// Keep embeddings in 16 bits, half the size
    #[arg(long, requires = "embedding")]
    half: bool,
    /// Keep the run though the model differs from the predictions that were imported for it
    #[arg(long)]
    accept_mismatch: bool,
    /// Begin anew, though an earlier scoring was stopped
    #[arg(long)]
    fresh: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ScoreArgs {
    /// The model file, beside which the project may be found.
    pub fn model(&self) -> &Path {
        self.model.path()
    }

    fn run_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| ScoreJob::usual_name(self.model()))
    }

    fn settings(&self, settings: Settings) -> Settings {
        let embedding = self.embedding.as_ref().map(|name| match name.as_str() {
            "" => Embedding::LastHidden,
            name => Embedding::Named(name.to_owned()),
        });
        Settings { embedding, ..self.model.settings(settings) }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    run: &'a str,
    split: Split,
    failed: usize,
    seconds: f64,
    engine: &'a str,
    #[serde(flatten)]
    error: ErrorRate,
}

/// Scores, keeps the run and says how it does.
pub fn run(project: &Project, args: &ScoreArgs, out: &mut dyn Write) -> Result<()> {
    let (name, split) = (args.run_name(), Split::from(args.split));
    let examples = project.examples(split)?;
    let settings = args.settings(project.model_settings(&examples));
    let job = ScoreJob {
        path: args.model(),
        name: &name,
        settings: &settings,
        precision: if args.half { Precision::F16 } else { Precision::F32 },
        fresh: args.fresh,
    };
    let (about, how) = score(project, &job, args.accept_mismatch, &examples)?;
    tell_failures(&about);
    say(&how);
    let run = project.run(&name, split, &examples)?;
    let relabels = project.relabels(&examples, &decisions(project)?);
    let error = analysis::error_rate(&examples.gold, &relabels, &run);
    let (failed, seconds, engine) = (about.failed, about.seconds, about.engine.as_str());
    let report = Report { run: &name, split, failed, seconds, engine, error };
    if args.json { print::json(&report, out) } else { print_report(project, &report, out) }
}

/// Scores, with notes and a bar of progress; also says how the model was run.
fn score(
    project: &Project,
    job: &ScoreJob<'_>,
    accept_mismatch: bool,
    examples: &Examples,
) -> Result<(ScoredRun, String)> {
    let cancel = on_interrupt()?;
    let mut bar = None;
    let mut tell = |news: ScoreNews<'_>| match news {
        ScoreNews::Note(note) => say(&format!("note: {note}")),
        ScoreNews::At(scoring) => {
            if bar.is_none() {
                bar = Bar::new("scoring", scoring.of).ok();
            }
            if let Some(bar) = &bar {
                Bar::show(bar, scoring);
            }
        }
    };
    let scored = project.score_checked(job, accept_mismatch, examples, &mut tell, &cancel);
    if let Some(bar) = bar {
        bar.clear();
    }
    Ok(scored?)
}

/// Set by Ctrl-C; a second one ends the program at once.
pub fn on_interrupt() -> Result<Arc<AtomicBool>> {
    let cancel = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::{consts::SIGINT, flag};
        flag::register_conditional_shutdown(SIGINT, 130, cancel.clone())?;
        flag::register(SIGINT, cancel.clone())?;
    }
    Ok(cancel)
}

/// How often progress is shown.
const SHOW: Duration = Duration::from_millis(100);

/// Progress: examples, their rate, time left and memory.
pub struct Bar {
    drawn: ProgressBar,
    started: Instant,
    shown: Cell<Option<Instant>>,
}

impl Bar {
    /// For so many examples.
    pub fn new(doing: &'static str, examples: usize) -> Result<Self> {
        let style = "{prefix} {wide_bar} {pos}/{len} {msg} · ctrl+c stops";
        let bar = ProgressBar::new(examples as u64)
            .with_style(ProgressStyle::with_template(style)?)
            .with_prefix(doing);
        bar.enable_steady_tick(Duration::from_millis(500));
        Ok(Self { drawn: bar, started: Instant::now(), shown: Cell::default() })
    }

    /// How far it is; what follows too soon is not shown.
    pub fn show(&self, scoring: Scoring) {
        let Scoring { done, of, resumed, failed } = scoring;
        if done < of && self.shown.get().is_some_and(|at| at.elapsed() < SHOW) {
            return;
        }
        self.shown.set(Some(Instant::now()));
        if done == resumed && resumed > 0 {
            let text = format!("{} of {} were scored before", count(resumed), count(of));
            self.drawn.suspend(|| say(&text));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = (done - resumed) as f64 / seconds.max(1e-9);
        let left = Duration::from_secs_f64(((of - done) as f64 / rate.max(1e-9)).min(1e7));
        let mut text = format!("{}/s, {} left", count(rate as usize), HumanDuration(left));
        if let Some(memory) = crate::scoring::memory_in_use() {
            let _ = write!(text, ", {} MB", memory >> 20);
        }
        if failed > 0 {
            let _ = write!(text, ", {} failed", count(failed));
        }
        self.drawn.set_message(text);
        self.drawn.set_position(done as u64);
    }

    /// Leaves nothing on the screen.
    pub fn clear(&self) {
        self.drawn.finish_and_clear();
    }
}

/// Names the first examples without a prediction.
pub fn tell_failures(about: &ScoredRun) {
    const SHOWN: usize = 5;
    if about.failed == 0 {
        return;
    }
    let (failed, all) = (count(about.failed), count(about.examples));
    let shown = about.failures.iter().take(SHOWN);
    let lines: Vec<String> =
        shown.map(|failure| format!("  row {}: {}", failure.row + 1, failure.reason)).collect();
    let more = about.failed.saturating_sub(SHOWN);
    let more = if more > 0 { format!("\n  and {} more", count(more)) } else { String::new() };
    say(&format!("{failed} of {all} examples have no prediction:\n{}{more}", lines.join("\n")));
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
