//! Keys to commands, from `assets/keymap.toml`.
//!
//! Invariant: within a context a key has one command; two that claim it are refused by name.

use super::command::{Command, Context, TABLE, by_id};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::{BTreeMap, HashMap};

const ASSET: &str = include_str!("../../assets/keymap.toml");

/// A key as it is looked up: shift is in the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    code: KeyCode,
    ctrl: bool,
}

/// What is wrong with a keymap.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeymapError {
    /// No TOML of the right form.
    #[error("keymap: {0}")]
    Syntax(String),
    /// A section that is no context.
    #[error("keymap: no context is called [{0}]")]
    Context(String),
    /// A command that is not in the table, or not in that context.
    #[error("keymap: [{context}] has no command {command:?}")]
    Command {
        /// the section
        context: String,
        /// the name
        command: String,
    },
    /// A key that can't be read.
    #[error("keymap: {command}: {key:?} is no key")]
    Key {
        /// the command
        command: String,
        /// the text
        key: String,
    },
    /// Two commands on one key.
    #[error("keymap: [{context}] {key:?} is claimed by {first} and by {second}")]
    Conflict {
        /// the section
        context: String,
        /// the key
        key: String,
        /// one command
        first: String,
        /// the other
        second: String,
    },
}

/// Keys and commands of every context.
#[derive(Debug)]
pub struct Keymap {
    commands: HashMap<(Context, Key), Command>,
    /// Keys of each command as written, for help and hints.
    labels: HashMap<(Context, &'static str), Vec<String>>,
}

type Sections = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Keymap {
    /// The keymap that comes with the program.
    ///
    /// # Errors
    /// Never, as a test sees to.
    pub fn standard() -> Result<Self, KeymapError> {
        Self::parse(ASSET)
    }

    /// Reads a keymap.
    ///
    /// # Errors
    /// Unknown contexts, commands and keys, and two commands on one key.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let sections: Sections =
            toml::from_str(text).map_err(|e| KeymapError::Syntax(e.to_string()))?;
        let mut keymap = Self { commands: HashMap::new(), labels: HashMap::new() };
        for (name, commands) in &sections {
            let context =
                Context::by_name(name).ok_or_else(|| KeymapError::Context(name.clone()))?;
            keymap.add_single_keys(name, context, commands)?;
            keymap.add_ranges(name, context, commands)?;
        }
        Ok(keymap)
    }

