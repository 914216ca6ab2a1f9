//! Writes a session down while it happens.
//!
//! Invariant: the thread that draws writes nothing. A line is on its way to the file as soon as its
//! key was taken, so a program that is killed loses at most the last ones; nothing is synced.

use super::app::{App, Effect, Message, Mode};
use super::session::{Entry, Header, Input, on_screen};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// The recorder of a session.
pub struct Recorder {
    lines: Sender<String>,
    writer: JoinHandle<io::Result<()>>,
    start: Instant,
}

impl Recorder {
    /// Makes the file.
    ///
    /// # Errors
    /// It is there already, or can't be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::create_new(path)?;
        let (lines, incoming) = channel();
        let writer = thread::Builder::new()
            .name("recorder".into())
            .spawn(move || write_lines(file, &incoming))?;
        Ok(Self { lines, writer, start: Instant::now() })
    }

    /// Notes what is reviewed: the first line.
    pub fn begin(&mut self, app: &App, size: (u16, u16)) {
        self.start = Instant::now();
        self.write(Header::of(app, size).to_json());
    }

    /// Lets the app take a message, and notes it if a person made it.
    pub fn take(&self, app: &mut App, message: Message, now: u64) -> Vec<Effect> {
        let (input, at, dropped) = (Input::of(&message), on_screen(app), app.dropped());
        // A replay shows no card, so what closed it would be for the example below.
        let is_card = matches!(app.mode(), Mode::Card);
        let is_noted = |input: &Input| !is_card || matches!(input, Input::Resize(..));
        let input = input.filter(is_noted).filter(|_| !app.is_leaving());
        let effects = app.update(message, now);
        if let Some(input) = input {
            let ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
            let entry = Entry { ms, at, dropped: app.dropped() > dropped, input };
            entry.to_json().into_iter().for_each(|line| self.write(line));
        }
        effects
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// What kept it from being written.
    pub fn finish(self) -> io::Result<()> {
        drop(self.lines);
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the recorder stopped inside")))
    }

    fn write(&self, line: String) {
        // A writer that has ended tells why when it is joined.
        let _ = self.lines.send(line + "\n");
    }
}

fn write_lines(mut file: File, lines: &Receiver<String>) -> io::Result<()> {
    while let Ok(line) = lines.recv() {
        file.write_all(line.as_bytes())?;
    }
    Ok(())
}
