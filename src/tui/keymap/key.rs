//! Keys as text: `u`, `f2`, `ctrl+r`, `a-z`.
//!
//! Invariant: a key that terminals can't deliver is refused with the reason, not bound in vain.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key as it is looked up: shift is in the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// Keys with a name, and how a person reads them.
const NAMED: [(&str, KeyCode, &str); 16] = [
    ("enter", KeyCode::Enter, "⏎"),
    ("space", KeyCode::Char(' '), "␣"),
    ("tab", KeyCode::Tab, "tab"),
    ("backtab", KeyCode::BackTab, "shift+tab"),
    ("esc", KeyCode::Esc, "esc"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("home", KeyCode::Home, "home"),
    ("end", KeyCode::End, "end"),
    ("pageup", KeyCode::PageUp, "pageup"),
    ("pagedown", KeyCode::PageDown, "pagedown"),
    ("insert", KeyCode::Insert, "insert"),
    ("delete", KeyCode::Delete, "delete"),
    ("backspace", KeyCode::Backspace, "backspace"),
];

impl Key {
    /// A character, without ctrl or alt.
    pub(super) fn plain(character: char) -> Self {
        Self { code: KeyCode::Char(character), ctrl: false, alt: false }
    }

    /// What was pressed; `None` with a modifier that no keymap can name.
    pub(super) fn of(event: KeyEvent) -> Option<Self> {
        let has = |modifier| event.modifiers.intersects(modifier);
        if has(KeyModifiers::SUPER | KeyModifiers::HYPER | KeyModifiers::META) {
            return None;
        }
        let (ctrl, alt) = (has(KeyModifiers::CONTROL), has(KeyModifiers::ALT));
        Some(Self { code: event.code, ctrl, alt })
    }

    /// The character it types, if it types one.
    pub(super) fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// Reads a key, or says why it can't be bound.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (ctrl, alt, name) = modifiers(text);
        if name.strip_prefix("shift+").is_some_and(|key| !key.is_empty()) {
            return Err(SHIFT);
        }
        let named = NAMED.iter().find(|(own, ..)| *own == name).map(|(_, code, _)| *code);
        let code = named
            .or_else(|| function_key(name))
            .or_else(|| character(name).map(KeyCode::Char))
            .ok_or("it is no key")?;
        match undeliverable(code, ctrl, alt) {
            Some(reason) => Err(reason),
            None => Ok(Self { code, ctrl, alt }),
        }
    }
}

const SHIFT: &str = "shift is in the character: name what is typed, such as \"U\" (tab has \
                     \"backtab\"); what shift and a digit type differs from keyboard to keyboard";

/// Takes the modifiers off the front.
fn modifiers(text: &str) -> (bool, bool, &str) {
    let (mut ctrl, mut alt, mut name) = (false, false, text);
    loop {
        let rest = match name.split_once('+') {
            Some(("ctrl", rest)) if !rest.is_empty() && !ctrl => {
                ctrl = true;
                rest
            }
            Some(("alt", rest)) if !rest.is_empty() && !alt => {
                alt = true;
                rest
            }
            _ => return (ctrl, alt, name),
        };
        name = rest;
    }
}

fn function_key(name: &str) -> Option<KeyCode> {
    (1..=12).find(|n| name == format!("f{n}")).map(KeyCode::F)
}

fn character(name: &str) -> Option<char> {
    let mut chars = name.chars();
    let only = chars.next().filter(|_| chars.next().is_none())?;
    (!only.is_whitespace() && !only.is_control()).then_some(only)
}

/// Why a terminal sends something else for it, or nothing. What is sent stands in xterm's control
/// sequences, <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, and in ASCII: ctrl takes
/// the upper bits of a letter away.
fn undeliverable(code: KeyCode, ctrl: bool, alt: bool) -> Option<&'static str> {
    const SAME: &str = "most terminals send the same for it as without ctrl";
    match code {
        KeyCode::Char('s' | 'q') if ctrl => {
            Some("terminals stop and resume their output with it (flow control)")
        }
        KeyCode::Char('i') if ctrl => Some("terminals send tab for it"),
        KeyCode::Char('m') if ctrl => Some("terminals send enter for it"),
        KeyCode::Char('[') if ctrl => Some("terminals send esc for it"),
        KeyCode::Char('h') if ctrl => Some("terminals send backspace for it"),
        KeyCode::Char(c) if ctrl && c.is_ascii_uppercase() => {
            Some("terminals send the same for it as for ctrl and the small letter")
        }
        KeyCode::Char(c) if ctrl && c != ' ' && !c.is_ascii_lowercase() => {
            Some("terminals have no code for it")
        }
        KeyCode::Enter | KeyCode::Tab | KeyCode::BackTab | KeyCode::Esc | KeyCode::Backspace
            if ctrl =>
        {
            Some(SAME)
        }
        KeyCode::Char('[' | 'O') if alt => Some("terminals begin the codes of other keys with it"),
        KeyCode::Esc if alt => Some("terminals send esc twice for it"),
        KeyCode::Tab | KeyCode::BackTab if alt => Some("desktops change windows with it"),
        _ => None,
    }
}

