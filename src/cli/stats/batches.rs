//! `gaffe stats batches`: the error over batches or time on a control chart.

use super::input::of_run;
use crate::analysis::batches::{
    Batch, BatchChart, BatchInput, ChartOptions, ChartPoint, Decomposition, Signal, batch_chart,
    batches_of, count_slices, decompose,
};
use crate::analysis::slices::{Encoding, Feature, Features};
use crate::cli::Selection;
use crate::cli::print::{Format, count, percent};
use crate::dataset::Examples;
use crate::insight::{Cell, Field, Page, Sheet, field, interval_of, limits_of};
use crate::insight::{Input, metadata};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats batches --column day\n  \
    gaffe stats batches --column batch --mix label --reference 5\n\n\
    The moving average leaves its limits when the error changed by more than chance. With --mix the \
    chart is drawn again for what the mix does not explain: the usual error plus the errors that a \
    batch has beyond those that its mix leads to expect. Only where that one leaves its limits \
    too did more change than which examples came. \
    With few expected errors in a batch (below 5) the limits are rough.")]
pub struct BatchesArgs {
    #[command(flatten)]
    selection: Selection,
    /// The metadata column of batches or times: numbers in order of size, other cells of text
    #[arg(long, value_name = "COLUMN")]
    column: String,
    /// Take out changes of the mix of this metadata column, or of `label`
    #[arg(long, value_name = "COLUMN")]
    mix: Option<String>,
    /// At most so many batches; neighbouring values are put together, named by the first of them
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batches: u16,
    /// Weight of the newest batch in the moving average, above 0 to 1
    #[arg(long, default_value_t = ChartOptions::default().lambda)]
    lambda: f64,
    /// Width of the limits in standard errors
    #[arg(long, value_name = "L", default_value_t = ChartOptions::default().width)]
    limit: f64,
    /// Take the first N batches as normal [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    reference: Option<u32>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    column: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<&'a str>,
    /// Whether the batches have an order of their own: they are numbers.
    ordered: bool,
    /// From the first to the last batch, what the mix makes of it and what is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Decomposition>,
    /// Error of the batches taken as normal.
    centre: f64,
    /// Examples without a prediction or without a batch.
    left_out: usize,
    batches: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// The batch, or the first value of it.
    name: String,
    #[serde(flatten)]
    batch: Batch,
}

