//! The command line: parse, call the project, print.
//!
//! Invariant: results go to standard output, everything else to standard error; exit codes are 0
//! for success, 1 for an error, 2 for wrong usage; `gaffe goal` has its own.

mod check;
mod compare;
mod cost;
mod embed;
mod errors;
mod export;
mod filter;
mod goal;
mod guards;
mod init;
mod keys;
mod log;
mod measure;
mod model;
mod next;
mod order;
mod print;
mod reading;
mod replay;
mod report;
mod review;
mod runs;
mod score;
mod settings;
mod show;
mod stats;
mod tags;
mod tally;

use crate::dataset::{Ledger, Order, Split};
use crate::export::ExportError;
use crate::media::text;
use crate::project::{Desk, Project, ProjectError};
use anyhow::Result;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use order::OrderArgs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Inspect a classifier's errors: tag them, fix labels, see what is worth fixing.
#[derive(Parser)]
#[command(
    name = "gaffe",
    version,
    after_help = "Examples:\n  \
        gaffe sample_data/fashion             review the errors of a project\n  \
        gaffe dev.jsonl                       make a project of data: labels and predictions in one file\n  \
        gaffe dev.csv probs.npy               or in several\n  \
        gaffe tally                           what kinds of error there are\n  \
        gaffe score --model models/v2.onnx    predict the dev set with another model\n\n\
        In a project's folder `gaffe` alone opens the review."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// A project's folder, or data to make one of, of any form: tables or folders with labels and predictions,
    /// probabilities (.npy), a model (.onnx), class names (.txt)
    data: Vec<PathBuf>,
    #[command(flatten)]
    review: review::ReviewArgs,
    /// The project's folder [default: `GAFFE_PROJECT`, else this one or the nearest above]
    #[arg(short, long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Walk through the errors of a run, tag them and fix labels
    Review(review::ReviewArgs),
    /// Make a project of data files
    Init(init::InitArgs),
    /// Say what is wrong or strange in the data: rows, files, duplicates, leakage, the order of the classes
    Check(check::CheckArgs),
    /// Do a recorded review again, without a terminal
    Replay(replay::ReplayArgs),
    /// List the errors of a run
    Errors(errors::ErrorsArgs),
    /// Count the kinds of error, and what solving each is worth
    Tally(tally::TallyArgs),
    /// List the tags, add presets, rename, merge, delete
    Tags(tags::TagsArgs),
    /// Predict a split with an ONNX model and keep the result as a run
    Score(score::ScoreArgs),
    /// Say what a model takes and gives, and how its input is made
    Model(model::ModelCommand),
    /// Keep the vectors that a model makes of the examples, for likeness and maps
    Embed(embed::EmbedArgs),
    /// List the runs with their errors on train, dev and test
    Runs(runs::RunsArgs),
    /// Say what a second run fixed and what it broke
    Compare(compare::CompareArgs),
    /// Say which runs keep the thresholds of gaffe.toml; for CI
    Goal(goal::GoalArgs),
    /// Say what predictions cost on machines, and against an API
    Cost(cost::CostArgs),
    /// Rank what to do next by what it can bring, and by its cost
    Next(next::NextArgs),
    /// Keep a journal of what was tried, and what came of it
    Log(log::LogArgs),
    /// Print any statistic, of a project or of files given by hand
    #[command(after_help = "Examples:\n  gaffe stats classes\n  \
        gaffe stats label-issues --probs probs.npy --labels labels.npy --json\n\n\
        Each has its own help: gaffe stats NAME --help")]
    Stats(stats::StatsArgs),
    /// Write corrected labels or tags
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Write the state of the error analysis as Markdown
    Report(report::ReportArgs),
    /// Print one example
    Show(show::ShowArgs),
    /// Print the keys of the review, and where they are set
    Keys(keys::KeysArgs),
    /// Measure a model in a process of its own
    #[command(name = crate::project::WORKER, hide = true)]
    MeasureModel,
    /// Score a split in a process of its own
    #[command(name = crate::project::SCORER, hide = true)]
    ScoreInBackground,
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  gaffe completions bash > ~/.local/share/bash-completion/completions/gaffe"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether its exit code is an answer, so that an error must have another.
    fn decides(&self) -> bool {
        match self {
            Self::Goal(_) => true,
            Self::Stats(args) => args.decides(),
            _ => false,
        }
    }
}

/// Which run's errors on which split.
#[derive(Args, Clone)]
struct Selection {
    /// The run [default: the first one; for the review the one left last]
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// The split [default: dev]
    #[arg(long, value_enum)]
    split: Option<SplitArg>,
}

