//! Keys, pastes, fields and what lies on top.

use super::*;

#[test]
fn keys_on_what_was_not_seen_yet_are_dropped_and_told() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send("\r\r\r\r");
    told(&mut pty, "3 keys dropped");
    let second = shown(&mut pty, 2);
    assert_eq!(header(&second), "2 of 318 errors  1 reviewed");
    assert_eq!(decided(&second), "—");
    pty.send(LEFT);
    let back = shown(&mut pty, 1);
    assert_eq!((id(&back), decided(&back)), (id(&first), "model wrong".to_owned()));
    pty.send(RIGHT);
    // What is on the screen now can be decided on as ever.
    assert_eq!(header(&decide(&mut pty, 2, ENTER)), "3 of 318 errors  2 reviewed");
    assert_eq!(json(&folder, &["tally"])["reviewed"], 2);
}

#[test]
fn pasted_text_decides_nothing() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.paste("b 1\r\rq");
    let after = told(&mut pty, "pasted text");
    assert_eq!((header(&after), id(&after)), (header(&first), id(&first)));
    assert_eq!((decided(&after).as_str(), is_tagged(&after, "blurry")), ("—", false));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 0);
    decide(&mut pty, 1, ENTER);
}

const HOSTILE: &str =
    "ok\x1b]0;owned\x07\x1b[2J\x1b[1;1HX\x1b[?1049l\u{202e}txt\u{9b}31m\x1b]52;c;b3duZWQ=\x07end";

#[test]
fn a_hostile_note_is_harmless_and_saved() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let before = shown(&mut pty, 1);
    pty.send(";");
    pty.wait_for("the field", |screen| screen.line_from_below(0).contains("esc close"));
    pty.paste(HOSTILE);
    let typed = pty.wait_for("the text", |screen| screen.has("end") && screen.has("owned"));
    assert_harmless(&typed, &before, &pty);
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: note", id(&before)));
    let saved = shown(&mut pty, 1);
    assert!(saved.after(" note ").starts_with("ok") && saved.after(" note ").ends_with("end"));
    assert_harmless(&saved, &before, &pty);
    pty.send("q");
    pty.wait_exit();

    let mut pty = open(&folder);
    let again = shown(&mut pty, 1);
    assert_eq!(again.after(" note "), saved.after(" note "));
    assert_harmless(&again, &before, &pty);
    assert_true_picture(&again, &folder);
    let note = json(&folder, &["show", &id(&before)])["note"].as_str().unwrap().to_owned();
    assert!(note.starts_with("ok") && note.ends_with("end"), "{note:?}");
}

/// The screen is `before` but for the note and what the keys do.
#[track_caller]
fn assert_harmless(screen: &Screen, before: &Screen, pty: &Pty) {
    assert!(screen.is_alternate(), "{screen}");
    assert_eq!(pty.strays(), [""; 0]);
    assert_eq!(screen.picture(), before.picture());
    let above = |screen: &Screen| {
        let lines = screen.lines().into_iter().take_while(|line| !line.starts_with(" note "));
        lines.filter(|line| !line.contains("decided  ")).collect::<Vec<_>>()
    };
    assert_eq!(above(screen), above(before));
    let log = String::from_utf8(pty.log()).unwrap();
    let drawn = &log[log.rfind("\x1b[?1049h").unwrap()..];
    for bad in ["\x1b]", "\u{202e}", "\u{9b}", "\x07", "\x1b[?1049l", "\x1b[1;1HX"] {
        assert!(!drawn.contains(bad), "{bad:?} was written");
    }
}

#[test]
fn help_lists_the_keys_and_closes() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let before = shown(&mut pty, 1);
    pty.send("?");
    let help = pty.wait_for("the keys", |screen| screen.has("Who is right"));
    for text in ["Who is right", "⏎", "the model is wrong", "␣", "the label is wrong", "Label"]
    {
        assert!(help.has(text), "{text}\n{help}");
    }
    for _ in 0..12 {
        pty.send(PAGE_DOWN);
    }
    pty.wait_for("the last keys", |screen| screen.has("everything is saved as you go"));
    pty.send("b");
    pty.send(ESC);
    let after = pty.wait_for("the review", is_review);
    assert_eq!(after.lines(), before.lines(), "a key in the help does nothing in the review");
    pty.send("?");
    pty.wait_for("the keys", |screen| screen.has("Who is right"));
    pty.send("q");
    pty.wait_for("the review", is_review);
    decide(&mut pty, 1, ENTER);
}

/// Opens the field of the note; returns what stands in it.
#[track_caller]
fn open_note(pty: &mut Pty) -> String {
    pty.send(";");
    pty.wait_for("the field", |s| s.line_from_below(0).contains("esc close")).after(" note ")
}

#[track_caller]
fn close_note(pty: &mut Pty) -> Screen {
    pty.send(ESC);
    pty.wait_for("the review", is_review)
}

#[test]
fn a_note_that_was_left_is_there_the_next_time() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    assert_eq!(open_note(&mut pty), "");
    pty.send("a quiet q?");
    pty.wait_for("the text", |screen| screen.has("a quiet q?"));
    let closed = close_note(&mut pty);
    assert_eq!(closed.after(" note "), "—", "nothing is saved yet");
    assert_eq!(json(&folder, &["show", &id(&closed)])["note"], "");
    assert_eq!(open_note(&mut pty), "a quiet q?");
    pty.send("!\r");
    let saved = told(&mut pty, "saved  ");
    assert_eq!(saved.after(" note "), "a quiet q?!");
    assert_eq!(json(&folder, &["show", &id(&saved)])["note"], "a quiet q?!");
    pty.send(RIGHT);
    shown(&mut pty, 2);
    assert_eq!(open_note(&mut pty), "", "a note belongs to its example");
}

#[test]
fn a_class_is_chosen_by_typing_a_part_of_its_name() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    let class = third_class(&first);
    pty.send("\t");
    pty.wait_for("the choice", |screen| screen.has("type a part of it"));
    pty.send("zzz");
    pty.wait_for("no match", |screen| screen.has("nothing of that name"));
    pty.send("\x7f\x7f\x7f");
    pty.wait_for("all again", |screen| !screen.has("nothing of that name"));
    pty.send(&class.to_lowercase());
    pty.wait_for("the text", |screen| screen.has(&format!("│{}", class.to_lowercase())));
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: neither → {class}", id(&first)));
    shown(&mut pty, 2);
}

#[test]
fn a_note_that_was_left_survives_a_note_elsewhere() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    open_note(&mut pty);
    pty.send("left behind");
    pty.wait_for("the text", |screen| screen.has("left behind"));
    close_note(&mut pty);
    pty.send(RIGHT);
    shown(&mut pty, 2);
    assert_eq!(open_note(&mut pty), "");
    close_note(&mut pty);
    pty.send(LEFT);
    shown(&mut pty, 1);
    assert_eq!(open_note(&mut pty), "left behind");
}
