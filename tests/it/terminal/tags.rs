//! The taxonomy: tags are made, renamed, merged, deleted, and all of it is there after a restart.

use super::*;

const DOWN: &str = "\x1b[B";

/// The names and letters of the tags: `blurry/b`.
fn taxonomy(folder: &Folder) -> Vec<String> {
    let tags = json(folder, &["tags"]);
    let tag = |tag: &Value| {
        format!("{}/{}", tag["tag"].as_str().unwrap(), tag["key"].as_str().unwrap_or("·"))
    };
    tags.as_array().unwrap().iter().map(tag).collect()
}

const FIRST: [&str; 5] = ["blurry/b", "ambiguous/a", "low contrast/l", "sleeve/s", "odd item/o"];

#[track_caller]
fn open_list(pty: &mut Pty) -> Screen {
    pty.send("T");
    pty.wait_for("the list of tags", |screen| screen.has("given when"))
}

#[track_caller]
fn close_list(pty: &mut Pty) -> Screen {
    pty.send(ESC);
    pty.wait_for("the review", |screen| !screen.has("given when"))
}

#[track_caller]
fn asked(pty: &mut Pty, question: &str) -> Screen {
    pty.wait_for(&format!("the question {question:?}"), |screen| screen.has(question))
}

#[test]
fn a_nearly_known_name_is_pointed_out_before_a_twin_is_made() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send("+");
    pty.wait_for("the choice of a tag", |screen| screen.has("type its name"));
    pty.send("blured");
    let choice = pty.wait_for("what may be meant", |screen| screen.has("same as? blurry"));
    assert!(choice.has("new tag: blured") && choice.has("on  r"), "{choice}");
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: blurry", id(&first)));
    pty.send("+");
    pty.wait_for("the choice of a tag", |screen| screen.has("type its name"));
    pty.send("Blured");
    pty.wait_for("what may be meant", |screen| screen.has("same as? blurry"));
    pty.send(DOWN);
    pty.send(ENTER);
    let made = told(&mut pty, &format!("saved  {}: blurry, Blured", id(&first)));
    assert!(is_tagged(&made, "Blured"), "{made}");
    pty.send("u");
    told(&mut pty, "saved  undone  tag Blured taken back");
    pty.kill9();
    assert_eq!(taxonomy(&folder), FIRST);
}

#[test]
fn a_changed_letter_works_and_the_old_one_does_not() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    open_list(&mut pty);
    pty.send("l");
    asked(&mut pty, "press another letter for blurry");
    pty.send("a");
    told(&mut pty, "'a' is taken by ambiguous: another letter for blurry");
    pty.send("f");
    told(&mut pty, "saved  tag blurry is on f");
    pty.send("r");
    asked(&mut pty, "another name for blurry");
    pty.send(" shot\r");
    told(&mut pty, "saved  tag blurry is now blurry shot");
    close_list(&mut pty);
    pty.send("f");
    told(&mut pty, &format!("saved  {}: blurry shot", id(&first)));
    pty.send("b");
    told(&mut pty, "no tag on b");
    pty.send("q");
    pty.wait_exit();

    let mut pty = open(&folder);
    let back = shown(&mut pty, 2);
    assert!(back.has("f blurry shot"), "{back}");
    assert_eq!(taxonomy(&folder)[0], "blurry shot/f");
    pty.send("u");
    let undone = told(&mut pty, "saved  undone");
    assert!(!is_tagged(&undone, "blurry shot"), "{undone}");
    open_list(&mut pty);
    pty.send("u");
    told(&mut pty, "saved  undone  tag blurry shot is now blurry");
    pty.send("u");
    told(&mut pty, "saved  undone  tag blurry is on b");
    pty.send("u");
    told(&mut pty, "nothing to undo");
    pty.kill9();
    assert_eq!(taxonomy(&folder), FIRST);
}

/// Three decisions with the tag on `a`; the ids.
#[track_caller]
fn tag_three(pty: &mut Pty) -> Vec<String> {
    let mut tag = |place| {
        let id = id(&shown(pty, place));
        pty.send("a");
        told(pty, &format!("saved  {id}: ambiguous"));
        decide(pty, place, ENTER);
        id
    };
    (1..=3).map(&mut tag).collect()
}

#[test]
fn merging_and_deleting_show_their_count_and_are_undone_after_a_restart() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let ids = tag_three(&mut pty);
    let fourth = id(&shown(&mut pty, 4));
    let list = open_list(&mut pty);
    assert!(list.has(&format!("the example is {fourth}")), "{list}");
    pty.send(DOWN);
    pty.send("m");
    pty.wait_for("the other tags", |screen| screen.has("merge into"));
    pty.send(ENTER);
    asked(&mut pty, "merge ambiguous into blurry: 3 examples here, 0 elsewhere");
    pty.send(ENTER);
    told(&mut pty, "saved  tag ambiguous merged into blurry: 3 examples");
    pty.send("x");
    asked(&mut pty, "delete blurry: 3 examples here, 0 elsewhere");
    pty.send(ESC);
    pty.wait_for("the list", |screen| screen.has("x delete") && !screen.has("delete blurry"));
    assert_eq!(taxonomy(&folder).len(), 4, "nothing is done without an answer");
    pty.send("x");
    asked(&mut pty, "delete blurry: 3 examples here");
    pty.send(ENTER);
    told(&mut pty, "saved  tag blurry deleted: 3 examples");
    pty.kill9();
    assert_eq!(taxonomy(&folder), ["low contrast/l", "sleeve/s", "odd item/o"]);
    assert_eq!(json(&folder, &["show", &ids[0]])["decided"], "model wrong");

    let mut pty = open(&folder);
    shown(&mut pty, 4);
    open_list(&mut pty);
    pty.send("u");
    told(&mut pty, "saved  undone  tag blurry is back: 3 examples");
    assert_eq!(json(&folder, &["show", &ids[2]])["tags"], serde_json::json!(["blurry"]));
    pty.send("u");
    told(&mut pty, "saved  undone  tag ambiguous is back: 3 examples");
    close_list(&mut pty);
    pty.kill9();
    assert_eq!(taxonomy(&folder), FIRST);
    for id in &ids {
        assert_eq!(json(&folder, &["show", id])["tags"], serde_json::json!(["ambiguous"]));
    }
}

#[test]
fn a_preset_is_added_whole_and_is_there_after_a_restart() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    open_list(&mut pty);
    pty.send("p");
    pty.wait_for("the presets", |screen| screen.has("wrong y") && screen.has("sounds"));
    pty.send("pict");
    pty.wait_for("one preset", |screen| !screen.has("wrong y"));
    pty.send(ENTER);
    asked(&mut pty, "pictures: 12 new tags");
    pty.send(ENTER);
    told(&mut pty, "saved  12 new tags");
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: occluded", id(&first)));
    pty.kill9();
    assert_eq!(taxonomy(&folder).len(), 17);
    let mut pty = open(&folder);
    let back = shown(&mut pty, 2);
    pty.send(LEFT);
    let first = shown(&mut pty, 1);
    assert!(is_tagged(&first, "occluded"), "{back}\n{first}");
    pty.send("+occl");
    pty.wait_for("what a tag means", |screen| screen.has("Something stands in front of"));
}
