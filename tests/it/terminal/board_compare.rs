//! What another run broke: entered, seen with both predictions, left again.

use super::*;

#[test]
fn what_a_run_broke_is_walked_with_both_predictions_beside_each_other() {
    let folder = Folder::sample();
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
    let report = json(&folder, &["compare", "v1", "v2"]);
    let broken = report["broken"].as_u64().unwrap();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("F");
    pty.wait_for("the comparison", |screen| screen.has(&format!("broken {broken} ")));
    pty.send(ENTER);
    let first = pty.wait_for("what v2 broke", |screen| {
        screen.line(0).contains(&format!("1 of {broken} found")) && screen.picture().is_some()
    });
    assert!(first.line(0).contains("broken by v2"), "{first}");
    assert!(first.line(0).starts_with(" fashion · dev · v2"), "{first}");
    let (of_v2, of_v1) = (predicted(&first), first.after("v1         "));
    let gold = first.after("gold  ");
    assert_ne!(of_v2, gold, "v2 is wrong\n{first}");
    let (class, confidence) = of_v1.trim().rsplit_once("  ").unwrap();
    assert_eq!(class, gold, "v1 is right\n{first}");
    assert!(confidence.parse::<f64>().is_ok_and(|p| p > 0.1), "{of_v1}");
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: model wrong", id(&first)));
    pty.wait_for("the next", |screen| screen.line(0).contains(&format!("2 of {broken} found")));
    pty.send(ESC);
    pty.wait_for("the comparison again", |screen| screen.has("v1 → v2"));
    pty.send(ESC);
    assert!(shown(&mut pty, 1).line(0).starts_with(" fashion · dev · v1"));
    let event = folder.events().pop().unwrap();
    assert_eq!((&event["run"], &event["order"]), (&"v2".into(), &"picked".into()));
}
