//! What to do next: interventions ranked from the evidence on the other screens, and what was tried.

mod collect;
pub mod log;

use super::{
    Cell, Enter, Field, Input, Insight, Page, Sheet, View, Watch, field, in_csv, interval_of,
};
use crate::analysis::Estimate;
use crate::analysis::next::{
    Evidence, Intervention, OVERLAP, Plan, Screen, Tried, change, plan, points, same_key,
};
use crate::project::{ExperimentLog, Project};
use crate::report::{count, percent};
use anyhow::{Result, anyhow};
use collect::Collector;
use serde::Serialize;
use std::sync::Arc;

/// What can be chosen on the screen: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask;

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    title: String,
    #[serde(flatten)]
    plan: Plan,
    /// Why gains are no sum.
    overlap: &'static str,
    /// What could not be learnt, and why.
    problems: Vec<String>,
    /// Experiments that run.
    running: usize,
    #[serde(skip)]
    experiments: log::Report,
    /// What it was made from.
    #[serde(skip)]
    evidence: Evidence,
    /// Those of `problems` that are not the journal's.
    #[serde(skip)]
    failures: Vec<String>,
    #[serde(skip)]
    project: Arc<Project>,
}

/// Ranks what can be done. What takes time comes behind: each part is told as it is known.
///
/// # Errors
/// No project, another split than dev, or a journal that can't be read.
pub fn answer(input: &Input, _ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("the next step is a project's"))?;
    let file = from.project.log();
    let first = file.read()?;
    let mut collector = Collector::new(input, &first.journal)?;
    loop {
        // Read anew each time: it may be written to meanwhile.
        let (evidence, failures) = (collector.evidence.clone(), collector.problems.clone());
        let report = Report::new(&from.project, &input.title, evidence, failures, &file.read()?);
        let (done, total) = collector.progress();
        if done == total || !watch.progress.at(done, total) {
            return Ok(report);
        }
        (watch.partial)(Insight::Next(Box::new(report)));
        collector.step();
    }
}

impl Report {
    fn new(
        project: &Arc<Project>,
        title: &str,
        evidence: Evidence,
        failures: Vec<String>,
        log: &ExperimentLog,
    ) -> Self {
        let journal = &log.journal;
        let told = log.problems.iter().map(ToString::to_string);
        Self {
            title: title.to_owned(),
            plan: plan(&evidence, journal),
            overlap: OVERLAP,
            problems: told.chain(failures.iter().cloned()).collect(),
            running: journal.experiments.iter().filter(|e| !e.is_finished()).count(),
            experiments: log::Report::of(journal),
            evidence,
            failures,
            project: project.clone(),
        }
    }

    /// The same with what the journal says now. Takes no time.
    #[must_use]
    pub fn with_log(&self, log: &ExperimentLog) -> Self {
        let (evidence, failures) = (self.evidence.clone(), self.failures.clone());
        Self::new(&self.project, &self.title, evidence, failures, log)
    }

    /// What can be done, and what is not known.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether an intervention has this key.
    pub fn has(&self, key: &str) -> bool {
        self.plan.interventions.iter().any(|found| same_key(&found.key, key))
    }

    /// The journal of what was tried.
    pub fn experiments(&self) -> &log::Report {
        &self.experiments
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for intervention in &self.plan.interventions {
            match enter(intervention) {
                Some(enter) => sheet.row_into(cells(intervention), enter),
                None => sheet.row(cells(intervention)),
            }
        }
        let mut page = Page::new(self.title.clone(), sheet);
        page.head.extend(self.head());
        let typed = |command: &str| self.project.command(command);
        page.notes(self.first_steps(&typed)).notes(self.remarks(&typed))
    }

    fn head(&self) -> Vec<String> {
        let Plan { dev, error, interventions, with_cost, .. } = &self.plan;
        let error = format!(
            "dev error {}, {} of {}",
            percent(error.share),
            count(dev.errors),
            count(dev.examples)
        );
        let order = match (interventions.len(), *with_cost) {
            (0, _) => return vec![error],
            (_, 0) => {
                "by what they can bring at most; a cost in days ranks by gain a day".to_owned()
            }
            (all, known) if all == known => "by gain a day".to_owned(),
            (all, known) => {
                format!("by gain a day; the {} without a cost behind, by gain", all - known)
            }
        };
        vec![error, format!("ranked {order}")]
    }

    /// The first interventions in sentences.
    fn first_steps(&self, typed: &dyn Fn(&str) -> String) -> Vec<String> {
        const TOLD: usize = 3;
        let steps = (1..).zip(self.plan.interventions.iter().take(TOLD));
        steps.flat_map(|(rank, found)| told(rank, found, typed)).collect()
    }

