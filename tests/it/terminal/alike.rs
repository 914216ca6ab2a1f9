//! Suggestions and the walk by likeness in a real terminal.

use super::*;

/// Tags what is blurred, as a person would, until a blurred one comes for which the tag is suggested.
fn until_suggested(pty: &mut Pty) -> (usize, Screen) {
    for place in 1..60 {
        let screen = shown(pty, place);
        if screen.has("suggested  blurry") {
            return (place, screen);
        }
        if screen.has("capture blurry") {
            pty.send("b");
            pty.wait_for("the tag", |screen| is_tagged(screen, "blurry"));
        }
        pty.send(ENTER);
    }
    panic!("nothing was suggested");
}

#[test]
fn a_tag_is_suggested_from_examples_that_are_alike_and_taken_with_one_key() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let (place, screen) = until_suggested(&mut pty);
    assert!(screen.has("capture blurry"), "it is blurred indeed\n{screen}");
    assert!(!is_tagged(&screen, "blurry"), "never applied by itself");
    pty.send("Y");
    let taken = told(&mut pty, &format!("saved  {}: blurry", id(&screen)));
    assert!(is_tagged(&taken, "blurry") && is_at(&taken, place), "{taken}");
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let journal = folder.read(".gaffe/journal.jsonl");
    assert_eq!(journal.matches("\"offered\":true").count(), 1);
}

#[test]
fn more_like_this_walks_the_nearest_first() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send("L");
    told(&mut pty, &format!("most like {} first", id(&first)));
    let alike = shown(&mut pty, 1);
    assert_eq!(id(&alike), id(&first), "it begins with itself");
    assert!(alike.line(0).contains("most similar first"), "{alike}");
    let capture = if first.has("capture blurry") { "capture blurry" } else { "capture sharp" };
    for place in 2..6 {
        pty.send(RIGHT);
        assert!(shown(&mut pty, place).has(capture), "what is as sharp is alike");
    }
    pty.send("O");
    pty.wait_for("the random order", |screen| screen.line(0).contains("random order"));
}
