//! From the slices to the errors of one, and back; a slice that is pinned is there the next time.

use super::*;

#[test]
fn a_slice_is_entered_left_again_and_pinned() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("Z");
    let slices = pty
        .wait_for("all slices", |screen| screen.has("capture=blurry") && !screen.has("counting"));
    assert!(slices.has("318 errors of 2,000 examples"), "{slices}");
    pty.send(ENTER);
    let found = pty.wait_for("its errors", |screen| screen.line(0).contains("1 of 119 found"));
    assert!(found.line(0).contains("/label:Shirt"), "{found}");
    pty.send(ESC);
    pty.wait_for("the slices again", |screen| screen.has("given slices"));
    pty.send("p");
    pty.wait_for("the name", |screen| screen.has("pin the slice as @label-Shirt"));
    pty.send(ENTER);
    pty.wait_for("the pinned slice", |screen| screen.has("pinned slices"));
    pty.send(ESC);
    shown(&mut pty, 1);
    pty.send("q");
    pty.wait_exit();
    let printed = folder.gaffe(&["stats", "slices", "--pinned", "--json"]).json();
    assert_eq!(printed["pinned"][0]["name"], "label-Shirt");
    assert_eq!(printed["pinned"][0]["figures"]["errors"], 119);
}
