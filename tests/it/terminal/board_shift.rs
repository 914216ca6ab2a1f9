//! From what is new in dev to its examples, and from a batch to its errors.

use super::*;

#[test]
fn what_is_new_is_entered_and_so_is_a_batch() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("D");
    pty.wait_for("what moved", |screen| screen.has("train → dev") && !screen.has("counting"));
    pty.send("\x1b[F");
    pty.send("b");
    let chart = pty.wait_for("the chart", |screen| screen.has("2 batches of capture"));
    assert!(chart.has("outside the limits") && chart.has("▲"), "{chart}");
    pty.send(HOME);
    pty.send(ENTER);
    let found = pty.wait_for("its errors", |screen| screen.line(0).contains("1 of 143 found"));
    assert!(found.line(0).contains("/capture=blurry"), "{found}");
    pty.send(ESC);
    pty.wait_for("the chart again", |screen| screen.has("2 batches of capture"));
    pty.send(ESC);
    shown(&mut pty, 1);
}
