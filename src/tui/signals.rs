//! Signals: told to end, to stop, to go on.
//!
//! Invariant: a signal sets a flag, and the thread that draws acts on it between two frames. While
//! the shell has the terminal nothing is written to it.

use super::terminal::{self, Guard};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How long the review has to end in order once it was told to.
const GRACE: Duration = Duration::from_secs(2);
/// How often a stopped program that goes on looks whether the terminal is its own again.
const GLANCE: Duration = Duration::from_millis(20);

/// What signals asked for.
pub struct Signals {
    ended: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
}

/// What came of looking at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Nobody asked for a pause.
    None,
    /// There is no shell that could bring the program back.
    Refused,
    /// The program was stopped and goes on: all must be drawn anew.
    Over,
}

impl Signals {
    /// Listens. SIGTERM, SIGHUP, SIGINT and SIGQUIT ask us to end: what was decided is written, the
    /// terminal given back. When the terminal is gone, crossterm never returns from reading it; then
    /// the process is ended from here. SIGTSTP asks us to stop, SIGCONT says that we were stopped.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        let flag = || Arc::new(AtomicBool::new(false));
        let signals = Self { ended: flag(), stopped: flag(), continued: flag() };
        #[cfg(unix)]
        signals.register()?;
        Ok(signals)
    }

    #[cfg(unix)]
    fn register(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
        signal_hook::flag::register(SIGTSTP, self.stopped.clone())?;
        signal_hook::flag::register(SIGCONT, self.continued.clone())?;
        let all = [SIGTERM, SIGHUP, SIGINT, SIGQUIT];
        let mut signals = signal_hook::iterator::Signals::new(all)?;
        let ended = self.ended.clone();
        thread::Builder::new().name("signals".into()).spawn(move || {
            if signals.forever().next().is_some() {
                ended.store(true, Ordering::Relaxed);
                thread::sleep(GRACE);
                terminal::give_back();
                std::process::exit(1);
            }
        })?;
        Ok(())
    }

    /// Whether we were told to end.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Stops the program if it was asked for, and comes back when it goes on; the terminal is then
    /// ours again, unless we were told to end.
    ///
    /// # Errors
    /// The terminal can't be taken again.
    pub fn pause(&self, guard: &mut Guard) -> io::Result<Pause> {
        if self.stopped.load(Ordering::Relaxed) {
            if !job::has_shell() {
                self.stopped.store(false, Ordering::Relaxed);
                return Ok(Pause::Refused);
            }
            terminal::give_back();
            job::stop()?;
        } else if !self.continued.load(Ordering::Relaxed) {
            return Ok(Pause::None);
        }
        // Taking a terminal that is another's would stop us again.
        while !self.ended() && !job::is_in_front() {
            thread::sleep(GLANCE);
        }
        self.stopped.store(false, Ordering::Relaxed);
        self.continued.store(false, Ordering::Relaxed);
        if !self.ended() {
            guard.take_again()?;
        }
        Ok(Pause::Over)
    }
}

/// Asks for a pause, as `kill -TSTP` does.
pub fn stop() {
    job::ask();
}

/// Job control: the program among what a shell runs.
#[cfg(unix)]
mod job {
    use nix::sys::signal::{Signal, kill, raise};
    use nix::unistd::{Pid, getpgrp, getsid, tcgetpgrp};
    use std::io;

    /// Tells ourselves to stop, which is caught.
    pub fn ask() {
        // A process may always signal itself.
        let _ = raise(Signal::SIGTSTP);
    }

    /// Whether a shell started us as a job of its own. Without one, as under `ssh -t HOST gaffe`,
    /// nobody could make us go on.
    pub fn has_shell() -> bool {
        getsid(None).is_ok_and(|session| session != getpgrp())
    }

    /// Whether the terminal is ours; true when it can't be known.
    pub fn is_in_front() -> bool {
        tcgetpgrp(io::stdin()).map_or(true, |front| front == getpgrp())
    }

    /// Stops the whole job, as the terminal's own Ctrl-Z does: started by another program, such as
    /// `cargo run`, we alone would leave the shell waiting for that one.
    pub fn stop() -> io::Result<()> {
        kill(Pid::from_raw(0), Signal::SIGTSTP)?;
        // That one we catch.
        Ok(raise(Signal::SIGSTOP)?)
    }
}

#[cfg(not(unix))]
mod job {
    pub fn ask() {}

    pub fn has_shell() -> bool {
        false
    }

    pub fn is_in_front() -> bool {
        true
    }

    pub fn stop() -> std::io::Result<()> {
        Ok(())
    }
}