impl Selection {
    fn split(&self) -> Split {
        self.split.map_or(Split::Dev, Split::from)
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum SplitArg {
    Train,
    Dev,
    Test,
}

impl From<SplitArg> for Split {
    fn from(arg: SplitArg) -> Self {
        match arg {
            SplitArg::Train => Self::Train,
            SplitArg::Dev => Self::Dev,
            SplitArg::Test => Self::Test,
        }
    }
}

impl From<Split> for SplitArg {
    fn from(split: Split) -> Self {
        match split {
            Split::Train => Self::Train,
            Split::Dev => Self::Dev,
            Split::Test => Self::Test,
        }
    }
}

/// Examples of the test split are shown only on request: looking at them trains the one who looks.
#[derive(Args, Clone)]
struct TestGuard {
    /// Allow examples of the test split to be looked at
    #[arg(long)]
    unlock_test: bool,
}

impl TestGuard {
    fn check(&self, split: Split) -> Result<()> {
        anyhow::ensure!(
            split != Split::Test || self.unlock_test,
            "the test split is guarded: who looks at its examples starts fitting to them\n  \
             use dev, or add --unlock-test; metrics of test are shown by: gaffe runs"
        );
        Ok(())
    }
}

/// Parses the command line and runs it.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Not locked: the thread that ends us on a hang-up gives the terminal back through it.
    let stdout = io::BufWriter::new(io::stdout());
    let mut out: Box<dyn Write> = if io::stdout().is_terminal() {
        Box::new(print::SafeText::new(stdout))
    } else {
        Box::new(stdout)
    };
    reading::show();
    let decides = cli.command.as_ref().is_some_and(Command::decides);
    match run(cli, &mut out).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("gaffe: {error}"));
            let is_no = error.downcast_ref::<goal::NotMet>().is_some();
            if decides && !is_no { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(cli: Cli, out: &mut dyn Write) -> Result<()> {
    refuse_mixed(&cli);
    let named = std::env::var_os("GAFFE_PROJECT").filter(|dir| !dir.is_empty());
    let project = cli.project.or_else(|| named.map(PathBuf::from));
    let project = project.as_deref();
    match cli.command {
        None => review::open_data(&cli.data, project, &cli.review),
        Some(Command::Review(args)) => review::run(&locate(project, None)?, &args),
        Some(Command::Init(args)) => init::run(&args, out),
        Some(Command::Check(args)) => check::run(&locate(project, None)?, &args, out),
        Some(Command::Replay(args)) => replay::run(&locate(project, None)?, &args, out),
        Some(Command::Errors(args)) => errors::run(&locate(project, None)?, &args, out),
        Some(Command::Tally(args)) => tally::run(project, &args, out),
        Some(Command::Tags(args)) => tags::run(project, &args, out),
        Some(Command::Score(args)) => score::run(&locate(project, Some(args.model()))?, &args, out),
        Some(Command::Model(args)) => model::run(project, &args, out),
        Some(Command::Embed(args)) => {
            embed::run(&locate(project, Some(args.model().path()))?, &args, out)
        }
        Some(Command::Runs(args)) => runs::run(&locate(project, None)?, &args, out),
        Some(Command::Compare(args)) => compare::run(project, &args, out),
        Some(Command::Goal(args)) => goal::run(project, &args, out),
        Some(Command::Cost(args)) => cost::run(project, &args, out),
        Some(Command::Next(args)) => next::run(project, &args, out),
        Some(Command::Log(args)) => log::run(project, &args, out),
        Some(Command::Stats(args)) => stats::run(project, &args, out),
        Some(Command::Export(args)) => export::run(&locate(project, None)?, &args, out),
        Some(Command::Report(args)) => report::run(&locate(project, None)?, &args, out),
        Some(Command::Show(args)) => show::run(&locate(project, None)?, &args, out),
        Some(Command::Keys(args)) => keys::run(&args, out),
        Some(Command::MeasureModel) => measure::run(),
        Some(Command::ScoreInBackground) => measure::score(),
        Some(Command::Completions { shell }) => completions(shell, out),
    }
}

/// Ends the program where data files or options of the review stand before a command, or a project beside what makes one.
fn refuse_mixed(cli: &Cli) {
    if cli.command.is_some() && (!cli.data.is_empty() || cli.review.is_given()) {
        let text = "data files and options of the review don't go before a command\n  \
                    name the project with -p DIR, and give the command's own options after it";
        Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text).exit();
    }
    let makes_one = match &cli.command {
        None => !cli.data.is_empty(),
        Some(command) => matches!(command, Command::Init(_)),
    };
    if cli.project.is_some() && makes_one {
        let text = "-p names a project that is there; data files make or open their own";
        Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text).exit();
    }
}

fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gaffe", &mut text);
    Ok(out.write_all(&text)?)
}

/// The project: as told, else at or above the working folder, else above `hint`.
fn locate(told: Option<&Path>, hint: Option<&Path>) -> Result<Project> {
    if let Some(root) = told {
        return opened(root);
    }
    let here = std::env::current_dir()?;
    let root = Project::find(&here).or_else(|| Project::find(hint?.parent()?));
    let root = root.ok_or(ProjectError::NoProject(here))?;
    opened(&root)
}

/// All decisions; what is wrong with them is told, not fatal.
fn decisions(project: &Project) -> Result<Ledger> {
    let (ledger, warnings) = project.decisions()?;
    for warning in warnings {
        say(&warning);
    }
    Ok(ledger)
}

/// The selected run's errors, with the decisions made so far.
fn desk(project: &Project, selection: &Selection, order: Order) -> Result<Desk> {
    let split = selection.split();
    let run = project.run_name(selection.run.as_deref(), split)?;
    let desk = project.desk(split, &run, order, decisions(project)?)?;
    if desk.unmatched() > 0 {
        say(&unmatched(&desk));
    }
    Ok(desk)
}

fn unmatched(desk: &Desk) -> String {
    let split = desk.examples().split;
    format!(
        "{} decisions are on examples that {split} does not have now; they are kept: gaffe check lists them",
        desk.unmatched()
    )
}

/// Tells the user something that is no result. It may quote data, so it is made safe.
fn say(message: &str) {
    let mut err = io::stderr().lock();
    for line in message.lines() {
        // When standard error is closed there is nobody to tell.
        let _ = writeln!(err, "{}", text::line(line));
    }
}

/// Opens a project; what the user should know of its data is said while it is read.
fn opened(root: &Path) -> Result<Project> {
    let project = Project::open(root)?;
    project.set_tell(Some(say));
    Ok(project)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let pipe = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
            || e.downcast_ref::<serde_json::Error>()
                .is_some_and(|e| e.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
            || matches!(e.downcast_ref(), Some(ExportError::Write(e))
                if e.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(pipe)
}
