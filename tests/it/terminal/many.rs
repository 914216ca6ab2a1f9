//! The same again, marks, macros and queues in a real terminal.

use super::*;

fn verdicts(folder: &Folder) -> usize {
    json(folder, &["tally"])["reviewed"].as_u64().unwrap() as usize
}

#[test]
fn the_last_decision_is_repeated_here_and_on_the_next_ones_and_taken_back_at_once() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send("b");
    told(&mut pty, &format!("saved  {}: blurry", id(&first)));
    decide(&mut pty, 1, ENTER);
    let second = shown(&mut pty, 2);
    pty.send(".");
    told(&mut pty, &format!("saved  {}: model wrong, blurry", id(&second)));
    shown(&mut pty, 3);
    pty.send("R");
    pty.wait_for("how many", |screen| screen.has("repeat on how many"));
    pty.send("5\r");
    pty.wait_for("the preview", |screen| screen.has("model wrong, blurry: on 5 examples"));
    pty.send(ENTER);
    told(&mut pty, "saved  5 examples");
    shown(&mut pty, 8);
    assert_eq!(verdicts(&folder), 7);
    pty.send("u");
    told(&mut pty, "saved  undone");
    assert_eq!(verdicts(&folder), 2);
    shown(&mut pty, 3);
}

#[test]
fn marked_examples_are_decided_on_at_once_after_their_count_was_shown() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("M");
    pty.wait_for("one mark", |screen| screen.line(0).contains("1 marked"));
    for place in 2..5 {
        pty.send(RIGHT);
        shown(&mut pty, place);
    }
    pty.send("V");
    pty.wait_for("the range", |screen| screen.line(0).contains("4 marked"));
    pty.send("A");
    pty.wait_for("what is decided", |screen| screen.has("4 marked: what is decided on them?"));
    pty.send("-");
    pty.wait_for("the preview", |screen| screen.has("neither: on 4 examples"));
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    assert_eq!(verdicts(&folder), 0, "Esc decides nothing");
    pty.send("A");
    pty.wait_for("what is decided", |screen| screen.has("4 marked: what is decided on them?"));
    pty.send("-\r");
    told(&mut pty, "saved  4 examples");
    assert_eq!(verdicts(&folder), 4);
}

#[test]
fn a_macro_is_one_decision_on_one_key() {
    let folder = Folder::sample();
    folder.write("own.toml", "[macros]\nf2 = [\"tag blurry\", \"class Shirt\"]\n");
    let config = folder.file("own.toml");
    let envs = [("GAFFE_CONFIG", config.to_str().unwrap())];
    let mut pty = Pty::spawn(USUAL, &[], folder.root(), &envs);
    let first = shown(&mut pty, 1);
    pty.send("\x1bOQ");
    shown(&mut pty, 2);
    told(&mut pty, &format!("saved  {}: ", id(&first)));
    let row = json(&folder, &["show", &id(&first)]);
    assert_eq!((&row["label"], &row["tags"][0]), (&"Shirt".into(), &"blurry".into()), "{row}");
    pty.send("u");
    told(&mut pty, "⇒ nothing decided");
}

#[test]
fn what_is_skipped_unsure_or_flagged_has_queues_of_its_own() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let skipped = shown(&mut pty, 1);
    pty.send("S");
    let unsure = shown(&mut pty, 2);
    pty.send(",");
    let flagged = shown(&mut pty, 3);
    pty.send("!");
    told(&mut pty, &format!("saved  {}: flagged", id(&flagged)));
    for (queue, example) in [("/skipped", &skipped), ("/unsure", &unsure), ("/flagged", &flagged)] {
        pty.send("Q");
        let listed = pty.wait_for(queue, |screen| screen.line(0).contains(queue));
        assert!(listed.line(0).contains("1 of 1 found"), "{listed}");
        assert_eq!(id(&listed), id(example));
    }
    pty.send("Q");
    pty.wait_for("all again", |screen| screen.line(0).contains("of 318 errors"));
    assert_eq!(verdicts(&folder), 1, "neither a skip nor a flag is a verdict");
}

#[test]
fn a_place_is_found_by_number_and_by_id() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("#");
    pty.wait_for("the field", |screen| screen.has("go to number, id"));
    pty.send("40\r");
    let there = shown(&mut pty, 40);
    pty.send("`");
    shown(&mut pty, 1);
    pty.send("#");
    pty.wait_for("the field", |screen| screen.has("go to number, id"));
    pty.send(&format!("{}\r", id(&there)));
    assert_eq!(id(&shown(&mut pty, 40)), id(&there));
}
