//! A recorded session: what a person did in a review, a line of JSON each, to be done again by
//! `gaffe replay`: as an end-to-end test, a macro, a report of a bug.
//!
//! Invariant: what was written is read back as it was. A command has the name and the argument that
//! it has in the table; a session names no key, so it holds under any keymap.

use super::app::{Action, App, Guards, Message, Mouse, Scored};
use super::command::{Command, by_id};
use crate::dataset::{Order, Split};
use crate::project::Subset;
use ratatui::layout::Position;
use serde::{Deserialize, Serialize};
use tui_input::InputRequest;

/// Milliseconds from one line to the next where the file says nothing: slower than a held key.
const PAUSE: u64 = 200;

/// More columns or rows than any screen has: what is larger is a slip.
const LARGEST: u16 = 1000;

/// Keys in a field, beside those that insert a character.
const EDITS: &[(&str, InputRequest)] = &[
    ("prev-char", InputRequest::GoToPrevChar),
    ("next-char", InputRequest::GoToNextChar),
    ("prev-word", InputRequest::GoToPrevWord),
    ("next-word", InputRequest::GoToNextWord),
    ("start", InputRequest::GoToStart),
    ("end", InputRequest::GoToEnd),
    ("delete-prev-char", InputRequest::DeletePrevChar),
    ("delete-next-char", InputRequest::DeleteNextChar),
    ("delete-prev-word", InputRequest::DeletePrevWord),
    ("delete-next-word", InputRequest::DeleteNextWord),
    ("delete-line", InputRequest::DeleteLine),
    ("delete-till-end", InputRequest::DeleteTillEnd),
    ("delete-from-start", InputRequest::DeleteFromStart),
    ("yank", InputRequest::Yank),
];

/// A session that can't be read, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {what}")]
pub struct SessionError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// The first line: what was reviewed, and on what screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the program.
    pub gaffe: String,
    /// The project's name.
    pub project: String,
    /// The run.
    pub run: String,
    /// The split.
    pub split: Split,
    /// The order of the walk at the start.
    pub order: Order,
    /// Whether the correct predictions were walked.
    #[serde(default)]
    pub correct: bool,
    /// The filter that was asked for at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The guards that were on at the start.
    #[serde(default)]
    pub guards: Guards,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The id of the example on which it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl Header {
    /// Of a review that is about to start.
    pub fn of(app: &App, size: (u16, u16)) -> Self {
        let desk = app.desk();
        Self {
            gaffe: env!("CARGO_PKG_VERSION").to_owned(),
            project: desk.project().to_owned(),
            run: desk.run().name.clone(),
            split: desk.examples().split,
            order: desk.order(),
            correct: desk.subset() == Subset::Correct,
            filter: app.asked_filter().map(str::to_owned),
            guards: app.guards(),
            size,
            at: on_screen(app),
        }
    }

    /// As a line of the file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The id of the example that is looked at.
pub fn on_screen(app: &App) -> Option<String> {
    app.row().map(|row| app.desk().id(row).to_owned())
}

/// What a person does, and what a later key may depend on.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A command, by whatever key.
    Command(Command),
    /// A key in a field.
    Edit(InputRequest),
    /// Pasted text.
    Paste(String),
    /// Another size of the terminal: columns, rows.
    Resize(u16, u16),
    /// A click or a step of the wheel.
    Mouse(Mouse),
    /// The end of a scoring in the background: what the command of scoring means depends on it.
    Scored(Scored),
}

impl Input {
    /// What a person did, or the end of a scoring; `None` for what else happened by itself.
    pub fn of(message: &Message) -> Option<Self> {
        Some(match message {
            Message::Command(command) => Self::Command(*command),
            Message::Edit(request) => Self::Edit(*request),
            Message::Paste(text) => Self::Paste(text.clone()),
            Message::Resized(cols, rows) => Self::Resize(*cols, *rows),
            Message::Mouse(mouse) => Self::Mouse(*mouse),
            Message::Scored { scored, .. } if !matches!(scored, Scored::At(_)) => {
                Self::Scored(scored.clone())
            }
            _ => return None,
        })
    }

    /// The message that it is to the app; `ordered` is the generation of the scoring that goes on.
    pub fn message(&self, ordered: u64) -> Message {
        match self {
            Self::Command(command) => Message::Command(*command),
            Self::Edit(request) => Message::Edit(*request),
            Self::Paste(text) => Message::Paste(text.clone()),
            Self::Resize(cols, rows) => Message::Resized(*cols, *rows),
            Self::Mouse(mouse) => Message::Mouse(*mouse),
            Self::Scored(scored) => Message::Scored { generation: ordered, scored: scored.clone() },
        }
    }

    /// Whether a key was pressed for it.
    pub fn is_key(&self) -> bool {
        matches!(self, Self::Command(_) | Self::Edit(_))
    }
}

/// A line of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Milliseconds since the start.
    pub ms: u64,
    /// The id of the example that was on the screen.
    pub at: Option<String>,
    /// Whether the key was dropped: it was held down, or came before the picture.
    pub dropped: bool,
    /// What was done.
    pub input: Input,
}

/// A line as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    argument: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    typed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paste: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<(u16, u16)>,
    /// What the mouse did, at a column and a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    mouse: Option<(Action, u16, u16)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scored: Option<Scored>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dropped: bool,
}

