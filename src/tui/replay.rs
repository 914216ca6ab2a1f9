//! A review without a terminal: the same state, screens, store and threads, driven by a session.
//!
//! Invariant: as a person would, it waits before each key until the screen is whole and nothing is
//! on its way; what comes of a session is the same however fast the machine is.

use super::app::{App, Effect, Message, Mode};
use super::command::{Command, Context};
use super::jobs::Jobs;
use super::session::{Entry, Input, Session, on_screen};
use super::{Places, carry_out, screens, start_jobs};
use crate::dataset::{Event, Split};
use crate::media::text;
use crate::store::Store;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::time::{Duration, Instant};

/// How long a picture, a search or the disk may take.
const LIMIT: Duration = Duration::from_mins(1);
/// How long it may take to look at all examples, for likeness or for a screen that decides.
const LEARNING: Duration = Duration::from_mins(15);

/// The line of a session that could not be carried out. What came before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// From 1.
    pub line: usize,
    /// What was in its way.
    pub why: String,
}

/// What was measured. A key is a command or a key in a field.
#[derive(Debug, Default)]
pub struct Measured {
    /// Keys that were pressed.
    pub keys: usize,
    /// Keys of the session that had been dropped when it was recorded, and are passed over.
    pub dropped: usize,
    /// Time inside the program for a key: the state, then the screen. By kind of key.
    pub program: BTreeMap<&'static str, Vec<Duration>>,
    /// From a key until the example that it led to was whole on the screen, picture included.
    pub whole: Vec<Duration>,
    /// From a key until its decision was on the disk.
    pub durable: Vec<Duration>,
    /// What a key may have to wait for: taking in the answer of a thread, and the screen after it.
    pub answers: Vec<Duration>,
    /// How often a key led to another example.
    pub arrivals: usize,
    /// How often its picture was ready then.
    pub ready: usize,
    /// Events that were written down: decisions, undone and redone ones.
    pub events: usize,
    /// The examples that they changed.
    pub changed: BTreeSet<(Split, String)>,
}

/// A review that is driven.
pub struct Driver {
    app: App,
    jobs: Jobs,
    screen: Terminal<TestBackend>,
    /// When the keys were pressed whose decisions are on their way.
    sent: VecDeque<Instant>,
    not_saved: Option<String>,
    /// The generation of the scoring that was ordered last.
    ordered: u64,
    has_quit: bool,
    measured: Measured,
}

