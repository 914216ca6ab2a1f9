//! Error over batches or time, raw and with changes of the mix taken out, on a control chart.

mod mix;

pub use mix::{Decomposition, SliceEffect, count_slices, decompose};

use super::{AnalysisError, Proportion};
use crate::dataset::Column;
use mix::sum;
use serde::Serialize;

/// Marks an example that is in no batch.
pub const NO_BATCH: u32 = u32::MAX;
/// Cells that a table of batches × slices may have.
const CELLS: usize = 1 << 26;

/// What is charted. All columns have the same length N.
#[derive(Debug, Clone, Copy)]
pub struct BatchInput<'a> {
    /// Number of batches, B.
    pub batches: usize,
    /// Batch of each example in the order of time; not below B, such as [`NO_BATCH`]: left out.
    pub batch: &'a [u32],
    /// Whether each is an error.
    pub wrong: &'a [bool],
    /// Number of slices and the slice of each example, such as a metadata column or the label; not
    /// below that number: a slice of its own.
    pub slices: Option<(usize, &'a [u32])>,
}

/// The control chart's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartOptions {
    /// Weight of the newest batch, above 0 to 1.
    pub lambda: f64,
    /// Width of the limits in standard errors.
    pub width: f64,
    /// How many batches, from the first, are taken as normal; all if `None`. With a reference a slow
    /// change is seen better, and its own sampling error widens the limits of later batches.
    pub reference: Option<usize>,
}

impl Default for ChartOptions {
    /// λ 0.2 and L 3, as usual (Lucas & Saccucci 1990).
    fn default() -> Self {
        Self { lambda: 0.2, width: 3.0, reference: None }
    }
}

/// Where a batch's moving average lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Within the limits.
    Within,
    /// More errors than chance explains.
    Above,
    /// Fewer errors than chance explains.
    Below,
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChartPoint {
    /// The batch's error; `None` for an empty batch.
    pub error: Option<f64>,
    /// Exponentially weighted moving average up to it.
    pub average: f64,
    /// Lower limit, at least 0.
    pub low: f64,
    /// Upper limit, at most 1.
    pub high: f64,
    /// Whether the average is within the limits.
    pub signal: Signal,
}

/// One batch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Batch {
    /// Examples.
    pub examples: usize,
    /// Errors among them.
    pub errors: usize,
    /// Their share with its 95 % interval.
    pub rate: Proportion,
    /// The error as it is.
    pub raw: ChartPoint,
    /// The error that would be with the usual mix; without slices `None`. It may lie outside of 0 to 1
    /// in a small batch.
    pub adjusted: Option<ChartPoint>,
    /// The part of the difference from the usual error that the mix explains (raw less adjusted).
    pub mix_effect: Option<f64>,
}

/// Error over batches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchChart {
    /// Error of the reference, the centre of both charts; 0 without examples.
    pub centre: f64,
    /// All batches in order.
    pub batches: Vec<Batch>,
}

/// Charts the error of each batch.
///
/// The chart is the exponentially weighted moving average `z[t] = λ p[t] + (1 − λ) z[t−1]` from the
/// centre (Roberts 1959, Technometrics 1:239) with limits of L standard errors (Lucas & Saccucci 1990,
/// Technometrics 32:1). Since batches differ in size the variance is followed from one to the next:
/// `v[t] = λ² σ²[t] + (1 − λ)² v[t−1]`. An empty batch changes neither. The limits rest on a normal
/// approximation: with fewer than about 5 expected errors behind them they are rough.
///
/// The adjusted error is centre + (errors − expected errors) / examples, the expectation being the
/// usual error of each slice times its examples: the residual of a least-squares fit on slice
/// indicators, or indirect standardisation on the scale of differences (Fleiss, Levin & Paik,
/// *Statistical Methods for Rates and Proportions*, 3rd ed., ch. 19). Its variance is that of the
/// expectation, with what each batch itself gave to the usual error taken out, so that its limits are
/// a little narrower than those of the raw chart. A batch that alone holds a slice is therefore not
/// charged for it.
///
/// # Errors
/// Columns of other lengths, settings out of range, or more than 2²⁶ batches × slices.
pub fn batch_chart(
    input: &BatchInput,
    options: &ChartOptions,
) -> Result<BatchChart, AnalysisError> {
    check(input, options)?;
    let table = Table::new(input);
    let reference = options.reference.unwrap_or(input.batches).min(input.batches);
    let whole = options.reference.is_none() || reference == input.batches;
    let totals = table.totals();
    let usual = reference_rates(&table, reference);
    let (errors, examples) = sum(&totals[..reference]);
    let centre = errors as f64 / examples.max(1) as f64;
    let raw_steps: Vec<Step> = (0..input.batches)
        .map(|b| raw_step(totals[b], (errors, examples), whole || b < reference))
        .collect();
    let raw = chart(&raw_steps, centre, options);
    let adjusted = input.slices.map(|_| {
        let step = |b: usize| adjusted_step(&table, b, &usual, centre, whole || b < reference);
        chart(&(0..input.batches).map(step).collect::<Vec<_>>(), centre, options)
    });
    let batch = |b: usize| {
        let (errors, examples) = totals[b];
        let adjusted = adjusted.as_ref().map(|points| points[b]);
        let mix_effect = adjusted.and_then(|point| Some(raw[b].error? - point.error?));
        let rate = Proportion::sampled(errors, examples, usize::MAX);
        Batch { examples, errors, rate, raw: raw[b], adjusted, mix_effect }
    };
    Ok(BatchChart { centre, batches: (0..input.batches).map(batch).collect() })
}

