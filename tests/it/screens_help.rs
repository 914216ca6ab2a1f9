//! What helps: the palette, the keys, the card of the first start, hints by state.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn last_line(screen: &str) -> String {
    screen.lines().last().unwrap().trim_matches(['"', ' ']).to_owned()
}

#[test]
fn the_palette_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = Stage::sample(cols, rows);
        press(&mut stage, ":");
        insta::assert_snapshot!(format!("palette_{cols}x{rows}"), stage.draw());
    }
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, ":mark");
    insta::assert_snapshot!("palette_typed", stage.draw());
}

#[test]
fn what_was_chosen_lately_comes_first() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, ":flag\n:");
    let screen = stage.draw();
    let first = screen.lines().find(|line| line.contains("Flag") || line.contains("Model wrong"));
    assert!(first.unwrap().contains("Flag  "), "{screen}");
    assert!(!screen.contains("Class by digit") && screen.contains("Class by name"), "{screen}");
}

#[test]
fn the_help_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = Stage::sample(cols, rows);
        press(&mut stage, "?");
        insta::assert_snapshot!(format!("help_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn the_help_scrolls_to_its_end_and_no_further() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, "?");
    assert!(stage.draw().contains("more ↓"));
    stage.key(KeyCode::End);
    let end = stage.draw();
    insta::assert_snapshot!("help_end", end);
    for key in [KeyCode::PageDown, KeyCode::Down, KeyCode::End] {
        stage.key(key);
    }
    assert_eq!(stage.draw(), end);
    stage.key(KeyCode::Up);
    assert_ne!(stage.draw(), end, "one line up is seen at once");
    stage.key(KeyCode::Home);
    assert!(stage.draw().contains("Who is right"));
}

#[test]
fn the_card_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = Stage::sample(cols, rows);
        stage.welcome();
        insta::assert_snapshot!(format!("card_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn hints_follow_the_state_not_the_example() {
    let mut stage = Stage::sample(120, 36);
    let open = last_line(&stage.draw());
    assert!(open.starts_with("⏎ model wrong"), "{open}");
    stage.key(KeyCode::Right);
    let next = last_line(&stage.draw());
    let places = |line: &str| line.find("= both").map(|at| line[..at].chars().count());
    assert_eq!(places(&open), places(&next), "hints stay where they are: {open:?} {next:?}");
    press(&mut stage, "\n");
    stage.key(KeyCode::Left);
    let decided = last_line(&stage.draw());
    assert!(decided.starts_with("u undo  → next  ⏎ model wrong"), "{decided}");
    press(&mut stage, "M");
    let marked = last_line(&stage.draw());
    assert!(marked.starts_with("A decide on 1 marked"), "{marked}");
    for line in [open, decided, marked] {
        assert!(line.ends_with("? all keys"), "{line}");
    }
}

#[test]
fn wide_terminals_show_more_hints() {
    let hints = |cols| last_line(&Stage::sample(cols, 24).draw()).matches("  ").count();
    assert!(hints(80) < hints(120) && hints(120) < hints(200));
}

#[test]
fn when_nothing_is_open_leaving_comes_first() {
    let mut stage = Stage::texts(80, 24);
    press(&mut stage, "\n");
    let line = last_line(&stage.draw());
    assert!(line.starts_with("q leave  u undo"), "{line}");
}
