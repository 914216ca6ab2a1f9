//! The grid as it is drawn, from the real sample, texts and rows.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;
use std::time::Instant;

/// Two left out, one decided before, the cursor on the third.
fn page(cols: u16, rows: u16) -> Stage {
    let mut stage = Stage::sample(cols, rows);
    press(&mut stage, " Gbe");
    stage.key(KeyCode::Right);
    stage
}

#[test]
fn a_page_at_three_sizes() {
    for (cols, rows) in [(80, 24), (120, 40), (200, 60)] {
        insta::assert_snapshot!(format!("page_{cols}x{rows}"), page(cols, rows).draw());
    }
    let mut small = page(80, 24);
    press(&mut small, "(");
    insta::assert_snapshot!("small_tiles", small.draw());
}

#[test]
fn a_decision_is_asked_about_below_the_tiles() {
    let mut stage = page(80, 24);
    press(&mut stage, "a=");
    let screen = stage.draw();
    assert!(screen.contains("both acceptable: on 8 examples"), "{screen}");
    insta::assert_snapshot!("asked", screen);
    press(&mut stage, "=");
    stage.key(KeyCode::PageUp);
    insta::assert_snapshot!("page_decided", stage.draw());
}

#[test]
fn what_lies_on_top_is_of_the_grid() {
    for (name, keys) in [("grid_keys", "?"), ("grid_tag", "+"), ("grid_palette", ":page")] {
        let mut stage = page(80, 24);
        press(&mut stage, keys);
        insta::assert_snapshot!(name, stage.draw());
    }
}

#[test]
fn one_cell_says_its_ids() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, "C");
    insta::assert_snapshot!("one_cell", stage.draw());
}

#[test]
fn texts_and_rows_are_tiles_of_a_few_lines() {
    for (name, mut stage) in
        [("text_tiles", Stage::texts(80, 24)), ("row_tiles", Stage::rows(80, 24))]
    {
        press(&mut stage, "G");
        insta::assert_snapshot!(name, stage.draw());
        press(&mut stage, "a");
        assert!(stage.draw().contains("0 of 1 in: 1 left out"));
    }
}

#[test]
fn pictures_that_cannot_be_shown_are_said_so() {
    let mut stage = Stage::sample_without_pictures(80, 24);
    press(&mut stage, "G\n\n");
    let screen = stage.draw();
    assert!(screen.contains("can't be") && screen.contains("10 reviewed"), "{screen}");
}

#[test]
#[ignore = "prints figures; add --nocapture, and --release"]
fn frame_time() {
    for (cols, rows, keys) in [(80, 24, "G"), (200, 60, "G"), (200, 60, "G(")] {
        let mut stage = Stage::sample(cols, rows);
        press(&mut stage, keys);
        let mut times: Vec<_> = (0..200)
            .map(|_| {
                let start = Instant::now();
                stage.paint();
                start.elapsed()
            })
            .collect();
        times.sort();
        println!("{cols} × {rows} {keys:<3} median {:?}  p99 {:?}", times[100], times[197]);
    }
}
