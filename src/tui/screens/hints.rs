//! What can be done now, with its keys: in the footer by state, and in what lies on top.
//!
//! Invariant: a hint is drawn and clicked where [`row`] or [`footer`] says that it stands.

use crate::media::text;
use crate::tui::app::App;
use crate::tui::command::{Command, Context, by_id};
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A command with its key and a word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its first column.
    pub x: u16,
    /// ` ⏎ save `
    pub text: String,
    /// What it stands for.
    pub command: Command,
}

impl Hint {
    fn end(&self) -> u16 {
        self.x + text::width(&self.text) as u16
    }
}

/// The hints of `commands`, in a row, with the keys of the keymap: as many as fit into `width`, whole.
pub fn row(app: &App, context: Context, commands: &[(&str, &str)], width: u16) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    for (id, word) in commands {
        let x = hints.last().map_or(0, Hint::end);
        let Some(hint) = hint(app, context, id, word) else { continue };
        if x + hint.end() > width {
            break;
        }
        hints.push(Hint { x, ..hint });
    }
    hints
}

/// The same as text.
pub fn hints(app: &App, context: Context, commands: &[(&str, &str)], width: u16) -> String {
    row(app, context, commands, width).into_iter().map(|hint| hint.text).collect()
}

/// The command whose hint stands in that column.
pub fn at(hints: &[Hint], column: u16) -> Option<Command> {
    hints.iter().find(|hint| (hint.x..hint.end()).contains(&column)).map(|hint| hint.command)
}

/// Draws hints in a line.
pub fn draw(hints: &[Hint], area: Rect, theme: Theme, buffer: &mut Buffer) {
    for hint in hints {
        let room = usize::from(area.width.saturating_sub(hint.x));
        buffer.set_stringn(area.x + hint.x, area.y, &hint.text, room, theme.dim());
    }
}

fn hint(app: &App, context: Context, id: &str, word: &str) -> Option<Hint> {
    let key = app.keymap().keys(context, id).first()?;
    let text = format!(" {} {word} ", keymap::show(key));
    Some(Hint { x: 0, text, command: by_id(id)?.command })
}

/// The footer of the review: what the state asks for, then what can always be done, then, in the
/// corner, where all keys are. Hints change with the state, not from example to example.
pub fn footer(app: &App, width: u16) -> Vec<Hint> {
    let corner = hint(app, Context::Review, "help", "all keys");
    let room = corner.as_ref().map_or(width, |hint| width.saturating_sub(hint.end()));
    let wanted = wanted(app);
    let mut hints = Vec::new();
    for (i, (id, word)) in wanted.iter().enumerate() {
        if wanted[..i].iter().all(|(earlier, _)| earlier != id) {
            hints.push((*id, word.as_str()));
        }
    }
    let mut hints = row(app, Context::Review, &hints, room);
    hints.extend(corner.map(|hint| Hint { x: room, ..hint }));
    hints
}

/// Commands with a word for each, the most useful first; what comes twice counts once.
fn wanted(app: &App) -> Vec<(&'static str, String)> {
    let Some(row) = app.row() else { return nothing_listed(app) };
    let mut wanted: Vec<(&str, String)> = Vec::new();
    let mut want = |id, word: &str| wanted.push((id, word.to_owned()));
    let marks = app.marks().len();
    if marks > 0 {
        want("apply", &format!("decide on {marks} marked"));
    }
    if app.desk().is_search() {
        want("clear", if app.is_entered() { "return" } else { "all again" });
    } else if app.desk().reviewed() >= app.desk().all() {
        want("quit", "leave");
    }
    if app.desk().verdict(row).is_some() && app.retested() != Some(row) {
        want("undo", "undo");
        want("next", "next");
    }
    if app.can_return() {
        want("back", "back");
    }
    let (agrees, blind) = (app.desk().agrees(row), app.hides_prediction(row));
    want(
        "model-wrong",
        if blind {
            "label right"
        } else if agrees {
            "right"
        } else {
            "model wrong"
        },
    );
    if agrees || blind {
        want("pick-class", "another class");
    } else {
        want("label-wrong", &label_wrong(app, row));
        want("both-acceptable", "both");
    }
    for (id, word) in ALWAYS {
        want(id, word);
    }
    wanted
}

/// What has room on wide terminals only.
const ALWAYS: [(&str, &str); 15] = [
    ("neither", "neither"),
    ("unsure", "unsure"),
    ("skip", "skip"),
    ("undo", "undo"),
    ("quit", "quit"),
    ("pick-class", "class by name"),
    ("note", "note"),
    ("repeat", "repeat"),
    ("next", "next"),
    ("next-open", "next open"),
    ("mark", "mark"),
    ("flag", "flag"),
    ("find", "find"),
    ("palette", "commands"),
    ("what-if", "what if"),
];

fn nothing_listed(app: &App) -> Vec<(&'static str, String)> {
    let all = app.desk().is_search().then(|| ("clear", "all again".to_owned()));
    all.into_iter().chain([("quit", "leave".to_owned())]).collect()
}

/// Which label would be taken, in a field of its own width: what follows stays where it is.
fn label_wrong(app: &App, row: u32) -> String {
    /// Columns of a class name.
    const NAME: usize = 12;
    let prediction = app.desk().run().prediction(row as usize);
    let taken = text::fit(prediction.map_or("", |class| app.desk().classes().name(class)), NAME);
    let pad = " ".repeat(NAME.saturating_sub(text::width(&taken)));
    format!("label wrong→{taken}{pad}")
}
