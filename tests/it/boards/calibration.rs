use super::*;
use crossterm::event::KeyCode;

#[test]
fn it_looks_like_this() {
    let folder = Folder::sample();
    for size in SIZES.into_iter().chain([(60, 16)]) {
        let name = |what: &str| format!("calibration_{what}{}x{}", size.0, size.1);
        let mut stage = stage(&folder, size);
        press(&mut stage, "%");
        insta::assert_snapshot!(name(""), in_two_themes(&mut stage));
        press(&mut stage, "n");
        insta::assert_snapshot!(name("tempered_"), stage.draw());
        press(&mut stage, "nb");
        insta::assert_snapshot!(name("full_"), stage.draw());
    }
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = reviewed(40);
    same_as_command(&folder, "%", &["stats", "calibration"]);
    same_as_command(&folder, "%b", &["stats", "calibration", "--equal-mass"]);
    let filtered = ["stats", "calibration", "--filter", "capture=blurry"];
    same_as_command(&folder, "/capture=blurry\n%", &filtered);
}

#[test]
fn every_bin_leads_to_its_wrong_and_its_right_predictions() {
    let folder = Folder::sample();
    for keys in ["%", "%b"] {
        let mut stage = stage(&folder, (80, 24));
        press(&mut stage, keys);
        walk_the_bins(&mut stage);
    }
}

/// Enters each bin, then stands on the class that follows.
fn walk_the_bins(stage: &mut Stage) {
    let bins = values(stage)["bins"].clone();
    let filled = bins.as_array().unwrap().iter().filter(|bin| bin["count"] != 0);
    for (at, bin) in filled.enumerate() {
        let count = |name: &str| bin[name].as_u64().unwrap() as usize;
        let (wrong, right) = (count("count") - count("right"), count("right"));
        for (key, expected) in [(KeyCode::Left, right), (KeyCode::Right, wrong)] {
            stage.key(key);
            if expected == 0 {
                continue;
            }
            stage.key(KeyCode::Enter);
            assert_eq!(stage.app().view(), None, "{bin}");
            assert_eq!(stage.app().desk().list().len(), expected, "{at}: {bin}");
            stage.key(KeyCode::Esc);
            assert!(stage.app().view().is_some());
        }
        stage.key(KeyCode::Down);
    }
    // the classes follow
    assert!(stage.app().board().unwrap().enter().is_some_and(|enter| {
        matches!(enter, gaffe::insight::Enter::Errors(text) if text.starts_with("pred:"))
    }));
}

#[test]
fn bins_at_the_temperature_are_only_looked_at() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    press(&mut stage, "%n");
    assert!(stage.draw().contains("as it would be at the temperature"));
    press(&mut stage, "\n");
    assert!(stage.app().view().is_some() && stage.app().board().unwrap().enter().is_none());
    press(&mut stage, "n");
    assert!(stage.app().board().unwrap().enter().is_some());
}
