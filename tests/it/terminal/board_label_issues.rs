//! The queue of label issues: decided on by keys, written down as any decision.

use super::*;

/// The line of the queue with that number: what was decided on it.
fn line(screen: &Screen, number: usize) -> String {
    let lines = screen.columns(0, 48);
    let start = format!("{number:>5} ");
    let line = lines.into_iter().find(|line| line.starts_with(&start)).unwrap_or_default();
    line.trim_end().to_owned()
}

#[test]
fn three_labels_are_judged_and_stand_in_the_journal() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("E");
    let queue = pty.wait_for("the queue", |screen| {
        screen.has("labels are probably wrong") && screen.picture().is_some()
    });
    let suggested = line(&queue, 1).split(" → ").nth(1).unwrap().trim().to_owned();
    let issues = json(&folder, &["stats", "label-issues"])["issues"].clone();
    let ids: Vec<&str> = (0..3).map(|at| issues[at]["id"].as_str().unwrap()).collect();
    for (at, (key, said)) in
        [(" ", "label wrong"), ("g", "model wrong"), ("=", "both")].iter().enumerate()
    {
        pty.wait_for("its picture", |screen| screen.picture().is_some());
        pty.send(key);
        told(&mut pty, &format!("saved  {}: {said}", ids[at]));
    }
    let judged = pty.wait_for("what they came to", |screen| screen.has("2 of 3 judged labels"));
    assert!(line(&judged, 1).ends_with(&format!("→ {suggested}")), "{judged}");
    assert!(line(&judged, 2).ends_with("label right"), "{judged}");
    assert!(line(&judged, 3).ends_with("both"), "{judged}");
    pty.send(ESC);
    shown(&mut pty, 1);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let decided: Vec<Value> =
        folder.events().into_iter().filter(|event| event["action"] == "decide").collect();
    let changed =
        |at: usize| (&decided[at]["changes"][0]["id"], &decided[at]["changes"][0]["after"]);
    let (first, review) = changed(0);
    assert_eq!((first, &review["relabel"]["class"]), (&ids[0].into(), &suggested.as_str().into()));
    assert_eq!(changed(1).1["verdict"], "model_wrong");
    assert_eq!(changed(2).1["verdict"], "both_acceptable");
    assert!(decided.iter().all(|event| event["order"] == "picked"), "{decided:?}");
    assert_eq!(json(&folder, &["stats", "label-issues"])["precision"]["confirmed"], 2);
    let tally = json(&folder, &["tally"]);
    assert_eq!((&tally["reviewed"], &tally["drawn"]), (&3.into(), &0.into()), "no sample");
}
