//! The error over batches or time on a control chart, with and without what the mix explains.

use super::parts::{MOST, are_dates, filters};
use crate::analysis::batches::{
    Batch, BatchChart, BatchInput, Batching, ChartOptions, ChartPoint, Decomposition, NO_BATCH,
    Signal, batch_chart, batches_of, count_slices, decompose,
};
use crate::analysis::slices::{Encoding, Feature, Features};
use crate::dataset::Examples;
use crate::insight::{
    Cell, Enter, Field, FromProject, Input, Page, Sheet, field, interval_of, limits_of, metadata,
    proportion,
};
use crate::report::{count, percent};
use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use std::path::Path;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAsk {
    /// The column of batches or times.
    pub column: String,
    /// A column, or `label`, whose mix is taken out.
    pub mix: Option<String>,
    /// At most so many batches.
    pub most: usize,
    /// How the chart is drawn.
    pub options: ChartOptions,
}

impl ChartAsk {
    /// The error over a column.
    pub fn of(column: &str) -> Self {
        let options = ChartOptions::default();
        Self { column: column.to_owned(), mix: None, most: MOST, options }
    }
}

/// Error over batches.
#[derive(Debug, Clone, Serialize)]
pub struct Chart {
    column: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<String>,
    /// Whether the batches have an order of their own: they are numbers.
    ordered: bool,
    /// From the first to the last batch, what the mix makes of it and what is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Decomposition>,
    /// Error of the batches taken as normal.
    centre: f64,
    /// Examples without a prediction or without a batch.
    left_out: usize,
    batches: Vec<Line>,
    #[serde(skip)]
    title: String,
    /// Whether the names are dates, whose order is that of time.
    #[serde(skip)]
    are_dates: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Line {
    /// The batch, or the first value of it.
    name: String,
    #[serde(flatten)]
    batch: Batch,
    #[serde(skip)]
    enter: Option<Enter>,
}

impl Chart {
    /// Charts the error of a run.
    ///
    /// # Errors
    /// No such column, or settings out of range.
    pub fn of(input: &Input, ask: &ChartAsk) -> Result<Self> {
        let Some(from) = &input.project else { bail!("batches need the metadata of a project") };
        let examples = from.examples();
        let table = from.project.table(examples.split)?;
        let column = metadata(examples, &ask.column, &table, "")?;
        let mut batching = batches_of(column, ask.most);
        let filters = filters(column, &batching);
        let wrong = batching.errors(&input.labels, &input.predictions)?;
        let mix = ask.mix.as_deref();
        let mix = mix.map(|name| slices(name, input, examples, &table)).transpose()?;
        let chart_input = BatchInput {
            batches: batching.names.len(),
            batch: &batching.batch,
            wrong: &wrong,
            slices: mix.as_ref().map(|(n, slices)| (*n, slices.as_slice())),
        };
        let BatchChart { centre, batches } = batch_chart(&chart_input, &ask.options)?;
        let change = mix.as_ref().and_then(|mix| change(&batching, &wrong, mix));
        let out_of = |(batch, label): (&u32, &u32)| *batch == NO_BATCH && *label != u32::MAX;
        let left_out = batching.batch.iter().zip(&input.labels).filter(|p| out_of(*p)).count();
        let mut rows = rows(from, input, &batching, &wrong, &filters);
        let names = batching.names.into_iter().zip(batches).zip(filters);
        let lines = names.enumerate().map(|(at, ((name, batch), filter))| {
            let rows = std::mem::take(&mut rows[at]);
            let enter = enter(&ask.column, &name, filter, rows);
            Line { name, batch, enter }
        });
        Ok(Self {
            column: ask.column.clone(),
            mix: ask.mix.clone(),
            ordered: column.numbers.is_some(),
            change,
            centre,
            left_out,
            batches: lines.collect(),
            title: input.title.clone(),
            are_dates: are_dates(column),
        })
    }

    /// The error of the batches taken as normal.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// The points of the chart, without what the mix explains where that is asked for, batch by batch.
    pub fn points(&self) -> Vec<ChartPoint> {
        self.batches.iter().map(|line| line.batch.adjusted.unwrap_or(line.batch.raw)).collect()
    }

