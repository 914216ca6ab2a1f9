//! What the model here says of an example, as it is drawn: the sample's own model, asked for real.

use crate::support::stage::{Stage, press};
use crossterm::event::KeyCode;

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
