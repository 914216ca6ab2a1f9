//! From a screen that decides to the examples of a row, and back.

use super::*;

#[test]
fn a_kind_of_error_is_entered_from_the_tally_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    for place in 1..=4 {
        shown(&mut pty, place);
        if place % 2 == 0 {
            pty.send("b");
            told(&mut pty, "blurry");
        }
        decide(&mut pty, place, ENTER);
    }
    pty.send("K");
    let tally = pty.wait_for("the tally", |screen| screen.has("4 of 318 errors reviewed"));
    assert!(tally.has("blurry"), "{tally}");
    pty.send(ENTER);
    let found = pty.wait_for("its examples", |screen| screen.line(0).contains("1 of 2 found"));
    assert!(found.line(0).contains("/tag:blurry"), "{found}");
    pty.send(ESC);
    let back = pty.wait_for("the tally again", |screen| screen.has("4 of 318 errors reviewed"));
    assert!(back.line(0).contains("318 errors"), "{back}");
    pty.send(ESC);
    shown(&mut pty, 5);
}
