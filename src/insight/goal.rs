//! The goal: which runs keep its thresholds, by how much, and which of them is the best.

use super::models::{Measure, Models};
use super::{
    Cell, Enter, Field, FromProject, Input, Page, Sheet, View, Watch, field, in_csv, interval_of,
};
use crate::analysis::Labelled;
use crate::analysis::goal::{
    Check, Goal, Metric, Reading, Standing, Standings, State, Subject, Unit, readings, slice_error,
    standings,
};
use crate::dataset::{Run, Split};
use crate::find::{Data, Filter, Names};
use crate::ingest::{FILE_NAME, IngestError};
use crate::store::load_filters;
use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// The only run; all that have the split if `None`.
    pub only: Option<String>,
    /// Which models are to be measured first.
    pub measure: Measure,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    title: String,
    split: Split,
    /// `None` without a goal.
    #[serde(flatten)]
    standings: Option<Standings>,
    /// The best run of those that keep all thresholds.
    best: Option<String>,
    #[serde(flatten)]
    models: Option<Models>,
    /// The run whose errors can be walked.
    #[serde(skip)]
    here: String,
}

/// What to write where there is no goal.
pub const EXAMPLE: [&str; 7] = [
    "[goal]",
    "optimise = \"accuracy\"",
    "macro_f1 = \">= 0.85\"",
    "latency_ms = \"<= 5\"",
    "model_size_mb = \"<= 10\"",
    "[goal.slices]",
    "\"conf>0.9\" = \"<= 0.05\"",
];

/// The values of one run.
struct Values {
    metrics: BTreeMap<Metric, Reading>,
    slices: BTreeMap<String, Reading>,
}

/// Holds the runs of the project against its goal, over the examples of `input`.
///
/// # Errors
/// No such run, data that can't be used, or a slice whose filter is none.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("a goal is that of a project"))?;
    let split = from.examples().split;
    let empty = Report {
        title: input.title.clone(),
        split,
        standings: None,
        best: None,
        models: None,
        here: from.shared.run().name.clone(),
    };
    let Some(goal) = &from.project.config().goal else { return Ok(empty) };
    let runs = runs(from, ask)?;
    let filters = filters(goal, from)?;
    let mut values = BTreeMap::new();
    for (done, run) in runs.iter().enumerate() {
        if !watch.progress.at(done, runs.len()) {
            bail!("cancelled");
        }
        values.insert(run.as_str(), values_of(goal, input, from, run, &filters, watch)?);
    }
    let report = |models: &Models| {
        let standings = hold(goal, from, &runs, &values, models);
        let best = standings.best.and_then(|at| Some(standings.runs.get(at)?.run.clone()));
        Report { standings: Some(standings), best, models: Some(models.clone()), ..empty.clone() }
    };
    let mut models = Models::of(&from.project, &runs);
    if ask.measure != Measure::No && goal.metrics().any(Metric::is_measured) {
        let mut after = |models: &Models, watch: &mut Watch<'_>| {
            (watch.partial)(super::Insight::Goal(Box::new(report(models))));
        };
        models.measure(from, ask.measure, watch, &mut after);
    }
    Ok(report(&models))
}

/// The names of the runs that have the split.
fn runs(from: &FromProject, ask: &Ask) -> Result<Vec<String>> {
    let split = from.examples().split;
    if let Some(only) = &ask.only {
        return Ok(vec![from.project.run_name(Some(only), split)?]);
    }
    let runs = from.project.runs()?;
    Ok(runs.into_iter().filter(|r| r.splits.contains(&split)).map(|r| r.name).collect())
}

/// The slices' filters.
fn filters<'a>(goal: &'a Goal, from: &FromProject) -> Result<Vec<(&'a str, Filter)>> {
    if goal.slices.is_empty() {
        return Ok(vec![]);
    }
    let shared = &from.shared;
    let names = Names {
        classes: &shared.snapshot.classes,
        tags: shared.tags(),
        columns: &from.examples().metadata,
    };
    let saved = load_filters(&from.project.data_dir())?;
    let filter = |text: &'a String| {
        let filter = Filter::parse_with(text, &saved, &names).map_err(|error| {
            let file = from.project.root().join(FILE_NAME);
            let part = text.get(error.at.clone()).filter(|part| !part.is_empty());
            let at = part.map_or_else(String::new, |part| format!(" at {part:?}"));
            let what = format!("[goal.slices] {text:?}{at}: {}", error.what);
            let remedy = if error.remedy.is_empty() {
                "slices are written as filters: / in the review tries them"
            } else {
                &error.remedy
            };
            IngestError::new(&file, what, remedy)
        })?;
        Ok((text.as_str(), filter))
    };
    goal.slices.keys().map(filter).collect()
}

