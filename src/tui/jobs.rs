//! Worker threads: one writes decisions down, two make pictures ready, one sorts and searches, one
//! answers what the screens ask, one has the model, one looks after a scoring.
//!
//! Invariant: the thread that draws never waits for a disk or a decoder. What a job answers carries
//! what it was asked for, so that an answer nobody waits for any more is dropped.

use super::app::{Asking, Learning, Message, PictureKey, Question, ScoreOrder, Work};
use super::rescore::rescore;
use super::scorer::Scorer;
use crate::dataset::{Event, Ledger, Split};
use crate::media;
use crate::project::{ExperimentLog, LogEdit, LogFile, Project, whoami};
use crate::store::{Cursor, Store, Welcome, keep_filters};
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the writer is asked to do.
enum Task {
    Save { epoch: u64, event: Box<Event> },
    Remember(Cursor),
    KeepFilters(BTreeMap<String, String>),
    Log(LogEdit),
    Welcomed,
}

/// The worker threads. Dropping it lets the writer finish what it was given.
pub struct Jobs {
    tasks: Option<Sender<Task>>,
    writer: Option<JoinHandle<()>>,
    wishes: Arc<Wishes>,
    works: Option<Sender<Box<Work>>>,
    lessons: Option<Sender<Box<Learning>>>,
    questions: Option<Sender<Box<Question>>>,
    trials: Option<Sender<Box<Asking>>>,
    scorer: Scorer,
    answers: Receiver<Message>,
}

/// Threads that make pictures ready: a page of the grid has dozens of them.
const DECODERS: usize = 2;

/// The pictures that are wanted now, most urgent first.
#[derive(Default)]
struct Wishes {
    state: Mutex<WishList>,
    changed: Condvar,
}

#[derive(Default)]
struct WishList {
    keys: VecDeque<PictureKey>,
    closed: bool,
}

