//! `gaffe replay`: a recorded review is done again, without a terminal.

use super::print::{self, Table, count};
use super::review::Walk;
use super::settings::{self, KeymapArg};
use super::{OrderArgs, TestGuard, filter, say};
use crate::dataset::Ledger;
use crate::project::{Project, now};
use crate::store::{Welcome, load_filters};
use crate::tui::Places;
use crate::tui::app::App;
use crate::tui::replay::{Driver, Measured, Spread, Stopped};
use crate::tui::session::{Session, terminal_size};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    gaffe review --record bug.jsonl            record what you do\n  \
    gaffe replay bug.jsonl --dry-run --screen  do it again, and show the last screen\n  \
    gaffe replay morning.jsonl --json\n\n\
    A line is {\"command\":\"class\",\"argument\":\"3\"}, by the names that the keymap has, or {\"type\":\"text\"}; \"at\" says on\n\
    which example. Who sends a recording to others sends all that was typed, notes too.")]
pub struct ReplayArgs {
    /// The file that `gaffe review --record` wrote
    file: PathBuf,
    /// Work on a copy of the decisions: nothing is changed
    #[arg(long)]
    dry_run: bool,
    /// Columns and rows of the screen [default: those of the recording]
    #[arg(long, value_name = "80x24", value_parser = terminal_size)]
    size: Option<(u16, u16)>,
    /// Print the last screen as text
    #[arg(long)]
    screen: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    order: OrderArgs,
    #[command(flatten)]
    guard: TestGuard,
}

/// What came of it.
#[derive(Serialize)]
struct Report {
    project: String,
    dry_run: bool,
    /// Commands and keys in fields.
    keys: usize,
    /// Keys that had been dropped when they were recorded, and are left out.
    dropped: usize,
    /// Decisions, undone and redone ones too.
    events: usize,
    #[serde(flatten)]
    decided: Decided,
    keys_per_decision: Option<f64>,
    /// Time in the program for a key, in milliseconds.
    ms_per_key: Option<Spread>,
    ms_by_kind: BTreeMap<&'static str, Option<Spread>>,
    /// … until the example that it led to is whole on the screen.
    ms_until_whole: Option<Spread>,
    /// … until its decision is on the disk.
    ms_until_durable: Option<Spread>,
    arrivals: usize,
    pictures_ready: usize,
    stopped: Option<Stopped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<String>,
}

/// What is decided now on the examples that the session changed.
#[derive(Serialize, Default)]
struct Decided {
    /// Examples on which something is decided.
    decisions: usize,
    verdicts: BTreeMap<&'static str, usize>,
    labels_corrected: usize,
    tags: usize,
    notes: usize,
    flags: usize,
    skipped: usize,
}

impl Decided {
    fn of(measured: &Measured, ledger: &Ledger) -> Self {
        let mut decided = Self::default();
        for (split, id) in &measured.changed {
            let Some(review) = ledger.review(*split, id) else { continue };
            decided.decisions += 1;
            if let Some(verdict) = review.verdict {
                *decided.verdicts.entry(verdict.name()).or_default() += 1;
            }
            decided.labels_corrected += usize::from(review.relabel.is_some());
            decided.tags += review.tags.len();
            decided.notes += usize::from(!review.note.is_empty());
            decided.flags += usize::from(review.flagged);
            decided.skipped += usize::from(review.skipped);
        }
        decided
    }

    /// `model wrong 3, label wrong 1, labels corrected 2, tags 4`
    fn in_words(&self) -> String {
        let mut parts: Vec<String> =
            self.verdicts.iter().map(|(verdict, n)| format!("{verdict} {n}")).collect();
        let others = [
            (self.labels_corrected, "labels corrected"),
            (self.tags, "tags"),
            (self.notes, "notes"),
            (self.flags, "flagged"),
            (self.skipped, "skipped"),
        ];
        parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{what} {n}")));
        if parts.is_empty() { "nothing decided".to_owned() } else { parts.join(", ") }
    }
}

/// Does the session again and prints what came of it.
pub fn run(project: &Project, args: &ReplayArgs, out: &mut dyn Write) -> Result<()> {
    let file = args.file.display();
    let text = fs::read_to_string(&args.file).map_err(|error| anyhow!("{file}: {error}"))?;
    let session = Session::parse(&text).map_err(|error| anyhow!("{file}: {error}"))?;
    args.guard.check(session.header.split)?;
    if session.header.project != project.config().name {
        let (theirs, ours) = (&session.header.project, &project.config().name);
        say(&format!("recorded on project {theirs:?}; this one is {ours:?}"));
    }
    let copy = args.dry_run.then(|| copy_of(&project.data_dir())).transpose()?;
    let data_dir = copy.as_ref().map_or_else(|| project.data_dir(), |copy| copy.path().into());
    let mut driver = open(project, &session, args, data_dir)?;
    let stopped = driver.replay(&session, now()).err();
    let screen = args.screen.then(|| driver.text());
    let (app, measured) = driver.finish(now());
    let report = report(&app, &measured, args, stopped, screen);
    if args.json { print::json(&report, out) } else { print_report(&report, out) }?;
    out.flush()?;
    if let Some(Stopped { line, why }) = &report.stopped {
        bail!("{file}: line {line}: {why}\n  what stands before that line is done");
    }
    Ok(())
}

