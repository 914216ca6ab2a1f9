use super::*;
use crossterm::event::KeyCode;
use gaffe::dataset::Matrix;
use gaffe::ingest::read_matrix;
use gaffe::insight::View;

/// Two runs: v2 was scored here.
fn two_runs() -> Folder {
    let folder = reviewed(40);
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
    folder
}

fn header(stage: &mut Stage) -> String {
    stage.draw().lines().next().unwrap_or_default().to_owned()
}

fn second(folder: &Folder) -> Matrix {
    read_matrix(&folder.file(".gaffe/runs/v2/dev.npy"), 2000, 10).unwrap()
}

/// The rows that v1 gets right and v2 wrong, under the effective labels.
fn broken(stage: &Stage, folder: &Folder) -> Vec<u32> {
    let (desk, v2) = (stage.app().desk(), second(folder));
    let top = |row: u32| gaffe::analysis::argmax(v2.row(row as usize));
    let is_broken = |&row: &u32| {
        let label = desk.effective(row).class;
        desk.run().prediction(row as usize) == Some(label) && top(row) != label
    };
    (0..desk.examples().len() as u32).filter(is_broken).collect()
}

#[test]
fn it_looks_like_this() {
    let folder = two_runs();
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "F");
        insta::assert_snapshot!(
            format!("compare_{}x{}", size.0, size.1),
            in_two_themes(&mut stage)
        );
        press(&mut stage, "bbb");
        stage.key(KeyCode::Right);
        insta::assert_snapshot!(format!("compare_by_{}x{}", size.0, size.1), stage.draw());
        stage.key(KeyCode::Left);
        press(&mut stage, "\n");
        insta::assert_snapshot!(format!("compare_broken_{}x{}", size.0, size.1), stage.draw());
    }
    let mut alone = stage(&Folder::sample(), (80, 24));
    press(&mut alone, "F");
    insta::assert_snapshot!("compare_one_run", alone.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = two_runs();
    let command = ["compare", "v1", "v2"];
    let by = |part| [&command[..], &["--by", part]].concat();
    same_as_command(&folder, "F", &command);
    same_as_command(&folder, "F", &["stats", "compare", "v1", "v2"]);
    same_as_command(&folder, "Fb", &by("class"));
    same_as_command(&folder, "Fbb", &by("tag"));
    same_as_command(&folder, "Fbbb", &by("capture"));
    same_as_command(&folder, "Fo", &["compare", "v2", "v1"]);
    let filter = [&command[..], &["--filter", "capture=sharp"]].concat();
    same_as_command(&folder, "/capture=sharp\nF", &filter);
}

#[test]
fn a_line_leads_to_the_examples_of_each_kind() {
    let folder = two_runs();
    let mut stage = stage(&folder, (120, 40));
    let wanted = broken(&stage, &folder);
    press(&mut stage, "F");
    let shown = values(&stage);
    for (name, key) in [
        ("broken", "broken"),
        ("fixed", "fixed"),
        ("still wrong", "still_wrong"),
        ("changed", "changed"),
    ] {
        press(&mut stage, "\n");
        let found = stage.app().desk().list().to_vec();
        assert_eq!(found.len() as u64, shown[key].as_u64().unwrap(), "{name}");
        if name == "broken" {
            let mut found = found;
            found.sort_unstable();
            assert_eq!(found, wanted);
            assert!(header(&mut stage).contains("broken by v2"), "{}", header(&mut stage));
        }
        stage.key(KeyCode::Esc);
        assert_eq!(stage.app().view(), Some(View::Compare));
        stage.key(KeyCode::Right);
    }
    // The parts have the rows of the whole between them.
    press(&mut stage, "bbb");
    let mut parts = Vec::new();
    for _ in 0..2 {
        press(&mut stage, "\n");
        parts.extend(stage.app().desk().list().to_vec());
        stage.key(KeyCode::Esc);
        stage.key(KeyCode::Down);
    }
    parts.sort_unstable();
    assert_eq!(parts, wanted);
}

#[test]
fn both_predictions_stand_beside_each_other_in_such_a_list_only() {
    let folder = two_runs();
    let mut stage = stage(&folder, (80, 24));
    assert!(stage.app().versus().is_none());
    press(&mut stage, "F\n");
    let (row, v2) = (stage.app().row().unwrap(), second(&folder));
    // It is v2 that broke them, so it is v2 that is reviewed there.
    let top = gaffe::analysis::argmax(v2.row(row as usize));
    let name = |class: u32| stage.app().desk().classes().name(class).to_owned();
    let predicted = format!("predicted  {}  {:.2}", name(top), v2.row(row as usize)[top as usize]);
    let gold = stage.app().desk().gold(row);
    let p = stage.app().versus().unwrap().probs.row(row as usize)[gold as usize];
    let beside = format!("v1         {}  {p:.2}", name(gold));
    let screen = stage.draw();
    assert!(
        screen.contains(&predicted) && screen.contains(&beside),
        "{predicted} {beside}\n{screen}"
    );
    assert!(screen.lines().next().unwrap().contains(" v2 "), "{screen}");
    stage.key(KeyCode::Esc);
    stage.key(KeyCode::Esc);
    assert!(stage.app().versus().is_none() && !stage.draw().contains("v2  "), "{}", stage.draw());
}

#[test]
fn decisions_among_what_the_other_run_broke_are_about_it_and_kept_on_return() {
    let folder = two_runs();
    let mut stage = stage(&folder, (80, 24));
    let (before, place) = (stage.app().tally().clone(), stage.app().position());
    press(&mut stage, "F\n");
    let row = stage.app().row().unwrap();
    press(&mut stage, "b\n=");
    assert_eq!(stage.app().desk().run().name, "v2");
    let last = stage.app().desk().ledger().done().last().unwrap();
    assert_eq!((last.stamp.run.as_str(), last.stamp.order), ("v2", Order::Picked));
    press(&mut stage, "u");
    let reviewed = stage.app().desk().review(row).unwrap().clone();
    assert_eq!(reviewed.verdict, Some(Verdict::ModelWrong));
    let decisions = stage.app().desk().ledger().done().len();
    stage.key(KeyCode::Esc);
    stage.key(KeyCode::Esc);
    let app = stage.app();
    assert_eq!((app.desk().run().name.as_str(), app.position()), ("v1", place));
    assert_eq!(app.desk().review(row), Some(&reviewed));
    assert_eq!(app.desk().ledger().done().len(), decisions);
    // v1 is right there: its errors and their tally are what they were.
    assert_eq!(app.tally(), &before);
    assert_eq!(app.tally(), &app.desk().tally());
    // What was decided there is taken back from here.
    press(&mut stage, "u");
    assert!(stage.app().desk().review(row).is_none_or(|review| review.verdict.is_none()));
}

#[test]
fn all_again_leads_back_to_the_first_run() {
    let folder = two_runs();
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "F\n");
    // Inside, the comparison is of the same runs, and leads to what v1 got wrong.
    press(&mut stage, "F");
    stage.key(KeyCode::Right);
    press(&mut stage, "o\n");
    assert_eq!(stage.app().desk().run().name, "v2");
    press(&mut stage, "/");
    for _ in 0..60 {
        stage.key(KeyCode::Backspace);
    }
    press(&mut stage, "\n");
    assert_eq!((stage.app().desk().run().name.as_str(), stage.app().filter()), ("v1", None));
    assert_eq!(stage.app().desk().list().len(), stage.app().desk().all());
    assert!(!stage.app().is_entered());
}