    /// What should be known beside the ranks; `typed` makes of a command how it is typed.
    pub fn remarks(&self, typed: &dyn Fn(&str) -> String) -> Vec<String> {
        let plan = &self.plan;
        let mut lines: Vec<String> = plan.cautions.clone();
        if plan.interventions.len() > 1 {
            lines.push(OVERLAP.to_owned());
        }
        if !plan.missing.is_empty() {
            lines.push("what would show more:".to_owned());
        }
        for missing in &plan.missing {
            let command = missing.command.as_ref().map(|c| format!(" ({})", typed(c)));
            lines.push(format!("  {}{}", missing.text, command.unwrap_or_default()));
        }
        if !plan.pending.is_empty() {
            let names: Vec<&str> = plan.pending.iter().map(|screen| screen.name()).collect();
            lines.push(format!("still being computed: {}", names.join(", ")));
        }
        match self.running {
            0 => {}
            1 => lines.push(format!("1 experiment runs: {}", typed("log"))),
            n => {
                let log = typed("log");
                lines.push(format!("{} experiments run: {log}", count(n)));
            }
        }
        lines.extend(self.problems.iter().cloned());
        lines
    }
}

const FIELDS: [Field; 16] = [
    in_csv("key"),
    field("what", "kind"),
    field("with", "about"),
    in_csv("title"),
    field("at most", "at_most"),
    interval_of("at_most").spare(),
    field("expected", "expected").spare(),
    in_csv("expected_low"),
    in_csv("expected_high"),
    field("days", "days"),
    field("a day", "per_day"),
    field("tried", "tried"),
    in_csv("evidence"),
    in_csv("first"),
    in_csv("command"),
    in_csv("filter"),
];

fn cells(found: &Intervention) -> Vec<Cell> {
    let Estimate { value, low, high } = found.at_most;
    let expected = found.expected.as_ref().map(|expected| expected.gain);
    let number = |x: Option<f64>| x.map_or(Cell::None, Cell::Number);
    let share = |x: Option<f64>| x.map_or(Cell::None, Cell::Share);
    let evidence =
        found.evidence.iter().map(|proof| format!("{}: {}", proof.screen.name(), proof.text));
    vec![
        found.key.as_str().into(),
        found.kind.name().into(),
        found.about.as_str().into(),
        found.title.as_str().into(),
        Cell::Share(value),
        if low < high { Cell::Range(low, high) } else { Cell::None },
        share(expected.map(|gain| gain.value)),
        number(expected.map(|gain| gain.low)),
        number(expected.map(|gain| gain.high)),
        number(found.days),
        share(found.per_day),
        tried(&found.tried).into(),
        evidence.collect::<Vec<_>>().join("; ").into(),
        found.first.as_str().into(),
        Cell::from(found.command.clone()),
        Cell::from(found.filter.clone()),
    ]
}

/// What came of the last experiment with it, and how many there were.
fn tried(all: &[Tried]) -> String {
    let Some(last) = all.last() else { return "–".to_owned() };
    let outcome = log::outcome(last);
    if all.len() == 1 { outcome.to_owned() } else { format!("{outcome}, {} times", all.len()) }
}

/// The examples it is about, else the screen that speaks for it.
fn enter(found: &Intervention) -> Option<Enter> {
    let view = |screen| match screen {
        Screen::Tally => View::Tally,
        Screen::Confusion => View::Confusion,
        Screen::Slices => View::Slices,
        Screen::LabelIssues => View::LabelIssues,
        Screen::Calibration => View::Calibration,
        Screen::Bottleneck => View::Bottleneck,
        Screen::Compare => View::Compare,
        Screen::Shift => View::Shift,
        Screen::Goal => View::Goal,
    };
    let filter = found.filter.clone().map(Enter::Errors);
    // The screen with the most to say of it comes last.
    filter.or_else(|| found.evidence.last().map(|proof| Enter::View(view(proof.screen))))
}

/// An intervention in sentences; `typed` makes of a command how it is typed.
pub fn told(rank: usize, found: &Intervention, typed: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut lines = vec![format!("{rank}. {}", found.title)];
    for proof in &found.evidence {
        lines.push(format!("   {}: {}", proof.screen.name(), proof.text));
    }
    if let Some(expected) = &found.expected {
        let gain = points(expected.gain);
        lines.push(format!("   {gain} {}", expected.condition));
    }
    lines.extend(found.beside.iter().map(|beside| format!("   {beside}")));
    let command = found.command.as_ref().map(|c| format!(": {}", typed(c)));
    lines.push(format!("   first: {}{}", found.first, command.unwrap_or_default()));
    for tried in &found.tried {
        lines.push(format!("   tried: {} {}", tried.id, came_of(tried)));
    }
    lines
}

/// What came of an experiment, with its numbers.
fn came_of(tried: &Tried) -> String {
    let outcome = log::outcome(tried);
    match tried.effect {
        Some(effect) => format!("{outcome}, error {}", change(effect.difference)),
        None => outcome.to_owned(),
    }
}
