//! From a screen that decides to the examples of a row, and back.

use super::*;

#[test]
fn a_kind_of_error_is_entered_from_the_tally_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    for place in 1..=4 {
        shown(&mut pty, place);
        if place % 2 == 0 {
            pty.send("b");
            told(&mut pty, "blurry");
        }
        decide(&mut pty, place, ENTER);
    }
    pty.send("K");
    let tally = pty.wait_for("the tally", |screen| screen.has("4 of 318 errors reviewed"));
    assert!(tally.has("blurry"), "{tally}");
    pty.send(ENTER);
    let found = pty.wait_for("its examples", |screen| screen.line(0).contains("1 of 2 found"));
    assert!(found.line(0).contains("/tag:blurry"), "{found}");
    pty.send(ESC);
    let back = pty.wait_for("the tally again", |screen| screen.has("4 of 318 errors reviewed"));
    assert!(back.line(0).contains("318 errors"), "{back}");
    pty.send(ESC);
    shown(&mut pty, 5);
}

#[test]
fn a_slice_of_the_goal_is_entered_and_models_are_measured_on_request() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("J");
    let goal = pty.wait_for("the goal", |screen| screen.has("misses 1 of 4, 1 unknown"));
    assert!(goal.has("v1: not measured"), "{goal}");
    pty.send("M");
    pty.wait_for("the measuring", |screen| screen.has("measuring"));
    let met = pty.wait_for("the measured goal", |screen| screen.has("misses 1 of 4; accuracy"));
    assert!(met.has("Measured on this machine"), "{met}");
    assert!(folder.file(".gaffe/runs/v1/measured.json").is_file());
    for _ in 0..3 {
        pty.send("\x1b[B");
    }
    pty.send(ENTER);
    let found = pty.wait_for("the slice", |screen| screen.line(0).contains("/capture=blurry"));
    assert!(found.line(0).contains("1 of 143 found"), "{found}");
    pty.send(ESC);
    pty.wait_for("the goal again", |screen| screen.has("misses 1 of 4; accuracy"));
    pty.send("$");
    pty.wait_for("the cost", |screen| screen.has("machines are cheaper"));
    pty.send(ENTER);
    pty.wait_for("the model's errors", |screen| screen.line(0).contains("1 of 318 found"));
    pty.send(ESC);
    pty.wait_for("the cost again", |screen| screen.has("machines are cheaper"));
    pty.send(ESC);
    shown(&mut pty, 1);
}

#[test]
fn measuring_ends_when_the_screen_is_left() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("$");
    pty.wait_for("the cost", |screen| screen.has("v1: not measured"));
    pty.send("M");
    pty.wait_for("the measuring", |screen| screen.has("measuring"));
    pty.send(ESC);
    shown(&mut pty, 1);
    pty.send("$");
    let cost = pty.wait_for("the cost again", |screen| screen.has("v1: not measured"));
    assert!(!cost.has("measuring"), "{cost}");
    assert!(!folder.file(".gaffe/runs/v1/measured.json").exists());
}

#[test]
fn the_errors_of_dev_are_entered_from_the_bottleneck() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("B");
    let levels = pty.wait_for("the levels", |screen| screen.has("gap from above"));
    assert!(levels.has("├") && levels.has("people"), "{levels}");
    pty.send("\x1b[B");
    pty.send(ENTER);
    told(&mut pty, "not from here: gaffe review --run v1 --split train");
    pty.send("\x1b[B");
    pty.send(ENTER);
    pty.wait_for("the errors of dev", |screen| screen.line(0).contains("1 of 318 found"));
    pty.send(ESC);
    pty.wait_for("the levels again", |screen| screen.has("gap from above"));
}

#[test]
fn an_intervention_is_entered_and_left_and_its_cost_is_kept() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("N");
    let ranks = pty.wait_for("the ranks", |screen| {
        screen.has("more like dev") && screen.has("capture=blurry") && !screen.has("counting")
    });
    assert!(ranks.has("ranked by what they can bring at most"), "{ranks}");
    pty.send(ENTER);
    let found = pty.wait_for("its examples", |screen| screen.line(0).contains("1 of 143 found"));
    assert!(found.line(0).contains("/capture=blurry"), "{found}");
    pty.send(ESC);
    pty.wait_for("the ranks again", |screen| screen.has("ranked by what they can bring at most"));
    pty.send("d");
    pty.wait_for("the field", |screen| screen.has("days that it costs"));
    pty.send("4");
    pty.send(ENTER);
    let kept = pty.wait_for("what was kept", |screen| screen.has("capture=blurry costs 4 days"));
    assert!(kept.has("ranked by gain a day"), "{kept}");
    let log = fs::read_to_string(folder.root().join("gaffe-log.jsonl")).unwrap();
    assert!(log.contains(r#""cost":"slice:capture=blurry","days":4.0"#), "{log}");
    pty.send(ESC);
    shown(&mut pty, 1);
}

#[test]
fn a_lasso_on_the_map_is_entered_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("@");
    pty.wait_for("the finished map", |screen| screen.has("trustworthiness"));
    // From the fullest cell up and to the right
    pty.send(" ");
    pty.wait_for("a lasso", |screen| screen.has("lasso begun"));
    pty.send("\x1b[5~\x1b[C\x1b[C\x1b[C\x1b[C");
    pty.send("a");
    let chosen = pty.wait_for("what it holds", |screen| screen.has("chosen; "));
    let said = chosen.line(22);
    let count: usize = said.trim().split(' ').next().unwrap().parse().unwrap();
    assert!(count > 1 && count < 318, "{chosen}");
    pty.send(ENTER);
    let found = format!("1 of {count} found");
    let listed = pty.wait_for("its examples", |screen| screen.line(0).contains(&found));
    assert!(listed.line(0).contains("from the map"), "{listed}");
    pty.send(ESC);
    let back = pty.wait_for("the map again", |screen| screen.has(&format!("{count} chosen")));
    assert!(back.has("trustworthiness") && back.line(0).contains("318 errors"), "{back}");
    pty.send(ESC);
    pty.send(ESC);
    shown(&mut pty, 1);
}
