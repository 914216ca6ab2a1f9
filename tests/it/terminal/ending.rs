//! However it ends, the terminal is given back and nothing is lost.

use super::*;
use gaffe::tui::theme::Depth;

/// The terminal is as it was before the program.
#[track_caller]
fn assert_given_back(pty: &Pty, exit: &Exit) {
    let screen = pty.screen();
    assert!(!screen.is_alternate() && screen.has_cursor() && !screen.marks_paste(), "{screen}");
    assert!(screen.leaves_mouse(), "the person's clicks go to the program that ended");
    assert!(!pty.is_updating(), "the terminal waits for the end of a frame");
    assert_eq!(exit.modes, pty.modes_before());
    assert_eq!(pty.strays(), [""; 0]);
    let log = String::from_utf8(pty.log()).unwrap();
    let (_, after) = log.rsplit_once("\x1b[?1049l").expect("it left the alternate screen");
    assert!(log.contains("\x1b[?1049h") && log.contains("\x1b[?2004l"), "{log:?}");
    let rest = after.replace("\x1b[?25h", "");
    assert!(!rest.contains('\x1b'), "drawn on the person's own screen: {after:?}");
    assert!(rest.is_empty() || after.starts_with("\x1b[?25h"), "{after:?}");
}

/// While the review runs the terminal is in another state than before.
#[track_caller]
fn assert_taken(pty: &Pty) {
    let screen = pty.screen();
    assert!(screen.is_alternate() && !screen.has_cursor() && screen.marks_paste());
    assert!(pty.modes_before().contains("ICANON") && !pty.modes().contains("ICANON"));
    assert_ne!(pty.modes(), pty.modes_before());
}

#[test]
fn quitting_gives_the_terminal_back() {
    let folder = Folder::sample();
    for key in ["q", "\x03"] {
        let mut pty = open(&folder);
        let place = if key == "q" { 1 } else { 2 };
        decide(&mut pty, place, ENTER);
        assert_taken(&pty);
        pty.send(key);
        let exit = pty.wait_exit();
        assert_eq!((exit.code, &exit.signal), (0, &None));
        assert_given_back(&pty, &exit);
        assert!(pty.screen().has(&format!("{place} of 318 errors reviewed")), "{}", pty.screen());
    }
}

#[test]
fn being_told_to_end_saves_and_gives_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let folder = Folder::sample();
        let mut pty = open(&folder);
        shown(&mut pty, 1);
        assert_taken(&pty);
        // A decision that is perhaps still on its way.
        pty.send("b");
        pty.wait_for("the tag", |screen| is_tagged(screen, "blurry"));
        pty.signal(signal);
        let exit = pty.wait_exit();
        assert_eq!((exit.code, &exit.signal), (0, &None), "{signal}");
        assert_given_back(&pty, &exit);
        assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
    }
}

/// Runs a test of this file that is no test by itself, in a terminal.
fn spawn_test(name: &str, env: (&str, &str), cwd: &Path) -> Pty {
    let program = std::env::current_exe().unwrap();
    let name = format!("terminal::ending::{name}");
    let args = ["--exact", &name, "--ignored", "--nocapture"];
    Pty::spawn_program(program.as_os_str(), USUAL, &args, cwd, &[env])
}

#[test]
#[ignore = "is run by other tests in a terminal"]
fn child_that_panics() {
    let Ok(when) = std::env::var("GAFFE_TEST_PANIC") else { return };
    let mut guard = Guard::enter(Depth::True).unwrap();
    guard.screen.draw(|frame| frame.render_widget("drawn-by-the-child", frame.area())).unwrap();
    if when == "while drawing" {
        // As the review draws: a frame is wrapped into a synchronized update.
        queue!(guard.screen.backend_mut(), BeginSynchronizedUpdate).unwrap();
        guard.screen.draw(|_| panic!("it broke while drawing")).unwrap();
    }
    panic!("it broke between frames");
}

#[track_caller]
fn assert_survives_panic(when: &str) {
    let dir = tempfile::tempdir().unwrap();
    let mut pty = spawn_test("child_that_panics", ("GAFFE_TEST_PANIC", when), dir.path());
    let exit = pty.wait_exit();
    assert_eq!(exit.code, 101, "{}", pty.screen());
    let log = String::from_utf8(pty.log()).unwrap();
    let taken = log.find("\x1b[?1049h").expect("it took the terminal");
    assert!(log.find("drawn-by-the-child").is_some_and(|at| at > taken), "{log:?}");
    assert!(pty.screen().has(&format!("it broke {when}")), "{}", pty.screen());
    assert!(pty.screen().has("panicked at") && !pty.screen().has("drawn-by-the-child"));
    assert_given_back(&pty, &exit);
}

#[test]
fn a_panic_between_frames_gives_the_terminal_back() {
    assert_survives_panic("between frames");
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back() {
    assert_survives_panic("while drawing");
}

#[test]
#[ignore = "is run by another test, and killed"]
fn child_that_hosts_a_review() {
    let Ok(root) = std::env::var("GAFFE_TEST_HOST") else { return };
    let mut pty = Pty::spawn(USUAL, &[], Path::new(&root), &[]);
    decide(&mut pty, 1, ENTER);
    println!("decided in process {} .", pty.process());
    thread::sleep(Duration::from_mins(1));
}

/// Ends a program that a failing test would leave behind.
struct Cleaner(String);

impl Drop for Cleaner {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-s", "KILL", &self.0]).stderr(Stdio::null()).status();
    }
}

/// As when a connection breaks or a terminal's window is closed: whoever held the terminal is gone.
#[test]
fn a_terminal_that_goes_away_ends_the_review() {
    let folder = Folder::sample();
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "terminal::ending::child_that_hosts_a_review",
            "--ignored",
            "--nocapture",
        ])
        .env("GAFFE_TEST_HOST", folder.root())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let process =
        |line: String| Some(line.split_once("in process ")?.1.split(' ').next()?.to_owned());
    let process = lines.map_while(Result::ok).find_map(process).expect("the host saw no decision");
    let cleaner = Cleaner(process);
    let lock = File::open(folder.file(".gaffe/lock")).unwrap();
    assert!(lock.try_lock().is_err(), "the review holds the project");
    host.kill().unwrap();
    host.wait().unwrap();
    let start = Instant::now();
    while lock.try_lock().is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "the review still holds the project");
        thread::sleep(Duration::from_millis(5));
    }
    lock.unlock().unwrap();
    // It is gone: its number may be somebody else's soon.
    std::mem::forget(cleaner);
    assert_eq!(header(&shown(&mut open(&folder), 2)), "2 of 318 errors  1 reviewed");
}
