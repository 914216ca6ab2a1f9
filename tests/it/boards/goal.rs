use super::models::{measured, two_runs};
use super::*;

#[test]
fn it_looks_like_this() {
    let folder = two_runs();
    measured(&folder, "v1", 1.0);
    measured(&folder, "v2", 12.0);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "J");
        insta::assert_snapshot!(format!("goal_{}x{}", size.0, size.1), in_two_themes(&mut stage));
    }
}

#[test]
fn what_is_not_known_says_what_to_do() {
    let folder = Folder::sample();
    let mut unmeasured = stage(&folder, (80, 24));
    press(&mut unmeasured, "J");
    insta::assert_snapshot!("goal_unmeasured", unmeasured.draw());
    let text = folder.read("gaffe.toml");
    let (start, end) = (text.find("# what is wanted").unwrap(), text.find("# pixels").unwrap());
    folder.write("gaffe.toml", text[..start].to_owned() + &text[end..]);
    let mut empty = stage(&folder, (80, 24));
    press(&mut empty, "J");
    insta::assert_snapshot!("goal_empty", empty.draw());
    press(&mut empty, "M");
    assert!(empty.draw().contains("no meaning on this screen"));
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = two_runs();
    measured(&folder, "v1", 1.0);
    measured(&folder, "v2", 2.0);
    same_as_command(&folder, "J", &["goal"]);
    same_as_command(&folder, "J", &["stats", "goal"]);
}

#[test]
fn a_slice_is_entered_and_left_again() {
    let folder = two_runs();
    measured(&folder, "v1", 1.0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "J");
    // ece, latency, size, then the slice
    for _ in 0..3 {
        stage.key(crossterm::event::KeyCode::Down);
    }
    press(&mut stage, "\n");
    let found = stage.draw();
    assert!(found.contains("/capture=blurry") && found.contains("1 of 143 found"), "{found}");
    stage.key(crossterm::event::KeyCode::Esc);
    assert!(stage.draw().contains("v1: misses 1 of 4"), "{}", stage.draw());
}

#[test]
fn another_runs_errors_are_not_taken_for_this_ones() {
    let folder = two_runs();
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "J");
    for _ in 0..7 {
        stage.key(crossterm::event::KeyCode::Down);
    }
    press(&mut stage, "\n");
    let told = "not from here: gaffe review --run v2 --filter 'capture=blurry'";
    assert!(stage.draw().contains(told), "{}", stage.draw());
}
