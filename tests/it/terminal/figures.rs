//! Figures, not tests: latency as seen from outside.

use super::*;
#[allow(dead_code)] // the example uses the rest
#[path = "../../../examples/keystrokes/large.rs"]
pub mod large;
use large::Sample;

fn figures(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |share: f64| {
        let at = (times.len() as f64 * share).ceil() as usize - 1;
        times[at].as_secs_f64() * 1000.0
    };
    println!(
        "{name:<28} n {:>3}  median {:>7.2} ms  p99 {:>7.2} ms  max {:>7.2} ms",
        times.len(),
        ms(0.5),
        ms(0.99),
        ms(1.0)
    );
}

fn program() -> String {
    let program = std::env::var("GAFFE_TEST_PROGRAM");
    program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_gaffe").to_owned())
}

fn spawn(size: Size, root: &Path) -> Pty {
    Pty::spawn_program(program().as_ref(), size, &[], root, &[])
}

#[test]
#[ignore = "prints figures, of GAFFE_TEST_PROGRAM if it is set; add --nocapture"]
fn latency() {
    println!("{}", program());
    let folder = Folder::sample();
    let mut starts = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        let mut pty = spawn(USUAL, folder.root());
        starts.push(shown(&mut pty, 1).at() - start);
    }
    figures("spawn to first whole frame", starts);
    for size in [USUAL, (160, 50)] {
        println!("{} × {}", size.0, size.1);
        let folder = Folder::sample();
        let mut pty = spawn(size, folder.root());
        shown(&mut pty, 1);
        let (mut skips, mut decisions, mut saves) = (vec![], vec![], vec![]);
        for place in 1..=100 {
            pty.pause_before(RIGHT);
            skips.push(time(&mut pty, RIGHT, |pty| shown(pty, place + 1)));
        }
        for place in 101..=300 {
            let id = id(&pty.screen());
            pty.pause_before(ENTER);
            let start = Instant::now();
            decisions.push(time(&mut pty, ENTER, |pty| shown(pty, place + 1)));
            saves.push(told(&mut pty, &format!("saved  {id}")).at() - start);
        }
        figures("skip to next picture", skips);
        figures("decision to next picture", decisions);
        figures("decision to \"saved\"", saves);
    }
}

#[test]
#[ignore = "prints figures, of GAFFE_TEST_PROGRAM if it is set; add --nocapture"]
fn latency_of_the_model() {
    println!("{}", program());
    let folder = Folder::sample();
    let mut pty = spawn(USUAL, folder.root());
    shown(&mut pty, 1);
    let answer = |screen: &Screen| -> Vec<String> {
        let line = |row| screen.line(row).chars().skip(42).collect();
        (5..15).map(line).collect()
    };
    let asks = |pty: &mut Pty| pty.wait_for("the model", |screen| screen.has("the same as v1"));
    let opened = time(&mut pty, "I", asks);
    figures("key to the model's answer", vec![opened]);
    // the last row: a class of two words with what the run says, what is said here, and what is said now
    let is_whole = |lines: &[String]| lines[9].split_whitespace().count() == 5;
    pty.send("f");
    pty.wait_for("the first change", |screen| is_whole(&answer(screen)));
    let turns = (0..200).map(|_| {
        pty.pause_before("r");
        let before = answer(&pty.screen());
        let is_new = |now: &[String]| now != before && is_whole(now);
        time(&mut pty, "r", |pty| pty.wait_for("another", |screen| is_new(&answer(screen))))
    });
    figures("change to the new answer", turns.collect());
    let evidence = |_| {
        pty.pause_before("e");
        let shown = time(&mut pty, "e", |pty| {
            pty.wait_for("evidence", |s| s.has("336 parts hidden") && !s.has("…"))
        });
        pty.pause_before("e");
        pty.send("e");
        pty.wait_for("no evidence", |screen| !screen.has("parts hidden"));
        shown
    };
    figures("evidence of 336 parts", (0..20).map(evidence).collect());
    pty.send("q");
    shown(&mut pty, 1);
    pty.send("q");
    pty.wait_exit();
}

/// The sample over and over: its errors are 318 in 2,000.
const MANY: usize = 1_000_000;
const ERRORS: usize = MANY / 2000 * 318;

/// Waits until the error at `place` of the many is wholly on the screen.
fn there(pty: &mut Pty, place: usize) -> Screen {
    let header = format!(" {place} of {ERRORS} errors");
    pty.wait_for(&header, |screen| screen.line(0).contains(&header) && screen.picture().is_some())
}

#[test]
#[ignore = "prints figures, of GAFFE_TEST_PROGRAM if it is set; add --nocapture"]
fn latency_at_a_million() {
    let folder = Folder::empty();
    Sample::read().unwrap().repeat(folder.root(), MANY).unwrap();
    for size in [USUAL, (160, 50)] {
        println!("{}, {} × {}", program(), size.0, size.1);
        let start = Instant::now();
        let mut pty = spawn(size, folder.root());
        let from = if size == USUAL { 1 } else { 301 };
        figures("spawn to first whole frame", vec![there(&mut pty, from).at() - start]);
        let (mut skips, mut decisions, mut saves) = (vec![], vec![], vec![]);
        let mut tags = vec![];
        for place in from..from + 100 {
            pty.pause_before(RIGHT);
            skips.push(time(&mut pty, RIGHT, |pty| there(pty, place + 1)));
        }
        for place in from + 100..from + 300 {
            let id = id(&pty.screen());
            tags.push(time(&mut pty, "b", |pty| {
                pty.wait_for("the tag", |screen| is_tagged(screen, "blurry"))
            }));
            told(&mut pty, &format!("saved  {id}: blurry"));
            pty.pause_before(ENTER);
            let start = Instant::now();
            decisions.push(time(&mut pty, ENTER, |pty| there(pty, place + 1)));
            saves.push(told(&mut pty, &format!("saved  {id}: model wrong")).at() - start);
        }
        figures("skip to next picture", skips);
        figures("tag to its mark", tags);
        figures("decision to next picture", decisions);
        figures("decision to \"saved\"", saves);
        figures("letter of a class", letters(&mut pty));
        pty.send("q");
        pty.wait_exit();
    }
}

/// How long the choice of a class takes to follow a letter.
fn letters(pty: &mut Pty) -> Vec<Duration> {
    let letter = |_| {
        pty.send("\t");
        pty.wait_for("the choice of a class", |screen| screen.has("label · type"));
        let time = time(pty, "z", |pty| {
            pty.wait_for("no such class", |screen| screen.has("nothing of that name"))
        });
        pty.send(ESC);
        pty.wait_for("the review", is_review);
        time
    };
    (0..50).map(letter).collect()
}

fn time(pty: &mut Pty, key: &str, wait: impl FnOnce(&mut Pty) -> Screen) -> Duration {
    let start = Instant::now();
    pty.send(key);
    wait(pty).at() - start
}
