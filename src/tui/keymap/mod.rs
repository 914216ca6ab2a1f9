//! Keys to commands: a keymap that comes with the program, and what a person changed of it.
//!
//! Invariant: within a context a key has one command; two that claim it are refused by name.

mod key;
mod layer;
mod merge;

pub use key::show;
pub use layer::{Layer, Sections};

use super::command::{Command, Context, Row, TABLE};
use super::settings::Macro;
use crate::ingest::IngestError;
use crossterm::event::KeyEvent;
use key::Key;
use std::collections::HashMap;
use std::path::Path;

/// Keymaps by name. All but the first hold what differs from it.
const ASSETS: [(&str, &str); 3] = [
    ("default", include_str!("../../../assets/keymap.toml")),
    ("vim", include_str!("../../../assets/keymap-vim.toml")),
    ("prodigy", include_str!("../../../assets/keymap-prodigy.toml")),
];

/// Keys and commands of every context.
#[derive(Debug, Default)]
pub struct Keymap {
    commands: HashMap<(Context, Key), Command>,
    bound: HashMap<(Context, &'static str), Bound>,
}

/// The keys of a command as written, for help and hints, and the file that says so.
#[derive(Debug)]
struct Bound {
    keys: Vec<String>,
    source: String,
}

/// A command in a context with its keys.
#[derive(Debug)]
pub struct Binding<'a> {
    /// Where.
    pub context: Context,
    /// The command.
    pub row: &'static Row,
    /// Its keys as written.
    pub keys: &'a [String],
    /// The file or keymap that gives it these keys.
    pub source: &'a str,
}

impl Keymap {
    /// The names of the keymaps that come with the program.
    pub const PRESETS: [&'static str; 3] = [ASSETS[0].0, ASSETS[1].0, ASSETS[2].0];

    /// The keymap that comes with the program.
    ///
    /// # Errors
    /// Never, as a test sees to.
    pub fn standard() -> Result<Self, IngestError> {
        Self::preset(Self::PRESETS[0])
    }

    /// A keymap by its name.
    ///
    /// # Errors
    /// No keymap has that name.
    pub fn preset(name: &str) -> Result<Self, IngestError> {
        Self::of(&preset(name)?, &[])
    }

    /// Layers of keys, the later ones over the earlier ones: a command that a later one names has
    /// the keys it has there, and no others. Macros hold in the review, each by its number.
    ///
    /// # Errors
    /// Two commands on one key, or no key to leave something with.
    pub fn of(layers: &[Layer], macros: &[Macro]) -> Result<Self, IngestError> {
        merge::merge(layers, macros)
    }

    /// The command of a key press.
    pub fn command(&self, context: Context, event: KeyEvent) -> Option<Command> {
        self.commands.get(&(context, Key::of(event)?)).copied()
    }

    /// The keys of a command as written; empty if it has none.
    pub fn keys(&self, context: Context, id: &str) -> &[String] {
        self.binding(context, id).map_or(&[], |bound| &bound.keys)
    }

    /// The first key of a command of the review, as it should be shown; its name if it has none.
    pub fn key_of(&self, command: Command) -> String {
        self.key_in(Context::Review, command)
    }

    /// The same, in any context.
    pub fn key_in(&self, context: Context, command: Command) -> String {
        let id = command.row().id;
        self.keys(context, id).first().map_or_else(|| format!(":{id}"), |key| show(key))
    }

    /// Every command in each of its contexts, in the order of the table.
    pub fn bindings(&self) -> impl Iterator<Item = Binding<'_>> {
        let places = TABLE.iter().flat_map(|row| row.contexts.iter().map(move |c| (row, *c)));
        places.map(|(row, context)| {
            let bound = self.binding(context, row.id);
            let keys = bound.map_or(&[][..], |bound| &bound.keys);
            Binding { context, row, keys, source: bound.map_or("", |bound| &bound.source) }
        })
    }

    /// The letters that stand on the tiles of the grid, in their order.
    pub fn tile_letters(&self) -> Vec<char> {
        let letter = |((context, _), command): (&(Context, Key), &Command)| match command {
            Command::Tile(letter) if *context == Context::Grid => Some(*letter),
            _ => None,
        };
        let mut letters: Vec<char> = self.commands.iter().filter_map(letter).collect();
        letters.sort_unstable();
        letters
    }

    /// Whether a letter has a command or a macro of its own in the review, so that no tag can have
    /// it.
    pub fn is_reserved(&self, letter: char) -> bool {
        let command = self.commands.get(&(Context::Review, Key::plain(letter)));
        !matches!(command, None | Some(Command::Tag(_)))
    }

    fn binding(&self, context: Context, id: &str) -> Option<&Bound> {
        self.bound.iter().find(|((c, i), _)| *c == context && *i == id).map(|(_, bound)| bound)
    }
}

/// The layers of a keymap that comes with the program.
///
/// # Errors
/// No keymap has that name.
pub fn preset(name: &str) -> Result<Vec<Layer>, IngestError> {
    let Some(last) = ASSETS.iter().position(|(own, _)| *own == name) else {
        let what = format!("no keymap is called {name:?}");
        let remedy = format!("there are {}", Keymap::PRESETS.join(", "));
        return Err(IngestError::new(Path::new("keymap"), what, remedy));
    };
    let parse = |at: usize| {
        let (name, text) = ASSETS[at];
        Layer::parse(text, Path::new(&format!("keymap {name}")))
    };
    if last == 0 { Ok(vec![parse(0)?]) } else { Ok(vec![parse(0)?, parse(last)?]) }
}

/// The key table of the README, in Markdown.
///
/// # Errors
/// As [`Keymap::standard`].
pub fn markdown() -> Result<String, IngestError> {
    let keymap = Keymap::standard()?;
    let mut lines = vec!["| key | in the review |".to_owned(), "| --- | --- |".to_owned()];
    for row in TABLE.iter().filter(|row| row.contexts.contains(&Context::Review)) {
        let written = keymap.keys(Context::Review, row.id).iter().map(|key| match key.as_str() {
            "`" => "`` ` ``".to_owned(),
            key => format!("`{}`", show(key)),
        });
        let mut keys: Vec<String> = written.collect();
        if keys.is_empty() {
            // Only the settings give macros a key.
            let key = if row.id == "macro" { String::new() } else { format!("`:{}`", row.id) };
            keys.push(key);
        }
        lines.push(format!("| {} | {} |", keys.join(" "), row.help));
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests;
