//! Settings and keymaps: where they are read, what goes before what, and what is refused.

use crate::support::project::{Folder, Outcome, command};
use serde_json::Value;

/// Runs it with `text` as the settings.
fn with(folder: &Folder, text: &str, args: &[&str], envs: &[(&str, &str)]) -> Outcome {
    folder.write("config/gaffe/config.toml", text);
    let config = folder.file("config");
    Outcome::of(
        command(folder.root(), args).env("XDG_CONFIG_HOME", config).envs(envs.iter().copied()),
    )
}

/// The row of a command of the review in `gaffe keys --json`.
#[track_caller]
fn row(outcome: &Outcome, command: &str) -> Value {
    let json = outcome.json();
    let rows = json.as_array().unwrap();
    let found = rows.iter().find(|row| row["context"] == "review" && row["command"] == command);
    found.unwrap_or_else(|| panic!("no {command}: {json}")).clone()
}

/// Runs it with `text` as the settings and expects a refusal that has all of `words`.
#[track_caller]
fn refuses(text: &str, args: &[&str], words: &[&str]) {
    let folder = Folder::empty();
    let outcome = with(&folder, text, args, &[]);
    let message = outcome.refused();
    for word in words {
        assert!(message.contains(word), "no {word:?} in: {message}");
    }
    assert!(message.lines().count() > 1, "it does not say what to do: {message}");
}

#[test]
fn keys_are_those_of_the_program_where_nothing_is_set() {
    let folder = Folder::empty();
    let undo = row(&folder.gaffe(&["keys", "--json"]), "undo");
    assert_eq!(undo["keys"], serde_json::json!(["u"]));
    assert_eq!(undo["source"], "keymap default");
    let text = folder.gaffe(&["keys"]);
    let text = text.ok();
    assert!(
        text.starts_with("keymap default; settings ") && text.contains("(not there)"),
        "{text}"
    );
    assert!(text.lines().any(|l| l.starts_with("review ") && l.contains(" ⏎ ")), "{text}");
    let records = folder.gaffe(&["keys", "--csv"]).csv();
    assert!(records.iter().any(|record| record["command"] == "undo" && record["keys"] == "u"));
}

#[test]
fn an_override_is_seen_and_where_it_stands() {
    let folder = Folder::empty();
    let text = "[keys.review]\nundo = [\"z\", \"alt+u\"]\n[macros]\nf2 = [\"tag blurry\", \"model-wrong\"]\n";
    let outcome = with(&folder, text, &["keys", "--json"], &[]);
    let undo = row(&outcome, "undo");
    assert_eq!(undo["keys"], serde_json::json!(["z", "alt+u"]));
    assert!(undo["source"].as_str().unwrap().ends_with("config/gaffe/config.toml"), "{undo}");
    assert_eq!(row(&outcome, "quit")["source"], "keymap default");
    assert_eq!(row(&outcome, "macro")["keys"], serde_json::json!(["f2"]));
    let shown = with(&folder, text, &["keys"], &[]);
    let line = shown.ok().lines().find(|line| line.contains(" undo ")).unwrap();
    assert!(line.contains("z alt+u") && line.ends_with("settings"), "{line}");
    assert!(shown.ok().lines().any(|l| l.contains("f2") && l.contains("tag blurry, model-wrong")));
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let folder = Folder::empty();
    // vim has keys of its own for this command, Prodigy for that one
    let sources = |args: &[&str], envs: &[(&str, &str)]| {
        let args = [&["keys", "--json"], args].concat();
        let outcome = with(&folder, "keymap = \"vim\"\n", &args, envs);
        ["next", "undo"].map(|command| row(&outcome, command)["source"].clone())
    };
    let prodigy = [("GAFFE_KEYMAP", "prodigy")];
    assert_eq!(sources(&[], &[]), ["keymap vim", "keymap default"]);
    assert_eq!(sources(&[], &prodigy), ["keymap default", "keymap prodigy"]);
    let default = sources(&["--keymap", "default"], &prodigy);
    assert_eq!(default, ["keymap default", "keymap default"]);
    assert_eq!(sources(&[], &[("GAFFE_KEYMAP", "")])[0], "keymap vim", "empty is not set");
}

