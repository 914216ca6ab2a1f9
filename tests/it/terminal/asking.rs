//! What the program says and asks on the terminal before the review.

use super::*;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

const COLUMNS: &str = "id,text,kind\na,meows,cat\nb,barks,dog\nc,purrs,dog\n";

/// A table in which no column looks like the label, with predictions beside it.
fn folder() -> Folder {
    let folder = Folder::empty();
    folder.write("dev.csv", COLUMNS);
    folder.npy("v1.npy", &[[0.8, 0.2], [0.3, 0.7], [0.9, 0.1]]);
    folder
}

#[test]
fn which_column_is_the_label_is_asked_until_it_is_one() {
    let folder = folder();
    let mut pty = Pty::spawn(USUAL, &["dev.csv", "v1.npy"], folder.root(), &[]);
    let asked = pty.wait_for("the question", |screen| screen.has("enter leaves"));
    assert!(asked.has("Which column is the label?") && asked.has("3  kind"), "{asked}");
    assert!(!asked.is_alternate() && !folder.file("gaffe.toml").exists(), "{asked}");
    for wrong in ["sort", "4", "0"] {
        pty.send(&format!("{wrong}\r"));
        let text = format!("{wrong:?} is none of the columns");
        pty.wait_for("that it is none", |screen| screen.has(&text));
    }
    pty.send("3\r");
    let open = pty.wait_for("the review", |screen| screen.has("1 of 1 errors"));
    assert!(open.is_alternate() && open.has("purrs"), "{open}");
    assert!(folder.read("gaffe.toml").contains("label = \"kind\""));
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
}

#[test]
fn no_answer_leaves_and_writes_nothing() {
    for answer in [ENTER, "\x04", "\x03"] {
        let folder = folder();
        let mut pty = Pty::spawn(USUAL, &["init", "dev.csv", "v1.npy"], folder.root(), &[]);
        pty.wait_for("the question", |screen| screen.has("enter leaves"));
        pty.send(answer);
        let exit = pty.wait_exit();
        assert!(exit.code != 0 || exit.signal.is_some(), "{exit:?}");
        assert_eq!(exit.modes, pty.modes_before());
        assert_eq!(fs::read_dir(folder.root()).unwrap().count(), 2);
    }
}

/// A table of 2 GB, in a file that is small: a block of lines again and again.
fn large() -> Folder {
    let folder = Folder::empty();
    let line = format!("{{\"text\": \"{}\", \"label\": \"cat\"}}\n", "word ".repeat(800));
    let mut block = GzEncoder::new(Vec::new(), Compression::best());
    block.write_all(line.repeat(500).as_bytes()).unwrap();
    folder.write("dev.jsonl.gz", block.finish().unwrap().repeat(1000));
    folder
}

#[test]
fn a_large_file_is_read_with_progress_that_ctrl_c_ends() {
    let folder = large();
    let mut pty = Pty::spawn((40, 10), &["init", "dev.jsonl.gz"], folder.root(), &[]);
    let read = pty.wait_for("how far it is", |screen| screen.has("reading dev.jsonl.gz: "));
    let later =
        pty.wait_for("more", |screen| screen.has("reading") && screen.text() != read.text());
    assert_eq!(later.lines().iter().filter(|line| line.contains("reading")).count(), 1, "{later}");
    assert!(later.line(0).contains(" % of "), "{later}");
    pty.send("\x03");
    let exit = pty.wait_exit();
    assert!(exit.signal.is_some() || exit.code == 130, "{exit:?}");
    assert_eq!(exit.modes, pty.modes_before());
    assert_eq!(fs::read_dir(folder.root()).unwrap().count(), 1, "nothing was written");
}
