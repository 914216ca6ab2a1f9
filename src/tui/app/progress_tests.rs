//! Pace, goal, summary.

use super::super::tests::{app, id, press, said};
use super::super::{Message, Tone};
use super::*;
use crate::tui::command::Command;

/// Decides at these seconds, the next one each time.
fn decide_at(app: &mut App, seconds: impl IntoIterator<Item = u64>) {
    for second in seconds {
        app.update(Message::Painted, second * 1000);
        app.update(Message::Command(Command::Neither), second * 1000);
    }
}

#[test]
fn keys_on_one_example_are_one_decision() {
    let mut session = Session::default();
    session.add(Some(1), 1, 10);
    session.add(Some(1), 0, 30);
    session.add(Some(2), 0, 40);
    session.add(None, 7, 50);
    session.add(None, 7, 60);
    let times: Vec<_> = session.times.iter().map(|t| (t.at, t.examples)).collect();
    assert_eq!(times, [(30, 1), (40, 0), (50, 7), (60, 7)]);
}

#[test]
fn nothing_is_said_of_the_pace_before_there_is_one() {
    let mut app = app();
    assert_eq!(app.pace_line(), None);
    decide_at(&mut app, [10, 20, 30]);
    assert_eq!((app.done_now(), app.left(), app.pace_line()), (3, 0, None));
}

#[test]
fn the_pace_is_that_of_the_session_and_the_time_left_that_of_the_list() {
    let mut app = app();
    app.session.times = (0..6).map(|i| Timed { at: i * 4000, examples: 1 }).collect();
    decide_at(&mut app, [24]);
    // Seven decisions, six of them with a time: 15 a minute, and two errors are left.
    assert_eq!(app.pace_line().unwrap(), "15 a minute · under a minute left");
    assert_eq!(app.session.pace.unwrap().median_seconds, Some(4.0));
    decide_at(&mut app, [28, 32]);
    assert_eq!(app.pace_line().unwrap(), "15 a minute", "nothing is left");
}

#[test]
fn a_goal_is_counted_from_the_start_of_the_session_and_told_once() {
    let mut app = app();
    app.set_goal(Some(2));
    assert_eq!(app.pace_line().unwrap(), "0 of 2");
    press(&mut app, "b");
    assert_eq!(app.pace_line().unwrap(), "1 of 2");
    press(&mut app, "\n");
    assert!(!app.status().text.contains("goal"), "{:?}", app.status());
    press(&mut app, "-");
    assert_eq!(app.status().text, "c: neither · 2 of 2: that was the goal");
    assert_eq!((app.status().tone, id(&app)), (Tone::Saved, "d"), "no stop");
    press(&mut app, "-");
    assert_eq!(
        (app.status().text.as_str(), app.pace_line().unwrap().as_str()),
        ("d: neither", "3 of 2")
    );
}

#[test]
fn a_goal_is_set_in_the_progress() {
    let mut app = app();
    press(&mut app, "P\n2");
    assert_eq!(app.goal(), None);
    press(&mut app, "\n");
    assert_eq!(
        (app.goal(), app.status().text.as_str()),
        (Some(2), "goal: 2 in this session, 0 so far")
    );
    press(&mut app, "P\nx\n");
    assert_eq!(
        (app.goal(), app.status().text.as_str()),
        (Some(2), "\"2x\" is no number of examples")
    );
    app.set_goal(Some(0));
    assert_eq!(app.goal(), None);
}

#[test]
fn the_progress_counts_new_kinds_in_the_background_as_the_desk_does() {
    let mut app = app();
    press(&mut app, "b\n-P");
    let Mode::Progress(progress) = app.mode() else { panic!("no progress") };
    let (desk, tally) = (app.desk(), app.desk().tally());
    let reviewed = desk.list().iter().filter(|&&row| desk.is_reviewed(row));
    let tags = reviewed.filter_map(|&row| Some(desk.review(row)?.tags.as_slice()));
    let expected = saturation(tally.population.errors, tally.basis, tags);
    assert_eq!(progress.saturation.as_ref(), Some(&expected));
    assert_eq!((expected.reviewed, expected.since_new), (2, 1));
    press(&mut app, "P");
    assert!(matches!(app.mode(), Mode::Base), "its key closes it");
}

#[test]
fn the_summary_says_what_changed_in_this_session_alone() {
    let mut app = app();
    assert!(app.summary().is_none());
    press(&mut app, "b 3");
    let summary = app.summary().unwrap();
    assert_eq!((summary.examples, summary.relabelled), (2, 1), "fox is the label of c");
    assert_eq!(said(&app, "c"), "model wrong");
    press(&mut app, "uuu");
    assert!(app.summary().is_none(), "what was taken back is no decision");
    press(&mut app, "UUU");
    let mut later = App::new(app.desk, app.keymap, None, (80, 24));
    assert!(later.summary().is_none(), "of an earlier session");
    later.update(Message::Painted, 1);
    press(&mut later, "-");
    assert_eq!(later.summary().map(|s| (s.examples, s.relabelled)), Some((1, 0)));
}
