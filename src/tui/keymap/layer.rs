//! One file's worth of keys: sections of commands, each with its keys.
//!
//! Invariant: whatever a layer names is there: contexts, commands of that context, keys.

use super::key::{Key, Stroke};
use crate::ingest::{IngestError, line_of};
use crate::tui::command::{Command, Context, Row, TABLE, by_id};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Sections by context, commands with their keys.
pub type Sections = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Vec<String>>>;

/// The keys of some commands, from one place.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    pub(super) file: PathBuf,
    /// What its sections are called before the context's name.
    pub(super) prefix: &'static str,
    pub(super) entries: Vec<Entry>,
}

/// The keys of one command in one context.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) context: Context,
    pub(super) row: &'static Row,
    pub(super) keys: Vec<(String, Stroke)>,
    pub(super) line: u64,
}

const HELP: &str = "`gaffe keys` lists contexts, commands and keys";

impl Layer {
    /// Reads a whole keymap: `[review]`, `undo = ["u"]`. `file` is named in errors.
    ///
    /// # Errors
    /// Text that is not of this form; unknown contexts, commands and keys.
    pub fn parse(text: &str, file: &Path) -> Result<Self, IngestError> {
        let sections = toml::from_str(text).map_err(|e| IngestError::toml(file, text, &e, HELP))?;
        Self::of(&sections, "", text, file)
    }

    /// The keys in `sections` of `text`, whose names have `prefix` before them.
    ///
    /// # Errors
    /// Unknown contexts, commands and keys.
    pub fn of(
        sections: &Sections,
        prefix: &'static str,
        text: &str,
        file: &Path,
    ) -> Result<Self, IngestError> {
        let mut entries = Vec::new();
        for (section, commands) in sections {
            let name = section.as_ref();
            let refuse = |what: String, at: usize| {
                Err(IngestError::new(file, what, HELP).at(line_of(text, at)))
            };
            let Some(context) = Context::by_name(name) else {
                let known = Context::ALL.map(Context::name).join(", ");
                let what = format!("no context is called [{prefix}{name}]; there are {known}");
                return refuse(what, section.span().start);
            };
            for (id, keys) in commands {
                let at = id.span().start;
                match entry(context, id.as_ref(), keys, line_of(text, at)) {
                    Ok(entry) => entries.push(entry),
                    Err(what) => return refuse(format!("[{prefix}{name}] {what}"), at),
                }
            }
        }
        Ok(Self { file: file.to_owned(), prefix, entries })
    }
}

/// The keys of a command.
fn entry(context: Context, id: &str, keys: &[String], line: u64) -> Result<Entry, String> {
    let row = by_id(id)
        .filter(|row| row.contexts.contains(&context))
        .ok_or_else(|| format!("has no command {id:?}{}", elsewhere(id)))?;
    let read = |text: &String| {
        let stroke = Stroke::parse(text).and_then(|stroke| suits(stroke, row.command, context));
        let stroke = stroke.map_err(|why| format!("{id}: {text:?}: {why}"))?;
        Ok((text.clone(), stroke))
    };
    let keys = keys.iter().map(read).collect::<Result<_, String>>()?;
    Ok(Entry { context, row, keys, line })
}

/// Where a command is, that is not where it was looked for.
fn elsewhere(id: &str) -> String {
    let contexts = TABLE.iter().filter(|row| row.id == id).flat_map(|row| row.contexts);
    let names: Vec<&str> = contexts.map(|context| context.name()).collect();
    if names.is_empty() { String::new() } else { format!("; it is in {}", names.join(", ")) }
}

/// Some commands take their argument from the key; in a field a character is text.
fn suits(stroke: Stroke, command: Command, context: Context) -> Result<Stroke, &'static str> {
    let characters = stroke.characters();
    match (command, characters) {
        (Command::Class(_), None) => Err("it is no digit, and the digit says which class"),
        (Command::Class(_), Some((first, last)))
            if !first.is_ascii_digit() || !last.is_ascii_digit() =>
        {
            Err("it is no digit, and the digit says which class")
        }
        (Command::Tag(_) | Command::Tile(_), None) => {
            Err("it types no letter, and the letter says which")
        }
        (Command::Macro(_), _) => Err("keys of macros stand under [macros] of the settings"),
        (_, Some(_)) if context.is_field() => Err("it types itself there"),
        _ => Ok(stroke),
    }
}

/// `class`, `tag` and `tile` take their argument from the key.
pub(super) fn with_key(command: Command, key: Key) -> Command {
    match (command, key.character()) {
        // 0 stands right of 9 on a keyboard: it is the tenth class
        (Command::Class(_), Some(c)) => {
            Command::Class(c.to_digit(10).map_or(0, |d| (d + 9) % 10) as u8)
        }
        (Command::Tag(_), Some(c)) => Command::Tag(c),
        (Command::Tile(_), Some(c)) => Command::Tile(c),
        (other, _) => other,
    }
}
