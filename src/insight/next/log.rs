//! The journal of experiments as it is shown.

use crate::analysis::Estimate;
use crate::analysis::next::{Effect, Tried, change};
use crate::dataset::experiment::{ExpectedGain, Experiment, Fields, Journal};
use crate::insight::{Cell, Field, Page, Sheet, field, in_csv, interval_of};
use serde::Serialize;
use std::collections::BTreeMap;

/// All experiments and costs.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The oldest first.
    pub experiments: Vec<Row>,
    /// What interventions cost in days, by their key.
    pub costs: BTreeMap<String, f64>,
}

/// One experiment.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Names it for good.
    pub id: String,
    /// The day it was started.
    pub date: String,
    /// Who started it.
    pub who: String,
    /// What people wrote, and the counts of the runs.
    #[serde(flatten)]
    pub fields: Fields,
    /// The measured effect.
    pub effect: Option<Effect>,
    /// What came of it: as a person said, else as the effect proposes.
    pub result: &'static str,
}

/// What came of an experiment in a word.
pub fn outcome(tried: &Tried) -> &'static str {
    match tried.outcome {
        _ if !tried.finished => "runs",
        Some(outcome) => outcome.name(),
        None => "not measured",
    }
}

/// The change of the error that was expected.
fn hoped(expected: ExpectedGain) -> Estimate {
    let ExpectedGain { gain, low, high } = expected;
    let (low, high) = (low.unwrap_or(gain), high.unwrap_or(gain));
    Estimate { value: 0.0 - gain, low: 0.0 - high, high: 0.0 - low }
}

impl Row {
    /// One experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let tried = Tried::of(experiment);
        Self {
            id: experiment.id.clone(),
            date: experiment.started.to_string().chars().take(10).collect(),
            who: experiment.who.clone(),
            fields: experiment.fields.clone(),
            effect: tried.effect,
            result: outcome(&tried),
        }
    }

    fn targets(&self) -> String {
        self.fields.targets.as_deref().unwrap_or_default().join(", ")
    }

    /// Days taken of days allowed.
    fn days(&self) -> String {
        let day = |days: Option<f64>| days.map_or_else(|| "–".to_owned(), |days| days.to_string());
        let Fields { spent, time_box, .. } = &self.fields;
        if spent.or(*time_box).is_none() {
            return day(None);
        }
        format!("{}/{}", day(*spent), day(*time_box))
    }

    fn cells(&self) -> Vec<Cell> {
        let fields = &self.fields;
        let change = self.effect.map(|effect| effect.difference);
        let number = |x: Option<f64>| x.map_or(Cell::None, Cell::Number);
        let text = |text: &Option<String>| Cell::from(text.clone());
        vec![
            self.id.as_str().into(),
            self.date.as_str().into(),
            self.who.as_str().into(),
            self.targets().into(),
            text(&fields.hypothesis),
            text(&fields.change),
            fields.expected.map_or(Cell::None, |e| Cell::Difference(hoped(e).value)),
            change.map_or(Cell::None, |change| Cell::Difference(change.value)),
            change.map_or(Cell::None, |change| Cell::Differences(change.low, change.high)),
            self.effect.map_or(Cell::None, |effect| Cell::P(effect.p_value)),
            self.result.into(),
            self.days().into(),
            number(fields.time_box),
            number(fields.spent),
            text(&fields.before),
            text(&fields.after),
            text(&fields.note),
        ]
    }

    /// All of it in lines.
    pub fn lines(&self) -> Vec<String> {
        let fields = &self.fields;
        let mut lines = vec![format!("{}   {}   {}", self.id, self.who, self.result)];
        let mut add = |what: &str, text: Option<String>| {
            lines.extend(text.filter(|t| !t.is_empty()).map(|text| format!("  {what:<10} {text}")));
        };
        add("about", Some(self.targets()));
        add("hypothesis", fields.hypothesis.clone());
        add("change", fields.change.clone());
        add("expected", fields.expected.map(|e| format!("error {}", change(hoped(e)))));
        let runs = [fields.before.clone(), fields.after.clone()];
        add("runs", Some(runs.into_iter().flatten().collect::<Vec<_>>().join(" → ")));
        let measured = |effect: Effect| {
            let p = crate::insight::p_value(effect.p_value);
            format!("error {}, p {p}: {}", change(effect.difference), effect.proposed.name())
        };
        add("measured", self.effect.map(measured));
        add(
            "outcome",
            fields.outcome.map(|outcome| format!("{}, as a person says", outcome.name())),
        );
        add("days", Some(self.days()).filter(|days| days != "–"));
        add("note", fields.note.clone());
        lines
    }
}

const FIELDS: [Field; 17] = [
    field("id", "id"),
    in_csv("date"),
    field("who", "who").spare(),
    field("about", "targets"),
    in_csv("hypothesis"),
    in_csv("change"),
    field("expected", "expected").spare(),
    field("measured", "measured"),
    interval_of("measured"),
    field("p", "p").spare(),
    field("outcome", "outcome"),
    field("days", "days"),
    in_csv("time_box"),
    in_csv("spent"),
    in_csv("before"),
    in_csv("after"),
    in_csv("note"),
];

impl Report {
    /// What a journal says.
    pub fn of(journal: &Journal) -> Self {
        Self {
            experiments: journal.experiments.iter().map(Row::of).collect(),
            costs: journal.costs.clone(),
        }
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for row in &self.experiments {
            sheet.row(row.cells());
        }
        let runs = self.experiments.iter().filter(|row| row.result == "runs").count();
        let head = match (self.experiments.len(), runs) {
            (1, 0) => "1 experiment".to_owned(),
            (n, 0) => format!("{n} experiments"),
            (n, runs) => format!("{n} experiments, {runs} still run"),
        };
        let page = Page::new(head, sheet);
        if self.experiments.is_empty() {
            return page
                .note("nothing tried yet: gaffe next says what could be, gaffe log start begins");
        }
        page.note(
            "expected and measured: the error after less the error before; days taken / allowed",
        )
    }
}
