//! The grid as a table of (state, keys) → state.

use super::super::{Message, Mode, Pick, PickKind};
use super::*;
use crate::dataset::{
    ClassNames, Examples, Ledger, Matrix, Media, Order, Run, Split, Stamp, TextColumn, Verdict,
};
use crate::media;
use crate::project::Desk;
use crate::tui::keymap::Keymap;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use std::sync::Arc;
use tui_input::InputRequest;

const EXAMPLES: usize = 26;

/// 26 examples that the model calls a cat: those of even number are dogs, the others foxes.
fn app_of(media: Media) -> App {
    let mut ids = TextColumn::default();
    for i in 0..EXAMPLES {
        ids.push(&format!("x{i}")).unwrap();
    }
    let gold = (0..EXAMPLES as u32).map(|i| 1 + i % 2).collect();
    let examples = Examples {
        split: Split::Dev,
        ids,
        gold,
        media,
        metadata: vec![],
        origin: crate::dataset::Origin::default(),
    };
    let probs = [0.6, 0.2, 0.2].repeat(EXAMPLES);
    let run = Run::new("v1", Matrix::new(probs, EXAMPLES, 3).unwrap()).unwrap();
    let classes = ClassNames::new(["cat", "dog", "fox"].map(str::to_owned).to_vec()).unwrap();
    let mut ledger = Ledger::default();
    ledger.set_up(&["blurry".to_owned()], Stamp::default(), |_| false).unwrap();
    let desk = Desk::new("pets", classes, examples, run, Order::Data, ledger, "ada".into());
    let keymap = Arc::new(Keymap::standard().unwrap());
    let mut app = App::new(desk, keymap, None, (80, 24));
    app.start();
    app.update(Message::Painted, 1);
    app
}

/// Ten tiles a page, in two columns.
fn app() -> App {
    app_of(Media::Row)
}

fn with_pictures() -> App {
    let mut files = TextColumn::default();
    for i in 0..EXAMPLES {
        files.push(&format!("{i}.png")).unwrap();
    }
    app_of(Media::Picture(files))
}

fn code(c: char) -> KeyCode {
    match c {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        '\t' => KeyCode::Tab,
        '→' => KeyCode::Right,
        '←' => KeyCode::Left,
        '↑' => KeyCode::Up,
        '↓' => KeyCode::Down,
        '⇟' => KeyCode::PageDown,
        '⇞' => KeyCode::PageUp,
        '⇤' => KeyCode::Home,
        '⇥' => KeyCode::End,
        c => KeyCode::Char(c),
    }
}

/// A key at a time; what it asks of the workers is done at once.
fn key_at(app: &mut App, c: char, now: u64) {
    let message = match app.command_of(KeyEvent::new(code(c), KeyModifiers::NONE)) {
        Some(command) => Message::Command(command),
        None => Message::Edit(InputRequest::InsertChar(c)),
    };
    for effect in app.update(message, now) {
        let answer = match effect {
            Effect::Save { epoch, .. } => Message::Saved { epoch },
            Effect::Work(work) => {
                Message::Worked { generation: work.generation, outcome: work.run() }
            }
            _ => continue,
        };
        app.update(answer, now);
    }
}

/// Presses keys at a person's pace, each after the screen was painted.
fn press(app: &mut App, keys: &str) {
    for c in keys.chars() {
        let now = app.now + 200;
        key_at(app, c, now);
        app.update(Message::Painted, now);
    }
}

fn verdicts(app: &App, rows: Range<u32>) -> Vec<Option<Verdict>> {
    rows.map(|row| app.desk.verdict(row)).collect()
}

fn question(app: &App) -> (&str, &str) {
    let Mode::Confirm(confirm) = &app.mode else { panic!("not asked: {:?}", app.status) };
    (&confirm.question, &confirm.detail)
}

#[test]
fn all_of_the_page_but_two_are_decided_after_a_preview_and_taken_back_by_one_undo() {
    let mut app = app();
    press(&mut app, "Gbd\n");
    assert_eq!(question(&app), ("model wrong: on 8 examples", ""));
    assert_eq!(verdicts(&app, 0..26), [None; 26], "nothing is decided yet");
    press(&mut app, "\n");
    let mut wanted = [Some(Verdict::ModelWrong); 10];
    (wanted[1], wanted[3]) = (None, None);
    assert_eq!(verdicts(&app, 0..10), wanted);
    assert_eq!(verdicts(&app, 10..26), [None; 16]);
    assert_eq!((app.position, app.page_of()), (10, (2, 3)), "it goes on with the next page");
    press(&mut app, "⇞");
    assert_eq!((app.standing(0), app.standing(1)), (Standing::Decided, Standing::LeftOut));
    press(&mut app, "⇟u");
    assert_eq!((verdicts(&app, 0..26), app.position), (vec![None; 26], 0));
    assert_eq!(app.standing(1), Standing::LeftOut, "the exceptions are kept");
    press(&mut app, "U");
    assert_eq!(verdicts(&app, 0..10), wanted);
}

