//! `gaffe export`: what leaves the program comes back as it was meant.

use crate::support::project::{Folder, Outcome, SMALL, command, records};
use gaffe::dataset::{Difficulty, Order, Split, Verdict};
use gaffe::project::{Desk, Project, whoami};
use proptest::prelude::*;
use std::fs;

/// The small project with row d relabelled to what the run says, and f to another class.
fn relabelled() -> Folder {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.decide(|desk, at| desk.set_verdict(3, Verdict::LabelWrong, at));
    reviewer.decide(|desk, at| desk.set_label(5, 1, at));
    reviewer.decide(|desk, at| desk.set_verdict(4, Verdict::ModelWrong, at));
    folder
}

#[test]
fn labels_are_exported_in_the_form_they_came_in() {
    let folder = relabelled();
    let exported = folder.gaffe(&["export", "labels"]);
    let rows = exported.csv();
    let labels: Vec<&str> = rows.iter().map(|row| row["label"].as_str()).collect();
    assert_eq!(labels, ["cat", "dog", "Ankle boot", "cat", "cat", "dog"]);
    assert_eq!(rows[3]["old_label"], "dog");
    assert_eq!(rows[3]["new_label"], "cat");
    assert_eq!(rows[3]["relabelled_by"], whoami());
    assert_eq!(rows[3]["relabelled_at"], "2023-11-14T22:13:21Z");
    assert!(rows[4]["old_label"].is_empty() && rows[4]["relabelled_at"].is_empty());
    let source = records(&folder.read("dev.csv"));
    for (row, source) in rows.iter().zip(&source) {
        assert!(["id", "text", "place"].iter().all(|column| row[*column] == source[*column]));
    }
    assert!(exported.err.contains("2 labels corrected"));

    folder.gaffe(&["export", "labels", "-o", "fixed.csv"]).ok();
    assert_eq!(folder.read("fixed.csv"), exported.out);
    let changed = folder.gaffe(&["export", "labels", "--changed"]).csv();
    assert_eq!(changed, [rows[3].clone(), rows[5].clone()]);
    let json = folder.gaffe(&["export", "labels", "--json"]).json();
    let fixes: Vec<_> = json.as_array().unwrap().iter().map(|fix| &fix["id"]).collect();
    assert_eq!(fixes, ["d", "f"]);
    assert_eq!((&json[1]["old_label"], &json[1]["new_label"]), (&"cat".into(), &"dog".into()));
}

#[test]
fn a_label_set_back_is_no_change() {
    let folder = relabelled();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.decide(|desk, at| desk.set_label(3, 1, at));
    reviewer.decide(Desk::undo);
    reviewer.decide(Desk::redo);
    drop(reviewer);
    let changed = folder.gaffe(&["export", "labels", "--changed"]).csv();
    assert_eq!(changed.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>(), ["f"]);
}

#[test]
fn an_exported_table_takes_the_place_of_its_source() {
    let folder = relabelled();
    folder.gaffe(&["export", "labels", "-o", "fixed.csv"]).ok();
    folder.change("gaffe.toml", "\"dev.csv\"", "\"fixed.csv\"");
    let errors = folder.gaffe(&["errors", "--order", "data", "--json"]).json();
    let left: Vec<_> = errors.as_array().unwrap().iter().map(|e| &e["id"]).collect();
    assert_eq!(left, ["e", "f"], "d has the label that the run says");
    // what was decided is kept by the ids; the label that was set is now the gold label
    assert_eq!(errors[0]["verdict"], "model wrong");
    assert_eq!(folder.gaffe(&["show", "f", "--json"]).json()["gold"], "dog");
    let again = folder.gaffe(&["export", "labels"]);
    let header = again.ok().lines().next().unwrap();
    let mut columns: Vec<&str> = header.split(',').collect();
    columns.sort_unstable();
    let all = columns.len();
    columns.dedup();
    assert_eq!(columns.len(), all, "a column twice: {header}");
}