impl Wishes {
    fn lock(&self) -> MutexGuard<'_, WishList> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Jobs {
    /// Starts the threads; `picture` gives the file of a row.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        store: Store,
        files: Files,
        picture: impl Fn(u32) -> PathBuf + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (answer, answers) = channel();
        let (tasks, incoming) = channel();
        let (decoder_answer, worker_answer) = (answer.clone(), answer.clone());
        let (learner_answer, insight_answer) = (answer.clone(), answer.clone());
        let (project, model_project) = (files.project.clone(), files.project.clone());
        let model_answer = answer.clone();
        let scorer = Scorer::start(project.clone(), answer.clone())?;
        let picture = Arc::new(picture);
        let file = picture.clone();
        let wishes = Arc::new(Wishes::default());
        let writer = thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_down(store, &files, &incoming, &answer))?;
        for _ in 0..DECODERS {
            let (wishes, picture) = (wishes.clone(), picture.clone());
            let answer = decoder_answer.clone();
            thread::Builder::new()
                .name("pictures".into())
                .spawn(move || make_ready(&wishes, picture.as_ref(), &answer))?;
        }
        let (works, work) = channel();
        thread::Builder::new()
            .name("analysis".into())
            .spawn(move || work_out(&work, &worker_answer))?;
        let (lessons, learning) = channel();
        thread::Builder::new()
            .name("likeness".into())
            .spawn(move || learn(&learning, &*file, &learner_answer))?;
        let (questions, asked) = channel();
        thread::Builder::new()
            .name("insight".into())
            .spawn(move || consider(&asked, &project, &insight_answer))?;
        let (trials, tried) = channel();
        thread::Builder::new()
            .name("model".into())
            .spawn(move || rescore(&tried, &model_project, &model_answer))?;
        let (tasks, works, trials) = (Some(tasks), Some(works), Some(trials));
        let (lessons, questions) = (Some(lessons), Some(questions));
        let writer = Some(writer);
        Ok(Self { tasks, writer, wishes, works, lessons, questions, trials, scorer, answers })
    }

    /// Writes a decision down.
    pub fn save(&self, epoch: u64, event: Box<Event>) {
        self.give(Task::Save { epoch, event });
    }

    /// Remembers the place.
    pub fn remember(&self, cursor: Cursor) {
        self.give(Task::Remember(cursor));
    }

    /// Keeps the filters that have names.
    pub fn keep_filters(&self, filters: BTreeMap<String, String>) {
        self.give(Task::KeepFilters(filters));
    }

    /// Changes the journal of experiments, and reads it.
    pub fn log(&self, edit: LogEdit) {
        self.give(Task::Log(edit));
    }

    /// Remembers that the card of the first start was read.
    pub fn welcomed(&self) {
        self.give(Task::Welcomed);
    }

    /// Makes pictures ready; earlier wishes are forgotten.
    pub fn prepare(&self, keys: Vec<PictureKey>) {
        self.wishes.lock().keys = keys.into();
        self.wishes.changed.notify_all();
    }

    /// Works something out.
    pub fn work(&self, work: Box<Work>) {
        if let Some(works) = &self.works {
            // The thread ends only after `works` is dropped.
            let _ = works.send(work);
        }
    }

    /// Makes vectors of the examples.
    pub fn learn(&self, learning: Box<Learning>) {
        if let Some(lessons) = &self.lessons {
            let _ = lessons.send(learning);
        }
    }

    /// Answers what a screen asks.
    pub fn consider(&self, question: Box<Question>) {
        if let Some(questions) = &self.questions {
            let _ = questions.send(question);
        }
    }

    /// Asks the model about an example.
    pub fn ask(&self, asking: Box<Asking>) {
        if let Some(trials) = &self.trials {
            let _ = trials.send(asking);
        }
    }

    /// Looks for models that a split could be scored with.
    pub fn look_for_models(&self, generation: u64, split: Split) {
        self.scorer.look(generation, split);
    }

    /// Scores a split in the background.
    pub fn score(&self, order: Box<ScoreOrder>) {
        self.scorer.score(order);
    }

    /// An answer, if one is there.
    pub fn answer(&self) -> Option<Message> {
        self.answers.try_recv().ok()
    }

    /// The next answer, if one comes within `limit`.
    pub fn answer_within(&self, limit: Duration) -> Option<Message> {
        self.answers.recv_timeout(limit).ok()
    }

    /// Lets the writer finish what it was given, and a scoring end in order; returns the answers that nobody took yet.
    pub fn finish(mut self) -> Vec<Message> {
        self.close();
        self.answers.try_iter().collect()
    }

    fn close(&mut self) {
        self.scorer.hang_up();
        (self.tasks, self.works, self.lessons, self.questions) = (None, None, None, None);
        self.trials = None;
        self.wishes.lock().closed = true;
        self.wishes.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
        self.scorer.join();
    }

    fn give(&self, task: Task) {
        // The writer ends only after `tasks` is dropped.
        if let Some(tasks) = &self.tasks {
            let _ = tasks.send(task);
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
    }
}

/// What is read and written beside the store.
pub struct Files {
    /// The project, for data that is not on the desk.
    pub project: Arc<Project>,
    /// Where decisions are kept.
    pub dir: PathBuf,
    /// The user's marker of having read the card.
    pub welcome: Welcome,
}

impl Files {
    /// Decisions that are kept elsewhere, as for a replay, have a journal of their own there.
    fn log(&self, edit: LogEdit) -> Result<Box<ExperimentLog>, String> {
        let project = &self.project;
        let elsewhere = self.dir != project.data_dir();
        let file = if elsewhere { LogFile::in_dir(&self.dir, &self.dir) } else { project.log() };
        let read = file.edit(&whoami(), edit).and_then(|_| file.read());
        read.map(Box::new).map_err(|error| error.to_string())
    }
}