#[test]
fn the_key_that_asked_confirms_and_escape_leaves_it() {
    for (keys, decided) in [
        ("G\n\n", Some(Verdict::ModelWrong)),
        ("G  ", Some(Verdict::LabelWrong)),
        ("G--", Some(Verdict::Neither)),
        ("G22", Some(Verdict::ModelWrong)),
        ("G2\n", Some(Verdict::ModelWrong)),
        ("G =", None),
        ("G  \u{1b}", Some(Verdict::LabelWrong)),
        ("G \u{1b}", None),
        ("G \u{1b}  ", Some(Verdict::LabelWrong)),
        ("G2\u{1b}", None),
        ("G9", None),
    ] {
        let mut app = app();
        press(&mut app, keys);
        assert_eq!(app.desk.verdict(0), decided, "keys {keys:?}");
    }
    let mut app = app();
    press(&mut app, "G9");
    assert_eq!(app.status.text, "there are 3 classes");
}

#[test]
fn what_a_choice_means_follows_for_each_example() {
    let mut app = app();
    press(&mut app, "G22");
    let relabel = |row| app.desk.review(row).unwrap().relabel.as_ref().map(|r| r.class.as_str());
    assert_eq!((app.desk.verdict(0), relabel(0)), (Some(Verdict::ModelWrong), None));
    assert_eq!((app.desk.verdict(1), relabel(1)), (Some(Verdict::Neither), Some("dog")));
    press(&mut app, "  ");
    let review = app.desk.review(10).unwrap();
    assert_eq!(review.relabel.as_ref().unwrap().class, "cat", "its own prediction");
    let mut correct = self::app();
    correct.desk = correct.desk.with_correct();
    assert!(correct.desk.list().is_empty());
    press(&mut correct, "G");
    assert_eq!((correct.grid.is_none(), correct.status.text.as_str()), (true, "nothing is listed"));
}

#[test]
fn decided_ones_are_out_until_they_are_taken_in() {
    let mut app = app();
    press(&mut app, "\n\n");
    press(&mut app, "G=");
    assert_eq!(question(&app).0, "both acceptable: on 8 examples");
    press(&mut app, "\u{1b}b=");
    assert_eq!(
        question(&app),
        ("both acceptable: on 9 examples", "1 were decided otherwise before")
    );
    press(&mut app, "=⇞");
    let both = Some(Verdict::BothAcceptable);
    assert_eq!(verdicts(&app, 0..3), [Some(Verdict::ModelWrong), both, both]);
    assert_eq!(app.standing(1), Standing::Decided, "it is decided again, so it is out again");
    press(&mut app, "\n");
    assert_eq!(app.status.text, NONE_IN);
    press(&mut app, "bb-");
    assert_eq!(app.status.text, NONE_IN, "taken in and left out again");
}

#[test]
fn tags_and_marks_stay_on_the_page_so_that_a_verdict_can_follow() {
    let mut app = app();
    press(&mut app, "Ga+blu\n");
    assert_eq!(question(&app).0, "blurry: on 9 examples");
    press(&mut app, "\n");
    assert_eq!((app.position, app.desk.review(1).unwrap().tags.len()), (0, 1));
    press(&mut app, ">>!!");
    press(&mut app, "\n\n");
    let said = crate::tui::app::describe(app.desk.review(1).unwrap(), app.desk.ledger());
    assert_eq!(said, "model wrong, blurry, very hard, flagged");
    assert!(app.desk.review(0).is_none() && app.position == 10);
    press(&mut app, "+torn\n");
    assert_eq!(question(&app).0, "new tag torn: on 10 examples");
    press(&mut app, "\n");
    assert_eq!(app.desk.review(10).unwrap().tags.len(), 1, "a new tag");
    press(&mut app, "\tfo\n");
    assert_eq!(question(&app).0, "→ fox: on 10 examples");
    press(&mut app, "\n");
    assert_eq!(verdicts(&app, 10..12), [Some(Verdict::Neither), Some(Verdict::ModelWrong)]);
}