#[test]
fn a_whole_keymap_is_a_file_beside_the_settings() {
    let folder = Folder::empty();
    let standard =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/keymap.toml"));
    let mine = standard.unwrap().replace("undo = [\"u\"]", "undo = [\"z\"]");
    folder.write("config/gaffe/mine.toml", &mine);
    let outcome = with(&folder, "keymap = \"mine.toml\"\n", &["keys", "--json"], &[]);
    let undo = row(&outcome, "undo");
    assert_eq!(undo["keys"], serde_json::json!(["z"]));
    assert!(undo["source"].as_str().unwrap().ends_with("config/gaffe/mine.toml"), "{undo}");
    // on the command line a path starts where one is
    folder.write("here.toml", &mine);
    let here = folder.gaffe(&["keys", "--json", "--keymap", "here.toml"]);
    assert_eq!(row(&here, "undo")["source"], "here.toml");
    folder.write("half.toml", "[review]\nundo = [\"u\"]\n");
    let half = folder.gaffe(&["keys", "--keymap", "half.toml"]);
    let message = half.refused();
    assert!(message.contains("half.toml: ") && message.contains("no way out"), "{message}");
}

#[test]
fn two_commands_on_one_key_are_refused_with_both_names_and_the_file() {
    let keys = ["keys"];
    refuses(
        "[keys.review]\nmodel-wrong = [\"u\"]\n",
        &keys,
        &[
            "config.toml:2: ",
            "[keys.review] \"u\"",
            "model-wrong",
            "undo (keymap default)",
            "undo = []",
        ],
    );
    refuses(
        "keymap = \"vim\"\n[keys.review]\nhelp = [\"j\"]\n",
        &keys,
        &["config.toml:3: ", "help", "next (keymap vim)"],
    );
    refuses("[macros]\nq = [\"neither\"]\n", &keys, &["config.toml:2: ", "macro", "quit"]);
}

#[test]
fn wrong_settings_are_named_with_their_line() {
    let keys = ["keys"];
    refuses("\nthem = \"dark\"\n", &keys, &["config.toml:2: ", "them"]);
    refuses("theme = \"drak\"\n", &keys, &["config.toml:1: ", "drak", "light", "colour-blind"]);
    refuses("[guards]\nblind = 2\n", &keys, &["config.toml:2: ", "blind"]);
    refuses("[keys.review]\nundo = [\"ctrl+s\"]\n", &keys, &["config.toml:2: ", "ctrl+s", "flow"]);
    refuses("[macros]\nf2 = [\"fly\"]\n", &keys, &["config.toml:2: ", "fly", "class NAME"]);
    refuses("keymap = \"vmi\"\n", &keys, &["vmi", "no such file", "prodigy"]);
    let folder = Folder::empty();
    let gone = with(&folder, "", &["keys"], &[("GAFFE_CONFIG", "gone.toml")]);
    assert!(gone.refused().contains("gone.toml: no such file"), "{gone:#?}");
    folder.write("own.toml", "goal = 0\n");
    let own = with(&folder, "", &["keys"], &[("GAFFE_CONFIG", "own.toml")]);
    assert!(own.refused().contains("own.toml:1: "), "{own:#?}");
    let latin = Outcome::of(command(folder.root(), &["keys"]).env("GAFFE_CONFIG", {
        folder.write("latin.toml", b"theme = \"\xff\"");
        "latin.toml"
    }));
    assert!(latin.refused().contains("UTF-8"), "{latin:#?}");
}

#[test]
fn a_theme_that_is_not_there_is_wrong_usage() {
    let folder = Folder::small();
    let outcome = folder.gaffe(&["review", "--theme", "drak"]);
    assert_eq!(outcome.code, 2, "{outcome:#?}");
    assert!(outcome.err.contains("high-contrast"), "{outcome:#?}");
}
