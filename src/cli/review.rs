//! `gaffe DATA`, `gaffe review`: the review on the terminal.

use super::guards::GuardArgs;
use super::print::count;
use super::settings::{self, KeymapArg, ThemeArg};
use super::{
    OrderArgs, Selection, TestGuard, filter, init, locate, opened, reading, say, unmatched,
};
use crate::analysis::TallyRow;
use crate::dataset::{Order, Split};
use crate::ingest::FILE_NAME;
use crate::project::{Desk, Project, ProjectError, Subset, Writable, shell_word};
use crate::store::{Cursor, Store, Welcome, load_filters};
use crate::tui::app::{App, Status, Summary, Tone, agreement, rate};
use crate::tui::command::Command;
use crate::tui::keymap::Keymap;
use crate::tui::record::Recorder;
use crate::tui::{self, Places, terminal};
use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Kinds of error that are named at the end.
const TOP: usize = 3;

#[derive(Args, Clone)]
#[command(
    after_help = "Examples:\n  gaffe review\n  gaffe review --run v2 --order confident\n  gaffe review --correct\n  \
                  gaffe review --filter 'gold:Shirt conf>0.9 -reviewed'\n  \
                  gaffe review --record bug.jsonl"
)]
pub struct ReviewArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    order: OrderArgs,
    /// List only what a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// Walk through predictions that agree with the label, to learn how many of these are wrong
    #[arg(long)]
    correct: bool,
    /// Leave the mouse to the terminal [also: `GAFFE_MOUSE=0`]
    #[arg(long)]
    no_mouse: bool,
    #[command(flatten)]
    guard: TestGuard,
    #[command(flatten)]
    guards: GuardArgs,
    /// Aim at so many reviewed examples in this session: what is done and left of them is shown
    #[arg(long, value_name = "N")]
    goal: Option<usize>,
    #[command(flatten)]
    keymap: KeymapArg,
    #[command(flatten)]
    theme: ThemeArg,
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
            || self.filter.is_some()
            || self.no_mouse
            || self.guard.unlock_test
            || self.goal.is_some()
            || self.guards.is_given()
            || self.keymap.is_given()
            || self.theme.is_given()
            || self.record.is_some()
    }

    /// Whether clicks and the wheel are taken.
    fn takes_mouse(&self) -> bool {
        !self.no_mouse && std::env::var_os("GAFFE_MOUSE").is_none_or(|value| value != "0")
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
        [one] if one.join(FILE_NAME).is_file() || one.ends_with(FILE_NAME) => {
            run(&opened(one)?, args)
        }
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
    or make one of data:  gaffe FILE…, such as: gaffe dev.jsonl, or: gaffe dev.csv probs.npy\n  \
    the files hold labels, predictions, and what there is to look at, in one or in several;\n  \
    `gaffe init FILE… --dry-run` says what is understood of them";

pub(super) fn is_no_project(error: &anyhow::Error) -> bool {
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
    let settings = settings::load()?;
    let theme = args.theme.theme(&settings)?;
    let keymap = Arc::new(args.keymap.keymap(&settings)?.1);
    let presets = project.presets()?;
    let Opened { desk, at, store, news } = desk(project, split, args, &keymap)?;
    let app = App::new(desk, keymap, at.as_deref(), (0, 0));
    let mut app = app.with_filters(load_filters(&project.data_dir())?).with_theme(theme);
    if let Some(text) = &args.filter {
        app = app.with_filter(text).map_err(|error| filter::wrong(text, &error))?;
    }
    app.set_goal(args.goal.or(settings.goal.map(|goal| goal.get() as usize)));
    app.set_guards(args.guards.guards(settings.guards));
    app.set_macros(settings.macros);
    app.offer_presets(presets);
    app.tell(greeting(&app, &news));
    let welcome = welcome(&mut app);
    let (data_dir, media_root) = (project.data_dir(), project.media_root(split)?);
    project.keep_on_disk();
    // from now on the screen is the review's
    project.set_tell(None);
    reading::hide();
    let shared = Arc::new(project.clone());
    let places = Places { project: shared, data_dir, media_root, welcome };
    let recorder = args.record.as_deref().map(recorder).transpose()?;
    let app = tui::run(app, store, places, args.takes_mouse(), recorder)?;
    farewell(project, &app);
    Ok(())
}

/// What is walked, and the store that takes decisions.
fn desk(project: &Project, split: Split, args: &ReviewArgs, keymap: &Keymap) -> Result<Opened> {
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
    let at = cursor.filter(|cursor| cursor.run == run).map(|cursor| cursor.id);
    let walk = Walk { split, run: &run, order, correct: args.correct, args: &args.order };
    let (desk, store, news) = walk.open(project, &project.data_dir(), keymap)?;
    Ok(Opened { desk, at, store, news })
}

/// What a review begins with.
struct Opened {
    desk: Desk,
    /// The example that was left.
    at: Option<String>,
    store: Store,
    news: News,
}

/// What is to be said of the decisions, in sentences.
pub struct News {
    /// What was mended when the store was opened.
    pub repairs: Vec<String>,
    /// Which decisions followed their examples to other ids.
    pub moved: Vec<String>,
}

/// Shows the card of the first start to who has not read it yet.
fn welcome(app: &mut App) -> Welcome {
    let welcome = Welcome::from_env(|name| std::env::var_os(name));
    let is_new = app.desk().ledger().reviews(app.desk().examples().split).next().is_none();
    if welcome.is_due(is_new) {
        app.welcome();
    }
    welcome
}

/// What is to be known before the first key.
fn greeting(app: &App, news: &News) -> Status {
    if !news.repairs.is_empty() {
        return Status::trouble(news.repairs.join("; "));
    }
    let (desk, key) = (app.desk(), |command| app.keymap().key_of(command));
    let left_out = desk.examples().origin.left_out.count;
    Status::hint(if !news.moved.is_empty() {
        news.moved.join("; ")
    } else if desk.unmatched() > 0 {
        unmatched(desk)
    } else if left_out > 0 {
        let rows = if left_out == 1 { "row is" } else { "rows are" };
        format!("{} {rows} left out: gaffe check says why", count(left_out))
    } else if desk.order() != Order::Random {
        let (order, key) = (desk.order().name(), key(Command::Reorder));
        format!("{order}, as left: estimates need the random order ({key})")
    } else {
        format!("everything is saved as you go; {} leaves", key(Command::Quit))
    })
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
    /// Puts it on the desk, with the decisions in `dir`, open for writing; and what is to be said.
    pub fn open(
        &self,
        project: &Project,
        dir: &Path,
        keymap: &Keymap,
    ) -> Result<(Desk, Store, News)> {
        // The data is read before anything is written.
        let examples = project.examples(self.split)?;
        let run = project.kept_run(self.run, self.split, &examples)?;
        let likeness = self.args.likeness(project, self.split, self.run, &examples)?;
        let Writable { store, ledger, repairs, moved } =
            project.open_decisions_in(dir, |letter| keymap.is_reserved(letter))?;
        let desk = project.desk_of(examples, run, self.order, ledger).with_likeness(likeness);
        let desk = if self.correct { desk.with_correct() } else { desk };
        Ok((desk, store, News { repairs, moved }))
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
    let (done, subset) = (desk.reviewed(), desk.subset().name());
    let next = project.command(&about_this_run(project, app, command));
    let first = format!("{name}: {done} of {} {subset} reviewed, {saved}.", desk.all());
    match app.summary() {
        None => say(&format!("{first} Next: {next}")),
        Some(summary) => {
            let lines = outcome(app, &summary).join("\n  ");
            say(&format!("{first}\n  {lines}\nNext: {next}"));
        }
    }
    if let Some((run, model)) = app.stopped_scoring() {
        say(&format!("{run} is scored in part. Go on: {}", go_on(project, app, run, model)));
    }
}

/// The command that goes on with a scoring that was stopped.
fn go_on(project: &Project, app: &App, run: &str, model: &str) -> String {
    let model = project.typed_model(model);
    let here = std::env::current_dir().unwrap_or_default();
    let model = shell_word(&model.strip_prefix(&here).unwrap_or(&model).display().to_string());
    let split = match app.desk().examples().split {
        Split::Dev => String::new(),
        split => format!(" --split {split}"),
    };
    project.command(&format!("score --model {model} --name {run}{split}"))
}

/// What came of the session, an indented line each.
fn outcome(app: &App, summary: &Summary) -> Vec<String> {
    let count = |n: usize, of: &str| format!("{n} {of}{}", if n == 1 { "" } else { "s" });
    let mut session = vec![count(summary.examples, "example") + " decided"];
    session.push(count(summary.relabelled, "label") + " changed");
    if let Some(pace) = summary.pace {
        session.extend(pace.median_seconds.map(|s| format!("{s:.1} s each")));
        session.push(format!("{} a minute", rate(pace.per_minute)));
    }
    let mut lines = vec![format!("this session: {}", session.join(", "))];
    let (tally, ledger) = (app.tally(), app.desk().ledger());
    if app.desk().subset() == Subset::Errors && !tally.rows.is_empty() {
        let row = |row: &TallyRow| format!("{} {}", row.category.name(ledger), row.count);
        let rows: Vec<String> = tally.rows.iter().take(TOP).map(row).collect();
        lines.push(format!("most frequent: {}", rows.join(", ")));
    }
    lines.extend(summary.agreement.as_ref().map(|a| format!("re-test: {}", agreement(a))));
    lines
}
