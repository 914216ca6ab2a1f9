//! The models of runs, and what was measured of them: for the goal and for the cost.
//!
//! Invariant: nothing is measured unless it is asked for, and what was measured before is used again.

use super::{FromProject, Watch};
use crate::analysis::Estimate;
use crate::analysis::goal::{Metric, Reading};
use crate::project::{Known, Machine, MeasuredModel, Project};
use crate::scoring::{Measurement, Step, model_bytes};
use serde::Serialize;

/// Bytes of a megabyte.
pub(super) const MEGABYTE: f64 = 1e6;
/// What a step of measuring takes of the whole, and what went before.
const STEPS: [(Step, f64, f64); 4] = [
    (Step::Reading, 0.1, 0.0),
    (Step::Loading, 0.1, 0.1),
    (Step::Single, 0.4, 0.2),
    (Step::AllCores, 0.4, 0.6),
];
/// Parts that the progress of one model is told in.
const PARTS: f64 = 1000.0;

/// Which models are to be measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Measure {
    /// None.
    #[default]
    No,
    /// Those that were not, or no longer are as they were.
    Missing,
    /// All.
    Again,
}

/// A run's model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelOf {
    /// The run.
    pub run: String,
    /// What was measured, if it holds.
    pub measured: Option<MeasuredModel>,
    /// Why nothing is known.
    pub unmeasured: Option<String>,
    /// Whether measuring would help.
    #[serde(skip)]
    pub can_be_measured: bool,
}

impl ModelOf {
    fn of(project: &Project, run: &str, machine: &Machine) -> Self {
        let run = run.to_owned();
        let nothing = |why: String, can_be_measured| Self {
            run: run.clone(),
            measured: None,
            unmeasured: Some(why),
            can_be_measured,
        };
        match project.known_of_model(&run, machine) {
            Known::Measured(measured) => {
                Self { run, measured: Some(*measured), unmeasured: None, can_be_measured: true }
            }
            Known::Unmeasured(why) => nothing(why.to_owned(), true),
            Known::Impossible(why) => nothing(why, false),
        }
    }

    /// The numbers.
    pub fn numbers(&self) -> Option<&Measurement> {
        self.measured.as_ref().map(|measured| &measured.numbers)
    }

    /// Its value of a metric that is measured.
    pub fn reading(&self, project: &Project, metric: Metric) -> Option<Reading> {
        if metric == Metric::ModelSize && self.measured.is_none() {
            // That needs no measuring.
            let bytes = model_bytes(&project.model_of(&self.run)?)?;
            return Reading::exact(bytes as f64 / MEGABYTE);
        }
        let numbers = self.numbers()?;
        let n = numbers.latency.n;
        match metric {
            Metric::Latency => Reading::estimate(numbers.latency.p50, n),
            Metric::LatencyP90 => Reading::estimate(numbers.latency.p90, n),
            Metric::Throughput => {
                let many = numbers.throughput?;
                let Estimate { low, high, .. } = many.ms;
                let (low, high) = (1000.0 / high, 1000.0 / low);
                let estimate = Estimate { value: many.per_second(), low, high };
                let value = Reading::exact(many.per_second());
                Reading::estimate(estimate, many.examples).or(value)
            }
            Metric::Memory => Reading::exact(numbers.memory?.peak as f64 / MEGABYTE),
            Metric::ModelSize => Reading::exact(numbers.bytes as f64 / MEGABYTE),
            _ => None,
        }
    }
}

/// The models of some runs.
#[derive(Debug, Clone, Serialize)]
pub struct Models {
    /// This machine.
    pub machine: Machine,
    /// By run, in the order given.
    pub models: Vec<ModelOf>,
}

impl Models {
    /// What is known of them.
    pub fn of(project: &Project, runs: &[String]) -> Self {
        let machine = Machine::this();
        let models = runs.iter().map(|run| ModelOf::of(project, run, &machine)).collect();
        Self { machine, models }
    }

    /// A run's.
    pub fn get(&self, run: &str) -> Option<&ModelOf> {
        self.models.iter().find(|model| model.run == run)
    }

    /// Whether measuring would tell more.
    pub fn is_lacking(&self) -> bool {
        self.models.iter().any(|model| model.measured.is_none() && model.can_be_measured)
    }

    /// Measures what is asked for, one model after the other; `after` sees what is known before the first and after
    /// each. A
    /// model that can't be measured says why, and the others are measured all the same.
    pub fn measure(
        &mut self,
        from: &FromProject,
        which: Measure,
        watch: &mut Watch<'_>,
        after: &mut dyn FnMut(&Self, &mut Watch<'_>),
    ) {
        let is_due = |model: &ModelOf| match which {
            Measure::No => false,
            Measure::Missing => model.can_be_measured && model.measured.is_none(),
            Measure::Again => model.can_be_measured,
        };
        let due: Vec<usize> =
            (0..self.models.len()).filter(|&at| is_due(&self.models[at])).collect();
        if !due.is_empty() {
            after(self, watch);
        }
        for (place, &at) in due.iter().enumerate() {
            if watch.progress.is_cancelled() {
                return;
            }
            let run = self.models[at].run.clone();
            let tell = |step: Step, share: f64| {
                let (_, weight, before) =
                    STEPS.into_iter().find(|(s, ..)| *s == step).unwrap_or(STEPS[0]);
                let parts = (place as f64 + before + weight * share) * PARTS;
                watch.progress.at(parts as usize, due.len() * PARTS as usize);
            };
            match measured(from, &run, &tell, watch) {
                Ok(measured) => {
                    self.models[at].measured = Some(measured);
                    self.models[at].unmeasured = None;
                }
                Err(why) => {
                    self.models[at].unmeasured = Some(why);
                    self.models[at].can_be_measured = false;
                }
            }
            after(self, watch);
        }
    }

    /// How they were measured, and what is not measured and what to do about it, for people.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let days: std::collections::BTreeSet<String> =
            self.models.iter().filter_map(|model| Some(day(model.measured.as_ref()?.at))).collect();
        if !days.is_empty() {
            let days = days.into_iter().collect::<Vec<_>>().join(", ");
            notes.push(format!("Measured on this machine, {days}."));
        }
        for model in &self.models {
            if let Some(why) = &model.unmeasured {
                notes.push(format!("{}: {why}", model.run));
            }
            if model.numbers().is_some_and(was_busy) {
                notes.push(format!(
                    "{}: all cores do less than half of what one core promises; was the machine busy? \
                     --again measures again",
                    model.run
                ));
            }
        }
        notes
    }
}

/// Whether all cores did less than half of what as many single threads should, reading included.
fn was_busy(numbers: &Measurement) -> bool {
    let Some(many) = numbers.throughput else { return false };
    let alone = numbers.latency.p50.value + numbers.read.p50.value;
    many.ms.value * many.threads as f64 > 2.0 * alone
}

fn measured(
    from: &FromProject,
    run: &str,
    tell: &dyn Fn(Step, f64),
    watch: &Watch<'_>,
) -> Result<MeasuredModel, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    from.project
        .measure_model(run, from.examples(), &program, tell, watch.progress.cancelled())
        .map_err(|error| error.to_string().replace("\n  ", "; "))
}

/// A day, UTC.
fn day(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| "?".to_owned(), |at| at.to_string().chars().take(10).collect())
}
