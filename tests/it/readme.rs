//! What the README shows and says is made from the program.

use crate::support::stage::{Stage, press};
use crate::support::svg::svg;
use gaffe::tui::keymap::{self, Keymap};
use gaffe::tui::settings::Settings;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares with the committed file; `UPDATE_DOCS=1` writes it anew.
fn check(path: &Path, wanted: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == wanted,
        "{} is not what the program makes: UPDATE_DOCS=1 cargo test readme",
        path.display()
    );
}

#[test]
fn the_picture_is_the_screen() {
    let mut stage = Stage::sample(120, 36);
    for keys in ["b\n", "ba\n", " ", "s\n", "l\n", "b\n", "=", "o-", "b\n", "a\n", "b"] {
        press(&mut stage, keys);
    }
    check(&file("docs/review.svg"), &svg(&stage.paint()));
}

#[test]
fn the_key_table_is_the_table_of_commands() {
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let (before, rest) = readme.split_once("<!-- keys -->\n").expect("the mark before the keys");
    let (_, after) = rest.split_once("\n<!-- /keys -->").expect("the mark after the keys");
    let table = keymap::markdown().unwrap();
    let wanted = format!("{before}<!-- keys -->\n{table}\n<!-- /keys -->{after}");
    check(&file("README.md"), &wanted);
}

#[test]
fn the_settings_that_it_shows_are_taken_with_every_keymap() {
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let (_, rest) = readme.split_once("### Keys and colours of your own").unwrap();
    let text = rest.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let settings = Settings::parse(text, Path::new("README.md")).unwrap();
    assert_eq!((settings.goal.is_some(), settings.guards.hasty), (true, true));
    assert_eq!(settings.macros.len(), 1);
    for name in Keymap::PRESETS {
        let mut layers = keymap::preset(name).unwrap();
        layers.push(settings.keys.clone());
        Keymap::of(&layers, &settings.macros).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}
