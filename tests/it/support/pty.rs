//! The real program in a pseudo-terminal, seen and used as a person does.
//!
//! Invariant: nothing is timed by sleeping: a test waits for what the screen shows. A frame that is
//! being drawn (synchronized update) is not looked at, as a terminal does not show it.

use super::project::NO_SETTINGS;
use super::screen::Screen;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use vt100::{Callbacks, Parser};

/// How long anything may take. Generous: only a failing test waits so long.
const LIMIT: Duration = Duration::from_secs(20);

/// Columns and rows.
pub type Size = (u16, u16);

/// A program in a terminal. Dropping it kills the program.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Held so that the terminal's settings can be read after the program has ended.
    slave: Option<Box<dyn SlavePty + Send>>,
    writer: Writer,
    terminal: Arc<Terminal>,
    modes: String,
    last_keys: String,
}

type Writer = Arc<Mutex<Box<dyn Write + Send>>>;

/// How a program ended and in what state it left the terminal.
#[derive(Debug)]
pub struct Exit {
    /// The exit code.
    pub code: u32,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// The terminal's settings (`termios`) afterwards.
    pub modes: String,
}

struct Terminal {
    state: Mutex<Emulator>,
    changed: Condvar,
}

struct Emulator {
    parser: Parser<Outside>,
    log: Vec<u8>,
    /// When the last of it came.
    at: Instant,
    /// Nothing can come any more.
    ended: bool,
}

/// What a terminal does beside showing cells.
#[derive(Default)]
struct Outside {
    replies: Vec<u8>,
    /// Inside a synchronized update.
    updating: bool,
    /// Bells, titles, and sequences that no program of ours should write.
    strays: Vec<String>,
}

impl Callbacks for Outside {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        end: char,
    ) {
        match (first, params, end) {
            (Some(b'?'), [[2026]], 'h' | 'l') => self.updating = end == 'h',
            (None, _, 'c') => self.replies.extend(b"\x1b[?62;22c"),
            (None, [[6]], 'n') => {
                let (row, col) = screen.cursor_position();
                self.replies.extend(format!("\x1b[{};{}R", row + 1, col + 1).bytes());
            }
            // The kitty keyboard protocol and the version may go unanswered; underlines of the
            // usual colour are not drawn by vt100.
            (Some(b'?'), _, 'u') | (Some(b'>'), _, 'q') | (None, [[59]], 'm') => {}
            _ => self.strays.push(format!("CSI {first:?} {params:?} {end}")),
        }
    }

    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.strays.push("bell".to_owned());
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.strays.push(format!("title {}", String::from_utf8_lossy(title)));
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.strays.push("clipboard".to_owned());
    }

    fn unhandled_char(&mut self, _: &mut vt100::Screen, c: char) {
        self.strays.push(format!("character {c:?}"));
    }

    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.strays.push(format!("control {byte}"));
    }

    fn unhandled_escape(&mut self, _: &mut vt100::Screen, a: Option<u8>, _: Option<u8>, b: u8) {
        self.strays.push(format!("ESC {a:?} {b}"));
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.strays.push(format!("OSC {params:?}"));
    }
}

impl Emulator {
    fn screen(&self) -> Screen {
        Screen { cells: self.parser.screen().clone(), at: self.at }
    }
}

impl Pty {
    /// Runs `gaffe` in a terminal of `size`, in a bare environment with `envs` added.
    pub fn spawn(size: Size, args: &[&str], cwd: &Path, envs: &[(&str, &str)]) -> Self {
        Self::spawn_program(env!("CARGO_BIN_EXE_gaffe").as_ref(), size, args, cwd, envs)
    }

    /// Runs another program.
    pub fn spawn_program(
        program: &OsStr,
        size: Size,
        args: &[&str],
        cwd: &Path,
        envs: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let reader = pair.master.try_clone_reader().unwrap();
        let writer: Writer = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let (cols, rows) = cells(size);
        let parser = Parser::new_with_callbacks(rows, cols, 0, Outside::default());
        let state = Mutex::new(Emulator { parser, log: vec![], at: Instant::now(), ended: false });
        let terminal = Arc::new(Terminal { state, changed: Condvar::new() });
        let (shared, replies) = (terminal.clone(), writer.clone());
        thread::spawn(move || show(reader, &shared, &replies));
        let modes = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(builder(program, args, cwd, envs)).unwrap();
        let (master, slave, last_keys) = (pair.master, Some(pair.slave), String::new());
        Self { child, master, slave, writer, terminal, modes, last_keys }
    }

    /// A person's pause before the same key again: without it, it is a held key.
    pub fn pause_before(&mut self, keys: &str) {
        if self.last_keys == keys {
            thread::sleep(Duration::from_millis(90));
            self.last_keys.clear();
        }
    }