#[test]
fn tags_are_exported_one_row_an_example() {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.tag(3, "odd");
    reviewer.tag(3, "blurry");
    reviewer.decide(|desk, at| desk.set_verdict(3, Verdict::LabelWrong, at));
    reviewer.decide(|desk, at| desk.toggle_difficulty(3, Difficulty::VeryHard, at));
    reviewer.decide(|desk, at| desk.create_tag(&[5], "half, hidden", at, |_| false).ok());
    reviewer.decide(|desk, at| desk.set_note(5, "a \"shoe\",\nworn", at));
    // a verdict alone is no tag
    reviewer.decide(|desk, at| desk.set_verdict(4, Verdict::Unsure, at));
    let rows = folder.gaffe(&["export", "tags"]).csv();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0]["id"].as_str(), rows[0]["tags"].as_str()), ("d", "blurry;odd"));
    assert_eq!((rows[0]["gold"].as_str(), rows[0]["label"].as_str()), ("dog", "cat"));
    assert_eq!(rows[0]["verdict"], "label wrong");
    assert_eq!(rows[0]["difficulty"], "very hard");
    assert_eq!((rows[1]["id"].as_str(), rows[1]["tags"].as_str()), ("f", "half, hidden"));
    assert_eq!(rows[1]["note"], "a \"shoe\",\nworn");
    let json = folder.gaffe(&["export", "tags", "--json"]).json();
    assert_eq!(json[0]["tags"], serde_json::json!(["blurry", "odd"]));
    let written = folder.gaffe(&["export", "tags", "-o", "tags.csv"]);
    assert!(written.ok().is_empty() && written.err.contains("2 tagged"));
    assert_eq!(records(&folder.read("tags.csv")), rows);
}

#[test]
fn a_report_says_what_tally_and_runs_say() {
    let folder = relabelled();
    let report = folder.gaffe(&["report"]);
    let tally = folder.gaffe(&["tally", "--json"]).json();
    let row = |category: &serde_json::Value| {
        format!("| {} | {} |", category["category"].as_str().unwrap(), category["count"])
    };
    for category in tally["categories"].as_array().unwrap() {
        assert!(report.ok().contains(&row(category)), "{category}\n{report:#?}");
    }
    let reviewed = format!("- {} of {} errors reviewed", tally["reviewed"], tally["errors"]);
    assert!(
        report.out.starts_with("# pets: errors of v1 on dev\n") && report.out.contains(&reviewed)
    );
    for run in folder.gaffe(&["runs", "--json"]).json().as_array().unwrap() {
        let line = format!("| v1 | dev | {} | {} |", run["examples"], run["errors"]);
        assert!(report.out.contains(&line), "{line}\n{report:#?}");
    }
    folder.gaffe(&["report", "-o", "report.md"]).ok();
    assert_eq!(folder.read("report.md"), report.out);
}

#[test]
fn the_projects_own_files_are_never_overwritten() {
    let folder = relabelled();
    folder.write("train.csv", "id,label\nx,cat\n");
    folder.change("gaffe.toml", "dev = \"dev.csv\"", "dev = \"dev.csv\"\ntrain = \"train.csv\"");
    fs::create_dir(folder.file("sub")).unwrap();
    let before = folder.listing();
    for file in ["dev.csv", "./sub/../dev.csv", "train.csv", "gaffe.toml", "v1.npy"] {
        for what in ["labels", "tags"] {
            let refused = folder.gaffe(&["export", what, "-o", file]);
            assert_eq!(refused.code, 1, "export {what} -o {file}: {refused:#?}");
            assert!(refused.refused().contains(file), "{refused:#?}");
            assert_eq!(folder.listing(), before);
        }
    }
}

#[test]
fn a_place_that_cant_be_written_to_is_named() {
    let folder = relabelled();
    folder.write("file", "");
    let before = folder.listing();
    for place in ["none/fixed.csv", "file/fixed.csv", "."] {
        let refused = folder.gaffe(&["export", "labels", "-o", place]);
        assert!(refused.refused().contains(place), "{refused:#?}");
    }
    assert_eq!(folder.listing(), before);
}

