//! The terminal while the screen is ours, and its return to what it was.
//!
//! Invariant: however the program ends, short of SIGKILL, the terminal is given back.

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, BufWriter, IsTerminal, Stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Draws through one buffer, so that a frame is one write.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

static OURS: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives it back.
pub struct Guard {
    /// What to draw on.
    pub screen: Screen,
}

impl Guard {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Standard input or output is no terminal, or it can't be set up.
    pub fn enter() -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::other(
                "the review needs a terminal\n  in scripts use: gaffe errors, gaffe tally, gaffe export",
            ));
        }
        give_back_on_panic();
        enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        let mut out = io::stdout();
        let entered = execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
            .and_then(|()| {
                Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, out)))
            });
        match entered {
            Ok(screen) => Ok(Self { screen }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Does nothing when the terminal is not ours, so it may be called twice.
fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        // There is nobody left to tell when this fails.
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