fn check(input: &BatchInput, options: &ChartOptions) -> Result<(), AnalysisError> {
    let expected = input.batch.len();
    let length = |what, found| {
        if found == expected {
            Ok(())
        } else {
            Err(AnalysisError::Length { what, found, expected })
        }
    };
    length("error flags", input.wrong.len())?;
    if let Some((slices, of)) = input.slices {
        length("slices", of.len())?;
        if input.batches.saturating_mul(slices.saturating_add(1)) > CELLS {
            let text = format!("{} batches × {slices} slices are too many", input.batches);
            return Err(AnalysisError::Argument(text));
        }
    } else if input.batches > CELLS {
        return Err(AnalysisError::Argument(format!("{} batches are too many", input.batches)));
    }
    let ChartOptions { lambda, width, .. } = *options;
    if !(lambda > 0.0 && lambda <= 1.0 && width > 0.0 && width.is_finite()) {
        let text = format!("λ {lambda} and L {width}: 0 < λ ≤ 1 and L > 0 expected");
        return Err(AnalysisError::Argument(text));
    }
    Ok(())
}

/// (errors, examples) of each batch and slice; the last slice is that of no slice.
struct Table {
    slices: usize,
    cells: Vec<(usize, usize)>,
}

impl Table {
    fn new(input: &BatchInput) -> Self {
        let slices = input.slices.map_or(1, |(slices, _)| slices + 1);
        let mut cells = vec![(0, 0); input.batches * slices];
        for (row, (&batch, &wrong)) in input.batch.iter().zip(input.wrong).enumerate() {
            let slice = input.slices.map_or(0, |(_, of)| (of[row] as usize).min(slices - 1));
            if (batch as usize) < input.batches {
                let cell: &mut (usize, usize) = &mut cells[batch as usize * slices + slice];
                *cell = (cell.0 + usize::from(wrong), cell.1 + 1);
            }
        }
        Self { slices, cells }
    }

    fn batch(&self, batch: usize) -> &[(usize, usize)] {
        &self.cells[batch * self.slices..][..self.slices]
    }

    fn totals(&self) -> Vec<(usize, usize)> {
        self.cells.chunks_exact(self.slices).map(sum).collect()
    }
}

/// (errors, examples) of each slice in the first `reference` batches. A slice that they don't have
/// takes those of all batches: what can't be told apart from a change is not held to be one.
fn reference_rates(table: &Table, reference: usize) -> Vec<(usize, usize)> {
    let over = |batches: &[(usize, usize)], slice: usize| {
        sum(&batches.iter().skip(slice).step_by(table.slices).copied().collect::<Vec<_>>())
    };
    let of = |slice| match over(&table.cells[..reference * table.slices], slice) {
        (_, 0) => over(&table.cells, slice),
        cell => cell,
    };
    (0..table.slices).map(of).collect()
}

/// One batch on its way into a chart: its value and variance, and the variance of the centre it is
/// held against where that has another origin.
#[derive(Clone, Copy)]
struct Step {
    /// `None` for an empty batch
    value: Option<f64>,
    variance: f64,
    centre_variance: f64,
}

/// p(1 − p), with half an error and half a right answer added when all were one of them, so that the
/// limits keep a width.
fn variance((errors, examples): (usize, usize)) -> f64 {
    let p = if errors == 0 || errors == examples {
        (errors as f64 + 0.5) / (examples as f64 + 1.0)
    } else {
        errors as f64 / examples as f64
    };
    p * (1.0 - p)
}

fn raw_step((errors, examples): (usize, usize), usual: (usize, usize), inside: bool) -> Step {
    let n = examples.max(1) as f64;
    Step {
        value: (examples > 0).then_some(errors as f64 / n),
        variance: variance(usual) / n,
        centre_variance: if inside { 0.0 } else { variance(usual) / usual.1.max(1) as f64 },
    }
}

