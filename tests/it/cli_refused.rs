//! Project files, tables and probabilities that can't be used: one message that names the file, the
//! line and the remedy, and nothing written.

use crate::support::project::{Folder, Outcome, PROBS, SMALL, TABLE, command, gaffe_in};
use gaffe::dataset::Order;
use std::fs;

/// Runs it and expects a refusal that has all of `words`; nothing is written.
#[track_caller]
fn names(folder: &Folder, args: &[&str], words: &[&str]) {
    let before = folder.listing();
    let outcome = folder.gaffe(args);
    let message = outcome.refused();
    assert!(message.len() < 1500, "it goes on for {} bytes: {message:.300}", message.len());
    for word in words {
        assert!(message.contains(word), "no {word:?} in: {message}");
    }
    assert_eq!(folder.listing(), before);
}

/// The same, where what to do must be said in a line of its own.
#[track_caller]
fn refuses(folder: &Folder, args: &[&str], words: &[&str]) {
    names(folder, args, words);
    let message = folder.gaffe(args).err;
    assert!(message.lines().count() > 1, "it does not say what to do: {message}");
}

/// The command works, and says all of `words` on standard error.
#[track_caller]
fn tells(folder: &Folder, args: &[&str], words: &[&str]) {
    let outcome = folder.gaffe(args);
    outcome.ok();
    for word in words {
        assert!(outcome.err.contains(word), "no {word:?} in: {}", outcome.err);
    }
}

/// A small project whose `file` is `content`.
fn with(file: &str, content: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::small();
    folder.write(file, content);
    folder
}

/// A small project with `from` in place of `to` in a file.
fn changed(file: &str, from: &str, to: &str) -> Folder {
    let folder = Folder::small();
    folder.change(file, from, to);
    folder
}

#[test]
fn the_review_needs_a_terminal() {
    let folder = Folder::small();
    for args in [&[][..], &["review"], &["."], &["dev.csv", "v1.npy"]] {
        refuses(&folder, args, &["terminal", "gaffe errors"]);
    }
    let data = Folder::empty();
    data.write("dev.csv", TABLE);
    refuses(&data, &["dev.csv"], &["terminal"]);
}

#[test]
fn without_a_project_it_says_how_to_begin() {
    let folder = Folder::empty();
    refuses(&folder, &[], &["no project", "gaffe FOLDER", "gaffe dev.csv probs.npy"]);
    for args in [&["tally"][..], &["runs"], &["show", "a"], &["export", "labels"]] {
        refuses(&folder, args, &["no project", "gaffe.toml", "gaffe FILE…", "gaffe init FILE…"]);
    }
    refuses(&folder, &["tally", "-p", "nowhere"], &["nowhere"]);
    names(&folder, &["nowhere.csv"], &["nowhere.csv"]);
    refuses(&folder, &["talley"], &["talley", "gaffe --help"]);
    // the folder was named: the one above does not count
    let inner = Folder::small();
    fs::create_dir(inner.file("sub")).unwrap();
    refuses(&inner, &["tally", "-p", "sub"], &["sub", "no project"]);
}

#[test]
fn a_broken_project_file_is_named_with_its_line() {
    let toml = |from: &str, to: &str| changed("gaffe.toml", from, to);
    names(&toml("label = \"label\"", "label = \"label"), &["tally"], &["gaffe.toml:7:"]);
    names(&toml("tags =", "tahs ="), &["tally"], &["gaffe.toml:3:", "tahs"]);
    names(&toml("text =", "txet ="), &["tally"], &["gaffe.toml:6:", "txet"]);
    names(&toml("dev = \"v1.npy\"", "deb = \"v1.npy\""), &["tally"], &["gaffe.toml:11:", "deb"]);
    names(
        &toml("dev = \"dev.csv\"", "valid = \"dev.csv\""),
        &["tally"],
        &["gaffe.toml:9:", "valid"],
    );
    refuses(&toml("name = \"pets\"\n", ""), &["tally"], &["gaffe.toml", "name"]);
    refuses(&toml("\"dog\"", "\"cat\""), &["tally"], &["gaffe.toml", "cat", "twice"]);
    refuses(&toml("[runs.v1]", "[runs.\"a/b\"]"), &["tally"], &["gaffe.toml", "a/b"]);
    refuses(
        &with("gaffe.toml", "human_error = 16.5\n".to_owned() + SMALL),
        &["tally"],
        &["human_error"],
    );
    refuses(&with("gaffe.toml", ""), &["tally"], &["gaffe.toml"]);
    refuses(&with("gaffe.toml", b"name = \"\xff\""), &["tally"], &["gaffe.toml", "UTF-8"]);
}