/// What stands for keys in a keymap: one key, or a range of letters or digits.
#[derive(Debug, Clone)]
pub(super) enum Stroke {
    /// One key.
    One(Key),
    /// The keys in it that no other command of the context has.
    Range(char, char),
}

impl Stroke {
    /// Reads a key or a range, or says why it can't be bound.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut chars = text.chars();
        if let (Some(first), Some('-'), Some(last), None) =
            (chars.next(), chars.next(), chars.next(), chars.next())
        {
            let kinds = [char::is_ascii_digit, char::is_ascii_lowercase, char::is_ascii_uppercase];
            let alike = kinds.iter().any(|kind: &fn(&char) -> bool| kind(&first) && kind(&last));
            let range = (alike && first < last).then_some(Self::Range(first, last));
            return range.ok_or("it is no range of letters or digits, such as \"a-z\"");
        }
        Key::parse(text).map(Self::One)
    }

    /// The characters that it types; `None` for a key that types none.
    pub(super) fn characters(&self) -> Option<(char, char)> {
        match *self {
            Self::One(key) => key.character().map(|c| (c, c)),
            Self::Range(first, last) => Some((first, last)),
        }
    }
}

/// A key as a person reads it.
pub fn show(key: &str) -> String {
    let (_, _, name) = modifiers(key);
    let named = NAMED.iter().find(|(own, ..)| *own == name);
    let (before, _) = key.split_at(key.len() - name.len());
    format!("{before}{}", named.map_or(name, |(_, _, shown)| shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_characters_names_and_modifiers() {
        let key = |code, ctrl, alt| Ok(Key { code, ctrl, alt });
        assert_eq!(Key::parse("U"), key(KeyCode::Char('U'), false, false));
        assert_eq!(Key::parse("+"), key(KeyCode::Char('+'), false, false));
        assert_eq!(Key::parse("ctrl+r"), key(KeyCode::Char('r'), true, false));
        assert_eq!(Key::parse("ctrl+space"), key(KeyCode::Char(' '), true, false));
        assert_eq!(Key::parse("ctrl+left"), key(KeyCode::Left, true, false));
        assert_eq!(Key::parse("alt+x"), key(KeyCode::Char('x'), false, true));
        assert_eq!(Key::parse("alt++"), key(KeyCode::Char('+'), false, true));
        assert_eq!(Key::parse("ctrl+alt+x"), key(KeyCode::Char('x'), true, true));
        assert_eq!(Key::parse("f12"), key(KeyCode::F(12), false, false));
        assert_eq!(Key::parse("backtab"), key(KeyCode::BackTab, false, false));
        for none in ["", "f0", "f13", "ctrl+", "ctrl+ctrl+a", "esk", " ", "\t", "uu"] {
            assert_eq!(Key::parse(none), Err("it is no key"), "{none:?}");
        }
    }

    #[test]
    fn what_no_terminal_delivers_is_refused_with_the_reason() {
        for (text, reason) in [
            ("ctrl+s", "flow control"),
            ("ctrl+q", "flow control"),
            ("ctrl+i", "send tab"),
            ("ctrl+m", "send enter"),
            ("ctrl+[", "send esc"),
            ("ctrl+h", "send backspace"),
            ("ctrl+enter", "without ctrl"),
            ("ctrl+1", "no code"),
            ("ctrl+R", "small letter"),
            ("shift+1", "keyboard to keyboard"),
            ("ctrl+shift+a", "in the character"),
            ("alt+[", "other keys"),
            ("alt+tab", "windows"),
        ] {
            let refused = Key::parse(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }

    #[test]
    fn ranges_are_of_letters_or_of_digits() {
        assert!(matches!(Stroke::parse("a-f"), Ok(Stroke::Range('a', 'f'))));
        assert!(matches!(Stroke::parse("-"), Ok(Stroke::One(_))));
        for none in ["f-a", "a-Z", "1-z", "+-=", "a-a"] {
            assert!(Stroke::parse(none).unwrap_err().contains("no range"), "{none}");
        }
    }

    #[test]
    fn keys_are_shown_as_they_stand_on_keyboards() {
        let shown = ["enter", "alt+left", "ctrl+r", "+", "ctrl++", "a-z", "backtab"].map(show);
        assert_eq!(shown, ["⏎", "alt+←", "ctrl+r", "+", "ctrl++", "a-z", "shift+tab"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(ctrl\\+|alt\\+|shift\\+){0,3}.{0,4}") {
            let _ = Stroke::parse(&text);
            prop_assert!(!show(&text).is_empty() || text.is_empty());
        }
    }
}
