//! The thread that looks for models and looks after a scoring, which goes on in a process of its own.
//!
//! Invariant: when the review ends, so does the scoring, in order: what is done is kept.

use super::app::{Message, ScoreOrder, Scored};
use crate::dataset::Split;
use crate::project::{Project, ProjectError, ScoreTask, Scoring, score_in_process};
use crate::scoring::ScoreError;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// What the thread is asked to do.
enum Errand {
    Look(u64, Split),
    Score(Box<ScoreOrder>),
}

/// The thread, and the way to it.
pub(super) struct Scorer {
    errands: Option<Sender<Errand>>,
    thread: Option<JoinHandle<()>>,
    /// Set when the review ends.
    over: Arc<AtomicBool>,
}

impl Scorer {
    /// Starts the thread.
    pub fn start(project: Arc<Project>, answer: Sender<Message>) -> io::Result<Self> {
        let (errands, incoming) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let ends = over.clone();
        let thread = thread::Builder::new()
            .name("scorer".into())
            .spawn(move || attend(&incoming, &project, &ends, &answer))?;
        Ok(Self { errands: Some(errands), thread: Some(thread), over })
    }

    /// Looks for models that a split could be scored with.
    pub fn look(&self, generation: u64, split: Split) {
        self.give(Errand::Look(generation, split));
    }

    /// Scores.
    pub fn score(&self, order: Box<ScoreOrder>) {
        self.give(Errand::Score(order));
    }

    fn give(&self, errand: Errand) {
        // The thread ends only after `errands` is dropped.
        if let Some(errands) = &self.errands {
            let _ = errands.send(errand);
        }
    }

    /// Lets what goes on end, without waiting for it.
    pub fn hang_up(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.errands = None;
    }

    /// Waits for that end; it takes a second at most.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn attend(
    errands: &Receiver<Errand>,
    project: &Project,
    over: &AtomicBool,
    answer: &Sender<Message>,
) {
    let is_over = || over.load(Ordering::Relaxed);
    while let Ok(errand) = errands.recv() {
        let message = match errand {
            Errand::Look(generation, split) => {
                let look = || project.model_choice(split, &is_over);
                let choice = catch_unwind(AssertUnwindSafe(look)).unwrap_or_default();
                Message::Models { generation, choice }
            }
            Errand::Score(order) => {
                let generation = order.generation;
                let mut tell = |scoring: Scoring| {
                    let scored = Scored::At(scoring);
                    // Where nobody hears it, the end is near.
                    let _ = answer.send(Message::Scored { generation, scored });
                };
                let is_over = || is_over() || order.cancelled.load(Ordering::Relaxed);
                let scored = score(&order, project, &mut tell, &is_over);
                Message::Scored { generation, scored }
            }
        };
        if answer.send(message).is_err() {
            break;
        }
    }
}

fn score(
    order: &ScoreOrder,
    project: &Project,
    tell: &mut dyn FnMut(Scoring),
    is_over: &dyn Fn() -> bool,
) -> Scored {
    let task = ScoreTask {
        root: project.root().to_owned(),
        model: project.typed_model(&order.model),
        name: order.run.clone(),
        split: order.split,
        against: order.against.clone(),
    };
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return Scored::Failed(error.to_string()),
    };
    match score_in_process(&program, &task, tell, is_over) {
        Ok(outcome) => Scored::Done(outcome),
        Err(ProjectError::Score(ScoreError::Cancelled)) => Scored::Stopped,
        Err(error) => Scored::Failed(error.to_string()),
    }
}
