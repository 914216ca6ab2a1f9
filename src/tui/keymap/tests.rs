//! Keys looked up, layers over each other, and what is refused.

use super::*;
use crate::tui::command::by_id;
use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
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
}

#[test]
fn shift_is_in_the_character_and_alt_is_another_key() {
    let keymap = Keymap::standard().unwrap();
    let with = |modifiers| KeyEvent::new(KeyCode::Char('U'), modifiers);
    assert_eq!(keymap.command(Context::Review, with(KeyModifiers::SHIFT)), Some(Command::Redo));
    assert_eq!(keymap.command(Context::Review, with(KeyModifiers::ALT)), None);
    let ctrl_b = KeyEvent::new(KeyCode::Char('b'), KeyModifiers::CONTROL);
    assert_eq!(keymap.command(Context::Review, ctrl_b), None, "ctrl+b is no tag");
}

fn review(keymap: &Keymap, code: KeyCode) -> Option<Command> {
    keymap.command(Context::Review, press(code))
}

fn of(layers: &[(&str, &str)], macros: &[Macro]) -> Result<Keymap, String> {
    let parse = |&(file, text): &(&str, &str)| Layer::parse(text, Path::new(file));
    let mut all = preset("default").unwrap();
    all.extend(layers.iter().map(parse).collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?);
    Keymap::of(&all, macros).map_err(|e| e.to_string())
}

fn bound(key: &str) -> Macro {
    Macro::parse(key, &["neither".to_owned()], "config.toml".into(), 9).unwrap()
}

#[test]
fn every_command_stands_in_every_keymap_in_each_of_its_contexts() {
    for name in Keymap::PRESETS {
        let keymap = Keymap::preset(name).unwrap();
        for binding in keymap.bindings() {
            let (id, context) = (binding.row.id, binding.context);
            // Keys of macros are in the settings.
            assert!(!binding.source.is_empty() || id == "macro", "{name}: {id} in {context:?}");
        }
    }
    let error = Keymap::preset("emacs").unwrap_err().to_string();
    assert!(error.contains("\"emacs\"") && error.contains("default, vim, prodigy"), "{error}");
}

#[test]
fn vim_moves_with_letters_and_prodigy_decides_with_them() {
    let vim = Keymap::preset("vim").unwrap();
    let letters = ['h', 'j', 'k', 'l', 'u'].map(|c| review(&vim, KeyCode::Char(c)).unwrap());
    assert_eq!(
        letters,
        [Command::Previous, Command::Next, Command::Previous, Command::Next, Command::Undo]
    );
    assert_eq!(vim.command(Context::Help, press(KeyCode::Char('j'))), Some(Command::Down));
    assert_eq!(vim.command(Context::Picker, press(KeyCode::Char('j'))), None, "it is typed");
    let prodigy = Keymap::preset("prodigy").unwrap();
    let keys = [KeyCode::Char('a'), KeyCode::Char('x'), KeyCode::Char(' '), KeyCode::Backspace];
    let commands = keys.map(|key| review(&prodigy, key).unwrap());
    assert_eq!(commands, [Command::ModelWrong, Command::LabelWrong, Command::Skip, Command::Undo]);
    assert_eq!(review(&prodigy, KeyCode::Delete), Some(Command::Undo));
    assert!(prodigy.is_reserved('a') && !prodigy.is_reserved('b'));
}

#[test]
fn a_later_layer_takes_the_place_of_a_command_and_of_no_other() {
    let keymap =
        of(&[("mine.toml", "[review]\nundo = [\"z\", \"alt+u\", \"f5\"]\n")], &[]).unwrap();
    assert_eq!(review(&keymap, KeyCode::Char('z')), Some(Command::Undo));
    assert_eq!(review(&keymap, KeyCode::F(5)), Some(Command::Undo));
    assert_eq!(review(&keymap, KeyCode::Char('u')), Some(Command::Tag('u')), "u is free again");
    assert_eq!(review(&keymap, KeyCode::Char('q')), Some(Command::Quit));
    let alt_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT);
    assert_eq!(keymap.command(Context::Review, alt_u), Some(Command::Undo));
    let source = |id| {
        let found = keymap.bindings().find(|binding| binding.row.id == id);
        found.map(|binding| binding.source.to_owned())
    };
    assert_eq!(source("undo").as_deref(), Some("mine.toml"));
    assert_eq!(source("quit").as_deref(), Some("keymap default"));
    assert_eq!(keymap.key_of(Command::ModelWrong), "⏎");
    assert_eq!(keymap.key_of(Command::Unmark), ":unmark", "it has no key");
}

