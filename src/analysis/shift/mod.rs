//! What moved between two sets: train and dev, or two batches.

mod categories;
mod embeddings;
mod kolmogorov;
mod ks;

pub use categories::{CategoryShift, Homogeneity, ValueCount, homogeneity};
pub use embeddings::EmbeddingShift;
pub use ks::{KolmogorovSmirnov, kolmogorov_smirnov};

use super::parallel::pieces;
use super::significance::{LEVEL, holm};
use super::spread::quantile;
use crate::dataset::{ClassNames, Column, Matrix, TextColumn};
use serde::Serialize;

/// Values of one set: a column, or those rows of it that are of the set.
#[derive(Debug)]
pub struct Side<'a, T: ?Sized> {
    /// The whole column.
    pub values: &'a T,
    /// The rows to use, all if `None`; those outside of the column are left out.
    pub rows: Option<&'a [u32]>,
}

impl<T: ?Sized> Clone for Side<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Side<'_, T> {}

impl<'a, T: ?Sized> Side<'a, T> {
    /// The whole column.
    pub fn all(values: &'a T) -> Self {
        Self { values, rows: None }
    }

    /// Some rows of it.
    pub fn of(values: &'a T, rows: &'a [u32]) -> Self {
        Self { values, rows: Some(rows) }
    }

    fn rows(&self, len: usize) -> impl Iterator<Item = usize> + use<'a, T> {
        let rows = self.rows;
        let count = rows.map_or(len, <[u32]>::len);
        (0..count).map(move |i| rows.map_or(i, |rows| rows[i] as usize)).filter(move |&i| i < len)
    }
}

