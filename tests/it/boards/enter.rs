//! From a row to its examples, through filters, and back.

use super::*;
use crossterm::event::KeyCode;
use gaffe::insight::View;

fn header(stage: &mut Stage) -> String {
    stage.draw().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_row_obeys_the_filter_and_gives_it_back() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "/gold:Shirt\n");
    let all = header(&mut stage);
    press(&mut stage, "K\n");
    assert!(
        header(&mut stage).contains("/(gold:Shirt) tag:blurry -verdict:\"label wrong\""),
        "{}",
        header(&mut stage)
    );
    assert!(stage.app().view().is_none() && stage.app().is_entered());
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().view(), Some(View::Tally));
    stage.key(KeyCode::Esc);
    assert_eq!((stage.app().view(), header(&mut stage)), (None, all));
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().filter(), None);
}

#[test]
fn screens_are_entered_one_inside_the_other() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "K\nK");
    assert!(stage.draw().contains("18 of 18 errors reviewed"), "{}", stage.draw());
    press(&mut stage, "\n");
    assert_eq!(stage.app().filter(), Some("(tag:blurry -verdict:\"label wrong\") tag:blurry"));
    stage.key(KeyCode::Esc);
    stage.key(KeyCode::Esc);
    assert_eq!(
        (stage.app().filter(), stage.app().view()),
        (Some("tag:blurry -verdict:\"label wrong\""), None)
    );
    stage.key(KeyCode::Esc);
    assert_eq!((stage.app().filter(), stage.app().view()), (None, Some(View::Tally)));
}

#[test]
fn the_place_in_the_walk_is_kept() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "#200\n");
    let row = stage.app().row();
    press(&mut stage, "K\n");
    assert_ne!(stage.app().row(), row);
    stage.key(KeyCode::Esc);
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().row(), row);
}

#[test]
fn what_was_decided_inside_is_counted_on_return() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "K");
    assert!(stage.draw().contains("40 of 318 errors reviewed"));
    press(&mut stage, "B");
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Down);
    press(&mut stage, "\n");
    press(&mut stage, "]\n");
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().view(), Some(View::Bottleneck));
    press(&mut stage, "K");
    assert!(stage.draw().contains("41 of 318 errors reviewed"), "{}", stage.draw());
}

#[test]
fn a_list_that_is_no_filter_is_not_saved_as_one() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "B");
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Down);
    press(&mut stage, "\n");
    assert!(header(&mut stage).contains("all errors"), "{}", stage.draw());
    press(&mut stage, "W");
    assert!(stage.draw().contains("no filter is on"), "{}", stage.draw());
}

#[test]
fn all_again_leaves_no_way_back() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "K\n/");
    for _ in 0..60 {
        stage.key(KeyCode::Backspace);
    }
    press(&mut stage, "\n");
    assert!(!stage.app().is_entered() && stage.app().filter().is_none());
}

#[test]
fn a_filter_that_is_typed_on_a_screen_holds_for_it() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "K/gold:Shirt\n");
    assert_eq!(stage.app().view(), Some(View::Tally));
    assert!(stage.draw().contains("15 of 119 errors reviewed"), "{}", stage.draw());
}

#[test]
fn a_small_terminal_has_the_tables() {
    let folder = reviewed(40);
    for size in [(60, 16), (60, 60)] {
        let mut stage = stage(&folder, size);
        press(&mut stage, "K");
        assert!(stage.draw().contains("blurry"), "{}", stage.draw());
    }
}
