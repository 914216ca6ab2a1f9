//! The filter line as a state table.

use super::tests::{app, id, press, said};
use super::{App, Effect, Message, Mode, Task};
use crate::dataset::Order;
use crate::tui::command::Command;

fn listed(app: &App) -> Vec<&str> {
    app.desk.list().iter().map(|&row| app.desk.id(row)).collect()
}

#[test]
fn a_filter_lists_what_it_selects_and_esc_lists_all_again() {
    let mut app = app();
    press(&mut app, "→/gold:dog\n");
    assert_eq!((listed(&app), app.filter(), id(&app)), (vec!["b", "d"], Some("gold:dog"), "b"));
    assert!(app.status().text.starts_with("2 of 3 found"), "{:?}", app.status());
    press(&mut app, "\n");
    assert_eq!((said(&app, "b").as_str(), id(&app)), ("model wrong", "d"));
    let found = app.desk.review(1).unwrap().found.as_ref().unwrap();
    assert_eq!(found.order, Order::Picked, "what is searched for is no random draw");
    press(&mut app, "\u{1b}");
    assert_eq!((listed(&app).len(), app.filter(), id(&app)), (3, None, "d"));
}

#[test]
fn a_filter_that_selects_nothing_leaves_the_list_as_it_was() {
    let mut app = app();
    press(&mut app, "/gold:dog pred:fox\n");
    assert_eq!((listed(&app).len(), app.filter()), (3, None));
    assert!(app.status().text.starts_with("nothing matches"), "{:?}", app.status());
}

#[test]
fn a_wrong_filter_shows_where_and_esc_keeps_its_text() {
    let mut app = app();
    press(&mut app, "/gold:bird x\n");
    let Mode::Find(line) = app.mode() else { panic!("closed") };
    assert_eq!(line.error.as_ref().unwrap().at, 5..9);
    assert_eq!(line.input.cursor(), 5, "the caret stands at the error");
    press(&mut app, "\u{1b}/");
    let Mode::Find(line) = app.mode() else { panic!("closed") };
    assert_eq!((line.input.value(), &line.error), ("gold:bird x", &None));
}

#[test]
fn words_are_completed() {
    let mut app = app();
    press(&mut app, "/gol\td\t");
    let Mode::Find(line) = app.mode() else { panic!("closed") };
    assert_eq!(line.input.value(), "gold:dog ");
    press(&mut app, "\n");
    assert_eq!(listed(&app), ["b", "d"]);
}

#[test]
fn a_filter_with_a_name_is_found_again_and_forgotten() {
    let mut app = app();
    press(&mut app, "W");
    assert_eq!(app.status().text, "no filter is on that could be saved");
    let effects = press(&mut app, "/gold:dog\nWdogs\n\u{1b}/@dogs\n");
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::KeepFilters(filters) => Some(filters.clone()),
        _ => None,
    });
    assert_eq!(kept.unwrap()["dogs"], "gold:dog");
    assert_eq!((listed(&app), app.filter()), (vec!["b", "d"], Some("@dogs")));
    press(&mut app, "\u{1b}W-dogs\n");
    assert!(app.finding.saved.is_empty());
    press(&mut app, "/@dogs\n");
    let Mode::Find(line) = app.mode() else { panic!("it is gone") };
    assert!(line.error.is_some());
}

#[test]
fn the_queues_follow_each_other_and_empty_ones_are_left_out() {
    let mut app = app();
    press(&mut app, "Q");
    assert_eq!(app.status().text, "nothing is skipped, unsure or flagged");
    press(&mut app, "S→!Q");
    assert_eq!((app.filter(), listed(&app)), (Some("skipped"), vec!["b"]));
    press(&mut app, "Q");
    assert_eq!((app.filter(), listed(&app)), (Some("flagged"), vec!["d"]));
    press(&mut app, "Q");
    assert_eq!((app.filter(), listed(&app).len()), (None, 3));
}

#[test]
fn a_queue_with_nothing_that_is_listed_is_left_out() {
    let mut app = app();
    app.desk.skip(0, 1).unwrap();
    press(&mut app, "Q");
    assert_eq!(app.status().text, "nothing is skipped, unsure or flagged", "a is no error");
    press(&mut app, "!Q");
    assert_eq!((app.filter(), listed(&app)), (Some("flagged"), vec!["b"]));
    press(&mut app, "\u{1b}/skipped\n");
    assert!(app.status().text.starts_with("nothing matches skipped"), "{:?}", app.status());
}

#[test]
fn another_order_keeps_the_filter() {
    let mut app = app();
    press(&mut app, "/gold:dog\n→");
    assert_eq!(id(&app), "d");
    let effects = press(&mut app, "O");
    assert_eq!((app.desk.order(), app.filter()), (Order::Random, Some("gold:dog")));
    assert_eq!((listed(&app).len(), id(&app)), (2, "d"), "it stays at the example");
    let works = effects.iter().filter(|effect| matches!(effect, Effect::Work(_))).count();
    assert_eq!(works, 1, "what was found is not searched for again: all would be listed meanwhile");
    press(&mut app, "-");
    let found = app.desk.review(3).unwrap().found.as_ref().unwrap();
    assert_eq!(found.order, Order::Picked);
}

#[test]
fn an_answer_nobody_waits_for_any_more_changes_nothing() {
    let mut app = app();
    let late = app.list_only("gold:fox").unwrap();
    let Some(Effect::Work(late)) = late.into_iter().next() else { panic!("no work") };
    assert!(matches!(late.task, Task::Select { .. }));
    assert!(app.working().is_some());
    press(&mut app, "\u{1b}");
    assert_eq!((app.status().text.as_str(), late.run().is_none()), ("cancelled", true));
    press(&mut app, "/gold:dog\n");
    let outcome = None;
    app.update(Message::Worked { generation: late.generation, outcome }, 1);
    assert_eq!(app.filter(), Some("gold:dog"));
}

#[test]
fn an_answer_that_comes_while_something_is_chosen_waits_until_that_is_closed() {
    for (keys, close, decided) in [("\t", "fox\n", "neither → fox"), (";", "x\n", "note")] {
        let mut app = app();
        let work = app.list_only("gold:fox").unwrap();
        let Some(Effect::Work(work)) = work.into_iter().next() else { panic!("no work") };
        press(&mut app, keys);
        let (generation, outcome) = (work.generation, work.run());
        app.update(Message::Worked { generation, outcome }, 1);
        assert_eq!((id(&app), app.filter(), app.is_waiting()), ("b", None, false), "{keys:?}");
        press(&mut app, close);
        assert_eq!((said(&app, "b").as_str(), id(&app)), (decided, "c"), "{keys:?}");
        assert_eq!((app.filter(), app.working()), (Some("gold:fox"), None), "{keys:?}");
    }
}

#[test]
fn a_walk_by_likeness_that_waits_is_cancelled_too() {
    let mut app = app();
    app.update(Message::Command(Command::Similar), 900);
    assert!(app.is_waiting() && app.is_learning());
    press(&mut app, "\u{1b}");
    assert_eq!((app.status().text.as_str(), app.is_waiting()), ("cancelled", false));
}
