//! The history, the goal, and the guards.

use super::*;
use std::collections::HashMap;

const DOWN: &str = "\x1b[B";

fn review(folder: &Folder, options: &[&str]) -> Pty {
    Pty::spawn(USUAL, &[&["review"], options].concat(), folder.root(), &[])
}

/// The events written down, in their order.
fn journal(folder: &Folder) -> Vec<Value> {
    let text = folder.read(".gaffe/journal.jsonl");
    let event = |line: &str| serde_json::from_str::<Value>(line).unwrap()["event"].take();
    text.lines().map(event).collect()
}

#[test]
fn a_decision_is_found_in_the_history_mended_and_left_again() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    for (place, key) in [(1, ENTER), (2, "-"), (3, ",")] {
        decide(&mut pty, place, key);
    }
    pty.send("H");
    let list = pty.wait_for("the history", |screen| screen.has("3 decisions"));
    assert!(list.has("unsure") && list.has(&id(&first)), "{list}");
    pty.send(DOWN);
    pty.send(DOWN);
    pty.send(ENTER);
    let back = shown(&mut pty, 1);
    assert_eq!((id(&back), decided(&back).as_str()), (id(&first), "model wrong"));
    assert_eq!(status(&back), "` returns");
    pty.send("=");
    told(&mut pty, &format!("saved  {}: both acceptable", id(&first)));
    pty.send("`");
    assert_eq!(header(&shown(&mut pty, 4)), "4 of 318 errors  3 reviewed");
    pty.send("#200\r");
    let far = shown(&mut pty, 200);
    pty.send("-");
    told(&mut pty, &format!("saved  {}: neither", id(&far)));
    pty.send("`");
    shown(&mut pty, 4);
    pty.send(&format!("#{}\r", id(&first)));
    assert_eq!(decided(&shown(&mut pty, 1)), "both acceptable");
    pty.send("#nothing\r");
    told(&mut pty, "no id has \"nothing\": there are 1 to 318");
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    pty.send("q");
    pty.wait_exit();
    let orders: Vec<Value> = journal(&folder).iter().map(|event| event["order"].clone()).collect();
    assert_eq!(orders[orders.len() - 2..], ["picked", "picked"]);
    assert_eq!(orders[orders.len() - 3], "random");
}

#[test]
fn a_goal_is_counted_and_the_end_says_what_came_of_the_session() {
    let folder = Folder::sample();
    let mut pty = review(&folder, &["--goal", "2"]);
    assert!(shown(&mut pty, 1).line_from_below(2).ends_with("0 of 2"));
    pty.send("b");
    told(&mut pty, ": blurry");
    let screen = decide(&mut pty, 1, " ");
    assert!(screen.line_from_below(2).ends_with("1 of 2"), "{screen}");
    let screen = decide(&mut pty, 2, "-");
    assert!(status(&screen).ends_with("2 of 2: that was the goal"), "{screen}");
    pty.send("P");
    let pop_up = pty.wait_for("the progress", |screen| screen.has("too few yet"));
    assert!(pop_up.has("2 of 318 errors reviewed") && pop_up.has("2 of 2 in this session"));
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let screen = pty.screen();
    for line in [
        "fashion: 2 of 318 errors reviewed, all saved.",
        "this session: 2 examples decided, 1 label changed",
        "most frequent: label wrong 1, neither 1",
        "Next: gaffe tally",
    ] {
        assert!(screen.has(line), "{line}\n{screen}");
    }

    let mut pty = open(&folder);
    shown(&mut pty, 3);
    pty.send("q");
    pty.wait_exit();
    let screen = pty.screen();
    assert!(screen.has("all saved. Next: gaffe tally") && !screen.has("this session"), "{screen}");
}

