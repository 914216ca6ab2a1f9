//! The terminal while the screen is ours, and its return to what it was.
//!
//! Invariant: however the program ends, short of SIGKILL, the terminal is given back.

use super::theme::{Depth, classic};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Draws through one buffer.
pub type Screen = Terminal<CrosstermBackend<Frame>>;

/// What is drawn, until it is flushed: a frame is one write, and half a frame is none. Once the
/// terminal was given back nothing more is written, so that a panic while drawing stays readable.
#[derive(Debug)]
pub struct Frame {
    bytes: Vec<u8>,
    depth: Depth,
}

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !OURS.load(Ordering::SeqCst) {
            self.bytes.clear();
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match self.depth {
            Depth::Sixteen => out.write_all(&classic(&self.bytes))?,
            Depth::True | Depth::Indexed => out.write_all(&self.bytes)?,
        }
        self.bytes.clear();
        out.flush()
    }
}

static OURS: AtomicBool = AtomicBool::new(false);
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Buttons and the wheel, in SGR coordinates. Not crossterm's `EnableMouseCapture`: that reports each
/// movement of the mouse too.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Gives a text to the clipboard of whoever sits at the terminal, over SSH too, if the terminal allows
/// it (OSC 52). Nothing tells whether it did.
pub fn copy(text: &str) {
    if OURS.load(Ordering::SeqCst) {
        // Without a terminal there is nobody to tell.
        let _ = execute!(io::stdout().lock(), CopyToClipboard::to_clipboard_from(text));
    }
}

/// Holds the terminal; dropping it gives it back.
pub struct Guard {
    /// What to draw on.
    pub screen: Screen,
}

impl Guard {
    /// Takes over a terminal of so many colours.
    ///
    /// # Errors
    /// Standard input or output is no terminal, or it can't be set up.
    pub fn enter(depth: Depth) -> io::Result<Self> {
        check()?;
        give_back_on_panic();
        // crossterm drops all colours under NO_COLOR; the theme drops all but those of pictures.
        crossterm::style::force_color_output(true);
        let entered = take()
            .and_then(|()| Terminal::new(CrosstermBackend::new(Frame { bytes: vec![], depth })));
        match entered {
            Ok(screen) => Ok(Self { screen }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Asks the terminal for clicks and the wheel.
    ///
    /// # Errors
    /// The terminal can't be written to.
    pub fn catch_mouse(&mut self) -> io::Result<()> {
        MOUSE.store(true, Ordering::SeqCst);
        ask_for_mouse()
    }

    /// Takes the terminal over again, whatever happened to it since; the next frame is whole.
    ///
    /// # Errors
    /// It can't be set up.
    pub fn take_again(&mut self) -> io::Result<()> {
        // crossterm goes by what it did last, but the shell may have set other modes.
        disable_raw_mode()?;
        take()?;
        let size = self.screen.size()?;
        self.screen.resize(size.into())
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    ask_for_mouse()
}

fn ask_for_mouse() -> io::Result<()> {
    if !MOUSE.load(Ordering::SeqCst) {
        return Ok(());
    }
    execute!(io::stdout(), Print(MOUSE_ON))
}

/// Whether there is a terminal to review on.
///
/// # Errors
/// Standard input or output is something else.
pub fn check() -> io::Result<()> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(io::Error::other(
        "the review needs a terminal\n  in scripts use: gaffe errors, gaffe tally, gaffe export",
    ))
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back. Does nothing when it is not ours, so it may be called twice.
pub fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        // There is nobody left to tell when this fails.
        if MOUSE.load(Ordering::SeqCst) {
            let _ = execute!(io::stdout(), Print(MOUSE_OFF));
        }
        let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}

/// A panic of the thread that draws ends the program: its message must be readable. Panics of
/// worker threads are caught and told on the screen, so they must not write over it.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let drawing = thread::current().id();
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == drawing {
                give_back();
            }
            if !OURS.load(Ordering::SeqCst) {
                report(info);
            }
        }));
    });
}
