//! Scoring the split with another model, in the background: which model, how far it is, what came of it.
//!
//! Invariant: at most one scoring goes on. What comes of it is only ever said: it moves nothing, opens nothing,
//! and no run that is there is replaced.

use super::{App, Confirm, Deed, Effect, Mode, Pick, PickKind, PromptKind, Status, say};
use crate::dataset::Split;
use crate::insight::View;
use crate::media::text;
use crate::project::{ModelChoice, ModelFile, ScoreOutcome, Scoring};
use crate::tui::command::Command;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Columns of a run's name beside how far it is.
const NAME: usize = 12;

/// A scoring that is to be done.
#[derive(Debug, Clone)]
pub struct ScoreOrder {
    /// Comes back with what is said of it.
    pub generation: u64,
    /// The model's file, as it was typed or chosen.
    pub model: String,
    /// The name of the run.
    pub run: String,
    /// The split.
    pub split: Split,
    /// The run that it is held against.
    pub against: String,
    /// Set when it is to end.
    pub cancelled: Arc<AtomicBool>,
}

impl PartialEq for ScoreOrder {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

/// What is said of a scoring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scored {
    /// How far it is.
    At(Scoring),
    /// The run is there.
    Done(ScoreOutcome),
    /// It was stopped; what is done is kept.
    Stopped,
    /// Why not, in lines.
    Failed(String),
}

/// A scoring that goes on.
#[derive(Debug)]
struct Running {
    order: ScoreOrder,
    /// How far it is.
    at: Option<Scoring>,
    /// When the first of it was told, and when the last.
    told: Option<(u64, u64)>,
}

/// A scoring that came to nothing, until somebody has read why.
#[derive(Debug)]
struct Failure {
    run: String,
    why: String,
}

/// What is known of models and scorings.
#[derive(Debug, Default)]
pub(super) struct Scorer {
    /// The models to choose from, once they were looked for.
    choice: ModelChoice,
    /// The number of the search for them that is awaited.
    looking: Option<u64>,
    /// The model that is chosen, while its run is named.
    chosen: String,
    running: Option<Running>,
    failure: Option<Failure>,
    /// What came of the last one, until it is looked at: keys that are pressed one after the other leave no time to
    /// read the status.
    news: Option<String>,
    /// What was stopped, and can be gone on with.
    stopped: Option<(String, String)>,
    /// Runs that were made since the start: what screens say of all runs is older then.
    pub made: u64,
}

impl Running {
    fn is_stopping(&self) -> bool {
        self.order.cancelled.load(Ordering::Relaxed)
    }

    /// ` 34 %`, once it is known.
    fn percent(&self) -> String {
        let share = |at: Scoring| 100 * at.done / at.of.max(1);
        self.at.map_or_else(String::new, |at| format!(" {} %", share(at)))
    }

    /// Examples in a second, since the first of it was told.
    fn rate(&self) -> Option<f64> {
        let (at, (first, last)) = (self.at?, self.told?);
        let seconds = last.saturating_sub(first) as f64 / 1000.0;
        let done = at.done.saturating_sub(at.resumed) as f64;
        (seconds > 0.0 && done > 0.0).then(|| done / seconds)
    }

    /// `v2 34 % · 1240/s · 3 min left`
    fn line(&self) -> String {
        let (name, percent) = (text::fit(&self.order.run, NAME), self.percent());
        if self.is_stopping() {
            return format!("{name}{percent} · stopping");
        }
        let Some((rate, at)) = self.rate().zip(self.at) else {
            return format!("{name}{percent} · starting");
        };
        let minutes = at.of.saturating_sub(at.done) as f64 / rate / 60.0;
        let left = if minutes < 1.0 { "<1 min".to_owned() } else { say::minutes(minutes) };
        format!("{name}{percent} · {rate:.0}/s · {left} left")
    }
}

impl App {
    /// How far the scoring in the background is, or what came of it.
    pub fn scoring(&self) -> Option<String> {
        let running = self.scorer.running.as_ref().map(Running::line);
        running.or_else(|| self.scorer.news.clone())
    }

    /// The run that was being scored when the review was left, or was stopped, and its model.
    pub fn stopped_scoring(&self) -> Option<(&str, &str)> {
        self.scorer.stopped.as_ref().map(|(run, model)| (run.as_str(), model.as_str()))
    }

    /// Whether models to choose from are being looked for.
    pub fn is_looking(&self) -> bool {
        self.scorer.looking.is_some()
    }

    /// A model that can be chosen.
    pub fn model_file(&self, at: usize) -> Option<&ModelFile> {
        self.scorer.choice.files.get(at)
    }

    /// What the command of scoring means now: choose a model, stop what goes on, or read why nothing came of it.
    pub(super) fn score(&mut self) -> Vec<Effect> {
        self.scorer.news = None;
        if let Some(running) = &self.scorer.running {
            if running.is_stopping() {
                return self.nothing("it is being stopped");
            }
            let question = format!("scoring {}{}: stop it?", running.order.run, running.percent());
            let detail = "what is done is kept: the same model goes on with it".to_owned();
            let deed = Deed::StopScoring;
            return self.open(Mode::Confirm(Confirm { question, detail, deed, by: None }));
        }
        if let Some(Failure { run, why }) = self.scorer.failure.take() {
            let question = format!("{run} was not scored. Choose a model again?");
            let (detail, deed) = (why.replace("\n  ", "; "), Deed::ChooseModel);
            return self.open(Mode::Confirm(Confirm { question, detail, deed, by: None }));
        }
        self.choose_model()
    }