#[test]
fn rows_that_cannot_be_used_are_left_out_and_named_with_their_line() {
    let row = |from: &str, to: &str, words: &[&str]| {
        let words = [&["dev.csv: 1 row is left out", "dev.csv:5:"], words].concat();
        tells(&changed("dev.csv", from, to), &["tally"], &words);
    };
    row("d,purrs,dog", "d,purrs,Dog", &["\"Dog\"", "\"dog\""]);
    row("d,purrs,dog", "d,purrs,lorry", &["\"lorry\"", "classes"]);
    row("d,purrs,dog", "d,purrs,", &["no label"]);
    row("d,purrs", "a,purrs", &["earlier line"]);
    row("d,purrs", ",purrs", &["without an id"]);
    row("d,purrs,dog", "d,purrs,a bit,dog", &["5 cells", "4"]);
    row("d,purrs,dog,in", "d,purrs,dog", &["3 cells", "4"]);
    // after a cell of two lines, lines are still counted as an editor counts them
    let table =
        changed("dev.csv", "a,meows,cat,in\nb,barks,dog", "a,\"me\nows\",cat,in\nb,barks,dgo");
    tells(&table, &["tally"], &["dev.csv:4:", "dgo"]);
    // the array beside the table keeps its order: e and f are still the errors
    let table = changed("dev.csv", "d,purrs,dog,in", "d,purrs,dog");
    let ids: Vec<_> =
        table.gaffe(&["errors", "--csv"]).csv().iter().map(|r| r["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&"e".to_owned()) && ids.contains(&"f".to_owned()), "{ids:?}");
}

#[test]
fn a_table_without_its_columns_is_named_with_its_line() {
    let table = |from: &str, to: &str| changed("dev.csv", from, to);
    refuses(
        &table("id,text,label", "id,text,lable"),
        &["tally"],
        &["dev.csv:1:", "\"label\"", "lable"],
    );
    refuses(&table("id,text,label", "id,txt,label"), &["tally"], &["dev.csv:1:", "\"text\""]);
}

#[test]
fn a_table_that_is_none_is_said_to_be_none() {
    refuses(&with("dev.csv", ""), &["tally"], &["dev.csv", "empty"]);
    names(&with("dev.csv", "id,text,label,place\n"), &["tally"], &["dev.csv", "no examples"]);
    let mut bytes = TABLE.as_bytes().to_vec();
    bytes[TABLE.find("meows").unwrap()] = 0xff;
    tells(&with("dev.csv", &bytes), &["tally"], &["dev.csv:2:", "UTF-8"]);
    // a table saved by PowerShell or Excel
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(TABLE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    refuses(&with("dev.csv", wide), &["tally"], &["dev.csv", "UTF-8"]);
    refuses(
        &changed("gaffe.toml", "\"dev.csv\"", "\"gone.csv\""),
        &["tally"],
        &["gone.csv", "no such file", "gaffe.toml"],
    );
    let folder = changed("gaffe.toml", "\"dev.csv\"", "\"sub\"");
    fs::create_dir(folder.file("sub")).unwrap();
    names(&folder, &["tally"], &["sub", "folder"]);
    refuses(&with("dev.csv", "x".repeat(10 << 20)), &["tally"], &["dev.csv", "no examples"]);
    let long = format!("{TABLE}{},meows,{},in\n", "i".repeat(10 << 20), "cat".repeat(1 << 20));
    let table = with("dev.csv", long);
    table.npy("v1.npy", &[&PROBS[..], &PROBS[..1]].concat());
    tells(&table, &["tally"], &["dev.csv:8:", "label"]);
}

#[test]
fn probabilities_that_dont_fit_are_named_with_the_remedy() {
    let folder = Folder::small();
    let probs = |rows: &[[f32; 3]], words: &[&str]| {
        folder.npy("v1.npy", rows);
        refuses(&folder, &["tally"], &[&["v1.npy"], words].concat());
    };
    probs(&PROBS[..5], &["5", "6 examples", "one row for each example"]);
    probs(&[[0.3, 0.3, 0.3]; 6], &["don't sum to 1", "softmax"]);
    let told = |rows: &[[f32; 3]], words: &[&str]| {
        folder.npy("v1.npy", rows);
        tells(&folder, &["tally"], words);
    };
    let mut some = PROBS;
    some[2] = [-3.0, 1.5, 7.0];
    told(&some, &["1 rows of v1.npy are no probabilities (the first is row 3)"]);
    some[2] = [f32::NAN, 0.5, 0.5];
    told(&some, &["1 rows of v1.npy are empty"]);
    let logits = PROBS.map(|row| row.map(f32::ln));
    told(&logits, &["v1.npy holds logits", "softmax"]);
    folder.npy("v1.npy", &[[1.0_f32, 0.0]; 6]);
    refuses(&folder, &["errors"], &["v1.npy", "6 × 2", "3 classes", "gaffe.toml"]);
    folder.npy("v1.npy", &[[0.2_f32; 6]; 3]);
    refuses(&folder, &["errors"], &["v1.npy", "transposed", "probs.T"]);
    ndarray_npy::write_npy(folder.file("v1.npy"), &ndarray::Array1::<i64>::zeros(6)).unwrap();
    refuses(&folder, &["errors"], &["v1.npy", "one row an example"]);
    ndarray_npy::write_npy(folder.file("v1.npy"), &ndarray::Array2::<i64>::zeros((6, 3))).unwrap();
    refuses(&folder, &["errors"], &["v1.npy", "float32"]);
}

#[test]
fn a_file_that_holds_no_probabilities_is_named() {
    let folder = Folder::small();
    let whole = fs::read(folder.file("v1.npy")).unwrap();
    let file = |bytes: &[u8], words: &[&str]| {
        folder.write("v1.npy", bytes);
        refuses(&folder, &["tally"], &[&["v1.npy"], words].concat());
    };
    file(&whole[..whole.len() - 5], &["not a whole array", "again"]);
    file(&[&whole[..], b"more"].concat(), &["v1.npy"]);
    file(&whole[..20], &["no NumPy array"]);
    file(b"", &["no NumPy array"]);
    file(b"id,label\na,cat\n", &["no NumPy array", "numpy.save"]);
    // what numpy.save writes for dtype=object: a pickle, never to be run
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (6, 3), }";
    let mut pickle = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    pickle.extend(format!("{header:<117}\n").bytes());
    pickle.extend(b"\x80\x03cnumpy.core.multiarray\n_reconstruct\n.");
    file(&pickle, &["Python objects", "float32"]);
    // a shape that multiplies to more than there is memory
    let huge = header.replace("|O", "<f4").replace("(6, 3)", "(6, 4611686018427387904)");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{huge:<117}\n").bytes());
    file(&bytes, &["4611686018427387904"]);
    fs::remove_file(folder.file("v1.npy")).unwrap();
    refuses(&folder, &["tally"], &["v1.npy", "no such file", "gaffe.toml"]);
    fs::create_dir(folder.file("v1.npy")).unwrap();
    names(&folder, &["tally"], &["v1.npy", "folder"]);
}

#[test]
fn data_is_made_a_project_only_if_it_can_be_used() {
    let folder = Folder::small();
    refuses(&folder, &["init", "dev.csv", "v1.npy"], &["gaffe.toml", "there already"]);
    fs::remove_file(folder.file("gaffe.toml")).unwrap();
    folder.npy("short.npy", &PROBS[..5]);
    folder.npy("wide.npy", &[[0.25_f32; 4]; 6]);
    folder.write("b.csv", TABLE);
    folder.write("notes.doc", "");
    folder.write("classes.txt", "cat\ndog\n");
    for (args, words) in [
        (&["dev.csv", "short.npy"][..], &["short.npy", "6 examples"][..]),
        // there is no gaffe.toml yet to list the classes in
        (&["dev.csv", "wide.npy"], &["wide.npy", "4", ".txt"]),
        (&["dev.csv", "b.csv"], &["b.csv", "second"]),
        (&["v1.npy"], &["v1.npy", "no table"]),
        (&["dev.csv", "notes.doc"], &["notes.doc", "CSV"]),
    ] {
        refuses(&folder, &[&["init"], args].concat(), words);
    }
    tells(&folder, &["init", "dev.csv", "classes.txt", "--dry-run"], &["dev.csv:4:", "Ankle boot"]);
    folder.write("semicolon.csv", TABLE.replace(',', ";"));
    tells(&folder, &["init", "semicolon.csv", "--dry-run"], &["id, text, label"]);
    names(&folder, &["init", "dev.csv", "gone.npy"], &["gone.npy", "no such file"]);
    names(&folder, &["init", "gone.csv"], &["gone.csv", "no such file"]);
    let made = folder.gaffe(&["init", "dev.csv", "v1.npy"]);
    assert!(made.ok().contains("gaffe.toml"));
    // classes in byte order: "Ankle boot", "cat", "dog"
    assert!(folder.read("gaffe.toml").contains("Ankle boot"));
    folder.gaffe(&["errors"]).ok();
}

#[test]
fn a_run_name_that_cant_be_kept_is_refused() {
    let folder = Folder::pictures(4);
    folder.change("gaffe.toml", "\n# pixels", "\n[runs.v1]\ndev = \"v1.npy\"\n\n# pixels");
    let score = |name: &[&str], words: &[&str]| {
        refuses(&folder, &[&["score", "--model", "models/v2.onnx"], name].concat(), words);
    };
    score(&["--name", "v1"], &["\"v1\"", "--name"]);
    for name in ["", "..", "a/b", "../up", ".hidden", "a b", "a\nb", "\u{1b}[2J"] {
        score(&["--name", name], &["name", "--name"]);
    }
    names(&folder, &["score", "--model", "models/v2.onnx", "--name", &"n".repeat(300)], &["name"]);
    fs::copy(folder.file("models/v2.onnx"), folder.file("models/my model.onnx")).unwrap();
    refuses(&folder, &["score", "--model", "models/my model.onnx"], &["my model", "--name"]);
    refuses(&folder, &["score", "--model", "models/v1.onnx"], &["\"v1\"", "--name"]);
}

#[test]
fn a_file_in_the_place_of_the_data_folder_is_named() {
    let folder = Folder::pictures(4);
    folder.write(".gaffe", "");
    names(&folder, &["score", "--model", "models/v2.onnx"], &[".gaffe"]);
}

const EVIL: &str = "\u{1b}[2J\u{1b}]0;x\u{7}";

/// A project whose every name and cell tries to do something to the terminal.
fn evil() -> Folder {
    let folder = Folder::empty();
    let config = SMALL.replace("pets", "EVIL").replace("dog", "do g 🐕EVIL");
    folder.write("gaffe.toml", config.replace("EVIL", "\\u001b[2J\\u001b]0;x\\u0007"));
    let table =
        [("dog", "do g 🐕EVIL"), ("meows", "EVIL"), ("place", "plEVIL"), ("\nd,", "\ndEVIL,")]
            .iter()
            .fold(TABLE.to_owned(), |table, (from, to)| table.replace(from, to));
    folder.write("dev.csv", table.replace("EVIL", EVIL));
    folder.npy("v1.npy", &PROBS);
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.decide(|desk, at| desk.create_tag(&[3], &format!("t{EVIL}"), at, |_| false).ok());
    reviewer.decide(|desk, at| desk.set_note(3, &format!("n{EVIL}"), at));
    folder
}

#[track_caller]
fn harmless(folder: &Folder, args: &[&str]) -> Outcome {
    let outcome = folder.gaffe(args);
    let raw = |text: &str| text.contains(['\u{1b}', '\u{7}', '\u{9b}']);
    assert!(!raw(&outcome.out) && !raw(&outcome.err), "{args:?} {outcome:#?}");
    outcome
}

#[test]
fn what_the_data_holds_never_reaches_the_terminal_raw() {
    let folder = evil();
    let (id, column) = (format!("d{EVIL}"), format!("pl{EVIL}"));
    let compare = ["compare", "v1", "v1", "--by", &column];
    for args in [&["tally"][..], &["errors"], &["runs"], &["show", &id], &["show", "a"], &compare] {
        harmless(&folder, args).ok();
    }
    assert!(harmless(&folder, &["errors"]).out.contains("do g 🐕␛[2J"));
}

#[test]
fn messages_about_evil_data_are_harmless_too() {
    let folder = evil();
    for args in [
        &["show", EVIL][..],
        &["errors", "--run", EVIL],
        &["compare", "v1", EVIL],
        &["compare", "v1", "v1", "--by", "x"],
        &["tally", "-p", EVIL],
        &["export", "labels", "-o", &format!("{EVIL}/x")],
        &["init", &format!("{EVIL}.csv")],
        &[EVIL],
    ] {
        assert_eq!(harmless(&folder, args).code, 1, "{args:?}");
    }
    folder.change("gaffe.toml", "\"label\"", "\"lable\"");
    assert_eq!(harmless(&folder, &["tally"]).code, 1);
    folder.change("gaffe.toml", "\"lable\"", "\"label\"");
    folder.change("dev.csv", "e,fetches,cat", &format!("e,fetches,{EVIL}"));
    assert!(harmless(&folder, &["tally"]).err.contains("1 row is left out"));
}

#[test]
fn a_picture_with_an_evil_name_is_named_harmlessly() {
    let folder = Folder::pictures(2);
    folder.change("dev.csv", "images/dev-00001.png", "images/\u{1b}[2J.png");
    let scored = folder.gaffe(&["score", "--model", "models/v2.onnx"]);
    scored.ok();
    assert!(scored.err.contains("1 of 2"), "{scored:#?}");
    assert!(!scored.err.contains('\u{1b}'), "{scored:#?}");
}

#[test]
fn a_project_of_another_person_with_odd_settings_is_read() {
    let folder = Folder::small();
    let mut odd = command(folder.root(), &["tally"]);
    odd.env("GAFFE_USER", "").env_remove("USER").env("LANG", "C").env("TERM", "dumb");
    Outcome::of(&mut odd).ok();
    let empty = Outcome::of(command(folder.root(), &["tally"]).env("GAFFE_PROJECT", ""));
    assert!(empty.ok().contains("0 of 3 errors"), "an empty GAFFE_PROJECT is none: {empty:#?}");
    assert_eq!(
        gaffe_in(folder.outer(), &["--version"]).ok().trim(),
        concat!("gaffe ", env!("CARGO_PKG_VERSION"))
    );
}
