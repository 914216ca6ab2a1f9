//! What helps: the palette, the keys, the card of the first start, hints by state, clicks.

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

#[test]
fn each_class_tag_and_hint_is_clicked_where_it_is_drawn() {
    for (cols, rows) in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        for (what, said) in [
            ("2 Trouser", "Trouser"),
            ("b blurry", "blurry"),
            ("s sleeve", "sleeve"),
            ("= both", "both acceptable"),
            ("⏎ model wrong", "model wrong"),
        ] {
            let mut stage = Stage::sample(cols, rows);
            let Some((col, row)) = place_of(&stage.draw(), what) else {
                assert!(cols < 80, "{what} has no room in {cols}×{rows}");
                continue;
            };
            stage.click(col, row);
            let screen = stage.draw();
            assert!(screen.contains(said) && screen.contains("saved  dev-"), "{what}\n{screen}");
        }
    }
}

#[test]
fn every_place_of_every_screen_has_a_meaning_or_none() {
    for keys in ["", "?", "\t", ":", ":z9", "+x", ";", "*A", "*A-"] {
        for mut stage in [Stage::sample(80, 24), Stage::rows(80, 24)] {
            press(&mut stage, keys);
            for (cols, rows) in [(0, 0), (20, 5), (60, 16), (61, 17), (80, 24), (200, 60)] {
                let targets = stage.targets(cols, rows);
                let any = targets.iter().any(Option::is_some);
                assert_eq!(any, cols >= 60 && keys != "?", "{keys:?} in {cols}×{rows}");
            }
        }
    }
}

#[test]
fn tags_in_the_second_line_are_clicked_too() {
    let mut stage = Stage::sample(120, 40);
    for name in ["torn", "stripes", "folded", "a rather long name", "another long name", "dark"] {
        press(&mut stage, &format!("+{name}\n"));
    }
    let (col, row) = place_of(&stage.draw(), "dark●").unwrap();
    stage.click(col, row);
    assert!(!stage.draw().contains("dark●"), "{}", stage.draw());
    let (col, row) = place_of(&stage.draw(), "+ new").unwrap();
    stage.click(col, row);
    assert!(stage.draw().contains("tag · type its name"), "{}", stage.draw());
}

#[test]
fn a_line_of_a_choice_is_taken_by_the_second_click() {
    let mut stage = Stage::rows(80, 24);
    press(&mut stage, "\t");
    for _ in 0..14 {
        stage.key(KeyCode::Down);
    }
    let before = stage.draw();
    let (col, row) = (20, 8);
    stage.click(col, row);
    let chosen = stage.draw();
    assert_eq!(before, chosen, "the lines stay where they are");
    stage.click(col, row);
    let name = before.lines().nth(8).unwrap().split('│').nth(1).unwrap().trim();
    let name = name.rsplit_once(' ').unwrap().0.trim();
    assert!(stage.draw().contains(&format!("→ {name}")), "{name}\n{}", stage.draw());
}

fn place_of(screen: &str, text: &str) -> Option<(u16, u16)> {
    screen.lines().zip(0..).find_map(|(line, row)| {
        let before = line.trim_start_matches('"').split_once(text)?.0;
        Some((before.chars().count() as u16, row))
    })
}
