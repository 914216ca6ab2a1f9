//! Sessions that threads share.
//!
//! Invariant: one thread at a time has a session; each that was made is idle, at work, or gone and no longer
//! counted.

use crate::scoring::guard::guarded;
use ort::session::{HasSelectedOutputs, OutputSelector, RunOptions, Session};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A session, and which outputs are asked of it.
pub(super) struct Slot {
    pub session: Session,
    pub asked: RunOptions<HasSelectedOutputs>,
}

impl Slot {
    pub fn new(session: Session, outputs: &[String]) -> ort::Result<Self> {
        let selector = outputs.iter().fold(OutputSelector::no_default(), OutputSelector::with);
        Ok(Self { session, asked: RunOptions::new()?.with_outputs(selector) })
    }
}

/// Sessions of one model.
pub(super) struct Pool {
    state: Mutex<State>,
    /// A session came back, or is gone.
    changed: Condvar,
}

struct State {
    idle: Vec<Slot>,
    /// Those that are idle and those that are at work.
    made: usize,
    most: usize,
}

impl Pool {
    /// A pool of one session so far, and at most `most`.
    pub fn new(first: Slot, most: usize) -> Self {
        let state = State { idle: vec![first], made: 1, most: most.max(1) };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Gives `work` a session: one that is idle, one that `make` makes while there may be more, else the next that
    /// comes back.
    ///
    /// # Errors
    /// What `work` says; it panicked, which takes the session with it; `make` failed, and there is no other session
    /// to wait for.
    pub fn with<R>(
        &self,
        make: &dyn Fn() -> Result<Slot, String>,
        work: impl FnOnce(&mut Slot) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut slot = self.take(make)?;
        let worked = guarded(|| work(&mut slot));
        let mut state = self.state();
        if worked.is_ok() {
            state.idle.push(slot);
        } else {
            state.made -= 1;
        }
        drop(state);
        self.changed.notify_one();
        worked.flatten()
    }

    fn take(&self, make: &dyn Fn() -> Result<Slot, String>) -> Result<Slot, String> {
        let mut state = self.state();
        loop {
            if let Some(slot) = state.idle.pop() {
                return Ok(slot);
            }
            if state.made == state.most {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.made += 1;
            drop(state);
            let new = guarded(make).flatten();
            let Err(reason) = new else { return new };
            state = self.state();
            state.made -= 1;
            if state.made == 0 {
                return Err(reason);
            }
            // most likely no memory: what there is has to do
            state.most = state.made;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