    /// The names of the batches.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.batches.iter().map(|line| line.name.as_str())
    }

    /// What the points are without.
    pub fn mix(&self) -> Option<&str> {
        self.mix.as_deref()
    }

    /// What people are shown of it: the raw chart, then the adjusted one.
    pub fn page(&self) -> Page {
        let page = Page::new(self.head(), self.sheet([true, false]));
        match &self.mix {
            Some(mix) => {
                let title = format!("without what the mix of {mix} explains");
                page.with(title, self.sheet([false, true]))
            }
            None => page,
        }
        .notes(self.notes())
    }

    /// Both charts in one table.
    pub fn everything(&self) -> Page {
        Page::new(self.head(), self.sheet([true, self.mix.is_some()]))
    }

    fn head(&self) -> String {
        format!(
            "{}   {} batches of {}, usual error {}",
            self.title,
            count(self.batches.len()),
            self.column,
            percent(self.centre)
        )
    }

    /// The raw chart's columns, the adjusted one's, or both.
    fn sheet(&self, [raw, adjusted]: [bool; 2]) -> Sheet {
        let mut fields = if raw { BATCH.to_vec() } else { BATCH[..3].to_vec() };
        fields.extend(RAW.iter().filter(|_| raw));
        fields.extend(ADJUSTED.iter().filter(|_| adjusted));
        let mut sheet = Sheet::new(&fields);
        for Line { name, batch, enter } in &self.batches {
            let mut cells = vec![name.as_str().into(), batch.examples.into(), batch.errors.into()];
            if raw {
                cells.extend(proportion(Some(batch.rate).filter(|_| batch.examples > 0)));
                cells.extend(point(&batch.raw));
            }
            if adjusted {
                let share = |x: Option<f64>| x.map_or(Cell::None, Cell::Share);
                cells.push(share(batch.adjusted.and_then(|point| point.error)));
                cells.push(share(batch.mix_effect));
                let none = || [Cell::None, Cell::None, Cell::None];
                cells.extend(batch.adjusted.as_ref().map_or_else(none, point));
            }
            match enter {
                Some(enter) => sheet.row_into(cells, enter.clone()),
                None => sheet.row(cells),
            }
        }
        sheet
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let out = |point: &ChartPoint| point.signal != Signal::Within;
        let names = |is_out: &dyn Fn(&Batch) -> bool| -> Vec<&str> {
            let lines = self.batches.iter().filter(|line| is_out(&line.batch));
            lines.map(|line| line.name.as_str()).collect()
        };
        let say = |what: &str, names: &[&str]| match names {
            [] => format!("{what} never leaves its limits"),
            _ => format!("{what} leaves its limits at: {}", names.join(", ")),
        };
        if self.batches.len() < 2 {
            let column = &self.column;
            notes.push(format!("{column} has fewer than two batches: nothing to compare"));
        } else {
            notes.push(say("the moving average", &names(&|batch| out(&batch.raw))));
            if !self.ordered && !self.are_dates {
                notes.push(UNORDERED.to_owned());
            }
            if let Some(mix) = &self.mix {
                let what = format!("the one without what the mix of {mix} explains");
                let is_out = |batch: &Batch| batch.adjusted.as_ref().is_some_and(out);
                notes.push(say(&what, &names(&is_out)));
            }
        }
        notes.extend(self.change.as_ref().map(said));
        if self.left_out > 0 {
            let n = count(self.left_out);
            notes.push(format!("left out: {n} examples without a prediction or without a batch"));
        }
        notes
    }
}

fn said(change: &Decomposition) -> String {
    let points = |x: f64| format!("{:+.1}", x * 100.0);
    format!(
        "from the first batch to the last the error changed by {} points: {} by the mix,\n\
         {} within its values (Kitagawa)",
        points(change.change),
        points(change.mix_effect),
        points(change.rate_effect)
    )
}

const UNORDERED: &str = "the batches are no numbers and stand in the order of their names: without an order in \
    time\nthe chart says little, and kinds are better compared by: gaffe stats slices";

