//! What the model here says of an example, as it is drawn: the sample's own model, asked for real.

use crate::support::project::Folder;
use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;
use std::fs;
use std::path::Path;

#[test]
fn a_picture_as_it_is_and_as_it_would_be() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let mut stage = Stage::sample(cols, rows);
        press(&mut stage, "I");
        insta::assert_snapshot!(format!("what_if_{cols}x{rows}"), stage.draw());
        press(&mut stage, "fr--");
        insta::assert_snapshot!(format!("what_if_changed_{cols}x{rows}"), stage.draw());
    }
}

#[test]
fn the_evidence_lies_over_the_picture() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, "I");
    let before = stage.paint();
    press(&mut stage, "e");
    insta::assert_snapshot!("what_if_evidence", stage.draw());
    let after = stage.paint();
    let recoloured =
        before.content.iter().zip(&after.content).filter(|(a, b)| a.fg != b.fg).count();
    assert!(recoloured > 100, "{recoloured}");
    press(&mut stage, "e");
    assert_eq!(stage.paint().content, before.content, "and goes again");
}

#[test]
fn the_example_beside_is_asked_too_and_esc_goes_back_to_it() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, "I");
    let first = stage.draw();
    stage.key(KeyCode::Right);
    let second = stage.draw();
    assert!(second.contains("what if · v1") && second.contains("2 of 318"), "{second}");
    assert_ne!(first, second);
    press(&mut stage, "q");
    let review = stage.draw();
    assert!(!review.contains("what if") && review.contains("2 of 318 errors"), "{review}");
}

#[test]
fn without_a_model_it_says_what_to_do() {
    let mut stage = Stage::texts(80, 24);
    press(&mut stage, "I");
    insta::assert_snapshot!("what_if_no_model", stage.draw());
}

#[test]
fn the_smallest_terminal_has_the_numbers_and_the_keys() {
    let mut stage = Stage::sample(60, 16);
    press(&mut stage, "If");
    let screen = stage.draw();
    for wanted in ["run  here   now", "esc close", "flipped", "v1.onnx"] {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
}

/// A project with a model beside its data, and a run that says the second class of every example.
fn beside_model(config: &str, table: &str, model: &str, files: &[&str]) -> Folder {
    let folder = Folder::empty();
    folder.write("gaffe.toml", config);
    folder.write("dev.csv", table);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(model);
    for file in files {
        folder.write(&format!("model/{file}"), fs::read(fixtures.join(file)).unwrap());
    }
    folder.npy("v1.npy", &vec![[0.2_f32, 0.7, 0.1]; table.lines().count() - 1]);
    folder
}

#[test]
fn a_text_is_asked_anew_with_each_letter_and_its_words_are_left_out() {
    let config = "name = \"texts\"\nclasses = [\"bad\", \"neutral\", \"good\"]\n\
        [columns]\nid = \"id\"\ntext = \"text\"\nlabel = \"label\"\n[splits]\ndev = \"dev.csv\"\n\
        [runs.v1]\ndev = \"v1.npy\"\nmodel = \"model/onnx/model.onnx\"\n";
    let files = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
    let table = "id,text,label\na,A truly good film: I was glad to see it.,bad\n";
    let folder = beside_model(config, table, "text/bert", &files);
    let mut stage = Stage::of_project(folder.root(), 80, 24);
    press(&mut stage, "I");
    let own = stage.draw();
    assert!(own.contains("differs from v1 by up to"), "{own}");
    press(&mut stage, "\n and");
    let typed = stage.draw();
    assert!(typed.contains("run  here   now") && typed.contains("glad to see it. and"), "{typed}");
    assert!(typed.contains("⏎ leave it so  esc take it back"), "{typed}");
    stage.key(KeyCode::Esc);
    assert!(stage.draw().contains("as it is"));
    press(&mut stage, "e");
    let evidence = stage.draw();
    assert!(evidence.contains("evidence for") && evidence.contains("parts hidden"), "{evidence}");
}

#[test]
fn a_cell_of_a_row_is_changed_and_columns_are_sorted_by_what_they_matter() {
    let config = "name = \"rows\"\nclasses = [\"a\", \"b\", \"c\"]\n\
        [columns]\nid = \"id\"\nlabel = \"label\"\n[splits]\ndev = \"dev.csv\"\n\
        [runs.v1]\ndev = \"v1.npy\"\nmodel = \"model/logistic.onnx\"\n";
    let table =
        "id,label,w,x,y,z\nq,a,-0.97,0.24,1.03,2.04\nr,b,0.15,-3.94,2.22,-1.75\ns,b,2,0,0,0\n";
    let folder = beside_model(config, table, "sklearn", &["logistic.onnx"]);
    let mut stage = Stage::of_project(folder.root(), 80, 24);
    press(&mut stage, "I");
    let own = stage.draw();
    // What ONNX Runtime gives: expected.json
    assert!(own.contains("0.96") && own.contains("differs from v1 by up to 0.86"), "{own}");
    stage.key(KeyCode::Down);
    press(&mut stage, "\n");
    for _ in 0..4 {
        stage.key(KeyCode::Backspace);
    }
    press(&mut stage, "-9\n");
    let changed = stage.draw();
    assert!(changed.contains("x = -9") && changed.contains("run  here   now"), "{changed}");
    press(&mut stage, "ue");
    let evidence = stage.draw();
    assert!(
        evidence.contains("evidence for c") && evidence.contains("4 parts hidden"),
        "{evidence}"
    );
    press(&mut stage, "q");
    assert!(folder.events().is_empty());
}
