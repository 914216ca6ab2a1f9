//! Back to the shell and in again.

use super::*;

const PROMPT: &str = "the-shell$ ";

/// A shell with job control, in which the review was started.
fn shell(folder: &Folder) -> Pty {
    let envs = [("PS1", PROMPT), ("ENV", ""), ("HISTFILE", "")];
    let mut pty = Pty::spawn_program("sh".as_ref(), USUAL, &["-i"], folder.root(), &envs);
    pty.wait_for("the prompt", |screen| screen.has(PROMPT));
    pty.send(&format!("'{}'\r", env!("CARGO_BIN_EXE_gaffe")));
    pty
}

/// The shell asks for the next command, on its own screen.
#[track_caller]
fn prompt(pty: &mut Pty) -> Screen {
    pty.wait_for("the prompt", |screen| {
        let lines: Vec<String> = screen.lines().into_iter().filter(|l| !l.is_empty()).collect();
        !screen.is_alternate() && lines.last().is_some_and(|line| line == PROMPT.trim_end())
    })
}

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back_with_all_decisions() {
    let folder = Folder::sample();
    let mut pty = shell(&folder);
    decide(&mut pty, 1, ENTER);
    let second = shown(&mut pty, 2);
    pty.send("b");
    told(&mut pty, &format!("saved  {}: blurry", id(&second)));
    pty.send("\x1a");
    let outside = prompt(&mut pty);
    assert!(outside.has_cursor() && outside.leaves_mouse() && !outside.marks_paste(), "{outside}");
    assert!(pty.modes().contains("ICANON") && pty.modes().contains("ECHO"), "{}", pty.modes());
    pty.send("echo and-back\r");
    pty.wait_for("what the shell does", |screen| screen.text().matches("and-back").count() == 2);
    assert_eq!(json(&folder, &["tally"])["reviewed"], 2);
    pty.resize((100, 30));
    pty.send("fg\r");
    let back = shown(&mut pty, 2);
    assert!(back.is_alternate() && back.reports_clicks() && !back.has_cursor(), "{back}");
    assert!(is_tagged(&back, "blurry") && back.line(0).len() > 90, "{back}");
    assert_eq!(id(&back), id(&second));
    assert_true_picture(&back, &folder);
    decide(&mut pty, 2, ENTER);
    pty.send("q");
    assert!(prompt(&mut pty).has("2 of 318 errors reviewed"), "{}", pty.screen());
    pty.send("exit\r");
    pty.wait_exit();
}

#[test]
fn stopped_from_outside_it_gives_the_terminal_to_the_shell() {
    let folder = Folder::sample();
    let mut pty = shell(&folder);
    shown(&mut pty, 1);
    signal_review(&pty, "TSTP");
    assert!(prompt(&mut pty).leaves_mouse());
    pty.send("fg\r");
    shown(&mut pty, 1);
    decide(&mut pty, 1, ENTER);
}

#[test]
fn stopped_without_warning_it_takes_the_terminal_again() {
    let folder = Folder::sample();
    let mut pty = shell(&folder);
    shown(&mut pty, 1);
    signal_review(&pty, "STOP");
    pty.wait_for("the prompt", |screen| screen.has(PROMPT));
    // The terminal is still raw: the shell needs a line end.
    pty.send("fg\n");
    pty.wait_for("a whole screen", |screen| is_at(screen, 1) && !screen.has(PROMPT));
    decide(&mut pty, 1, ENTER);
}

#[test]
fn a_stopped_review_that_is_told_to_end_ends_in_the_background() {
    let folder = Folder::sample();
    let mut pty = shell(&folder);
    decide(&mut pty, 1, ENTER);
    pty.send("\x1a");
    prompt(&mut pty);
    let lock = File::open(folder.file(".gaffe/lock")).unwrap();
    assert!(lock.try_lock().is_err(), "the review holds the project");
    pty.send("kill %1; kill -CONT %1\r");
    let start = Instant::now();
    while lock.try_lock().is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "it is still there\n{}", pty.screen());
        thread::sleep(Duration::from_millis(5));
    }
    lock.unlock().unwrap();
    pty.send("echo all-$((1 + 1))-gone\r");
    let outside = pty.wait_for("the shell", |screen| screen.has("all-2-gone"));
    assert!(!outside.is_alternate() && outside.leaves_mouse(), "{outside}");
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
}

#[test]
fn without_a_shell_there_is_nowhere_to_go() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("\x1a");
    assert!(told(&mut pty, "no shell").is_alternate());
    decide(&mut pty, 1, ENTER);
}

/// The review that the shell runs.
#[track_caller]
fn review_of(shell: &Pty) -> String {
    let parent = shell.process().to_string();
    let found = Command::new("ps").args(["-o", "pid=", "--ppid", &parent]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

#[track_caller]
fn signal_review(shell: &Pty, name: &str) {
    let review = review_of(shell);
    assert!(Command::new("kill").args(["-s", name, &review]).status().unwrap().success());
}