const BATCH: [Field; 5] = [
    field("batch", "batch"),
    field("examples", "examples"),
    field("errors", "errors").spare(),
    field("error", "error"),
    interval_of("error"),
];
const RAW: [Field; 3] = [field("average", "average"), limits_of("limit"), field("", "signal")];
const ADJUSTED: [Field; 5] = [
    field("adjusted", "adjusted_error"),
    field("mix", "mix_effect"),
    field("average", "adjusted_average"),
    limits_of("adjusted_limit"),
    field("", "adjusted_signal"),
];

fn point(point: &ChartPoint) -> [Cell; 3] {
    let signal = match point.signal {
        Signal::Within => "",
        Signal::Above => "above",
        Signal::Below => "below",
    };
    [Cell::Share(point.average), Cell::Range(point.low, point.high), signal.into()]
}

/// From the first batch to the last.
fn change(
    batching: &Batching,
    wrong: &[bool],
    (n, slices): &(usize, Vec<u32>),
) -> Option<Decomposition> {
    let last = (batching.names.len() as u32).checked_sub(1).filter(|&last| last > 0)?;
    let rows = |batch: u32| (0..).zip(&batching.batch).filter(move |(_, b)| **b == batch);
    let cells = |batch| count_slices(rows(batch).map(|(row, _)| row), wrong, *n, slices);
    decompose(&cells(0), &cells(last))
}

/// The errors of each batch that no filter selects.
fn rows(
    from: &FromProject,
    input: &Input,
    batching: &Batching,
    wrong: &[bool],
    filters: &[Option<String>],
) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![]; filters.len()];
    if filters.iter().all(Option::is_some) {
        return rows;
    }
    for row in from.shared.all_rows() {
        let (batch, at) = (batching.batch[row as usize], row as usize);
        let is_error = wrong[at] && input.labels[at] != u32::MAX;
        if let Some(rows) = rows.get_mut(batch as usize).filter(|_| is_error) {
            rows.push(row);
        }
    }
    rows
}

fn enter(column: &str, name: &str, filter: Option<String>, rows: Vec<u32>) -> Option<Enter> {
    match filter {
        Some(filter) => Some(Enter::Errors(filter)),
        None if rows.is_empty() => None,
        None => Some(Enter::Rows { name: format!("{column} from {name}"), rows }),
    }
}

/// The slice of each example; a column of the data goes before `label`.
fn slices(
    name: &str,
    input: &Input,
    examples: &Examples,
    table: &Path,
) -> Result<(usize, Vec<u32>)> {
    if name == "label" && examples.metadata.iter().all(|column| column.name != name) {
        return Ok((input.classes.len(), input.labels.clone()));
    }
    let column = metadata(examples, name, table, ", label")?;
    let n = examples.len();
    let features = Features::of_columns(std::slice::from_ref(column), n, Encoding::of_rows(n))?;
    // Rare values have no slice: the chart takes them as one.
    let code = |feature: &Feature, row| feature.value_of(row).map_or(u32::MAX, |v| v as u32);
    match (features.list(), features.skipped()) {
        ([feature], _) => {
            Ok((feature.values().len(), (0..n).map(|row| code(feature, row)).collect()))
        }
        (_, [skipped]) => Err(anyhow!(
            "column {name:?} says nothing of the mix: {}\n  choose one with few values",
            skipped.reason
        )),
        _ => bail!("column {name:?} says nothing of the mix\n  choose one with few values"),
    }
}

/// What the mix may be of: the label, and the columns whose values are frequent enough.
pub(super) fn mixes(examples: &Examples, column: &str) -> Vec<String> {
    let n = examples.len();
    let own = examples.metadata.iter().filter(|other| other.name != column);
    let says = |other: &&crate::dataset::Column| {
        let made = Features::of_columns(std::slice::from_ref(*other), n, Encoding::of_rows(n));
        made.is_ok_and(|features| !features.list().is_empty())
    };
    let names = own.filter(says).map(|other| other.name.clone());
    ["label".to_owned()].into_iter().chain(names.filter(|name| name != "label")).collect()
}
