//! The review on a terminal: events → commands → state → effects, and the state → the screen.
//!
//! Invariant: one thread reads keys and draws; all pending events are taken in, then the screen is
//! drawn once.

pub mod app;
pub mod command;
mod jobs;
pub mod keymap;
pub mod layout;
pub mod record;
pub mod replay;
pub mod screens;
pub mod session;
pub mod terminal;
pub mod theme;
mod widgets;

use crate::dataset::Media;
use crate::project::now;
use crate::store::Store;
use app::{App, Effect, Message, Status};
use crossterm::event::{self, Event, KeyEventKind};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use jobs::Jobs;
use record::Recorder;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use terminal::{Guard, Screen};
use theme::Theme;
use tui_input::backend::crossterm::to_input_request;

/// How long to sleep when an answer of a job is awaited, and when nothing is.
const SOON: Duration = Duration::from_millis(1);
const IDLE: Duration = Duration::from_millis(200);

/// Where the review's files are.
pub struct Places {
    /// The project's data folder.
    pub data_dir: PathBuf,
    /// What picture files are relative to.
    pub media_root: PathBuf,
}

/// Runs the review until the user leaves, or the program is told to end; records it if asked to.
///
/// # Errors
/// No terminal, or one that can't be written to.
pub fn run(
    mut app: App,
    store: Store,
    places: Places,
    mut recorder: Option<Recorder>,
) -> io::Result<App> {
    let theme = Theme::from_env(|name| std::env::var(name).ok());
    let ended = end_signals()?;
    let mut guard = Guard::enter()?;
    let jobs = start_jobs(&app, store, places)?;
    let size = guard.screen.size()?;
    if let Some(recorder) = &mut recorder {
        recorder.begin(&app, (size.width, size.height));
    }
    let mut effects = app.start();
    effects.extend(app.update(Message::Resized(size.width, size.height), now()));
    let mut next = Next { changed: true, quit: carry_out(&jobs, effects) };
    while !next.quit && !ended.load(Ordering::Relaxed) {
        if next.changed {
            paint(&mut guard.screen, &app, theme)?;
            app.update(Message::Painted, now());
        }
        next = take_in(&mut app, &jobs, recorder.as_ref())?;
    }
    for answer in jobs.finish() {
        app.update(answer, now());
    }
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        app.tell(Status::trouble(format!("the recording is not whole: {error}")));
    }
    Ok(app)
}

fn start_jobs(app: &App, store: Store, places: Places) -> io::Result<Jobs> {
    let files = match &app.desk().examples().media {
        Media::Picture(files) => files.clone(),
        Media::Row | Media::Text(_) => crate::dataset::TextColumn::default(),
    };
    let root = places.media_root;
    let picture = move |row: u32| root.join(files.get(row as usize));
    Jobs::start(store, places.data_dir, picture)
}

/// How long the review has to end in order once it was told to.
const GRACE: Duration = Duration::from_secs(2);

/// SIGTERM, SIGHUP, SIGINT and SIGQUIT ask us to end: what was decided is written, the terminal given
/// back. When the terminal is gone, crossterm never returns from reading it; then the process is
/// ended from here.
fn end_signals() -> io::Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let all = [SIGTERM, SIGHUP, SIGINT, SIGQUIT];
        let mut signals = signal_hook::iterator::Signals::new(all)?;
        let ended = ended.clone();
        thread::Builder::new().name("signals".into()).spawn(move || {
            if signals.forever().next().is_some() {
                ended.store(true, Ordering::Relaxed);
                thread::sleep(GRACE);
                terminal::give_back();
                std::process::exit(1);
            }
        })?;
    }
    Ok(ended)
}

fn paint(screen: &mut Screen, app: &App, theme: Theme) -> io::Result<()> {
    queue!(screen.backend_mut(), BeginSynchronizedUpdate)?;
    screen.draw(|frame| screens::draw(app, theme, frame))?;
    execute!(screen.backend_mut(), EndSynchronizedUpdate)
}

/// What came of waiting.
#[derive(Default)]
struct Next {
    /// The screen may have to be drawn anew.
    changed: bool,
    /// The user leaves.
    quit: bool,
}

/// Waits for something to happen, then takes in all that has.
fn take_in(app: &mut App, jobs: &Jobs, recorder: Option<&Recorder>) -> io::Result<Next> {
    let mut next = Next::default();
    let mut act = |app: &mut App, message| {
        let effects = match recorder {
            Some(recorder) => recorder.take(app, message, now()),
            None => app.update(message, now()),
        };
        next.changed = true;
        next.quit |= carry_out(jobs, effects);
    };
    let mut wait = if app.is_waiting() { SOON } else { IDLE };
    while event::poll(wait)? {
        wait = Duration::ZERO;
        if let Some(message) = message(app, &event::read()?) {
            act(app, message);
        }
    }
    while let Some(message) = jobs.answer() {
        act(app, message);
    }
    Ok(next)
}

/// What a terminal event means where the app is.
fn message(app: &App, event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Press => {
            if let Some(command) = app.command_of(*key) {
                return Some(Message::Command(command));
            }
            to_input_request(event).filter(|_| app.context().is_field()).map(Message::Edit)
        }
        Event::Paste(text) => Some(Message::Paste(text.clone())),
        Event::Resize(cols, rows) => Some(Message::Resized(*cols, *rows)),
        _ => None,
    }
}

fn carry_out(jobs: &Jobs, effects: Vec<Effect>) -> bool {
    let mut quit = false;
    for effect in effects {
        match effect {
            Effect::Save { epoch, event } => jobs.save(epoch, event),
            Effect::Remember(cursor) => jobs.remember(cursor),
            Effect::Prepare(keys) => jobs.prepare(keys),
            Effect::Work(work) => jobs.work(work),
            Effect::Suspend => {}
            Effect::Quit => quit = true,
        }
    }
    quit
}