fn values_of(
    goal: &Goal,
    input: &Input,
    from: &FromProject,
    run: &str,
    filters: &[(&str, Filter)],
    watch: &Watch<'_>,
) -> Result<Values> {
    let shared = &from.shared;
    let run: Cow<'_, Run> = if run == shared.run().name {
        Cow::Borrowed(shared.run())
    } else {
        Cow::Owned(from.project.run(run, from.examples().split, from.examples())?)
    };
    let labelled = Labelled::new(&run.probs, &input.labels)?;
    let metrics = readings(goal, labelled, run.predictions())?;
    let rows: Vec<u32> = (0..from.examples().len() as u32).collect();
    let data = Data {
        examples: from.examples(),
        run: &run,
        classes: &shared.snapshot.classes,
        reviews: &shared.snapshot.reviews,
        marked: &BTreeSet::new(),
    };
    let mut slices = BTreeMap::new();
    for (text, filter) in filters {
        let rows = filter.select(&data, &rows, watch.progress.cancelled());
        let rows = rows.ok_or_else(|| anyhow!("cancelled"))?;
        let error = slice_error(&input.labels, run.predictions(), &rows);
        slices.extend(error.map(|error| ((*text).to_owned(), error)));
    }
    Ok(Values { metrics, slices })
}

fn hold(
    goal: &Goal,
    from: &FromProject,
    runs: &[String],
    values: &BTreeMap<&str, Values>,
    models: &Models,
) -> Standings {
    let value = |run: &str, subject: &Subject| match subject {
        Subject::Slice(slice) => values.get(run)?.slices.get(slice).copied(),
        Subject::Metric(metric) if metric.is_measured() => {
            models.get(run)?.reading(&from.project, *metric)
        }
        Subject::Metric(metric) => values.get(run)?.metrics.get(metric).copied(),
    };
    standings(goal, runs.iter().map(String::as_str), &value)
}

const FIELDS: [Field; 9] = [
    field("run", "run"),
    field("threshold", "threshold"),
    field("bound", "bound"),
    field("value", "value"),
    interval_of("value").spare(),
    field("margin", "margin"),
    in_csv("of_room"),
    in_csv("examples"),
    field("", "state"),
];
/// Runs that have a line of their own above the table.
const MOST_RUNS: usize = 6;

impl Report {
    /// How the runs stand; `None` without a goal.
    pub fn standings(&self) -> Option<&Standings> {
        self.standings.as_ref()
    }

    /// The best run of those that keep all thresholds.
    pub fn best(&self) -> Option<&str> {
        self.best.as_deref()
    }

    /// Whether it is about what is measured of models.
    pub fn asks_for_measurements(&self) -> bool {
        self.standings.iter().any(|standings| {
            let checks = standings.runs.iter().flat_map(|run| &run.checks);
            let mut metrics = checks.map(|check| check.subject.metric());
            standings.optimise.is_measured() || metrics.any(Metric::is_measured)
        })
    }

    /// Whether measuring would tell more.
    pub fn is_lacking(&self) -> bool {
        let asks =
            |check: &Check| check.state == State::Unknown && check.subject.metric().is_measured();
        let runs = self.standings.iter().flat_map(|standings| &standings.runs);
        runs.flat_map(|run| &run.checks).any(asks)
            && self.models.as_ref().is_some_and(Models::is_lacking)
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut page = Page { head: vec![self.title.clone()], ..Page::default() };
        let Some(standings) = &self.standings else {
            return page
                .note("No goal yet. Write what you want of a run into gaffe.toml, such as:")
                .note("")
                .notes(EXAMPLE.map(|line| format!("  {line}")))
                .note("")
                .note(format!("Thresholds: {}.", Metric::names().collect::<Vec<_>>().join(", ")));
        };
        page.head.extend(self.head(standings));
        let mut sheet = Sheet::new(&FIELDS);
        for run in &standings.runs {
            for check in &run.checks {
                sheet.row_into(cells(&run.run, check), self.enter(&run.run, check));
            }
        }
        page.sheets.push((String::new(), sheet));
        page.notes(self.explain(standings))
    }