    /// The command of a key press.
    pub fn command(&self, context: Context, event: KeyEvent) -> Option<Command> {
        if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER) {
            return None;
        }
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        self.commands.get(&(context, Key { code: event.code, ctrl })).copied()
    }

    /// The keys of a command as they should be shown; empty if it has none.
    pub fn keys(&self, context: Context, id: &str) -> &[String] {
        self.labels
            .iter()
            .find(|((c, i), _)| *c == context && *i == id)
            .map_or(&[], |(_, keys)| keys)
    }

    /// The first key of a command of the review, as it should be shown; its name if it has none.
    pub fn key_of(&self, command: Command) -> String {
        let id = command.row().id;
        self.keys(Context::Review, id).first().map_or_else(|| format!(":{id}"), |key| show(key))
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

    /// Whether a letter has a command of its own in the review, so that no tag can have it.
    pub fn is_reserved(&self, letter: char) -> bool {
        let key = Key { code: KeyCode::Char(letter), ctrl: false };
        !matches!(self.commands.get(&(Context::Review, key)), None | Some(Command::Tag(_)))
    }

    fn add_single_keys(
        &mut self,
        section: &str,
        context: Context,
        commands: &BTreeMap<String, Vec<String>>,
    ) -> Result<(), KeymapError> {
        for (id, keys) in commands {
            let row = by_id(id).filter(|row| row.contexts.contains(&context)).ok_or_else(|| {
                KeymapError::Command { context: section.to_owned(), command: id.clone() }
            })?;
            self.labels.insert((context, row.id), keys.clone());
            for text in keys.iter().filter(|text| range(text).is_none()) {
                let key = parse_key(text)
                    .ok_or_else(|| KeymapError::Key { command: id.clone(), key: text.clone() })?;
                let command = with_key(row.command, key);
                if let Some(first) = self.commands.insert((context, key), command) {
                    return Err(KeymapError::Conflict {
                        context: section.to_owned(),
                        key: text.clone(),
                        first: first.row().id.to_owned(),
                        second: id.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// A range takes only what is left over, so it comes second.
    fn add_ranges(
        &mut self,
        section: &str,
        context: Context,
        commands: &BTreeMap<String, Vec<String>>,
    ) -> Result<(), KeymapError> {
        let mut owner: HashMap<Key, &str> = HashMap::new();
        for (id, keys) in commands {
            let Some(row) = by_id(id) else { continue };
            for letter in keys.iter().filter_map(|text| range(text)).flatten() {
                let key = Key { code: KeyCode::Char(letter), ctrl: false };
                if let Some(first) = owner.insert(key, row.id) {
                    return Err(KeymapError::Conflict {
                        context: section.to_owned(),
                        key: letter.to_string(),
                        first: first.to_owned(),
                        second: id.clone(),
                    });
                }
                self.commands.entry((context, key)).or_insert(with_key(row.command, key));
            }
        }
        Ok(())
    }
}

/// `class` and `tag` take their argument from the key.
fn with_key(command: Command, key: Key) -> Command {
    match (command, key.code) {
        // 0 stands right of 9 on a keyboard: it is the tenth class
        (Command::Class(_), KeyCode::Char(c)) => {
            Command::Class(c.to_digit(10).map_or(0, |d| (d + 9) % 10) as u8)
        }
        (Command::Tag(_), KeyCode::Char(c)) => Command::Tag(c),
        (Command::Tile(_), KeyCode::Char(c)) => Command::Tile(c),
        (other, _) => other,
    }
}

fn range(text: &str) -> Option<impl Iterator<Item = char> + use<>> {
    let mut chars = text.chars();
    let (first, dash, last) = (chars.next()?, chars.next()?, chars.next()?);
    (dash == '-' && chars.next().is_none() && first < last).then_some(first..=last)
}

fn parse_key(text: &str) -> Option<Key> {
    let (ctrl, name) = match text.strip_prefix("ctrl+") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut chars = name.chars();
    let code = match name {
        "enter" => KeyCode::Enter,
        "space" => KeyCode::Char(' '),
        "tab" => KeyCode::Tab,
        "esc" => KeyCode::Esc,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "backspace" => KeyCode::Backspace,
        _ => KeyCode::Char(chars.next().filter(|_| chars.next().is_none())?),
    };
    Some(Key { code, ctrl })
}

/// A key as a person reads it.
pub fn show(key: &str) -> String {
    match key {
        "enter" => "⏎".to_owned(),
        "space" => "␣".to_owned(),
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        "up" => "↑".to_owned(),
        "down" => "↓".to_owned(),
        other => other.to_owned(),
    }
}

/// The key table of the README, in Markdown.
///
/// # Errors
/// As [`Keymap::standard`].
pub fn markdown() -> Result<String, KeymapError> {
    let keymap = Keymap::standard()?;
    let mut lines = vec!["| key | in the review |".to_owned(), "| --- | --- |".to_owned()];
    for row in TABLE.iter().filter(|row| row.contexts.contains(&Context::Review)) {
        let keys: Vec<String> = keymap
            .keys(Context::Review, row.id)
            .iter()
            .map(|key| format!("`{}`", show(key)))
            .collect();
        lines.push(format!("| {} | {} |", keys.join(" "), row.help));
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn every_command_stands_in_the_keymap_in_each_of_its_contexts() {
        let keymap = Keymap::standard().unwrap();
        for row in TABLE {
            for &context in row.contexts {
                let by_settings = row.id == "macro";
                let there = keymap.labels.contains_key(&(context, row.id));
                assert!(there || by_settings, "{} in {context:?}", row.id);
            }
        }
    }

    #[test]
    fn digits_are_classes_and_letters_left_over_are_tags() {
        let keymap = Keymap::standard().unwrap();
        let command = |c| keymap.command(Context::Review, press(KeyCode::Char(c)));
        assert_eq!(command('1'), Some(Command::Class(0)));
        assert_eq!(command('0'), Some(Command::Class(9)));
        assert_eq!(command('b'), Some(Command::Tag('b')));
        assert_eq!(command('u'), Some(Command::Undo));
        assert_eq!(command(' '), Some(Command::LabelWrong));
        assert!(keymap.is_reserved('q') && keymap.is_reserved('u') && !keymap.is_reserved('b'));
        let tiles: String = keymap.tile_letters().into_iter().collect();
        assert_eq!(tiles, "abcdefghijklmnoprstvwxyz", "q leaves, u takes back");
    }

    #[test]
    fn shift_is_in_the_character_and_alt_is_no_key_of_ours() {
        let keymap = Keymap::standard().unwrap();
        let with = |modifiers| KeyEvent::new(KeyCode::Char('U'), modifiers);
        assert_eq!(keymap.command(Context::Review, with(KeyModifiers::SHIFT)), Some(Command::Redo));
        assert_eq!(keymap.command(Context::Review, with(KeyModifiers::ALT)), None);
        let ctrl_b = KeyEvent::new(KeyCode::Char('b'), KeyModifiers::CONTROL);
        assert_eq!(keymap.command(Context::Review, ctrl_b), None, "ctrl+b is no tag");
    }

    #[test]
    fn conflicts_and_unknown_names_are_refused_by_name() {
        let error = |text| Keymap::parse(text).unwrap_err().to_string();
        assert_eq!(
            error("[review]\nundo = [\"u\"]\nquit = [\"u\"]\n"),
            "keymap: [review] \"u\" is claimed by quit and by undo"
        );
        assert!(
            error("[review]\nclass = [\"a-z\"]\ntag = [\"a-f\"]\n").contains("class and by tag")
        );
        assert!(error("[review]\nfly = [\"f\"]\n").contains("no command \"fly\""));
        assert!(error("[prompt]\nundo = [\"u\"]\n").contains("no command \"undo\""));
        assert!(error("[review]\nundo = [\"ctrl+shift\"]\n").contains("is no key"));
        assert!(error("[revue]\n").contains("no context"));
    }
}