/// The first and the second set's values of a feature.
#[derive(Debug, Clone, Copy)]
pub enum Pair<'a> {
    /// Numbers; what is not finite is missing.
    Numbers([Side<'a, [f64]>; 2]),
    /// Class indices, such as labels or predictions; an index outside of the names is missing.
    Classes([Side<'a, [u32]>; 2], &'a ClassNames),
    /// Values without an order; an empty one counts as a value.
    Categories([Side<'a, TextColumn>; 2]),
    /// Embeddings, N×D each; a row that is not finite is missing.
    Embeddings([Side<'a, Matrix>; 2]),
}

/// Something that both sets have.
#[derive(Debug, Clone, Copy)]
pub struct Feature<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its values in both sets.
    pub pair: Pair<'a>,
}

impl<'a> Feature<'a> {
    /// A metadata column of two splits: numbers if both are, else categories. Named as the first.
    pub fn columns(first: &'a Column, second: &'a Column) -> Self {
        Self::sides(Side::all(first), Side::all(second))
    }

    /// The same for some rows of each, such as two batches of one split.
    pub fn sides(first: Side<'a, Column>, second: Side<'a, Column>) -> Self {
        fn part<'a, T: ?Sized>(side: Side<'a, Column>, values: &'a T) -> Side<'a, T> {
            Side { values, rows: side.rows }
        }
        let numbers = (first.values.numbers.as_deref(), second.values.numbers.as_deref());
        let pair = match numbers {
            (Some(a), Some(b)) => Pair::Numbers([part(first, a), part(second, b)]),
            _ => Pair::Categories([
                part(first, &first.values.cells),
                part(second, &second.values.cells),
            ]),
        };
        Self { name: &first.values.name, pair }
    }
}

/// What is asked of [`shifts`].
#[derive(Debug, Clone, Copy)]
pub struct ShiftOptions {
    /// Corrected p-values below this are a move.
    pub level: f64,
    /// Embeddings compared pair by pair, a side.
    pub sample: usize,
    /// Random divisions of the embeddings; more are made if otherwise no p-value could be small
    /// enough to stay below the level after the correction.
    pub permutations: usize,
    /// Of the random draws.
    pub seed: u64,
}

impl Default for ShiftOptions {
    /// Level 0.05, 500 embeddings a side, 200 divisions, seed 0.
    fn default() -> Self {
        Self { level: LEVEL, sample: 500, permutations: 200, seed: 0 }
    }
}

/// Whether a feature moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// The corrected p-value is below the level. On many examples that can be a tiny move: read the
    /// effect.
    Moved,
    /// No move beyond noise was seen.
    NotShown,
    /// Too few values, or none that repeat enough, for a test.
    NotTested,
}

/// How two sets differ in a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NumberShift {
    /// Lower quartile, median and upper quartile of the first set.
    pub first: Option<[f64; 3]>,
    /// The same of the second set.
    pub second: Option<[f64; 3]>,
    /// The least and the largest of the first set.
    pub range: Option<[f64; 2]>,
    /// Values of the second set below all or above all of the first.
    pub outside: usize,
}

/// What a feature's test says of it beyond the effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShiftDetail {
    /// Kolmogorov–Smirnov; the effect is D.
    Numbers(NumberShift),
    /// χ² of homogeneity; the effect is the total variation distance.
    Categories(CategoryShift),
    /// Energy distance; the effect is the distance of the means in units of the pooled spread.
    Embeddings(EmbeddingShift),
    /// Embeddings that could not be compared: fewer than two a side, or of other dimensions.
    NotComparable,
}

/// One feature's row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// The feature.
    pub name: String,
    /// Examples of the first and the second set that have a value.
    pub examples: [usize; 2],
    /// Examples of each that have none.
    pub missing: [usize; 2],
    /// How far it moved, in the units that [`ShiftDetail`] names; 0 is no move.
    pub effect: Option<f64>,
    /// The effect that samples of these sizes show on average when nothing moved.
    pub by_chance: Option<f64>,
    /// The test's statistic.
    pub statistic: Option<f64>,
    /// The test's p-value.
    pub p: Option<f64>,
    /// The p-value corrected for the number of features tested (Holm).
    pub corrected: Option<f64>,
    /// Whether it moved.
    pub moved: Moved,
    /// More, by kind.
    pub detail: ShiftDetail,
}

impl Shift {
    /// The share of each set that has a value.
    pub fn shares(&self, value: &ValueCount) -> [f64; 2] {
        let share = |k: usize, n: usize| k as f64 / n.max(1) as f64;
        [share(value.first, self.examples[0]), share(value.second, self.examples[1])]
    }

    /// The effect less what chance alone shows; −1 without a test.
    fn beyond_chance(&self) -> f64 {
        self.effect.map_or(-1.0, |effect| effect - self.by_chance.unwrap_or(0.0))
    }
}

/// Strongest first: what moved, then what did not, then what was not tested; each by its effect less
/// what chance alone shows. The units differ by kind, so that this is an order to read in, no more.
pub fn by_strength(shifts: &mut [Shift]) {
    let group = |shift: &Shift| match shift.moved {
        Moved::Moved => 0,
        Moved::NotShown => 1,
        Moved::NotTested => 2,
    };
    shifts.sort_by(|a, b| {
        group(a).cmp(&group(b)).then(b.beyond_chance().total_cmp(&a.beyond_chance()))
    });
}

/// Tests every feature for a move between the first and the second set. In the order given. The
/// p-values are corrected together, so that with nothing moved the chance of any false move stays
/// below the level. Numbers that are missing make a row of their own, after all others.
pub fn shifts(features: &[Feature], options: &ShiftOptions) -> Vec<Shift> {
    // p must be able to fall to half of level / tests, the least of it being 1 / (permutations + 1).
    let needed = 2.0 * features.len() as f64 / options.level.clamp(1e-3, 1.0);
    let permutations = options.permutations.max(needed as usize);
    let options = ShiftOptions { permutations, ..*options };
    let mut rows = pieces(features.len(), 1, |range| shift(&features[range.start], &options));
    let gaps: Vec<Shift> = rows.iter().filter_map(missing).collect();
    rows.extend(gaps);
    let tested: Vec<usize> = (0..rows.len()).filter(|&i| rows[i].p.is_some()).collect();
    let p: Vec<f64> = tested.iter().filter_map(|&i| rows[i].p).collect();
    for (&row, corrected) in tested.iter().zip(holm(&p)) {
        rows[row].corrected = Some(corrected);
        rows[row].moved = if corrected < options.level { Moved::Moved } else { Moved::NotShown };
    }
    rows
}

/// Whether numbers are missing more often in one set than in the other, as a row of its own: the test of
/// the numbers sees those that are there. `None` if none is missing.
fn missing(row: &Shift) -> Option<Shift> {
    if !matches!(row.detail, ShiftDetail::Numbers(_)) || row.missing == [0, 0] {
        return None;
    }
    let values = |side: usize| {
        let there = std::iter::repeat_n("there", row.examples[side]);
        there.chain(std::iter::repeat_n("missing", row.missing[side]))
    };
    let all = [0, 1].map(|side| row.examples[side] + row.missing[side]);
    let name = format!("{}: missing", row.name);
    Some(Shift { name, ..categories_row(all, [0, 0], categories::compare(values(0), values(1))) })
}

fn shift(feature: &Feature, options: &ShiftOptions) -> Shift {
    let row = match feature.pair {
        Pair::Numbers(sides) => numbers(sides),
        Pair::Classes(sides, names) => classes(sides, names),
        Pair::Categories(sides) => texts(sides),
        Pair::Embeddings(sides) => clouds(sides, options),
    };
    Shift { name: feature.name.to_owned(), ..row }
}

/// The classes that no example of the first set has, in their order, with how many of the second have
/// them.
pub fn classes_unseen(sides: [Side<[u32]>; 2], names: &ClassNames) -> Vec<ValueCount> {
    let mut counts = vec![[0_usize; 2]; names.len()];
    for (at, side) in sides.into_iter().enumerate() {
        known(side, names.len()).for_each(|class| counts[class as usize][at] += 1);
    }
    let unseen = names.names().iter().zip(counts).filter(|(_, [first, _])| *first == 0);
    unseen
        .map(|(value, [first, second])| ValueCount { value: value.clone(), first, second })
        .collect()
}

fn untested(examples: [usize; 2], missing: [usize; 2], detail: ShiftDetail) -> Shift {
    Shift {
        name: String::new(),
        examples,
        missing,
        effect: None,
        by_chance: None,
        statistic: None,
        p: None,
        corrected: None,
        moved: Moved::NotTested,
        detail,
    }
}

fn numbers(sides: [Side<[f64]>; 2]) -> Shift {
    let [(first, missing1), (second, missing2)] = sides.map(|side| {
        let all = side.rows(side.values.len());
        let mut values: Vec<f64> = all.map(|row| side.values[row]).collect();
        let count = values.len();
        values.retain(|x| x.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        let missing = count - values.len();
        (values, missing)
    });
    let range = first.first().zip(first.last()).map(|(&low, &high)| [low, high]);
    let is_outside = |x: &&f64| range.is_some_and(|[low, high]| **x < low || **x > high);
    let outside = second.iter().filter(is_outside).count();
    let (first_quartiles, second_quartiles) = (quartiles(&first), quartiles(&second));
    let detail = NumberShift { first: first_quartiles, second: second_quartiles, range, outside };
    let examples = [first.len(), second.len()];
    let row = untested(examples, [missing1, missing2], ShiftDetail::Numbers(detail));
    let Some(test) = kolmogorov_smirnov(&first, &second) else { return row };
    Shift {
        effect: Some(test.statistic),
        by_chance: Some(distance_by_chance(examples)),
        statistic: Some(test.statistic),
        p: Some(test.p),
        ..row
    }
}

/// Mean of D when nothing moved: that of Kolmogorov's limit, √(π/2) ln 2, over √(n₁n₂/(n₁ + n₂))
/// (Marsaglia, Tsang & Wang 2003, J. Stat. Softw. 8:18). Ties make it smaller; at most 1.
fn distance_by_chance([n1, n2]: [usize; 2]) -> f64 {
    let mean = std::f64::consts::FRAC_PI_2.sqrt() * std::f64::consts::LN_2;
    (mean * (1.0 / n1 as f64 + 1.0 / n2 as f64).sqrt()).min(1.0)
}

fn quartiles(sorted: &[f64]) -> Option<[f64; 3]> {
    let at = |q| quantile(sorted, q);
    Some([at(0.25)?, at(0.5)?, at(0.75)?])
}

fn known(side: Side<[u32]>, classes: usize) -> impl Iterator<Item = u32> {
    let labels = side.rows(side.values.len()).map(move |row| side.values[row]);
    labels.filter(move |&k| (k as usize) < classes)
}

fn classes(sides: [Side<[u32]>; 2], names: &ClassNames) -> Shift {
    let [first, second] = sides.map(|side| known(side, names.len()).map(|k| names.name(k)));
    let examples = sides.map(|side| known(side, names.len()).count());
    let all = sides.map(|side| side.rows(side.values.len()).count());
    let missing = [all[0] - examples[0], all[1] - examples[1]];
    categories_row(examples, missing, categories::compare(first, second))
}

fn texts(sides: [Side<TextColumn>; 2]) -> Shift {
    let examples = sides.map(|side| side.rows(side.values.len()).count());
    let [first, second] =
        sides.map(|side| side.rows(side.values.len()).map(move |row| side.values.get(row)));
    categories_row(examples, [0, 0], categories::compare(first, second))
}

fn categories_row(
    examples: [usize; 2],
    missing: [usize; 2],
    (detail, test): (CategoryShift, Option<Homogeneity>),
) -> Shift {
    let row = untested(examples, missing, ShiftDetail::Categories(detail));
    let Some(test) = test else { return row };
    Shift {
        effect: Some(test.distance),
        by_chance: Some(test.by_chance),
        statistic: Some(test.statistic),
        p: Some(test.p),
        ..row
    }
}

fn clouds(sides: [Side<Matrix>; 2], options: &ShiftOptions) -> Shift {
    let [first, second] =
        sides.map(|side| embeddings::Cloud::new(side.values, side.rows(side.values.rows())));
    let all = sides.map(|side| side.rows(side.values.rows()).count());
    let examples = [first.len(), second.len()];
    let missing = [all[0] - examples[0], all[1] - examples[1]];
    let ShiftOptions { sample, permutations, seed, .. } = *options;
    let row = untested(examples, missing, ShiftDetail::NotComparable);
    let Some(apart) = embeddings::compare(&first, &second, sample, permutations, seed) else {
        return row;
    };
    Shift {
        effect: apart.distance,
        // The summed variance of a difference of means, in units of the summed variance of one point.
        by_chance: Some((1.0 / examples[0] as f64 + 1.0 / examples[1] as f64).sqrt()),
        statistic: Some(apart.statistic),
        p: Some(apart.p),
        detail: ShiftDetail::Embeddings(apart.shift),
        ..row
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
