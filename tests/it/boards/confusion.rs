use super::*;
use crossterm::event::KeyCode;

/// 3,000 texts of 1,000 classes in groups of ten: every third is taken for one of its group.
fn of_a_thousand() -> Folder {
    let folder = Folder::empty();
    let names: Vec<String> =
        (0..1000).map(|k| format!("kind {:03} of {:02}", k, k % 100)).collect();
    folder.write(
        "gaffe.toml",
        format!(
            "name = \"many\"\nclasses = {names:?}\n[columns]\nid = \"id\"\ntext = \"text\"\n\
             label = \"label\"\n[splits]\ndev = \"dev.csv\"\n[runs.v1]\ndev = \"p.npy\"\n"
        ),
    );
    let mut table = vec!["id,text,label".to_owned()];
    let mut probs = Array2::from_elem((3000, 1000), 0.0_f32);
    for i in 0..3000 {
        let label = i % 1000;
        table.push(format!("{i},t,{}", names[label]));
        let group = (label + 100 * (1 + label % 7)) % 1000;
        let prediction = if i >= 2000 { group } else { label };
        (probs[[i, label]], probs[[i, prediction]]) = (0.3, 0.7);
        if prediction == label {
            probs[[i, label]] = 1.0;
        }
    }
    folder.write("dev.csv", table.join("\n") + "\n");
    ndarray_npy::write_npy(folder.file("p.npy"), &probs).unwrap();
    folder
}

#[test]
fn it_looks_like_this() {
    let folder = with_second_run();
    for size in SIZES {
        let name = |what: &str| format!("confusion_{what}{}x{}", size.0, size.1);
        let mut stage = stage(&folder, size);
        press(&mut stage, "X");
        insta::assert_snapshot!(name(""), in_two_themes(&mut stage));
        press(&mut stage, "ooon");
        insta::assert_snapshot!(name("clustered_"), stage.draw());
        press(&mut stage, "v");
        insta::assert_snapshot!(name("less_"), in_two_themes(&mut stage));
        press(&mut stage, "vb");
        insta::assert_snapshot!(name("beside_"), stage.draw());
    }
}

#[test]
fn the_smallest_terminal_shows_the_cursor() {
    for (name, folder) in [("smallest", with_second_run()), ("many_smallest", of_a_thousand())] {
        let mut stage = stage(&folder, (60, 16));
        press(&mut stage, "X");
        insta::assert_snapshot!(format!("confusion_{name}"), stage.draw());
        for keys in ["v", "v", "b"] {
            press(&mut stage, keys);
            let screen = stage.draw();
            assert!(screen.contains('[') && screen.contains(']'), "{keys}\n{screen}");
        }
    }
}

#[test]
fn a_thousand_classes_are_scrolled_through() {
    let folder = of_a_thousand();
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "Xooo");
        let name = format!("confusion_many_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, stage.draw());
    }
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "X");
    for _ in 0..40 {
        stage.key(KeyCode::PageDown);
    }
    stage.key(KeyCode::End);
    let screen = stage.draw();
    assert!(screen.contains("predictions 992–1,000 of 1,000"), "{screen}");
    assert!(screen.contains("kind 400 of 00 taken for kind 999 of 99"), "{screen}");
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = with_second_run();
    same_as_command(&folder, "X", &["stats", "confusion"]);
    let arranged = ["stats", "confusion", "--order", "clustered", "--normalise", "row"];
    same_as_command(&folder, "Xooon", &arranged);
    same_as_command(&folder, "Xv", &["stats", "confusion", "--versus", "v2"]);
    same_as_command(&folder, "Xvv", &["stats", "confusion", "--versus", "v2"]);
    same_as_command(&folder, "Xvvv", &["stats", "confusion"]);
    let filtered = ["stats", "confusion", "--filter", "capture=blurry", "--order", "errors"];
    same_as_command(&folder, "/capture=blurry\nXo", &filtered);
}