#[test]
fn one_tile_alone_is_asked_about_too() {
    let mut app = app();
    press(&mut app, "G⇥abcde\tdog\n");
    assert_eq!(question(&app).0, "→ dog: on 1 example");
    press(&mut app, "\n");
    assert_eq!((app.desk.verdict(25), app.position), (Some(Verdict::Neither), 25));
}

#[test]
fn the_cursor_moves_by_tiles_rows_and_pages() {
    for (keys, at) in [
        ("→", 1),
        ("→→←", 1),
        ("←", 0),
        ("↓", 2),
        ("↓↓↑", 2),
        ("→↑", 1),
        ("↓↓↓↓↓", 10),
        ("⇟", 10),
        ("→⇟", 11),
        ("⇟⇟", 20),
        ("→⇟⇟⇟", 21),
        ("⇟→⇞", 1),
        ("⇥", 25),
        ("⇥→", 25),
        ("⇥⇞⇟", 25),
        ("⇥↓", 25),
        ("⇥⇤", 0),
        ("⇞", 0),
    ] {
        let mut app = app();
        press(&mut app, "G");
        press(&mut app, keys);
        assert_eq!(app.position, at, "keys {keys:?}");
        assert!(app.page().contains(&app.position));
    }
}

#[test]
fn the_review_opens_at_the_cursor_and_the_exceptions_are_remembered() {
    let mut app = app();
    for leave in ['O', 'G', 'q', '\u{1b}'] {
        press(&mut app, "G→");
        let at = app.position;
        press(&mut app, &leave.to_string());
        assert_eq!((app.grid.is_none(), app.position), (true, at));
    }
    press(&mut app, "G⇤.c(O");
    assert_eq!(app.context(), crate::tui::command::Context::Review);
    press(&mut app, "G");
    let out: Vec<u32> = (0..26).filter(|&row| app.standing(row) == Standing::LeftOut).collect();
    assert_eq!(out, [0, 2]);
    assert_eq!(app.grid().unwrap().size, TileSize::Small);
    press(&mut app, "\n\n");
    press(&mut app, "O⇤]");
    assert_eq!(app.position, 2, "the next one that is open was left out");
}

/// The workers make all pictures ready but those of `late`.
fn make_ready(app: &mut App, late: &[u32]) {
    let cells = media::fit(&image::DynamicImage::new_rgb8(4, 4), 4, 2).map(Arc::new).unwrap();
    for key in app.page().filter_map(|at| app.picture_key(app.desk.list()[at])).collect::<Vec<_>>()
    {
        if !late.contains(&key.row) {
            app.update(Message::Picture(key, Ok(cells.clone())), app.now);
        }
    }
    app.update(Message::Painted, app.now);
}

#[test]
fn a_page_is_decided_on_when_all_of_it_is_on_the_screen() {
    let mut app = with_pictures();
    make_ready(&mut app, &[]);
    press(&mut app, "G\n");
    assert_eq!(app.status.text, "1 key dropped: not all of this page was on the screen yet");
    make_ready(&mut app, &[3]);
    press(&mut app, "\nbd");
    assert!(matches!(app.mode, Mode::Base), "one picture is missing");
    assert_eq!(app.standing(1), Standing::LeftOut, "what is on the screen can be left out");
    assert_eq!(app.standing(3), Standing::In, "what is not can't");
    let key = app.picture_key(3).unwrap();
    app.update(Message::Picture(key, Err("gone".into())), app.now);
    press(&mut app, "x");
    make_ready(&mut app, &[3]);
    press(&mut app, "\n\n");
    assert_eq!(verdicts(&app, 0..4)[3], Some(Verdict::ModelWrong), "a card is on the screen, too");
    let later = app.now + 200;
    key_at(&mut app, '\n', later);
    assert!(matches!(app.mode, Mode::Base), "the next page isn't there yet");
}

#[test]
fn letters_mean_the_tiles_that_were_painted_on_them() {
    let mut app = app();
    press(&mut app, "G⇟→");
    let now = app.now;
    key_at(&mut app, '(', now + 200);
    key_at(&mut app, 'c', now + 400);
    assert!(app.grid().unwrap().left_out.is_empty(), "c is another tile now");
    app.update(Message::Painted, now + 400);
    key_at(&mut app, 'c', now + 600);
    assert_eq!(app.grid().unwrap().left_out.len(), 1);
    app.update(Message::Painted, now + 600);
    key_at(&mut app, '⇟', now + 800);
    key_at(&mut app, '\n', now + 1000);
    assert!(matches!(app.mode, Mode::Base), "another page was on the screen");
}