fn open(
    project: &Project,
    session: &Session,
    args: &ReplayArgs,
    data_dir: PathBuf,
) -> Result<Driver> {
    let header = &session.header;
    let run = project.run_name(Some(&header.run), header.split)?;
    let settings = settings::load()?;
    let keymap = Arc::new(KeymapArg::default().keymap(&settings)?.1);
    let order = args.order.clone().or(header.order);
    let walk = Walk {
        split: header.split,
        run: &run,
        order: order.order().unwrap_or(header.order),
        correct: header.correct,
        args: &order,
    };
    let (desk, store, news) = walk.open(project, &data_dir, &keymap)?;
    // A copy is made of the journal alone, so there is always something to mend.
    for repair in news.repairs.iter().chain(&news.moved).filter(|_| !args.dry_run) {
        say(repair);
    }
    let size = args.size.unwrap_or(header.size);
    let app = App::new(desk, keymap, header.at.as_deref(), size);
    let app = app.with_filters(load_filters(&data_dir)?);
    let mut app = match &header.filter {
        Some(text) => app.with_filter(text).map_err(|error| filter::wrong(text, &error))?,
        None => app,
    };
    app.set_guards(header.guards);
    app.set_macros(settings.macros);
    app.offer_presets(project.presets()?);
    let welcome = Welcome::from_env(|name| std::env::var_os(name));
    let media_root = project.media_root(header.split)?;
    let project = Arc::new(project.clone());
    let places = Places { project, data_dir, media_root, welcome };
    Ok(Driver::start(app, store, places, size, now())?)
}

/// The decisions in a folder of their own, which is gone afterwards. The journal has all of them: the
/// database is made anew from it, and may be in use.
fn copy_of(data_dir: &Path) -> Result<tempfile::TempDir> {
    let copy = tempfile::tempdir()?;
    if !data_dir.is_dir() {
        return Ok(copy);
    }
    for entry in fs::read_dir(data_dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name() != "lock" {
            fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    Ok(copy)
}

fn report(
    app: &App,
    measured: &Measured,
    args: &ReplayArgs,
    stopped: Option<Stopped>,
    screen: Option<String>,
) -> Report {
    let decided = Decided::of(measured, app.desk().ledger());
    let decisions = decided.decisions;
    let by_kind = measured.program.iter().map(|(kind, times)| (*kind, Spread::of(times)));
    Report {
        project: app.desk().project().to_owned(),
        dry_run: args.dry_run,
        keys: measured.keys,
        dropped: measured.dropped,
        events: measured.events,
        decided,
        keys_per_decision: (decisions > 0).then(|| measured.keys as f64 / decisions as f64),
        ms_per_key: Spread::of(&measured.all_keys()),
        ms_by_kind: by_kind.collect(),
        ms_until_whole: Spread::of(&measured.whole),
        ms_until_durable: Spread::of(&measured.durable),
        arrivals: measured.arrivals,
        pictures_ready: measured.ready,
        stopped,
        screen,
    }
}

fn print_report(report: &Report, out: &mut dyn Write) -> Result<()> {
    let Report { keys, events, decided, .. } = report;
    let (keys, events) = (count(*keys), count(*events));
    let each = report.keys_per_decision.map_or_else(String::new, |n| format!(", {n:.2} keys each"));
    let decisions = count(decided.decisions);
    writeln!(out, "{}: {keys} keys, decisions on {decisions} examples{each}", report.project)?;
    writeln!(out, "{}", decided.in_words())?;
    if report.dropped > 0 {
        writeln!(out, "{} keys had been dropped, and are left out", report.dropped)?;
    }
    if report.dry_run {
        writeln!(out, "dry run: {events} events on a copy; nothing was changed\n")?;
    } else {
        writeln!(out, "{events} events written down; `u` in the review takes them back\n")?;
    }
    times(report).print(out)?;
    if report.arrivals > 0 {
        let (ready, all) = (report.pictures_ready, report.arrivals);
        writeln!(out, "\nready when they were come to: {ready} of {all} examples")?;
    }
    if let Some(screen) = &report.screen {
        writeln!(out, "\n{screen}")?;
    }
    Ok(())
}

fn times(report: &Report) -> Table {
    let mut table = Table::new(&["milliseconds", "n", "p50", "p99", "max"]);
    let mut row = |name: &str, spread: Option<Spread>| {
        let Some(Spread { count: n, p50, p99, max }) = spread else { return };
        let ms = |ms: f64| format!("{ms:.2}");
        table.row([name.to_owned(), count(n), ms(p50), ms(p99), ms(max)]);
    };
    row("in the program, a key", report.ms_per_key);
    for (kind, spread) in &report.ms_by_kind {
        row(&format!("  {kind}"), *spread);
    }
    row("until the example is whole", report.ms_until_whole);
    row("until it is on the disk", report.ms_until_durable);
    table
}