impl Driver {
    /// Opens the review on a screen of so many columns and rows.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        app: App,
        store: Store,
        places: Places,
        (cols, rows): (u16, u16),
        now: u64,
    ) -> io::Result<Self> {
        let jobs = start_jobs(&app, store, places)?;
        let Ok(screen) = Terminal::new(TestBackend::new(cols, rows));
        let mut driver = Self {
            app,
            jobs,
            screen,
            sent: VecDeque::new(),
            not_saved: None,
            ordered: 0,
            has_quit: false,
            measured: Measured::default(),
        };
        let mut effects = driver.app.start();
        effects.extend(driver.app.update(Message::Resized(cols, rows), now));
        driver.carry_out(effects, Instant::now());
        driver.repaint(now);
        Ok(driver)
    }

    /// The state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The screen as text, without the blanks at the ends of lines.
    pub fn text(&self) -> String {
        let buffer = self.screen.backend().buffer();
        let lines = buffer.content.chunks(usize::from(buffer.area.width).max(1)).map(|cells| {
            let (mut line, mut covered) = (String::new(), 0);
            for cell in cells {
                if covered == 0 {
                    line.push_str(cell.symbol());
                }
                // A wide character covers the cells after it.
                covered = covered.max(text::width(cell.symbol())).saturating_sub(1);
            }
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Carries a whole session out, as if it had been ended at `now` (milliseconds since 1970).
    ///
    /// # Errors
    /// The first line that could not be carried out.
    pub fn replay(&mut self, session: &Session, now: u64) -> Result<(), Stopped> {
        let last = session.entries.last().map_or(0, |(_, entry)| entry.ms);
        let start = now.saturating_sub(last);
        for (line, entry) in &session.entries {
            let at = start.saturating_add(entry.ms).min(now);
            self.settle(at)
                .and_then(|()| self.carry_on(entry, at))
                .map_err(|why| Stopped { line: *line, why })?;
        }
        let line = session.entries.last().map_or(1, |(line, _)| *line);
        self.settle(now).map_err(|why| Stopped { line, why })
    }

    fn carry_on(&mut self, entry: &Entry, at: u64) -> Result<(), String> {
        if self.has_quit {
            return Err("the review was left before".to_owned());
        }
        if entry.dropped {
            self.measured.dropped += 1;
            return Ok(());
        }
        let here = on_screen(&self.app);
        match (&entry.at, here) {
            (Some(wanted), here) if here.as_ref() != Some(wanted) => {
                let here = here.unwrap_or_else(|| "no example".to_owned());
                Err(format!("recorded on {wanted}, but {here} is on the screen"))
            }
            _ => self.press(&entry.input, at),
        }
    }

    /// Does what a person did, and paints.
    ///
    /// # Errors
    /// No key could have done it where the app is, or it was dropped.
    pub fn press(&mut self, input: &Input, now: u64) -> Result<(), String> {
        let context = self.app.context();
        if !is_possible(input, context) && !self.confirms(input) {
            let name = context.name();
            return Err(match input {
                Input::Command(command) => format!("no {} in [{name}]", command.row().id),
                _ => format!("there is no field to type into in [{name}]"),
            });
        }
        let (row, dropped) = (self.app.row(), self.app.dropped());
        let start = Instant::now();
        if let Input::Resize(cols, rows) = *input {
            self.screen.backend_mut().resize(cols, rows);
        }
        let effects = self.app.update(input.message(self.ordered), now);
        self.carry_out(effects, start);
        self.repaint(now);
        let time = start.elapsed();
        if self.app.dropped() > dropped {
            return Err(self.app.status().text.clone());
        }
        if input.is_key() {
            self.measured.keys += 1;
            self.measured.program.entry(kind(input, context)).or_default().push(time);
        }
        if self.app.row() != row && !self.has_quit {
            self.arrive(start, now)?;
        }
        Ok(())
    }

    /// Whether it asks once more for what is to be confirmed, which confirms it.
    fn confirms(&self, input: &Input) -> bool {
        let Mode::Confirm(confirm) = self.app.mode() else { return false };
        matches!(input, Input::Command(command) if confirm.by == Some(*command))
    }

    /// Waits until nothing is on its way: no picture, no decision, no search, no likeness.
    ///
    /// # Errors
    /// It takes too long, or a decision could not be written down.
    pub fn settle(&mut self, now: u64) -> Result<(), String> {
        self.wait(now, |app| !app.is_waiting() && !app.is_learning())
    }

    /// Takes in what comes within `pause`, as while a person does nothing.
    ///
    /// # Errors
    /// A decision could not be written down.
    pub fn attend(&mut self, pause: Duration, now: u64) -> Result<(), String> {
        let end = Instant::now() + pause;
        while let Some(answer) = self.jobs.answer_within(end.duration_since(Instant::now())) {
            self.take_in(answer, now);
        }
        self.saved()
    }

    /// Waits until the example is whole on the screen; others may still be on their way.
    fn arrive(&mut self, start: Instant, now: u64) -> Result<(), String> {
        self.measured.arrivals += 1;
        self.measured.ready += usize::from(self.app.is_whole());
        self.wait(now, |app| app.is_whole() || !app.is_waiting())?;
        self.measured.whole.push(start.elapsed());
        Ok(())
    }

    fn wait(&mut self, now: u64, enough: impl Fn(&App) -> bool) -> Result<(), String> {
        let is_long = self.app.is_learning() || self.app.asking().is_some();
        let limit = if is_long { LEARNING } else { LIMIT };
        let deadline = Instant::now() + limit;
        while !enough(&self.app) && self.not_saved.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            let Some(answer) = self.jobs.answer_within(left) else {
                let limit = limit.as_secs();
                return Err(format!("no picture, search or disk answered within {limit} s"));
            };
            self.take_in(answer, now);
        }
        self.saved()
    }

    fn saved(&mut self) -> Result<(), String> {
        self.not_saved.take().map_or(Ok(()), |reason| Err(format!("not saved: {reason}")))
    }

    /// Paints the screen anew; says how long that took.
    pub fn repaint(&mut self, now: u64) -> Duration {
        let start = Instant::now();
        let app = &self.app;
        let Ok(_) = self.screen.draw(|frame| screens::draw(app, app.theme(), frame));
        self.app.update(Message::Painted, now);
        start.elapsed()
    }

    fn take_in(&mut self, answer: Message, now: u64) {
        match &answer {
            Message::Saved { .. } => {
                let durable = self.sent.pop_front().map(|sent| sent.elapsed());
                self.measured.durable.extend(durable);
            }
            Message::SaveFailed { reason, .. } => self.not_saved = Some(reason.clone()),
            _ => {}
        }
        let start = Instant::now();
        let effects = self.app.update(answer, now);
        self.carry_out(effects, start);
        self.repaint(now);
        self.measured.answers.push(start.elapsed());
    }

    fn carry_out(&mut self, mut effects: Vec<Effect>, pressed: Instant) {
        // There is no terminal to give back, and nobody to call again; a replay makes no run of the project: what
        // came of a scoring stands in the session.
        effects.retain(|effect| *effect != Effect::Suspend);
        for effect in effects.extract_if(.., |effect| matches!(effect, Effect::Score(_))) {
            if let Effect::Score(order) = effect {
                self.ordered = order.generation;
            }
        }
        for effect in &effects {
            if let Effect::Save { event, .. } = effect {
                self.sent.push_back(pressed);
                self.measured.note(event);
            }
        }
        self.has_quit |= carry_out(&self.jobs, effects);
    }

    /// What was measured so far; it begins anew.
    pub fn take_measured(&mut self) -> Measured {
        std::mem::take(&mut self.measured)
    }

    /// Lets the writer finish; returns the state and what was measured.
    pub fn finish(mut self, now: u64) -> (App, Measured) {
        for answer in self.jobs.finish() {
            self.app.update(answer, now);
        }
        (self.app, self.measured)
    }
}

impl Measured {
    /// The examples that a person decided on, and what is decided of them now.
    fn note(&mut self, event: &Event) {
        self.events += 1;
        let changes = event.changes.iter().map(|change| (change.split, change.id.clone()));
        self.changed.extend(changes);
    }

    /// The time inside the program for any key.
    pub fn all_keys(&self) -> Vec<Duration> {
        self.program.values().flatten().copied().collect()
    }
}

/// Whether a key, the mouse or the palette could have done it there.
fn is_possible(input: &Input, context: Context) -> bool {
    let holds = |command: Command, context| command.row().contexts.contains(&context);
    match input {
        Input::Command(command) => {
            // What is to be done on many is said, and confirmed, with keys of the screen below.
            let on_many = matches!(context, Context::Choose | Context::Confirm);
            let below = holds(*command, Context::Review) || holds(*command, Context::Grid);
            holds(*command, context) || on_many && command.on_sight() && below
        }
        Input::Edit(_) => context.is_field(),
        Input::Paste(_) | Input::Resize(..) | Input::Mouse(_) | Input::Scored(_) => true,
    }
}

/// What a key is for: its heading in the help; in a field or a list the name of that.
fn kind(input: &Input, context: Context) -> &'static str {
    match input {
        Input::Command(command) if matches!(context, Context::Review | Context::Grid) => {
            command.row().group
        }
        _ => context.name(),
    }
}