fn adjusted_step(
    table: &Table,
    batch: usize,
    usual: &[(usize, usize)],
    centre: f64,
    inside: bool,
) -> Step {
    let cells = table.batch(batch);
    let (errors, examples) = sum(cells);
    let n = examples.max(1) as f64;
    let (mut expected, mut own, mut of_centre) = (0.0, 0.0, 0.0);
    for (&(_, here), &(k, all)) in cells.iter().zip(usual).filter(|(cell, _)| cell.1 > 0) {
        let (here, spread) = (here as f64, variance((k, all)));
        let part = here / all as f64;
        expected += part * k as f64;
        own += here * spread * if inside { (1.0 - part).max(0.0) } else { 1.0 };
        of_centre += here * spread * if inside { 0.0 } else { part };
    }
    Step {
        value: (examples > 0).then_some(centre + (errors as f64 - expected) / n),
        variance: own / (n * n),
        centre_variance: of_centre / (n * n),
    }
}

fn chart(steps: &[Step], centre: f64, options: &ChartOptions) -> Vec<ChartPoint> {
    let ChartOptions { lambda, width, .. } = *options;
    let (mut average, mut variance) = (centre, 0.0);
    let mut point = |step: &Step| {
        if let Some(value) = step.value {
            average = lambda * value + (1.0 - lambda) * average;
            variance = lambda * lambda * step.variance + (1.0 - lambda).powi(2) * variance;
        }
        let half = width * (variance + step.centre_variance).sqrt();
        // Rounding must not raise an alarm where no variance is left.
        let off = average - centre;
        let signal = match off.abs() > half + 1e-12 {
            true if off > 0.0 => Signal::Above,
            true => Signal::Below,
            false => Signal::Within,
        };
        let (low, high) = ((centre - half).max(0.0), (centre + half).min(1.0));
        ChartPoint { error: step.value, average, low, high, signal }
    };
    steps.iter().map(&mut point).collect()
}

/// Batches made of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batching {
    /// The first cell of each batch, in order.
    pub names: Vec<String>,
    /// Batch of each example; [`NO_BATCH`] for an empty cell.
    pub batch: Vec<u32>,
}

impl Batching {
    /// How many examples are in no batch.
    pub fn left_out(&self) -> usize {
        self.batch.iter().filter(|&&batch| batch == NO_BATCH).count()
    }

    /// Whether each prediction is wrong. Examples without a label or a prediction (`u32::MAX`) leave
    /// their batch.
    ///
    /// # Errors
    /// Columns of other lengths.
    pub fn errors(
        &mut self,
        labels: &[u32],
        predictions: &[u32],
    ) -> Result<Vec<bool>, AnalysisError> {
        let expected = self.batch.len();
        for (what, found) in [("labels", labels.len()), ("predictions", predictions.len())] {
            if found != expected {
                return Err(AnalysisError::Length { what, found, expected });
            }
        }
        let mut wrong = Vec::with_capacity(expected);
        for ((batch, label), prediction) in self.batch.iter_mut().zip(labels).zip(predictions) {
            if *label == u32::MAX || *prediction == u32::MAX {
                *batch = NO_BATCH;
            }
            wrong.push(label != prediction);
        }
        Ok(wrong)
    }
}

/// Makes at most `most` batches (at least 1) of an ordered column: each value is one if there are few
/// enough, else neighbouring values are put together to about equal sizes. Numbers go by size, other
/// cells by text, in which ISO dates are in order; equal cells stay in one batch.
pub fn batches_of(column: &Column, most: usize) -> Batching {
    let cell = |row: u32| column.cells.get(row as usize);
    let number = |row: u32| {
        column.numbers.as_ref().map_or(0.0, |n| n.get(row as usize).copied().unwrap_or(f64::NAN))
    };
    let mut rows: Vec<u32> = (0..column.cells.len() as u32)
        .filter(|&row| !cell(row).is_empty() && !number(row).is_nan())
        .collect();
    let text = column.numbers.is_none();
    let order = |a: u32, b: u32| {
        // -0 and 0 are one number
        let by_number = (number(a) + 0.0).total_cmp(&(number(b) + 0.0));
        if text { cell(a).cmp(cell(b)) } else { by_number }
    };
    rows.sort_by(|&a, &b| order(a, b));
    let groups: Vec<&[u32]> = rows.chunk_by(|&a, &b| order(a, b).is_eq()).collect();
    let mut batch = vec![NO_BATCH; column.cells.len()];
    let mut names: Vec<String> = Vec::new();
    let (mut done, mut last) = (0, None);
    for (i, group) in groups.iter().enumerate() {
        // The batch that the middle of the group falls in, when all are to be of one size.
        let middle = (2 * done + group.len()) as u128 * most.max(1) as u128;
        let place =
            if groups.len() <= most { i as u128 } else { middle / (2 * rows.len()) as u128 };
        if last != Some(place) {
            names.push(cell(group[0]).to_owned());
            last = Some(place);
        }
        for &row in *group {
            batch[row as usize] = names.len() as u32 - 1;
        }
        done += group.len();
    }
    Batching { names, batch }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