#[cfg(unix)]
#[test]
fn exports_go_to_a_device_or_through_a_link_as_to_a_file() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = relabelled();
    let plain = folder.gaffe(&["export", "labels"]).out;
    // what others make in this folder can be read by others, and so can this
    folder.write("other", "");
    folder.gaffe(&["export", "labels", "-o", "fixed.csv"]).ok();
    let mode = |name: &str| fs::metadata(folder.file(name)).unwrap().permissions().mode();
    assert_eq!(mode("fixed.csv"), mode("other"));
    symlink("fixed.csv", folder.file("link.csv")).unwrap();
    folder.write("fixed.csv", "old");
    folder.gaffe(&["export", "labels", "-o", "link.csv"]).ok();
    assert_eq!(folder.read("fixed.csv"), plain, "the link is kept, its target written");
    // a pipe stands for all that is no file; replacing /dev/null would hurt the whole machine
    let pipe = folder.file("pipe");
    let mkfifo = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !mkfifo.is_ok_and(|status| status.success()) {
        return;
    }
    let read = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    folder.gaffe(&["export", "labels", "-o", "pipe"]).ok();
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo(), "the pipe was replaced by a file");
    assert_eq!(read.join().unwrap(), plain);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_blamed_on_the_table() {
    let folder = relabelled();
    for args in [&["export", "labels"][..], &["export", "tags"], &["errors"], &["errors", "--csv"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = Outcome::of(command(folder.root(), args).stdout(full));
        assert_eq!(outcome.code, 1, "{args:?} {outcome:#?}");
        assert!(outcome.err.contains("space"), "{args:?} {outcome:#?}");
        assert!(!outcome.err.contains("dev.csv"), "{args:?} {outcome:#?}");
    }
}

/// Rows of a table: a cell that needs quoting, a gold class, what the run predicts, a relabel.
fn rows() -> impl Strategy<Value = Vec<(String, usize, usize, Option<u32>)>> {
    let cell = prop_oneof!["[ -~]{0,8}", "[a\",\n;é漢🐈\t]{0,6}"];
    prop::collection::vec((cell, 0..3_usize, 0..3_usize, prop::option::of(0..3_u32)), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn exported_labels_read_back_are_the_effective_ones(
        rows in rows(), numbered in any::<bool>(), crlf in any::<bool>(), tsv in any::<bool>(),
    ) {
        let folder = Folder::empty();
        let (table, copy) = if tsv { ("dev.tsv", "fixed.tsv") } else { ("dev.csv", "fixed.csv") };
        let config = SMALL.replace("text = \"text\"\n", "").replace("dev.csv", table);
        folder.write("gaffe.toml", &config);
        let names = ["cat", "dog", "Ankle boot"];
        let mut writer = csv::WriterBuilder::new()
            .delimiter(if tsv { b'\t' } else { b',' })
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(vec![]);
        writer.write_record(["note", "id", "label"]).unwrap();
        for (i, (cell, gold, ..)) in rows.iter().enumerate() {
            let label = if numbered { gold.to_string() } else { names[*gold].to_owned() };
            writer.write_record([cell, &format!("x{i}"), &label]).unwrap();
        }
        folder.write(table, writer.into_inner().unwrap());
        let probs: Vec<[f32; 3]> =
            rows.iter().map(|r| std::array::from_fn(|k| f32::from(u8::from(k == r.2)))).collect();
        folder.npy("v1.npy", &probs);
        let mut reviewer = folder.reviewer("v1", Order::Data);
        for (row, (.., relabel)) in (0..).zip(&rows) {
            let Some(class) = *relabel else { continue };
            reviewer.decide(|desk, at| desk.set_label(row, class, at));
        }
        let effective: Vec<u32> =
            (0..rows.len() as u32).map(|row| reviewer.desk.effective(row).class).collect();
        folder.gaffe(&["export", "labels", "-o", copy]).ok();
        folder.write("gaffe.toml", config.replace(table, copy));
        let project = Project::open(folder.root()).unwrap();
        let examples = project.examples(Split::Dev).unwrap();
        prop_assert_eq!(&examples.gold, &effective);
        let notes = examples.metadata.iter().find(|column| column.name == "note").unwrap();
        let written: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        prop_assert_eq!(notes.cells.iter().collect::<Vec<_>>(), written);
    }
}