/// Prints the chart as a table.
pub fn run(project: Option<&Path>, args: &BatchesArgs, out: &mut dyn Write) -> Result<()> {
    let input = of_run(&args.selection, None, project)?;
    let Some(from) = &input.project else { bail!("batches need the metadata of a project") };
    let examples = from.examples();
    let table = from.project.table(examples.split)?;
    let column = metadata(examples, &args.column, &table, "")?;
    let mut batching = batches_of(column, usize::from(args.batches));
    let wrong = batching.errors(&input.labels, &input.predictions)?;
    let mix = args.mix.as_deref().map(|name| slices(name, &input, examples, &table)).transpose()?;
    let chart_input = BatchInput {
        batches: batching.names.len(),
        batch: &batching.batch,
        wrong: &wrong,
        slices: mix.as_ref().map(|(n, slices)| (*n, slices.as_slice())),
    };
    let reference = args.reference.map(|n| n as usize);
    let options = ChartOptions { lambda: args.lambda, width: args.limit, reference };
    let BatchChart { centre, batches } = batch_chart(&chart_input, &options)?;
    let change = mix.as_ref().and_then(|(n, slices)| {
        let last = (batching.names.len() as u32).checked_sub(1).filter(|&last| last > 0)?;
        let rows = |batch: u32| (0..).zip(&batching.batch).filter(move |(_, b)| **b == batch);
        let cells = |batch| count_slices(rows(batch).map(|(row, _)| row), &wrong, *n, slices);
        decompose(&cells(0), &cells(last))
    });
    let row = |(name, batch)| Row { name, batch };
    let report = Report {
        column: &args.column,
        mix: args.mix.as_deref(),
        ordered: column.numbers.is_some(),
        change,
        centre,
        left_out: batching.left_out(),
        batches: batching.names.into_iter().zip(batches).map(row).collect(),
    };
    print(&report, &input.title, args, out)
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

/// Prints the raw chart, then the adjusted one; CSV has both in one table.
fn print(report: &Report<'_>, title: &str, args: &BatchesArgs, out: &mut dyn Write) -> Result<()> {
    let head = format!(
        "{title}   {} batches of {}, usual error {}",
        count(report.batches.len()),
        report.column,
        percent(report.centre)
    );
    let columns = if args.format.csv { [true, report.mix.is_some()] } else { [true, false] };
    let mut page = Page::new(head, sheet(report, columns));
    if let Some(mix) = report.mix {
        page = page
            .with(format!("without what the mix of {mix} explains"), sheet(report, [false, true]));
    }
    page.notes(notes(report)).print(&report, args.format, out)
}

const BATCH: [Field; 5] = [
    field("batch", "batch"),
    field("examples", "examples"),
    field("errors", "errors"),
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

/// The raw chart's columns, the adjusted one's, or both.
fn sheet(report: &Report<'_>, [raw, adjusted]: [bool; 2]) -> Sheet {
    let mut fields = if raw { BATCH.to_vec() } else { BATCH[..3].to_vec() };
    fields.extend(RAW.iter().filter(|_| raw));
    fields.extend(ADJUSTED.iter().filter(|_| adjusted));
    let mut sheet = Sheet::new(&fields);
    for Row { name, batch } in &report.batches {
        let mut cells = vec![name.as_str().into(), batch.examples.into(), batch.errors.into()];
        if raw {
            let known = batch.examples > 0;
            cells.extend(if known {
                crate::insight::proportion(Some(batch.rate))
            } else {
                [Cell::None, Cell::None]
            });
            cells.extend(chart(&batch.raw));
        }
        if adjusted {
            let share = |x: Option<f64>| x.map_or(Cell::None, Cell::Share);
            cells.push(share(batch.adjusted.and_then(|point| point.error)));
            cells.push(share(batch.mix_effect));
            cells.extend(
                batch.adjusted.as_ref().map_or([Cell::None, Cell::None, Cell::None], chart),
            );
        }
        sheet.row(cells);
    }
    sheet
}

fn chart(point: &ChartPoint) -> [Cell; 3] {
    let signal = match point.signal {
        Signal::Within => "",
        Signal::Above => "above",
        Signal::Below => "below",
    };
    [Cell::Share(point.average), Cell::Range(point.low, point.high), signal.into()]
}

const UNORDERED: &str = "the batches are no numbers and stand in the order of their names: without an order in \
    time\nthe chart says little, and kinds are better compared by: gaffe stats slices";

fn notes(report: &Report<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let out = |point: &ChartPoint| point.signal != Signal::Within;
    let names = |is_out: &dyn Fn(&Batch) -> bool| -> Vec<&str> {
        let rows = report.batches.iter().filter(|row| is_out(&row.batch));
        rows.map(|row| row.name.as_str()).collect()
    };
    let say = |what: &str, names: &[&str]| match names {
        [] => format!("{what} never leaves its limits"),
        _ => format!("{what} leaves its limits at: {}", names.join(", ")),
    };
    if report.batches.len() < 2 {
        notes.push(format!("{} has fewer than two batches: nothing to compare", report.column));
    } else {
        notes.push(say("the moving average", &names(&|batch| out(&batch.raw))));
        if !report.ordered {
            notes.push(UNORDERED.to_owned());
        }
        if let Some(mix) = report.mix {
            let what = format!("the one without what the mix of {mix} explains");
            notes.push(say(&what, &names(&|batch| batch.adjusted.as_ref().is_some_and(out))));
        }
    }
    if let Some(Decomposition { change, rate_effect, mix_effect, .. }) = &report.change {
        let points = |x: &f64| format!("{:+.1}", x * 100.0);
        notes.push(format!(
            "from the first batch to the last the error changed by {} points: {} by the mix,\n\
             {} within its values (Kitagawa)",
            points(change),
            points(mix_effect),
            points(rate_effect)
        ));
    }
    if report.left_out > 0 {
        let n = count(report.left_out);
        notes.push(format!("left out: {n} examples without a prediction or without a batch"));
    }
    notes
}
