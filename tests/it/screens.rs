//! What is drawn, as text, from the real sample.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;

fn stage(cols: u16, rows: u16) -> Stage {
    Stage::sample(cols, rows)
}

/// Five decisions, so that there is something to see.
fn reviewed(cols: u16, rows: u16) -> Stage {
    let mut stage = stage(cols, rows);
    for keys in ["ba\n", " ", "b=", "l<\n", "b-"] {
        press(&mut stage, keys);
    }
    stage
}

#[test]
fn review_at_three_sizes() {
    for (cols, rows) in [(80, 24), (120, 40), (160, 50)] {
        insta::assert_snapshot!(format!("review_{cols}x{rows}"), stage(cols, rows).draw());
        insta::assert_snapshot!(format!("reviewed_{cols}x{rows}"), reviewed(cols, rows).draw());
    }
}

#[test]
fn too_small_a_terminal_is_told() {
    insta::assert_snapshot!("too_small", stage(59, 16).draw());
    insta::assert_snapshot!("smallest", stage(60, 16).draw());
}

#[test]
fn what_lies_on_top() {
    for (name, keys) in
        [("help", "?"), ("new_tag", "+dark side"), ("note", ";see the strap"), ("classes", "\tsh")]
    {
        let mut stage = reviewed(80, 24);
        press(&mut stage, keys);
        insta::assert_snapshot!(name, stage.draw());
    }
}

#[test]
fn a_decision_is_seen_when_one_goes_back() {
    let mut stage = reviewed(80, 24);
    stage.key(KeyCode::Left);
    insta::assert_snapshot!("decided", stage.draw());
    press(&mut stage, "u");
    insta::assert_snapshot!("undone", stage.draw());
}

#[test]
fn a_picture_that_cannot_be_shown_is_a_card() {
    let mut stage = Stage::sample_without_pictures(80, 24);
    insta::assert_snapshot!("no_picture", stage.draw());
    press(&mut stage, "\n");
    assert!(stage.draw().contains("2 of 318 errors"), "it can still be decided on");
}

#[test]
fn texts_rows_and_many_classes() {
    insta::assert_snapshot!("text", Stage::texts(80, 24).draw());
    insta::assert_snapshot!("row", Stage::rows(80, 24).draw());
    insta::assert_snapshot!("no_errors", Stage::without_errors(80, 24).draw());
}

#[test]
fn a_long_text_is_read_to_its_end() {
    let mut stage = Stage::long_text(80, 24);
    assert!(stage.draw().contains("more lines") && !stage.draw().contains("word799"));
    for _ in 0..20 {
        stage.key(KeyCode::PageDown);
    }
    let end = stage.draw();
    assert!(end.contains("word799") && end.contains("— end —"), "{end}");
    for _ in 0..20 {
        stage.key(KeyCode::PageUp);
    }
    assert!(stage.draw().contains("word0 "));
}

#[test]
fn tags_that_have_no_room_are_counted_and_those_that_are_on_are_seen() {
    let mut stage = stage(80, 24);
    assert!(stage.draw().contains("o odd item  + new"), "five have room");
    for name in ["torn", "stripes", "folded"] {
        press(&mut stage, &format!("+{name}\n"));
    }
    let screen = stage.draw();
    for wanted in ["torn●", "stripes●", "folded●", " T ", "+ new"] {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
    press(&mut stage, "?");
    for _ in 0..12 {
        stage.key(KeyCode::PageDown);
    }
    assert!(stage.draw().contains("stripes"), "the help has all of them");
}
