//! State tables of clicks, the wheel and the card.

use super::tests::{app, app_of, id, press, said};
use super::*;
use crate::dataset::Media;
use crate::dataset::TextColumn;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The places of the review at 80×24: a class line, a tag, the row.
const FOX: (u16, u16) = (46, 7);
const BLURRY: (u16, u16) = (9, 19);
const ROW: (u16, u16) = (10, 5);

fn event(kind: MouseEventKind, (column, row): (u16, u16)) -> Option<Message> {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    Mouse::of(event).map(Message::Mouse)
}

fn click(app: &mut App, place: (u16, u16), now: u64) -> Vec<Effect> {
    app.update(event(MouseEventKind::Down(MouseButton::Left), place).unwrap(), now)
}

#[test]
fn a_click_decides_as_a_key_does_once_and_only_on_what_was_painted() {
    let mut app = app();
    click(&mut app, BLURRY, 1_000);
    assert_eq!((id(&app), said(&app, "b").as_str()), ("b", "blurry"));
    let effects = click(&mut app, FOX, 2_000);
    assert!(effects.is_empty() && app.status().text.starts_with("click dropped"));
    assert_eq!(app.dropped(), 1, "a replay leaves it out");
    app.update(Message::Painted, 2_001);
    click(&mut app, FOX, 3_000);
    assert_eq!((id(&app), said(&app, "b").as_str()), ("c", "neither → fox, blurry"));
    app.update(Message::Painted, 3_001);
    click(&mut app, FOX, 3_300);
    assert_eq!(app.status().text, "a double click counts once");
    app.update(Message::Painted, 3_301);
    click(&mut app, FOX, 4_000);
    assert_eq!((id(&app), said(&app, "c").as_str()), ("d", "model wrong"), "fox is its label");
}

#[test]
fn movements_releases_and_other_buttons_mean_nothing() {
    for kind in [
        MouseEventKind::Moved,
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Down(MouseButton::Middle),
        MouseEventKind::ScrollLeft,
    ] {
        assert!(event(kind, FOX).is_none(), "{kind:?}");
    }
}

#[test]
fn the_wheel_decides_nothing_wherever_it_turns() {
    let mut app = app();
    for y in 0..24 {
        for x in 0..80 {
            for kind in [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp] {
                let effects = app.update(event(kind, (x, y)).unwrap(), 1_000_000);
                assert!(!effects.iter().any(|e| matches!(e, Effect::Save { .. })));
                app.update(Message::Painted, 1_000_000);
            }
        }
    }
    assert_eq!(id(&app), "b", "a row is scrolled, not left");
}

#[test]
fn the_wheel_goes_to_one_picture_at_a_time() {
    let mut files = TextColumn::default();
    for name in ["a", "b", "c", "d"] {
        files.push(name).unwrap();
    }
    let mut app = app_of(Media::Picture(files));
    let down = || event(MouseEventKind::ScrollDown, ROW).unwrap();
    for now in [1_000, 1_010, 1_020, 1_090] {
        app.update(down(), now);
    }
    assert_eq!(id(&app), "c");
    app.update(down(), 1_120);
    assert_eq!(id(&app), "d");
}

#[test]
fn any_key_and_any_click_closes_the_card_and_does_nothing_else() {
    for code in [KeyCode::Enter, KeyCode::Char('q'), KeyCode::Char('b'), KeyCode::F(1)] {
        let mut app = app();
        app.welcome();
        app.update(Message::Painted, 1);
        let command = app.command_of(KeyEvent::new(code, KeyModifiers::NONE)).unwrap();
        assert_eq!(app.update(Message::Command(command), 2), [Effect::Welcomed]);
        assert!(matches!(app.mode(), Mode::Base) && said(&app, "b").is_empty());
        assert!(app.update(Message::Command(Command::ModelWrong), 500).is_empty());
        assert_eq!(said(&app, "b"), "", "the card covered it");
    }
    let mut app = app();
    app.welcome();
    app.update(Message::Painted, 1);
    assert_eq!(click(&mut app, FOX, 2), [Effect::Welcomed]);
}

#[test]
fn a_card_that_had_no_room_comes_again() {
    let mut app = app();
    app.welcome();
    app.update(Message::Resized(20, 5), 1);
    assert!(press(&mut app, "x").is_empty() && matches!(app.mode(), Mode::Base));
}

#[test]
fn suspending_waits_for_what_is_being_saved() {
    let mut app = app();
    assert_eq!(app.update(Message::Command(Command::Suspend), 1), [Effect::Suspend]);
    assert!(!app.is_saving());
    app.update(Message::Command(Command::ModelWrong), 200);
    assert!(app.is_saving());
    app.update(Message::Saved { epoch: 0 }, 201);
    assert!(!app.is_saving());
}
