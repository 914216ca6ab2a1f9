use super::*;
use crossterm::event::KeyCode;
use gaffe::dataset::Event;
use gaffe::insight::label_issues::Judged;

/// The row under the cursor.
fn at(stage: &Stage) -> u32 {
    let queue = &stage.app().board().unwrap().queue;
    queue.items()[queue.at()].row
}

fn rows(stage: &Stage) -> Vec<u32> {
    stage.app().board().unwrap().queue.items().iter().map(|item| item.row).collect()
}

fn last(stage: &Stage) -> &Event {
    stage.app().desk().ledger().done().last().unwrap()
}

#[test]
fn it_looks_like_this() {
    let folder = reviewed(40);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "E");
        let name = format!("label_issues_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, in_two_themes(&mut stage));
        press(&mut stage, " g=-,3u ");
        let name = format!("label_issues_judged_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, stage.draw());
    }
    let mut none = Stage::without_errors(80, 24);
    press(&mut none, "E");
    insta::assert_snapshot!("label_issues_none", none.draw());
    let mut text = Stage::texts(80, 24);
    press(&mut text, "Ebbb");
    insta::assert_snapshot!("label_issues_text", text.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = reviewed(40);
    let command = ["stats", "label-issues"];
    same_as_command(&folder, "E", &command);
    same_as_command(&folder, "Eb", &[&command[..], &["--filter-by", "both"]].concat());
    let score = ["--rank-by", "normalized_margin"];
    same_as_command(&folder, "Eo", &[&command[..], &score].concat());
    let filter = ["--filter", "capture=sharp"];
    same_as_command(&folder, "/capture=sharp\nE", &[&command[..], &filter].concat());
}

#[test]
fn each_key_decides_on_the_line_and_goes_on_while_nothing_that_was_seen_moves() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "E");
    let before = rows(&stage);
    let items = stage.app().board().unwrap().queue.items().to_vec();
    let name = |class: u32| stage.app().desk().classes().name(class).to_owned();
    let (first, second) = (name(items[0].suggested), name(items[1].given));
    press(&mut stage, " ");
    assert_eq!(last(&stage).changes[0].after.relabel.as_ref().unwrap().class, first);
    assert_eq!(last(&stage).changes[0].after.verdict, Some(Verdict::LabelWrong));
    assert_eq!(last(&stage).stamp.order, Order::Picked, "the queue picked it: it is no sample");
    press(&mut stage, "g");
    let review = &last(&stage).changes[0].after;
    assert_eq!((review.verdict, &review.relabel), (Some(Verdict::ModelWrong), &None), "{second}");
    press(&mut stage, "=-,");
    let said = |row| stage.app().label_judged(row).as_ref().map(Judged::said).unwrap_or_default();
    let verdicts: Vec<String> = before[2..5].iter().map(|&row| said(row)).collect();
    assert_eq!(verdicts, ["both", "neither", "unsure"]);
    assert_eq!((at(&stage), &rows(&stage)[..13]), (before[5], &before[..13]));
    // Ranked anew, the decided ones stand at the end.
    press(&mut stage, "r");
    let anew = rows(&stage);
    assert_eq!(anew.len(), anew.iter().collect::<std::collections::HashSet<_>>().len());
    let end: Vec<u32> = anew[anew.len() - 5..].to_vec();
    assert_eq!(end, before[..5]);
    assert!(stage.app().label_judged(anew[0]).is_none());
}

#[test]
fn undo_goes_back_to_the_line_and_takes_the_decision_away() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "E");
    let before = rows(&stage);
    press(&mut stage, " gu");
    assert_eq!(at(&stage), before[1]);
    assert!(stage.app().label_judged(before[1]).is_none());
    press(&mut stage, "u");
    assert_eq!(at(&stage), before[0]);
    assert!(stage.app().desk().review(before[0]).is_none());
    press(&mut stage, "U");
    assert!(stage.app().label_judged(before[0]).is_some());
}

#[test]
fn a_third_class_is_set_by_digit_or_by_name() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "E");
    let item = stage.app().board().unwrap().queue.items()[0];
    let third = (0..10).find(|class| ![item.given, item.suggested].contains(class)).unwrap();
    press(&mut stage, &((third + 1) % 10).to_string());
    let name = stage.app().desk().classes().name(third).to_owned();
    assert_eq!(last(&stage).changes[0].after.relabel.as_ref().unwrap().class, name);
    let row = at(&stage);
    press(&mut stage, "lBag\n");
    assert_eq!(last(&stage).changes[0].after.relabel.as_ref().unwrap().class, "Bag");
    assert_eq!(stage.app().desk().row_of(&last(&stage).changes[0].id), Some(row));
}

#[test]
fn a_key_that_comes_before_the_line_was_painted_decides_nothing() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "E");
    stage.unseen(KeyCode::Down);
    stage.unseen(KeyCode::Char('g'));
    assert!(stage.app().desk().ledger().done().is_empty());
    assert!(stage.app().status().text.contains("dropped"), "{:?}", stage.app().status());
}

#[test]
fn a_line_is_entered_and_left_again() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "E  ");
    let (row, lines) = (at(&stage), rows(&stage));
    press(&mut stage, "\n");
    assert_eq!((stage.app().row(), stage.app().desk().list().len()), (Some(row), 1));
    press(&mut stage, "\x1b");
    assert_eq!((at(&stage), rows(&stage)), (row, lines));
    // Opened anew, it begins with what is open.
    press(&mut stage, "\x1bE");
    assert!(stage.app().label_judged(at(&stage)).is_none());
    assert_eq!(stage.app().board().unwrap().queue.at(), 0);
}
