//! Figures, not tests: latency as seen from outside.

use super::*;

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

#[test]
#[ignore = "prints figures, of GAFFE_TEST_PROGRAM if it is set; add --nocapture"]
fn latency() {
    let program = std::env::var("GAFFE_TEST_PROGRAM");
    let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_gaffe").to_owned());
    println!("{program}");
    let spawn = |size, root: &Path| Pty::spawn_program(program.as_ref(), size, &[], root, &[]);
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

fn time(pty: &mut Pty, key: &str, wait: impl FnOnce(&mut Pty) -> Screen) -> Duration {
    let start = Instant::now();
    pty.send(key);
    wait(pty).at() - start
}
