//! The filter line in a real terminal.

use super::*;

#[test]
fn a_filter_is_typed_completed_mended_saved_and_found_after_a_restart() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("/");
    pty.wait_for("what can be written", |screen| screen.has("the label that came with"));
    pty.send("gold:Shrt\r");
    pty.wait_for("what is wrong", |screen| screen.has("^^^^") && screen.has("Shrt"));
    pty.send("\x15gold:shi\t");
    pty.wait_for("the completed word", |screen| screen.has("gold:Shirt"));
    pty.send("capture=blurry\r");
    let found = pty.wait_for("what was found", |screen| screen.has(" found  0 reviewed"));
    assert!(found.line(0).contains("/gold:Shirt capt"), "{found}");
    assert_eq!((found.after("gold  ").as_str(), found.has("capture blurry")), ("Shirt", true));
    pty.send("W");
    pty.wait_for("the field of the name", |screen| screen.has("save the filter as"));
    pty.send("soft-shirts\r");
    told(&mut pty, "@soft-shirts stands for gold:Shirt capture=blurry");
    pty.send(ESC);
    pty.wait_for("all again", |screen| screen.line(0).contains(" of 318 errors"));
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);

    let mut pty = Pty::spawn(USUAL, &["review", "--filter", "@soft-shirts"], folder.root(), &[]);
    let again = pty.wait_for("what was found", |screen| screen.has(" found  0 reviewed"));
    assert!(again.line(0).contains("/@soft-shirts"), "{again}");
    let count = |screen: &Screen| {
        let line = screen.line(0);
        line.split(" found").next().unwrap().rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(count(&again), count(&found));
}