    pub(super) fn choose_model(&mut self) -> Vec<Effect> {
        self.generation += 1;
        // What was found before is not shown: the lines must not change under the cursor.
        (self.scorer.looking, self.scorer.choice) = (Some(self.generation), ModelChoice::default());
        self.open_picker(PickKind::Model, vec![]);
        vec![Effect::LookForModels(self.generation, self.desk.examples().split)]
    }

    /// The models were found.
    pub(super) fn found_models(&mut self, generation: u64, choice: ModelChoice) -> Vec<Effect> {
        if self.scorer.looking != Some(generation) {
            return vec![];
        }
        (self.scorer.looking, self.scorer.choice) = (None, choice);
        if matches!(&self.mode, Mode::Picker(picker) if picker.kind == PickKind::Model) {
            self.find_picks();
        }
        vec![]
    }

    /// The models whose path holds all words, then the file of that very path.
    pub(super) fn models_like(&self, typed: &str) -> Vec<Pick> {
        let lower = typed.to_lowercase();
        let holds = |path: &str| lower.split_whitespace().all(|word| path.contains(word));
        let files = self.scorer.choice.files.iter();
        let found = files.enumerate().filter(|(_, file)| holds(&file.path.to_lowercase()));
        let is_listed = self.scorer.choice.files.iter().any(|file| file.path == typed);
        let other = (!typed.is_empty() && !is_listed).then_some(Pick::ModelFile);
        found.map(|(at, _)| Pick::Model(at)).chain(other).collect()
    }

    /// Asks what the run of a chosen model is to be called.
    pub(super) fn name_run(&mut self, model: &str) -> Vec<Effect> {
        if self.scorer.chosen != model {
            self.drafts.retain(|draft| draft.kind != PromptKind::RunName);
            model.clone_into(&mut self.scorer.chosen);
        }
        let name = self.scorer.choice.name_for(model);
        self.open_prompt(PromptKind::RunName, 0, &name)
    }

    /// Begins.
    ///
    /// # Errors
    /// A name that can't be that of a new run.
    pub(super) fn begin_scoring(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        let run = name.trim().to_owned();
        self.scorer.choice.check_name(&run)?;
        self.generation += 1;
        let order = ScoreOrder {
            generation: self.generation,
            model: self.scorer.chosen.clone(),
            split: self.desk.examples().split,
            against: self.desk.run().name.clone(),
            cancelled: Arc::new(AtomicBool::new(false)),
            run,
        };
        let stops = self.keymap.key_of(Command::Score);
        let said = format!("scoring {} in the background; {stops} stops it", order.run);
        self.scorer.running = Some(Running { order: order.clone(), at: None, told: None });
        self.scorer.stopped = None;
        self.nothing(&said);
        Ok(vec![Effect::Score(Box::new(order))])
    }

    pub(super) fn stop_scoring(&mut self) -> Vec<Effect> {
        if let Some(running) = &self.scorer.running {
            running.order.cancelled.store(true, Ordering::Relaxed);
        }
        vec![]
    }

    /// Something is said of a scoring.
    pub(super) fn scored(&mut self, generation: u64, scored: Scored) -> Vec<Effect> {
        let now = self.now;
        let running = self.scorer.running.as_mut();
        let Some(running) = running.filter(|running| running.order.generation == generation) else {
            return vec![];
        };
        if let Scored::At(scoring) = scored {
            running.at = Some(scoring);
            running.told = Some((running.told.map_or(now, |(first, _)| first), now));
            return vec![];
        }
        let Some(running) = self.scorer.running.take() else { return vec![] };
        self.status = self.outcome(running, scored);
        vec![]
    }

    /// The comparison is opened, which shows the new run.
    pub(super) fn saw_new_run(&mut self) {
        self.scorer.news.take_if(|_| self.scorer.failure.is_none());
    }

    /// What came of it.
    fn outcome(&mut self, running: Running, scored: Scored) -> Status {
        let percent = running.percent();
        let ScoreOrder { run, model, against, .. } = running.order;
        match scored {
            Scored::Done(outcome) => {
                self.scorer.made += 1;
                self.compare_next(&run);
                let key = self.keymap.key_of(Command::View(View::Compare));
                self.scorer.news = Some(format!("{} scored · {key}", text::fit(&run, NAME)));
                Status::hint(done(&run, &against, &outcome) + &format!("; {key} compares"))
            }
            Scored::Failed(why) => {
                let first = why.lines().next().unwrap_or_default();
                let key = self.keymap.key_of(Command::Score);
                self.scorer.news = Some(format!("{} not scored · {key}", text::fit(&run, NAME)));
                let text = format!("{run}: {first}");
                self.scorer.failure = Some(Failure { run, why });
                Status::trouble(text)
            }
            Scored::Stopped | Scored::At(_) => {
                let at = if percent.is_empty() { String::new() } else { format!(" at{percent}") };
                let text = format!("{run} was stopped{at}; what is done is kept");
                self.scorer.stopped = Some((run, model));
                Status::hint(text)
            }
        }
    }
}

/// `v2 is scored: error 12.2 % (v1 15.9 %)`
fn done(run: &str, against: &str, outcome: &ScoreOutcome) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let beside = outcome.against.map(|error| format!(" ({against} {})", percent(error)));
    let failed = match outcome.failed {
        0 => String::new(),
        failed => format!(", {failed} without a prediction"),
    };
    format!("{run} scored: error {}{}{failed}", percent(outcome.error), beside.unwrap_or_default())
}

#[cfg(test)]
#[path = "scoring_tests.rs"]
mod tests;
