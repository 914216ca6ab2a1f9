//! The palette, and the card of the first start.

use super::*;

/// Opens the review as somebody who has never done so; the state of programs is kept in `state`.
fn open_first(folder: &Folder, state: &Path) -> Pty {
    Pty::spawn(USUAL, &[], folder.root(), &[("XDG_STATE_HOME", state.to_str().unwrap())])
}

#[test]
fn the_card_is_shown_once_and_the_key_that_closes_it_does_nothing_else() {
    let (folder, state) = (Folder::sample(), tempfile::tempdir().unwrap());
    let mut pty = open_first(&folder, state.path());
    let card = pty.wait_for("the card", |screen| screen.has("any key begins"));
    for line in ["⏎", "␣", "the model is wrong", "b blurry", "Everything is saved as you go"] {
        assert!(card.has(line), "{line}\n{card}");
    }
    pty.send(ENTER);
    let first = pty.wait_for("the review", is_review);
    assert_eq!(
        (decided(&first).as_str(), header(&first).as_str()),
        ("—", "1 of 318 errors  0 reviewed")
    );
    decide(&mut pty, 1, ENTER);
    pty.send("q");
    pty.wait_exit();
    assert!(state.path().join("gaffe/welcomed").exists());
    let mut pty = open_first(&folder, state.path());
    assert!(!shown(&mut pty, 2).has("any key begins"));
}

#[test]
fn a_card_that_cannot_be_remembered_is_not_shown_over_decisions() {
    let (folder, state) = (Folder::sample(), tempfile::tempdir().unwrap());
    let file = state.path().join("a file, no folder");
    fs::write(&file, "").unwrap();
    let mut pty = open_first(&folder, &file);
    pty.wait_for("the card", |screen| screen.has("any key begins"));
    pty.send("x");
    pty.wait_for("the review", is_review);
    decide(&mut pty, 1, ENTER);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let mut pty = open_first(&folder, &file);
    assert!(!shown(&mut pty, 2).has("any key begins"));
}

#[test]
fn any_command_is_found_and_done_by_its_name() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send(":");
    let palette = pty.wait_for("the palette", |screen| screen.has("commands · type a part"));
    assert!(
        palette.has("Model wrong") && palette.has("the model is wrong, the label is right; next")
    );
    pty.send("both");
    pty.wait_for("one command", |screen| {
        screen.has("Both acceptable") && !screen.has("Model wrong")
    });
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: both acceptable", id(&first)));
    shown(&mut pty, 2);
}