#[test]
fn two_commands_on_one_key_are_refused_with_both_names_and_the_place() {
    let error = |text| of(&[("mine.toml", text)], &[]).unwrap_err();
    assert_eq!(
        error("[review]\n\nmodel-wrong = [\"u\"]\n"),
        "mine.toml:3: [review] \"u\" is claimed by model-wrong and by undo (keymap default)\n  \
         free it with undo = [] under [keys.review], or give that other keys there"
    );
    assert_eq!(
        error("[review]\nredo = [\"v\"]\nundo = [\"v\"]\n"),
        "mine.toml:2: [review] \"v\" is claimed by redo and by undo\n  \
         keep it in one of them (line 2 and 3)"
    );
    let ranges = error("[review]\nclass = [\"1-9\"]\ntag = [\"5-7\"]\n");
    assert!(ranges.contains("\"5\" is claimed by class and by tag"), "{ranges}");
    let freed = "[review]\nmodel-wrong = [\"u\"]\nundo = []\n";
    let keymap = of(&[("mine.toml", freed)], &[]).unwrap();
    assert_eq!(review(&keymap, KeyCode::Char('u')), Some(Command::ModelWrong));
    assert!(keymap.keys(Context::Review, "undo").is_empty());
}

#[test]
fn what_no_keymap_can_say_is_refused_by_name() {
    let error = |text| of(&[("mine.toml", text)], &[]).unwrap_err();
    for (text, wanted) in [
        ("[review]\nfly = [\"f\"]\n", "mine.toml:2: [review] has no command \"fly\""),
        ("[prompt]\nundo = [\"u\"]\n", "[prompt] has no command \"undo\"; it is in review"),
        ("[review]\nundo = [\"ctrl+q\"]\n", "undo: \"ctrl+q\": terminals stop"),
        ("\n[revue]\n", "mine.toml:2: no context is called [revue]; there are review"),
        ("[picker]\nup = [\"k\"]\n", "up: \"k\": it types itself"),
        ("[review]\nclass = [\"c\"]\n", "the digit says which class"),
        ("[review]\ntag = [\"f3\"]\n", "the letter says which"),
        (
            "[help]\ncancel = []\n",
            "mine.toml:2: [help] has no key for cancel: there would be no way out",
        ),
        ("[review]\nquit = []\n", "[review] has no key for quit"),
        ("[review]\nmacro = [\"f2\"]\n", "stand under [macros]"),
        ("[review]\nundo = \"u\"\n", "mine.toml:2: "),
    ] {
        let found = error(text);
        assert!(found.contains(wanted), "{text:?}: {found}");
        assert!(found.lines().count() > 1, "it does not say what to do: {found}");
    }
}

#[test]
fn a_macro_has_its_key_alone() {
    let keymap = of(&[], &[bound("f2"), bound("b")]).unwrap();
    assert_eq!(review(&keymap, KeyCode::F(2)), Some(Command::Macro(0)));
    assert_eq!(review(&keymap, KeyCode::Char('b')), Some(Command::Macro(1)), "it is no tag");
    assert!(keymap.is_reserved('b') && !keymap.is_reserved('c'));
    assert_eq!(
        of(&[], &[bound("u")]).unwrap_err(),
        "config.toml:9: [macros] \"u\" is claimed by the macro on it and by undo (keymap default)\n  \
         free it with undo = [] under [keys.review], or give that other keys there"
    );
    let error = of(&[], &[bound("ctrl+m")]).unwrap_err();
    assert!(
        error.starts_with("config.toml:9: [macros] \"ctrl+m\": terminals send enter"),
        "{error}"
    );
}

proptest! {
    /// Whatever a person writes: it is refused, or each key written for a command does that command.
    #[test]
    fn a_keymap_that_is_taken_does_what_it_says(
        lines in prop::collection::btree_map(
            prop::sample::select(vec!["undo", "redo", "next", "help", "quit", "tag", "model-wrong"]),
            prop::collection::vec(prop::sample::select(vec!["u", "z", "f2", "ctrl+r", "a-f", "enter"]), 0..3),
            0..5,
        )
    ) {
        let written: Vec<String> = lines.iter().map(|(id, keys)| format!("{id} = {keys:?}")).collect();
        let text = format!("[review]\n{}\n", written.join("\n"));
        if let Ok(keymap) = of(&[("mine.toml", &text)], &[]) {
            for (id, keys) in &lines {
                for key in keys.iter().filter(|key| **key != "a-f") {
                    let key = Key::parse(key).unwrap();
                    let found = keymap.commands.get(&(Context::Review, key)).copied().unwrap();
                    let wanted = by_id(id).unwrap().command;
                    prop_assert_eq!(std::mem::discriminant(&found), std::mem::discriminant(&wanted));
                }
            }
        }
    }
}