/// Quantiles of some times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// The median.
    pub p50: f64,
    /// All but one in a hundred are no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Spread {
    /// Quantiles by nearest rank: the smallest time that is no shorter than that share of them
    /// (Hyndman and Fan 1996, definition 1). `None` of no times.
    pub fn of(times: &[Duration]) -> Option<Self> {
        let mut ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
        ms.sort_by(f64::total_cmp);
        let last = ms.len().checked_sub(1)?;
        let at = |share: f64| {
            let rank = (ms.len() as f64 * share).ceil() as usize;
            ms[rank.saturating_sub(1).min(last)]
        };
        Some(Self { count: ms.len(), p50: at(0.5), p99: at(0.99), max: ms[last] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let spread = Spread::of(&times).unwrap();
        assert_eq!((spread.count, spread.p50, spread.p99, spread.max), (200, 100.0, 198.0, 200.0));
        assert_eq!(Spread::of(&[]), None);
    }

    proptest! {
        #[test]
        fn quantiles_are_in_order(times in prop::collection::vec(0_u64..1_000_000, 1..300)) {
            let times: Vec<_> = times.into_iter().map(Duration::from_micros).collect();
            let spread = Spread::of(&times).unwrap();
            prop_assert!(spread.p50 <= spread.p99 && spread.p99 <= spread.max);
            let least = times.iter().min().unwrap().as_secs_f64() * 1000.0;
            prop_assert!(spread.p50 >= least);
        }
    }

    #[test]
    fn what_no_key_does_is_not_possible() {
        let command = |command| Input::Command(command);
        let letter = Input::Edit(tui_input::InputRequest::InsertChar('x'));
        assert!(is_possible(&command(Command::Undo), Context::Review));
        assert!(!is_possible(&command(Command::Undo), Context::Prompt));
        assert!(is_possible(&command(Command::Tag('b')), Context::Choose));
        assert!(!is_possible(&command(Command::Undo), Context::Choose));
        assert!(is_possible(&letter, Context::Prompt) && !is_possible(&letter, Context::Review));
    }
}
