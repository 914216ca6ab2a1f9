//! `gaffe tags`: the taxonomy printed, changed, taken along to another project.

use crate::support::project::{Folder, SMALL, gaffe_in};
use gaffe::dataset::{Difficulty, Order, TagEdit, TagExample, Verdict};
use gaffe::project::Desk;
use serde_json::{Value, json};
use std::path::Path;

/// `odd` on d and e, `blurry` on d; `blurry` is described and shown by d.
fn tagged() -> Folder {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.tag(3, "odd");
    reviewer.tag(4, "odd");
    reviewer.tag(3, "blurry");
    let blurry = reviewer.desk.ledger().tags()[0].id;
    let text = "when edges smear, or \u{1b}[2J worse | much".to_owned();
    let edit =
        |desk: &mut Desk, edit: &TagEdit, at| desk.edit_tag(blurry, edit, at, |_| false).unwrap();
    reviewer.decide(|desk, at| edit(desk, &TagEdit::Describe(text), at));
    let by = TagExample { split: gaffe::dataset::Split::Dev, id: "d".into() };
    reviewer.decide(|desk, at| edit(desk, &TagEdit::Example(Some(by)), at));
    folder
}

fn names(folder: &Folder) -> Vec<String> {
    let tags = folder.gaffe(&["tags", "--json"]).json();
    let name = |tag: &Value| tag["tag"].as_str().unwrap().to_owned();
    tags.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn the_taxonomy_is_printed_with_counts() {
    let folder = tagged();
    let tags = folder.gaffe(&["tags", "--json"]).json();
    assert_eq!(
        tags[1],
        json!({
            "tag": "odd", "key": "o", "train": 0, "dev": 2, "test": 0, "description": "", "example": null
        })
    );
    assert_eq!((&tags[0]["dev"], &tags[0]["example"]), (&json!(1), &json!("dev/d")));
    let text = folder.gaffe(&["tags"]);
    let line = text.ok().lines().find(|line| line.contains("blurry")).unwrap();
    assert!(
        line.starts_with("b    blurry") && line.contains("when edges smear, or ␛[2J"),
        "{line}"
    );
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{text:#?}");
    let rows = folder.gaffe(&["tags", "--csv"]).csv();
    assert_eq!((rows[1]["tag"].as_str(), rows[1]["dev"].as_str()), ("odd", "2"));
}

#[test]
fn before_the_first_review_the_tags_are_those_of_the_project_file() {
    let folder = Folder::small();
    let before = folder.listing();
    assert_eq!(names(&folder), ["blurry", "odd"]);
    assert_eq!(folder.listing(), before, "nothing is written");
    folder.change("gaffe.toml", "tags = [\"blurry\", \"odd\"]\n", "");
    let none = folder.gaffe(&["tags"]);
    assert_eq!(none.ok(), "no tags yet; for a start: gaffe tags add general\n");
}

#[test]
fn presets_are_listed_added_once_and_taken_back_by_one_undo() {
    let anywhere = gaffe_in(Path::new("/"), &["tags", "presets"]);
    for name in ["general", "causes", "pictures", "texts", "rows", "sounds"] {
        assert!(anywhere.ok().lines().any(|line| line == name), "{name}: {anywhere:#?}");
    }
    let presets = gaffe_in(Path::new("/"), &["tags", "presets", "--json"]).json();
    let causes = presets.as_array().unwrap().iter().find(|p| p["name"] == "causes").unwrap();
    let causes: Vec<&str> =
        causes["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert!(causes.contains(&"wrong y") && causes.contains(&"extrapolation"), "{causes:?}");

    let folder = Folder::small();
    let added = folder.gaffe(&["tags", "add", "pictures"]);
    assert!(added.ok().is_empty() && added.err.contains("; 1 were there"), "{added:#?}");
    let tags = folder.gaffe(&["tags", "--json"]).json();
    assert_eq!(tags[2]["tag"], "occluded");
    assert!(tags[2]["description"].as_str().unwrap().len() > 10);
    let again = folder.gaffe(&["tags", "add", "pictures"]);
    assert!(again.ok().is_empty() && again.err.contains("nothing changes"), "{again:#?}");
    folder.reviewer("v1", Order::Data).decide(Desk::undo);
    assert_eq!(names(&folder), ["blurry", "odd"]);
    let none = folder.gaffe(&["tags", "add", "pictuers"]);
    assert!(none.refused().contains("pictuers") && none.err.contains("there is: general"));
}

#[test]
fn what_is_exported_is_a_preset_for_another_project() {
    let folder = tagged();
    folder.gaffe(&["tags", "export", "-o", "mine.toml"]).ok();
    let exported = folder.gaffe(&["tags", "export"]);
    assert_eq!(folder.read("mine.toml"), exported.out);
    let other = Folder::small();
    other.write("gaffe.toml", SMALL.replace("tags = [\"blurry\", \"odd\"]\n", ""));
    other.write("mine.toml", &exported.out);
    other.gaffe(&["tags", "add", "mine.toml"]).ok();
    let (there, here) =
        (folder.gaffe(&["tags", "--json"]).json(), other.gaffe(&["tags", "--json"]).json());
    for at in 0..2 {
        for key in ["tag", "key", "description"] {
            assert_eq!(there[at][key], here[at][key]);
        }
    }
    assert_eq!(here[1]["dev"], 0);
}

#[test]
fn the_project_file_can_name_presets_of_its_own() {
    let folder = Folder::small();
    folder.change(
        "gaffe.toml",
        "tags = [\"blurry\", \"odd\"]",
        "tags = [\"Torn\", \"@mine\", \"@causes\"]\ntag_presets = [\"sets/mine.toml\"]",
    );
    folder.write("sets/mine.toml", "[[tag]]\nname = \"torn\"\n[[tag]]\nname = \"wrong y\"\nkey = \"y\"\ndescription = \"as we see it\"\n");
    let tags = folder.gaffe(&["tags", "--json"]).json();
    assert_eq!((&tags[0]["tag"], &tags[1]["tag"]), (&json!("Torn"), &json!("wrong y")));
    assert_eq!((&tags[1]["description"], &tags[1]["key"]), (&json!("as we see it"), &json!("y")));
    assert_eq!(tags.as_array().unwrap().len(), 8, "of causes all but wrong y");
    assert!(folder.gaffe(&["tags", "presets"]).ok().starts_with("mine\n"));

    folder.change("sets/mine.toml", "key = \"y\"", "key = \"Y\"");
    for args in [&["tags"][..], &["tags", "presets"], &["tags", "add", "mine"]] {
        let refused = folder.gaffe(args);
        assert!(
            refused.refused().contains("mine.toml:5: 'Y' can't be a tag's letter"),
            "{refused:#?}"
        );
    }
    folder.change("gaffe.toml", "@causes", "@cuases");
    folder.change("sets/mine.toml", "key = \"Y\"", "");
    let refused = folder.gaffe(&["tags"]);
    assert!(refused.refused().contains("\"cuases\"") && refused.err.contains("general"));
    std::fs::remove_file(folder.file("sets/mine.toml")).unwrap();
    let refused = folder.gaffe(&["tags", "presets"]);
    assert!(
        refused.refused().contains("mine.toml: no such file")
            && refused.err.contains("tag_presets")
    );
}

#[test]
fn tags_are_renamed_merged_and_deleted_with_a_count() {
    let folder = tagged();
    folder.gaffe(&["tags", "rename", "ODD", "odd  item"]).ok();
    assert_eq!(names(&folder), ["blurry", "odd item"]);
    let near = folder.gaffe(&["tags", "rename", "odd item", "blured"]);
    assert!(near.refused().contains("\"blurry\" already, which is nearly the same"), "{near:#?}");
    let taken = folder.gaffe(&["tags", "rename", "odd item", "Blurry"]);
    assert!(taken.refused().contains("there is a tag \"blurry\" already"), "{taken:#?}");

    let counted = folder.gaffe(&["tags", "merge", "odd item", "blurry"]);
    assert!(counted.refused().contains("odd item is on 2 examples"), "{counted:#?}");
    assert_eq!(names(&folder).len(), 2, "nothing is done yet");
    let merged = folder.gaffe(&["tags", "merge", "odd item", "blurry", "--yes"]);
    assert!(
        merged.ok().is_empty() && merged.err.contains("odd item merged into blurry: 2 examples")
    );
    let tags = folder.gaffe(&["tags", "--json"]).json();
    assert_eq!((tags.as_array().unwrap().len(), &tags[0]["dev"]), (1, &json!(2)));
    assert_eq!(folder.gaffe(&["show", "e", "--json"]).json()["tags"], json!(["blurry"]));
    folder.reviewer("v1", Order::Data).decide(Desk::undo);
    assert_eq!(
        folder.gaffe(&["show", "d", "--json"]).json()["tags"],
        json!(["blurry", "odd item"])
    );

    let counted = folder.gaffe(&["tags", "delete", "blurry"]);
    assert!(counted.refused().contains("blurry is on 1 example:"), "{counted:#?}");
    folder.gaffe(&["tags", "delete", "blurry", "--yes"]).ok();
    assert_eq!(names(&folder), ["odd item"]);
    let gone = folder.gaffe(&["tags", "delete", "blurry", "--yes"]);
    assert!(
        gone.refused().contains("no tag is called \"blurry\"") && gone.err.contains("odd item")
    );
}

#[test]
fn while_the_review_is_open_tags_are_read_and_not_changed() {
    let folder = tagged();
    let open = folder.reviewer("v1", Order::Data);
    assert_eq!(names(&folder).len(), 2);
    let refused = folder.gaffe(&["tags", "delete", "odd", "--yes"]);
    assert!(refused.refused().contains("open in another gaffe"), "{refused:#?}");
    drop(open);
    folder.gaffe(&["tags", "delete", "odd", "--yes"]).ok();
}

#[test]
fn all_that_was_decided_is_exported_and_shown() {
    let folder = tagged();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.decide(|desk, at| desk.toggle_difficulty(5, Difficulty::VeryEasy, at));
    reviewer.decide(|desk, at| desk.toggle_also(5, 1, at));
    reviewer.decide(|desk, at| desk.toggle_also(5, 0, at));
    reviewer.decide(|desk, at| desk.toggle_flag(5, at));
    reviewer.decide(|desk, at| desk.skip(5, at));
    reviewer.decide(|desk, at| desk.set_verdict(4, Verdict::Unsure, at));
    drop(reviewer);
    assert_eq!(folder.gaffe(&["export", "tags"]).csv().len(), 2, "f has no tag");
    let rows = folder.gaffe(&["export", "tags", "--all"]).csv();
    let cell = |column: &str| rows[2][column].as_str();
    assert_eq!((cell("id"), cell("tags"), cell("difficulty")), ("f", "", "very easy"));
    assert_eq!((cell("also_right"), cell("flagged"), cell("skipped")), ("cat;dog", "yes", "yes"));
    assert_eq!((rows[1]["flagged"].as_str(), rows[1]["skipped"].as_str()), ("", ""));
    let json = folder.gaffe(&["export", "tags", "--all", "--json"]).json();
    let shown = folder.gaffe(&["show", "f", "--json"]).json();
    for key in ["tags", "difficulty", "also_right", "flagged", "skipped", "verdict"] {
        assert_eq!(json[2][key], shown[key], "{key}");
    }
    assert_eq!(shown["also_right"], json!(["cat", "dog"]));
    let text = folder.gaffe(&["show", "f"]);
    assert!(text.ok().contains("also cat, also dog, very easy, flagged, skipped"), "{text:#?}");
}

#[test]
fn a_report_says_what_the_tags_mean() {
    let folder = tagged();
    let report = folder.gaffe(&["report"]);
    let meaning = "\n- blurry: when edges smear, or ␛[2J worse \\| much\n";
    assert!(report.ok().contains(meaning), "{report:#?}");
    assert!(!report.out.contains("\n- odd:"), "without a description there is nothing to say");
}
