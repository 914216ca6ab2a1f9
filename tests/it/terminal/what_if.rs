//! Asking the model about an example, in the real program.

use super::*;

#[test]
fn the_model_answers_and_nothing_is_decided() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("I");
    let screen = pty.wait_for("the model", |screen| screen.has("v1.onnx"));
    assert!(screen.has("gives the same as v1"), "{screen}");
    pty.send("fb");
    pty.wait_for("a change", |screen| screen.has("flipped · blurred") && screen.has("now"));
    pty.send("e");
    pty.wait_for("the evidence", |screen| screen.has("336 parts hidden") && !screen.has("…"));
    pty.send(RIGHT);
    pty.wait_for("the next", |screen| screen.has("2 of 318") && screen.has("as it is"));
    pty.send("q");
    shown(&mut pty, 2);
    pty.send("q");
    pty.wait_exit();
    let decided = |event: &Value| event["changes"].as_array().is_some_and(|all| !all.is_empty());
    assert!(!folder.events().iter().any(decided));
}
