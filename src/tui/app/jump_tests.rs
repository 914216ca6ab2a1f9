//! Jumps, the way back, the history.

use super::super::tests::{app, id, press, said};
use super::super::{Entry, Mode};
use super::*;
use crate::dataset::Order;

fn found(app: &App, row: u32) -> Order {
    app.desk().review(row).unwrap().found.as_ref().unwrap().order
}

#[test]
fn a_jump_leads_to_a_number_an_id_or_a_part_of_one_and_back() {
    for (keys, at) in [
        ("#3\n", "d"),
        ("#2\n", "c"),
        ("#c\n", "c"),
        ("#=d\n", "d"),
        ("#3\n`", "b"),
        ("#3\n#2\n`", "b"),
        ("#3\n←`", "b"),
        ("#3\n←#3\n``", "b"),
        ("#3\n`→", "c"),
        ("`", "b"),
        ("#\n", "b"),
        ("#3\u{1b}", "b"),
    ] {
        let mut app = app();
        press(&mut app, keys);
        assert_eq!(id(&app), at, "keys {keys:?}");
        assert!(matches!(app.mode(), Mode::Base), "keys {keys:?}");
    }
}

#[test]
fn what_is_not_there_says_what_is() {
    for (keys, told) in [
        ("#9\n", "no id has \"9\": there are 1 to 3, and ids like b"),
        ("#xy\n", "no id has \"xy\": there are 1 to 3, and ids like b"),
        ("#a\n", "a is no error here: gaffe show prints it"),
        ("#b\n", "that is this one"),
        ("`", "no jump to return from"),
        ("H", "nothing was decided yet"),
    ] {
        let mut app = app();
        press(&mut app, keys);
        assert_eq!((app.status().text.as_str(), id(&app)), (told, "b"), "keys {keys:?}");
    }
}

#[test]
fn a_part_of_an_id_is_looked_for_in_the_walk_first() {
    let snapshot = app().desk().snapshot();
    let mut snapshot = Snapshot { rows: vec![3].into(), ..snapshot };
    assert_eq!(locate(&snapshot, "a"), Located::One(0), "an id comes before any part");
    assert_eq!(locate(&snapshot, ""), Located::One(3), "the only one that is walked");
    snapshot.rows = vec![1, 3].into();
    assert_eq!(locate(&snapshot, ""), Located::Several(2, vec![1, 3]));
    snapshot.rows = vec![].into();
    assert_eq!(locate(&snapshot, ""), Located::Several(4, vec![0, 1, 2]));
    assert_eq!(locate(&snapshot, "e"), Located::Nowhere);
}

#[test]
fn what_was_jumped_to_counts_as_picked_until_the_walk_moves_on() {
    let mut app = app();
    press(&mut app, "#3\n-");
    assert_eq!(found(&app, 3), Order::Picked);
    press(&mut app, "u-");
    assert_eq!(found(&app, 3), Order::Picked, "an undo does not make it a draw");
    press(&mut app, "`-");
    assert_eq!(found(&app, 1), Order::Data, "the walk goes on where it was left");
    press(&mut app, "-");
    assert_eq!(found(&app, 2), Order::Data);
}

#[test]
fn the_next_of_a_cell_has_its_label_and_its_prediction() {
    let mut app = app();
    // b and d are dogs taken for cats.
    press(&mut app, "}");
    assert_eq!((id(&app), app.status().text.as_str()), ("d", "` returns"));
    press(&mut app, "}");
    assert_eq!(id(&app), "b", "from the start again");
    press(&mut app, "→}");
    let told = app.status().text.as_str();
    assert_eq!((id(&app), told), ("c", "no other in this list has this label and this prediction"));
    let cell = (1, Some(0));
    assert_eq!(in_cell(&app.desk().snapshot(), &[2, 3, 1], cell), Some(3));
    assert_eq!(in_cell(&app.desk().snapshot(), &[2], cell), None);
}

#[test]
fn the_history_leads_to_a_decision_and_back() {
    let mut app = app();
    press(&mut app, "b\n,");
    let line = |app: &App, at| {
        let Entry { event, undone } = app.history(at).unwrap();
        (crate::tui::app::entry(event, app.desk().ledger()), undone)
    };
    let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(line(&app, 0), (owned("c", "unsure"), false));
    assert_eq!(line(&app, 1), (owned("b", "model wrong, blurry"), false));
    assert!(app.history(3).is_none() && app.history_len() == 3);
    press(&mut app, "H");
    let Mode::History(list) = app.mode() else { panic!("no history") };
    assert_eq!(list.at, 0);
    press(&mut app, "↓\n");
    assert_eq!((id(&app), app.status().text.as_str()), ("b", "` returns"));
    press(&mut app, "=`");
    assert_eq!((said(&app, "b").as_str(), id(&app)), ("both acceptable, blurry", "d"));
}

#[test]
fn what_was_taken_back_stands_on_top_of_the_history() {
    let mut app = app();
    press(&mut app, "--uu→H");
    assert!(app.history(0).unwrap().undone && app.history(1).unwrap().undone);
    assert_eq!(app.history(0).unwrap().event.changes[0].id, "c", "the latest first");
    press(&mut app, "\n");
    assert_eq!((id(&app), app.status().text.as_str()), ("b", "` returns"), "the next to redo");
    press(&mut app, "UH");
    let Mode::History(list) = app.mode() else { panic!("no history") };
    assert_eq!(list.at, 1, "at the last that stands");
}

#[test]
fn a_jump_out_of_a_search_lists_all_again() {
    let mut app = app();
    press(&mut app, "-");
    app.desk.show_only(Some(vec![2, 3]));
    app.position = 0;
    press(&mut app, "→H\n");
    assert_eq!((id(&app), app.desk().is_search()), ("b", false));
    assert!(app.status().text.starts_with("not in that list: all are listed again"));
    press(&mut app, "`");
    assert_eq!(id(&app), "d");
}

#[test]
fn a_jump_to_what_is_not_walked_leaves_the_search() {
    let mut app = app();
    app.desk.show_only(Some(vec![2, 3]));
    press(&mut app, "#a\n");
    assert!(app.desk().is_search() && app.status().text.contains("no error"));
}

#[test]
fn a_tag_from_the_list_of_tags_is_on_an_example_that_was_picked_by_hand_too() {
    let mut app = app();
    press(&mut app, "#3\nT\n");
    let found = app.desk.review(3).unwrap().found.as_ref().unwrap();
    assert_eq!((said(&app, "d").as_str(), found.order), ("blurry", Order::Picked));
}
