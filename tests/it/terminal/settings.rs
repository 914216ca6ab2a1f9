//! Keys and colours of one's own, in a real terminal.

use super::*;
use vt100::Color;

fn open_with(folder: &Folder, args: &[&str], envs: &[(&str, &str)]) -> Pty {
    Pty::spawn(USUAL, args, folder.root(), envs)
}

/// The colours of the first letter after `caption`.
#[track_caller]
fn colours_after(screen: &Screen, caption: &str) -> (Color, Color) {
    let at = screen.cell_after(caption);
    at.unwrap_or_else(|| panic!("no {caption:?} on the screen:\n{screen}"))
}

#[test]
fn vim_hands_move_with_letters() {
    let folder = Folder::sample();
    let mut pty = open_with(&folder, &["--keymap", "vim"], &[]);
    shown(&mut pty, 1);
    pty.send("j");
    shown(&mut pty, 2);
    pty.send("l");
    shown(&mut pty, 3);
    pty.send("k");
    let second = shown(&mut pty, 2);
    assert_eq!(header(&second), "2 of 318 errors  0 reviewed", "nothing was decided");
}

#[test]
fn prodigy_hands_decide_with_letters() {
    let folder = Folder::sample();
    let mut pty = open_with(&folder, &[], &[("GAFFE_KEYMAP", "prodigy")]);
    let first = shown(&mut pty, 1);
    assert!(first.line_from_below(0).contains("a model wrong"), "{first}");
    pty.send("a");
    shown(&mut pty, 2);
    told(&mut pty, &format!("saved  {}: model wrong", id(&first)));
    pty.send(" ");
    let third = shown(&mut pty, 3);
    assert_eq!(header(&third), "3 of 318 errors  1 reviewed", "space puts it off");
    pty.send("\x7f");
    shown(&mut pty, 2);
    pty.send("u");
    let back = shown(&mut pty, 1);
    assert_eq!(header(&back), "1 of 318 errors  0 reviewed");
}

#[test]
fn keys_of_ones_own_act_and_are_shown() {
    let folder = Folder::sample();
    folder.write("mine.toml", "[keys.review]\nunsure = [\"f5\", \"alt+s\"]\nundo = [\"z\"]\n");
    let mut pty = open_with(&folder, &[], &[("GAFFE_CONFIG", "mine.toml")]);
    let first = shown(&mut pty, 1);
    pty.send("\x1b[15~");
    shown(&mut pty, 2);
    told(&mut pty, &format!("saved  {}: unsure", id(&first)));
    pty.send("z");
    shown(&mut pty, 1);
    told(&mut pty, "undone");
    pty.send("\x1bs");
    shown(&mut pty, 2);
    pty.send("?");
    let help = pty.wait_for("the keys", |screen| screen.has("Who is right"));
    assert!(help.has("f5 alt+s"), "{help}");
}

#[test]
fn a_conflict_is_refused_before_the_screen_is_taken() {
    let folder = Folder::sample();
    folder.write("mine.toml", "[keys.review]\nunsure = [\"u\"]\n");
    let mut pty = open_with(&folder, &[], &[("GAFFE_CONFIG", "mine.toml")]);
    let exit = pty.wait_exit();
    let log = String::from_utf8(pty.log()).unwrap();
    assert_eq!(exit.code, 1);
    assert!(
        log.contains("mine.toml:2: ") && log.contains("unsure") && log.contains("undo"),
        "{log}"
    );
    assert!(!log.contains("\x1b[?1049h"), "{log}");
    assert!(!folder.file(".gaffe").exists(), "nothing is written");
}

#[test]
fn themes_have_colours_of_their_own() {
    let folder = Folder::sample();
    let gold = |args: &[&str], envs: &[(&str, &str)]| {
        let mut pty = open_with(&folder, args, envs);
        let colours = colours_after(&shown(&mut pty, 1), "gold       ");
        pty.send("q");
        pty.wait_exit();
        colours
    };
    let dark = (Color::Rgb(0xc0, 0x94, 0x00), Color::Default);
    let light = (Color::Rgb(0x8a, 0x5a, 0x00), Color::Default);
    assert_eq!(gold(&[], &[]), dark);
    assert_eq!(gold(&["--theme", "light"], &[]), light);
    assert_eq!(gold(&[], &[("COLORFGBG", "0;15")]), light);
    assert_eq!(gold(&["--theme", "dark"], &[("GAFFE_THEME", "light")]), dark);
    let own = (Color::Rgb(0xf0, 0xe4, 0x42), Color::Rgb(0, 0, 0));
    assert_eq!(gold(&["--theme", "colour-blind"], &[]), own);
    let indexed = (Color::Idx(136), Color::Default);
    assert_eq!(gold(&[], &[("COLORTERM", "")]), indexed);
    assert_eq!(gold(&[], &[("NO_COLOR", "1")]), (Color::Default, Color::Default));
}

#[test]
fn a_terminal_of_16_colours_gets_their_classic_codes_only() {
    let folder = Folder::sample();
    let mut pty = open_with(&folder, &[], &[("TERM", "linux"), ("COLORTERM", "")]);
    let first = shown(&mut pty, 1);
    assert!(matches!(colours_after(&first, "gold       "), (Color::Idx(11), _)), "{first}");
    pty.send("b");
    told(&mut pty, "saved");
    pty.send("?");
    pty.wait_for("the keys", |screen| screen.has("Who is right"));
    let log = String::from_utf8(pty.log()).unwrap();
    for (at, _) in log.match_indices("\x1b[") {
        let body = &log[at + 2..];
        let length = body.bytes().take_while(|b| b.is_ascii_digit() || *b == b';').count();
        if body.as_bytes().get(length) == Some(&b'm') {
            let classic = |n: &str| !matches!(n, "38" | "48" | "58" | "59");
            assert!(body[..length].split(';').all(classic), "{:?}", &body[..length]);
        }
    }
    assert!(log.contains("\x1b[93"), "gold is bright yellow");
}
