//! `gaffe DATA`, `gaffe review`: the review on the terminal.

use super::{OrderArgs, Selection, TestGuard, init, locate, next_command, say, unmatched};
use crate::dataset::{Order, Split};
use crate::ingest::FILE_NAME;
use crate::project::{Desk, Project, ProjectError, Subset, Writable};
use crate::store::{Cursor, Store};
use crate::tui::app::{App, Status, Tone};
use crate::tui::keymap::Keymap;
use crate::tui::record::Recorder;
use crate::tui::{self, Places, terminal};
use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args, Clone)]
#[command(
    after_help = "Examples:\n  gaffe review\n  gaffe review --run v2 --order confident\n  gaffe review --correct\n  \
        gaffe review --record bug.jsonl"
)]
pub struct ReviewArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    order: OrderArgs,
    /// Walk through predictions that agree with the label, to learn how many of these are wrong
    #[arg(long)]
    correct: bool,
    #[command(flatten)]
    guard: TestGuard,
    /// Write every command and all that is typed, notes too, into a new file: gaffe replay does it
    /// again
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl ReviewArgs {
    /// Whether any of them stands on the command line.
    pub fn is_given(&self) -> bool {
        let Selection { run, split } = &self.selection;
        run.is_some()
            || split.is_some()
            || self.order.is_given()
            || self.correct
            || self.guard.unlock_test
            || self.record.is_some()
    }
}

/// `gaffe DATA…`: a project's folder, or files to make one of.
pub fn open_data(data: &[PathBuf], project: Option<&Path>, args: &ReviewArgs) -> Result<()> {
    match data {
        [] => match locate(project, None) {
            Ok(project) => run(&project, args),
            Err(error) if project.is_none() && is_no_project(&error) => bail!("{BEGIN}"),
            Err(error) => Err(error),
        },
        [one] if one.is_dir() || one.ends_with(FILE_NAME) => run(&Project::open(one)?, args),
        files => {
            check_files(files)?;
            terminal::check()?;
            let (project, split) = init::project_of(files, &args.guard)?;
            open(&project, args.selection.split.map_or(split, Split::from), args)
        }
    }
}

const BEGIN: &str = "no project here (no gaffe.toml in this folder or above)\n  \
    open one:             gaffe FOLDER\n  \
    or make one of data:  gaffe dev.csv probs.npy\n  \
    the table needs a column for the label, and one for the picture file or the text;\n  \
    probs.npy holds one row of class probabilities for each of its rows";

fn is_no_project(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ProjectError::NoProject(_)))
}

/// A mistyped command looks like a file that is not there.
fn check_files(files: &[PathBuf]) -> Result<()> {
    for file in files {
        let plain = file.extension().is_none() && file.components().count() == 1;
        let hint = if plain { "\n  if a command was meant: gaffe --help lists them" } else { "" };
        ensure!(file.exists(), "{}: no such file or folder{hint}", file.display());
    }
    Ok(())
}

/// Opens the review where it was left.
pub fn run(project: &Project, args: &ReviewArgs) -> Result<()> {
    open(project, args.selection.split(), args)
}

fn open(project: &Project, split: Split, args: &ReviewArgs) -> Result<()> {
    // Before anything is opened or written.
    terminal::check()?;
    args.guard.check(split)?;
    let cursor = Cursor::load(&project.data_dir()).filter(|cursor| cursor.split == split);
    let remembered = cursor.as_ref().map(|cursor| cursor.run.as_str());
    let run = match args.selection.run.as_deref() {
        Some(wanted) => project.run_name(Some(wanted), split)?,
        // A run that was left may be gone since.
        None => project.run_name(remembered, split).or_else(|_| project.run_name(None, split))?,
    };
    let order = match (args.order.order(), &cursor) {
        (Some(order), _) => order,
        // Only a random sample of correct predictions says anything of the others.
        (None, Some(cursor)) if !args.correct => cursor.order,
        (None, _) => Order::default(),
    };
    let keymap = Arc::new(Keymap::standard()?);
    let at = cursor.filter(|cursor| cursor.run == run).map(|cursor| cursor.id);
    let walk = Walk { split, run: &run, order, correct: args.correct, args: &args.order };
    let (desk, store, repairs) = walk.open(project, &project.data_dir(), &keymap)?;
    let mut app = App::new(desk, keymap, at.as_deref(), (0, 0));
    match repairs.as_slice() {
        [] if app.desk().unmatched() > 0 => app.tell(Status::hint(unmatched(app.desk()))),
        [] if app.desk().order() != Order::Random => app.tell(Status::hint(format!(
            "{}, as left: estimates need the random order (O)",
            app.desk().order().name()
        ))),
        [] => app.tell(Status::hint("everything is saved as you go; q leaves")),
        repairs => app.tell(Status::trouble(repairs.join("; "))),
    }
    let places = Places { data_dir: project.data_dir(), media_root: project.media_root(split)? };
    let recorder = args.record.as_deref().map(recorder).transpose()?;
    let app = tui::run(app, store, places, recorder)?;
    farewell(project, &app);
    Ok(())
}

fn recorder(file: &Path) -> Result<Recorder> {
    Recorder::create(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow!("{}: there already; a recording needs a new file", file.display())
        }
        _ => anyhow!("{}: {error}", file.display()),
    })
}

/// What is walked.
pub struct Walk<'a> {
    /// The split.
    pub split: Split,
    /// The run.
    pub run: &'a str,
    /// The order.
    pub order: Order,
    /// The predictions that agree with the label, in place of the errors.
    pub correct: bool,
    /// What the order needs beside the run.
    pub args: &'a OrderArgs,
}

impl Walk<'_> {
    /// Puts it on the desk, with the decisions in `dir`, open for writing; and what was mended.
    pub fn open(
        &self,
        project: &Project,
        dir: &Path,
        keymap: &Keymap,
    ) -> Result<(Desk, Store, Vec<String>)> {
        // The data is read before anything is written.
        let examples = project.examples(self.split)?;
        let run = project.run(self.run, self.split, &examples)?;
        let likeness = self.args.likeness(project, self.split, self.run, &examples)?;
        let Writable { store, ledger, repairs } =
            project.open_decisions_in(dir, |letter| keymap.is_reserved(letter))?;
        let desk = project.desk_of(examples, run, self.order, ledger).with_likeness(likeness);
        let desk = if self.correct { desk.with_correct() } else { desk };
        Ok((desk, store, repairs))
    }
}

/// `command` for what was reviewed, which may not be what it prints alone.
fn about_this_run(project: &Project, app: &App, command: &str) -> String {
    let (run, split) = (&app.desk().run().name, app.desk().examples().split);
    let first = project.run_name(None, split).is_ok_and(|first| first == *run);
    let run = if first { String::new() } else { format!(" --run {run}") };
    let split = if split == Split::Dev { String::new() } else { format!(" --split {split}") };
    format!("{command}{run}{split}")
}

/// What was done, and what to do with it.
fn farewell(project: &Project, app: &App) {
    let name = &project.config().name;
    let saved = match app.status() {
        Status { tone: Tone::Trouble, text } => text,
        _ => "all saved",
    };
    let desk = app.desk();
    let command = match desk.subset() {
        Subset::Errors => "tally",
        Subset::Correct => "stats corrected",
    };
    say(&format!(
        "{name}: {} of {} {} reviewed, {saved}. Next: {}",
        desk.reviewed(),
        desk.list().len(),
        desk.subset().name(),
        next_command(project, &about_this_run(project, app, command))
    ));
}
