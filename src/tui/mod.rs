//! The review on a terminal: events → commands → state → effects, and the state → the screen.
//!
//! Invariant: one thread reads keys and draws; all pending events are taken in, then the screen is
//! drawn once.

pub mod app;
pub mod command;
mod context;
pub mod hit;
mod jobs;
pub mod keymap;
pub mod layout;
pub mod record;
pub mod replay;
mod rescore;
mod scorer;
pub mod screens;
pub mod session;
pub mod settings;
mod signals;
pub mod terminal;
pub mod theme;
mod widgets;

use crate::project::{Project, now};
use crate::store::{Store, Welcome};
use app::{App, Effect, Message, Mouse, Status};
use crossterm::event::{self, Event, KeyEventKind};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use jobs::Jobs;
use record::Recorder;
use signals::{Pause, Signals};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use terminal::{Guard, Screen};
use tui_input::backend::crossterm::to_input_request;

/// How long to sleep when an answer of a job is awaited, and when nothing is.
const SOON: Duration = Duration::from_millis(1);
const IDLE: Duration = Duration::from_millis(200);

/// Where the review's files are.
pub struct Places {
    /// The project.
    pub project: Arc<Project>,
    /// The folder of its decisions.
    pub data_dir: PathBuf,
    /// What files of pictures and sounds are relative to.
    pub media_root: PathBuf,
    /// Whether the card of the first start was read.
    pub welcome: Welcome,
}

/// Runs the review until the user leaves, or the program is told to end; `mouse` says whether clicks
/// and the wheel are taken. Records it if asked to.
///
/// # Errors
/// No terminal, or one that can't be written to.
pub fn run(
    mut app: App,
    store: Store,
    places: Places,
    mouse: bool,
    mut recorder: Option<Recorder>,
) -> io::Result<App> {
    let signals = Signals::listen()?;
    let mut guard = Guard::enter(app.theme().depth())?;
    if mouse {
        guard.catch_mouse()?;
    }
    let jobs = start_jobs(&app, store, places)?;
    let size = guard.screen.size()?;
    if let Some(recorder) = &mut recorder {
        recorder.begin(&app, (size.width, size.height));
    }
    let mut effects = app.start();
    effects.extend(measure(&mut app, &guard.screen)?);
    let mut next = Next { changed: true, quit: carry_out(&jobs, effects) };
    while !next.quit && !signals.ended() {
        if next.changed {
            paint(&mut guard.screen, &app)?;
            app.update(Message::Painted, now());
        }
        next = take_in(&mut app, &jobs, recorder.as_ref())?;
        if !app.is_saving() {
            next.changed |= pause(&mut app, &jobs, &signals, &mut guard)?;
        }
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
    let files = app.desk().examples().media.files().cloned().unwrap_or_default();
    let root = places.media_root;
    let picture = move |row: u32| root.join(files.get(row as usize));
    let Places { project, data_dir, welcome, .. } = places;
    Jobs::start(store, jobs::Files { project, dir: data_dir, welcome }, picture)
}

/// Tells the app how large the terminal is.
fn measure(app: &mut App, screen: &Screen) -> io::Result<Vec<Effect>> {
    let size = screen.size()?;
    Ok(app.update(Message::Resized(size.width, size.height), now()))
}

/// Goes back to the shell if that was asked for; whether the screen has to be drawn anew.
fn pause(app: &mut App, jobs: &Jobs, signals: &Signals, guard: &mut Guard) -> io::Result<bool> {
    match signals.pause(guard)? {
        Pause::None => return Ok(false),
        Pause::Refused => app.tell(Status::hint("there is no shell here to go back to")),
        Pause::Over => {
            // The terminal may have another size by now, and nothing of ours is on it.
            carry_out(jobs, measure(app, &guard.screen)?);
        }
    }
    Ok(true)
}

fn paint(screen: &mut Screen, app: &App) -> io::Result<()> {
    queue!(screen.backend_mut(), BeginSynchronizedUpdate)?;
    screen.draw(|frame| screens::draw(app, app.theme(), frame))?;
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
        Event::Mouse(event) => Mouse::of(*event).map(Message::Mouse),
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
            Effect::KeepFilters(filters) => jobs.keep_filters(filters),
            Effect::Learn(learning) => jobs.learn(learning),
            Effect::Work(work) => jobs.work(work),
            Effect::Consider(question) => jobs.consider(question),
            Effect::Ask(asking) => jobs.ask(asking),
            Effect::Log(edit) => jobs.log(edit),
            Effect::LookForModels(generation, split) => jobs.look_for_models(generation, split),
            Effect::Score(order) => jobs.score(order),
            Effect::Copy(text) => terminal::copy(&text),
            Effect::Welcomed => jobs.welcomed(),
            Effect::Suspend => signals::stop(),
            Effect::Quit => quit = true,
        }
    }
    quit
}