impl Entry {
    /// As a line of the file. A caret that is set to a place is no key, and has none.
    pub fn to_json(&self) -> Option<String> {
        let mut line = Line {
            ms: Some(self.ms),
            at: self.at.clone(),
            dropped: self.dropped,
            ..Line::default()
        };
        match &self.input {
            Input::Command(command) => {
                line.command = Some(command.row().id.to_owned());
                line.argument = command.argument();
            }
            Input::Edit(InputRequest::InsertChar(c)) => line.typed = Some(c.to_string()),
            Input::Edit(request) => {
                let name = EDITS.iter().find(|(_, edit)| edit == request)?.0;
                line.edit = Some(name.to_owned());
            }
            Input::Paste(text) => line.paste = Some(text.clone()),
            Input::Resize(cols, rows) => line.size = Some((*cols, *rows)),
            Input::Mouse(Mouse { action, at }) => line.mouse = Some((*action, at.x, at.y)),
            Input::Scored(scored) => line.scored = Some(scored.clone()),
        }
        serde_json::to_string(&line).ok()
    }
}

/// A session that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// What was reviewed.
    pub header: Header,
    /// What was done, each with its number of line.
    pub entries: Vec<(usize, Entry)>,
}

impl Session {
    /// Reads a session. Blank lines are passed over; a text of several characters is as many keys.
    ///
    /// # Errors
    /// The first line that is no header, input or command of this version.
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (number, first) = lines.next().unwrap_or((1, ""));
        let refused = |what| SessionError { line: number, what };
        let header: Header = serde_json::from_str(first).map_err(|error| {
            refused(format!("no header of a recorded session: {}", plain(&error)))
        })?;
        check_size(header.size).map_err(refused)?;
        let mut session = Self { header, entries: vec![] };
        for (number, line) in lines {
            session.add(number, line).map_err(|what| SessionError { line: number, what })?;
        }
        Ok(session)
    }

    fn add(&mut self, number: usize, text: &str) -> Result<(), String> {
        let line: Line = serde_json::from_str(text).map_err(|error| plain(&error))?;
        let last = self.entries.last().map_or(0, |(_, entry)| entry.ms);
        let ms = line.ms.unwrap_or(last.saturating_add(PAUSE));
        let (at, dropped) = (line.at.clone(), line.dropped);
        for input in inputs(line)? {
            let entry = Entry { ms, at: at.clone(), dropped, input };
            self.entries.push((number, entry));
        }
        Ok(())
    }
}

/// What a line can't do without, and has no two of.
const ONE: &str = "a line has one of: command, type, edit, paste, size, mouse, scored";

/// What a line says was done.
fn inputs(line: Line) -> Result<Vec<Input>, String> {
    let Line { command, argument, typed, edit, paste, size, mouse, scored, .. } = line;
    if command.is_none() && !argument.is_empty() {
        return Err("an argument without a command".to_owned());
    }
    let mouse = mouse.map(|(action, x, y)| Input::Mouse(Mouse { action, at: Position::new(x, y) }));
    let other: Vec<Input> = mouse.into_iter().chain(scored.map(Input::Scored)).collect();
    if !other.is_empty() {
        let others = command.is_some() || typed.is_some() || edit.is_some();
        let alone = !others && paste.is_none() && size.is_none() && other.len() == 1;
        return alone.then_some(other).ok_or_else(|| ONE.to_owned());
    }
    match (command, typed, edit, paste, size) {
        (Some(id), None, None, None, None) => {
            let row = by_id(&id).ok_or_else(|| format!("no command is called {id:?}"))?;
            // Without an argument a command that needs one is not complete.
            let command = row.command.with_argument(&argument);
            let command = command.ok_or_else(|| format!("{id} does not take {argument:?}"))?;
            Ok(vec![Input::Command(command)])
        }
        (None, Some(text), None, None, None) => {
            Ok(text.chars().map(|c| Input::Edit(InputRequest::InsertChar(c))).collect())
        }
        (None, None, Some(name), None, None) => {
            let edit = EDITS.iter().find(|(known, _)| *known == name);
            let (_, edit) = edit.ok_or_else(|| format!("no edit is called {name:?}"))?;
            Ok(vec![Input::Edit(*edit)])
        }
        (None, None, None, Some(text), None) => Ok(vec![Input::Paste(text)]),
        (None, None, None, None, Some(size)) => {
            check_size(size)?;
            Ok(vec![Input::Resize(size.0, size.1)])
        }
        _ => Err(ONE.to_owned()),
    }
}

fn check_size((cols, rows): (u16, u16)) -> Result<(), String> {
    let fits = cols.max(rows) <= LARGEST;
    fits.then_some(()).ok_or_else(|| format!("no terminal has {cols}×{rows}"))
}

/// The columns and rows in a text like `80x24`.
///
/// # Errors
/// It is no such text, or no size of a terminal.
pub fn terminal_size(text: &str) -> Result<(u16, u16), String> {
    let sides = text.split_once(['x', '×']);
    let size = sides.and_then(|(cols, rows)| Some((cols.parse().ok()?, rows.parse().ok()?)));
    let size = size.ok_or_else(|| "columns and rows expected, as in 80x24".to_owned())?;
    check_size(size).map(|()| size)
}

/// What is wrong with a line of JSON, without the number of the line, which is always 1.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column ", error.line());
    text.split_once(&place).map_or(text.clone(), |(what, _)| what.to_owned())
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
