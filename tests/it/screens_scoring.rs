//! Scoring in the background, as it is drawn.

use crate::support::stage::{Stage, press};
use gaffe::project::{ScoreOutcome, Scoring};
use gaffe::tui::app::Scored;

fn at(done: usize) -> Scored {
    Scored::At(Scoring { done, of: 2000, resumed: 0, failed: 0 })
}

/// A scoring with v2 that is on its way.
fn scoring(cols: u16, rows: u16) -> Stage {
    let mut stage = Stage::sample(cols, rows);
    press(&mut stage, ":score\n\n\n");
    stage.hear(at(0));
    stage.hear(at(680));
    stage
}

#[test]
fn a_model_is_chosen_and_its_run_named() {
    let mut stage = Stage::sample(80, 24);
    press(&mut stage, ":score\n");
    insta::assert_snapshot!("scoring_models", stage.draw());
    press(&mut stage, "v1\n");
    insta::assert_snapshot!("scoring_name", stage.draw());
}

#[test]
fn how_far_it_is_stands_beside_the_work() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let mut stage = scoring(cols, rows);
        press(&mut stage, "b\n");
        insta::assert_snapshot!(format!("scoring_{cols}x{rows}"), stage.draw());
        for keys in ["K", "\u{1b}G", "\u{1b}I"] {
            press(&mut stage, keys);
            let drawn = stage.draw();
            assert!(drawn.contains("v2 34 % · 340/s · <1 min left"), "{keys:?}\n{drawn}");
        }
    }
}

#[test]
fn stopping_and_what_came_of_it() {
    let mut stage = scoring(80, 24);
    press(&mut stage, ":score\n");
    insta::assert_snapshot!("scoring_stop", stage.draw());
    press(&mut stage, "\u{1b}");
    stage.hear(Scored::Done(ScoreOutcome { failed: 0, error: 0.122, against: Some(0.159) }));
    let drawn = stage.draw();
    assert!(drawn.contains("v2 scored: error 12.2 % (v1 15.9 %); F compares"), "{drawn}");
    let mut stage = scoring(80, 24);
    let why = "the model agrees with the imported predictions of v1 on 3 of 32 examples only; nothing was kept\n  \
               likeliest reason: the colours in the order BGR (32 of 32 agree then)\n  \
               score it all the same with --accept-mismatch";
    stage.hear(Scored::Failed(why.to_owned()));
    insta::assert_snapshot!("scoring_refused", stage.draw());
    press(&mut stage, ":score\n");
    insta::assert_snapshot!("scoring_why", stage.draw());
}
