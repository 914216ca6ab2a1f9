//! From a cell of the confusion matrix and from a bin of the confidence to the examples, and back.

use super::*;

#[test]
fn a_cell_is_entered_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("X");
    pty.wait_for("the worst pair", |screen| screen.has("Shirt taken for T-shirt/top: 50,"));
    pty.send("n");
    pty.wait_for("shares", |screen| screen.has("% of the row"));
    pty.send(LEFT);
    pty.wait_for("the errors of shirts", |screen| {
        screen.has("Shirt taken for another class: 119,")
    });
    pty.send(ENTER);
    let found = pty.wait_for("them", |screen| screen.line(0).contains("1 of 119 found"));
    assert!(found.line(0).contains("/label:Shirt"), "{found}");
    pty.wait_for("its picture", |screen| screen.picture().is_some());
    pty.send(" ");
    told(&mut pty, "saved  ");
    pty.send(ESC);
    let back = "with one label less, the cursor where it was";
    pty.wait_for(back, |screen| {
        screen.has("Shirt taken for another class: 118,") && screen.has("% of the row")
    });
    pty.send(ESC);
    shown(&mut pty, 1);
}

#[test]
fn a_bin_is_entered_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("%");
    pty.wait_for("the bins", |screen| screen.has("1 wrong with confidence 0.20–0.27"));
    pty.send("\x1b[B");
    pty.wait_for("the next bin", |screen| {
        screen.has("11 wrong with confidence 0.27–0.33; ← 3 right")
    });
    pty.send(LEFT);
    pty.wait_for("its right ones", |screen| screen.has("3 right with confidence 0.27–0.33"));
    pty.send(ENTER);
    let found = pty.wait_for("them", |screen| screen.line(0).contains("1 of 3 found"));
    assert!(found.line(0).contains("/conf>=0.2"), "{found}");
    pty.send(ESC);
    pty.wait_for("the bins again", |screen| screen.has("3 right with confidence 0.27–0.33"));
}