    /// Types `keys` in one go.
    pub fn send(&mut self, keys: &str) {
        self.pause_before(keys);
        keys.clone_into(&mut self.last_keys);
        let mut writer = self.writer.lock().unwrap();
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).unwrap();
    }

    /// Pastes `text` as a terminal does that was asked to mark pasted text.
    pub fn paste(&mut self, text: &str) {
        assert!(self.state().parser.screen().bracketed_paste(), "pasted text would act as keys");
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Waits until the screen is as `condition` says; returns that screen.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, condition: impl Fn(&Screen) -> bool) -> Screen {
        let mut deadline = Instant::now() + LIMIT;
        let mut ended = false;
        loop {
            if let Some(screen) = self.wait_until(deadline, &condition) {
                return screen;
            }
            if Instant::now() >= deadline {
                let state = if ended { "the program has ended" } else { "the program runs" };
                let (screen, strays) = (self.screen(), self.strays());
                panic!("waited for {what}; {state}; strays {strays:?}; the screen:\n{screen}");
            }
            if !ended && self.child.try_wait().unwrap().is_some() {
                // what it wrote last may still be on its way
                ended = true;
                deadline = deadline.min(Instant::now() + Duration::from_secs(1));
            }
        }
    }

    /// Waits a moment at most, so that the end of the program is noticed.
    fn wait_until(
        &self,
        deadline: Instant,
        condition: &impl Fn(&Screen) -> bool,
    ) -> Option<Screen> {
        let glance = deadline.min(Instant::now() + Duration::from_millis(200));
        let mut state = self.state();
        loop {
            let screen = state.screen();
            if !state.parser.callbacks().updating && condition(&screen) {
                return Some(screen);
            }
            let left = glance.checked_duration_since(Instant::now())?;
            let waited = self.terminal.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The screen as it is now.
    pub fn screen(&self) -> Screen {
        self.state().screen()
    }

    /// Everything the program has written.
    pub fn log(&self) -> Vec<u8> {
        self.state().log.clone()
    }

    /// Bells, titles, and sequences that the terminal does not know.
    pub fn strays(&self) -> Vec<String> {
        self.state().parser.callbacks().strays.clone()
    }

    /// Whether the terminal still waits for the end of a frame.
    pub fn is_updating(&self) -> bool {
        self.state().parser.callbacks().updating
    }

    /// Gives the terminal another size.
    pub fn resize(&self, size: Size) {
        let (cols, rows) = cells(size);
        // What is drawn for the new size must not reach the old one.
        let mut state = self.state();
        state.parser.set_size(rows, cols);
        self.master.resize(pty_size(size)).unwrap();
    }

    /// Clicks at a column and a row, from 0, as a terminal tells of it: the button goes down and up.
    pub fn click(&mut self, (col, row): (u16, u16)) {
        assert!(self.screen().reports_clicks(), "the terminal was not asked for clicks");
        let (x, y) = (col + 1, row + 1);
        self.send(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    }

    /// Turns the wheel by a step, at a column and a row.
    pub fn wheel(&mut self, down: bool, (col, row): (u16, u16)) {
        let button = 64 + u16::from(down);
        self.send(&format!("\x1b[<{button};{};{}M", col + 1, row + 1));
    }

    /// The terminal's settings now.
    pub fn modes(&self) -> String {
        modes(self.master.as_ref())
    }

    /// The terminal's settings before the program started.
    pub fn modes_before(&self) -> &str {
        &self.modes
    }

    /// The number of the process.
    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let pid = self.process().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(status.success(), "kill -s {name} {pid}");
    }

    /// Ends the program without warning and waits until it is gone.
    pub fn kill9(mut self) {
        self.signal("KILL");
        let exit = self.wait_exit();
        assert!(exit.signal.is_some(), "it was not the signal that ended it: {exit:?}");
    }

    /// Waits until the program has ended and all it wrote was taken in.
    #[track_caller]
    pub fn wait_exit(&mut self) -> Exit {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "still running; the screen:\n{}", self.screen());
            thread::sleep(Duration::from_millis(2));
        };
        let modes = self.modes();
        // Without a slave the reader comes to an end.
        self.slave = None;
        let mut state = self.state();
        while !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the terminal is held by somebody else");
            let waited = self.terminal.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Exit { code: status.exit_code(), signal: status.signal().map(str::to_owned), modes }
    }

    fn state(&self) -> MutexGuard<'_, Emulator> {
        self.terminal.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}

fn builder(program: &OsStr, args: &[&str], cwd: &Path, envs: &[(&str, &str)]) -> CommandBuilder {
    let mut builder = CommandBuilder::new(program);
    builder.args(args);
    builder.cwd(cwd);
    builder.env_clear();
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            builder.env(name, value);
        }
    }
    let state = state_of_who_was_welcomed();
    let ours = [
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("GAFFE_USER", "tester"),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
        NO_SETTINGS,
    ];
    for (name, value) in ours.iter().chain(envs) {
        builder.env(name, value);
    }
    builder
}

/// Where programs keep things in mind for a person who has read the card of the first start.
fn state_of_who_was_welcomed() -> PathBuf {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state");
    fs::create_dir_all(state.join("gaffe")).unwrap();
    fs::write(state.join("gaffe/welcomed"), "").unwrap();
    state
}

/// Takes in what the program writes, and answers what it asks.
fn show(mut reader: Box<dyn Read + Send>, terminal: &Terminal, writer: &Writer) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let (replies, updating) = {
            let mut state = terminal.state.lock().unwrap_or_else(PoisonError::into_inner);
            let new = &buffer[..count];
            state.at = Instant::now();
            state.log.extend(new);
            state.parser.process(new);
            state.ended = count == 0;
            let outside = state.parser.callbacks_mut();
            (std::mem::take(&mut outside.replies), outside.updating)
        };
        // In the middle of a frame there is nothing to look at.
        if !updating || count == 0 {
            terminal.changed.notify_all();
        }
        if count == 0 {
            return;
        }
        if !replies.is_empty() {
            // The program may be gone by now.
            let _ = writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(&replies);
        }
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has settings"))
}

fn pty_size((cols, rows): Size) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells((cols, rows): Size) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(cols).unwrap(), NonZeroU16::new(rows).unwrap())
}