#[test]
fn a_held_key_decides_one_page_at_most() {
    let mut app = app();
    press(&mut app, "G");
    for now in (1000..1040).chain([1500]).chain((1530..3000).step_by(33)) {
        key_at(&mut app, '\n', now);
        app.update(Message::Painted, now);
    }
    assert_eq!(app.desk.reviewed(), 10, "the first press asked, the first repeat confirmed");
    assert!(app.status.text.ends_with("a held key decides once"), "{:?}", app.status);
    let mut app = self::app();
    press(&mut app, "G");
    for now in (1000..1500).step_by(33) {
        key_at(&mut app, 'b', now);
        app.update(Message::Painted, now);
    }
    assert_eq!(app.standing(1), Standing::LeftOut, "left out once, not again and again");
}

#[test]
fn a_paste_is_no_key() {
    let mut app = app();
    press(&mut app, "G");
    app.update(Message::Paste("ab\n\n".into()), 5000);
    assert!(matches!(app.mode, Mode::Base) && app.rows_in().len() == 10);
}

#[test]
fn a_cell_is_listed_alone_and_counts_as_picked() {
    let mut app = app();
    press(&mut app, "→→→C");
    assert_eq!((app.filter(), app.desk.list().len()), (Some("gold:fox pred:cat"), 13));
    assert_eq!(app.position, 1);
    assert!(app.desk.list().iter().all(|row| row % 2 == 1) && app.grid.is_some());
    press(&mut app, "\n\n");
    let found = |app: &App, row| app.desk.review(row).unwrap().found.as_ref().unwrap().order;
    assert_eq!(found(&app, 1), Order::Picked);
    let mut app = self::app();
    press(&mut app, "G\n\n");
    assert_eq!(found(&app, 1), Order::Data, "the page of a walk is of its order");
}

#[test]
fn marks_are_kept_when_a_page_is_decided() {
    let mut app = app();
    press(&mut app, "G→M↓V");
    assert_eq!(app.marks().iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(app.status.text, "3 are marked: A in the review decides on all of them");
    press(&mut app, "\n\n");
    assert_eq!(app.marks().len(), 3);
}

#[test]
fn the_palette_holds_the_commands_of_the_grid() {
    let mut app = app();
    press(&mut app, "G:");
    let Mode::Picker(picker) = &app.mode else { panic!("no palette") };
    assert!(picker.picks.contains(&Pick::Command(Command::Larger)));
    assert!(!picker.picks.contains(&Pick::Command(Command::Note)), "not those of the review");
    assert_eq!(picker.kind, PickKind::Command);
    press(&mut app, "smaller\n");
    assert_eq!(app.grid().unwrap().size, TileSize::Small);
    press(&mut app, "(");
    assert_eq!(app.status.text, "that is as far as it goes");
}

#[test]
fn below_the_smallest_size_nothing_is_decided_and_it_can_be_left() {
    let mut app = app();
    press(&mut app, "Gb");
    app.update(Message::Resized(40, 10), 1);
    press(&mut app, "\n\ncu");
    assert_eq!(verdicts(&app, 0..26), [None; 26]);
    assert_eq!(app.standing(2), Standing::In);
    press(&mut app, "q");
    assert!(app.grid.is_none());
    app.update(Message::Resized(200, 60), 1);
    press(&mut app, "G\n");
    assert_eq!(question(&app).0, "model wrong: on 24 examples");
}

proptest! {
    #[test]
    fn whatever_is_pressed_only_painted_tiles_that_are_in_are_decided(
        keys in proptest::collection::vec(
            proptest::sample::select("GGOCabcdefz.MV\n\n\n  =-+2!>()→←↑↓⇟⇞⇤⇥uU\u{1b}".chars().collect::<Vec<_>>()),
            1..60,
        ),
        paints in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let mut app = app();
        for (i, (&c, paint)) in keys.iter().zip(paints).enumerate() {
            let in_before = app.rows_in();
            let asked = matches!(app.mode, Mode::Confirm(_));
            let events = app.desk.ledger().done().len();
            let gridded = app.grid.is_some();
            key_at(&mut app, c, 1000 + 200 * i as u64);
            if gridded && asked && app.desk.ledger().done().len() > events {
                let event = app.desk.ledger().done().last().unwrap();
                for change in &event.changes {
                    prop_assert!(in_before.contains(&app.desk.row_of(&change.id).unwrap()));
                }
            }
            prop_assert!(app.position < app.desk.list().len());
            prop_assert!(app.page().contains(&app.position));
            if paint {
                app.update(Message::Painted, app.now);
            }
        }
    }
}
