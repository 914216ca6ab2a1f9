use super::models::{measured, two_runs};
use super::*;

#[test]
fn it_looks_like_this() {
    let folder = two_runs();
    measured(&folder, "v1", 1.0);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "$");
        insta::assert_snapshot!(format!("cost_{}x{}", size.0, size.1), in_two_themes(&mut stage));
    }
}

#[test]
fn what_is_not_known_says_what_to_do() {
    let folder = Folder::sample();
    let mut unmeasured = stage(&folder, (80, 24));
    press(&mut unmeasured, "$");
    insta::assert_snapshot!("cost_unmeasured", unmeasured.draw());
    measured(&folder, "v1", 1.0);
    folder.change("gaffe.toml", "machine_per_hour = 0.1\napi_per_1000 = 1\n", "");
    let mut free = stage(&folder, (80, 24));
    press(&mut free, "$");
    insta::assert_snapshot!("cost_without_prices", free.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = two_runs();
    measured(&folder, "v1", 1.0);
    same_as_command(&folder, "$", &["cost"]);
    same_as_command(&folder, "$", &["stats", "cost"]);
}

/// The program that a test runs in is no worker: that shows what becomes of a measuring that fails.
#[test]
fn measuring_that_fails_says_so_and_is_not_begun_by_opening_the_screen() {
    let folder = Folder::sample();
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "$");
    assert!(stage.draw().contains("v1: not measured"), "{}", stage.draw());
    press(&mut stage, "M");
    assert!(stage.draw().contains("v1: measuring ended early"), "{}", stage.draw());
    // leaving and coming back asks for what is known only
    stage.key(crossterm::event::KeyCode::Esc);
    press(&mut stage, "/gold:Shirt\n$");
    assert!(stage.draw().contains("v1: not measured"), "{}", stage.draw());
    assert!(!folder.file(".gaffe/runs/v1/measured.json").exists());
}
