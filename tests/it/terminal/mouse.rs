//! Clicks and the wheel.

use super::*;

#[test]
fn a_click_on_a_class_a_tag_and_a_hint_does_what_the_key_does() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.click(first.place_of("b blurry"));
    let tagged = told(&mut pty, &format!("saved  {}: blurry", id(&first)));
    assert!(is_tagged(&tagged, "blurry"));
    let class = third_class(&first);
    pty.click(first.place_of(&format!("{} {class}", digit(class))));
    told(&mut pty, &format!("saved  {}: neither → {class}, blurry", id(&first)));
    let second = shown(&mut pty, 2);
    pty.click(second.place_of("= both"));
    told(&mut pty, &format!("saved  {}: both acceptable", id(&second)));
    let third = shown(&mut pty, 3);
    pty.click(third.place_of("+ new"));
    pty.wait_for("the choice of a tag", |screen| screen.has("tag · type its name"));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 2);
    assert_eq!(pty.strays(), [""; 0]);
}

#[test]
fn a_click_on_what_is_not_painted_yet_is_dropped() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    let (col, row) = first.place_of("= both");
    // In one go: the second click comes before the second error is drawn.
    let click = format!("\x1b[<0;{};{}M", col + 1, row + 1);
    pty.send(&format!("\r{click}"));
    told(&mut pty, "click dropped");
    let second = shown(&mut pty, 2);
    assert_eq!(
        (decided(&second), header(&second)),
        ("—".into(), "2 of 318 errors  1 reviewed".into())
    );
}

#[test]
fn a_double_click_decides_once() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let place = shown(&mut pty, 1).place_of("⏎ model wrong");
    pty.click(place);
    shown(&mut pty, 2);
    pty.click(place);
    told(&mut pty, "a double click counts once");
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
}

#[test]
fn the_wheel_moves_and_decides_nothing() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let picture = (10, 10);
    let first = shown(&mut pty, 1);
    pty.wheel(true, picture);
    shown(&mut pty, 2);
    thread::sleep(Duration::from_millis(150));
    pty.wheel(false, picture);
    assert_eq!(id(&shown(&mut pty, 1)), id(&first));
    pty.wheel(true, first.place_of("2 Trouser"));
    // Beside the picture it does nothing.
    decide(&mut pty, 1, ENTER);
    pty.send("?");
    pty.wait_for("the keys", |screen| screen.has("Who is right"));
    pty.wheel(true, picture);
    pty.wait_for("the help has moved", |screen| !screen.has("Who is right"));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
}

#[test]
fn movements_and_other_buttons_draw_nothing() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    let (col, row) = first.place_of("= both");
    // The pictures after this one are made ready, each with a frame in which nothing changes.
    let mut before = pty.log().len();
    loop {
        thread::sleep(Duration::from_millis(300));
        if std::mem::replace(&mut before, pty.log().len()) == pty.log().len() {
            break;
        }
    }
    for button in [2, 32, 34, 35] {
        pty.send(&format!("\x1b[<{button};{};{}M", col + 1, row + 1));
    }
    pty.send("\x1b[<0;5;5m");
    // Whatever was drawn for these is on the screen before what is drawn for this.
    thread::sleep(Duration::from_millis(100));
    assert_eq!(pty.log().len(), before);
    decide(&mut pty, 1, ENTER);
}

#[test]
fn the_mouse_is_left_alone_when_told_so() {
    let folder = Folder::sample();
    for (args, env) in [(&["review", "--no-mouse"][..], ("A", "b")), (&[], ("GAFFE_MOUSE", "0"))] {
        let mut pty = Pty::spawn(USUAL, args, folder.root(), &[env]);
        assert!(shown(&mut pty, 1).leaves_mouse());
    }
    assert!(shown(&mut open(&folder), 1).reports_clicks());
}