#[test]
fn blind_nothing_on_the_screen_tells_the_prediction() {
    let folder = Folder::sample();
    let mut pty = review(&folder, &["--blind=1"]);
    let screen = shown(&mut pty, 1);
    let real = json(&folder, &["show", &id(&screen)]);
    let prediction = real["prediction"].as_str().unwrap();
    assert_ne!(real["gold"], real["prediction"]);
    assert_eq!(screen.after("predicted  "), "hidden until decided");
    let named: Vec<String> =
        screen.lines().into_iter().filter(|line| line.contains(prediction)).collect();
    let [named] = named.as_slice() else { panic!("{prediction} beside its line:\n{screen}") };
    // Its line among the classes is as bare as those of all the others.
    assert!(named.ends_with(&format!("{} {prediction}", digit(prediction))), "{screen}");
    pty.send(" ");
    told(&mut pty, "the prediction is hidden");
    pty.send("\t");
    let picker = pty.wait_for("the classes", |screen| screen.has("type a part of it"));
    let named = |line: &String| line.contains(prediction) && line.contains("0.");
    assert!(!picker.lines().iter().any(named), "{picker}");
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {}: model wrong · predicted {prediction}", id(&screen)));
    pty.send(LEFT);
    assert!(shown(&mut pty, 1).after("predicted  ").starts_with(prediction));
    pty.send(RIGHT);
    shown(&mut pty, 2);
    pty.send("q");
    pty.wait_exit();
    let last = journal(&folder).pop().unwrap();
    assert_eq!(
        (&last["blind"], &last["changes"][0]["after"]["found"]["blind"]),
        (&true.into(), &true.into())
    );

    assert!(json(&folder, &["tally"])["blind"].is_null(), "nothing to compare with yet");
    let mut pty = open(&folder);
    decide(&mut pty, 2, ENTER);
    pty.send("q");
    pty.wait_exit();
    let blind = &json(&folder, &["tally"])["blind"];
    assert_eq!((&blind["blind"]["judged"], &blind["seen"]["judged"]), (&1.into(), &1.into()));
    assert!(gaffe_in(folder.root(), &["tally"]).ok().contains("of 1 judged blind"));
}

#[test]
fn earlier_decisions_are_asked_again_and_compared() {
    let folder = Folder::sample();
    let mut pty = review(&folder, &["--retest=1"]);
    let mut given = HashMap::new();
    let mut place = 1;
    while given.len() < 15 {
        let screen = shown(&mut pty, place);
        let key = ["-", ",", "="][place % 3];
        given.insert(id(&screen), key);
        pty.send(key);
        place += 1;
        let asked = pty.wait_for("another example", |next| {
            is_at(next, place) && next.picture().is_some() && id(next) != id(&screen)
        });
        if let Some(again) = given.get(&id(&asked)) {
            assert_eq!(decided(&asked), "—", "as if it were new\n{asked}");
            pty.send(again);
            pty.wait_for("the walk again", |next| {
                is_at(next, place) && next.picture().is_some() && !given.contains_key(&id(next))
            });
            told(&mut pty, &format!("saved  {}: ", id(&asked)));
        }
    }
    pty.send("P");
    let pop_up = pty.wait_for("the progress", |screen| screen.has("re-test"));
    assert!(pop_up.has("5 of 5 decided the same again, kappa 1.00"), "{pop_up}");
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    pty.send("q");
    pty.wait_exit();
    assert!(pty.screen().has("re-test: 5 of 5 decided the same again"), "{}", pty.screen());
    let events = journal(&folder);
    let retests: Vec<&Value> = events.iter().filter(|event| event["action"] == "retest").collect();
    assert_eq!(retests.len(), 5);
    assert!(retests.iter().all(|event| event["retest"]["first"] == event["retest"]["again"]));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 15);
}

#[test]
fn haste_is_warned_of() {
    let folder = Folder::sample();
    let mut pty = review(&folder, &["--warn-haste"]);
    let mut warned = false;
    // On a busy machine the first window may be slow.
    for place in 1..80 {
        shown(&mut pty, place);
        pty.send(["-", ","][place % 2]);
        warned = status(&shown(&mut pty, place + 1)).contains("in under 0.3 s");
        if warned {
            assert!(place > 20, "twenty decisions have a time after the first");
            break;
        }
    }
    assert!(warned, "{}", pty.screen());
}

#[test]
fn shares_out_of_range_are_refused() {
    for option in ["--blind=2", "--retest=-1", "--blind=x"] {
        let outcome = gaffe_in(Path::new("/"), &["review", option]);
        assert_eq!(outcome.code, 2, "{outcome:#?}");
        assert!(outcome.err.contains("not from 0 to 1"), "{outcome:#?}");
    }
}
