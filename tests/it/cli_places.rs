//! Where the program is run from, and where its output goes.

use crate::support::project::{Folder, Outcome, command, gaffe_in};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

#[test]
fn the_project_is_found_wherever_it_is_asked_for() {
    let folder = Folder::small();
    std::fs::create_dir_all(folder.file("deep/er")).unwrap();
    let root = folder.root().to_str().unwrap();
    let reviewed = |outcome: Outcome| {
        assert!(outcome.ok().contains("0 of 3 errors reviewed"), "{outcome:#?}");
    };
    reviewed(gaffe_in(&folder.file("deep/er"), &["tally"]));
    reviewed(gaffe_in(folder.outer(), &["tally", "-p", "project"]));
    reviewed(gaffe_in(folder.outer(), &["-p", "project", "tally"]));
    reviewed(gaffe_in(Path::new("/"), &["tally", "--project", root]));
    reviewed(Outcome::of(command(Path::new("/"), &["tally"]).env("GAFFE_PROJECT", root)));
    let spaced = folder.outer().join("my \"pets\" 🐈");
    std::fs::rename(folder.root(), &spaced).unwrap();
    reviewed(gaffe_in(&spaced, &["tally"]));
    reviewed(gaffe_in(folder.outer(), &["tally", "-p", spaced.to_str().unwrap()]));
    #[cfg(unix)]
    {
        let link = folder.outer().join("link");
        std::os::unix::fs::symlink(&spaced, &link).unwrap();
        reviewed(gaffe_in(&link, &["tally"]));
        reviewed(gaffe_in(folder.outer(), &["tally", "-p", "link"]));
    }
}

#[test]
fn the_next_commands_it_names_work_where_it_was_run() {
    let folder = Folder::sample();
    let scored = gaffe_in(folder.outer(), &["score", "--model", "project/models/v2.onnx"]);
    let next = scored.err.lines().find_map(|line| line.split("gaffe compare ").nth(1)).unwrap();
    let words: Vec<&str> = next.split(',').next().unwrap().split_whitespace().collect();
    let compared = gaffe_in(folder.outer(), &[&["compare"], &words[..]].concat());
    assert!(compared.ok().contains("v2 fixes"), "{compared:#?}");
    // a path that a shell would take apart is quoted
    let spaced = folder.outer().join("it's mine");
    std::fs::rename(folder.root(), &spaced).unwrap();
    let scored = gaffe_in(folder.outer(), &["score", "--model", "it's mine/models/v2.onnx"]);
    assert!(scored.err.contains(r"it'\''s mine'"), "{scored:#?}");
}

/// Reads one line of what the program prints, then closes the pipe.
fn head_1(folder: &Folder, args: &[&str]) -> (i32, String) {
    let mut command = command(folder.root(), args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::with_capacity(64, child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code().unwrap(), err)
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    // more than a pipe holds, so that writing goes on after the reader is gone
    let folder = Folder::small();
    let rows: Vec<String> = (0..20_000).map(|i| format!("row-{i},words,cat,in\n")).collect();
    folder.write("dev.csv", "id,text,label,place\n".to_owned() + &rows.concat());
    folder.npy("v1.npy", &vec![[0.2, 0.7, 0.1]; 20_000]);
    for args in
        [&["errors"][..], &["errors", "--json"], &["errors", "--csv"], &["export", "labels"]]
    {
        let (code, err) = head_1(&folder, args);
        assert_eq!(code, 0, "{args:?}: {err}");
        assert!(err.lines().all(|line| !line.contains("ipe")), "{args:?}: {err}");
    }
}

#[test]
fn a_project_beside_data_files_is_a_contradiction() {
    let folder = Folder::small();
    for args in [&["-p", ".", "dev.csv", "v1.npy"][..], &["init", "dev.csv", "-p", "."]] {
        let outcome = folder.gaffe(args);
        assert_eq!(outcome.code, 2, "{outcome:#?}");
        assert!(outcome.err.contains("-p names a project"), "{outcome:#?}");
    }
}
