//! The list of tags as it is drawn.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;

/// Three examples with tags; one tag is described, another has an example.
fn reviewed(cols: u16, rows: u16) -> Stage {
    let mut stage = Stage::sample(cols, rows);
    for keys in ["ba\n", "b\n", "bs", "Tdwhen the edges of the thing are smeared\n↓e"] {
        keys.chars().for_each(|c| match c {
            '↓' => stage.key(KeyCode::Down),
            c => press(&mut stage, &c.to_string()),
        });
    }
    stage
}

#[test]
fn the_list_at_three_sizes() {
    for (cols, rows) in [(80, 24), (120, 40), (200, 60)] {
        insta::assert_snapshot!(format!("tags_{cols}x{rows}"), reviewed(cols, rows).draw());
    }
}

#[test]
fn what_is_asked_over_the_list() {
    for (name, keys) in
        [("tags_rename", "r"), ("tags_letter", "l"), ("tags_merge", "m"), ("tags_preset", "p")]
    {
        let mut stage = reviewed(80, 24);
        press(&mut stage, keys);
        insta::assert_snapshot!(name, stage.draw());
    }
    for (name, keys) in [("tags_delete", "x"), ("tags_preset_asked", "ptext\n")] {
        let mut stage = reviewed(80, 24);
        press(&mut stage, keys);
        insta::assert_snapshot!(name, stage.draw());
    }
}

#[test]
fn a_name_that_is_nearly_there_is_pointed_out() {
    let mut stage = reviewed(80, 24);
    press(&mut stage, "T+blured");
    insta::assert_snapshot!("tags_same_as", stage.draw());
}

#[test]
fn without_tags_it_says_how_to_begin() {
    let mut stage = Stage::texts(80, 24);
    press(&mut stage, "T");
    insta::assert_snapshot!("tags_none", stage.draw());
}

#[test]
fn the_smallest_terminal_has_the_chosen_tag_and_the_keys() {
    let mut stage = reviewed(60, 16);
    let screen = stage.draw();
    for wanted in ["blurry", "ambiguous", "r rename", "m merge", "⏎ on or off"] {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
}

#[test]
fn a_long_list_is_scrolled_and_the_chosen_tag_is_always_seen() {
    for (cols, rows) in [(80, 24), (60, 16), (200, 60)] {
        let mut stage = reviewed(cols, rows);
        press(&mut stage, "ppict\n\npgen\n\npsounds\n\n");
        for _ in 0..10 {
            stage.key(KeyCode::PageDown);
        }
        let screen = stage.draw();
        for wanted in ["background decides", "r rename", "⏎ on or off"] {
            assert!(screen.contains(wanted), "{wanted}\n{screen}");
        }
        assert!(screen.contains("What is heard beside it") || rows == 16, "{screen}");
    }
}

#[test]
fn the_help_says_what_each_tag_means() {
    let mut stage = reviewed(120, 60);
    press(&mut stage, "T?");
    let mut pages = String::new();
    for _ in 0..12 {
        pages += &stage.draw();
        stage.key(KeyCode::PageDown);
    }
    assert!(pages.contains("blurry: when the edges of the thing are smeared"), "{pages}");
    assert!(pages.contains("ambiguous: as dev-"), "{pages}");
}
