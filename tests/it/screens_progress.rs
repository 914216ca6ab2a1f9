//! History, progress and guards, as text, from the real sample.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// Nine decisions, one of them on three examples, two of them taken back.
fn walked(cols: u16, rows: u16) -> Stage {
    let mut stage = Stage::sample(cols, rows);
    for keys in ["ba\n", " ", "b=", "l<\n", "b-", "S", "R3\n\n", "-", "3", "uu"] {
        press(&mut stage, keys);
    }
    stage
}

#[test]
fn the_history_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = walked(cols, rows);
        press(&mut stage, "H");
        insta::assert_snapshot!(format!("history_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn the_last_decisions_stand_beside_the_review_where_there_is_room() {
    insta::assert_snapshot!("history_strip", walked(200, 60).draw());
    assert!(!walked(120, 40).draw().contains("last decisions"));
}

#[test]
fn the_progress_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = walked(cols, rows);
        press(&mut stage, "P\n100\n");
        insta::assert_snapshot!(format!("goal_{cols}x{rows}"), stage.draw());
        press(&mut stage, "P");
        insta::assert_snapshot!(format!("progress_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn the_guards_at_three_sizes() {
    for (cols, rows) in SIZES {
        let mut stage = walked(cols, rows);
        press(&mut stage, ":guards\n\n");
        insta::assert_snapshot!(format!("guards_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn where_to_go_is_asked_for() {
    let mut stage = walked(80, 24);
    press(&mut stage, "#dev-00");
    insta::assert_snapshot!("jump", stage.draw());
    press(&mut stage, "\n");
    assert!(stage.draw().contains("ids have \"dev-00\""), "{}", stage.draw());
}

#[test]
fn a_blind_example_shows_nothing_of_its_prediction() {
    for (cols, rows) in SIZES {
        let mut stage = Stage::sample(cols, rows);
        press(&mut stage, ":guards\n\n");
        stage.key(KeyCode::Esc);
        while !stage.draw().contains("hidden until decided") {
            stage.key(KeyCode::Right);
        }
        insta::assert_snapshot!(format!("blind_{cols}x{rows}"), stage.draw());
        press(&mut stage, "\t");
        insta::assert_snapshot!(format!("blind_classes_{cols}x{rows}"), stage.draw());
    }
}
