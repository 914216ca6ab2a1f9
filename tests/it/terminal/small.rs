//! A terminal too small to show on what a key would act.

use super::*;
use std::thread;

#[test]
fn a_terminal_too_small_says_so_and_decides_nothing() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let before = shown(&mut pty, 1);
    pty.resize((20, 5));
    let small = pty.wait_for("what it needs", |screen| screen.text().contains("60×16"));
    assert!(small.text().contains("20×5") && small.picture().is_none(), "{small}");
    for key in [ENTER, "b", " ", "1"] {
        pty.send(key);
    }
    // A change of size can overtake keys that are not read yet.
    thread::sleep(Duration::from_millis(300));
    pty.resize((21, 5));
    pty.wait_for("the next small frame", |screen| screen.text().contains("21×5"));
    pty.resize(USUAL);
    let after = shown(&mut pty, 1);
    assert_eq!((header(&after), id(&after)), (header(&before), id(&before)));
    assert_eq!(decided(&after), "—");
    assert!(status(&after).starts_with("4 keys dropped"), "{after}");
    assert_true_picture(&after, &folder);

    pty.resize((160, 50));
    let wide = pty.wait_for("the tally as bars", |screen| {
        screen.has("tally of 0 reviewed of 318") && screen.picture().is_some()
    });
    assert_eq!(id(&wide), id(&before));
    assert_true_picture(&wide, &folder);
    decide(&mut pty, 1, ENTER);
    pty.resize((60, 16));
    let least = shown(&mut pty, 2);
    assert!(least.has("gold  ") && header(&least).ends_with("1 reviewed"), "{least}");
}

#[test]
fn a_popup_survives_a_terminal_too_small() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send(";");
    pty.wait_for("the field", |screen| screen.line_from_below(0).contains("esc close"));
    pty.send("half a");
    pty.wait_for("the text", |screen| screen.has("half a"));
    pty.resize((20, 5));
    pty.wait_for("what it needs", |screen| screen.text().contains("60×16"));
    pty.resize(USUAL);
    pty.wait_for("the text again", |screen| screen.has("half a"));
    pty.send(" thought\r");
    let saved = told(&mut pty, "saved  ");
    assert_eq!(saved.after(" note "), "half a thought");
}

#[test]
fn undo_in_a_terminal_too_small_does_nothing() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    decide(&mut pty, 1, ENTER);
    pty.resize((20, 5));
    pty.wait_for("what it needs", |screen| screen.text().contains("60×16"));
    pty.send("u");
    read_before_the_next_resize();
    pty.resize((21, 5));
    pty.wait_for("the next small frame", |screen| screen.text().contains("21×5"));
    pty.resize(USUAL);
    pty.wait_for("the review", |screen| screen.picture().is_some());
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
}

#[test]
fn a_choice_in_a_terminal_too_small_is_not_taken() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("\t");
    pty.wait_for("the choice", |screen| screen.has("type a part of it"));
    pty.resize((20, 5));
    pty.wait_for("what it needs", |screen| screen.text().contains("60×16"));
    pty.send(ENTER);
    read_before_the_next_resize();
    pty.resize((21, 5));
    pty.wait_for("the next small frame", |screen| screen.text().contains("21×5"));
    pty.resize(USUAL);
    pty.wait_for("the review", |screen| screen.has(" of 318 errors"));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 0);
}

/// A resize reaches the program by a signal, which can overtake keys that nothing on the screen tells of.
fn read_before_the_next_resize() {
    thread::sleep(Duration::from_millis(400));
}