    /// The run's errors in a slice, or all of them; what is measured leads to the cost. Another run's errors
    /// can't be walked from here: the command that can is told.
    fn enter(&self, run: &str, check: &Check) -> Enter {
        let is_here = run == self.here;
        match &check.subject {
            Subject::Metric(metric) if metric.is_measured() => Enter::View(View::Cost),
            Subject::Metric(_) if is_here => Enter::Errors(String::new()),
            Subject::Metric(_) => Enter::Elsewhere(review_of(run, None)),
            Subject::Slice(filter) if is_here => Enter::Errors(filter.clone()),
            Subject::Slice(filter) => Enter::Elsewhere(review_of(run, Some(filter))),
        }
    }

    fn head(&self, standings: &Standings) -> Vec<String> {
        let optimise = standings.optimise;
        let mut lines: Vec<String> = Vec::new();
        for run in standings.runs.iter().take(MOST_RUNS) {
            let value = run.optimised.map_or_else(
                || "unknown".to_owned(),
                |reading| value_cell(optimise, reading.value).shown(),
            );
            let best = if self.best.as_deref() == Some(&run.run) { "; the best" } else { "" };
            lines.push(format!("{}: {}; {optimise} {value}{best}", run.run, verdict(run)));
        }
        if standings.runs.len() > MOST_RUNS {
            lines.push(format!("and {} more runs", standings.runs.len() - MOST_RUNS));
        }
        lines
    }

    fn explain(&self, standings: &Standings) -> Vec<String> {
        let has = |state: State| {
            standings.runs.iter().flat_map(|run| &run.checks).any(|check| check.state == state)
        };
        let mut notes = Vec::new();
        if standings.runs.iter().all(|run| run.checks.is_empty()) {
            notes
                .push("The goal has no threshold: add some under [goal] in gaffe.toml.".to_owned());
        }
        if has(State::Open) {
            notes
                .push("open: not sure, the interval contains the bound; the value decides.".into());
        }
        if let Some(models) = self.models.as_ref().filter(|_| self.asks_for_measurements()) {
            notes.extend(models.notes());
            if self.is_lacking() {
                notes.push("Not measured yet: gaffe goal --measure".to_owned());
            }
        }
        notes
    }
}

/// The command that reviews a run's errors.
pub(super) fn review_of(run: &str, filter: Option<&str>) -> String {
    let quoted = |text: &str| format!(" --filter '{}'", text.replace('\'', r"'\''"));
    format!("gaffe review --run {run}{}", filter.map_or_else(String::new, quoted))
}

/// Whether a run keeps the thresholds, in words.
pub fn verdict(run: &Standing) -> String {
    let all = run.checks.len();
    let count = |holds: Option<bool>| run.checks.iter().filter(|c| c.holds == holds).count();
    let (missed, unknown) = (count(Some(false)), count(None));
    match (missed, unknown) {
        (0, 0) => format!("meets all {all}"),
        (0, _) => format!("{unknown} of {all} unknown"),
        (_, 0) => format!("misses {missed} of {all}"),
        _ => format!("misses {missed} of {all}, {unknown} unknown"),
    }
}

/// What a threshold is on, as it stands in the project file.
pub fn name(subject: &Subject) -> String {
    match subject {
        Subject::Metric(metric) => metric.to_string(),
        Subject::Slice(filter) => filter.clone(),
    }
}

/// A value in the unit of its metric.
pub fn value_cell(metric: Metric, value: f64) -> Cell {
    if metric.unit() == Unit::Share { Cell::Share(value) } else { Cell::Number(value) }
}

/// A margin in the unit of its metric.
pub fn margin_cell(check: &Check) -> Cell {
    match (check.margin, check.subject.metric().unit()) {
        (None, _) => Cell::None,
        (Some(margin), Unit::Share) => Cell::Difference(margin),
        (Some(margin), _) => Cell::Signed(margin),
    }
}

fn cells(run: &str, check: &Check) -> Vec<Cell> {
    let metric = check.subject.metric();
    let reading = check.reading;
    let range = |r: Reading| {
        let (low, high) = r.low.zip(r.high)?;
        let shares = metric.unit() == Unit::Share;
        Some(if shares { Cell::Range(low, high) } else { Cell::Span(low, high) })
    };
    vec![
        run.into(),
        name(&check.subject).into(),
        check.bound.to_string().into(),
        reading.map_or(Cell::None, |r| value_cell(metric, r.value)),
        reading.and_then(range).unwrap_or(Cell::None),
        margin_cell(check),
        check.of_room.map_or(Cell::None, Cell::Number),
        reading.and_then(|r| r.n).into(),
        check.state.name().into(),
    ]
}