fn write_down(mut store: Store, files: &Files, tasks: &Receiver<Task>, answer: &Sender<Message>) {
    // Decisions made before the app knew of a failure rest on one that is not there: they are void.
    let mut epoch = 0;
    while let Ok(task) = tasks.recv() {
        match task {
            Task::Remember(cursor) => {
                // The place is a convenience: losing it is no reason to interrupt.
                let _ = cursor.save(&files.dir);
            }
            Task::Welcomed => {
                // At worst the card is shown again.
                let _ = files.welcome.remember();
            }
            Task::KeepFilters(filters) => {
                if let Err(error) = keep_filters(&files.dir, &filters) {
                    let _ = answer.send(Message::Failed(error.to_string()));
                }
            }
            Task::Log(edit) => {
                let _ = answer.send(Message::Logged(files.log(edit)));
            }
            Task::Save { epoch: sent, .. } if sent < epoch => {}
            Task::Save { epoch: sent, event } => {
                let message = match append(&mut store, &event) {
                    Ok(()) => Message::Saved { epoch: sent },
                    Err(reason) => {
                        epoch = sent + 1;
                        let ledger = store.events().ok().map(Ledger::replay).map(Box::new);
                        Message::SaveFailed { epoch: sent, reason, ledger }
                    }
                };
                let _ = answer.send(message);
            }
        }
    }
}

fn append(store: &mut Store, event: &Event) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| store.append(event))) {
        Ok(written) => written.map_err(|e| e.to_string()),
        Err(_) => Err("the store stopped inside".to_owned()),
    }
}

/// The cores for searches: all but the one that is left to the thread that draws.
fn pool() -> Option<rayon::ThreadPool> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = cores.saturating_sub(1).max(1);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()
}

fn work_out(works: &Receiver<Box<Work>>, answer: &Sender<Message>) {
    let pool = pool();
    let run = |work: &Work| match &pool {
        Some(pool) => pool.install(|| work.run()),
        None => work.run(),
    };
    while let Ok(work) = works.recv() {
        if work.cancelled.load(Ordering::Relaxed) {
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&work))).unwrap_or_default();
        let generation = work.generation;
        if answer.send(Message::Worked { generation, outcome }).is_err() {
            break;
        }
    }
}

fn consider(questions: &Receiver<Box<Question>>, project: &Arc<Project>, answer: &Sender<Message>) {
    let pool = pool();
    while let Ok(question) = questions.recv() {
        if question.progress.is_cancelled() {
            continue;
        }
        let generation = question.generation;
        let send = |answer, is_whole| Message::Considered { generation, answer, is_whole };
        // Where nobody takes the parts, nobody takes the whole either: the loop ends there.
        let mut partial = |shown| drop(answer.send(send(Ok(shown), false)));
        let run = || question.run(project, &mut partial);
        let answered = catch_unwind(AssertUnwindSafe(|| match &pool {
            Some(pool) => pool.install(run),
            None => run(),
        }));
        let stopped = "that could not be worked out: the program stopped inside";
        let Some(made) = answered.unwrap_or_else(|_| Some(Err(stopped.to_owned()))) else {
            continue;
        };
        if answer.send(send(made, true)).is_err() {
            break;
        }
    }
}

fn learn(
    lessons: &Receiver<Box<Learning>>,
    file: &dyn Fn(u32) -> PathBuf,
    answer: &Sender<Message>,
) {
    while let Ok(learning) = lessons.recv() {
        let made = catch_unwind(AssertUnwindSafe(|| learning.run(file))).unwrap_or_default();
        if answer.send(Message::Learnt(made)).is_err() {
            break;
        }
    }
}

fn make_ready(wishes: &Wishes, picture: &impl Fn(u32) -> PathBuf, answer: &Sender<Message>) {
    while let Some(key) = next_wish(wishes) {
        let made = catch_unwind(AssertUnwindSafe(|| {
            media::cells_of(&picture(key.row), key.cols, key.rows).map(Arc::new)
        }));
        let made = made.unwrap_or_else(|_| Err("the decoder stopped inside".to_owned()));
        if answer.send(Message::Picture(key, made)).is_err() {
            break;
        }
    }
}

fn next_wish(wishes: &Wishes) -> Option<PictureKey> {
    let mut list = wishes.lock();
    loop {
        if list.closed {
            return None;
        }
        if let Some(key) = list.keys.pop_front() {
            return Some(key);
        }
        list = wishes.changed.wait(list).unwrap_or_else(PoisonError::into_inner);
    }
}