#[test]
fn what_the_cursor_tells_is_what_is_entered() {
    let folder = with_second_run();
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "X");
    let told = |stage: &mut Stage| {
        let screen = stage.draw();
        let line = screen.lines().find(|line| line.contains(": ") && line.contains('%'));
        let line = line.unwrap_or_else(|| panic!("{screen}"));
        let (what, numbers) = line.split_once(": ").unwrap();
        let count = numbers.split(", ").next().unwrap().replace(',', "").parse::<usize>().unwrap();
        (what.trim_matches(['"', ' ']).to_owned(), count)
    };
    let mut seen = Vec::new();
    let keys =
        [KeyCode::Home, KeyCode::Down, KeyCode::Right, KeyCode::Up, KeyCode::End, KeyCode::PageUp];
    for key in keys.into_iter().chain([KeyCode::Home]) {
        stage.key(key);
        let before = told(&mut stage);
        stage.key(KeyCode::Enter);
        if before.1 > 0 {
            assert_eq!(stage.app().view(), None, "{before:?}");
            assert_eq!(stage.app().desk().list().len(), before.1, "{before:?}");
            stage.key(KeyCode::Esc);
        }
        assert_eq!(told(&mut stage), before, "the cursor is where it was");
        seen.push(before.0);
    }
    assert!(seen.contains(&"all errors".to_owned()), "{seen:?}");
}

#[test]
fn the_diagonal_leads_to_what_is_right() {
    let mut stage = stage(&with_second_run(), (80, 24));
    press(&mut stage, "X");
    for key in [KeyCode::PageUp, KeyCode::Home, KeyCode::Down, KeyCode::Right] {
        stage.key(key);
    }
    let screen = stage.draw();
    assert!(screen.contains("T-shirt/top predicted right"), "{screen}");
    stage.key(KeyCode::Enter);
    let app = stage.app();
    let (desk, rows) = (app.desk(), app.desk().list());
    let is_right = |row: &u32| {
        desk.run().prediction(*row as usize) == Some(0) && desk.examples().gold[*row as usize] == 0
    };
    assert!(!rows.is_empty() && rows.iter().all(is_right));
}

#[test]
fn keys_move_in_the_list_too_and_the_matrix_follows() {
    let mut stage = stage(&with_second_run(), (120, 40));
    press(&mut stage, "Xb");
    stage.key(KeyCode::Down);
    let pairs = values(&stage)["pairs"].clone();
    let second = &pairs[1];
    let told = format!(
        "{} taken for {}: {}",
        second["label"].as_str().unwrap(),
        second["prediction"].as_str().unwrap(),
        second["count"]
    );
    assert!(stage.draw().contains(&told), "{told}\n{}", stage.draw());
    press(&mut stage, "b");
    stage.key(KeyCode::Up);
    assert!(!stage.draw().contains(&told));
}

#[test]
fn the_command_prints_the_same_matrix_and_what_changed() {
    let folder = with_second_run();
    let args =
        ["stats", "confusion", "--order", "clustered", "--normalise", "row", "--versus", "v2"];
    insta::assert_snapshot!("confusion_command", folder.gaffe(&args).ok());
    let unknown = folder.gaffe(&["stats", "confusion", "--versus", "v9"]);
    assert!(unknown.refused().contains("v9"), "{unknown:#?}");
    let sorted = folder.gaffe(&["stats", "confusion", "--order", "size"]);
    assert!(sorted.err.contains("clustered"), "{sorted:#?}");
}

#[test]
fn without_an_example_or_an_error_it_says_so() {
    let folder = Folder::small();
    folder.npy("v1.npy", &[[f32::NAN; 3]; 6]);
    let right = [[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.1, 0.9]];
    let without_errors = Folder::small();
    without_errors.npy("v1.npy", &[0, 1, 2, 1, 0, 0].map(|label| right[label]));
    for (folder, said) in [(folder, "nothing to count"), (without_errors, "all errors: 0, 0.0 %")] {
        for view in ["X", "%"] {
            let mut stage = stage(&folder, (80, 24));
            press(&mut stage, view);
            let screen = stage.draw();
            assert!(view == "%" || screen.contains(said), "{screen}");
            for keys in ["o", "o", "o", "n", "v", "b", "\n"] {
                press(&mut stage, keys);
                stage.key(KeyCode::Down);
                stage.key(KeyCode::Right);
                assert!(!stage.draw().contains("NaN"), "{keys}");
            }
        }
    }
}
