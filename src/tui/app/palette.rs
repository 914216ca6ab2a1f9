//! The commands that a part of their name finds.
//!
//! Invariant: lists every command of the screen below that needs no digit and no letter.

use super::{App, Pick};
use crate::tui::command::{Command, Row, TABLE};

impl App {
    /// The commands that hold what is typed, best first: those that were chosen lately before others
    /// that are as good.
    pub(super) fn commands_like(&self, typed: &str) -> Vec<Pick> {
        let context = self.base();
        let here = TABLE.iter().filter(|row| row.contexts.contains(&context) && is_listed(row));
        let lately = |command| {
            let place = self.recent.commands.iter().position(|recent| *recent == command);
            place.unwrap_or(usize::MAX)
        };
        let is_key = |row: &Row| {
            let keys = self.keymap.keys(context, row.id);
            keys.iter().any(|key| key == typed)
        };
        let found = here.filter_map(|row| {
            let rank = rank(row, typed)?;
            // `:q` is what q does.
            Some((!is_key(row), rank, lately(row.command), row))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(other, rank, lately, _)| (*other, *rank, *lately));
        found.into_iter().map(|(.., row)| Pick::Command(row.command)).collect()
    }

    /// Keeps in mind that it was chosen.
    pub(super) fn chose(&mut self, command: Command) {
        self.recent.commands.retain(|recent| *recent != command);
        self.recent.commands.insert(0, command);
    }
}

/// Classes and tags have choices of their own.
fn is_listed(row: &Row) -> bool {
    !matches!(
        row.command,
        Command::Class(_)
            | Command::Tag(_)
            | Command::Tile(_)
            | Command::Macro(_)
            | Command::Palette
    )
}

/// How well a command matches what is typed, in lower case; 0 is best. `None`: a word of it is nowhere.
fn rank(row: &Row, typed: &str) -> Option<u8> {
    let name = row.name.to_lowercase();
    let help = row.help.to_lowercase();
    let begins = |text: &str, word: &str| {
        text.split([' ', '-']).any(|part| part.starts_with(word)) || text.starts_with(word)
    };
    let all = |matches: &dyn Fn(&str) -> bool| typed.split_whitespace().all(matches);
    if name.starts_with(typed) || row.id.starts_with(typed) {
        Some(0)
    } else if all(&|word| begins(&name, word) || begins(row.id, word)) {
        Some(1)
    } else if all(&|word| name.contains(word) || row.id.contains(word)) {
        Some(2)
    } else if all(&|word| begins(&name, word) || begins(row.id, word) || begins(&help, word)) {
        Some(3)
    } else {
        let holds =
            |word: &str| name.contains(word) || row.id.contains(word) || help.contains(word);
        all(&holds).then_some(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::command::by_id;
    use proptest::prelude::*;

    fn found(typed: &str) -> Vec<&'static str> {
        let mut found: Vec<_> =
            TABLE.iter().filter_map(|row| Some((rank(row, typed)?, row.id))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn names_come_before_parts_of_names_and_these_before_the_help() {
        assert_eq!(found("undo")[..1], ["undo"]);
        assert_eq!(found("mark")[..3], ["mark", "mark-range", "mark-all"]);
        assert_eq!(found("open")[0], "next-open", "the start of a word of its name");
        assert_eq!(found("range mark")[0], "mark-range", "words in any order");
        assert_eq!(found("last decision")[0], "undo", "words of its help");
        assert_eq!(found("zzz"), [""; 0]);
        let (pick, other) = (by_id("pick-class").unwrap(), by_id("label-wrong").unwrap());
        assert_eq!((rank(pick, "lass b"), rank(other, "lass b")), (Some(2), None));
    }

    proptest! {
        #[test]
        fn a_command_is_found_by_any_part_of_its_name(at in 0..TABLE.len(), from in 0_usize..9, len in 1_usize..9) {
            let row = &TABLE[at];
            let part: String = row.name.to_lowercase().chars().skip(from).take(len).collect();
            prop_assert!(rank(row, &part).is_some());
        }

        #[test]
        fn more_words_never_find_more(at in 0..TABLE.len(), a in "[a-z]{1,3}", b in "[a-z]{1,3}") {
            let row = &TABLE[at];
            let both = format!("{a} {b}");
            prop_assert!(rank(row, &both).is_none() || rank(row, &a).is_some());
        }
    }
}
